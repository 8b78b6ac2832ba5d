import { type Requirements, type Resources, RunFunctionRequest, RunFunctionResponse } from '@crossplane-org/function-sdk-typescript';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { apisPage } from '../docs/apis.ts';
import { exampleClaim } from '../examples/examples.ts';
import { appBucket } from '../functions/apis/app-bucket/index.ts';
import { appDatabase } from '../functions/apis/app-database/index.ts';
import { appIdentity } from '../functions/apis/app-identity/index.ts';
import { defineApi } from '../functions/core/api.ts';
import { parseEnvironment } from '../functions/core/environment.ts';
import { type FactsOf, facts, needsOf, section } from '../functions/core/facts.ts';
import { field } from '../functions/core/field.ts';
import { apiVersion, inputApiVersion } from '../functions/core/group.ts';
import { at, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import { answered, requirementsOf } from '../functions/core/required.ts';
import type { Requirement } from '../functions/core/requirement.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { guard } from '../functions/guard/guard.ts';
import { policies } from '../functions/guard/policies/index.ts';
import { configMap } from '../functions/kinds/kubernetes/config-map.ts';
import { namespace as namespaceCard } from '../functions/kinds/kubernetes/namespace.ts';
import { definePlatform } from '../functions/platform.ts';
import { createRunFunction } from '../functions/runtime/run-function.ts';
import { installManifests } from '../package/install.ts';
import { toXrd } from '../xrds/xrd.ts';
import { controlledByClaim, environmentConfig, everything, namespace, observedAfter, stepRequest } from './request.ts';

const plain = { columns: [], releasable: [], claimPolicies: [] };

/** A team, which comes before any namespace and any environment. */
const team = defineApi({
  ...plain,
  kind: 'Team',
  plural: 'teams',
  scope: 'Cluster',
  place: 'none',
  doc: 'A namespace for a team.',
  example: { name: 'checkout', spec: { owner: 'ada' } },
  schema: {
    suffix: 'team',
    fields: {
      owner: field(z.string(), { text: 'Who answers for it.', required: true }),
      kind: field(z.enum(['product', 'platform']).default('product'), { text: 'What it does.' }),
    },
    status: z.object({ namespace: z.string().optional().describe('Its namespace.') }),
  },
  backends: {
    namespace: {
      composes: { namespace: namespaceCard },
      expand: ({ claim, settings }) => ({
        resources: {
          namespace: {
            object: {
              apiVersion: 'v1',
              kind: 'Namespace',
              metadata: { name: claim.name, labels: { owner: settings.owner, kind: settings.kind } },
            },
          },
        },
        pending: {},
        status: { namespace: claim.name },
      }),
    },
  },
});

/** A setting of an app that lies in a Secret of its own namespace, by a name in its spec. */
const appFeed = defineApi({
  ...plain,
  kind: 'AppFeed',
  plural: 'appfeeds',
  place: 'none',
  doc: 'A feed, whose address lies in a Secret.',
  example: { name: 'news', spec: { source: 'news-source' } },
  schema: {
    suffix: 'feed',
    fields: { source: field(z.string(), { text: 'The Secret.' }) },
    status: z.object({}),
  },
  requires: {
    source: {
      apiVersion: 'v1',
      kind: 'Secret',
      plural: 'secrets',
      // Of whatever namespace: only a cluster-scoped claim can have that.
      select: ({ spec }) => (spec.source === undefined ? undefined : { name: spec.source, namespace: 'kube-system' }),
    },
  },
  backends: {
    config: {
      composes: { config: configMap },
      expand({ claim, settings, required, observed }) {
        const name = `${claim.name}-feed`;
        const address = stringAt(required.source[0], 'data', 'address') ?? stringAt(observed['config']?.object, 'data', 'address');
        if (address === undefined) {
          const waitsFor = `Secret ${settings.source} of namespace ${claim.namespace}`;
          return { resources: {}, pending: { config: { apiVersion: 'v1', kind: 'ConfigMap', name, waitsFor } }, status: {} };
        }
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { address } };
        return { resources: { config: { object } }, pending: {}, status: {} };
      },
    },
  },
});

const platform = definePlatform({ name: 'test', apis: [team, appFeed, appDatabase], policies });

const secret = (name: string, inNamespace: string, address: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: inNamespace },
  data: { address },
});

