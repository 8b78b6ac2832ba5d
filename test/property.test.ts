import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apis } from '../functions/apis/index.ts';
import type { Api } from '../functions/core/api.ts';
import { resolveEnvironment } from '../functions/core/environment.ts';
import { at, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { StepRequest } from '../functions/core/pipeline.ts';
import type { ObservedResource, StepResponse } from '../functions/core/step.ts';
import { tiers } from '../functions/core/tier.ts';
import { expand } from '../functions/expand/expand.ts';
import { guard } from '../functions/guard/guard.ts';
import { policies } from '../functions/guard/policies/index.ts';
import { anySaid } from './arbitrary.ts';
import {
  boundTo,
  environmentConfig,
  everything,
  instanceDetails,
  loginDetails,
  observedAfter,
  queueDetails,
  replicationGroupDetails,
  roleDetails,
  stepRequest,
} from './request.ts';

/** `npm run test:nightly` sets more. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 500);

const secret = 'Xk9s3cr3tXk9';

const policySettings = fc.dictionary(
  fc.constantFrom(...policies.filter(({ fixed }) => fixed !== true).map(({ id }) => id)),
  fc.record({ severity: fc.constantFrom('deny', 'warn', 'off'), waivable: fc.boolean() }, { requiredKeys: [] }),
  { maxKeys: 3 },
);

const { providerSqlTls: _, ...withoutOwnLogins } = everything.aws;

const environmentOf = (api: Api) =>
  fc
    .record({
      tier: fc.constantFrom(...tiers),
      defaults: fc.option(anySaid(api.fields, (field) => field.default !== undefined)),
      policies: policySettings,
      budget: fc.option(fc.record({ claimMonthlyUSD: fc.constantFrom(10, 500, 5000), namespaceMonthlyUSD: fc.constantFrom(100, 10_000) })),
      tags: fc.constantFrom({ team: 'shop' }, { team: 'other', owner: 'someone' }),
      ownLogins: fc.boolean(),
      emptied: fc.integer({ min: 0, max: 19 }).map((roll) => roll === 0),
    })
    .map(({ tier, defaults, policies: settings, budget, tags, ownLogins, emptied }) =>
      environmentConfig(
        'here',
        emptied
          ? {}
          : {
              ...everything,
              aws: ownLogins ? everything.aws : withoutOwnLogins,
              tier,
              tags,
              policies: settings,
              ...(defaults !== null && { defaults: { [api.kind]: defaults } }),
              ...(budget !== null && { budget }),
            },
      ),
    );

const details = {
  instance: { ...instanceDetails, connectionDetails: { ...instanceDetails.connectionDetails, password: secret } },
  'replication-group': {
    ...replicationGroupDetails,
    connectionDetails: { ...replicationGroupDetails.connectionDetails, 'attribute.auth_token': secret },
  },
  role: { connectionDetails: { ...roleDetails.connectionDetails, password: secret } },
  login: { connectionDetails: { ...loginDetails.connectionDetails, password: secret } },
  ...queueDetails,
};

/** What happens to one observed resource between two calls. */
const fates = fc.constantFrom('kept', 'kept', 'kept', 'kept', 'missing', 'stale', 'deleting', 'failing');

function withFate(resource: ObservedResource, fate: string): ObservedResource | undefined {
  const { object, connectionDetails } = resource;
  switch (fate) {
    case 'missing':
      return undefined;
    case 'stale':
      return { object: { ...object, status: {} }, connectionDetails: {} };
    case 'deleting':
      return { object: { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-02T03:04:05Z' } }, connectionDetails };
    case 'failing': {
      const message = `cannot connect: postgres://admin:${secret}@host/db password=${secret}`;
      return {
        object: { ...object, status: { conditions: [{ type: 'Synced', status: 'False', reason: 'ReconcileError', message }] } },
        connectionDetails,
      };
    }
    default:
      return resource;
  }
}

interface Run {
  readonly request: StepRequest;
  readonly expanded: StepResponse;
  readonly guarded: StepResponse | undefined;
}

function run(request: StepRequest): Run {
  const expanded = expand(request);
  const desiredStatus = expanded.status ?? {};
  return {
    request,
    expanded,
    guarded: expanded.refusal === undefined ? guard({ ...request, desired: expanded.desired, desiredStatus }) : undefined,
  };
}

const claimOf = (api: Api) =>
  fc.record({
    spec: anySaid(api.fields, ({ of }) => of === 'claim'),
    environment: environmentOf(api),
    labelled: fc.integer({ min: 0, max: 19 }).map((roll) => (roll === 0 ? undefined : 'here')),
    waived: fc.constantFrom('', 'multi-az', 'backed-up, multi-az'),
  });

/** What an environment makes something of. */
const placed = apis.filter(({ place }) => place === 'environment');

const situationOf = (api: Api) =>
  fc
    .record({
      api: fc.constant(api),
      before: claimOf(api),
      after: claimOf(api),
      // Most environments stay what they are; those that do not are mostly refused.
      moves: fc.integer({ min: 0, max: 3 }).map((roll) => roll === 0),
      fates: fc.array(fates, { minLength: 12, maxLength: 12 }),
    })
    .map(({ moves, ...rest }) => (moves ? rest : { ...rest, after: { ...rest.after, environment: rest.before.environment } }));

const situation = fc.oneof(...placed.map(situationOf));

type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

function requestOf(
  { api }: Situation,
  claim: Situation['before'],
  observed: Readonly<Record<string, ObservedResource>>,
  status?: unknown,
): StepRequest {
  const request = stepRequest({
    kind: api.kind,
    spec: claim.spec,
    environment: claim.labelled,
    environments: [claim.environment],
    annotations: { 'platform.internal/waive-policies': claim.waived },
    observed,
    claims: boundTo,
    ...(status !== undefined && { status }),
  });
  return { ...request, issueSecret: () => secret };
}

/** What is there after some reconciles of the first claim, if that was allowed. */
function livedThrough(given: Situation): { readonly observed: Record<string, ObservedResource>; readonly status: unknown } {
  let observed: Record<string, ObservedResource> = {};
  let status: unknown;
  for (let round = 0; round < 3; round += 1) {
    const { expanded, guarded } = run(requestOf(given, { ...given.before, labelled: 'here' }, observed, status));
    if (guarded === undefined || guarded.refusal !== undefined) break;
    status = { ...expanded.status, ...guarded.status };
    observed = observedAfter(expanded, details);
  }
  return { observed, status };
}

function follows(given: Situation): Run {
  const { observed, status } = livedThrough(given);
  const keys = Object.keys(observed).sort();
  const changed = keys.flatMap((key, index): [string, ObservedResource][] => {
    const resource = withFate(observed[key] as ObservedResource, given.fates[index % given.fates.length] ?? 'kept');
    return resource === undefined ? [] : [[key, resource]];
  });
  return run(requestOf(given, given.after, Object.fromEntries(changed), status));
}

const isReleasable = (api: Api, key: string) =>
  api.releasable.some((pattern) => (pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern));

/** Paths that AWS and provider-sql cannot change without making another resource. */
const identities = [
  ['metadata', 'name'],
  ['metadata', 'annotations', 'crossplane.io/external-name'],
  ...['identifier', 'engine', 'dbName', 'kmsKeyId', 'region', 'username'].map((field) => ['spec', 'forProvider', field]),
];

const seen = { applied: 0, refused: 0 };

test(`nothing is lost, told or changed that should not be, in ${numRuns} situations`, { timeout: 60_000 + numRuns * 100 }, () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { request, expanded, guarded } = follows(given);
      const again = follows(given);
      expect(JSON.stringify([again.expanded, again.guarded])).toBe(JSON.stringify([expanded, guarded]));

      const told = [expanded, guarded].map((response) => response && { ...response, desired: undefined });
      expect(JSON.stringify(told)).not.toContain(secret);

      if (guarded === undefined || guarded.refusal !== undefined) {
        seen.refused += 1;
        return;
      }
      seen.applied += 1;
      const { desired } = guarded;
      for (const [key, { object }] of Object.entries(request.observed)) {
        if (object.metadata?.deletionTimestamp !== undefined || isReleasable(given.api, key)) continue;
        expect(desired[key], `observed key ${key} is no longer desired`).toBeDefined();
        for (const path of identities) {
          const [was, is] = [at(object, ...path), at(desired[key]?.object, ...path)];
          if (was !== undefined && is !== undefined) expect(is, `${key} ${path.join('.')}`).toEqual(was);
        }
        const [was, is] = [object, desired[key]?.object].map((each) => at(each, 'spec', 'forProvider', 'allocatedStorage'));
        if (typeof was === 'number' && typeof is === 'number') expect(is).toBeGreaterThanOrEqual(was);
      }

      const { namespace, environments } = request.required;
      const resolved = resolveEnvironment(request.platform.environment, 'shop', {
        namespace: namespace ?? [],
        environments: environments ?? [],
      });
      if ('refusal' in resolved) throw new Error(resolved.refusal.message);
      const { environment } = resolved;
      const resources: Record<string, KubernetesObject> = Object.fromEntries(
        Object.entries(desired).map(([key, { object }]) => [key, object]),
      );
      for (const policy of policies) {
        const setting = environment.policies[policy.id];
        const denies = (setting?.severity ?? policy.severity) === 'deny' && policy.tiers?.includes(environment.tier) !== false;
        const waived = setting?.waivable === true && given.after.waived.includes(policy.id);
        if (denies && !waived) expect(policy.check(resources, { request, environment, allowed: [] }), policy.id).toEqual([]);
      }
    }),
    { numRuns },
  );
  // A run that refuses everything, or nothing, has shown nothing.
  expect(seen.applied).toBeGreaterThan(numRuns / 10);
  expect(seen.refused).toBeGreaterThan(numRuns / 20);
  console.log(`${numRuns} situations: ${seen.applied} applied, ${seen.refused} refused`);
});

