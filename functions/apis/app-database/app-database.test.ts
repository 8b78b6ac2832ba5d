import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { placeholderCertificate } from '../../../examples/examples.ts';
import { contract } from '../../../test/contract.ts';
import {
  awsIn,
  bindingOf,
  claimed,
  decoded,
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  roleDetails,
  stepRequest,
} from '../../../test/request.ts';
import { rdsAuthorities } from '../../aws/rds-certificates.ts';
import { at } from '../../core/kubernetes.ts';
import type { StepResponse } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';
import { appDatabase } from './index.ts';

const details = { instance: instanceDetails, role: roleDetails, login: loginDetails };

const dumps = { ...claimed('AppBucket', 'dumps'), spec: { writers: ['orders-database'] } };

contract(appDatabase, {
  details,
  claims: [dumps, bindingOf(dumps, 'dumps-bucket', { type: 's3' })],
  apart: ['adopt', 'copyableBy', 'restoreFrom', 'ttlHours'],
  secretKeys: ['password', 'uri', 'jdbc-uri'],
  absentKeys: ({ sslmode }) => (sslmode === 'disable' ? ['ca.crt', 'sslrootcert'] : []),
  checkBinding({ uri, host, port, username, password, database, sslmode, 'jdbc-uri': jdbc }) {
    const file = sslmode === 'verify-full' ? '/bindings/orders-database/ca.crt' : null;
    const parsed = new URL(uri ?? '');
    const { searchParams: options } = parsed;
    expect([
      parsed.hostname,
      parsed.port,
      decodeURIComponent(parsed.username),
      decodeURIComponent(parsed.password),
      parsed.pathname,
      options.get('sslmode'),
      options.get('sslrootcert'),
    ]).toEqual([host, port, username, password, `/${database}`, sslmode, file]);
    const forJdbc = new URL((jdbc ?? '').replace(/^jdbc:/, ''));
    expect([forJdbc.host, forJdbc.pathname, Object.fromEntries(forJdbc.searchParams)]).toEqual([
      `${host}:${port}`,
      `/${database}`,
      { user: username, password, ...Object.fromEntries(options) },
    ]);
  },
});

function given(backend: string, facts: object = {}, name = 'here'): Given {
  const environment = environmentConfig(name, { ...everything, ...facts, tier: 'staging', defaults: { AppDatabase: { backend } } });
  return { environment: name, environments: [environment] };
}

/** The claim's Secret once all is made. */
function secretOf(claim: Given, change: (observed: ReturnType<typeof observedAfter>) => Given['observed'] = (observed) => observed) {
  const first = expand(stepRequest(claim));
  const second = expand(stepRequest({ ...claim, status: first.status, observed: observedAfter(first, details) }));
  const third = expand(stepRequest({ ...claim, status: second.status, observed: observedAfter(second, details) }));
  const fourth = expand(stepRequest({ ...claim, status: third.status, observed: change(observedAfter(third, details)) ?? {} }));
  return { refusal: fourth.refusal, object: fourth.desired['binding']?.object };
}