const claimOf = (kind: string, name: string, spec: object, inNamespace?: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(inNamespace !== undefined && { namespace: inNamespace }) },
  spec,
});

function fromWire({ resources }: Requirements): Readonly<Record<string, Requirement>> {
  return Object.fromEntries(
    Object.entries(resources).map(([name, { apiVersion: version, kind, namespace: of, matchName, matchLabels }]) => [
      name,
      {
        apiVersion: version,
        kind,
        ...(of !== undefined && { namespace: of }),
        ...(matchName === undefined ? { labels: matchLabels?.labels ?? {} } : { name: matchName }),
      },
    ]),
  );
}

/** A step as Crossplane runs it in a cluster with these objects: again, until it asks for what it asked before. */
function overTheWire(step: 'Expand' | 'Guard', claim: KubernetesObject, objects: readonly KubernetesObject[]) {
  const runFunction = createRunFunction({
    steps: { Expand: expand, Guard: guard },
    platform,
    observe: () => undefined,
    issueSecret: () => 'secret',
    now: () => '2026-01-02T03:04:05Z',
  });
  let requiredResources: Record<string, Resources> = {};
  const asked: string[] = [];
  for (let call = 0; call < 5; call += 1) {
    const request = { input: { apiVersion: inputApiVersion, kind: step }, observed: { composite: { resource: claim } }, requiredResources };
    const response = RunFunctionResponse.decode(runFunction(RunFunctionRequest.encode(RunFunctionRequest.fromJSON(request)).finish()));
    const requirements = fromWire(response.requirements as Requirements);
    asked.push(JSON.stringify(requirements));
    if (asked.at(-1) === asked.at(-2)) return { response, requirements, calls: call + 1 };
    requiredResources = Object.fromEntries(
      Object.entries(answered(requirements, objects)).map(([name, found = []]) => [
        name,
        { items: found.map((resource) => ({ resource, connectionDetails: {}, ready: 0 })) },
      ]),
    );
  }
  throw new Error(`it asks for more and more: ${asked.join(' ')}`);
}

