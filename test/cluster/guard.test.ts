import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { conditionOf } from '../../functions/core/readiness.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { planClaim } from '../../plan/run.ts';
import { toYaml } from '../../platform/yaml.ts';
import { type EnvironmentData, environmentConfig } from '../request.ts';
import {
  apply,
  claim,
  eventually,
  get,
  kubectl,
  list,
  lossOf,
  makeNamespace,
  psql,
  ready,
  removeNamespaces,
  run,
  saidOf,
  touch,
  tryApply,
} from './cluster.ts';

const namespaces = ['guard-policies', 'guard-budget', 'guard-moved', 'guard-thrown', 'guard-forged', 'guard-rationed'];
const budgeted = environmentConfig('budgeted', {
  tier: 'dev',
  // Room for two small containers.
  prices: { 'compute/vcpu-hour': 0.1, 'compute/gib-hour': 0.01, 'ebs/gp3-gib-month': 0 },
  budget: { namespaceMonthlyUSD: 20 },
});
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'golden-path-guard-'));
  await removeNamespaces(...namespaces);
  await apply(budgeted);
});
afterAll(async () => {
  await removeNamespaces(...namespaces);
  await kubectl('delete', 'environmentconfig', 'budgeted', 'rationed', '--ignore-not-found');
  await rm(scratch, { recursive: true });
});

/** What the guard says on the claim, once it says what is expected. */
async function told(namespace: string, name: string, status: 'True' | 'False') {
  return await eventually(async () => {
    await touch(namespace, name);
    const condition = saidOf(await get('appdatabase', name, namespace), 'Allowed');
    if (condition?.status !== status) throw new Error(`Allowed is ${JSON.stringify(condition)}`);
    return condition;
  }, 60);
}

describe('a policy that needs only the claim', () => {
  const broken = claim('guard-policies', 'orders', { engine: 'postgres', highAvailability: false, backupRetentionDays: 3 });
  const text =
    'cannot apply in environment prod: spec.highAvailability: got false, want true [multi-az]; spec.backupRetentionDays: got 3, want at least 7 [backed-up]';

  test('is told in the same words by the plan, by kubectl apply and on the claim', async () => {
    const file = join(scratch, 'orders.yaml');
    writeFileSync(file, toYaml(broken));
    const planned = await run(process.execPath, ['cli/main.ts', 'plan', file, '--environment', 'prod', '--output', 'json']);
    expect([planned.code, JSON.parse(planned.stdout).claims[0].refused]).toEqual([1, { reason: 'PolicyViolated', message: text }]);

    await makeNamespace('guard-policies', 'prod');
    const refused = await tryApply(broken);
    expect([refused.code, refused.stderr.trim()]).toEqual([
      1,
      'Error from server (Forbidden): error when creating "STDIN": appdatabases.platform.internal "orders" is forbidden: ' +
        "ValidatingAdmissionPolicy 'claim-policies.platform.internal' with binding 'claim-policies.platform.internal' denied request: " +
        text,
    ]);

    // A claim that was there before its namespace came to the environment gets past the apiserver, and not past the guard.
    await kubectl('label', 'namespace', 'guard-policies', 'platform.internal/environment-');
    await apply(broken);
    await kubectl('label', 'namespace', 'guard-policies', 'platform.internal/environment=prod');
    expect(await told('guard-policies', 'orders', 'False')).toEqual({ status: 'False', reason: 'PolicyViolated', message: text });
    expect(await list('instances.rds.aws.m.upbound.io', '-n', 'guard-policies')).toEqual([]);
    await kubectl('delete', 'appdatabase', 'orders', '-n', 'guard-policies');
  });

  test('lets what it does not ask for through', async () => {
    expect(
      (await run('kubectl', ['apply', '--dry-run=server', '-f', '-'], toYaml(claim('guard-policies', 'fine', { highAvailability: true }))))
        .code,
    ).toBe(0);
  });

  test('only warns, or lets a waiver count, where the environment says so', async () => {
    const prod = await get('environmentconfig', 'prod');
    const relaxed = (policies: object) =>
      apply({ ...environmentConfig('relaxed', { ...(prod as unknown as { data: object }).data, policies }) });
    const dryRun = (annotations: Readonly<Record<string, string>> = {}) =>
      run('kubectl', ['apply', '--dry-run=server', '-f', '-'], toYaml({ ...broken, metadata: { ...broken.metadata, annotations } }));
    await kubectl('label', 'namespace', 'guard-policies', 'platform.internal/environment=relaxed', '--overwrite');
    try {
      await relaxed({ 'multi-az': { severity: 'warn' }, 'backed-up': { severity: 'off' } });
      const warned = await eventually(async () => {
        const result = await dryRun();
        if (result.code !== 0) throw new Error(result.stderr);
        return result;
      });
      expect(warned.stderr.trim()).toBe(
        "Warning: Validation failed for ValidatingAdmissionPolicy 'claim-policy-warnings.platform.internal' with binding 'claim-policy-warnings.platform.internal': " +
          'cannot apply in environment relaxed: spec.highAvailability: got false, want true [multi-az]',
      );
      await relaxed({ 'multi-az': { waivable: true }, 'backed-up': { waivable: true } });
      await eventually(async () => {
        expect([(await dryRun()).code, (await dryRun({ 'platform.internal/waive-policies': 'multi-az, backed-up' })).code]).toEqual([1, 0]);
      });
    } finally {
      await kubectl('label', 'namespace', 'guard-policies', 'platform.internal/environment=prod', '--overwrite');
      await kubectl('delete', 'environmentconfig', 'relaxed');
    }
  });
});

