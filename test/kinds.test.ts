import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Card, None, Readiness, SafetyFacts } from '../functions/core/card.ts';
import { at, groupKind, groupOf, type KubernetesObject } from '../functions/core/kubernetes.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { rdsInstance } from '../functions/kinds/aws/rds-instance.ts';
import { kinds } from '../functions/kinds/index.ts';
import { composedKinds } from '../platform/composed.ts';

/** SafetyFacts that keep something safe: each is there, or its absence has a reason. */
const safety = [
  'atRest',
  'backups',
  'deletionProtection',
  'finalSnapshot',
  'ingress',
  'inTransit',
  'outliving',
  'privacy',
  'standby',
] as const satisfies readonly (keyof Card)[];
const reasonsOf = (card: Card) =>
  [...safety, 'access', 'classes', 'data', 'names', 'pods', 'price', 'region', 'tags'].flatMap((fact) => {
    const found: unknown = at(card, fact);
    return typeof found === 'object' && found !== null && 'none' in found ? [String((found as None).none)] : [];
  });
const factsOf = (card: Card): readonly SafetyFacts[number][] => safety.flatMap((name) => ('none' in card[name] ? [] : card[name]));

describe('the cards', () => {
  test('are one for each kind', () => {
    expect(kinds.length).toBe(new Set(kinds.map(groupKind)).size);
  });

  test('know every kind that is composed', () => {
    expect(composedKinds(goldenPath).filter((card) => !kinds.includes(card))).toEqual([]);
  });

  test('give a reason for what a kind does not have', () => {
    expect(kinds.filter((card) => reasonsOf(card).some((reason) => reason.length < 5))).toEqual([]);
  });

  test('say of what holds data, and stands for something outside, that it stays and that it is encrypted, or why not', () => {
    const holding = kinds.filter(({ managed, data }) => managed && !('none' in data));
    expect(holding.filter(({ outliving }) => 'none' in outliving)).toEqual([]);
    expect(holding.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Instance', 'Cluster', 'ReplicationGroup', 'Bucket', 'Queue', 'Database']),
    );
  });

  test('take companions that have cards', () => {
    const companions = kinds.flatMap(factsOf).flatMap(({ companion }) => companion ?? []);
    expect(companions.filter((card) => !kinds.includes(card))).toEqual([]);
  });
});

const conditions = (...types: readonly string[]) => types.map((type) => ({ type, status: 'True' }));
const observed = (status: object, spec: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { generation: 2 },
  spec,
  status,
});
const readyOf = (kind: string, object: KubernetesObject): Readiness | undefined =>
  kinds.find((card) => groupKind(card) === kind)?.ready(object);

describe('a database on RDS', () => {
  const served = (status: string | undefined) =>
    rdsInstance.ready(observed({ conditions: conditions('Ready', 'Synced'), atProvider: { ...(status !== undefined && { status }) } }));

  test.each([undefined, 'available', 'backing-up', 'modifying', 'maintenance', 'storage-optimization', 'configuring-log-exports'])(
    'is ready in state %s',
    (status) => {
      expect(served(status)).toBe(true);
    },
  );

  test.each(['upgrading', 'rebooting', 'starting'])('is not ready in state %s, which passes', (status) => {
    expect(served(status)).toBe(`RDS reports ${status}`);
  });

  test.each([
    ['stopped', undefined, 'RDS reports "stopped": somebody stopped it: have the platform team start it in RDS'],
    [
      'storage-full',
      { field: 'allocatedStorage' },
      'RDS reports "storage-full": it takes no writes until it has more storage: choose more',
    ],
    [
      'inaccessible-encryption-credentials-recoverable',
      'data.aws.kmsKeyArn',
      'RDS reports "inaccessible-encryption-credentials-recoverable": the key that it was made with cannot be used: within seven days enable that again, then start the instance in RDS',
    ],
    ['novel', undefined, 'RDS reports "novel": a state that is not known here: have the platform team look at it there'],
    ['__proto__', undefined, 'RDS reports "__proto__": a state that is not known here: have the platform team look at it there'],
  ])('has failed in state %s', (status, about, failed) => {
    expect(served(status)).toEqual({ failed, ...(about !== undefined && { about }) });
  });

  test('is not ready while its provider says so, whatever the state', () => {
    expect(
      rdsInstance.ready(
        observed({ conditions: [{ type: 'Ready', status: 'False', reason: 'Creating' }], atProvider: { status: 'available' } }),
      ),
    ).toBe('Creating');
  });
});

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status, but for those that pass. */
const faulty = [
  'failed',
  'inaccessible-encryption-credentials',
  'inaccessible-encryption-credentials-recoverable',
  'incompatible-network',
  'incompatible-option-group',
  'incompatible-parameters',
  'incompatible-restore',
  'insufficient-capacity',
  'restore-error',
  'stopped',
  'storage-full',
];

