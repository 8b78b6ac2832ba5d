import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, stringAt } from '../../functions/core/kubernetes.ts';
import { crossplaneNamespace } from '../../platform/names.ts';
import { environmentConfig } from '../request.ts';
import {
  apply,
  claim,
  eventually,
  functionServes,
  get,
  inPod,
  kubectl,
  list,
  makeNamespace,
  oncePassed,
  provisioned,
  ready,
  removeNamespaces,
  run,
  runsAs,
  sleep,
  tryApply,
} from './cluster.ts';

/** From `.ci/app-image.sh`. */
const image = 'registry.example.com/shop/orders:1.0.0';
const tiers = ['dev', 'staging', 'prod'] as const;
const namespaceOf = (tier: string) => `apps-${tier}`;
const [dev, staging, prod] = tiers.map(namespaceOf) as [string, string, string];

const app = (namespace: string, more: object = {}) =>
  claim(
    namespace,
    'orders',
    {
      image,
      port: 8080,
      health: { path: '/healthz' },
      bindings: [
        { kind: 'AppDatabase', name: 'orders' },
        { kind: 'AppCache', name: 'orders' },
      ],
      env: {
        DATABASE_URL: '${bindings.orders-database.uri}',
        GREETING: 'costs $5 at ${bindings.orders-cache.host}',
      },
      ...more,
    },
    'AppService',
  );

