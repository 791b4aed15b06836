export declare function bundleTests(
  tests: readonly string[],
  outdir: string,
  urlOf: (path: string) => string,
): Promise<void>;
