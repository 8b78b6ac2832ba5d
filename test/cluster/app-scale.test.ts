import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { doctor } from '../../cli/verbs/doctor/doctor.ts';
import type { Report } from '../../cli/verbs/doctor/report.ts';
import { at } from '../../functions/core/kubernetes.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { environmentConfig } from '../request.ts';
import { writtenBy } from '../terminal.ts';
import { apply, claim, eventually, get, kubectl, makeNamespace, oncePassed, ready, removeNamespaces, saidOf, sleep } from './cluster.ts';

/** From `.ci/app-image.sh`. */
const image = 'registry.example.com/shop/orders:1.0.0';
const namespace = 'apps-scaled';

beforeAll(async () => {
  await removeNamespaces(namespace);
  const shipped = at(await get('environmentconfig', 'prod'), 'data') as object;
  await apply(environmentConfig(namespace, { ...shipped, policies: { 'allowed-registries': { allow: ['registry.example.com/shop'] } } }));
  await makeNamespace(namespace, namespace);
});
afterAll(async () => {
  await removeNamespaces(namespace);
  await kubectl('delete', 'environmentconfig', namespace);
});

const app = (more: object) => claim(namespace, 'orders', { image, command: ['sleep', '3600'], graceSeconds: 1, ...more }, 'AppService');
const replicas = async () => at((await get('deployment', 'orders-service', namespace)).spec, 'replicas');
const isWhole = async (pods: number) => {
  const { spec, status } = await get('deployment', 'orders-service', namespace);
  return [at(spec, 'replicas'), at(status, 'readyReplicas')].every((count) => count === pods);
};

/** Each number of pods that the Deployment asked for, and the fewest that were ready, from now on. */
function watched() {
  const path = '{.spec.replicas}/{.status.readyReplicas}{"\\n"}';
  const child = execFile('kubectl', ['get', 'deployment', 'orders-service', '-n', namespace, '-w', '-o', `jsonpath=${path}`]);
  onTestFinished(() => {
    child.kill();
  });
  let said = '';
  child.stdout?.on('data', (text) => {
    said += text;
  });
  return () => {
    child.kill();
    const seen = said
      .trim()
      .split('\n')
      .map((line) => line.split('/').map(Number));
    const asked = seen.map(([count]) => count);
    return { asked: asked.filter((count, index) => count !== asked[index - 1]), ready: Math.min(...seen.map(([, count]) => count ?? 0)) };
  };
}

const looked = (what: () => Promise<void>) => oncePassed(namespace, 'orders', 'appservice', what);

/** Not so often that Crossplane looks at the claim no more. */
async function reconciled(rounds = 5) {
  for (let round = 0; round < rounds; round += 1) {
    await kubectl('annotate', 'appservice', 'orders', '-n', namespace, '--overwrite', `example.com/touched=${Date.now()}`);
    await sleep(2000);
  }
}

test('the first pods of an app that is scaled are as many as the fewest', async () => {
  await apply(app({ autoscaling: { min: 3, max: 6 } }));
  await eventually(async () => expect(await replicas()).toBe(3));
  const { metadata } = await get('deployment', 'orders-service', namespace);
  expect(metadata.generation).toBe(1);
  await eventually(async () => expect(await isWhole(3)).toBe(true));
});

test('from a fixed number to an autoscaler and back there are never fewer pods, and none that it set is set back', async () => {
  await apply(app({ replicas: 4 }));
  await eventually(async () => expect(await isWhole(4)).toBe(true));
  const seen = watched();
  await apply(app({ autoscaling: { min: 2, max: 5 } }));
  await eventually(async () => expect(at((await get('hpa', 'orders-service', namespace)).status, 'conditions')).toBeDefined());
  await reconciled();
  expect(await replicas()).toBe(4);

  // Beyond what it may be, so that the autoscaler itself sets another number.
  const scaling = kubectl('scale', 'deployment', 'orders-service', '-n', namespace, '--replicas=6');
  await Promise.all([scaling, reconciled(10)]);
  await eventually(async () => expect(await isWhole(5)).toBe(true));
  expect(at((await get('hpa', 'orders-service', namespace)).status, 'lastScaleTime')).toBeDefined();
  await reconciled();
  expect(await replicas()).toBe(5);

  await apply(app({ replicas: 5 }));
  await looked(async () => expect((await get('appservice', 'orders', namespace)).status).toMatchObject({ settings: { replicas: 5 } }));
  await apply(app({ autoscaling: { min: 2, max: 5 } }));
  await looked(async () =>
    expect((await get('appservice', 'orders', namespace)).status).toMatchObject({ settings: { autoscaling: { max: 5 } } }),
  );
  await reconciled();
  expect(seen()).toEqual({ asked: [4, 6, 5], ready: 4 });
});

test('without metrics an app is ready with the pods that it has, says that load scales it not, and doctor why', async () => {
  await looked(async () => {
    expect(saidOf(await get('appservice', 'orders', namespace), 'Provisioned')).toEqual({
      status: 'True',
      reason: 'ReadyWithLimits',
      message:
        'Everything serves, but HorizontalPodAutoscaler orders-service does not scale by load, since it gets no metrics of the pods (FailedGetResourceMetric): where that lasts, have the platform team run goldenpath doctor',
    });
  });
  await ready(namespace, 'orders', 60, 'appservice');
  const { stdout } = await writtenBy((terminal) => doctor({ ...terminal, platform: goldenPath, output: 'json' }));
  const { checks } = JSON.parse(stdout) as Report;
  expect(checks.find(({ id }) => id === 'added-apis')?.findings).toContainEqual({
    check: 'added-apis',
    severity: 'warning',
    object: `EnvironmentConfig ${namespace}`,
    problem: `environment "${namespace}": AppService ${namespace}/orders is not scaled by load: the cluster does not serve APIService v1beta1.metrics.k8s.io: metrics-server is not installed`,
    remedy: expect.stringMatching(/^kubectl apply -f .*metrics-server/),
  });
});
