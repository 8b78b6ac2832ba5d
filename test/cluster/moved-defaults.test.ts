import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { conditionOf } from '../../functions/core/readiness.ts';
import { environmentConfig } from '../request.ts';
import { apply, claim, eventually, get, kubectl, makeNamespace, psql, ready, removeNamespaces, touch } from './cluster.ts';

const namespaces = ['moved-dev', 'moved-prod'];

const aws = {
  region: 'eu-west-1',
  providerConfig: 'aws',
  vpcId: 'vpc-1',
  subnetIds: ['subnet-1', 'subnet-2'],
  clientSecurityGroupIds: ['sg-1'],
  accountId: '111122223333',
};

/** The two environments, with these defaults, and what the second one moves its claims to. */
const environments = (dev: object, prod: object, rollouts: object = {}) =>
  apply(
    environmentConfig('moved-dev', { tier: 'dev', defaults: { AppDatabase: dev } }),
    environmentConfig('moved-prod', { tier: 'prod', controlPlane: 'test', aws, defaults: { AppDatabase: prod }, rollouts }),
  );

const podUid = () => kubectl('get', 'pod', 'orders-database-0', '-n', 'moved-dev', '-o', 'jsonpath={.metadata.uid}');
const instance = async () =>
  at(await get('instance.rds.aws.m.upbound.io', 'orders-database-instance', 'moved-prod'), 'spec', 'forProvider');
const statusOf = async (namespace: string) => at(await get('appdatabase', 'orders', namespace), 'status');

beforeAll(async () => {
  await removeNamespaces(...namespaces);
  await environments({}, { version: '16' });
  for (const namespace of namespaces) {
    await makeNamespace(namespace, namespace);
    await apply(claim(namespace, 'orders'));
  }
  await ready('moved-dev', 'orders');
  await eventually(instance);
});
afterAll(async () => {
  await removeNamespaces(...namespaces);
  await kubectl('delete', 'environmentconfig', ...namespaces, '--ignore-not-found');
});

test('a default that moves restarts no pod and changes no instance, and the claims say what it is now', async () => {
  await psql('moved-dev', 'orders', "CREATE TABLE t (v text); INSERT INTO t VALUES ('kept')");
  const [pod, before] = [await podUid(), await instance()];
  await environments({ size: 'large', extensions: ['pgcrypto'], storageGiB: 40 }, { version: '17', size: 'large', storageGiB: 500 });
  for (const namespace of namespaces) await touch(namespace, 'orders');
  await eventually(async () => {
    expect(await statusOf('moved-dev')).toMatchObject({
      settings: { size: 'small' },
      available: { size: 'large', extensions: ['pgcrypto'], storageGiB: 40 },
    });
    expect(await statusOf('moved-prod')).toMatchObject({
      settings: { version: '16', size: 'medium' },
      available: { version: '17', size: 'large', storageGiB: 500 },
    });
  });
  expect([await podUid(), (await psql('moved-dev', 'orders', 'SELECT v FROM t')).stdout, await instance()]).toEqual([pod, 'kept', before]);
  const [inDev, inProd] = [await get('appdatabase', 'orders', 'moved-dev'), await get('appdatabase', 'orders', 'moved-prod')];
  expect([conditionOf(inDev, 'Ready')?.status, conditionOf(inProd, 'Allowed')?.status]).toEqual(['True', 'True']);
});

test('a rollout of the environment moves the claims that it names', async () => {
  const before = await instance();
  const rollouts = { AppDatabase: [{ values: { version: '17' }, claims: { matchLabels: { wave: 'first' } } }] };
  await environments({}, { version: '17' }, rollouts);
  await kubectl('label', 'appdatabase', 'orders', '-n', 'moved-prod', 'wave=first');
  await eventually(async () => {
    const { engineVersion, parameterGroupName, ...rest } = (await instance()) as Record<string, unknown>;
    const { engineVersion: _, parameterGroupName: group, ...same } = before as Record<string, unknown>;
    expect([engineVersion, rest]).toEqual(['17', same]);
    expect(parameterGroupName).not.toBe(group);
  });
});
