import { describe, expect, test } from 'vitest';
import { contract } from '../../../test/contract.ts';
import {
  bindingOf,
  claimed,
  database,
  databaseBinding,
  databaseValues,
  environmentConfig,
  everything,
  observedAfter,
  stepRequest,
  boundTo as there,
} from '../../../test/request.ts';
import { encode } from '../../core/binding.ts';
import { apiVersion } from '../../core/group.ts';
import { at, type KubernetesObject } from '../../core/kubernetes.ts';
import type { ObservedResource } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';
import { guard } from '../../guard/guard.ts';
import { apis } from '../index.ts';
import { appService } from './index.ts';

/** What the controllers of Kubernetes report. */
const details = {
  deployment: { status: { updatedReplicas: 9, availableReplicas: 9 } },
  autoscaler: {
    status: {
      conditions: [
        { type: 'AbleToScale', status: 'True' },
        { type: 'ScalingActive', status: 'True' },
      ],
    },
  },
  ingress: { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
};

contract(appService, {
  claims: there,
  details,
  apart: ['replicas'],
  checkBinding: ({ host, port, url }) => expect([host, url]).toEqual(['orders-service.shop.svc', `http://orders-service.shop.svc:${port}`]),
});

const image = 'docker.io/library/python:3.13-alpine';

interface Asked {
  readonly environment?: string;
  readonly data?: object;
  readonly claims?: readonly KubernetesObject[];
  readonly observed?: Readonly<Record<string, ObservedResource>>;
}

function asked(spec: object, { environment = 'dev', data = {}, claims = there, observed = {} }: Asked = {}) {
  const tier = environment;
  return stepRequest({
    kind: 'AppService',
    spec: { image, ...spec },
    environment,
    environments: [environmentConfig(environment, { ...everything, tier, ...data })],
    claims,
    observed,
  });
}

const run = (spec: object, given: Asked = {}) => expand(asked(spec, given));
const refusalOf = (spec: object, given: Asked = {}) => run(spec, given).refusal;
const invalid = (problem: string) => ({ reason: 'ClaimInvalid', message: `cannot use AppService "orders": ${problem}` });

const podOf = (response: ReturnType<typeof run>) => at(response.desired['deployment']?.object, 'spec', 'template', 'spec');
const containerOf = (response: ReturnType<typeof run>) => at(podOf(response), 'containers', '0');
const contentOf = (response: ReturnType<typeof run>) =>
  at(response.desired['deployment']?.object, 'spec', 'template', 'metadata', 'annotations', 'platform.internal/bindings');

const bound = { bindings: [{ kind: 'AppDatabase', name: 'orders' }] };
const databaseThere = [database, databaseBinding];

describe('bindings', () => {
  test('an app waits for those that are not there, and says for which and why', () => {
    const both = { bindings: [...bound.bindings, { kind: 'AppCache', name: 'orders' }] };
    const first = run(both, { claims: [database] });
    const waiting = run(both, { claims: [database], observed: observedAfter(first, details) });
    expect(Object.keys(waiting.desired)).not.toContain('deployment');
    expect([waiting.claimReady, waiting.ttlSeconds]).toEqual([false, 15]);
    expect(waiting.conditions.find(({ type }) => type === 'Provisioned')?.message).toContain(
      'Deployment orders-service waits for AppCache orders, which namespace shop does not have, and the binding of AppDatabase orders',
    );
    expect(Object.keys(run(both).desired)).toContain('deployment');
  });

  test.each([
    ['made by hand', { ownerReferences: [] }],
    ['of another claim', { ownerReferences: [{ uid: 'uid-of-another', controller: true }] }],
    ['owned and not controlled', { ownerReferences: [{ uid: 'uid-of-AppDatabase-orders', controller: false }] }],
  ])('a Secret of the right name that is %s is not believed', (_, more) => {
    const forged = bindingOf(database, 'orders-database', databaseValues, more);
    expect(Object.keys(run(bound, { claims: [database, forged] }).desired)).not.toContain('deployment');
  });

  test('a Secret without a claim is not believed, whoever owns it', () => {
    expect(Object.keys(run(bound, { claims: [databaseBinding] }).desired)).not.toContain('deployment');
  });

  const objectsOf = ({ desired }: ReturnType<typeof run>) =>
    Object.fromEntries(Object.entries(desired).map(([key, { object }]) => [key, object]));

  test('the pods are replaced when what is in a binding changes, and by nothing else', () => {
    const before = run(bound, { claims: databaseThere });
    const content = contentOf(before);
    expect(content).toMatch(/^[0-9a-v]{16}$/);
    const observed = observedAfter(before, details);
    const again = (secret: KubernetesObject) => run(bound, { claims: [database, secret], observed });
    const reordered = Object.fromEntries(Object.entries(databaseValues).reverse());
    const labelled = { labels: { a: 'b' }, resourceVersion: '7' };
    expect(objectsOf(again(bindingOf(database, 'orders-database', reordered, labelled)))).toEqual(objectsOf(before));
    expect(contentOf(again(bindingOf(database, 'orders-database', { ...databaseValues, password: 'another' })))).not.toBe(content);
  });

  test('a binding that cannot be read for a moment changes nothing of what runs', () => {
    const before = run(bound, { claims: databaseThere });
    for (const claims of [[], [database], [databaseBinding]]) {
      const after = run(bound, { claims, observed: observedAfter(before, details) });
      expect(objectsOf(after)).toEqual(objectsOf(before));
      expect(after.claimReady).toBe(false);
    }
  });

  test('are asked for of the own namespace, and of no claim that is not named', () => {
    const { required } = asked(bound, { claims: [...there, { ...database, metadata: { ...database.metadata, namespace: 'pay' } }] });
    const { namespace: _, environments: __, ...own } = required;
    expect(Object.entries(own).filter(([name]) => name.startsWith('bindings'))).toEqual([
      ['bindings-claim/0', [database]],
      ['bindings-secret/0', [databaseBinding]],
    ]);
  });

  test('are kept while an app has them', () => {
    const key = 'use-appdatabase-orders';
    const before = run(bound, { claims: databaseThere });
    expect(before.desired[key]?.object).toEqual({
      apiVersion: 'protection.crossplane.io/v1beta1',
      kind: 'Usage',
      metadata: { name: 'orders-service-use-appdatabase-orders' },
      spec: {
        of: { apiVersion, kind: 'AppDatabase', resourceRef: { name: 'orders' } },
        reason: 'AppService orders has it in spec.bindings, and would not work without it',
      },
    });
    const observed = observedAfter(before, details);
    expect(Object.keys(run(bound, { claims: [], observed }).desired)).toContain(key);
    expect(Object.keys(run(bound, { claims: [] }).desired)).not.toContain(key);
    const request = asked({}, { observed });
    const unbound = expand(request);
    expect(Object.keys(unbound.desired)).not.toContain(key);
    expect(guard({ ...request, desired: unbound.desired }).refusal).toBeUndefined();
  });

  test('a kind without bindings is refused with those that have some', () => {
    const bindable = apis.flatMap(({ kind, binding }) => (binding === undefined ? [] : [kind])).sort();
    expect(bindable).toEqual(expect.arrayContaining(['AppBucket', 'AppCache', 'AppDatabase', 'AppQueue', 'AppService']));
    expect(refusalOf({ bindings: [{ kind: 'AppIdentity', name: 'orders' }] })).toEqual(
      invalid(`spec.bindings.0.kind: got "AppIdentity", want one of ${bindable.join(', ')}`),
    );
  });
});

describe('environment variables', () => {
  const variables = (env: object) => at(containerOf(run({ ...bound, env }, { claims: databaseThere })), 'env');
  const key = (name: string, from: string) => ({ name, valueFrom: { secretKeyRef: { name: 'orders-database', key: from } } });
  const root = { name: 'SERVICE_BINDING_ROOT', value: '/bindings' };

  test('have keys of bindings by reference, alone and within a text', () => {
    const within = 'host=${bindings.orders-database.host} password=${bindings.orders-database.password}';
    expect(variables({ URL: '${bindings.orders-database.uri}', TEXT: within, PLAIN: 'info' })).toEqual([
      key('bindings.orders-database.host', 'host'),
      key('bindings.orders-database.password', 'password'),
      root,
      { name: 'PLAIN', value: 'info' },
      { name: 'TEXT', value: 'host=$(bindings.orders-database.host) password=$(bindings.orders-database.password)' },
      key('URL', 'uri'),
    ]);
  });

  test('are what was written, whatever Kubernetes would make of it', () => {
    expect(variables({ A: 'costs $5 $(HOME) $$(HOME) $${bindings.orders-database.uri}' })).toEqual([
      root,
      { name: 'A', value: 'costs $$5 $$(HOME) $$$$(HOME) $${bindings.orders-database.uri}' },
    ]);
  });

  test('have no value of a Secret', () => {
    const response = run({ ...bound, env: { A: 'x ${bindings.orders-database.password}' } }, { claims: databaseThere });
    expect(JSON.stringify(response)).not.toContain(databaseValues.password);
    expect(JSON.stringify(response)).not.toContain(encode(databaseValues.password));
  });

  test.each([
    [
      { A: '${bindings.orders-cache.host}' },
      'spec.env.A: got "${bindings.orders-cache.host}", want a Secret of spec.bindings: orders-database',
    ],
    [
      { A: 'at ${bindings.orders-database.user}' },
      'spec.env.A: got "${bindings.orders-database.user}", want a key of orders-database: host, password, type, uri',
    ],
    [{ A: '${HOME}' }, 'spec.env.A: got "${HOME}", want ${bindings.<secret>.<key>}, or $${ for a ${ as it is'],
    [{ A: 'x ${bindings.a' }, 'spec.env.A: got "${", want ${bindings.<secret>.<key>}, or $${ for a ${ as it is'],
    [{ 'A-B': '' }, 'spec.env: got the name "A-B", want letters, digits and _, not beginning with a digit, and not SERVICE_BINDING_ROOT'],
    [
      { SERVICE_BINDING_ROOT: '/' },
      'spec.env: got the name "SERVICE_BINDING_ROOT", want letters, digits and _, not beginning with a digit, and not SERVICE_BINDING_ROOT',
    ],
  ])('%j is refused', (env, problem) => {
    expect(refusalOf({ ...bound, env }, { claims: databaseThere })).toEqual(invalid(problem));
  });

  test('without bindings name none', () => {
    expect(refusalOf({ env: { A: '${bindings.orders-database.uri}' } })).toEqual(
      invalid('spec.env.A: got "${bindings.orders-database.uri}", want one of spec.bindings, which has none'),
    );
  });
});

describe('how many pods', () => {
  test('are there by tier', () => {
    const counts = ['dev', 'staging', 'prod'].map((environment) => {
      const { desired } = run({ port: 8080 }, { environment });
      const scale = at(desired['autoscaler']?.object, 'spec');
      return [at(desired['deployment']?.object, 'spec', 'replicas'), at(scale, 'minReplicas'), at(scale, 'maxReplicas')];
    });
    expect(counts).toEqual([
      [1, undefined, undefined],
      [2, undefined, undefined],
      [undefined, 2, 6],
    ]);
  });

  test('an autoscaler has set is never written, and so never set back', () => {
    const before = run({ port: 8080 }, { environment: 'prod' });
    const observed = observedAfter(before, details);
    const { object } = observed['deployment'] as ObservedResource;
    const scaled = { ...object, spec: { ...(object['spec'] as object), replicas: 5 } };
    const after = run(
      { port: 8080 },
      { environment: 'prod', observed: { ...observed, deployment: { object: scaled, connectionDetails: {} } } },
    );
    expect(after.desired['deployment']?.object).toEqual(before.desired['deployment']?.object);
  });

  test('a fixed number takes the autoscaler away', () => {
    const observed = observedAfter(run({ port: 8080 }, { environment: 'prod' }), details);
    const request = asked({ port: 8080, replicas: 3 }, { environment: 'prod', observed });
    const expanded = expand(request);
    expect(Object.keys(expanded.desired)).not.toContain('autoscaler');
    expect(at(expanded.desired['deployment']?.object, 'spec', 'replicas')).toBe(3);
    expect(guard({ ...request, desired: expanded.desired }).refusal).toBeUndefined();
  });

  test.each([
    [{ replicas: 1 }, 'cannot apply in environment prod: spec.replicas: got 1, want at least 2 [multi-az]'],
    [
      { autoscaling: { min: 1, max: 3 } },
      'cannot apply in environment prod: autoscaler (HorizontalPodAutoscaler orders-service): spec.minReplicas: got 1, want at least 2 [multi-az]',
    ],
  ])('%j is too few in prod', (spec, message) => {
    const request = asked(spec, { environment: 'prod' });
    expect(guard({ ...request, desired: expand(request).desired }).refusal).toEqual({ reason: 'PolicyViolated', message });
  });
});

test.each([
  [{ replicas: 2, autoscaling: { min: 1, max: 3 } }, 'spec.replicas: got 2 beside spec.autoscaling, want one of the two'],
  [{ autoscaling: { min: 3, max: 2 } }, 'spec.autoscaling.max: got 2, want at least 3, which is the least'],
  [{ port: 80, health: { path: '/', tcp: 80 } }, 'spec.health: got path and tcp, want one of path, tcp, exec'],
  [{ health: { path: '/' } }, 'spec.health.path: got "/", want spec.port too, on which it answers'],
  [{ host: 'a.example.com' }, 'spec.host: got "a.example.com", want spec.port too, to which it leads'],
  [
    { port: 80, ports: [{ name: 'other', port: 80 }] },
    'spec.ports: got other on 80, whose name or number is that of another port, want each once',
  ],
])('%j is refused', (spec, problem) => {
  expect(refusalOf(spec)).toEqual(invalid(problem));
});

test('a worker has no Service, lets nobody in, and a binding that leads nowhere', () => {
  const { desired, status } = run({ health: { exec: ['true'] } });
  expect(Object.keys(desired).sort()).toEqual(['account', 'binding', 'deployment', 'disruption', 'network-policy']);
  expect(at(desired['network-policy']?.object, 'spec', 'ingress')).toEqual([]);
  expect(Object.keys(at(desired['binding']?.object, 'data') as object)).toEqual(['provider', 'type']);
  expect(status?.['url']).toBeUndefined();
});

describe('a host', () => {
  const spec = { port: 8080, host: 'orders.example.com', path: '/api' };

  test('is an HTTPRoute where the environment has a Gateway', () => {
    const routing = { gateway: { name: 'public', namespace: 'gateways' }, ingressClass: 'nginx', from: 'gateways' };
    const { desired, status } = run(spec, { data: { routing } });
    expect(Object.keys(desired)).not.toContain('ingress');
    expect(at(desired['route']?.object, 'spec')).toEqual({
      parentRefs: [{ name: 'public', namespace: 'gateways' }],
      hostnames: ['orders.example.com'],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/api' } }], backendRefs: [{ name: 'orders-service', port: 8080 }] }],
    });
    expect(status?.['url']).toBe('https://orders.example.com/api');
  });

  test('is an Ingress elsewhere, whose pods may connect', () => {
    const { desired } = run(spec, { data: { routing: { ingressClass: 'nginx', from: 'ingress-nginx' } } });
    expect(Object.keys(desired)).not.toContain('route');
    const service = { name: 'orders-service', port: { number: 8080 } };
    expect(at(desired['ingress']?.object, 'spec')).toEqual({
      ingressClassName: 'nginx',
      rules: [{ host: 'orders.example.com', http: { paths: [{ path: '/api', pathType: 'Prefix', backend: { service } }] } }],
    });
    expect(at(desired['network-policy']?.object, 'spec', 'ingress')).toEqual([
      {
        from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
        ports: [{ port: 'http', protocol: 'TCP' }],
      },
    ]);
  });

  test('is refused where the environment has no way in', () => {
    expect(refusalOf(spec, { data: { routing: undefined } })).toEqual({
      reason: 'EnvironmentIncomplete',
      message:
        'cannot use EnvironmentConfig "dev" for AppService "orders" with spec.host: data.routing.gateway: missing, want it or data.routing.ingressClass',
    });
  });

  const other = (creationTimestamp: string, more: object = {}) => ({
    ...claimed('AppService', 'first', { creationTimestamp }),
    spec: { ...spec, ...more },
  });

  test('that an older app of the namespace has is refused with its name', () => {
    expect(refusalOf(spec, { claims: [other('2026-01-01T00:00:00Z')] })).toEqual({
      reason: 'HostTaken',
      message:
        'cannot use AppService "orders": spec.host: got "orders.example.com" with path "/api", which AppService "first" has already, want another host or path',
    });
  });

  test.each([
    ['a younger one', other('2026-01-03T00:00:00Z')],
    ['one with another path', other('2026-01-01T00:00:00Z', { path: '/' })],
    ['one with another host', other('2026-01-01T00:00:00Z', { host: 'first.example.com' })],
  ])('is left to this app by %s', (_, claim) => {
    expect(refusalOf(spec, { claims: [claim] })).toBeUndefined();
  });
});

test('egress is bounded only where the claim says where to', () => {
  const policy = (spec: object) => at(run({ port: 80, ...spec }).desired['network-policy']?.object, 'spec');
  expect(at(policy({}), 'policyTypes')).toEqual(['Ingress']);
  expect(policy({ egress: [{ cidr: '10.0.0.0/16', port: 5432 }, { port: 443 }] })).toMatchObject({
    policyTypes: ['Ingress', 'Egress'],
    egress: [
      { to: [{ podSelector: {} }] },
      {
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
      { to: [{ ipBlock: { cidr: '10.0.0.0/16' } }], ports: [{ port: 5432, protocol: 'TCP' }] },
      { ports: [{ port: 443, protocol: 'TCP' }] },
    ],
  });
});

test('a range of pods is charged by its least, and says what each more costs', () => {
  const request = asked({ port: 8080 }, { environment: 'prod' });
  const { status } = guard({ ...request, desired: expand(request).desired });
  expect(at(status, 'cost')).toEqual({
    summary: '18.02',
    drivers: [
      { resource: 'deployment', what: '2 × 0.25 vCPU at the Fargate rate', monthlyUSD: 14.78 },
      { resource: 'deployment', what: '2 × 0.5 GiB of memory at the Fargate rate', monthlyUSD: 3.24 },
    ],
    byUse: [
      { resource: 'deployment', what: 'up to 4 more pods, each 0.25 vCPU at the Fargate rate: 7.3876 USD per month' },
      { resource: 'deployment', what: 'up to 4 more pods, each 0.5 GiB of memory at the Fargate rate: 1.622425 USD per month' },
    ],
    unpriced: [],
  });
});
