import { describe, expect, test } from 'vitest';
import { environmentConfig, everything, observedAfter, stepRequest, boundTo as there } from '../../../test/request.ts';
import { ownerLabel } from '../../core/group.ts';
import { at } from '../../core/kubernetes.ts';
import { expand } from '../../expand/expand.ts';
import { guard } from '../../guard/guard.ts';

const image = 'docker.io/library/python:3.13-alpine';
const serving = { image, port: 8080, metrics: { port: 9090 } };

type Monitoring = Partial<(typeof everything)['monitoring']>;

function asked(spec: object, monitoring: Monitoring | null = everything.monitoring, owner?: string) {
  const { monitoring: _, ...rest } = everything;
  const data = { ...rest, tier: 'prod', ...(monitoring !== null && { monitoring }) };
  const request = stepRequest({
    kind: 'AppService',
    spec,
    environment: 'prod',
    environments: [environmentConfig('prod', data)],
    claims: there,
  });
  const labelled = (request.required['namespace'] ?? []).map((object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata?.labels, ...(owner !== undefined && { [ownerLabel]: owner }) } },
  }));
  return { ...request, required: { ...request.required, namespace: labelled } };
}

const run = (...given: Parameters<typeof asked>) => expand(asked(...given));
const keysOf = (...given: Parameters<typeof asked>) => Object.keys(run(...given).desired);
const objectOf = (key: string, ...given: Parameters<typeof asked>) => run(...given).desired[key]?.object;
const watching = ['service-monitor', 'alerts', 'grafana-dashboard'];
const watchingOf = (...given: Parameters<typeof asked>) => keysOf(...given).filter((key) => watching.includes(key));
const variablesOf = (...given: Parameters<typeof asked>) =>
  at(objectOf('deployment', ...given), 'spec', 'template', 'spec', 'containers', '0', 'env');

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}
const rulesOf = (...given: Parameters<typeof asked>) =>
  (at(objectOf('alerts', ...given), 'spec', 'groups') as readonly { readonly rules: readonly Rule[] }[]).flatMap(({ rules }) => rules);
const alertsOf = (...given: Parameters<typeof asked>) => [...new Set(rulesOf(...given).flatMap(({ alert }) => alert ?? []))];

const { prometheus, grafana, openTelemetry } = everything.monitoring;

describe('what watches over an app', () => {
  test('is composed for what the environment says is there, and for nothing else', () => {
    expect(watchingOf(serving, {})).toEqual([]);
    expect(run(serving, {}).desired).toEqual(run(serving, null).desired);
    expect(watchingOf(serving, { prometheus })).toEqual(['service-monitor', 'alerts']);
    expect(watchingOf({ image, port: 8080 }, { prometheus })).toEqual(['alerts']);
    expect(watchingOf(serving, { grafana })).toEqual(['grafana-dashboard']);
    expect(watchingOf(serving, { openTelemetry })).toEqual([]);
  });

  test('goes when the environment says nothing of it any more', () => {
    const all = run(serving);
    const request = { ...asked(serving, {}), observed: observedAfter(all) };
    const expanded = expand(request);
    expect(Object.keys(all.desired).filter((key) => !(key in expanded.desired))).toEqual(watching);
    expect(guard({ ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} }).refusal).toBeUndefined();
  });
});

describe('Prometheus', () => {
  test('finds the metrics at their port, and may connect to that alone', () => {
    const labels = {
      'app.kubernetes.io/name': 'orders',
      'app.kubernetes.io/instance': 'orders-service',
      'app.kubernetes.io/managed-by': 'golden-path',
    };
    expect(objectOf('service-monitor', { ...serving, metrics: { port: 9090, path: '/internal' } })).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: 'orders-service', labels: { ...labels, release: 'prometheus' } },
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/instance': 'orders-service' } },
        endpoints: [{ port: 'metrics', path: '/internal', relabelings: [{ targetLabel: 'job', replacement: 'shop/orders' }] }],
      },
    });
    expect(at(objectOf('service', serving), 'spec', 'ports')).toEqual([
      { name: 'http', port: 8080, protocol: 'TCP', targetPort: 'http' },
      { name: 'metrics', port: 9090, protocol: 'TCP', targetPort: 'metrics' },
    ]);
    expect(at(objectOf('network-policy', serving), 'spec', 'ingress')).toEqual([
      { from: [{ podSelector: {} }], ports: [{ port: 'http', protocol: 'TCP' }] },
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ port: 'metrics', protocol: 'TCP' }],
      },
    ]);
  });

  test.each([
    ['the port for requests', { image, port: 80, targetPort: 8000, metrics: {} }, 'http'],
    [
      'a port that has a name already',
      { image, port: 80, ports: [{ name: 'admin', port: 81, targetPort: 9090 }], metrics: { port: 9090 } },
      'admin',
    ],
    ['a port of a worker', { image, metrics: { port: 9090 } }, 'metrics'],
    [
      'a port whose number one of UDP has',
      { image, ports: [{ name: 'syslog', port: 514, protocol: 'UDP' }], metrics: { port: 514 } },
      'metrics',
    ],
  ])('finds them on %s', (_, spec, port) => {
    expect(at(objectOf('service-monitor', spec), 'spec', 'endpoints', '0', 'port')).toBe(port);
    const names = at(objectOf('service', spec), 'spec', 'ports') as readonly { readonly name: string }[];
    expect(names.filter(({ name }) => name === port).length).toBe(1);
  });

  test.each([
    [{ image, metrics: {} }, 'spec.metrics.port: missing, want it, or spec.port, on which it answers them'],
    [
      { image, port: 80, ports: [{ name: 'metrics', port: 81 }], metrics: { port: 9090 } },
      'spec.metrics.port: got 9090, which would be port metrics beside metrics on 81, want another number, or that on which one of spec.ports listens',
    ],
    [
      { image, port: 80, targetPort: 8000, metrics: { port: 80 } },
      'spec.metrics.port: got 80, which would be port metrics beside http on 80, want another number, or that on which one of spec.ports listens',
    ],
  ])('is refused with %j', (spec, problem) => {
    expect(run(spec).refusal).toEqual({ reason: 'ClaimInvalid', message: `cannot use AppService "orders": ${problem}` });
  });
});

