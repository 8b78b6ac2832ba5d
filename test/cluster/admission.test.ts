import { ApiException, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleClaim } from '../../examples/examples.ts';
import type { Api } from '../../functions/core/api.ts';
import { group, version } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { readClaim } from '../../functions/expand/claim.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { asKept, refusalOnArrival } from '../../plan/admission.ts';
import { apply, makeNamespace, removeNamespaces } from './cluster.ts';

/** Of no environment, so that nothing is made of the claims that updates are tried on. */
const namespace = 'admission';

const cluster = new KubeConfig();
cluster.loadFromDefault();
const objects = cluster.makeApiClient(CustomObjectsApi);

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace);
});
afterAll(async () => {
  await removeNamespaces(namespace);
});

/** The fields that are refused, as each calls them; empty where the claim is taken. */
type Verdict = readonly string[];

/**
 * What is wrong inside a field is told of the field: the apiserver stops at the first part that it does not know, and we do not. What
 * is wrong of fields beside each other counts where each is right by itself, since the plan says it then.
 */
function sorted(fields: readonly string[]): Verdict {
  const told = [...new Set(fields.flatMap((field) => /^\w+(\.\w+)?/.exec(field)?.[0] ?? []))].sort();
  const inFields = told.filter((field) => field !== 'spec');
  return inFields.length === 0 ? told : inFields;
}

async function verdictOfApiserver(request: Promise<unknown>): Promise<Verdict> {
  try {
    await request;
    return [];
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const { message, details } = JSON.parse(String(error.body)) as {
      readonly message: string;
      readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] };
    };
    const unknown = [...message.matchAll(/unknown field "([^"]+)"/g)].map(([, field]) => field ?? '');
    const causes = (details?.causes ?? []).flatMap((cause) => {
      // A rule that could not be looked at says only that others come first.
      if (cause.message.includes('some validation rules were not checked')) return [];
      // What is wrong with the whole object names its field itself.
      return cause.field === '<nil>' ? (/((?:metadata|spec)[\w.]*):/.exec(cause.message)?.[1] ?? cause.message) : cause.field;
    });
    const fields = [...unknown, ...causes];
    return sorted(fields.length === 0 ? [message] : fields);
  }
}

/** Before anything is planned; what else an API refuses is no matter of the apiserver's. */
function verdictOfPlan(api: Api, claim: KubernetesObject, before?: KubernetesObject): Verdict {
  const read = readClaim(goldenPath.name, api, asKept(goldenPath, claim));
  const refused = 'refusal' in read ? read.refusal : refusalOnArrival(goldenPath, claim, before);
  const [, problems = ''] = /^cannot use \w+ "(?:[^"\\]|\\.)*"[^:]*: (.*)$/.exec(refused?.message ?? '') ?? [];
  return sorted([...problems.matchAll(/(?:^|; )((?:metadata|spec)[\w.[\]]*):/g)].map(([, field]) => field ?? ''));
}

const oddValues: readonly unknown[] = [
  null,
  '',
  ' ',
  'odd',
  'Odd_Name',
  '16',
  `a${'b'.repeat(400)}`,
  'ключ',
  0,
  -1,
  1,
  2.5,
  13,
  100_000,
  2 ** 40,
  true,
  false,
  [],
  ['a', 'a'],
  ['A b'],
  [1],
  {},
  { a: 'b' },
  Array.from({ length: 60 }, (_, index) => `item-${index}`),
];

const manifest = (api: Api, spec: unknown, name = 'odd'): KubernetesObject => ({
  apiVersion: `${group}/${version}`,
  kind: api.kind,
  metadata: { name, ...(api.scope === 'Namespaced' && { namespace }) },
  ...(spec !== undefined && { spec }),
});

function oddClaims(api: Api): readonly KubernetesObject[] {
  const { spec } = exampleClaim(api) as unknown as { readonly spec: Readonly<Record<string, unknown>> };
  const fields = Object.keys(api.spec.shape);
  return [
    ...[undefined, null, 'spec', [], {}, spec].map((each) => manifest(api, each)),
    ...fields.flatMap((field) => oddValues.map((value) => manifest(api, { ...spec, [field]: value }))),
    ...fields.map((field) => manifest(api, { ...spec, [`${field}x`]: 1 })),
    ...fields.map((field) => manifest(api, Object.fromEntries(Object.entries(spec).filter(([name]) => name !== field)))),
    ...['A', '1a', 'a.b', `a${'b'.repeat(39)}`, `a${'b'.repeat(40)}`, 'a-'].map((name) => manifest(api, spec, name)),
  ];
}

