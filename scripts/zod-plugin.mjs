/**
 * Leaves out zod's messages in 50 languages: its entry point exports them as a namespace, which no bundler can shake off. They are
 * 0.5 MB to read at every start, and our messages are our own. English, zod's default, is imported by its path and stays.
 * @type {import('esbuild').Plugin}
 */
export const withoutZodLocales = {
  name: 'without-zod-locales',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export {};',
      loader: 'js',
    }));
  },
};