const namesIn = (pem: string | undefined) =>
  (pem?.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map(
    (each) => /^CN=(.*)$/m.exec(new X509Certificate(each).subject)?.[1],
  );

const rootsOf = (region: string) => ['ECC384', 'RSA2048', 'RSA4096'].map((key) => `Amazon RDS ${region} Root CA ${key} G1`);

const { username } = roleDetails.connectionDetails;
const checked = 'sslmode=verify-full&sslrootcert=/bindings/orders-database/ca.crt';

const whole = {
  container: {
    type: 'postgresql',
    provider: 'container',
    host: 'orders-database.shop.svc',
    port: '5432',
    username: 'app',
    password: 'secret-1',
    database: 'app',
    sslmode: 'disable',
    uri: 'postgresql://app:secret-1@orders-database.shop.svc:5432/app?sslmode=disable',
    'jdbc-uri': 'jdbc:postgresql://orders-database.shop.svc:5432/app?user=app&password=secret-1&sslmode=disable',
  },
  shared: {
    type: 'postgresql',
    provider: 'shared',
    host: 'pg.shared.svc',
    port: '5432',
    username,
    password: 'pw',
    database: expect.stringMatching(/^here_shop_orders_[0-9a-z]+$/),
    sslmode: 'verify-full',
    sslrootcert: 'ca.crt',
    'ca.crt': placeholderCertificate,
    uri: expect.stringMatching(`^postgresql://${username}:pw@pg.shared.svc:5432/here_shop_orders_[0-9a-z]+\\?${checked}$`),
    'jdbc-uri': expect.stringMatching(
      `^jdbc:postgresql://pg.shared.svc:5432/here_shop_orders_[0-9a-z]+\\?user=${username}&password=pw&${checked}$`,
    ),
  },
  rds: {
    type: 'postgresql',
    provider: 'rds',
    host: 'orders.rds.internal',
    port: '5432',
    username: 'app',
    password: 'own/@%',
    database: 'app',
    sslmode: 'verify-full',
    sslrootcert: 'ca.crt',
    'ca.crt': rdsAuthorities('eu-west-1', undefined),
    uri: `postgresql://app:own%2F%40%25@orders.rds.internal:5432/app?${checked}`,
    'jdbc-uri': `jdbc:postgresql://orders.rds.internal:5432/app?user=app&password=own%2F%40%25&${checked}`,
  },
};

describe.each(['container', 'shared', 'rds'] as const)('the Secret on %s', (backend) => {
  test('is this one', () => {
    const { object } = secretOf(given(backend));
    expect({ ...object, data: decoded(object) }).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'orders-database' },
      type: 'servicebinding.io/postgresql',
      data: whole[backend],
    });
  });

  test('that was issued before there was a certificate in it gains all that it lacks, while nobody knows the password any more', () => {
    const now = secretOf(given(backend));
    const before = secretOf(given(backend), ({ binding, ...others }) => {
      const { 'jdbc-uri': _, 'ca.crt': __, sslrootcert: ___, ...rest } = decoded(binding?.object);
      const old = { ...rest, uri: rest['uri']?.split('?')[0] ?? '', sslmode: backend === 'container' ? 'disable' : 'require' };
      const data = Object.fromEntries(Object.entries(old).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
      const silent = Object.fromEntries(Object.entries(others).map(([key, { object }]) => [key, { object, connectionDetails: {} }]));
      return { ...silent, binding: { object: { ...binding?.object, data } as never, connectionDetails: {} } };
    });
    expect(before).toEqual({ ...now, refusal: undefined });
  });

  test('is read whatever else somebody has put into it', () => {
    const changed = secretOf(given(backend), ({ binding, ...others }) => ({
      ...others,
      binding: {
        object: { ...binding?.object, data: { ...(at(binding?.object, 'data') as object), more: 'eA==' } } as never,
        connectionDetails: {},
      },
    }));
    expect(changed).toEqual(secretOf(given(backend)));
  });
});

describe('the certificates that a binding has', () => {
  test('are those of the region in which RDS made the instance', () => {
    expect(namesIn(decoded(secretOf(given('rds')).object)['ca.crt']).sort()).toEqual(rootsOf('eu-west-1'));
    const moved = given('rds', { aws: awsIn('us-east-1') });
    expect(namesIn(decoded(secretOf(moved).object)['ca.crt']).sort()).toEqual(rootsOf('us-east-1'));
  });

  test('are besides those that the environment gives, and its alone where the platform knows none', () => {
    const names = (region: string) => {
      const aws = { ...awsIn(region), rdsCaCertificates: placeholderCertificate };
      return namesIn(decoded(secretOf(given('rds', { aws })).object)['ca.crt']);
    };
    const placeholder = 'Replace with the authority of your shared Postgres';
    expect([names('eu-west-1').sort(), names('xx-east-1')]).toEqual([[...rootsOf('eu-west-1'), placeholder], [placeholder]]);
  });

  test('are none where the shared server does without TLS', () => {
    const postgres = { ...everything.shared.postgres, sslMode: 'disable' };
    const { sslmode, sslrootcert, uri, 'ca.crt': certificates } = decoded(secretOf(given('shared', { shared: { postgres } })).object);
    expect([sslmode, sslrootcert, certificates, uri?.split('?')[1]]).toEqual(['disable', undefined, undefined, 'sslmode=disable']);
  });
});

