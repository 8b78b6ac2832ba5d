import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { at, groupOf, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import { toYaml } from '../../platform/yaml.ts';
import { environmentConfig, everything } from '../request.ts';
import {
  apply,
  claim,
  eventually,
  get,
  inClient,
  kubectl,
  type Live,
  list,
  makeNamespace,
  provisioned,
  type Result,
  ready,
  removeNamespaces,
  run,
} from './cluster.ts';

/** From `.ci/app-image.sh`. */
const image = 'registry.example.com/shop/orders:1.0.0';
const dev = 'routed-dev';
const staging = 'routed-staging';
/** Of no environment, where only what the apiserver says counts. */
const prod = 'routed-prod';
/** Of what stands in front of apps. */
const front = 'routed-front';
const hostOf = (namespace: string) => `orders.${namespace}.example.com`;

/** In one environment apps are reached by Ingresses, in the other by a Gateway; one has an operator of Prometheus. */
const facts = {
  [dev]: {
    routing: { ingressClass: 'nginx', from: front },
    monitoring: { prometheus: { namespace: 'monitoring', labels: { release: 'prometheus' } } },
  },
  [staging]: { routing: { gateway: { name: 'apps', namespace: front }, from: front } },
};
const namespaces = Object.keys(facts);

const gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'apps', namespace: front },
  spec: {
    gatewayClassName: 'nginx',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
  },
};

interface Route {
  readonly host: string;
  readonly path: string;
  readonly service: string;
  readonly port: number;
}

/** What an Ingress or an HTTPRoute says leads where, as a controller reads it. */
function routesOf({ metadata, spec }: Live): readonly Route[] {
  const inNamespace = (name: unknown) => `${String(name)}.${metadata.namespace}.svc`;
  const listAt = (value: unknown, ...path: readonly string[]) => (at(value, ...path) ?? []) as readonly unknown[];
  const byIngress = listAt(spec, 'rules').flatMap((rule) =>
    listAt(rule, 'http', 'paths').map((each) => ({
      host: String(at(rule, 'host')),
      path: String(at(each, 'path')),
      service: inNamespace(at(each, 'backend', 'service', 'name')),
      port: Number(at(each, 'backend', 'service', 'port', 'number')),
    })),
  );
  const byRoute = listAt(spec, 'hostnames').flatMap((host) =>
    listAt(spec, 'rules').flatMap((rule) =>
      listAt(rule, 'matches').flatMap((match) =>
        listAt(rule, 'backendRefs').map((each) => ({
          host: String(host),
          path: String(at(match, 'path', 'value')),
          service: inNamespace(at(each, 'name')),
          port: Number(at(each, 'port')),
        })),
      ),
    ),
  );
  return [...byIngress, ...byRoute];
}

const serverFor = ({ host, path, service, port }: Route) =>
  `server { listen 80; server_name ${host}; location ${path} { proxy_set_header Host $host; proxy_pass http://${service}:${port}; } }`;

/** An nginx that leads where the routes say. */
const nginx = (routes: readonly Route[]) => [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'nginx', namespace: front },
    data: {
      'nginx.conf': ['events {}', 'http {', 'server { listen 80 default_server; return 404; }', ...routes.map(serverFor), '}', ''].join(
        '\n',
      ),
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'nginx', namespace: front },
    spec: { selector: { app: 'nginx' }, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'nginx', namespace: front, labels: { app: 'nginx' } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'nginx',
          image: 'docker.io/library/nginx:1.26',
          readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
          volumeMounts: [{ name: 'nginx', mountPath: '/etc/nginx/nginx.conf', subPath: 'nginx.conf' }],
        },
      ],
      volumes: [{ name: 'nginx', configMap: { name: 'nginx' } }],
    },
  },
];

const now = () => new Date().toISOString();
const told = (observedGeneration: unknown, ...types: readonly string[]) =>
  types.map((type) => ({ type, status: 'True', reason: type, message: '', observedGeneration, lastTransitionTime: now() }));

