import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentConfig } from '../request.ts';
import { apply, bindingOf, claim, eventually, get, kubectl, list, makeNamespace, psql, ready, saidOf } from './cluster.ts';
import { removeWithVolume, volumeFor } from './volume.ts';

const name = 'container-database';

const environment = (images: Readonly<Record<string, string>> = {}, moreExtensions: readonly string[] = []) =>
  environmentConfig(name, {
    tier: 'staging',
    controlPlane: 'test',
    images,
    defaults: { AppDatabase: { backend: 'container', persistence: 'Persistent', moreExtensions: [...moreExtensions] } },
  });

const cleanUp = () => removeWithVolume(name);

beforeAll(async () => {
  await cleanUp();
  await volumeFor(name);
  await apply(environment());
  await makeNamespace(name, name);
  await apply(claim(name, 'orders', { engine: 'postgres', deletion: 'Snapshot' }));
  await ready(name, 'orders');
  expect(await psql(name, 'orders', "CREATE TABLE t (v text); INSERT INTO t VALUES ('kept')")).toEqual({ code: 0, stdout: '', stderr: '' });
});

afterAll(cleanUp);

const keeps = async () => expect(await psql(name, 'orders', 'TABLE t')).toEqual({ code: 0, stdout: 'kept', stderr: '' });

/** Waits until the pod is of the StatefulSet's last revision, and serves. */
async function rolledOut(): Promise<void> {
  await eventually(async () => {
    const { status } = await get('statefulset', 'orders-database', name);
    const { currentRevision, updateRevision, readyReplicas } = status as unknown as Readonly<Record<string, unknown>>;
    expect([currentRevision, readyReplicas]).toEqual([updateRevision, 1]);
  });
  await ready(name, 'orders');
}

/** Waits until the pod is of another revision than this one, and hangs. */
async function stuck(revision: unknown): Promise<void> {
  await eventually(async () => {
    const [pod] = await list('pods', '-n', name, '-l', 'app.kubernetes.io/instance=orders-database');
    const [state] = (pod?.status as unknown as { containerStatuses?: readonly { ready: boolean }[] } | undefined)?.containerStatuses ?? [];
    expect([pod?.metadata['labels' as never]?.['controller-revision-hash'] === revision, state?.ready]).toEqual([false, false]);
  });
}

const revision = async () => (await get('statefulset', 'orders-database', name)).status?.['currentRevision'];

test('a claim that is applied again has a new password, which its kept data takes', async () => {
  const { password } = await bindingOf(name, 'orders');
  await kubectl('delete', 'appdatabase', 'orders', '-n', name, '--cascade=foreground', '--timeout=120s');
  await apply(claim(name, 'orders', { engine: 'postgres', deletion: 'Snapshot' }));
  await ready(name, 'orders');
  expect((await bindingOf(name, 'orders'))['password']).not.toBe(password);
  await keeps();
});

test('a password is taken for what it is, whatever is in it', async () => {
  const odd = `it's "$(touch /tmp/odd)" \`id\` \\n %s; -- `;
  const patch = JSON.stringify({ stringData: { password: odd } });
  await kubectl('patch', 'secret', 'orders-database', '-n', name, '--type=merge', '-p', patch);
  await kubectl('delete', 'pod', 'orders-database-0', '-n', name, '--wait=true');
  await rolledOut();
  await eventually(async () => expect((await bindingOf(name, 'orders'))['password']).toBe(odd));
  await keeps();
  const found = await kubectl('exec', 'orders-database-0', '-n', name, '--', 'sh', '-c', 'ls /tmp; cat /proc/[0-9]*/cmdline');
  expect(found).not.toContain('odd');
  expect(found).not.toContain("it's");
  expect(await kubectl('logs', 'orders-database-0', '-n', name)).not.toContain("it's");
});

test('a rollout that does not start heals once its cause is gone', async () => {
  const before = await revision();
  // The environment says that its image has an extension, which it has not.
  await apply(environment({}, ['nonsense']));
  await apply(claim(name, 'orders', { engine: 'postgres', deletion: 'Snapshot', extensions: ['nonsense'] }));
  await stuck(before);
  await apply(claim(name, 'orders', { engine: 'postgres', deletion: 'Snapshot', extensions: [] }));
  await rolledOut();
  await keeps();
  await apply(environment());
});

/** The UID of the pod, with which a pod that was replaced is told from it. */
const pod = async () => (await get('pod', 'orders-database-0', name)).metadata['uid' as never];

test('an image that cannot be pulled takes no database down, and the claim says which and where it is from', async () => {
  const [before, serving] = [await revision(), await pod()];
  const image = 'registry.invalid/postgres:17';
  await apply(environment({ postgres: 'registry.invalid/postgres' }));
  await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'example.com/touched=1');
  await eventually(async () => {
    const provisioned = saidOf(await get('appdatabase', 'orders', name), 'Provisioned');
    expect([provisioned?.status, provisioned?.message]).toEqual([
      'False',
      expect.stringContaining(`waits for image ${image} to be pulled`),
    ]);
    expect(provisioned?.message).toContain(`EnvironmentConfig "${name}": data.images.postgres says where the image is from`);
  });
  await eventually(async () => {
    const [probe] = await list('pods', '-n', name, '-l', 'batch.kubernetes.io/job-name');
    const states = (probe?.status as unknown as { containerStatuses?: readonly { state: { waiting?: { reason: string } } }[] } | undefined)
      ?.containerStatuses;
    expect(['ErrImagePull', 'ImagePullBackOff']).toContain(states?.[0]?.state.waiting?.reason);
  });
  expect([await revision(), await pod()]).toEqual([before, serving]);
  await keeps();

  // Who is started again meanwhile is what it was.
  await kubectl('delete', 'pod', 'orders-database-0', '-n', name, '--wait=true');
  await eventually(keeps);

  await apply(environment());
  await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'example.com/touched=2');
  await rolledOut();
  expect(await revision()).toBe(before);
  await keeps();
});

// A Job whose image is not there ends by its deadline only.
test('an image that can be pulled is, and then runs, with no pod left of what pulled it', { timeout: 900_000 }, async () => {
  const before = await revision();
  // The same image by another name, as a copy would be.
  await apply(environment({ postgres: 'index.docker.io/library/postgres' }));
  await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'example.com/touched=3');
  await eventually(async () => expect(await revision()).not.toBe(before));
  await rolledOut();
  await keeps();
  await eventually(async () => expect(await list('pods', '-n', name, '-l', 'batch.kubernetes.io/job-name')).toEqual([]), 420);
});
