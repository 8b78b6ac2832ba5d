import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What is tried on a cluster nightly alone, since it is much and rarely breaks; all else of the folder, with every change. */
const nightlyOnCluster = [
  'admission',
  'adopt',
  'app-scale',
  'app-volumes',
  'backup',
  'clone',
  'container-database',
  'expiry',
  'failures',
  'hostile',
  'losses',
  'own-login',
  'restart',
  'restore',
  'rotation',
  'routing',
  'runbooks',
  'running',
  'score',
  'upgrade',
  'upgrade-check',
].map((name) => `test/cluster/${name}.test.ts`);
const onCluster = { globalSetup: 'test/cluster/setup.ts', testTimeout: 300_000, hookTimeout: 300_000 };

/** What takes a checkout of its own for each test. */
const recipes = ['test/extending.test.ts', 'test/new-api.test.ts'];

const entryPoint = (name: string) => join(import.meta.dirname, 'exports', `${name}.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [
            'node_modules/**',
            'dist/**',
            'examples/own-platform/**',
            // What new-api copies: no platform has it.
            'package/new-api/template/**',
            'test/aws/**',
            'test/clients/**',
            'test/cluster/**',
            'test/own-platform/**',
            ...recipes,
          ],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          // By default vitest leaves a core idle, which is half of the smallest machine.
          maxWorkers: 2,
        },
      },
      {
        // The example on the sources, where the project npm has it on the package as it is published.
        resolve: {
          alias: [
            { find: /^golden-path-platform$/, replacement: entryPoint('index') },
            { find: /^golden-path-platform\/(\w+)$/, replacement: entryPoint('$1') },
          ],
        },
        test: { name: 'example', include: ['examples/own-platform/**/*.test.ts', 'test/own-platform/example.test.ts'] },
      },
      {
        test: { name: 'npm', include: ['test/own-platform/installed.test.ts'], testTimeout: 120_000, hookTimeout: 180_000 },
      },
      {
        test: { name: 'own-platform', include: ['test/own-platform/cluster.test.ts'], testTimeout: 300_000, hookTimeout: 900_000 },
      },
      { test: { name: 'recipes', include: recipes, testTimeout: 240_000, maxWorkers: 2 } },
      { test: { name: 'clients', include: ['test/clients/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      { test: { name: 'aws', include: ['test/aws/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 } },
      // One cluster, and tests that restart parts of it.
      {
        test: { ...onCluster, name: 'cluster', include: ['test/cluster/*.test.ts'], exclude: nightlyOnCluster, fileParallelism: false },
      },
      { test: { ...onCluster, name: 'cluster-nightly', include: nightlyOnCluster, fileParallelism: false } },
    ],
  },
});
