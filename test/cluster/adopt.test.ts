import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { groupOf, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import { isLook } from '../../functions/core/readiness.ts';
import { toYaml } from '../../platform/yaml.ts';
import {
  answerLook,
  apply,
  claim,
  eventually,
  foundWith,
  get,
  kubectl,
  list,
  makeNamespace,
  removeNamespaces,
  run,
  saidOf,
  tryApply,
} from './cluster.ts';

const namespace = 'adopt';
const folder = mkdtempSync(join(tmpdir(), 'adopt-'));

beforeEach(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'prod');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await removeNamespaces(namespace);
});

interface Case {
  readonly kind: string;
  readonly resource: string;
  readonly adopt: Readonly<Record<string, string>>;
  readonly other: Readonly<Record<string, string>>;
  /** By kind of AWS, what its provider reports. */
  readonly runs: Readonly<Record<string, object>>;
  /** What else it is tagged with, so that it can be adopted. */
  readonly tags?: Readonly<Record<string, string>>;
  /** What somebody puts into a Secret for it beforehand. */
  readonly secret?: KubernetesObject;
  /** A field in which what runs differs. */
  readonly differs: string;
}

const cases: readonly Case[] = [
  {
    kind: 'AppDatabase',
    resource: 'instance.rds.aws.m.upbound.io/legacy-database-instance',
    adopt: { instance: 'legacy-orders' },
    other: { instance: 'another' },
    runs: {
      Instance: {
        identifier: 'legacy-orders',
        region: 'eu-west-1',
        engine: 'postgres',
        engineVersionActual: '17.4',
        instanceClass: 'db.m5.large',
        allocatedStorage: 100,
        storageType: 'gp3',
        storageEncrypted: true,
        multiAz: true,
        port: 5432,
        username: 'postgres',
        dbName: 'legacy',
        dbSubnetGroupName: 'legacy',
        vpcSecurityGroupIds: ['sg-legacy'],
      },
      SubnetGroup: { vpcId: 'vpc-1' },
    },
    differs: 'instanceClass',
  },
  {
    kind: 'AppBucket',
    resource: 'bucket.s3.aws.m.upbound.io/legacy-bucket-bucket',
    adopt: { bucket: 'legacy-files' },
    other: { bucket: 'another' },
    runs: { Bucket: { region: 'eu-west-1' }, BucketPolicy: { policy: '{"Version":"2012-10-17","Statement":[]}' } },
    differs: 'policy',
  },
  {
    kind: 'AppQueue',
    resource: 'queue.sqs.aws.m.upbound.io/legacy-queue-queue',
    adopt: { queue: 'legacy-jobs' },
    other: { queue: 'another' },
    runs: {
      Queue: {
        name: 'legacy-jobs',
        region: 'eu-west-1',
        fifoQueue: false,
        messageRetentionSeconds: 345_600,
        visibilityTimeoutSeconds: 300,
        sqsManagedSseEnabled: true,
      },
    },
    differs: 'visibilityTimeoutSeconds',
  },
  {
    kind: 'AppCache',
    resource: 'replicationgroup.elasticache.aws.m.upbound.io/legacy-cache-replication-group',
    adopt: { replicationGroup: 'legacy-sessions' },
    other: { replicationGroup: 'another' },
    runs: {
      ReplicationGroup: {
        region: 'eu-west-1',
        engine: 'valkey',
        engineVersionActual: '8.2.0',
        nodeType: 'cache.m6g.large',
        numCacheClusters: 2,
        atRestEncryptionEnabled: 'true',
        transitEncryptionEnabled: true,
        transitEncryptionMode: 'required',
        port: 6379,
        subnetGroupName: 'legacy',
        securityGroupIds: ['sg-legacy'],
      },
      SubnetGroup: { vpcId: 'vpc-1' },
    },
    tags: { 'auth-token': 'required' },
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'legacy-cache-token', namespace },
      stringData: { password: 'a-token-that-clients-use' },
    },
    differs: 'nodeType',
  },
];

async function allowed(kind: string, reason: string, message: RegExp): Promise<string> {
  return await eventually(async () => {
    const found = saidOf(await get(kind.toLowerCase(), 'legacy', namespace), 'Allowed');
    expect(found).toEqual({ status: 'False', reason, message: expect.stringMatching(message) });
    return String(found?.message);
  }, 90);
}