describe('another password of a role on a shared server', () => {
  const atProvider = { lastPasswordChange: '2026-11-28T18:07:02Z' };
  const ready = { conditions: ['Ready', 'Synced'].map((type) => ({ type, status: 'True' })), atProvider };
  const trigger = (status: object, { binding, connectionDetails = {} }: { binding?: unknown; connectionDetails?: object } = {}) => {
    const claim = given('shared');
    const observed = observedAfter(expand(stepRequest(claim)), { role: { status, connectionDetails: { ...connectionDetails } } });
    const response = expand(stepRequest({ ...claim, observed, ...(binding !== undefined && { status: { binding } }) }));
    return at(response.desired['role']?.object, 'spec', 'forProvider', 'passwordRotationTrigger');
  };

  test('is made where the role is ready and nobody has the one that was made for it', () => {
    expect(trigger(ready)).toBe('2026-11-28T18:07:03.000Z');
  });

  test('is made where the binding that there was is gone too', () => {
    expect(trigger({ conditions: [], atProvider }, { binding: { name: 'orders-database' } })).toBe('2026-11-28T18:07:03.000Z');
  });

  test('is not made while the role is, nor where its password is known', () => {
    expect([trigger({ conditions: [], atProvider }), trigger(ready, roleDetails)]).toEqual([undefined, undefined]);
  });
});

