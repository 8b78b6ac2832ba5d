import { describe, expect, test } from 'vitest';
import { contract } from '../../../test/contract.ts';
import { environmentConfig, everything, observedAfter, stepRequest } from '../../../test/request.ts';
import { apiVersion } from '../../core/group.ts';
import { at } from '../../core/kubernetes.ts';
import { expand } from '../../expand/expand.ts';
import { appIdentity } from './index.ts';

contract(appIdentity, {
  claims: [],
});

const other = (name: string, creationTimestamp: string, spec: object = { serviceAccount: 'orders' }, more: object = {}) => ({
  apiVersion,
  kind: 'AppIdentity',
  metadata: { name, namespace: 'shop', creationTimestamp, ...more },
  spec,
});

describe('a service account that another claim names too', () => {
  const given = (claim: object) =>
    expand(stepRequest({ kind: 'AppIdentity', spec: {}, claims: [other('orders', '2026-01-02T03:04:05Z'), claim as never] }));
  const refusal = (name: string) => ({
    reason: 'ServiceAccountTaken',
    message:
      `cannot use AppIdentity "orders": spec.serviceAccount: got "orders", which is that of AppIdentity "${name}" already, want one that no ` +
      'other has: a service account has one identity',
  });

  test.each([
    ['older', other('first', '2026-01-01T00:00:00Z')],
    ['older and on its way out', other('first', '2026-01-01T00:00:00Z', undefined, { deletionTimestamp: '2026-02-01T00:00:00Z' })],
    ['of the same second, and before it in the alphabet', other('first', '2026-01-02T03:04:05Z')],
  ])('belongs to the one that is %s', (_, claim) => {
    expect(given(claim).refusal).toEqual(refusal('first'));
  });

  test.each([
    ['younger', other('first', '2026-01-03T00:00:00Z')],
    ['of the same second, and after it in the alphabet', other('second', '2026-01-02T03:04:05Z')],
    ['not created yet, as in a plan', { ...other('first', ''), metadata: { name: 'first', namespace: 'shop' } }],
    ['for another account', other('first', '2026-01-01T00:00:00Z', {})],
    ['of another kind', { ...other('first', '2026-01-01T00:00:00Z'), kind: 'AppBucket' }],
  ])('is left to this claim by one that is %s', (_, claim) => {
    expect(given(claim).refusal).toBeUndefined();
  });
});

describe('on podidentity', () => {
  const environment = (aws: object) => [environmentConfig('prod', { ...everything, tier: 'prod', aws: { ...everything.aws, ...aws } })];
  const run = (aws: object, observed = {}) =>
    expand(stepRequest({ kind: 'AppIdentity', spec: {}, environment: 'prod', environments: environment(aws), claims: [], observed }));

  test('an association stays with the cluster that it was made for, and so does the trust', () => {
    const before = run({});
    const after = run({ clusterName: 'other', region: 'us-east-1' }, observedAfter(before));
    expect(after.desired['association']?.object).toEqual(before.desired['association']?.object);
    expect(at(after.desired['role']?.object, 'spec')).toEqual(at(before.desired['role']?.object, 'spec'));
  });

  test('an environment without a boundary bounds no role', () => {
    expect(Object.keys(at(run({ permissionsBoundaryArn: undefined }).desired['role']?.object, 'spec', 'forProvider') as object)).toEqual([
      'description',
      'assumeRolePolicy',
      'forceDetachPolicies',
      'tags',
    ]);
  });

  test('a tag of an environment that differs from one of ours by capitals is left out, since IAM would refuse both', () => {
    const tagsWith = (tags: object) => {
      const environments = [environmentConfig('prod', { ...everything, tier: 'prod', tags })];
      const { desired } = expand(stepRequest({ kind: 'AppIdentity', spec: {}, environment: 'prod', environments, claims: [] }));
      return at(desired['role']?.object, 'spec', 'forProvider', 'tags');
    };
    expect(tagsWith({ Owner: 'somebody', CLAIM: 'other', Team: 'shop' })).toEqual(tagsWith({ Team: 'shop' }));
    expect(tagsWith({ Team: 'shop' })).toMatchObject({ Team: 'shop', claim: 'orders' });
  });

  test('an environment has to name its cluster', () => {
    expect(run({ clusterName: undefined }).refusal).toEqual({
      reason: 'EnvironmentIncomplete',
      message: 'cannot use EnvironmentConfig "prod" for AppIdentity with backend podidentity: data.aws.clusterName: missing, want string',
    });
  });
});