/** Plays the provider of what the claim looks at: what is not said is not there, which the cluster's own providers say. */
async function report({ runs, tags: others }: Case, tags: object): Promise<void> {
  for (const object of (await list('managed', '-n', namespace)).filter(isLook)) {
    const reported = runs[object.kind];
    if (reported === undefined || object.metadata.name.includes('dead-letter')) continue;
    const { conditions } = foundWith({});
    await answerLook(object, { conditions, atProvider: { ...reported, tags: { ...others, ...tags } } });
  }
}

const managed = async () => (await list('managed', '-n', namespace)).filter((object) => groupOf(object).endsWith('.aws.m.upbound.io'));

async function planned(file: string) {
  const { code, stdout, stderr } = await run(process.execPath, ['cli/main.ts', 'plan', file, '--adopt', '--output', 'json']);
  expect(stderr).toBe('');
  const { adoption, refused } = JSON.parse(stdout).claims[0];
  return { code, adoption, refused };
}

test.each(cases)('what was there before an $kind is only looked at until it is accepted', { timeout: 600_000 }, async (which) => {
  const { kind, resource, adopt, other, secret, differs } = which;
  const given = claim(namespace, 'legacy', { adopt }, kind);
  const file = join(folder, `${kind}.yaml`);
  writeFileSync(file, toYaml(given));
  const onlyLooks = async () => {
    const found = await managed();
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ spec }) => JSON.stringify(spec['managementPolicies']) !== '["Observe"]')).toEqual([]);
    const usages = await list('usages.protection.crossplane.io', '-n', namespace);
    const secrets = (await list('secrets', '-n', namespace)).map(({ metadata }) => metadata.name);
    expect([usages, secrets]).toEqual([[], secret === undefined ? [] : [secret.metadata?.name]]);
  };

  await apply(given, ...(secret === undefined ? [] : [secret]));
  await allowed(kind, 'CannotAdopt', /^cannot adopt: .*: AWS has no "[a-z-]+" in region eu-west-1/);
  await onlyLooks();

  const tag = `test/prod/${namespace}/${kind}/legacy`;
  await eventually(async () => {
    await report(which, { 'adoptable-by': `${tag}-of-others` });
    await allowed(kind, 'CannotAdopt', new RegExp(`have the platform team tag it with adoptable-by=${tag};`));
  }, 120);
  await onlyLooks();

  const message = await eventually(async () => {
    await report(which, { 'adoptable-by': tag });
    return await allowed(kind, 'AdoptionAwaited', new RegExp(`${differs}: runs `));
  }, 120);
  await onlyLooks();
  expect((await tryApply(claim(namespace, 'legacy', { adopt: other }, kind))).stderr).toContain('adopt cannot be changed');
  const waiting = await planned(file);
  expect([waiting.code, waiting.refused.reason, message]).toEqual([1, 'AdoptionAwaited', expect.stringContaining(waiting.adoption.accept)]);

  const { code, stderr } = await run('sh', ['-c', waiting.adoption.accept]);
  expect([code, stderr]).toEqual([0, '']);
  await eventually(async () => {
    const made = await get(resource.split('/')[0] ?? '', resource.split('/')[1] ?? '', namespace);
    expect(made.spec['managementPolicies']).toContain('Update');
    expect(isLook(made)).toBe(false);
  }, 90);
  expect((await planned(file)).adoption).toBeUndefined();
  const refusal = await eventually(async () => {
    const deleted = await run('kubectl', ['delete', kind.toLowerCase(), 'legacy', '-n', namespace, '--wait=false']);
    expect(deleted.code).not.toBe(0);
    return deleted.stderr;
  }, 60);
  expect(refusal).toContain('is Protect');
});

test('a claim that nobody accepts goes, and leaves what it looked at', async () => {
  await apply(claim(namespace, 'legacy', { adopt: { instance: 'legacy-orders' } }));
  await allowed('AppDatabase', 'CannotAdopt', /^cannot adopt: /);
  await kubectl('delete', 'appdatabase', 'legacy', '-n', namespace, '--wait=false');
  await eventually(async () => {
    const { metadata } = await get('instance.rds.aws.m.upbound.io', 'legacy-database-instance', namespace).catch(() => ({ metadata: {} }));
    expect(metadata).toEqual({});
  }, 60);
});