/** What a controller writes of an object once it leads there. */
async function answer({ kind, metadata, spec }: Live, address: string): Promise<void> {
  const parents = ((at(spec, 'parentRefs') ?? []) as readonly object[]).map((parentRef) => ({
    parentRef,
    controllerName: 'example.com/nginx',
    conditions: told(at(metadata, 'generation'), 'Accepted', 'ResolvedRefs'),
  }));
  const status = kind === 'Ingress' ? { loadBalancer: { ingress: [{ ip: address }] } } : { parents };
  const patch = JSON.stringify({ status });
  const target = [kind.toLowerCase(), metadata.name, '-n', String(metadata.namespace)];
  await kubectl('patch', ...target, '--subresource=status', '--type=merge', '-p', patch);
}

/**
 * Until a node leads to a new Service, what is sent to its address leaves the cluster, and whoever is there may answer that: such an answer does not
 * say that it is from nginx, and is asked for again.
 */
const asking = `
import os, time, urllib.error, urllib.request
request = urllib.request.Request("http://nginx.${front}.svc" + os.environ["ASKED"], headers={"Host": os.environ["HOST"]})
end = time.time() + 20
while True:
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    except urllib.error.URLError as error:
        if time.time() > end:
            raise
        time.sleep(0.2)
        continue
    text = answer.read().decode()
    if answer.headers.get("Server", "").startswith("nginx/"):
        break
    if time.time() > end:
        raise SystemExit(f"{answer.status} of somebody else: {answer.headers}{text}")
    time.sleep(0.2)
if answer.status != 200:
    raise SystemExit(text)
print(text)`;

/** What nginx answers to a request for a host, from a pod outside of the namespaces of the apps. */
const asked = async (host: string, path: string): Promise<Result> =>
  await inClient(front, { image, command: ['python3', '-c', asking], env: { HOST: host, ASKED: path } });

const crds = process.env['CRDS'];

