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
  apart: ['replicas', 'schedule', 'ttlHours'],
  checkBinding: ({ host, port, url }) => expect([host, url]).toEqual(['orders-service.shop.svc', `http://orders-service.shop.svc:${port}`]),
});

const image = 'docker.io/library/python:3.13-alpine';

/** What watches over apps has tests of its own. */
const { monitoring: _, ...unwatched } = everything;

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
    environments: [environmentConfig(environment, { ...unwatched, tier, ...data })],
    claims,
    observed,
  });
}

const run = (spec: object, given: Asked = {}) => expand(asked(spec, given));
const refusalOf = (spec: object, given: Asked = {}) => run(spec, given).refusal;
const invalid = (problem: string) => ({ reason: 'ClaimInvalid', message: `cannot use AppService "orders": ${problem}` });

const provisionedOf = ({ conditions }: ReturnType<typeof run>) => conditions.find(({ type }) => type === 'Provisioned')?.message;
const podOf = (response: ReturnType<typeof run>) => at(response.desired['deployment']?.object, 'spec', 'template', 'spec');
const containerOf = (response: ReturnType<typeof run>) => at(podOf(response), 'containers', '0');
const contentOf = (response: ReturnType<typeof run>) =>
  at(response.desired['deployment']?.object, 'spec', 'template', 'metadata', 'annotations', 'platform.internal/bindings');