describe('a new database on rds', () => {
  const { providerSqlTls: _, ...silent } = everything.aws;
  const own = given('rds');
  const master = given('rds', { aws: silent });
  const objects = ({ desired }: StepResponse) => Object.fromEntries(Object.entries(desired).map(([key, { object }]) => [key, object]));
  const lived = (claim: Given, rounds = 4) => {
    let response = expand(stepRequest(claim));
    for (let round = 1; round < rounds; round += 1) {
      response = expand(stepRequest({ ...claim, status: response.status, observed: observedAfter(response, details) }));
    }
    return response;
  };
  const next = (
    claim: Given,
    before: StepResponse,
    change: (observed: ReturnType<typeof observedAfter>) => Given['observed'] = (all) => all,
  ) => expand(stepRequest({ ...claim, status: before.status, observed: change(observedAfter(before, details)) ?? {} }));
  const without =
    (...keys: readonly string[]) =>
    (observed: ReturnType<typeof observedAfter>) =>
      Object.fromEntries(Object.entries(observed).filter(([key]) => !keys.includes(key)));
  const loginOf = ({ desired }: StepResponse) => {
    const spec = (field: string) => at(desired['instance']?.object, 'spec', 'forProvider', field);
    return { username: spec('username'), dbName: spec('dbName'), login: desired['login']?.object !== undefined };
  };
  const asMaster = { username: 'app', dbName: 'app', login: false };
  const asOwn = { username: 'platform', dbName: undefined, login: true };

  test('gives its app a login of its own, and makes no database itself', () => {
    const [first, last] = [expand(stepRequest(own)), lived(own)];
    expect([loginOf(first), first.claimReady]).toEqual([{ ...asOwn, login: false }, false]);
    const managementPolicies = ['Observe', 'Create', 'Update', 'LateInitialize'];
    const providerConfigRef = { kind: 'ProviderConfig', name: 'orders-database-root-8d9001d3' };
    const member = (name: string, role: string, memberOf: string) => ({
      apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
      kind: 'Grant',
      metadata: { name },
      spec: { forProvider: { role, memberOf }, managementPolicies, providerConfigRef },
    });
    const { 'root-8d9001d3': root, login, 'own-database': database, membership, delegation } = objects(last);
    expect({ root, login, database, membership, delegation }).toEqual({
      root: {
        apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
        kind: 'ProviderConfig',
        metadata: { name: 'orders-database-root-8d9001d3' },
        spec: {
          credentials: {
            source: 'PostgreSQLConnectionSecret',
            connectionSecretRef: { name: 'orders-database-connection' },
            secretKeyMapping: { endpoint: 'host' },
          },
          defaultDatabase: 'postgres',
          sslMode: 'verify-full',
        },
      },
      login: {
        apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
        kind: 'Role',
        metadata: { name: 'orders-database-login', annotations: { 'crossplane.io/external-name': 'app' } },
        spec: {
          forProvider: { privileges: { login: true } },
          managementPolicies,
          providerConfigRef,
          writeConnectionSecretToRef: { name: 'orders-database-login' },
        },
      },
      database: {
        apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
        kind: 'Database',
        metadata: { name: 'orders-database-own-database', annotations: { 'crossplane.io/external-name': 'app' } },
        spec: { forProvider: { owner: 'app', template: 'template0' }, managementPolicies, providerConfigRef },
      },
      membership: member('orders-database-membership', 'platform', 'app'),
      delegation: undefined,
    });
    expect(loginOf(last)).toEqual(asOwn);
  });

  test('has its app log in as the administrator where nothing says that provider-sql reaches it', () => {
    expect(loginOf(lived(master))).toEqual(asMaster);
    expect(decoded(lived(master).desired['binding']?.object)['password']).toBe('p:/@%');
  });

  test('keeps the login that it has, whatever the environment says later and whatever is not seen for a moment', () => {
    const [ownLived, masterLived] = [lived(own), lived(master)];
    const secret = ({ desired }: StepResponse) => desired['binding']?.object;
    for (const seen of [without(), without('binding'), without('login'), without('own-database', 'login')]) {
      expect(loginOf(next(master, ownLived, seen))).toEqual(asOwn);
    }
    expect(secret(next(master, ownLived))).toEqual(secret(ownLived));
    expect(loginOf(next(master, ownLived, without('instance')))).toEqual(asOwn);
    expect(objects(next(own, masterLived))).toEqual(objects(masterLived));
    expect(loginOf(next(own, masterLived, without('instance')))).toEqual(asMaster);
    const blind = next(own, masterLived, without('instance', 'binding'));
    expect([blind.refusal?.reason, blind.desired]).toEqual(['BindingMissing', {}]);
  });

  test('is given another password where all copies of it are lost, and no second one while the first is known', () => {
    const trigger = (response: StepResponse) => at(response.desired['login']?.object, 'spec', 'forProvider', 'passwordRotationTrigger');
    const atProvider = { lastPasswordChange: '2026-11-28T18:07:02Z' };
    const robbed = (observed: ReturnType<typeof observedAfter>) => {
      const login = observed['login'];
      const status = {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Synced', status: 'True' },
        ],
        atProvider,
      };
      return { ...without('binding')(observed), ...(login && { login: { object: { ...login.object, status }, connectionDetails: {} } }) };
    };
    const before = lived(own);
    expect([trigger(next(own, before, robbed)), trigger(next(own, before)), next(own, before, robbed).refusal]).toEqual([
      '2026-11-28T18:07:03.000Z',
      undefined,
      undefined,
    ]);
  });

  test('lets the login create the extensions that are the administrator’s otherwise', () => {
    const withExtensions = (claim: Given) =>
      lived({ ...claim, spec: { engine: 'postgres', extensions: ['vector', 'pgcrypto', 'pgrouting'] } });
    const parameters = ({ desired }: StepResponse) => at(desired['parameter-group-17']?.object, 'spec', 'forProvider', 'parameter');
    const tls = { name: 'rds.force_ssl', value: '1', applyMethod: 'immediate' };
    const delegated = { name: 'rds.allowed_delegated_extensions', value: 'postgis,pgrouting,vector', applyMethod: 'immediate' };
    const [both, one] = [withExtensions(own), withExtensions(master)];
    expect([parameters(both), parameters(one), parameters(lived(own))]).toEqual([[tls, delegated], [tls], [tls]]);
    expect([both, one].map(({ desired }) => at(desired['delegation']?.object, 'spec', 'forProvider'))).toEqual([
      { role: 'app', memberOf: 'rds_extension' },
      undefined,
    ]);
    const through = Object.values(objects(both)).filter(({ kind }) => kind === 'Extension');
    expect(through.map(({ spec }) => at(spec, 'providerConfigRef', 'name'))).toEqual(Array(4).fill('orders-database-sql-8d9001d3'));
  });

  test('that was moved from another backend begins as a new one', () => {
    expect(loginOf(next(given('rds', {}, 'there'), lived(given('shared'))))).toEqual({ ...asOwn, login: false });
  });
});