describe('an API that is cluster-scoped, lives in no environment and has no binding', () => {
  const request = stepRequest({ platform, kind: 'Team', name: 'checkout', spec: { owner: 'ada' } });
  const first = expand(request);
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'checkout', labels: { owner: 'ada', kind: 'product' } } };

  test('comes to what its claim says, without a namespace and an environment', () => {
    expect(request.required).toEqual({});
    expect(first).toEqual({
      desired: { namespace: { object, ready: false } },
      status: { namespace: 'checkout', settings: { owner: 'ada', kind: 'product' } },
      conditions: [
        { type: 'Resolved', status: 'True', reason: 'Settled', message: 'The claim is the same in every environment' },
        { type: 'Provisioned', status: 'False', reason: 'Waiting', message: 'Namespace checkout is being created' },
      ],
      events: [],
      ttlSeconds: 15,
    });
  });

  test('says that it is ready, with nothing to connect to', () => {
    const waiting = { conditions: [{ type: 'Provisioned', status: 'False' }] };
    const later = stepRequest({
      platform,
      kind: 'Team',
      name: 'checkout',
      spec: { owner: 'ada' },
      observed: observedAfter(first),
      status: waiting,
    });
    expect(expand(later).events).toEqual(['Team checkout is ready']);
  });

  test('is held to the policies of all tiers, in their own severity, and to no budget', () => {
    const { conditions, refusal } = guard({ ...request, desired: first.desired });
    expect([refusal, conditions[0]?.status]).toEqual([undefined, 'True']);
    expect(conditions[0]?.message).toMatch(/^Every policy holds(; warning: its cost is not known: namespace: [^;]+)?$/);
    const broken = {
      queue: {
        object: {
          apiVersion: 'sqs.aws.m.upbound.io/v1beta1',
          kind: 'Queue',
          metadata: { name: 'q' },
          spec: { forProvider: { region: 'eu-west-1' } },
        },
      },
      open: {
        object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'p', image: 'ghcr.io/x/y:1' }] } },
      },
    };
    const { message } = guard({ ...request, desired: broken }).refusal ?? {};
    const named = new Set([...(message ?? '').matchAll(/\[([a-z-]+)\]/g)].map(([, id]) => id));
    const held = policies.filter(({ tiers }) => tiers === undefined).map(({ id }) => id);
    expect(message).toMatch(/^cannot apply: /);
    expect(named.size).toBeGreaterThan(2);
    expect(held).toEqual(expect.arrayContaining([...named]));
  });

  test('can have nothing waived', () => {
    const annotations = { 'platform.internal/waive-policies': 'images-pinned' };
    const asking = stepRequest({ platform, kind: 'Team', name: 'checkout', spec: { owner: 'ada' }, annotations });
    expect(guard({ ...asking, desired: first.desired }).conditions[0]?.message).toContain(
      'annotation platform.internal/waive-policies: got "images-pinned", which no environment could let a claim of this kind waive',
    );
  });

  test('loses nothing either, and is told how to say that a loss is meant', () => {
    const observed = {
      database: {
        object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', uid: '1', ownerReferences: controlledByClaim } },
        connectionDetails: {},
      },
    };
    const { message } = guard({ ...request, observed, desired: first.desired }).refusal ?? {};
    expect(message).toMatch(/run: kubectl annotate team checkout --overwrite platform\.internal\/acknowledge=remove-[0-9a-v]{16}$/);
  });

  test('has an XRD of its scope, and a status and columns without what it has not', () => {
    const xrd = toXrd(team);
    const version = at(xrd, 'spec', 'versions', '0');
    expect(at(xrd, 'spec', 'scope')).toBe('Cluster');
    expect((at(version, 'additionalPrinterColumns') as readonly { readonly name: string }[]).map(({ name }) => name)).toEqual(['COST']);
    expect(Object.keys(at(version, 'schema', 'openAPIV3Schema', 'properties', 'status', 'properties') as object).sort()).toEqual([
      'cost',
      'monthlyCostUSD',
      'namespace',
      'settings',
      'waivedPolicies',
    ]);
  });

  test('has an example and a page without what it has not', () => {
    expect(exampleClaim(team)).toEqual(claimOf('Team', 'checkout', { owner: 'ada' }));
    const page =
      apisPage(platform)
        .split(/^## /m)
        .find((part) => part.startsWith('Team\n')) ?? '';
    expect(page).toContain('A claim is the same in every environment, and belongs to no namespace;');
    expect([page.includes('### Defaults by tier'), page.includes('### Binding')]).toEqual([false, false]);
  });

  test('asks Crossplane for nothing', () => {
    const { response, requirements, calls } = overTheWire('Expand', claimOf('Team', 'checkout', { owner: 'ada' }), []);
    expect([requirements, calls]).toEqual([{}, 2]);
    expect(response.results).toEqual([]);
    expect(response.desired?.resources['namespace']?.resource).toEqual(object);
  });
});

describe('an API that requires an object', () => {
  const source = { source: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'news-source' } };
  const news = claimOf('AppFeed', 'news', { source: 'news-source' }, 'shop');

  test.each(['Expand', 'Guard'] as const)('has it looked up in %s, in the namespace of the claim and nowhere else', (step) => {
    const { requirements, calls } = overTheWire(step, news, []);
    expect([requirements, calls]).toEqual([source, 2]);
  });

  test('is shown the one of the own namespace', () => {
    const objects = [
      secret('news-source', 'kube-system', 'theirs'),
      secret('other', 'shop', 'other'),
      secret('news-source', 'shop', 'ours'),
    ];
    const { response } = overTheWire('Expand', news, objects);
    expect(response.desired?.resources['config']?.resource).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'news-feed' },
      data: { address: 'ours' },
    });
  });

  test('tells an object that is not there from one that was not looked for', () => {
    const given = { platform, kind: 'AppFeed', name: 'news', spec: { source: 'news-source' } };
    expect(expand(stepRequest(given))).toEqual({ desired: {}, conditions: [], events: [], ttlSeconds: 15 });
    expect(expand(stepRequest({ ...given, claims: [] })).conditions[1]).toEqual({
      type: 'Provisioned',
      status: 'False',
      reason: 'Waiting',
      message: 'ConfigMap news-feed waits for Secret news-source of namespace shop',
    });
  });

  test('goes on with what there is when the object is gone', () => {
    const given = { platform, kind: 'AppFeed', name: 'news', spec: { source: 'news-source' }, claims: [] };
    const before = expand(stepRequest({ ...given, objects: [secret('news-source', 'shop', 'ours')] }));
    const after = expand(stepRequest({ ...given, observed: observedAfter(before) }));
    expect(after.desired['config']?.object).toEqual(before.desired['config']?.object);
  });

  test('asks for nothing where the claim names nothing', () => {
    expect(overTheWire('Expand', claimOf('AppFeed', 'news', {}, 'shop'), []).requirements).toEqual({});
  });

  test.each(['Expand', 'Guard'] as const)(
    'asks for nothing, and refuses in %s, where a claim that has to have a namespace has none',
    (step) => {
      const { response, requirements } = overTheWire(step, claimOf('AppFeed', 'news', { source: 'news-source' }), []);
      expect(requirements).toEqual({});
      expect(response.results.map(({ message }) => message)).toEqual([
        'cannot use AppFeed "news": metadata.namespace: missing, want the namespace that it is in',
      ]);
    },
  );
});