/** What pods that end have of those that serve. */
function endingAs(serving: ReturnType<typeof run>) {
  const { topologySpreadConstraints: _, ...pod } = podOf(serving) as Record<string, unknown>;
  const { ports, lifecycle, startupProbe, readinessProbe, livenessProbe, ...container } = containerOf(serving) as Record<string, unknown>;
  return { pod, container };
}

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

  test('an app waits until those that let in named accounts let in its own, and says where to name it', () => {
    const bindings = [{ kind: 'AppBucket', name: 'files' }];
    const bucket = (spec: object) => [
      { ...claimed('AppBucket', 'files'), spec },
      bindingOf(claimed('AppBucket', 'files'), 'files-bucket', { type: 's3', bucket: 'files' }),
    ];
    const waiting = run({ bindings }, { claims: bucket({ readers: ['reports'] }) });
    expect(Object.keys(waiting.desired)).not.toContain('deployment');
    const settled = run({ bindings }, { claims: bucket({}), observed: observedAfter(waiting, details) });
    expect(provisionedOf(settled)).toBe(
      'Deployment orders-service waits for ServiceAccount orders-service in spec.readers or spec.writers of AppBucket files, which lets in no others',
    );
    const writing = run({ bindings }, { claims: bucket({ writers: ['orders-service'] }) });
    expect(run({ bindings }, { claims: bucket({ readers: ['orders-service'] }) }).desired).toEqual(writing.desired);
    expect(Object.keys(writing.desired).filter((key) => waiting.desired[key] === undefined)).toEqual(['deployment']);
    expect(objectsOf(run({ bindings }, { claims: bucket({}), observed: observedAfter(writing, details) }))).toEqual(objectsOf(writing));
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

describe('an identity', () => {
  const roleOf = (response: ReturnType<typeof run>) =>
    at(response.desired['deployment']?.object, 'spec', 'template', 'metadata', 'annotations', 'platform.internal/role');
  const identity = (ready: 'True' | 'False', serviceAccount = 'orders-service', role: string | undefined = 'prod-role') => ({
    ...claimed('AppIdentity', 'orders'),
    spec: { serviceAccount },
    status: { conditions: [{ type: 'Ready', status: ready }], ...(role !== undefined && { role }) },
  });
  const given = (claims: readonly KubernetesObject[], observed: Asked['observed'] = {}) => ({ environment: 'prod', claims, observed });

  test('is waited for before the first pods, since those would never have its role', () => {
    const waiting = run({}, given([identity('False')]));
    expect(Object.keys(waiting.desired)).not.toContain('deployment');
    const again = run({}, given([identity('False')], observedAfter(waiting, details)));
    expect(provisionedOf(again)).toBe('Deployment orders-service waits for AppIdentity orders to give it a role');
    expect(again.ttlSeconds).toBe(15);
    expect(roleOf(run({}, given([identity('True')])))).toBe('prod-role');
  });

  test('of another account, or without a role, changes nothing', () => {
    const without = run({}, given([]));
    expect(run({}, given([identity('False', 'reports')])).desired).toEqual(without.desired);
    expect(run({}, given([identity('True', 'orders-service', '')])).desired).toEqual(without.desired);
  });

  test('that comes later has pods replaced once, and one that cannot be read none', () => {
    const before = observedAfter(run({}, given([])), details);
    expect(roleOf(run({}, given([identity('False')], before)))).toBeUndefined();
    const after = run({}, given([identity('True')], before));
    expect(roleOf(after)).toBe('prod-role');
    for (const claims of [[], [identity('False')], [identity('True')]]) {
      expect(run({}, given(claims, observedAfter(after, details))).desired).toEqual(after.desired);
    }
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
      [2, 2, 6],
    ]);
  });

  const ofProd = { environment: 'prod' };
  const started = observedAfter(run({ port: 8080 }, ofProd), details);
  const seen = (key: string, spec: object, status: object, metadata: object = {}): ObservedResource => {
    const { object } = started[key] as ObservedResource;
    return {
      object: {
        ...object,
        metadata: { ...object.metadata, ...metadata },
        spec: { ...(object['spec'] as object), ...spec },
        status: { ...(object['status'] as object), ...status },
      },
      connectionDetails: {},
    };
  };
  const scaled = { lastScaleTime: '2026-01-02T03:04:05Z' };

  test.each<[string, number, object, object, object]>([
    ['before the autoscaler has set a number', 3, {}, {}, { replicas: 3, resourceVersion: '7' }],
    ['where it has looked and left the number', 3, { desiredReplicas: 3 }, {}, { replicas: 3, resourceVersion: '7' }],
    ['where that is too few', 1, {}, {}, { replicas: 2, resourceVersion: '7' }],
    ['where that is too many', 9, {}, {}, { replicas: 9, resourceVersion: '7' }],
    ['where somebody has scaled it to zero', 0, {}, {}, { replicas: 0, resourceVersion: '7' }],
    ['once it has set that number', 5, { ...scaled, desiredReplicas: 5 }, {}, {}],
    ['where somebody else has set another', 1, { ...scaled, desiredReplicas: 5 }, {}, { replicas: 1, resourceVersion: '7' }],
    ['where it goes', 5, { ...scaled, desiredReplicas: 5 }, { deletionTimestamp: 'now' }, { replicas: 5, resourceVersion: '7' }],
  ])('are sent as they were seen %s', (_, replicas, status, metadata, want) => {
    const observed = {
      ...started,
      deployment: seen('deployment', { replicas }, {}, { resourceVersion: '7' }),
      autoscaler: seen('autoscaler', {}, status, metadata),
    };
    const after = run({ port: 8080 }, { ...ofProd, observed }).desired['deployment']?.object;
    const sent = at(after, 'spec', 'replicas');
    const { resourceVersion } = after?.metadata ?? {};
    expect({ ...(sent !== undefined && { replicas: sent }), ...(resourceVersion !== undefined && { resourceVersion }) }).toEqual(want);
  });

  test('that an autoscaler has set are never written, and so never set back', () => {
    const before = run({ port: 8080 }, ofProd).desired['deployment']?.object;
    const observed = {
      ...started,
      deployment: seen('deployment', { replicas: 5 }, {}),
      autoscaler: seen('autoscaler', {}, { ...scaled, desiredReplicas: 5 }),
    };
    const { replicas: _, ...spec } = (before?.['spec'] ?? {}) as Record<string, unknown>;
    expect(run({ port: 8080 }, { ...ofProd, observed }).desired['deployment']?.object).toEqual({ ...before, spec });
  });

  test('stay where a fixed number gives way to an autoscaler, which is not there yet', () => {
    const fixed = observedAfter(run({ port: 8080, replicas: 4 }, ofProd), details);
    const after = run({ port: 8080 }, { ...ofProd, observed: fixed }).desired;
    expect([at(after['deployment']?.object, 'spec', 'replicas'), at(after['autoscaler']?.object, 'spec', 'minReplicas')]).toEqual([4, 2]);
  });

  test('without metrics are the fewest, with which the app is ready and says why there are no more', () => {
    const unmeasured = [
      { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' },
      { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' },
    ];
    const told = (conditions: readonly object[]) =>
      run({ port: 8080 }, { ...ofProd, observed: { ...started, autoscaler: seen('autoscaler', {}, { conditions }) } });
    const { conditions, desired, ttlSeconds } = told(unmeasured);
    expect([desired['autoscaler']?.ready, ttlSeconds, conditions.find(({ type }) => type === 'Provisioned')]).toEqual([
      true,
      300,
      {
        type: 'Provisioned',
        status: 'True',
        reason: 'ReadyWithLimits',
        message:
          'Everything serves, but HorizontalPodAutoscaler orders-service does not scale by load, since it gets no metrics of the pods (FailedGetResourceMetric): where that lasts, have the platform team run goldenpath doctor',
      },
    ]);
    expect(provisionedOf(told(details.autoscaler.status.conditions))).toBe('Everything that the claim needs is ready');
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
  [{ health: { path: '/' } }, 'spec.health.path: got "/", want spec.health.port or spec.port too, on which it answers'],
  [{ port: 80, health: { tcp: 80, port: 81 } }, 'spec.health: got port or headers, want path too, which is asked there and with these'],
  [{ port: 80, health: { alive: { tcp: 80, exec: ['true'] } } }, 'spec.health.alive: got tcp and exec, want one of path, tcp, exec'],
  [{ port: 80, health: { alive: {} } }, 'spec.health.alive: got none, want one of path, tcp, exec'],
  [{ health: { alive: { tcp: 80 } } }, 'spec.health: got alive alone, want one of path, tcp, exec too'],
  [{ targetPort: 80 }, 'spec.targetPort: got 80, want spec.port too, by which it is reached'],
  [{ host: 'a.example.com' }, 'spec.host: got "a.example.com", want spec.port too, to which it leads'],
  [
    { port: 80, ports: [{ name: 'other', port: 80 }] },
    'spec.ports: got other on 80, whose name or number is that of another port, want each once',
  ],
  [
    { port: 80, targetPort: 8080, ports: [{ name: 'other', port: 8080 }] },
    'spec.ports: got other on 8080, whose name or number is that of another port, want each once',
  ],
])('%j is refused', (spec, problem) => {
  expect(refusalOf(spec)).toEqual(invalid(problem));
});

test('a port leads to where the app listens, by TCP or UDP, and the app is asked there', () => {
  const headers = [{ name: 'Cookie', value: 'probe' }];
  const { desired } = run({
    port: 80,
    targetPort: 8080,
    ports: [{ name: 'stream', port: 80, targetPort: 9000, protocol: 'UDP' }],
    health: { path: '/ready', headers, alive: { path: '/alive', port: 8081 } },
  });
  const [app] = at(desired['deployment']?.object, 'spec', 'template', 'spec', 'containers') as readonly Record<string, unknown>[];
  const ready = { httpGet: { path: '/ready', port: 8080, httpHeaders: headers }, timeoutSeconds: 5 };
  expect({ ports: app?.['ports'], ready: app?.['readinessProbe'], alive: app?.['livenessProbe'], starts: app?.['startupProbe'] }).toEqual({
    ports: [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'stream', containerPort: 9000, protocol: 'UDP' },
    ],
    ready: { ...ready, periodSeconds: 5, failureThreshold: 2 },
    alive: { httpGet: { path: '/alive', port: 8081 }, timeoutSeconds: 5, periodSeconds: 10, failureThreshold: 6 },
    starts: { ...ready, periodSeconds: 1, failureThreshold: 60 },
  });
  expect(at(desired['service']?.object, 'spec', 'ports')).toEqual([
    { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
    { name: 'stream', port: 80, protocol: 'UDP', targetPort: 'stream' },
  ]);
  expect(at(desired['network-policy']?.object, 'spec', 'ingress')).toEqual([
    {
      from: [{ podSelector: {} }],
      ports: [
        { port: 'http', protocol: 'TCP' },
        { port: 'stream', protocol: 'UDP' },
      ],
    },
  ]);
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

describe('files', () => {
  const file = (path: string, content: string, more: object = {}) => ({ path, content, ...more });
  const spec = {
    ...bound,
    files: [
      file('/etc/app/plain.ini', 'a = $${x} $5\n', { mode: '0555' }),
      file('/etc/app/text.ini', 'host=${bindings.orders-database.host} $${x}\n'),
      file('/etc/app/host', '${bindings.orders-database.host}'),
    ],
  };
  const keepersOf = ({ desired }: ReturnType<typeof run>) => Object.keys(desired).filter((key) => /^(files|rendered)-/.test(key));
  const rotated = [database, bindingOf(database, 'orders-database', { ...databaseValues, host: 'another' })];

  test('are in a ConfigMap, in a Secret where a key stands within a text, and a key itself is that of its binding', () => {
    const response = run(spec, { claims: databaseThere });
    const [plain = '', rendered = ''] = keepersOf(response);
    expect(response.desired[plain]?.object).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `orders-service-${plain}`, labels: response.desired['service']?.object.metadata?.labels ?? expect.anything() },
      data: { 'app.0': 'a = ${x} $5\n' },
    });
    expect(response.desired[rendered]?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `orders-service-${rendered}`, labels: response.desired[plain]?.object.metadata?.labels },
      data: { 'app.1': encode('host=orders-database.shop.svc ${x}\n') },
    });
    expect(at(podOf(response), 'volumes')).toEqual([
      { name: 'tmp', emptyDir: { sizeLimit: '512Mi' } },
      { name: 'binding-orders-database', secret: { secretName: 'orders-database' } },
      {
        name: 'files',
        projected: {
          sources: [
            { configMap: { name: `orders-service-${plain}`, items: [{ key: 'app.0', path: 'app.0', mode: 0o555 }] } },
            { secret: { name: `orders-service-${rendered}`, items: [{ key: 'app.1', path: 'app.1', mode: 0o444 }] } },
            { secret: { name: 'orders-database', items: [{ key: 'host', path: 'app.2', mode: 0o444 }] } },
          ],
        },
      },
    ]);
    const mount = (subPath: string, mountPath: string) => ({ name: 'files', mountPath, subPath, readOnly: true });
    expect(at(containerOf(response), 'volumeMounts')).toEqual([
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'binding-orders-database', mountPath: '/bindings/orders-database', readOnly: true },
      mount('app.0', '/etc/app/plain.ini'),
      mount('app.1', '/etc/app/text.ini'),
      mount('app.2', '/etc/app/host'),
    ]);
  });

  test('have a value of a binding in no object but a Secret', () => {
    const password = '${bindings.orders-database.password}';
    const { desired, ...rest } = run({ ...bound, files: [file('/a', password), file('/b', `x ${password}`)] }, { claims: databaseThere });
    const others = Object.values(desired).filter(({ object }) => object.kind !== 'Secret');
    const text = JSON.stringify([others, rest]);
    expect(text).not.toContain(databaseValues.password);
    expect(text).not.toContain(encode(databaseValues.password));
  });

  test('are those of a pod for as long as pods of its template may start', () => {
    const before = run(spec, { claims: databaseThere });
    const observed = observedAfter(before, details);
    const rolling = run(spec, { claims: rotated, observed });
    expect(keepersOf(rolling)).toHaveLength(3);
    expect(keepersOf(rolling)).toEqual(expect.arrayContaining(keepersOf(before)));
    for (const key of keepersOf(before)) expect(rolling.desired[key]?.object).toEqual(before.desired[key]?.object);
    const request = asked(spec, { claims: rotated, observed: observedAfter(rolling, details) });
    const after = expand(request);
    expect(keepersOf(after)).toHaveLength(2);
    expect(at(after.desired[String(keepersOf(after)[1])]?.object, 'data')).toEqual({ 'app.1': encode('host=another ${x}\n') });
    expect(guard({ ...request, desired: after.desired }).refusal).toBeUndefined();
  });

  test('stay as they are while a binding cannot be read', () => {
    const before = run(spec, { claims: databaseThere });
    const after = run(spec, { claims: [database], observed: observedAfter(before, details) });
    for (const key of keepersOf(before)) expect(after.desired[key]?.object).toEqual(before.desired[key]?.object);
    expect(after.desired['deployment']?.object).toEqual(before.desired['deployment']?.object);
  });

  test('that change replace the pods', () => {
    const of = (content: string) => podOf(run({ files: [file('/a', content)] }));
    expect(of('a')).not.toEqual(of('b'));
  });

  test.each([
    [{ files: [file('/bindings/a', '')] }, 'spec.files.0.path: got "/bindings/a", which is in /bindings, want another path'],
    [{ volumes: [{ name: 'a', path: '/tmp', sizeMiB: 1 }] }, 'spec.volumes.0.path: got "/tmp", which is there already, want another path'],
    [
      { volumes: [{ name: 'a', path: '/a', sizeMiB: 1 }], files: [file('/a', '')] },
      'spec.files.0.path: got "/a", which spec.volumes.0 has, want another path',
    ],
    [
      { files: [file('/a', 'x ${bindings.a.b}')] },
      'spec.files.0.content: got "${bindings.a.b}", want one of spec.bindings, which has none',
    ],
    [
      { sidecars: [{ name: 'a', image, files: [file('/proc/a', '')] }] },
      'spec.sidecars.0.files.0.path: got "/proc/a", which is in /proc, want another path',
    ],
  ])('%j is refused', (spec, problem) => {
    expect(refusalOf(spec)).toEqual(invalid(problem));
  });
});

