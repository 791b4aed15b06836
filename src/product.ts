/** Put in when the product is bundled or tested: scripts/build.mjs, vitest.config.ts. */
declare const PCAPCHECK_VERSION: string;
declare const PCAPCHECK_WORKER: string;

/** Version of the product, as in package.json. */
export const VERSION: string = PCAPCHECK_VERSION;

/** The bundled worker, as a URL; relative to the bundle that this module is part of. */
export const WORKER_URL: URL = new URL(PCAPCHECK_WORKER, import.meta.url);

/** The folder docs/ of the product: beside both src/ and dist/. */
export const DOCS_URL: URL = new URL('../docs/', import.meta.url);
