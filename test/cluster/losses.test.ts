import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { conditionOf, isLook } from '../../functions/core/readiness.ts';
import { toYaml } from '../../platform/yaml.ts';
import { apply, claim, eventually, get, kubectl, lossOf, makeNamespace, oncePassed, removeNamespaces, run } from './cluster.ts';

const namespace = 'losses';
const folder = mkdtempSync(join(tmpdir(), 'losses-'));

/** A field that a claim lowers, what it says besides, and what goes with that. */
interface Lowered {
  readonly kind: string;
  readonly name: string;
  readonly field: string;
  readonly beside?: object;
  /** What it says one after the other; the last is no loss after the second, which it is where nothing is said, and the third is one after it. */
  readonly values: readonly [first: unknown, second: unknown, third: unknown, last?: unknown];
  /** What it is composed into, and where there. */
  readonly object: string;
  readonly path: readonly string[];
  /** What the apiserver says of it, and what plan and claim say of a value. */
  readonly warned: string;
  readonly told: (value: unknown, before: unknown) => string;
}

const withoutSnapshot = 'deleting the claim then deletes the instance without a final snapshot, and its automated backups';

const lifecycles = 'bucketlifecycleconfigurations.s3.aws.m.upbound.io';

const cases: readonly Lowered[] = [
  {
    kind: 'AppBucket',
    name: 'versions',
    field: 'retentionDays',
    beside: { expireAfterDays: 50 },
    values: [60, 30, 20],
    object: `${lifecycles}/versions-bucket-lifecycle`,
    path: ['rule', '1', 'noncurrentVersionExpiration', '0', 'noncurrentDays'],
    warned: ' deletes old versions that are older than it says now',
    told: () =>
      'lifecycle (BucketLifecycleConfiguration versions-bucket-lifecycle): it deletes old versions that are older than it says now',
  },
  {
    kind: 'AppBucket',
    name: 'objects',
    field: 'expireAfterDays',
    beside: { retentionDays: 30 },
    values: [50, 40, 30],
    object: `${lifecycles}/objects-bucket-lifecycle`,
    path: ['rule', '2', 'expiration', '0', 'days'],
    warned: ' deletes objects that are older than it says now',
    told: () => 'lifecycle (BucketLifecycleConfiguration objects-bucket-lifecycle): it deletes objects that are older than it says now',
  },
  {
    kind: 'AppQueue',
    name: 'orders',
    field: 'retentionDays',
    values: [9, 8, 7],
    object: 'queues.sqs.aws.m.upbound.io/orders-queue-queue',
    path: ['messageRetentionSeconds'],
    warned: ' deletes messages that are older than it says now',
    told: () => 'queue (Queue orders-queue-queue): it deletes messages that are older than it says now',
  },
  {
    kind: 'AppDatabase',
    name: 'orders',
    field: 'backupRetentionDays',
    beside: { engine: 'postgres' },
    values: [30, 20, 10],
    object: 'instances.rds.aws.m.upbound.io/orders-database-instance',
    path: ['backupRetentionPeriod'],
    warned: ' deletes the automated backups that are older than it says now',
    told: (value) => `instance (Instance orders-database-instance): it deletes the automated backups that are older than ${value} days`,
  },
  {
    kind: 'AppCache',
    name: 'orders',
    field: 'size',
    beside: { engine: 'valkey' },
    values: ['xlarge', 'large', 'medium'],
    object: 'replicationgroups.elasticache.aws.m.upbound.io/orders-cache-replication-group',
    path: ['nodeType'],
    warned: ' evicts the keys that have no room any more',
    told: () => 'replication-group (ReplicationGroup orders-cache-replication-group): it evicts the keys that have no room any more',
  },
  {
    kind: 'AppDatabase',
    name: 'given-up',
    field: 'deletion',
    beside: { engine: 'postgres' },
    values: ['Protect', 'Delete', 'Delete', 'Snapshot'],
    object: 'instances.rds.aws.m.upbound.io/given-up-database-instance',
    path: ['skipFinalSnapshot'],
    warned: `: ${withoutSnapshot}`,
    told: (_, before) => `spec.deletion: got "Delete" in place of "${String(before)}": ${withoutSnapshot}`,
  },
];

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'prod');
  for (const { kind, name, field, beside, values } of cases) await apply(claim(namespace, name, { ...beside, [field]: values[0] }, kind));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await removeNamespaces(namespace);
});

describe.each(cases)('$field of $kind, lowered in prod', ({ kind, name, field, beside, values, object, path, warned, told }) => {
  const plural = `${kind.toLowerCase()}s`;
  const file = join(folder, `${plural}-${field}.yaml`);
  const [resource = '', composedName = ''] = object.split('/');

  const composed = async () => {
    const live = await get(resource, composedName, namespace);
    if (isLook(live)) throw new Error(`${object} is only looked at`);
    return at(live, 'spec', 'forProvider', ...path);
  };
  const verdict = async () => conditionOf(await get(plural, name, namespace), 'Allowed')?.status;
  const says = (value: unknown) => writeFileSync(file, toYaml(claim(namespace, name, { ...beside, [field]: value }, kind)));
  const planned = async () => {
    const { code, stdout } = await run(process.execPath, ['cli/main.ts', 'plan', file, '--live', '--output', 'json']);
    const [one] = (JSON.parse(stdout) as { readonly claims: readonly { readonly refused: { readonly message: string } | null }[] }).claims;
    return { code, refused: one?.refused?.message.split('; if that loss')[0] };
  };
  /** Says the lower value, and holds that plan, apiserver and claim say what goes, and that nothing did. */
  async function refused(value: unknown, before: unknown): Promise<readonly string[]> {
    const was = await composed();
    says(value);
    const refusal = `cannot apply: ${told(value, before)}`;
    expect(await planned()).toEqual({ code: 1, refused: refusal });
    const { code, stderr } = await run('kubectl', ['apply', '-f', file]);
    expect([code, stderr]).toEqual([
      0,
      "Warning: Validation failed for ValidatingAdmissionPolicy 'claim-losses.platform.internal' with binding 'claim-losses.platform.internal': " +
        `spec.${field}: got ${String(value)} in place of ${String(before)}${warned}; nothing of the claim is applied before that is acknowledged, ` +
        'by the command that its condition Allowed ends with\n',
    ]);
    const loss = await lossOf(namespace, name, plural);
    expect([loss.told, await composed()]).toEqual([refusal, was]);
    return loss.command;
  }

  test('is told by plan, apiserver and claim, and done once where it is acknowledged', async () => {
    const [first, second, third, last = second] = values;
    const was = await eventually(composed);
    says(first);
    expect(await planned()).toEqual({ code: 0, refused: undefined });
    await kubectl(...(await refused(second, first)));
    await oncePassed(namespace, name, plural, async () => expect(await composed()).not.toEqual(was));
    expect(await planned()).toEqual({ code: 0, refused: undefined });
    const takesLast = async () => {
      says(last);
      await kubectl('apply', '-f', file);
      await oncePassed(namespace, name, plural, async () => {
        expect([await verdict(), at((await get(plural, name, namespace)).status, 'settings', field)]).toEqual(['True', last]);
      });
    };
    await takesLast();
    await refused(third, last);
    await takesLast();
  });
});