test('volumes go with their pod, and count as what the app may write to its node', () => {
  const response = run({ volumes: [{ name: 'cache', path: '/var/cache', sizeMiB: 512 }] });
  expect(at(podOf(response), 'volumes')).toEqual([
    { name: 'tmp', emptyDir: { sizeLimit: '512Mi' } },
    { name: 'volume-cache', emptyDir: { sizeLimit: '512Mi' } },
  ]);
  expect(at(containerOf(response), 'volumeMounts')).toEqual([
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'volume-cache', mountPath: '/var/cache' },
  ]);
  expect(at(containerOf(response), 'resources')).toEqual({
    requests: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '1Gi' },
    limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '1Gi' },
  });
});

const costOf = (spec: object, environment = 'dev') => {
  const request = asked(spec, { environment });
  return at(guard({ ...request, desired: expand(request).desired }).status, 'cost');
};

test.each([
  [
    { cpuMillicores: 1500, memoryMiB: 768 },
    { cpu: '1500m', memory: '768Mi' },
    { cpu: '1500m', memory: '768Mi' },
  ],
  [{ cpuLimitMillicores: 2000 }, { cpu: '100m', memory: '256Mi' }, { cpu: '2', memory: '256Mi' }],
])('resources of %j are in place of those of the size', (resources, requests, limits) => {
  const storage = { 'ephemeral-storage': '512Mi' };
  expect(at(containerOf(run({ resources })), 'resources')).toEqual({
    requests: { ...requests, ...storage },
    limits: { ...limits, ...storage },
  });
});

