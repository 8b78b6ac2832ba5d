import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { toYaml } from '../../platform/yaml.ts';
import { apply, claim, eventually, get, kubectl, list, makeNamespace, ready, removeNamespaces, run } from './cluster.ts';

const [hostile, other] = ['hostile-load', 'hostile-neighbour'] as const;
const sockets = 4000;
const names = Array.from({ length: 10 }, (_, index) => `laden-${index}`);
const functionPods = ['-n', 'crossplane-system', '-l', 'pkg.crossplane.io/function=golden-path-function-golden-path'] as const;

beforeAll(async () => {
  await removeNamespaces(hostile, other);
  await makeNamespace(hostile, 'dev');
  await makeNamespace(other, 'dev');
});
afterAll(() => removeNamespaces(hostile, other));

test('the NetworkPolicy of the function selects its pods; whether it holds is for the cluster’s network, and here it does not', async () => {
  const { spec } = await get('networkpolicy', 'function-golden-path', 'crossplane-system');
  const pods = await list('pods', ...functionPods);
  const labels = at(spec, 'podSelector', 'matchLabels') as unknown as Readonly<Record<string, string>>;
  expect(pods.map(({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value))).toEqual([
    true,
    true,
  ]);
});

/** As much as admission lets through. */
const laden = (name: string) => {
  const annotations = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`example.com/note-${index}`, 'x'.repeat(2000)]));
  const asked = claim(hostile, name);
  return { ...asked, metadata: { ...asked.metadata, annotations } };
};

test('laden claims and half-open sockets of one namespace hold up no claim of another', async () => {
  const restarts = async () => {
    const pods = await list('pods', ...functionPods);
    return pods.map(({ metadata, status }) => [metadata.name, at(status, 'containerStatuses', '0', 'restartCount')]);
  };
  const before = await restarts();
  expect(before.length).toBe(2);
  // Each sends the first three bytes of a handshake and is never closed, until all are and all come again; a shell has but 1,024 files.
  const share = `for i in $(seq ${sockets / 8}); do exec {fd}<>/dev/tcp/golden-path-function-golden-path.crossplane-system/9443 && printf '\\x16\\x03\\x01' >&$fd; done 2>/dev/null; sleep 5`;
  const open = `while true; do for share in $(seq 8); do (${share}) & done; sleep 3; echo open; wait; done`;
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'sockets', namespace: hostile },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'client', image: 'docker.io/library/postgres:17', command: ['/bin/bash', '-c', open] }],
    },
  });
  // Not applied, since kubectl notes all of what it applies in one more annotation.
  const { code, stderr } = await run('kubectl', ['create', '-f', '-'], toYaml(...names.map(laden)));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await eventually(async () => expect(await kubectl('logs', 'sockets', '-n', hostile)).toContain('open'), 120);
  const start = performance.now();
  await apply(claim(other, 'orders'));
  await ready(other, 'orders', 120);
  const seconds = (performance.now() - start) / 1000;
  console.log(`ready after ${seconds.toFixed(1)} s beside ${sockets} half-open sockets and 10 claims of 200 kB`);
  expect(await restarts()).toEqual(before);
});
