import { defineConfig } from 'vitest/config';

// One file at a time: they share the Wine prefix. `npm run test:windows` builds the package first.
export default defineConfig({
  test: {
    include: ['test/windows/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    globalSetup: ['test/windows/setup.ts'],
  },
});