describe('alerts', () => {
  const ofPods = ['AppServiceDown', 'AppServicePodsUnavailable', 'AppServiceScaledToItsMost'];
  const ofUse = ['AppServiceCpuSaturated', 'AppServiceMemorySaturated', 'AppServiceRestarting'];
  const ofRequests = ['AppServiceErrorBudgetBurn', 'AppServiceWithoutTraffic'];

  test('are those of what can be measured', () => {
    expect(alertsOf(serving)).toEqual([...ofRequests, 'AppServiceNotScraped', ...ofPods, ...ofUse]);
    expect(alertsOf({ image, port: 8080 }, { prometheus, openTelemetry })).toEqual([...ofRequests, ...ofPods, ...ofUse]);
    expect(alertsOf({ image, port: 8080, replicas: 2 }, { prometheus })).toEqual([...ofPods.slice(0, 2), ...ofUse]);
    expect(alertsOf({ image, metrics: { port: 9090 } }, { prometheus })).toEqual(['AppServiceNotScraped', ...ofPods, ...ofUse]);
    expect(alertsOf({ image, schedule: { cron: '@daily' } })).toEqual(['AppServiceRunFailed', ...ofUse]);
  });

  test.each([
    ['tier-1', { availability: [0.0144, 0.006, 0.001], latency: [0.144, 0.06, 0.01], le: '0.5' }, 'critical'],
    ['tier-2', { availability: [0.072, 0.03, 0.005], latency: [0.72, 0.3, 0.05], le: '0.5' }, 'critical'],
    ['tier-3', { availability: [0.144, 0.06, 0.01], latency: [0.72, 0.3, 0.05], le: '2.5' }, 'warning'],
  ])('of %s burn at what it promises, and are as loud as that', (criticality, { le, ...thresholds }, severity) => {
    const rules = rulesOf({ ...serving, criticality });
    for (const [slo, [hour, sixHours, days]] of Object.entries(thresholds)) {
      const ratio = (window: string) => `slo:sli_error:ratio_rate${window}{namespace="shop",kind="AppService",claim="orders",slo="${slo}"}`;
      expect(
        rules
          .filter(({ alert, labels }) => alert !== undefined && labels['slo'] === slo)
          .map(({ expr, labels }) => [expr, labels['severity']]),
      ).toEqual([
        [
          `(${ratio('1h')} > ${hour} and ${ratio('5m')} > ${hour}) or (${ratio('6h')} > ${sixHours} and ${ratio('30m')} > ${sixHours})`,
          severity,
        ],
        [`${ratio('3d')} > ${days} and ${ratio('6h')} > ${days}`, 'warning'],
      ]);
    }
    expect(rules.find(({ record, labels }) => record === 'slo:sli_error:ratio_rate5m' && labels['slo'] === 'latency')?.expr).toBe(
      `1 - sum(rate(http_server_request_duration_seconds_bucket{job="shop/orders",le="${le}"}[5m])) / (sum(rate(http_server_request_duration_seconds_count{job="shop/orders"}[5m])) > 0)`,
    );
    expect(rules.find(({ alert }) => alert === 'AppServiceDown')?.labels['severity']).toBe(severity);
  });

  test.each<[string, object, string | undefined, object]>([
    ['the namespace itself', {}, undefined, { owner: 'shop' }],
    ['the owner of the namespace', {}, 'team-shop', { owner: 'team-shop' }],
    ['no other whom the claim names', { owner: 'team-orders' }, 'team-shop', { owner: 'team-shop', claim_owner: 'team-orders' }],
  ])('are for %s', (_, spec, label, told) => {
    const labels = rulesOf({ ...serving, ...spec }, everything.monitoring, label).flatMap(({ alert, labels: each }) =>
      alert === undefined ? [] : [each],
    );
    expect(labels.length).toBeGreaterThan(0);
    expect(labels.map(({ severity, slo, burn, ...rest }) => rest)).toEqual(
      labels.map(() => ({ namespace: 'shop', kind: 'AppService', claim: 'orders', environment: 'prod', ...told })),
    );
  });
});