test('Crossplane may read what an API requires, and no more than read it', () => {
  const zone = { apiVersion: 'dns.example.com/v1', kind: 'Zone', plural: 'zones', select: () => ({ labels: {} }) };
  const named = definePlatform({ name: 'named', apis: [{ ...appFeed, requires: { ...appFeed.requires, zone } }], policies });
  const [role] = installManifests({ platform: named, version: '1.0.0' })['rbac.yaml'];
  const granted = (apiGroup: string, resource: string, ...verbs: readonly string[]) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
  });
  expect(at(role, 'rules')).toEqual([
    granted('', 'namespaces', 'get', 'list', 'watch'),
    granted('dns.example.com', 'zones', 'get', 'list', 'watch'),
    granted('platform.internal', 'claims', 'administer'),
    granted('platform.internal', 'environments', 'use'),
  ]);
});

describe('an API that requires the claims in namespaces', () => {
  const requires = { held: { namespaces: () => ['there', 'kube-system'] } };
  const asked = (api: typeof team, claim: KubernetesObject) =>
    requirementsOf(
      definePlatform({
        name: 'held',
        apis: [{ ...api, requires }, ...[team, appFeed, appDatabase].filter(({ kind }) => kind !== api.kind)],
        policies,
      }),
      claim,
      {},
    );
  const claimsIn = (namespace: string) =>
    Object.fromEntries(
      [appFeed, appDatabase].map(({ kind, plural }) => [`held-${plural}/${namespace}`, { apiVersion, kind, namespace, labels: {} }]),
    );

  test('sees those of every API that has any in namespaces, where it names them', () => {
    expect(asked(team, claimOf('Team', 'checkout', { owner: 'ada' }))).toEqual({ ...claimsIn('there'), ...claimsIn('kube-system') });
  });

  test('sees those of the claim’s own namespace alone, where the claim has one', () => {
    expect(asked(appFeed, claimOf('AppFeed', 'news', {}, 'shop'))).toEqual(claimsIn('shop'));
  });
});

test('an API asks for each of several objects under a name of its own', () => {
  const names = {
    apiVersion: 'v1',
    kind: 'Secret',
    plural: 'secrets',
    select: () => ['a', 'b'].map((name) => ({ name, namespace: 'kube-system' })),
  };
  const several = definePlatform({ name: 'several', apis: [{ ...appFeed, requires: { ...appFeed.requires, names } }], policies });
  expect(requirementsOf(several, claimOf('AppFeed', 'news', {}, 'shop'), {})).toEqual(
    Object.fromEntries(['a', 'b'].map((name, index) => [`names/${index}`, { apiVersion: 'v1', kind: 'Secret', name, namespace: 'shop' }])),
  );
});

test('a claim that requires offers sees the claims of those APIs that offer them, and of no other', () => {
  const asked = stepRequest({ kind: 'AppBucket', spec: {}, claims: [] }).required;
  expect(Object.keys(asked).filter((name) => !name.startsWith('claims-'))).toEqual([
    'namespace',
    'environments',
    'roles-appidentities',
    'accesses-appbuckets',
    'accesses-appqueues',
  ]);
});

