import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { DesiredResource } from '../functions/core/step.ts';
import { expand } from '../functions/expand/expand.ts';
import { guard } from '../functions/guard/guard.ts';
import { type Given, stepRequest } from './request.ts';

const configMap = (name: string, namespace?: string): DesiredResource => ({
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(namespace !== undefined && { namespace }) } },
});

/** What the guard says once a later step has changed what expand wanted. */
function refusalOf(change: (desired: Record<string, DesiredResource>) => Record<string, DesiredResource>, given: Given = {}) {
  const request = stepRequest(given);
  return guard({ ...request, desired: change({ ...expand(request).desired }) });
}

const prod: Given = { environment: 'prod' };

function instanceWith(forProvider: Record<string, unknown>, spec: Record<string, unknown> = {}) {
  return (desired: Record<string, DesiredResource>) => {
    const instance = desired['instance']?.object as KubernetesObject & { spec: { forProvider: object } };
    const object = { ...instance, spec: { ...instance.spec, ...spec, forProvider: { ...instance.spec.forProvider, ...forProvider } } };
    return { ...desired, instance: { object } };
  };
}

const cluster: DesiredResource = { object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } } };
const legacy: DesiredResource = { object: { apiVersion: 's3.aws.upbound.io/v1beta1', kind: 'Bucket', metadata: { name: 'x' } } };
const openRule = (forProvider: object, kind = 'SecurityGroupRule'): DesiredResource => ({
  object: { apiVersion: 'ec2.aws.m.upbound.io/v1beta1', kind, metadata: { name: 'open' }, spec: { forProvider } },
});
const at = 'instance (Instance orders-database-instance): spec.forProvider.';