test('images are pulled with the Secrets that are named', () => {
  expect(at(podOf(run({ imagePullSecrets: ['a', 'b'] })), 'imagePullSecrets')).toEqual([{ name: 'a' }, { name: 'b' }]);
});

describe('sidecars', () => {
  const common = {
    image,
    resources: {
      requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '128Mi' },
      limits: { cpu: '500m', memory: '64Mi', 'ephemeral-storage': '128Mi' },
    },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
  const probe = { tcpSocket: { port: 81 }, timeoutSeconds: 5 };
  const readinessProbe = { ...probe, periodSeconds: 5, failureThreshold: 2 };
  const livenessProbe = { ...probe, periodSeconds: 10, failureThreshold: 6 };
  const mounts = (name: string) => [{ name: `tmp-${name}`, mountPath: '/tmp' }];

  test('start before the app as each says, with what they name and nothing of its bindings', () => {
    const health = { tcp: 81, startupSeconds: 9 };
    const response = run(
      {
        ...bound,
        volumes: [{ name: 'logs', path: '/logs', sizeMiB: 10 }],
        sidecars: [
          { name: 'once', image, command: ['true'], before: 'complete' },
          { name: 'ready', image, health, before: 'healthy', env: { P: '${bindings.orders-database.password}' } },
          { name: 'beside', image, args: ['x'], health, files: [{ path: '/etc/x', content: 'x' }] },
        ],
      },
      { claims: databaseThere },
    );
    const logs = { name: 'volume-logs', mountPath: '/logs' };
    expect(at(podOf(response), 'initContainers')).toEqual([
      { name: 'once', command: ['true'], ...common, volumeMounts: [...mounts('once'), logs] },
      {
        name: 'ready',
        restartPolicy: 'Always',
        ...common,
        env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'orders-database', key: 'password' } } }],
        startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 9 },
        readinessProbe,
        livenessProbe,
        volumeMounts: [...mounts('ready'), logs],
      },
      {
        name: 'beside',
        restartPolicy: 'Always',
        ...common,
        args: ['x'],
        readinessProbe,
        livenessProbe: { ...livenessProbe, initialDelaySeconds: 9 },
        volumeMounts: [...mounts('beside'), logs, { name: 'files', mountPath: '/etc/x', subPath: 'beside.0', readOnly: true }],
      },
    ]);
  });

  test('are charged with the app while they run, and where they end as far as they need more than it', () => {
    const cpu = (...sidecars: readonly object[]) =>
      at(costOf({ sidecars: sidecars.map((each, index) => ({ name: `a${index}`, image, ...each })) }), 'drivers', '0', 'what');
    expect([cpu({}), cpu({ before: 'complete' }), cpu({}, { before: 'complete', cpuMillicores: 300 }, {})]).toEqual([
      '0.15 vCPU at the Fargate rate',
      '0.1 vCPU at the Fargate rate',
      '0.35 vCPU at the Fargate rate',
    ]);
  });
});

