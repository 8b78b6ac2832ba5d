import { describe, expect, test } from 'vitest';
import {
  awsIn,
  environmentConfig,
  everything,
  exampleEnvironmentNames,
  exampleEnvironments,
  type Given,
  instanceDetails,
  loginDetails,
  namespace,
  observedAfter,
  roleDetails,
  stepRequest,
} from '../../test/request.ts';
import { apis } from '../apis/index.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { ObservedResource } from '../core/step.ts';
import { tiers } from '../core/tier.ts';
import { expand } from './expand.ts';

const only = (data: unknown): Given => ({ environment: 'here', environments: [environmentConfig('here', data)] });
const kinds = apis.map(({ kind }) => `platform.internal/v1alpha1 ${kind}`).join(', ');
const huge = 'x'.repeat(1_000_000);

describe('refuses, and touches nothing:', () => {
  test.each<[string, Given, string, string]>([
    [
      'a kind that this version does not know',
      { kind: 'AppUnknown' },
      'KindUnknown',
      `cannot expand: kind: got "platform.internal/v1alpha1 AppUnknown", want one of ${kinds}; install a newer function-golden-path`,
    ],
    ['an unknown field', { spec: { engin: 'postgres' } }, 'ClaimInvalid', 'cannot use AppDatabase "orders": spec.engin: unknown field'],
    [
      'a wrong enum',
      { spec: { size: 'huge' } },
      'ClaimInvalid',
      'cannot use AppDatabase "orders": spec.size: got "huge", want one of small, medium, large, xlarge',
    ],
    [
      'a wrong engine',
      { spec: { engine: 'mysql' } },
      'ClaimInvalid',
      'cannot use AppDatabase "orders": spec.engine: got "mysql", want one of postgres',
    ],
    [
      'wrong types, all at once',
      { spec: { storageGiB: '20', extensions: 'pgcrypto', highAvailability: null } },
      'ClaimInvalid',
      'cannot use AppDatabase "orders": spec.extensions: got "pgcrypto", want array; spec.highAvailability: got null, want boolean; spec.storageGiB: got "20", want number',
    ],
    [
      'storage below the minimum',
      { spec: { storageGiB: 1 } },
      'ClaimInvalid',
      'cannot use AppDatabase "orders": spec.storageGiB: got 1, want at least 20',
    ],
    [
      'a spec that is no object',
      { spec: 'postgres' },
      'ClaimInvalid',
      'cannot use AppDatabase "orders": spec: got "postgres", want object',
    ],
    [
      'a name over the limit',
      { name: 'o'.repeat(41) },
      'ClaimInvalid',
      `cannot use AppDatabase "${'o'.repeat(41)}": metadata.name: got "${'o'.repeat(41)}", want at most 40 lower-case letters, digits and dashes, beginning with a letter`,
    ],
    [
      'a megabyte of text',
      { spec: { databaseName: huge } },
      'ClaimInvalid',
      `cannot use AppDatabase "orders": spec.databaseName: got "${'x'.repeat(59)}… (1000000 characters), want at most 40 characters`,
    ],
    [
      'a control character',
      { spec: { databaseName: 'a\u0000\nb' } },
      'ClaimInvalid',
      'cannot use AppDatabase "orders": spec.databaseName: got "a\\u0000\\nb", want a match of /^[a-z][a-z0-9_]*$/',
    ],
    [
      'a __proto__',
      { spec: JSON.parse('{"__proto__": {"size": "large"}}') },
      'ClaimInvalid',
      'cannot use AppDatabase "orders": spec.__proto__: unknown field',
    ],
    [
      'a namespace without label',
      { environment: undefined },
      'NamespaceWithoutEnvironment',
      `cannot tell the environment of namespace "shop": label platform.internal/environment: missing, want one of ${exampleEnvironmentNames}`,
    ],
    [
      'a namespace without label where there are no environments',
      { environment: undefined, environments: [] },
      'NamespaceWithoutEnvironment',
      'cannot tell the environment of namespace "shop": label platform.internal/environment: missing, there are no environments yet: apply an EnvironmentConfig',
    ],
    [
      'a label that names no environment',
      { environment: 'qa' },
      'EnvironmentNotFound',
      `cannot tell the environment of namespace "shop": label platform.internal/environment: got "qa", want one of ${exampleEnvironmentNames}`,
    ],
    [
      'an environment with a wrong type',
      only({ tier: 'dev', budget: 3 }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.budget: got 3, want object; namespace "shop" belongs to it',
    ],
    [
      'an alias of a key',
      only({ tier: 'dev', aws: { ...everything.aws, kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:alias/shop' } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.aws.kmsKeyArn: got "arn:aws:kms:eu-west-1:111122223333:alias/shop", want the ARN of a key, not of an alias, such as arn:aws:kms:eu-west-1:111122223333:key/…; namespace "shop" belongs to it',
    ],
    [
      'tags that AWS refuses',
      only({ tier: 'dev', tags: { 'aws:owner': 'shop', 'R&D': 'core', team: 'R&D, core (EU)' } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.tags.R&D: the name is refused, want letters, digits, spaces and _ . : / = + - @ only; data.tags.aws:owner: the name is refused, want another beginning than aws:, which AWS keeps for itself; data.tags.team: got "R&D, core (EU)", want letters, digits, spaces and _ . : / = + - @ only; namespace "shop" belongs to it',
    ],
    [
      'two tags that IAM takes for one',
      only({ tier: 'dev', tags: { Team: 'shop', team: 'shop' } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.tags: got {"Team":"shop","team":"shop"}, want keys that differ by more than capitals, which IAM does not tell apart; namespace "shop" belongs to it',
    ],
    [
      'what is no region',
      only({ tier: 'dev', aws: { ...everything.aws, region: '{{ .Values.region }}' } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.aws.region: got "{{ .Values.region }}", want a region of AWS such as eu-west-1; namespace "shop" belongs to it',
    ],
    [
      'an environment emptied',
      { ...only({}), environments: [environmentConfig('here', undefined), environmentConfig('there', { tier: 'dev' })] },
      'EnvironmentInvalid',
      `cannot use EnvironmentConfig "here": data.tier: missing, want one of ${tiers.join(', ')}; namespace "shop" belongs to it; other environments: there`,
    ],
    [
      'a backend that does not exist',
      only({ tier: 'dev', defaults: { AppDatabase: { backend: 'aurora' } } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.defaults.AppDatabase.backend: got "aurora", want one of container, shared, rds; namespace "shop" belongs to it',
    ],
    [
      'defaults for an API that does not exist',
      only({ tier: 'dev', defaults: { AppUnknown: {} } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.defaults.AppUnknown: unknown field; namespace "shop" belongs to it',
    ],
    [
      'rds without subnets',
      only({
        tier: 'prod',
        controlPlane: 'c',
        aws: { region: 'eu-west-1', providerConfig: 'aws', accountId: '111122223333', vpcId: 'vpc-1', clientCidrs: ['10.0.0.0/8'] },
      }),
      'EnvironmentIncomplete',
      'cannot use EnvironmentConfig "here" for AppDatabase with backend rds: data.aws.subnetIds: missing, want array',
    ],
    [
      'rds that nobody could reach',
      only({
        tier: 'prod',
        controlPlane: 'c',
        aws: { region: 'eu-west-1', providerConfig: 'aws', accountId: '111122223333', vpcId: 'vpc-1', subnetIds: ['a', 'b'] },
      }),
      'EnvironmentIncomplete',
      'cannot use EnvironmentConfig "here" for AppDatabase with backend rds: data.aws.clientCidrs: missing, want at least one of clientSecurityGroupIds or clientCidrs, or nothing could connect',
    ],
    [
      'shared without a server',
      only({ tier: 'staging', controlPlane: 'c' }),
      'EnvironmentIncomplete',
      'cannot use EnvironmentConfig "here" for AppDatabase with backend shared: data.shared: missing, want object',
    ],
    [
      'shared where the control plane has no name',
      only({ tier: 'staging', shared: everything.shared }),
      'EnvironmentIncomplete',
      'cannot use EnvironmentConfig "here" for AppDatabase with backend shared: data.controlPlane: missing, want string',
    ],
    [
      'rds where neither the control plane nor the account is named',
      only({ tier: 'prod', aws: { ...everything.aws, accountId: undefined } }),
      'EnvironmentIncomplete',
      'cannot use EnvironmentConfig "here" for AppDatabase with backend rds: data.aws.accountId: missing, want string; data.controlPlane: missing, want string',
    ],
    [
      'a control plane whose name is none',
      only({ tier: 'dev', controlPlane: 'Shop EU' }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.controlPlane: got "Shop EU", want at most 63 lower-case letters, digits and dashes, such as shop-eu-1; namespace "shop" belongs to it',
    ],
    [
      'a shared server whose certificate nobody could check',
      only({ tier: 'staging', shared: { postgres: { providerConfig: 'pg', host: 'pg.shared.svc' } } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.shared.postgres.caCertificate: missing, want the certificate, in PEM, of the authority that issued the server\'s, since sslMode is not disable; namespace "shop" belongs to it',
    ],
    [
      'TLS without a check of the certificate',
      only({ tier: 'staging', shared: { postgres: { providerConfig: 'pg', host: 'pg.shared.svc', sslMode: 'require' } } }),
      'EnvironmentInvalid',
      'cannot use EnvironmentConfig "here": data.shared.postgres.sslMode: got "require", want one of disable, verify-full; namespace "shop" belongs to it',
    ],
    [
      'rds in a region whose authorities nobody knows',
      only({ tier: 'prod', controlPlane: everything.controlPlane, aws: awsIn('xx-east-1') }),
      'EnvironmentIncomplete',
      'cannot use EnvironmentConfig "here" for AppDatabase with backend rds: data.aws.rdsCaCertificates: missing, want the certificates of RDS\'s authorities in the region, of which the platform knows none: AWS publishes them as REGION-bundle.pem',
    ],
  ])('%s', (_, given, reason, message) => {
    const desired = { other: { object: { apiVersion: 'v1', kind: 'ConfigMap' } } };
    expect(expand(stepRequest({ ...given, desired }))).toEqual({
      desired,
      conditions: [{ type: 'Resolved', status: 'False', reason, message }],
      events: [],
      refusal: { reason, message },
      ttlSeconds: 15,
    });
    expect(Object.hasOwn(Object.prototype, 'size')).toBe(false);
  });

  test('a namespace that Crossplane did not return', () => {
    const request = stepRequest();
    const response = expand({ ...request, required: { ...request.required, namespace: [namespace('other', 'dev')] } });
    expect(response.refusal).toEqual({
      reason: 'NamespaceUnreadable',
      message: 'cannot read namespace "shop": Crossplane did not return it; run goldenpath doctor',
    });
  });
});

test('asks and waits while Crossplane has not looked yet', () => {
  const request = stepRequest();
  for (const required of [
    { namespace: undefined, environments: exampleEnvironments, claims: undefined },
    { namespace: [namespace('shop', 'dev')], environments: undefined, claims: undefined },
  ]) {
    expect(expand({ ...request, required })).toEqual({ desired: {}, conditions: [], events: [], ttlSeconds: 15 });
  }
});

describe('a value in force', () => {
  const patched: Given = {
    environment: 'here',
    environments: [environmentConfig('here', { tier: 'dev', defaults: { AppDatabase: { size: 'large', storageGiB: 50 } } })],
  };
  test('comes from the tier, then the environment, then the claim', () => {
    const settings = (given: Given) => expand(stepRequest(given)).status?.['settings'];
    const tier = {
      engine: 'postgres',
      version: '17',
      size: 'small',
      storageGiB: 20,
      highAvailability: false,
      backupRetentionDays: 0,
      extensions: [],
      databaseName: 'app',
      deletion: 'Delete',
      rotateAfterDays: 0,
    };
    expect(settings({})).toEqual(tier);
    expect(settings(patched)).toEqual({ ...tier, size: 'large', storageGiB: 50 });
    expect(settings({ ...patched, spec: { size: 'medium', highAvailability: true } })).toEqual({
      ...tier,
      size: 'medium',
      storageGiB: 50,
      highAvailability: true,
    });
  });
});

const details = { instance: instanceDetails, role: roleDetails, login: loginDetails };

/** A claim's state after it became ready. */
function settled(given: Given) {
  let response = expand(stepRequest(given));
  for (let round = 0; round < 2; round += 1) {
    response = expand(stepRequest({ ...given, observed: observedAfter(response, details), status: response.status }));
  }
  return { observed: observedAfter(response, details), status: response.status };
}

const prod = (patch: object = {}, data: object = {}): Given => ({
  environment: 'prod',
  environments: [environmentConfig('prod', { ...everything, ...data, tier: 'prod', defaults: { AppDatabase: patch } })],
});

describe('a live database', () => {
  const forProvider = (response: ReturnType<typeof expand>, key = 'instance') =>
    (response.desired[key]?.object as (KubernetesObject & { spec: { forProvider: Record<string, unknown> } }) | undefined)?.spec
      .forProvider;

  test('does not shrink because a default did', () => {
    const state = settled({ ...prod({ storageGiB: 500, version: '17' }), spec: {} });
    const response = expand(stepRequest({ ...prod({ storageGiB: 100, version: '16' }), spec: {}, ...state }));
    expect(response.refusal).toBeUndefined();
    expect([forProvider(response)?.['allocatedStorage'], forProvider(response)?.['engineVersion']]).toEqual([500, '17']);
    expect(response.status?.['settings']).toEqual(state.status?.['settings']);
  });

  test.each([
    ['storageGiB', { storageGiB: 50 }, 'cannot shrink: spec.storageGiB: got 50, want at least 100, which is in use'],
    ['version', { version: '16' }, 'cannot shrink: spec.version: got "16", want at least "17", which is in use'],
  ])('is not shrunk by a claim that now says %s', (_, spec, message) => {
    expect(expand(stepRequest({ ...prod(), spec, ...settled({ ...prod(), spec: {} }) })).refusal).toEqual({
      reason: 'WouldShrink',
      message,
    });
  });

  test('says what gp3 has once it was grown past its step, by the claim or by AWS', () => {
    const performance = (spec: object, allocatedStorage: number) => {
      const state = settled({ ...prod(), spec: {} });
      const atProvider = { allocatedStorage, deletionProtection: true };
      const { instance } = state.observed;
      const observed = {
        ...state.observed,
        instance: { object: { ...instance?.object, status: { atProvider } }, connectionDetails: instance?.connectionDetails },
      } as typeof state.observed;
      const response = expand(stepRequest({ ...prod(), spec, ...state, observed }));
      return [forProvider(response)?.['allocatedStorage'], forProvider(response)?.['iops'], forProvider(response)?.['storageThroughput']];
    };
    expect([performance({}, 100), performance({ storageGiB: 400 }, 100), performance({ storageGiB: 250 }, 450)]).toEqual([
      [100, undefined, undefined],
      [400, 12_000, 500],
      [250, 12_000, 500],
    ]);
  });

  test('keeps its name on a shared server that apps reach by another name now, and elsewhere has another', () => {
    const at = (host: string): Given => ({
      environment: 'staging',
      environments: [
        environmentConfig('staging', { ...everything, tier: 'staging', shared: { postgres: { ...everything.shared.postgres, host } } }),
      ],
    });
    const names = (given: Given) => {
      const { desired } = expand(stepRequest(given));
      return ['role', 'database'].map((key) => desired[key]?.object.metadata?.annotations?.['crossplane.io/external-name']);
    };
    const made = names(at('pg.shared.svc'));
    expect(names({ ...at('pooler.shared.svc'), ...settled(at('pg.shared.svc')) })).toEqual(made);
    expect(names(at('pooler.shared.svc'))).not.toEqual(made);
  });

  test('keeps what AWS fixed, whatever the environment says later', () => {
    const state = settled(prod());
    const moved = prod(
      { databaseName: 'other' },
      {
        aws: {
          ...awsIn('us-east-1'),
          accountId: '999999999999',
          vpcId: 'vpc-2',
          kmsKeyArn: 'arn:aws:kms:us-east-1:999999999999:key/2',
        },
      },
    );
    const [before, after] = [prod(), moved].map((environment) => expand(stepRequest({ ...environment, ...state })));
    expect(after?.desired).toEqual(before?.desired);
    expect(before?.refusal).toBeUndefined();
  });

  test('hands its parameter group over only when AWS reports the new major version', () => {
    const groups = (response: ReturnType<typeof expand>) =>
      Object.keys(response.desired).filter((key) => key.startsWith('parameter-group-'));
    const state = settled({ ...prod(), spec: { version: '16' } });
    const upgrading = { ...prod(), spec: { version: '17' } };
    const { 'upgrade-check-17': check } = observedAfter(expand(stepRequest({ ...upgrading, ...state })));
    const running = (engineVersionActual: string) =>
      ({
        ...state.observed,
        'upgrade-check-17': check,
        instance: {
          ...state.observed['instance'],
          object: {
            ...state.observed['instance']?.object,
            status: { ...(state.observed['instance']?.object['status'] as object), atProvider: { engineVersionActual } },
          },
        },
      }) as typeof state.observed;
    expect(groups(expand(stepRequest({ ...upgrading, ...state, observed: running('16.8') })))).toEqual([
      'parameter-group-16',
      'parameter-group-17',
    ]);
    expect(groups(expand(stepRequest({ ...upgrading, ...state, observed: running('17.4') })))).toEqual(['parameter-group-17']);
  });

  test('stays protected until AWS has turned deletion protection off', () => {
    const state = settled(prod());
    const reason = (observed: typeof state.observed) => {
      const usage = expand(stepRequest({ ...prod(), spec: { deletion: 'Delete' }, status: state.status, observed })).desired['protection'];
      return (usage?.object['spec'] as { reason?: string } | undefined)?.reason;
    };
    const off = observedAfter(
      { ...expand(stepRequest({ ...prod(), ...state })) },
      { ...details, instance: { ...instanceDetails, status: { atProvider: { deletionProtection: false, id: 'db-1' } } } },
    );
    expect(reason(state.observed)).toBe('AWS is still turning deletion protection off: try again in a few minutes');
    expect(reason(off)).toBeUndefined();
    const ttl = (observed: typeof state.observed) =>
      expand(stepRequest({ ...prod(), spec: { deletion: 'Delete' }, status: state.status, observed })).ttlSeconds;
    expect([ttl(state.observed), ttl(off)]).toEqual([15, 300]);
  });

  test('whose only copy of the password is gone is not given another', () => {
    const { observed, status } = settled({});
    const { binding: _, ...rest } = observed;
    expect(expand(stepRequest({ observed: rest, status })).refusal).toEqual({
      reason: 'BindingMissing',
      message:
        'cannot read Secret "orders-database" in namespace "shop", which holds this claim\'s only copy of its connection details; ' +
        'nothing is changed until it is back: restore it from a backup, or from an app that still has the values',
    });
  });

  test('whose binding has a key that somebody added is what it was, and leaves that key alone', () => {
    const { observed, status } = settled({});
    const secret = observed['binding'] as ObservedResource;
    const data = { ...(secret.object['data'] as object), 'added-by-a-tool': 'eA==', password: Buffer.from('theirs').toString('base64') };
    const given = { observed: { ...observed, binding: { ...secret, object: { ...secret.object, data } } }, status };
    const { desired, refusal } = expand(stepRequest(given));
    const wanted = desired['binding']?.object['data'] as Readonly<Record<string, string>>;
    expect([refusal, Object.keys(wanted).includes('added-by-a-tool'), wanted['password']]).toEqual([undefined, false, data.password]);
  });

  test('with a volume is not upgraded in place', () => {
    const persistent: Given = {
      environment: 'here',
      environments: [environmentConfig('here', { tier: 'dev', defaults: { AppDatabase: { persistence: 'Persistent', version: '16' } } })],
    };
    const state = settled(persistent);
    expect(expand(stepRequest({ ...persistent, ...state, spec: { version: '17' } })).refusal).toEqual({
      reason: 'UpgradeNotSupported',
      message:
        'cannot upgrade a container with a volume: spec.version: got "17", want "16", which its data was made with and goes on with; a new claim with spec.restoreFrom.claim: orders begins with the data, and this one keeps it until you delete it',
    });
  });
});

describe('what the developer is told', () => {
  test('names what is missing, then says once that all is there', () => {
    const first = expand(stepRequest({ environment: 'prod' }));
    expect(first.conditions).toEqual([
      { type: 'Resolved', status: 'True', reason: 'Settled', message: 'Environment prod of tier prod, backend rds' },
      {
        type: 'Provisioned',
        status: 'False',
        reason: 'Waiting',
        message:
          'Snapshot orders-database-final-snapshot is being looked for; SecurityGroupRule orders-database-ingress-6a0981dc is being created; Instance orders-database-instance is being created; ParameterGroup orders-database-parameter-group-17 is being created; ' +
          'Usage orders-database is being created; and 7 more',
      },
    ]);
    expect([first.claimReady, first.events, first.ttlSeconds]).toEqual([false, [], 15]);
    const state = settled({ environment: 'prod' });
    const conditions = first.conditions;
    const done = expand(stepRequest({ environment: 'prod', observed: state.observed, status: { ...state.status, conditions } }));
    expect([done.events, done.ttlSeconds]).toEqual([['AppDatabase orders is ready: connect with Secret orders-database'], 300]);
    expect(
      expand(stepRequest({ environment: 'prod', observed: state.observed, status: { ...state.status, conditions: done.conditions } }))
        .events,
    ).toEqual([]);
  });

  test('passes on what a provider says is wrong, on one line', () => {
    const state = settled({ environment: 'prod' });
    const status = {
      conditions: [
        { type: 'Synced', status: 'False', reason: 'ReconcileError', message: 'create failed:\n  InvalidParameter: no' },
        { type: 'Ready', status: 'False', reason: 'Creating' },
      ],
    };
    const instance = { object: { ...state.observed['instance']?.object, status } as KubernetesObject, connectionDetails: {} };
    const response = expand(stepRequest({ environment: 'prod', ...state, observed: { ...state.observed, instance } }));
    expect(response.conditions[1]?.message).toBe(
      'cannot provision Instance orders-database-instance: InvalidParameter: no; see kubectl describe instance.rds.aws.m.upbound.io orders-database-instance',
    );
  });
});
