#!/usr/bin/env node
// Work that can be counted instead of timed: the same on a busy machine. Reads each input several times in one process and reports what the
// last reading allocated on the JavaScript heap, for each packet. Ends with 1 where that is more than the loop may.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { provide } from './generate.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const INPUTS = ['small', 'mix', 'ipv6', 'vlan', 'pcapng', 'pxe'];
const PACKETS = 100_000;
/** Below the smallest object (24 bytes): not even one for each packet. What is left are a boxed number (16), buffers and the tables themselves. */
const MOST_BYTES = 20;

/** The packet loop without threads and verdicts. @param {string} folder */
async function loadLoop(folder) {
  const outfile = join(folder, 'loop.mjs');
  await build({
    stdin: {
      contents: `
        import { readCapture } from './src/capture/source.ts';
        import { FrameAnalyzer } from './src/track/frame-analyzer.ts';
        export async function loop(path) {
          const analyzer = new FrameAnalyzer(1, 1 << 17);
          await readCapture(path, analyzer);
          return analyzer;
        }`,
      resolveDir: ROOT,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    define: { PCAPCHECK_VERSION: '"bench"', PCAPCHECK_WORKER: '"./worker.cjs"' },
    logLevel: 'error',
  });
  return /** @type {{ loop(path: string): Promise<{ frames: number }> }} */ (await import(pathToFileURL(outfile).href));
}

const MORE_READINGS = 8;

let collections = 0;

/** @param {{ bytesPerPacket: number, collections: number }} counted */
const isWithin = ({ bytesPerPacket, collections: young }) => bytesPerPacket < MOST_BYTES && young === 0;

/** @param {(path: string) => Promise<{ frames: number }>} loop @param {string} path */
async function count(loop, path) {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 10));
  collections = 0;
  const before = process.memoryUsage().heapUsed;
  const { frames } = await loop(path);
  const allocated = process.memoryUsage().heapUsed - before;
  await new Promise((resolve) => setTimeout(resolve, 10));
  return { frames, bytesPerPacket: allocated / frames, collections };
}

async function main() {
  new PerformanceObserver((list) => {
    // Only of what is young: buffers outside of the heap make the engine look through all of it now and then.
    for (const { detail } of list.getEntries()) {
      if (/** @type {{ kind: number }} */ (detail).kind === constants.NODE_PERFORMANCE_GC_MINOR) collections++;
    }
  }).observe({ entryTypes: ['gc'] });
  if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc --max-semi-space-size=256');
  const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-counted-'));
  try {
    const { loop } = await loadLoop(folder);
    const results = [];
    for (const input of INPUTS) {
      const path = await provide(input, PACKETS, { folder });
      for (let i = 0; i < 3; i++) await loop(/** @type {string} */ (path));
      process.stderr.write(`-- ${input}\n`);
      let counted = await count(loop, /** @type {string} */ (path));
      // The engine compiles when it finds the time, and until then numbers are boxed: on a busy machine that takes more readings.
      for (let i = 0; i < MORE_READINGS && !isWithin(counted); i++)
        counted = await count(loop, /** @type {string} */ (path));
      results.push({ input, ...counted });
    }
    process.stdout.write(`${JSON.stringify(results)}\n`);
    for (const { input, bytesPerPacket, collections: young } of results) {
      if (isWithin({ bytesPerPacket, collections: young })) continue;
      process.stderr.write(
        `${input}: ${bytesPerPacket.toFixed(1)} bytes for each packet, ${young} collections of young garbage\n`,
      );
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
