// Bundles the fuzzer (test/fuzz) with the product's plugins and runs it; see test/fuzz/fuzz.ts for its options.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { esbuildPage } from './page-plugin.mjs';
import { esbuildYaml } from './yaml-plugin.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const outdir = await mkdtemp(join(root, 'node_modules/.fuzz-'));
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/fuzz/fuzz.ts', 'test/fuzz/worker.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['piscina'],
    define: { PCAPCHECK_VERSION: JSON.stringify(version), PCAPCHECK_WORKER: '"./no-worker.js"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [esbuildYaml, esbuildPage],
  });
  const { status } = spawnSync(process.execPath, [join(outdir, 'fuzz.js'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  await rm(outdir, { recursive: true, force: true });
}
