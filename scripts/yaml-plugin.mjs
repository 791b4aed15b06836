// Imports of *.yaml become plain objects when the code is bundled (esbuild) or tested (vite):
// the data stays YAML for its readers, and nobody parses YAML at start-up.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

const toModule = (text) => `export default ${JSON.stringify(parse(text))};`;

/** esbuild: turns each imported YAML file into a module with the parsed value as its default export. */
export const esbuildYaml = {
  name: 'yaml',
  setup(build) {
    build.onLoad({ filter: /\.yaml$/ }, async ({ path }) => ({
      contents: JSON.stringify(parse(await readFile(path, 'utf8'))),
      loader: 'json',
    }));
  },
};

/** vite: the same for the tests. */
export const viteYaml = {
  name: 'yaml',
  enforce: 'pre',
  transform(source, id) {
    return id.endsWith('.yaml') ? { code: toModule(source), map: null } : undefined;
  },
};
