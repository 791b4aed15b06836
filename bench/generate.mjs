#!/usr/bin/env node
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateInput } from './generator/generate-input.mjs';
import { extensionOf, INPUTS } from './generator/inputs.mjs';
import { fileSink, gzipSink, streamSink } from './generator/sinks.mjs';
import { parseSize, sizeName } from './generator/sizes.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const CAPTURES = join(HERE, '../../shared/captures');

const HELP = `Writes the captures that the benchmark reads. The same arguments give the same bytes.

  node bench/generate.mjs [input...] [--size 1M] [--force] [--folder bench/data]
  node bench/generate.mjs small --size 2000M --stdout | pcapcheck -

  --size N       packets: 300k, 1M (default), 10M; may be repeated
  --stdout       writes one input to standard output
  --captures DIR real captures for the input "realistic" (default ../shared/captures)
  --force        writes files again that are there already

Inputs:
${Object.entries(INPUTS)
  .map(([name, { about }]) => `  ${name.padEnd(11)} ${about}`)
  .join('\n')}
`;

/**
 * Writes an input to its file unless that is there.
 *
 * @param {string} name
 * @param {number} packets
 * @param {{ folder?: string, captures?: string, force?: boolean }} [options]
 * @returns {Promise<string | undefined>} the path; undefined when the input cannot be made on this machine
 */
export async function provide(name, packets, { folder = join(HERE, 'data'), captures = CAPTURES, force = false } = {}) {
  const path = join(folder, `${name}-${sizeName(packets)}.${extensionOf(name)}`);
  if (existsSync(path) && !force) return path;
  if (name === 'realistic' && !existsSync(captures)) {
    process.stderr.write(`realistic: skipped, there is no folder ${captures}\n`);
    return undefined;
  }
  mkdirSync(folder, { recursive: true });
  const begin = performance.now();
  const made = await generateInput(name, { packets, captures }, INPUTS[name].gzip ? gzipSink(path) : fileSink(path));
  report(path, made, performance.now() - begin, statSync(path).size);
  return path;
}

/**
 * @param {string} path
 * @param {{ packets: number, bytes: number, connections: number }} made
 * @param {number} elapsed milliseconds
 * @param {number} [size] of the file
 */
function report(path, { packets, bytes, connections }, elapsed, size) {
  const average = (bytes / packets).toFixed(1);
  const rate = (packets / elapsed / 1000).toFixed(2);
  const begun = connections > 0 ? `, ${connections} connections` : '';
  const file = size === undefined ? '' : `, ${(size / 1e6).toFixed(0)} MB`;
  process.stderr.write(
    `${path}: ${packets} packets of ${average} bytes${begun}${file}, ` +
      `${(elapsed / 1000).toFixed(1)} s (${rate} M packets/s)\n`,
  );
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string', multiple: true, default: ['1M'] },
      folder: { type: 'string' },
      captures: { type: 'string' },
      stdout: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(INPUTS);
  const unknown = names.find((name) => !(name in INPUTS));
  if (unknown) throw new Error(`there is no input "${unknown}"; there are ${Object.keys(INPUTS).join(', ')}`);
  if (values.stdout) {
    if (names.length !== 1) throw new Error('--stdout writes one input: name it');
    const packets = parseSize(values.size[0]);
    const begin = performance.now();
    const options = { packets, captures: values.captures ?? CAPTURES };
    report(names[0], await generateInput(names[0], options, streamSink(process.stdout)), performance.now() - begin);
    return;
  }
  const options = {
    ...(values.folder && { folder: values.folder }),
    ...(values.captures && { captures: values.captures }),
    force: values.force,
  };
  for (const size of values.size) for (const name of names) await provide(name, parseSize(size), options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.on('error', (error) => {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await main();
  } catch (error) {
    process.stderr.write(`generate: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
  }
}