/** What the app answers to a pod that has nothing but the app's own binding. */
async function asked(namespace: string, script: string): Promise<string> {
  const python = `import time, urllib.request\nurl = open("/bindings/orders-service/url").read()\n${script}`;
  const { code, stdout, stderr } = await inPod(namespace, 'orders-service', '/bindings/orders-service', image, 'python3 -c "$SCRIPT"', {
    SCRIPT: python,
  });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
const keeps = (namespace: string, value: string) =>
  asked(namespace, `print(urllib.request.urlopen(url + "/keep/${value}", timeout=20).read().decode())`);

const touch = (namespace: string) =>
  kubectl('annotate', 'appservice', 'orders', '-n', namespace, '--overwrite', `example.com/touched=${Date.now()}`);

const revisionOf = async (namespace: string) => (await runsAs(namespace)).revision;

beforeAll(async () => {
  await removeNamespaces(dev, staging, prod);
  for (const tier of tiers) {
    const shipped = at(await get('environmentconfig', tier), 'data') as object;
    const policies = { 'allowed-registries': { allow: ['registry.example.com/shop'] } };
    await apply(environmentConfig(namespaceOf(tier), { ...shipped, policies }));
    await makeNamespace(namespaceOf(tier), namespaceOf(tier));
  }
  await kubectl('label', 'namespace', prod, 'pod-security.kubernetes.io/enforce=restricted');
});
afterAll(async () => {
  await removeNamespaces(dev, staging, prod);
  await kubectl('delete', 'environmentconfig', dev, staging, prod);
});

test('an app waits for what it is bound to, and says for what', async () => {
  await apply(app(dev), app(staging));
  await eventually(async () => {
    expect(await provisioned(dev, 'orders', 'appservice')).toContain(
      `Deployment orders-service waits for AppCache orders, which namespace ${dev} does not have, and AppDatabase orders, which namespace ${dev} does not have`,
    );
  });
  expect(await list('deployments', '-n', dev)).toEqual([]);
});

test.each([
  [dev, 1],
  [staging, 2],
])('in %s a request writes and reads the database and the cache of the bindings', async (namespace, pods) => {
  // A cluster of tests may have no volumes.
  await apply(claim(namespace, 'orders'), claim(namespace, 'orders', { engine: 'valkey', persistence: 'None' }, 'AppCache'));
  for (const each of ['appdatabase', 'appcache', 'appservice']) await ready(namespace, 'orders', 200, each);
  const greeting = `costs $5 at orders-cache.${namespace}.svc`;
  expect(await keeps(namespace, 'one')).toBe(`${greeting} database=one cache=one`);
  expect(await keeps(namespace, 'two')).toBe(`${greeting} database=one,two cache=one,two`);
  expect(at(await get('deployment', 'orders-service', namespace), 'status', 'readyReplicas')).toBe(pods);
  expect(await revisionOf(namespace)).toBe('1');
});

test('no object but its Secret has the password, and the pods have no token', async () => {
  const { data } = await get('secret', 'orders-database', dev);
  const password = Buffer.from(data?.['password'] ?? '', 'base64').toString();
  const objects = JSON.stringify(await list('deployments,replicasets,pods,appservices', '-n', dev));
  expect(password.length).toBeGreaterThan(20);
  expect(objects).not.toContain(password);
  expect(objects).not.toContain(data?.['password']);
  expect(objects).not.toContain('kube-api-access');
});

test('the pods are replaced once when what is in a binding changes, and by no reconcile', async () => {
  const rotated = Buffer.from('again').toString('base64');
  await kubectl('patch', 'secret', 'orders-cache', '-n', dev, '--type=merge', '-p', JSON.stringify({ data: { rotated } }));
  await touch(dev);
  const replaced = await eventually(async () => {
    const now = await runsAs(dev);
    expect([now.revision, now.pods.length]).toEqual(['2', 1]);
    return now;
  });
  for (let round = 0; round < 20; round += 1) {
    await touch(dev);
    await sleep(500);
  }
  await sleep(3000);
  expect(await runsAs(dev)).toEqual(replaced);
});

test('no pod is replaced when the function restarts', async () => {
  const [before, functionPods] = [await runsAs(dev), await functionServes()];
  await kubectl('delete', 'pods', '-n', crossplaneNamespace, '-l', 'pkg.crossplane.io/function', '--wait=false');
  await functionServes(functionPods);
  await apply(app(dev, { callers: ['elsewhere'] }));
  await oncePassed(dev, 'orders', 'appservice', async () => {
    expect(JSON.stringify((await get('networkpolicy', 'orders-service', dev)).spec)).toContain('elsewhere');
  });
  expect(await runsAs(dev)).toEqual(before);
});

test('a new version and a killed pod lose no request', async () => {
  const lost = asked(
    staging,
    `
lost, end = 0, time.time() + 45
while time.time() < end:
    try:
        urllib.request.urlopen(url + "/healthz", timeout=5).read()
    except Exception as error:
        lost += 1
        print(error)
    time.sleep(0.05)
print(lost)`,
  );
  await sleep(5000);
  await apply(app(staging, { args: ['/srv/server.py', 'again'] }));
  await eventually(async () => {
    expect(await revisionOf(staging)).toBe('2');
    const { spec, status } = await get('deployment', 'orders-service', staging);
    expect(at(status, 'updatedReplicas')).toBe(at(spec, 'replicas'));
  });
  const [pod] = await list('pods', '-n', staging, '-l', 'app.kubernetes.io/instance=orders-service');
  await kubectl('delete', 'pod', String(pod?.metadata.name), '-n', staging, '--wait=false');
  expect(await lost).toBe('0');
});

const python = (program: string) => ({ command: ['python3', '-c', program] });

test('what has to succeed before a deployment has what served go on where it fails, and runs once where it succeeds', async () => {
  const revised = (before: object) => app(staging, { args: ['/srv/server.py', 'third'], beforeDeploy: before });
  await apply(revised(python('raise SystemExit("cannot migrate")')));
  await eventually(async () => {
    expect(await provisioned(staging, 'orders', 'appservice')).toContain(
      `Deployment orders-service waits for spec.beforeDeploy, which failed: kubectl logs -n ${staging} job/orders-service-first-`,
    );
  });
  expect(await revisionOf(staging)).toBe('2');
  expect(at(await get('deployment', 'orders-service', staging), 'status', 'readyReplicas')).toBe(2);
  expect(await keeps(staging, 'three')).toBe(`costs $5 at orders-cache.${staging}.svc database=one,two,three cache=one,two,three`);

  const migrates = 'import os, psycopg2; psycopg2.connect(os.environ["DATABASE_URL"]).cursor().execute("select 1")';
  await apply(revised(python(migrates)));
  await ready(staging, 'orders', 60, 'appservice');
  await eventually(async () => expect(await revisionOf(staging)).toBe('3'));
  const jobs = async () => (await list('jobs', '-n', staging)).map(({ metadata, status }) => [metadata.uid, at(status, 'succeeded')]);
  const once = await jobs();
  expect(once).toEqual([[expect.any(String), 1]]);
  for (let round = 0; round < 5; round += 1) {
    await touch(staging);
    await sleep(500);
  }
  expect([await jobs(), await revisionOf(staging)]).toEqual([once, '3']);
});

test('in prod the apiserver and Pod Security restricted take it, and what scales it is not set back', async () => {
  await apply(claim(prod, 'orders', { image, command: ['sleep', '3600'], graceSeconds: 1 }, 'AppService'));
  const scale = async () => at((await get('deployment', 'orders-service', prod)).spec, 'replicas');
  await eventually(async () => expect(await scale()).toBe(2));
  await eventually(async () => {
    const pods = await list('pods', '-n', prod);
    expect(pods.filter(({ status }) => stringAt(status, 'phase') === 'Running').length).toBe(2);
  });
  await kubectl('scale', 'deployment', 'orders-service', '-n', prod, '--replicas=3');
  for (let round = 0; round < 10; round += 1) {
    await touch(prod);
    await sleep(500);
  }
  expect(await scale()).toBe(3);
});

test('an app that ends runs by its schedule, with its files, volumes and sidecars, under Pod Security restricted', async () => {
  const file = { path: '/etc/app/settings.ini', content: 'costs $5 and $${HOME}\n' };
  const spec = {
    image,
    ...python('assert open("/etc/app/settings.ini").read() == "costs $5 and ${HOME}\\n"; assert open("/work/it").read() == "done"'),
    schedule: { cron: '0 0 1 1 *', timeZone: 'Europe/Berlin' },
    graceSeconds: 1,
    files: [file],
    volumes: [{ name: 'work', path: '/work', sizeMiB: 16 }],
    resources: { cpuMillicores: 20, memoryMiB: 64 },
    sidecars: [
      { name: 'prepare', image, ...python('open("/work/it", "w").write("done")'), before: 'complete' },
      { name: 'beside', image, command: ['sleep', '3600'], health: { exec: ['test', '-e', '/work/it'] }, before: 'healthy' },
    ],
  };
  await apply(claim(prod, 'yearly', spec, 'AppService'));
  await ready(prod, 'yearly', 60, 'appservice');
  await kubectl('create', 'job', 'now', '-n', prod, '--from=cronjob/yearly-service');
  await eventually(async () => expect(at(await get('job', 'now', prod), 'status', 'succeeded')).toBe(1));
  const refused = await tryApply(claim(prod, 'both', { ...spec, port: 80 }, 'AppService'));
  expect(refused.stderr).toContain('schedule is of an app that ends: leave out port, ports,');
});

test('what an app is bound to is not deleted before it, and the refusal names the app', async () => {
  const { code, stderr } = await run('kubectl', ['delete', 'appdatabase', 'orders', '-n', dev, '--timeout=20s']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('AppService orders has it in spec.bindings') });
});

test('a deleted claim takes the app along, and nothing of what it was bound to', async () => {
  await kubectl('delete', 'appservice', 'orders', '-n', dev, '--timeout=120s');
  await eventually(async () => {
    const left = await list('deployments,services,secrets,networkpolicies,poddisruptionbudgets,serviceaccounts', '-n', dev);
    expect(left.map(({ metadata }) => metadata.name).filter((name) => name === 'orders-service')).toEqual([]);
  });
  expect((await list('statefulsets', '-n', dev)).map(({ metadata }) => metadata.name).sort()).toEqual(['orders-cache', 'orders-database']);
});