describe('refuses, whoever wrote it:', () => {
  test.each<[string, (desired: Record<string, DesiredResource>) => Record<string, DesiredResource>, Given, string]>([
    [
      'one object under two keys',
      (desired) => ({ ...desired, a: configMap('x'), b: configMap('x') }),
      {},
      'cannot apply in environment dev: b (ConfigMap x): the same object as key a, want one key for each object [unique-objects]',
    ],
    [
      'a foreign namespace',
      (desired) => ({ ...desired, a: configMap('x', 'kube-system') }),
      {},
      'cannot apply in environment dev: a (ConfigMap x): metadata.namespace: got "kube-system", want "shop" [own-namespace]',
    ],
    [
      'a cluster-scoped kind',
      (desired) => ({ ...desired, a: cluster }),
      {},
      'cannot apply in environment dev: a (Namespace x): kind: got "v1 Namespace", which is cluster-scoped, want a namespaced kind [own-namespace]',
    ],
    [
      'a cluster-scoped managed resource',
      (desired) => ({ ...desired, a: legacy }),
      {},
      'cannot apply in environment dev: a (Bucket x): kind: got "s3.aws.upbound.io/v1beta1 Bucket", which is cluster-scoped, want a namespaced kind [own-namespace]',
    ],
    [
      'a name that is too long',
      (desired) => ({ ...desired, a: { object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x'.repeat(64) } } } }),
      {},
      `cannot apply in environment dev: a (Service ${'x'.repeat(64)}): metadata.name: got "${'x'.repeat(59)}… (66 characters), want at most 63 characters [names-within-limits]`,
    ],
    [
      'a name that Kubernetes refuses',
      (desired) => ({ ...desired, a: configMap('Orders') }),
      {},
      'cannot apply in environment dev: a (ConfigMap Orders): metadata.name: got "Orders", want a match of ^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$ [names-within-limits]',
    ],
    [
      'an RDS identifier that AWS refuses',
      instanceWith({ identifier: 'a--b' }),
      prod,
      `cannot apply in environment prod: ${at}identifier: got "a--b", want a match of ^[a-z](-?[a-z0-9])*$ [names-within-limits]`,
    ],
    [
      'no encryption',
      instanceWith({ storageEncrypted: false }),
      prod,
      `cannot apply in environment prod: ${at}storageEncrypted: got false, want true [rds-encrypted]`,
    ],
    [
      'a public address',
      instanceWith({ publiclyAccessible: true }),
      prod,
      `cannot apply in environment prod: ${at}publiclyAccessible: got true, want false [rds-private]`,
    ],
    [
      'one zone',
      instanceWith({ multiAz: undefined }),
      prod,
      `cannot apply in environment prod: ${at}multiAz: got undefined, want true [rds-multi-az]`,
    ],
    [
      'short backups',
      instanceWith({ backupRetentionPeriod: 6 }),
      prod,
      `cannot apply in environment prod: ${at}backupRetentionPeriod: got 6, want at least 7 [rds-backed-up]`,
    ],
    [
      'backups that go with the database',
      instanceWith({ deleteAutomatedBackups: true }),
      prod,
      `cannot apply in environment prod: ${at}deleteAutomatedBackups: got true, want false [rds-backed-up]`,
    ],
    [
      'no deletion protection',
      instanceWith({ deletionProtection: false }),
      prod,
      `cannot apply in environment prod: ${at}deletionProtection: got false, want true [rds-deletion-protected]`,
    ],
    [
      'no final snapshot',
      instanceWith({ skipFinalSnapshot: true }),
      prod,
      `cannot apply in environment prod: ${at}skipFinalSnapshot: got true, want false [rds-final-snapshot]`,
    ],
    [
      'a final snapshot without a name',
      instanceWith({ finalSnapshotIdentifier: undefined }),
      prod,
      `cannot apply in environment prod: ${at}finalSnapshotIdentifier: got undefined, want a name [rds-final-snapshot]`,
    ],
    [
      'a parameter group that does not force TLS',
      instanceWith({ parameterGroupName: 'default.postgres17' }),
      prod,
      `cannot apply in environment prod: ${at}parameterGroupName: got "default.postgres17", want a composed ParameterGroup with rds.force_ssl = 1 [rds-tls-enforced]`,
    ],
    [
      'a managed resource whose deletion takes the database along',
      instanceWith({}, { managementPolicies: ['*'] }),
      prod,
      'cannot apply in environment prod: instance (Instance orders-database-instance): spec.managementPolicies: got ["*"], want them without Delete [rds-outlives-control-plane]',
    ],
    [
      'ingress from everywhere',
      (desired) => ({ ...desired, open: openRule({ type: 'ingress', cidrBlocks: ['10.0.0.0/8', '0.0.0.0/0'] }) }),
      {},
      'cannot apply in environment dev: open (SecurityGroupRule open): spec.forProvider.cidrBlocks: got "0.0.0.0/0", want the address ranges of the clients [no-open-ingress]',
    ],
    [
      'ingress from everywhere by the newer kind',
      (desired) => ({ ...desired, open: openRule({ cidrIpv6: '::/0' }, 'SecurityGroupIngressRule') }),
      {},
      'cannot apply in environment dev: open (SecurityGroupIngressRule open): spec.forProvider.cidrIpv6: got "::/0", want the address ranges of the clients [no-open-ingress]',
    ],
  ])('%s', (_, change, given, message) => {
    const response = refusalOf(change, given);
    expect(response.refusal).toEqual({ reason: 'PolicyViolated', message });
    expect(response.conditions).toEqual([{ type: 'Allowed', status: 'False', reason: 'PolicyViolated', message }]);
  });
});

test('an egress rule to everywhere is no ingress', () => {
  expect(refusalOf((desired) => ({ ...desired, out: openRule({ type: 'egress', cidrBlocks: ['0.0.0.0/0'] }) })).refusal).toBeUndefined();
});

test.each(['Snapshot', 'Delete'])('spec.deletion: %s of the claim itself gives the protection up', (deletion) => {
  expect(refusalOf((desired) => desired, { ...prod, spec: { deletion } }).refusal).toBeUndefined();
});

test('a default of the environment cannot give the protection up', () => {
  const request = stepRequest({ ...prod, environments: prodWith({ deletion: 'Delete' }) });
  expect(guard({ ...request, desired: expand(request).desired }).refusal?.reason).toBe('PolicyViolated');
});

function prodWith(patch: object): readonly KubernetesObject[] {
  return (
    stepRequest(prod).required.environments?.map((object) => ({
      ...object,
      data: { ...(object['data'] as object), defaults: { AppDatabase: patch } },
    })) ?? []
  );
}

describe('what is observed and no longer wanted', () => {
  const observed = { extra: { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }, connectionDetails: {} } };

  test('is not deleted', () => {
    expect(refusalOf((desired) => desired, { observed }).refusal).toEqual({
      reason: 'WouldRemove',
      message:
        "cannot apply: it would delete extra (ConfigMap x), which the claim's spec did not ask for; " +
        'if it is meant, name the keys in annotation platform.internal/allow-removal of the claim',
    });
  });

  test('is deleted where the claim names it', () => {
    expect(
      refusalOf((desired) => desired, { observed, annotations: { 'platform.internal/allow-removal': 'other, extra' } }).refusal,
    ).toBeUndefined();
  });
});
