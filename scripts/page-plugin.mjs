// An import of `main.ts?page` becomes { script, style }: the browser code of the HTML report as two strings, bundled with everything
// that it imports. Bundled the same way when the product is built (esbuild) and when it is tested (vite).
import { build } from 'esbuild';

/** Edge 109 is the last one for Windows Server 2012 R2; later ones are older than the year on servers that nobody updates. */
const TARGET = 'edge109';
const SUFFIX = '?page';

async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    outdir: 'page',
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: TARGET,
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
  });
  const text = (extension) => outputFiles.find(({ path }) => path.endsWith(extension))?.text.trim() ?? '';
  return { script: text('.js'), style: text('.css') };
}

/** esbuild: for the product. */
export const esbuildPage = {
  name: 'page',
  setup(builder) {
    builder.onResolve({ filter: /\?page$/ }, async ({ path, resolveDir, importer }) => {
      const resolved = await builder.resolve(path.slice(0, -SUFFIX.length), {
        resolveDir,
        importer,
        kind: 'import-statement',
      });
      return { path: resolved.path, namespace: 'page', errors: resolved.errors };
    });
    builder.onLoad({ filter: /.*/, namespace: 'page' }, async ({ path }) => ({
      contents: JSON.stringify(await bundled(path)),
      loader: 'json',
    }));
  },
};

/** vite: the same for the tests. */
export const vitePage = {
  name: 'page',
  enforce: 'pre',
  async load(id) {
    if (!id.endsWith(SUFFIX)) return undefined;
    return { code: `export default ${JSON.stringify(await bundled(id.slice(0, -SUFFIX.length)))};`, map: null };
  },
};
