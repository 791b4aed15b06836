import { readFileSync } from 'node:fs';
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
    PCAPCHECK_WORKER: JSON.stringify(pathToFileURL('dist/worker.js').href),
  },
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000 },
});