test('what those claims show is asked for once one of them says that it composed such a thing', () => {
  const claim = claimOf('AppIdentity', 'orders', {}, 'shop');
  const bucket = claimOf('AppBucket', 'receipts', {}, 'shop');
  const of = (kind: string) => ({ apiVersion: 's3.aws.m.upbound.io/v1beta1', kind, name: 'receipts-bucket-bucket' });
  const composing = (...resourceRefs: readonly object[]) => ({ ...bucket, spec: { crossplane: { resourceRefs } } });
  const shownTo = (...claims: readonly KubernetesObject[]) =>
    Object.entries(requirementsOf(goldenPath, claim, { 'accesses-appbuckets': claims })).filter(([name]) => name.includes('/'));
  const { name: _, ...kind } = of('Bucket');
  const buckets = ['accesses-appbuckets/buckets.s3.aws.m.upbound.io', { ...kind, namespace: 'shop', labels: {} }];
  expect([shownTo(), shownTo(bucket, composing(of('BucketPolicy'))), shownTo(bucket, composing(of('Bucket')))]).toEqual([
    [],
    [],
    [buckets],
  ]);
});

describe('facts of an own platform', () => {
  const dns = section('dns', 'Where names are.', { zone: z.string().describe('The zone.') });
  const needs = needsOf(facts(dns, { ttlSeconds: z.int().default(60).describe('How long answers hold.') }));
  const { backends, ...database } = appDatabase;
  const told: FactsOf<typeof needs>[] = [];
  const named = {
    ...database,
    backends: {
      ...backends,
      container: {
        needs,
        composes: {},
        expand({ facts: given }: { readonly facts: FactsOf<typeof needs> }) {
          told.push(given);
          return { resources: {}, pending: {}, status: {} };
        },
      },
    },
  };
  const own = definePlatform({ name: 'own', apis: [named], policies });
  const inDev = (data: object) =>
    expand(stepRequest({ platform: own, environment: 'here', environments: [environmentConfig('here', { tier: 'dev', ...data })] }));

  test('are what its EnvironmentConfigs can say, and what its backends are told', () => {
    expect(inDev({ dns: { zone: 'example.com' } }).refusal).toBeUndefined();
    expect(told).toEqual([{ dns: { zone: 'example.com', ttlSeconds: 60 } }]);
    expect(apisPage(own)).toContain('| `dns.ttlSeconds` | number | How long answers hold. |');
  });

  test.each([
    [
      {},
      'EnvironmentIncomplete',
      'cannot use EnvironmentConfig "here" for AppDatabase with backend container: data.dns: missing, want object',
    ],
    [
      { dns: {} },
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.dns.zone: missing, want string; namespace "shop" belongs to it',
    ],
    [
      { dns: { zone: 'example.com', ttl: 1 } },
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.dns.ttl: unknown field; namespace "shop" belongs to it',
    ],
  ])('are refused as %j', (data, reason, message) => {
    expect(inDev(data).refusal).toEqual({ reason, message });
  });

  test('are unknown to a platform whose backends need none of them', () => {
    expect(parseEnvironment(goldenPath.environment, environmentConfig('here', { tier: 'dev', dns: { zone: 'example.com' } }))).toEqual({
      problem: 'cannot use EnvironmentConfig "here": data.dns: unknown field',
    });
  });

  test('are fewer where fewer backends are served', () => {
    const { data } = definePlatform({ name: 'few', apis: [appIdentity], policies }).environment;
    expect(Object.keys(data.shape)).toEqual([
      'tier',
      'aws',
      'controlPlane',
      'budget',
      'tags',
      'hours',
      'writers',
      'exceptions',
      'prices',
      'policies',
      'defaults',
      'rollouts',
    ]);
    expect(data.safeParse({ tier: 'prod', aws: everything.aws }).error?.issues[0]).toMatchObject({
      code: 'unrecognized_keys',
      keys: ['vpcId', 'subnetIds', 'clientSecurityGroupIds', 'clientCidrs', 'providerSqlTls', 'notificationTopicArn'],
    });
    expect(
      definePlatform({ name: 'both', apis: [appIdentity, appBucket], policies }).environment.data.safeParse({
        tier: 'prod',
        aws: everything.aws,
      }).error?.issues[0],
    ).toMatchObject({
      keys: ['vpcId', 'subnetIds', 'clientSecurityGroupIds', 'clientCidrs', 'providerSqlTls', 'notificationTopicArn'],
    });
  });
});

test('a namespace stays what tells the environment where an API lives in one', () => {
  const { response } = overTheWire('Expand', claimOf('AppDatabase', 'orders', {}, 'shop'), [
    namespace('shop', 'here'),
    environmentConfig('here', { tier: 'dev' }),
  ]);
  expect(at(response.desired?.composite?.resource, 'status', 'environment')).toBe('here');
});
