import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['**/*.test.ts'], exclude: ['node_modules/**', 'dist/**', 'test/cluster/**'], testTimeout: 20_000 },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/*.test.ts'],
          globalSetup: 'test/cluster/setup.ts',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // One cluster, and tests that restart parts of it.
          fileParallelism: false,
        },
      },
    ],
  },
});
