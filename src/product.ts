/** Put in when the product is bundled or tested: scripts/build.mjs, vitest.config.ts. */
declare const PCAPCHECK_VERSION: string;
declare const PCAPCHECK_WORKER: string;

/** Version of the product, as in package.json. */
export const VERSION: string = PCAPCHECK_VERSION;

/** The bundled worker, as a URL; relative to the bundle that this module is part of. */
export const WORKER_URL: URL = new URL(PCAPCHECK_WORKER, import.meta.url);

/** The folder of the prebuilt addons: beside both src/ and dist/. */
export const NATIVE_URL: URL = new URL('../native-bindings/prebuilds/', import.meta.url);

/** The bundled entry of a thread of live capture, beside the worker. */
export const LIVE_READER_URL: URL = new URL('./live-reader.js', WORKER_URL);
export const LIVE_ANALYSIS_URL: URL = new URL('./live-analysis.js', WORKER_URL);

/** The folder docs/ of the product: beside both src/ and dist/. */
export const DOCS_URL: URL = new URL('../docs/', import.meta.url);

/** The capture that comes along. */
export const DEMO_URL: URL = new URL('../captures/demo/demo.pcap', import.meta.url);