test.each(faulty)('in state %s a database on RDS says what to do, and never to delete it', (status) => {
  const ready = rdsInstance.ready(observed({ conditions: conditions('Ready', 'Synced'), atProvider: { status } }));
  expect(ready).toEqual(expect.objectContaining({ failed: expect.stringMatching(`^RDS reports "${status}": `) as unknown }));
  expect(JSON.stringify(ready)).not.toMatch(/not known here|\b(delete|remove|recreate)\b/);
});

describe('what Kubernetes runs', () => {
  const counts = (status: object) => observed({ observedGeneration: 2, ...status }, { replicas: 2 });
  test.each<[string, KubernetesObject, Readiness]>([
    ['apps Deployment', counts({ updatedReplicas: 2, availableReplicas: 2 }), true],
    ['apps Deployment', counts({ updatedReplicas: 1, availableReplicas: 2 }), ''],
    ['apps Deployment', observed({ observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2 }, { replicas: 2 }), ''],
    [
      'apps Deployment',
      counts({ conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }] }),
      { failed: 'its pods do not become ready: timed out' },
    ],
    ['apps StatefulSet', counts({ updatedReplicas: 2, readyReplicas: 2 }), true],
    [
      'apps StatefulSet',
      { ...counts({ updatedReplicas: 2, readyReplicas: 1 }), metadata: { name: 'orders-database', generation: 2 } },
      'kubectl describe pod orders-database-0 says why',
    ],
    ['apps DaemonSet', observed({ observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }), true],
    ['apps DaemonSet', observed({ observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }), ''],
    ['batch Job', observed({}), 'it is not complete yet'],
    ['batch Job', observed({ conditions: conditions('Complete') }), true],
    [
      'batch Job',
      observed({ conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too often' }] }),
      { failed: 'it failed: too often' },
    ],
    ['batch CronJob', observed({}), true],
    ['autoscaling HorizontalPodAutoscaler', observed({ conditions: conditions('AbleToScale', 'ScalingActive') }), true],
    [
      'autoscaling HorizontalPodAutoscaler',
      observed({ conditions: [...conditions('AbleToScale'), { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled' }] }),
      true,
    ],
    [
      'autoscaling HorizontalPodAutoscaler',
      observed({
        conditions: [...conditions('AbleToScale'), { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' }],
      }),
      true,
    ],
    [
      'autoscaling HorizontalPodAutoscaler',
      observed({ conditions: [...conditions('AbleToScale'), { type: 'ScalingActive', status: 'False', reason: 'InvalidSelector' }] }),
      'InvalidSelector',
    ],
    ['networking.k8s.io Ingress', observed({}), 'it has no address yet'],
    ['networking.k8s.io Ingress', observed({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }), true],
    ['gateway.networking.k8s.io HTTPRoute', observed({}, { parentRefs: [{}] }), 'no gateway has looked at it yet'],
    [
      'gateway.networking.k8s.io HTTPRoute',
      observed({ parents: [{ conditions: conditions('Accepted', 'ResolvedRefs') }] }, { parentRefs: [{}] }),
      true,
    ],
    [
      'gateway.networking.k8s.io HTTPRoute',
      observed(
        { parents: [{ conditions: [{ type: 'Accepted', status: 'False', reason: 'NotAllowedByListeners' }] }] },
        { parentRefs: [{}] },
      ),
      'NotAllowedByListeners',
    ],
    [' PersistentVolumeClaim', observed({ phase: 'Bound' }), true],
    [' PersistentVolumeClaim', observed({ phase: 'Lost' }), { failed: 'its volume is gone: have the platform team look for it' }],
    [' Service', observed({}), true],
    ['monitoring.coreos.com PodMonitor', observed({}), true],
  ])('%s', (kind, object, expected) => {
    expect(readyOf(kind, object)).toEqual(expected);
  });

  test('no card fails over a status that has nothing of what it looks for', () => {
    const odd: readonly unknown[] = [undefined, null, 'x', [], {}, { conditions: 'x', parents: [null], loadBalancer: null, atProvider: 1 }];
    for (const card of kinds) for (const status of odd) card.ready({ apiVersion: 'v1', kind: 'X', status } as KubernetesObject);
  });
});

const folder = process.env['CRDS'];

/** The schemas of the CustomResourceDefinitions in a folder, by kind. */
function schemasIn(
  path: string,
): ReadonlyMap<string, { readonly apiVersion: string; readonly scope: unknown; readonly plural: unknown; readonly schema: unknown }> {
  const definitions = globSync('*.yaml', { cwd: path }).flatMap((file) =>
    parseAllDocuments(readFileSync(join(path, file), 'utf8')).map((document) => document.toJS() as KubernetesObject),
  );
  return new Map(
    definitions
      .filter((definition) => definition?.kind === 'CustomResourceDefinition')
      .map((definition) => {
        const spec = definition['spec'];
        const versions = at(spec, 'versions') as readonly unknown[];
        const served = versions.find((version) => at(version, 'storage') === true);
        const apiVersion = `${at(spec, 'group')}/${at(served, 'name')}`;
        return [
          groupKind({ apiVersion, kind: String(at(spec, 'names', 'kind')) }),
          { apiVersion, scope: at(spec, 'scope'), plural: at(spec, 'names', 'plural'), schema: at(served, 'schema', 'openAPIV3Schema') },
        ];
      }),
  );
}

/** Whether a schema has a field; a list is looked into as its items are. */
function hasField(schema: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (at(schema, 'x-kubernetes-preserve-unknown-fields') === true) return true;
  if (key === undefined) return schema !== undefined;
  if (at(schema, 'items') !== undefined) return hasField(at(schema, 'items'), key === '*' ? rest : path);
  const values = at(schema, 'additionalProperties');
  return (
    hasField(at(schema, 'properties', key), rest) ||
    (values !== undefined && hasField(values, rest)) ||
    (key === '*' && hasField(schema, rest))
  );
}

/** Every path that a card names, but for what every object has. */
function pathsOf(card: Card): readonly (readonly string[])[] {
  const dotted = [
    ...factsOf(card).flatMap((fact) =>
      fact.companion === undefined ? [fact.path] : 'namedIn' in fact ? [`spec.forProvider.${fact.namedIn}`] : [],
    ),
    ...Object.keys(card.effects),
    ...['pods', 'tags', 'region', 'classes'].flatMap((fact) => String(at(card, fact, 'path') ?? '')).filter(Boolean),
    ...('none' in card.access ? [] : [...card.access.documents.map(({ path }) => path), ...card.access.attached]),
    ...Object.entries(card.defers?.fields ?? {}).flatMap(([field, path]) => [`spec.forProvider.${field}`, `status.atProvider.${path}`]),
    ...Object.values(card.adoption?.reported ?? {}).map((field) => `status.atProvider.${field}`),
    ...[...(card.adoption?.silent ?? []), ...Object.keys(card.adoption?.renewed ?? {})].map((field) => `spec.forProvider.${field}`),
    ...(card.defers?.window === undefined ? [] : [`spec.forProvider.${card.defers.window}`]),
    ...Object.entries(card.backupReport ?? {}).flatMap(([fact, path]) => (fact === 'what' ? [] : [`status.atProvider.${path}`])),
  ].map((path) => path.split('.'));
  const data =
    'none' in card.data ? [] : [...card.data.fixed, ...card.data.growing, ...(card.data.version ? [card.data.version.path] : [])];
  return [...dotted, ...data, ...('none' in card.names ? [] : card.names.map(({ path }) => path))].filter(([head]) => head !== 'metadata');
}

describe('against the CustomResourceDefinitions of its provider', () => {
  const schemas = folder === undefined || !existsSync(folder) ? undefined : schemasIn(folder);
  const known = kinds.flatMap((card) => {
    const definition = schemas?.get(groupKind(card));
    return definition === undefined ? [] : [{ kind: `${groupOf(card)}/${card.kind}`, card, definition }];
  });

  test.skipIf(schemas === undefined)('NOT CHECKED unless CRDS names a folder of them: there are some of the cards there', () => {
    expect(known.length).toBeGreaterThan(40);
  });

  if (known.length > 0) {
    test.each(known)('$kind has every field that its card names', ({ card, definition }) => {
      const { schema, ...head } = definition;
      expect(head).toEqual({ apiVersion: card.apiVersion, scope: card.scope, plural: card.plural });
      expect(
        pathsOf(card)
          .filter((path) => !hasField(schema, path))
          .map((path) => path.join('.')),
      ).toEqual([]);
      if (card.managed) expect('none' in card.tags).toBe(!hasField(schema, ['spec', 'forProvider', 'tags']));
      if (card.managed) expect('none' in card.region).toBe(!hasField(schema, ['spec', 'forProvider', 'region']));
    });
  }
});