test('a namespace is filled up to its budget, and the next claim makes nothing', async () => {
  await makeNamespace('guard-budget', 'budgeted');
  const names = ['one', 'two', 'three'];
  await apply(...names.map((name) => claim('guard-budget', name)));
  const states = await eventually(async () => {
    const claims = await list('appdatabases', '-n', 'guard-budget');
    const found = claims.map((each) => [each.metadata.name, saidOf(each, 'Allowed'), each.status?.['monthlyCostUSD']] as const);
    if (found.some(([, condition]) => condition === undefined || condition.reason === 'BudgetAwaited'))
      throw new Error(JSON.stringify(found));
    return found;
  });
  const costOfOne = states.find(([, condition]) => condition?.status === 'True')?.[2];
  const [[refused, condition] = []] = states.filter(([, each]) => each?.status === 'False');
  expect(states.filter(([, each]) => each?.status === 'True').length).toBe(2);
  const others = names
    .filter((name) => name !== refused)
    .sort()
    .map((name) => `AppDatabase ${name} ${Number(costOfOne).toFixed(2)}`);
  expect(condition).toEqual({
    status: 'False',
    reason: 'OverBudget',
    message:
      `cannot apply in environment budgeted: its namespace would cost ${(3 * Number(costOfOne)).toFixed(2)} USD a month, of which ${Number(costOfOne).toFixed(2)} for this claim ` +
      `besides ${others.join(', ')}, want at most 20.00, the budget of a namespace; no smaller size fits`,
  });
  const made = (await list('statefulsets', '-n', 'guard-budget')).map(({ metadata }) => metadata.name).sort();
  expect(made).toEqual(
    names
      .filter((name) => name !== refused)
      .map((name) => `${name}-database`)
      .sort(),
  );
});

test('claims that are enlarged in one apply get no more together than their budget, and those that are refused keep what they have', async () => {
  const namespace = 'guard-rationed';
  const { data } = (await get('environmentconfig', 'prod')) as unknown as { readonly data: EnvironmentData };
  const rationed = (budget: object) => environmentConfig('rationed', { ...data, budget });
  const sized = (name: string, size: string) => claim(namespace, name, { size });
  const costOf = (size: string) =>
    planClaim(sized('a', size), 'rationed', { platform: goldenPath, environments: [rationed({})] }).cost?.monthlyUSD ?? Number.NaN;
  const [small, large] = [costOf('small'), costOf('large')];
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const verdicts = async (size: string) => {
    const claims = await list('appdatabases', '-n', namespace);
    return claims.map((each) => {
      const allowed = saidOf(each, 'Allowed');
      const synced = conditionOf(each, 'Synced');
      const isOver = synced?.observedGeneration === each.metadata.generation && allowed !== undefined && allowed.reason !== 'BudgetAwaited';
      if (!isOver || each.spec?.['size'] !== size) throw new Error(JSON.stringify(each.status));
      return [allowed.status, each.status?.['monthlyCostUSD']] as const;
    });
  };

  await apply(rationed({}));
  await makeNamespace(namespace, 'rationed');
  await apply(...names.map((name) => sized(name, 'small')));
  expect(await eventually(() => verdicts('small'))).toEqual(names.map(() => ['True', small]));

  await apply(rationed({ namespaceMonthlyUSD: Number((3 * small + 3 * large).toFixed(2)) }));
  await apply(...names.map((name) => sized(name, 'large')));
  const decided = await eventually(() => verdicts('large'), 180);
  expect(decided.toSorted()).toEqual([...Array(3).fill(['False', small]), ...Array(3).fill(['True', large])]);
  const classes = (await list('instances.rds.aws.m.upbound.io', '-n', namespace)).map(({ spec }) =>
    at(spec, 'forProvider', 'instanceClass'),
  );
  expect(classes.sort()).toEqual([...Array(3).fill('db.r7g.xlarge'), ...Array(3).fill('db.t4g.medium')]);
});

