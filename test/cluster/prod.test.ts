import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rdsAuthorities } from '../../functions/aws/rds-certificates.ts';
import { at } from '../../functions/core/kubernetes.ts';
import { conditionOf, isLook } from '../../functions/core/readiness.ts';
import {
  apply,
  bindingOf,
  claim,
  eventually,
  get,
  kubectl,
  list,
  lossOf,
  makeNamespace,
  ready,
  removeNamespaces,
  run,
  touch,
  tryApply,
} from './cluster.ts';
import { kindsOfDatabase, playStatus } from './provider.ts';
import { recordedConnection, recordedSecret } from './recorded.ts';

const namespace = 'prod-claims';

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'prod');
  await apply(claim(namespace, 'orders'));
});
afterAll(() => removeNamespaces(namespace));

test('every object that the claim composes is accepted by the apiserver', async () => {
  await eventually(async () => {
    const objects = await list(kindsOfDatabase, '-n', namespace);
    expect(objects.filter(isLook)).toEqual([]);
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'Instance',
      'ParameterGroup',
      'SecurityGroup',
      'SecurityGroupRule',
      'SecurityGroupRule',
      'SubnetGroup',
    ]);
  });
  await eventually(async () => {
    expect(conditionOf(await get('appdatabase', 'orders', namespace), 'Synced')?.status).toBe('True');
  });
});

test('the claim becomes ready, with a complete binding, once AWS has made everything', async () => {
  await playStatus(namespace);
  await apply(recordedSecret(namespace, 'orders-database-connection'));
  await ready(namespace, 'orders');
  const checked = 'sslmode=verify-full&sslrootcert=/bindings/orders-database/ca.crt';
  expect(await bindingOf(namespace, 'orders')).toEqual({
    type: 'postgresql',
    provider: 'rds',
    host: recordedConnection['host'],
    port: '5432',
    username: 'app',
    password: 'recorded-password',
    database: 'app',
    sslmode: 'verify-full',
    sslrootcert: 'ca.crt',
    'ca.crt': rdsAuthorities('eu-west-1', undefined),
    uri: `postgresql://app:recorded-password@${recordedConnection['host']}:5432/app?${checked}`,
    'jdbc-uri': `jdbc:postgresql://${recordedConnection['host']}:5432/app?user=app&password=recorded-password&${checked}`,
  });
});

test('deleting the claim is refused, with the reason on the screen', async () => {
  const { code, stderr } = await run('kubectl', ['delete', 'appdatabase', 'orders', '-n', namespace, '--timeout=10s']);
  expect(code).toBe(1);
  expect(stderr).toContain('spec.deletion of AppDatabase orders is Protect: set it to Snapshot or Delete first');
});

test('deleting the namespace is refused, with the way out on the screen', async () => {
  const { code, stderr } = await run('kubectl', ['delete', 'namespace', namespace, '--timeout=10s']);
  expect(code).toBe(1);
  // The apiserver reports one of the policies that refuse, whichever it asked first.
  expect(stderr).toMatch(
    /environment "prod" is protected|is of tier prod, which is protected|which stands for something outside of the cluster/,
  );
});

test('deleting a prod namespace without claims is refused until it says that it may go', async () => {
  const empty = 'prod-empty';
  await makeNamespace(empty, 'prod');
  const { code, stderr } = await run('kubectl', ['delete', 'namespace', empty, '--timeout=10s']);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(
      `cannot delete namespace "${empty}": environment "prod" is protected; to delete it all the same, first run: kubectl annotate namespace ${empty} platform.internal/deletion=Allow\n`,
    ),
  ]);
  await kubectl('annotate', 'namespace', empty, 'platform.internal/deletion=Allow');
  await kubectl('delete', 'namespace', empty, '--timeout=60s');
});

describe('a policy that the claim breaks', () => {
  const text = 'cannot apply in environment prod: spec.highAvailability: got false, want true [multi-az]';
  const label = (environment: string) =>
    kubectl('label', 'namespace', namespace, `platform.internal/environment${environment}`, '--overwrite');
  const identities = async () => (await list(kindsOfDatabase, '-n', namespace)).map(({ metadata, spec }) => [metadata.uid, spec]);

  test('is refused by the apiserver', async () => {
    const patch = JSON.stringify({ spec: { highAvailability: false } });
    const { code, stderr } = await run('kubectl', ['patch', 'appdatabase', 'orders', '-n', namespace, '--type=merge', '-p', patch]);
    expect([code, stderr.trim()]).toEqual([
      1,
      'Error from server (Forbidden): appdatabases.platform.internal "orders" is forbidden: ' +
        `ValidatingAdmissionPolicy 'claim-policies.platform.internal' with binding 'claim-policies.platform.internal' denied request: ${text}`,
    ]);
  });

  test('is on a claim that got past it, and the database is as it was', async () => {
    const before = await identities();
    await label('-');
    await apply(claim(namespace, 'orders', { engine: 'postgres', highAvailability: false }));
    await label('=prod');
    await eventually(async () => {
      await touch(namespace, 'orders');
      expect(conditionOf(await get('appdatabase', 'orders', namespace), 'Allowed')?.message).toBe(text);
    });
    expect(await identities()).toEqual(before);
    await apply(claim(namespace, 'orders'));
    await ready(namespace, 'orders');
  });
});

test('after deletion: Delete, which is acknowledged, the way is free as soon as AWS has protection off', async () => {
  const given = claim(namespace, 'orders', { engine: 'postgres', deletion: 'Delete' });
  const loss =
    'spec.deletion: got Delete in place of Protect: deleting the claim then deletes the instance without a final snapshot, and its automated backups';
  const { code, stderr } = await tryApply(given);
  expect([code, stderr]).toEqual([
    0,
    `Warning: Validation failed for ValidatingAdmissionPolicy 'claim-losses.platform.internal' with binding 'claim-losses.platform.internal': ${loss}; ` +
      'nothing of the claim is applied before that is acknowledged, by the command that its condition Allowed ends with\n',
  ]);
  const { told, command } = await lossOf(namespace, 'orders');
  expect(told).toBe(`cannot apply: ${loss.replace('Delete in place of Protect', '"Delete" in place of "Protect"')}`);
  const instanceNow = () => get('instances.rds.aws.m.upbound.io', 'orders-database-instance', namespace);
  expect(at(await instanceNow(), 'spec', 'forProvider', 'deletionProtection')).toBe(true);
  await kubectl(...command);
  await eventually(async () => {
    await touch(namespace, 'orders');
    const instance = await instanceNow();
    expect([at(instance, 'spec', 'forProvider', 'deletionProtection'), at(instance, 'spec', 'managementPolicies')]).toEqual([
      false,
      ['Observe', 'Create', 'Update', 'LateInitialize', 'Delete'],
    ]);
  });
  const early = await run('kubectl', ['delete', 'appdatabase', 'orders', '-n', namespace, '--timeout=10s']);
  expect([early.code, early.stderr]).toEqual([
    1,
    expect.stringContaining('AWS is still turning deletion protection off: try again in a few minutes'),
  ]);
  await playStatus(namespace, (status, object) =>
    object.kind === 'Instance' ? { ...status, atProvider: { ...(status['atProvider'] as object), deletionProtection: false } } : status,
  );
  await eventually(async () => {
    await touch(namespace, 'orders');
    expect((await list('usages.protection.crossplane.io', '-n', namespace)).length).toBe(0);
  });
  await kubectl('delete', 'appdatabase', 'orders', '-n', namespace, '--timeout=60s');
  await eventually(async () => expect((await list(kindsOfDatabase, '-n', namespace)).length).toBe(0));
});