/** What a provider writes into a spec that leaves it out, once the cloud has chosen it. */
const chosenByTheCloud = fc.dictionary(
  fc.constantFrom(
    ...['iops', 'storageThroughput', 'maxAllocatedStorage', 'availabilityZone', 'caCertIdentifier', 'optionGroupName', 'networkType'],
    ...['engineLifecycleSupport', 'licenseModel', 'kmsKeyId', 'monitoringInterval', 'numNodeGroups', 'preferredCacheClusterAzs'],
    ...['snapshotIdentifier', 'objectLockEnabled', 'forceDestroy', 'sqsManagedSseEnabled', 'policy', 'novel'],
  ),
  fc.oneof(fc.integer({ min: 0, max: 80_000 }), fc.constantFrom('io2', 'default:postgres-17', 'eu-west-1a'), fc.boolean(), fc.jsonValue()),
  { maxKeys: 6 },
);

/** What the cloud reports of what it did meanwhile. */
const reported = fc.record(
  {
    allocatedStorage: fc.integer({ min: 0, max: 65_536 }),
    iops: fc.integer({ min: 0, max: 80_000 }),
    engineVersion: fc.constantFrom('16.9', '17.9', '18.1', '7.2', '8.2', ''),
    engineVersionActual: fc.constantFrom('16.9', '17.9', '18.1', '7.2.6', '8.2.0', ''),
    status: fc.constantFrom('available', 'stopped', 'storage-full', 'failed', 'upgrading', 'novel'),
    instanceClass: fc.constantFrom('db.t4g.medium', 'db.r7g.16xlarge'),
    nodeType: fc.constantFrom('cache.t4g.small', 'cache.r7g.16xlarge'),
    multiAz: fc.boolean(),
    deletionProtection: fc.boolean(),
    address: fc.constantFrom('other.rds.internal', ''),
    primaryEndpointAddress: fc.constantFrom('other.cache.internal', ''),
    memberClusters: fc.constantFrom([], ['orders-001', 'orders-003']),
    tags: fc.constantFrom({}, { owner: 'someone' }),
    novel: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

function driftedBy(resource: ObservedResource, chosen: object, said: object): ObservedResource {
  const { object, connectionDetails } = resource;
  const forProvider = at(object, 'spec', 'forProvider');
  if (typeof forProvider !== 'object' || forProvider === null) return resource;
  const spec = { ...(object['spec'] as object), forProvider: { ...chosen, ...forProvider } };
  const status = { ...(object['status'] as object), atProvider: { ...(at(object, 'status', 'atProvider') as object), ...said } };
  return { object: { ...object, spec, status } as KubernetesObject, connectionDetails };
}

const drifting = Math.ceil(numRuns / 4);

test(`what the cloud does by itself refuses no unchanged claim, in ${drifting} situations`, { timeout: 60_000 + numRuns * 100 }, () => {
  let applied = 0;
  const drifts = fc.array(fc.tuple(chosenByTheCloud, reported), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(situation, drifts, (given, drift) => {
      const { observed, status } = livedThrough(given);
      const cost = at(status, 'monthlyCostUSD');
      const running = { ...given.before, labelled: 'here' as const };
      const rest = run(requestOf(given, running, observed, status));
      if (typeof cost !== 'number' || rest.guarded?.refusal !== undefined || rest.guarded === undefined) return;
      applied += 1;
      const { data, ...head } = given.before.environment;
      // Not a cent is left for what the claim did not ask for.
      const environment = { ...head, data: { ...(data as object), budget: { claimMonthlyUSD: Math.max(cost, 0.01) } } };
      const drifted = Object.entries(observed).map(([key, resource], index): [string, ObservedResource] => {
        const [chosen, said] = drift[index % drift.length] ?? [{}, {}];
        return [key, driftedBy(resource, chosen, said)];
      });
      const { expanded, guarded } = run(requestOf(given, { ...running, environment }, Object.fromEntries(drifted), status));
      expect([expanded.refusal, guarded?.refusal]).toEqual([undefined, undefined]);
    }),
    { numRuns: drifting },
  );
  expect(applied).toBeGreaterThan(drifting / 10);
});
