// Bundles test files with the sources that they test, for main.ts, as scripts/build.mjs bundles the product: one file each, shared parts apart.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { esbuildPage } from '../../../scripts/page-plugin.mjs';
import { esbuildYaml } from '../../../scripts/yaml-plugin.mjs';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Files keep their place: `import.meta` is that of the source, as the system that runs the bundle knows it. @param {(path: string) => string} urlOf */
const inPlace = (urlOf) => ({
  name: 'in-place',
  /** @param {import('esbuild').PluginBuild} builder */
  setup(builder) {
    builder.onLoad({ filter: /\/(?:src|test)\/.*\.ts$/, namespace: 'file' }, async ({ path }) => {
      const contents = await readFile(path, 'utf8');
      if (path.endsWith('suite/main.ts')) return { contents, loader: 'ts' };
      const url = JSON.stringify(urlOf(path));
      const folder = `(await import('node:url')).fileURLToPath(new URL('.', ${url}))`;
      return {
        contents: contents.replaceAll('import.meta.url', url).replaceAll('import.meta.dirname', folder),
        loader: 'ts',
      };
    });
  },
});

/** @param {string[]} tests paths below the root @param {string} outdir @param {(path: string) => string} urlOf the URL of a path of this machine, where the bundle runs */
export async function bundleTests(tests, outdir, urlOf) {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'test/windows/suite/main.ts', ...Object.fromEntries(tests.map((path) => [path, path])) },
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external: ['piscina', 'vite'],
    logLevel: 'error',
    define: {
      PCAPCHECK_VERSION: JSON.stringify(version),
      PCAPCHECK_WORKER: JSON.stringify(urlOf(join(root, 'dist/worker.cjs'))),
    },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [inPlace(urlOf), esbuildYaml, esbuildPage],
  });
}
