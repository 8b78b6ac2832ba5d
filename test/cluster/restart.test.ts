import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, claim, kubectl, makeNamespace, ready, removeNamespaces, sleep } from './cluster.ts';

const namespace = 'restart';
const names = Array.from({ length: 20 }, (_, index) => `db-${index}`);
const watched =
  'statefulsets,services,secrets,networkpolicies,roles.postgresql.sql.m.crossplane.io,databases.postgresql.sql.m.crossplane.io,grants.postgresql.sql.m.crossplane.io';

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'staging');
});
afterAll(() => removeNamespaces(namespace));

test('20 claims become ready while the function is deleted again and again, and nothing is ever deleted', async () => {
  const deleted: string[] = [];
  const watches = watched.split(',').map((kind) => {
    const watch = spawn(
      'kubectl',
      [
        'get',
        kind,
        '-n',
        namespace,
        '--watch',
        '--output-watch-events',
        '-o',
        'custom-columns=TYPE:type,NAME:object.metadata.name,KIND:object.kind',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    watch.stdout.on('data', (chunk: Buffer) =>
      deleted.push(
        ...chunk
          .toString()
          .split('\n')
          .filter((line) => line.startsWith('DELETED')),
      ),
    );
    return watch;
  });
  try {
    await apply(...names.map((name) => claim(namespace, name)));
    for (let round = 0; round < 4; round++) {
      await kubectl('delete', 'pods', '-n', 'crossplane-system', '-l', 'pkg.crossplane.io/function', '--wait=false');
      await sleep(4000);
    }
    for (const name of names) await ready(namespace, name);
    expect(watches.map(({ exitCode }) => exitCode)).toEqual(watches.map(() => null));
    expect(deleted).toEqual([]);
  } finally {
    for (const watch of watches) watch.kill();
  }
});
