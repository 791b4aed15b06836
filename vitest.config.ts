import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { defineConfig } from 'vitest/config';
import { vitePage } from './scripts/page-plugin.mjs';
import { viteYaml } from './scripts/yaml-plugin.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

export default defineConfig({
  plugins: [viteYaml, vitePage],
  // Workers run the bundle, which `npm test` builds first.
  define: {
    PCAPCHECK_VERSION: JSON.stringify(version),
    PCAPCHECK_WORKER: JSON.stringify(pathToFileURL('dist/worker.cjs').href),
  },
  test: {
    include: ['test/**/*.test.ts'],
    // They need the Windows package and Wine: npm run test:windows.
    exclude: ['test/windows/**'],
    // Bounds for hangs, not for speed: machines that do other work besides are slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Many tests wait for processes and for time to pass: two at once, also where vitest would leave a small machine to one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