describe('OpenTelemetry', () => {
  const given = (more: object = {}) => ({
    'pod.name': { fieldRef: { fieldPath: 'metadata.name' } },
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.monitoring.svc:4318',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_RESOURCE_ATTRIBUTES:
      'service.namespace=shop,service.instance.id=$(pod.name),service.version=3.13-alpine,deployment.environment.name=prod,k8s.namespace.name=shop,k8s.pod.name=$(pod.name)',
    OTEL_SERVICE_NAME: 'orders',
    ...more,
  });
  const asList = (variables: object) =>
    Object.entries(variables).map(([name, value]) => (typeof value === 'string' ? { name, value } : { name, valueFrom: value }));

  test('is told to the app where there is a collector, before what the claim says itself', () => {
    expect(variablesOf({ image, port: 8080 }, { prometheus })).toBeUndefined();
    expect(variablesOf({ image, port: 8080, env: { A: 'b' } })).toEqual(asList(given({ A: 'b' })));
    const { OTEL_SERVICE_NAME: _, ...others } = given();
    expect(variablesOf({ image, port: 8080, env: { OTEL_SERVICE_NAME: 'mine' } })).toEqual(
      asList({ ...others, OTEL_SERVICE_NAME: 'mine' }),
    );
  });

  test.each([
    ['registry.example.com:5000/shop/orders', undefined],
    ['registry.example.com:5000/shop/orders:1.4.2', '1.4.2'],
    ['registry.example.com/shop/orders:1.4.2@sha256:abc', '1.4.2'],
    ['registry.example.com/shop/orders@sha256:abc', undefined],
  ])('calls %s version %s', (named, version) => {
    const variables = variablesOf({ image: named, port: 8080 }) as readonly { readonly name: string; readonly value: string }[];
    const attributes = variables.find(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES')?.value.split(',') ?? [];
    expect(attributes.filter((each) => each.startsWith('service.version='))).toEqual(
      version === undefined ? [] : [`service.version=${version}`],
    );
  });

  test('is reached by an app that limits what it connects to, where the environment says in which namespace it is', () => {
    const egressOf = (monitoring: Monitoring) =>
      at(objectOf('network-policy', { image, egress: [{ port: 443 }] }, monitoring), 'spec', 'egress');
    const [own, dns, ...rest] = egressOf({ openTelemetry }) as readonly object[];
    expect(rest).toEqual([
      { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }] },
      { ports: [{ port: 443, protocol: 'TCP' }] },
    ]);
    expect(egressOf({})).toEqual([own, dns, rest[1]]);
  });
});

test('a dashboard has the labels and annotations by which Grafana finds it, and shows what is measured', () => {
  const dashboard = objectOf('grafana-dashboard', serving);
  expect(dashboard?.metadata).toEqual({
    name: 'orders-service-grafana-dashboard',
    labels: {
      'app.kubernetes.io/name': 'orders',
      'app.kubernetes.io/instance': 'orders-service',
      'app.kubernetes.io/managed-by': 'golden-path',
      grafana_dashboard: '1',
    },
    annotations: { grafana_folder: 'Apps' },
  });
  const panels = (spec: object) =>
    (
      JSON.parse(String(at(objectOf('grafana-dashboard', spec), 'data', 'shop-orders-service.json'))) as {
        readonly panels: readonly { readonly title: string }[];
      }
    ).panels.map(({ title }) => title);
  const ofPods = ['CPU', 'Memory', 'Pods', 'Restarts'];
  expect(panels(serving)).toEqual(['Requests', 'Errors', 'Latency', 'Error budget burnt, 1 is as fast as may be', ...ofPods]);
  expect(panels({ image })).toEqual(ofPods);
  expect(panels({ image, schedule: { cron: '@daily' } })).toEqual(['CPU', 'Memory', 'Runs', 'Restarts']);
});

test.each([
  [{ prometheus: {} }, 'data.monitoring.prometheus.namespace: missing, want string'],
  [
    { prometheus: { namespace: 'monitoring', labels: { release: 'a b' } } },
    'data.monitoring.prometheus.labels.release: got "a b", want the value of a label of Kubernetes',
  ],
  [
    { openTelemetry: { endpoint: 'collector:4317' } },
    'data.monitoring.openTelemetry.endpoint: got "collector:4317", want a URL such as http://collector.monitoring.svc:4318',
  ],
])('an environment that says %j is refused', (monitoring, problem) => {
  const { message } = run(serving, monitoring as never).refusal ?? {};
  expect(message?.split('; ')[0]).toBe(`cannot use EnvironmentConfig "prod": ${problem}`);
});