describe('parameters', () => {
  const parameters = { work_mem: '16MB', statement_timeout: '30s', default_transaction_isolation: 'repeatable read' };
  const composed = (backend: string) => {
    const claim = { ...given(backend), spec: { engine: 'postgres', parameters } };
    const first = expand(stepRequest(claim));
    return expand(stepRequest({ ...claim, status: first.status, observed: observedAfter(first, details) })).desired;
  };

  test('are flags of a server in a container', () => {
    expect(at(composed('container')['server']?.object, 'spec', 'template', 'spec', 'containers', '0', 'command', '2')).toMatch(
      / -c default_transaction_isolation='repeatable read' -c statement_timeout='30s' -c work_mem='16MB'$/,
    );
  });

  test('are those of the role on a shared server, and taken away with them', () => {
    const role = composed('shared')['role'];
    const ofRole = (object: unknown) => at(object, 'spec', 'forProvider', 'configurationParameters');
    expect(ofRole(role?.object)).toEqual([
      { name: 'default_transaction_isolation', value: 'repeatable read' },
      { name: 'statement_timeout', value: '30s' },
      { name: 'work_mem', value: '16MB' },
    ]);
    const without = given('shared');
    const first = expand(stepRequest({ ...without, spec: { engine: 'postgres', parameters } }));
    const later = (observed: Given['observed'] = {}) => ofRole(expand(stepRequest({ ...without, observed })).desired['role']?.object);
    expect([later(), later(observedAfter(first))]).toEqual([undefined, []]);
  });

  test('are in the units of RDS in its parameter group', () => {
    expect(at(composed('rds')['parameter-group-17']?.object, 'spec', 'forProvider', 'parameter')).toEqual([
      { name: 'rds.force_ssl', value: '1', applyMethod: 'immediate' },
      { name: 'default_transaction_isolation', value: 'repeatable read', applyMethod: 'immediate' },
      { name: 'statement_timeout', value: '30000', applyMethod: 'immediate' },
      { name: 'work_mem', value: '16384', applyMethod: 'immediate' },
    ]);
  });

  test.each([
    [{ statement_timeout: '30' }, 'spec.parameters.statement_timeout: got "30", want a match of /^(0|[1-9][0-9]{0,5}(ms|s|min|h))$/'],
    [{ work_mem: '4GB' }, 'spec.parameters.work_mem: got "4GB", want a match of /^[1-9][0-9]{2,5}kB$|^[1-9][0-9]{0,2}MB$/'],
    [{ shared_buffers: '1MB' }, 'spec.parameters.shared_buffers: unknown field'],
  ])('%j is refused', (said, why) => {
    expect(expand(stepRequest({ ...given('shared'), spec: { engine: 'postgres', parameters: said } })).refusal?.message).toBe(
      `cannot use AppDatabase "orders": ${why}`,
    );
  });
});
