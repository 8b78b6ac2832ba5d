import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { placeholderCertificate } from '../../../examples/examples.ts';
import { contract } from '../../../test/contract.ts';
import {
  awsIn,
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  observedAfter,
  roleDetails,
  stepRequest,
} from '../../../test/request.ts';
import { rdsAuthorities } from '../../aws/rds-certificates.ts';
import { at } from '../../core/kubernetes.ts';
import { expand } from '../../expand/expand.ts';
import { appDatabase } from './index.ts';

const details = { instance: instanceDetails, role: roleDetails };

contract(appDatabase, {
  details,
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

function given(backend: string, facts: object = {}): Given {
  const environment = environmentConfig('here', { ...everything, ...facts, tier: 'staging', defaults: { AppDatabase: { backend } } });
  return { environment: 'here', environments: [environment] };
}

/** The claim's Secret once all is made. */
function secretOf(claim: Given, change: (observed: ReturnType<typeof observedAfter>) => Given['observed'] = (observed) => observed) {
  const first = expand(stepRequest(claim));
  const second = expand(stepRequest({ ...claim, status: first.status, observed: observedAfter(first, details) }));
  const third = expand(stepRequest({ ...claim, status: second.status, observed: change(observedAfter(second, details)) ?? {} }));
  return { refusal: third.refusal, object: third.desired['binding']?.object };
}

function decoded(object: unknown): Readonly<Record<string, string>> {
  const data = at(object, 'data') as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
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
    password: 'p:/@%',
    database: 'app',
    sslmode: 'verify-full',
    sslrootcert: 'ca.crt',
    'ca.crt': rdsAuthorities('eu-west-1', undefined),
    uri: `postgresql://app:p%3A%2F%40%25@orders.rds.internal:5432/app?${checked}`,
    'jdbc-uri': `jdbc:postgresql://orders.rds.internal:5432/app?user=app&password=p%3A%2F%40%25&${checked}`,
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