describe.skipIf(crds === undefined)('NOT CHECKED unless CRDS names a folder of CustomResourceDefinitions: what is around an app', () => {
  beforeAll(async () => {
    // The kinds alone, and no controller of theirs.
    const brought = ['gateway.networking.k8s.io_gateways', 'gateway.networking.k8s.io_httproutes'];
    const watched = ['monitoring.coreos.com_prometheusrules', 'monitoring.coreos.com_servicemonitors'];
    const files = [...brought, ...watched].flatMap((name) => ['-f', join(String(crds), `${name}.yaml`)]);
    await kubectl('apply', '--server-side', ...files);
    await kubectl('wait', '--for=condition=Established', '--timeout=60s', ...files);
    await removeNamespaces(...namespaces, front, prod);
    await makeNamespace(front);
    await apply(gateway);
    for (const [namespace, more] of Object.entries(facts)) {
      const shipped = at(await get('environmentconfig', namespace === dev ? 'dev' : 'staging'), 'data') as object;
      const policies = {
        'allowed-registries': { allow: ['registry.example.com/shop'] },
        'allowed-hosts': { allow: ['orders.{namespace}.example.com'] },
      };
      await apply(environmentConfig(namespace, { ...shipped, ...more, policies }));
      await makeNamespace(namespace, namespace);
      await apply(
        claim(namespace, 'orders'),
        // A cluster of tests may have no volumes.
        claim(namespace, 'orders', { engine: 'valkey', persistence: 'None' }, 'AppCache'),
        claim(
          namespace,
          'orders',
          {
            image,
            port: 8080,
            health: { path: '/healthz' },
            metrics: {},
            host: hostOf(namespace),
            bindings: [
              { kind: 'AppDatabase', name: 'orders' },
              { kind: 'AppCache', name: 'orders' },
            ],
            env: { DATABASE_URL: '${bindings.orders-database.uri}' },
          },
          'AppService',
        ),
      );
    }
    for (const namespace of namespaces) for (const kind of ['appdatabase', 'appcache']) await ready(namespace, 'orders', 200, kind);
  });
  afterAll(async () => {
    await removeNamespaces(...namespaces, front, prod);
    await kubectl('delete', 'environmentconfig', ...namespaces);
  });

  test('an app with a host waits for its way in, and says so', async () => {
    await eventually(async () => {
      expect([await provisioned(dev, 'orders', 'appservice'), await provisioned(staging, 'orders', 'appservice')]).toEqual([
        'Ingress orders-service is not ready (it has no address yet)',
        'HTTPRoute orders-service is not ready (no gateway has looked at it yet)',
      ]);
    });
  });

  test('requests reach it through an nginx that is configured from its Ingress or its HTTPRoute', async () => {
    const objects = [await get('ingress', 'orders-service', dev), await get('httproute', 'orders-service', staging)];
    const routes = objects.flatMap(routesOf);
    expect(routes).toEqual(
      namespaces.map((namespace) => ({ host: hostOf(namespace), path: '/', service: `orders-service.${namespace}.svc`, port: 8080 })),
    );
    await apply(...nginx(routes));
    const { spec } = await get('service', 'nginx', front);
    for (const object of objects) await answer(object, String(at(spec, 'clusterIP')));
    await kubectl('wait', 'pod/nginx', '-n', front, '--for=condition=Ready', '--timeout=60s');
    for (const namespace of namespaces) await ready(namespace, 'orders', 120, 'appservice');

    const urls = await Promise.all(namespaces.map(async (namespace) => at((await get('appservice', 'orders', namespace)).status, 'url')));
    expect(urls).toEqual([`http://${hostOf(dev)}/`, `https://${hostOf(staging)}/`]);
    for (const value of ['one', 'two']) {
      const answers = await Promise.all(namespaces.map((namespace) => asked(hostOf(namespace), `/keep/${value}`)));
      const kept = value === 'one' ? 'one' : 'one,two';
      const text = `kept database=${kept} cache=${kept}`;
      expect(answers).toEqual(namespaces.map(() => ({ code: 0, stdout: text, stderr: '' })));
    }
    expect(await asked('orders.example.com', '/keep/one')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/404 Not Found.*nginx/s),
    });
  });

  test('what is in front may connect to it, and Prometheus to its metrics', async () => {
    const from = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
    const ports = [{ port: 'http', protocol: 'TCP' }];
    const lets = async (namespace: string) => at((await get('networkpolicy', 'orders-service', namespace)).spec, 'ingress');
    const requests = { from: [{ podSelector: {} }, from(front)], ports };
    expect([await lets(dev), await lets(staging)]).toEqual([[requests, { from: [from('monitoring')], ports }], [requests]]);
  });

  test('what Prometheus is told of it and of its servers is taken by the kinds of its operator', async () => {
    const named = async (kind: string, namespace: string) =>
      (await list(kind, '-n', namespace)).map(({ metadata }) => [metadata.name, at(metadata, 'labels', 'release')]).sort();
    expect(await named('servicemonitors', dev)).toEqual([['orders-service', 'prometheus']]);
    expect(await named('prometheusrules', dev)).toEqual([
      ['orders-cache', 'prometheus'],
      ['orders-database', 'prometheus'],
      ['orders-service', 'prometheus'],
    ]);
    expect(await named('servicemonitors,prometheusrules', staging)).toEqual([]);
  });

  test('in prod all that an app, its database and its cache become is taken by the apiserver, under Pod Security restricted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prod-'));
    const write = (name: string, object: unknown) => {
      writeFileSync(join(folder, name), toYaml(object));
      return join(folder, name);
    };
    const example = parse(readFileSync('examples/app-service.yaml', 'utf8')) as KubernetesObject & { readonly spec: object };
    const files = [
      'examples/app-database.yaml',
      'examples/app-cache.yaml',
      write('app.yaml', { ...example, spec: { ...example.spec, host: 'orders.example.com', metrics: {} } }),
    ];
    const environment = write('prod.yaml', environmentConfig('prod', { ...everything, tier: 'prod' }));
    const planned = await run(process.execPath, ['cli/main.ts', 'plan', ...files, '-e', environment, '-o', 'yaml']);
    rmSync(folder, { recursive: true });
    expect({ code: planned.code, stderr: planned.stderr }).toEqual({ code: 0, stderr: '' });
    // What is in a Secret no plan shows.
    const objects = parseAllDocuments(planned.stdout)
      .map((document) => document.toJS() as KubernetesObject)
      .filter(({ kind }) => kind !== 'Secret');
    const security = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
    await makeNamespace(prod);
    await kubectl('label', 'namespace', prod, ...security);
    const taken = await run('kubectl', ['apply', '--dry-run=server', '-n', prod, '-f', '-'], toYaml(...objects));
    const named = objects.map((object) => {
      const resource = [object.kind.toLowerCase(), groupOf(object)].filter((part) => part !== '').join('.');
      return `${resource}/${object.metadata?.name} created (server dry run)\n`;
    });
    expect(named.length).toBeGreaterThan(30);
    expect(taken).toEqual({ code: 0, stdout: named.join(''), stderr: '' });
  });
});