const request = (api: Api, body: object) => ({ group, version, plural: api.plural, dryRun: 'All', fieldValidation: 'Strict', body });

const created = (api: Api, claim: KubernetesObject) =>
  api.scope === 'Cluster'
    ? objects.createClusterCustomObject(request(api, claim))
    : objects.createNamespacedCustomObject({ ...request(api, claim), namespace });

test.each(goldenPath.apis.map((api) => [api.kind, api] as const))(
  'the plan refuses what the apiserver refuses of each odd %s, at the same fields',
  async (_, api) => {
    const claims = oddClaims(api);
    const verdicts: { readonly claim: object; readonly apiserver: Verdict; readonly plan: Verdict }[] = [];
    for (const claim of claims) {
      const apiserver = await verdictOfApiserver(created(api, claim));
      verdicts.push({ claim: { name: claim.metadata?.name, spec: claim['spec'] }, apiserver, plan: verdictOfPlan(api, claim) });
    }
    expect(verdicts.filter(({ apiserver }) => apiserver.length > 0).length).toBeGreaterThan(20);
    expect(verdicts.map(({ claim, plan }) => ({ claim, fields: plan }))).toEqual(
      verdicts.map(({ claim, apiserver }) => ({ claim, fields: apiserver })),
    );
  },
);

/** What each claim says, and what it then says. */
const changes: readonly (readonly [kind: string, was: object, is: object])[] = [
  ['AppDatabase', { engine: 'postgres', databaseName: 'orders' }, { engine: 'postgres', databaseName: 'sales' }],
  ['AppDatabase', { engine: 'postgres', databaseName: 'orders' }, { engine: 'postgres' }],
  ['AppDatabase', { engine: 'postgres' }, { engine: 'postgres', databaseName: 'sales' }],
  ['AppDatabase', { engine: 'postgres', version: '17' }, { engine: 'postgres', version: '16' }],
  ['AppDatabase', { engine: 'postgres', version: '16' }, { engine: 'postgres', version: '17' }],
  ['AppDatabase', { engine: 'postgres', version: '17' }, { engine: 'postgres' }],
  ['AppDatabase', { engine: 'postgres', storageGiB: 200 }, { engine: 'postgres', storageGiB: 100 }],
  ['AppDatabase', { engine: 'postgres', storageGiB: 200 }, { engine: 'postgres' }],
  ['AppDatabase', { engine: 'postgres', storageGiB: 200 }, { engine: 'postgres', storageGiB: 300 }],
  ['AppDatabase', { engine: 'postgres', storageGiB: 200, version: '17' }, { engine: 'postgres', storageGiB: 100, version: '16' }],
  ['AppCache', { version: '8' }, { version: '7' }],
  ['AppCache', { version: '8' }, {}],
  ['AppQueue', {}, { fifo: true }],
  ['AppQueue', { fifo: false }, { fifo: true }],
  ['AppQueue', { fifo: true }, {}],
  ['AppQueue', {}, { fifo: false }],
  ['AppIdentity', {}, { serviceAccount: 'other' }],
  ['AppIdentity', { serviceAccount: 'other' }, {}],
  ['AppIdentity', { serviceAccount: 'other' }, { serviceAccount: 'another' }],
];

test('the plan refuses what the apiserver refuses of each change, at the same fields', async () => {
  const apiOf = (kind: string) => goldenPath.apis.find((each) => each.kind === kind) as Api;
  const pairs = changes.map(([kind, was, is], index) => {
    const name = `change-${index}`;
    return { api: apiOf(kind), was: manifest(apiOf(kind), was, name), is: manifest(apiOf(kind), is, name) };
  });
  await apply(...pairs.map(({ was }) => was));
  const verdicts: { readonly is: KubernetesObject; readonly apiserver: Verdict; readonly plan: Verdict }[] = [];
  for (const { api, was, is } of pairs) {
    const patch = [{ op: 'replace', path: '/spec', value: is['spec'] }];
    const changed = objects.patchNamespacedCustomObject({ ...request(api, patch), namespace, name: is.metadata?.name ?? '' });
    verdicts.push({ is, apiserver: await verdictOfApiserver(changed), plan: verdictOfPlan(api, is, was) });
  }
  expect(verdicts.filter(({ apiserver }) => apiserver.length > 0).length).toBeGreaterThan(10);
  expect(verdicts.map(({ is, plan }) => ({ is, fields: plan }))).toEqual(verdicts.map(({ is, apiserver }) => ({ is, fields: apiserver })));
});