describe('a schedule', () => {
  const schedule = { cron: '30 3 * * *', timeZone: 'Europe/Berlin', concurrency: 'Replace', suspend: true };

  test('makes a CronJob of the pods, and nothing of what serves', () => {
    const response = run({ ...bound, schedule, egress: [] }, { environment: 'prod', claims: databaseThere });
    const serving = run({ ...bound, port: 80, egress: [] }, { environment: 'prod', claims: databaseThere });
    const keys = ['account', 'binding', 'cron-job', 'network-policy', 'use-appdatabase-orders'];
    expect(Object.keys(response.desired).sort()).toEqual(keys);
    const { object } = response.desired['cron-job'] ?? {};
    const template = at(object, 'spec', 'jobTemplate', 'spec', 'template');
    const labels = at(object, 'metadata', 'labels');
    expect(at(object, 'spec')).toEqual({
      schedule: '30 3 * * *',
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Replace',
      suspend: true,
      startingDeadlineSeconds: 300,
      jobTemplate: {
        metadata: { labels },
        spec: {
          backoffLimit: 1,
          podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
          template,
        },
      },
    });
    const { pod, container } = endingAs(serving);
    expect(template).toEqual({
      metadata: at(serving.desired['deployment']?.object, 'spec', 'template', 'metadata'),
      spec: { ...pod, restartPolicy: 'Never', terminationGracePeriodSeconds: 30, containers: [container] },
    });
  });

  test('is charged by the hours that it runs', () => {
    expect(costOf({ schedule })).toEqual({
      summary: 'usage',
      drivers: [],
      byUse: [
        { resource: 'cron-job', what: '0.1 vCPU at the Fargate rate: 0.004048 USD per hour that it runs' },
        { resource: 'cron-job', what: '0.25 GiB of memory at the Fargate rate: 0.00111125 USD per hour that it runs' },
      ],
      unpriced: [],
    });
  });

  test('waits for bindings, and takes the place of what served and back', () => {
    expect(Object.keys(run({ ...bound, schedule }, { claims: [database] }).desired)).not.toContain('cron-job');
    const states = [{ port: 80 }, { schedule }, { port: 80 }];
    let observed: Readonly<Record<string, ObservedResource>> = {};
    for (const state of states) {
      const request = asked(state, { observed });
      const expanded = expand(request);
      expect(guard({ ...request, desired: expanded.desired }).refusal).toBeUndefined();
      expect([expanded.desired['deployment'] !== undefined, expanded.desired['cron-job'] !== undefined]).toEqual([
        'port' in state,
        'schedule' in state,
      ]);
      observed = observedAfter(expanded, details);
    }
  });
});