describe('a namespace that is relabelled', () => {
  test('leaves a shared database and its data untouched, until it is labelled back', async () => {
    await makeNamespace('guard-moved', 'staging');
    await apply(claim('guard-moved', 'orders'));
    await ready('guard-moved', 'orders');
    await psql('guard-moved', 'orders', "CREATE TABLE t (v text); INSERT INTO t VALUES ('kept')");
    const before = await list('databases.postgresql.sql.m.crossplane.io', '-n', 'guard-moved');

    await kubectl('label', 'namespace', 'guard-moved', 'platform.internal/environment=dev', '--overwrite');
    const { reason } = await told('guard-moved', 'orders', 'False');
    expect([reason, (await lossOf('guard-moved', 'orders')).told]).toEqual([
      'WouldMove',
      'cannot apply: it would move a live AppDatabase from tier staging, backend shared to tier dev, backend container and leave its data behind, ' +
        'since its namespace was moved from environment staging to dev; undo that, or make a new claim and move the data',
    ]);
    expect(await list('statefulsets', '-n', 'guard-moved')).toEqual([]);
    expect((await list('databases.postgresql.sql.m.crossplane.io', '-n', 'guard-moved')).map(({ metadata }) => metadata.uid)).toEqual(
      before.map(({ metadata }) => metadata.uid),
    );
    expect((await psql('guard-moved', 'orders', 'SELECT v FROM t')).stdout.trim()).toBe('kept');

    await kubectl('label', 'namespace', 'guard-moved', 'platform.internal/environment=staging', '--overwrite');
    expect((await told('guard-moved', 'orders', 'True')).reason).toBe('PoliciesHold');
  });

  test('leaves a prod instance untouched', async () => {
    await makeNamespace('guard-thrown', 'prod');
    await apply(claim('guard-thrown', 'orders'));
    const instances = () => list('instances.rds.aws.m.upbound.io', '-n', 'guard-thrown');
    const [before] = await eventually(async () => {
      const found = await instances();
      if (found.length === 0) throw new Error('no instance yet');
      return found;
    });
    await told('guard-thrown', 'orders', 'True');
    await kubectl('label', 'namespace', 'guard-thrown', 'platform.internal/environment=dev', '--overwrite');
    expect((await told('guard-thrown', 'orders', 'False')).reason).toBe('WouldMove');
    expect((await instances()).map(({ metadata, spec }) => [metadata.uid, spec])).toEqual([[before?.metadata.uid, before?.spec]]);
    await kubectl('label', 'namespace', 'guard-thrown', 'platform.internal/environment=prod', '--overwrite');
    await told('guard-thrown', 'orders', 'True');
  });

  test('moves a claim whose author takes the loss, by the command that the refusal ends with', async () => {
    await apply(claim('guard-moved', 'scratch'));
    await ready('guard-moved', 'scratch');
    await kubectl('label', 'namespace', 'guard-moved', 'platform.internal/environment=dev', '--overwrite');
    await kubectl(...(await lossOf('guard-moved', 'scratch')).command);
    await told('guard-moved', 'scratch', 'True');
    await eventually(async () => {
      const { status } = await get('appdatabase', 'scratch', 'guard-moved');
      expect([status?.['backend'], (await get('statefulset', 'scratch-database', 'guard-moved')).kind]).toEqual([
        'container',
        'StatefulSet',
      ]);
    });
    await kubectl('label', 'namespace', 'guard-moved', 'platform.internal/environment=staging', '--overwrite');
  });
});

test('an EnvironmentConfig that was emptied deletes nothing', async () => {
  const before = await list('statefulsets', '-n', 'guard-budget');
  expect(before.length).toBe(2);
  await apply({ ...budgeted, data: {} });
  const [name] = before.map(({ metadata }) => metadata.name.replace('-database', ''));
  await eventually(async () => {
    await touch('guard-budget', String(name));
    expect(saidOf(await get('appdatabase', String(name), 'guard-budget'), 'Resolved')?.reason).toBe('EnvironmentInvalid');
  });
  expect((await list('statefulsets', '-n', 'guard-budget')).map(({ metadata }) => metadata.uid)).toEqual(
    before.map(({ metadata }) => metadata.uid),
  );
  await apply(budgeted);
});

test('what somebody makes by hand is not taken for what the claim composed, were admission to let it through', async () => {
  const namespace = 'guard-forged';
  await makeNamespace(namespace, 'prod');
  const annotations = { 'crossplane.io/composition-resource-name': 'bucket', 'crossplane.io/external-name': 'payroll' };
  const forged = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'forged', namespace, annotations } };
  const spec = { deletion: 'Delete', crossplane: { resourceRefs: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'forged' }] } };
  const asked = { apiVersion: 'platform.internal/v1alpha1', kind: 'AppBucket', metadata: { name: 'receipts', namespace }, spec };
  await apply(forged, asked);
  const condition = await eventually(async () => {
    const found = saidOf(await get('appbucket', 'receipts', namespace), 'Resolved');
    if (found === undefined) throw new Error('not looked at yet');
    return found;
  }, 60);
  expect(condition).toEqual({
    status: 'False',
    reason: 'ForeignObject',
    message:
      'cannot believe what AppBucket "receipts" is said to have composed: "bucket": got ConfigMap "forged", want Bucket "receipts-bucket" or "receipts-bucket-bucket" that this claim composed; ' +
      'nothing is taken from it: an administrator of the platform takes it out of spec.crossplane.resourceRefs of the claim',
  });
  const made = await Promise.all(
    ['buckets.s3.aws.m.upbound.io', 'bucketpolicies.s3.aws.m.upbound.io', 'secrets'].map((kind) => list(kind, '-n', namespace)),
  );
  expect(made).toEqual([[], [], []]);
});
