// Bundles the product into dist/: the program, the worker, and the licences of what is bundled. Data (YAML) is parsed here.
// piscina stays a dependency: it starts its own worker file by path.
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { esbuildPage } from './page-plugin.mjs';
import { esbuildYaml } from './yaml-plugin.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
// Whoever runs the product meanwhile sees the old one or the new one, never half of it.
const fresh = await mkdtemp(join(root, 'dist-'));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: fresh,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['piscina'],
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  legalComments: 'none',
  define: { PCAPCHECK_VERSION: JSON.stringify(version), PCAPCHECK_WORKER: '"./worker.cjs"' },
  // CommonJS packages in an ES module bundle ask for built-in modules through require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [esbuildYaml, esbuildPage],
};
// The program loads what a command needs; a thread needs all it has, and is there sooner if that is one file.
const results = await Promise.all([
  build({ ...common, entryPoints: { pcapcheck: 'src/pcapcheck.ts' }, splitting: true, chunkNames: 'chunk-[hash]' }),
  // piscina asks for its threads' file by `require`. For a module of the other kind Node.js 20 aborts the whole process where the thread is ended
  // just then (the program is interrupted, or has found an error).
  build({
    ...common,
    banner: {},
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    entryPoints: { worker: 'src/engine/worker.ts' },
  }),
  build({
    ...common,
    entryPoints: {
      'live-reader': 'src/live/reader-thread.ts',
      'live-analysis': 'src/live/analysis-thread.ts',
    },
  }),
]);
await chmod(join(fresh, 'pcapcheck.js'), 0o755);
await chmod(fresh, 0o755);

const packages = new Set();
for (const input of results.flatMap(({ metafile }) => Object.keys(metafile.inputs))) {
  const match = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (match) packages.add(match[1]);
}
const licences = [];
for (const name of [...packages].sort()) {
  const folder = join(root, 'node_modules', name);
  const { version: packageVersion, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  licences.push(`${name} ${packageVersion} (${license})\n\n${await licenceText(folder)}`);
}
await writeFile(join(fresh, 'THIRD-PARTY-LICENSES.txt'), licences.join(`\n${'-'.repeat(72)}\n\n`));
await rm(dist, { recursive: true, force: true });
await rename(fresh, dist);

async function licenceText(folder) {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']) {
    try {
      return (await readFile(join(folder, file), 'utf8')).trim();
    } catch {
      // the next spelling
    }
  }
  throw new Error(`${folder} has no licence file`);
}