describe('what has to succeed before a deployment', () => {
  const spec = { ...bound, image, port: 80, egress: [], beforeDeploy: { command: ['migrate'], timeoutSeconds: 60 } };
  const jobsOf = ({ desired }: ReturnType<typeof run>) => Object.keys(desired).filter((key) => key.startsWith('first-'));
  const given = { claims: databaseThere };
  const jobIs = (response: ReturnType<typeof run>, status: object) => {
    const [key = ''] = jobsOf(response);
    return observedAfter(response, { ...details, [key]: { status } });
  };
  const running = { conditions: [] };
  const failed = { conditions: [{ type: 'Failed', status: 'True', message: 'Job has reached the specified backoff limit' }] };
  const messageOf = ({ conditions }: ReturnType<typeof run>) => conditions.find(({ type }) => type === 'Provisioned')?.message;
  const pausedOf = ({ desired }: ReturnType<typeof run>) => at(desired['deployment']?.object, 'spec', 'paused');

  const first = run(spec, given);
  const done = run(spec, { ...given, observed: observedAfter(first, details) });
  const next = { ...spec, image: `${image}-2` };

  test('is a Job of the pods that would serve, which no Service takes for one of them', () => {
    const [key = ''] = jobsOf(first);
    const { object } = first.desired[key] ?? {};
    const labels = {
      ...(at(done.desired['deployment']?.object, 'metadata', 'labels') as object),
      'app.kubernetes.io/instance': 'orders-service-first',
    };
    const { pod, container } = endingAs(done);
    expect(object).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: `orders-service-${key}`, labels },
      spec: {
        backoffLimit: 1,
        activeDeadlineSeconds: 60,
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
        template: {
          metadata: { labels, annotations: at(done.desired['deployment']?.object, 'spec', 'template', 'metadata', 'annotations') },
          spec: {
            ...pod,
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: 30,
            containers: [{ ...container, command: ['migrate'] }],
          },
        },
      },
    });
    expect(at(first.desired['network-policy']?.object, 'spec', 'podSelector')).toEqual({
      matchExpressions: [{ key: 'app.kubernetes.io/instance', operator: 'In', values: ['orders-service', 'orders-service-first'] }],
    });
  });

  test('has the first pods wait too, and says how far it is', () => {
    expect(Object.keys(first.desired)).not.toContain('deployment');
    const [key] = jobsOf(first);
    const waiting = run(spec, { ...given, observed: jobIs(first, running) });
    expect([Object.keys(waiting.desired).includes('deployment'), waiting.claimReady]).toEqual([false, false]);
    expect(messageOf(waiting)).toBe(
      `Job orders-service-${key} is not ready (it is not complete yet); Deployment orders-service waits for spec.beforeDeploy to succeed: kubectl logs -n shop job/orders-service-${key} shows how far it is`,
    );
  });

  test('lets the pods go once it has succeeded, and runs once for them', () => {
    expect([pausedOf(done), done.claimReady]).toEqual([undefined, undefined]);
    const settled = run(spec, { ...given, observed: observedAfter(done, details) });
    expect(jobsOf(settled)).toEqual(jobsOf(first));
    expect(messageOf(settled)).toBe('Everything that the claim needs is ready');
  });

  test('keeps the pods of before, and their files, while it runs and once it has failed', () => {
    const filed = (content: string) => ({ files: [{ path: '/a', content }] });
    const before = run({ ...spec, ...filed('1') }, { ...given, observed: observedAfter(run({ ...spec, ...filed('1') }, given), details) });
    const changed = run({ ...next, ...filed('2') }, { ...given, observed: observedAfter(before, details) });
    for (const status of [running, failed]) {
      const observed = jobIs(changed, status);
      const after = run({ ...next, ...filed('2') }, { ...given, observed });
      expect([pausedOf(after), after.claimReady]).toEqual([true, false]);
      expect(jobsOf(after)).toEqual(jobsOf(changed));
      expect(Object.keys(after.desired).filter((key) => key.startsWith('files-'))).toHaveLength(2);
    }
    const [key] = jobsOf(changed);
    expect(messageOf(run({ ...next, ...filed('2') }, { ...given, observed: jobIs(changed, failed) }))).toBe(
      `cannot provision Job orders-service-${key}: it failed: Job has reached the specified backoff limit; Deployment orders-service waits for spec.beforeDeploy, which failed: kubectl logs -n shop job/orders-service-${key} says why; kubectl delete job -n shop orders-service-${key} has it tried again; until then the pods of before serve`,
    );
  });

  test('is not begun beside one that still runs', () => {
    const observed = jobIs(first, running);
    const changed = run(next, { ...given, observed });
    expect(jobsOf(changed)).toEqual(jobsOf(first));
    expect(changed.desired[String(jobsOf(first)[0])]?.object).toEqual(first.desired[String(jobsOf(first)[0])]?.object);
    expect(messageOf(changed)).toContain(
      `waits for Job orders-service-${jobsOf(first)[0]}, which runs spec.beforeDeploy of what was asked for before`,
    );
    const ended = run(next, { ...given, observed: jobIs(first, failed) });
    expect(jobsOf(ended)).toHaveLength(1);
    expect(jobsOf(ended)).not.toEqual(jobsOf(first));
  });

  test('waits for bindings, and is not begun anew when one cannot be read for a moment', () => {
    expect(jobsOf(run(spec, { claims: [database] }))).toEqual([]);
    const after = run(spec, { claims: [database], observed: jobIs(first, running) });
    expect(jobsOf(after)).toEqual(jobsOf(first));
    expect(after.desired[String(jobsOf(first)[0])]?.object).toEqual(first.desired[String(jobsOf(first)[0])]?.object);
  });

  test('is gone once the claim does not ask for it, and what served goes on', () => {
    const request = asked({ ...spec, beforeDeploy: undefined }, { ...given, observed: observedAfter(done, details) });
    const expanded = expand(request);
    expect([jobsOf(expanded), pausedOf(expanded)]).toEqual([[], undefined]);
    expect(guard({ ...request, desired: expanded.desired }).refusal).toBeUndefined();
  });
});

describe('persistent volumes', () => {
  const uploads = { name: 'uploads', path: '/var/uploads', persistent: { storageGiB: 20 } };
  const ofOneNode = { volumes: { accessMode: 'ReadWriteOnce', storageClassName: 'fast' } };
  const ofAll = { volumes: { accessMode: 'ReadWriteMany', storageClassName: 'shared' } };
  const volumeClaim = (metadata: object = {}, spec: object = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data-orders-service-volume-uploads-0', namespace: 'shop', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '20Gi' } }, ...spec },
  });
  const single = { volumes: [uploads], replicas: 1 };
  const keeperOf = (response: ReturnType<typeof run>) => response.desired['volume-uploads']?.object;
  const replicasOf = (response: ReturnType<typeof run>) => at(keeperOf(response), 'spec', 'replicas');

  test('are made by a StatefulSet without pods that run, and mounted by all containers', () => {
    const sidecars = [{ name: 'scan', image }];
    const response = run({ ...single, sidecars, deletion: 'Snapshot' }, { data: ofOneNode });
    const own = {
      'app.kubernetes.io/name': 'orders',
      'app.kubernetes.io/instance': 'orders-service-volume-uploads',
      'app.kubernetes.io/managed-by': 'golden-path',
    };
    const size = { cpu: '10m', memory: '16Mi' };
    expect(keeperOf(response)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'orders-service-volume-uploads', labels: { ...own, 'app.kubernetes.io/instance': 'orders-service' } },
      spec: {
        serviceName: 'orders-service-volume-uploads',
        replicas: 1,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: own },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        template: {
          metadata: { labels: own },
          spec: {
            schedulingGates: [{ name: 'platform.internal/volume-only' }],
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 0,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65532,
              runAsGroup: 65532,
              fsGroup: 65532,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                name: 'none',
                image,
                resources: { requests: size, limits: size },
                securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
              },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '20Gi' } } },
          },
        ],
      },
    });
    expect(at(podOf(response), 'volumes')).toContainEqual({
      name: 'volume-uploads',
      persistentVolumeClaim: { claimName: 'data-orders-service-volume-uploads-0' },
    });
    const mount = { name: 'volume-uploads', mountPath: '/var/uploads' };
    expect(at(containerOf(response), 'volumeMounts')).toContainEqual(mount);
    expect(at(podOf(response), 'initContainers', '0', 'volumeMounts')).toContainEqual(mount);
    expect(response.ttlSeconds).toBe(15);
  });

  test.each<[string, object, string, number]>([
    ['is there and stays', {}, 'Snapshot', 0],
    ['is there and goes with what had it made', { ownerReferences: [{ uid: 'uid-of-the-keeper' }] }, 'Delete', 0],
    ['would stay', {}, 'Delete', 1],
    ['would go', { ownerReferences: [{ uid: 'uid-of-the-keeper' }] }, 'Snapshot', 1],
    ['would go with another', { ownerReferences: [{ uid: 'uid-of-another' }] }, 'Delete', 1],
    ['goes', { deletionTimestamp: 'now' }, 'Snapshot', 1],
  ])('that %s with deletion %j', (_, metadata, deletion, replicas) => {
    const spec = { ...single, deletion };
    const observed = observedAfter(run(spec, { data: ofOneNode }), details);
    const { object } = observed['volume-uploads'] as ObservedResource;
    const keeper = { object: { ...object, metadata: { ...object.metadata, uid: 'uid-of-the-keeper' } }, connectionDetails: {} };
    const given = { data: ofOneNode, claims: [...there, volumeClaim(metadata)], observed: { ...observed, 'volume-uploads': keeper } };
    expect(replicasOf(run(spec, given))).toBe(replicas);
  });

  test('of an earlier claim of the name are found again', () => {
    const given = { data: ofOneNode, claims: [...there, volumeClaim()] };
    expect(replicasOf(run({ ...single, deletion: 'Protect' }, given))).toBe(0);
  });

  test.each<[string, object, Asked, string]>([
    [
      'one of a node has one pod',
      { volumes: [uploads] },
      { environment: 'staging', data: ofOneNode },
      'spec.volumes.0.persistent: got it for up to 2 pods, want spec.replicas: 1 where volumes are ReadWriteOnce',
    ],
    [
      'a pod before another would wait for it',
      { ...single, beforeDeploy: { command: ['migrate'] } },
      { data: ofOneNode },
      'spec.volumes.0.persistent: got it beside spec.beforeDeploy, whose pod would wait for the volume, want one of the two where volumes are ReadWriteOnce',
    ],
    [
      'a run beside another would wait for it',
      { volumes: [uploads], schedule: { cron: '@daily', concurrency: 'Allow' } },
      { data: ofOneNode },
      'spec.schedule.concurrency: got "Allow", want Forbid or Replace where volumes are ReadWriteOnce',
    ],
    [
      'it keeps its size',
      { volumes: [{ ...uploads, persistent: { storageGiB: 10 } }], replicas: 1 },
      { data: ofOneNode, observed: observedAfter(run(single, { data: ofOneNode }), details) },
      'spec.volumes.0.persistent.storageGiB: got 10, want 20, with which the volume was made: move the data to another volume',
    ],
    [
      'one that an earlier claim left keeps its size',
      single,
      { data: ofOneNode, claims: [...there, volumeClaim({}, { resources: { requests: { storage: '30Gi' } } })] },
      'spec.volumes.0.persistent.storageGiB: got 20, want 30, with which the volume was made: move the data to another volume',
    ],
  ])('are refused where %s', (_, spec, given, problem) => {
    expect(refusalOf(spec, given)).toEqual(invalid(problem));
  });

  test('are refused where the environment has none, with what it lacks', () => {
    expect(refusalOf(single, { data: { volumes: {} } })).toEqual({
      reason: 'EnvironmentIncomplete',
      message:
        'cannot use EnvironmentConfig "dev" for AppService "orders" with spec.volumes.0.persistent: data.volumes.accessMode: missing, want it, and a StorageClass',
    });
  });

  test('decide how pods are replaced: one after the other where only one can have them', () => {
    const strategyOf = (spec: object, given: Asked) => at(run(spec, given).desired['deployment']?.object, 'spec', 'strategy');
    expect([
      strategyOf(single, { data: ofOneNode }),
      strategyOf({ volumes: [uploads], replicas: 3 }, { data: ofAll }),
      strategyOf({ volumes: [{ name: 'cache', path: '/cache', sizeMiB: 8 }], replicas: 3 }, { data: ofOneNode }),
    ]).toEqual([
      { type: 'Recreate' },
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    ]);
  });

  test.each([ofAll, { volumes: {} }])('stay as they were made where the environment comes to say %j', (data) => {
    const before = run(single, { data: ofOneNode });
    const after = run(single, { data, observed: observedAfter(before, details) });
    expect([after.refusal, keeperOf(after), after.desired['deployment']]).toEqual([
      undefined,
      keeperOf(before),
      { ...before.desired['deployment'], ready: true },
    ]);
  });

  test('are let go by no change of the claim that does not acknowledge it, and hold the claim itself in prod', () => {
    const given = { environment: 'prod', data: ofAll };
    const spec = { volumes: [uploads], replicas: 2 };
    const first = run(spec, given);
    expect(first.desired['protection']?.object['spec']).toEqual({
      of: { apiVersion, kind: 'AppService', resourceRef: { name: 'orders' } },
      reason: 'spec.deletion of AppService orders is Protect: set it to Snapshot or Delete first',
    });
    expect(Object.keys(run({ replicas: 2 }, given).desired)).not.toContain('protection');
    const request = asked({ replicas: 2 }, { ...given, observed: observedAfter(first, details) });
    const { refusal } = guard({ ...request, desired: expand(request).desired });
    expect(refusal?.reason).toBe('WouldRemove');
    expect(refusal?.message).toContain('it would delete volume-uploads (StatefulSet orders-service-volume-uploads)');
  });

  test('cost what they hold, whether or not their pod is there, and nothing else', () => {
    const cost = (claims: readonly KubernetesObject[]) => {
      const request = asked({ ...single, deletion: 'Protect' }, { data: ofOneNode, claims });
      const { cost: found } = (guard({ ...request, desired: expand(request).desired }).status ?? {}) as { readonly cost?: unknown };
      return JSON.stringify(found);
    };
    expect(cost([...there, volumeClaim()])).toBe(cost(there));
    expect(cost(there)).toContain('20 GiB volume');
  });
});
