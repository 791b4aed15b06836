#!/usr/bin/env node
import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { provide } from './generate.mjs';
import { INPUTS } from './generator/inputs.mjs';
import { parseSize, sizeName } from './generator/sizes.mjs';
import { OWN, peers } from './harness/contestants.mjs';
import { countedWork } from './harness/counted-work.mjs';
import { duel } from './harness/duel.mjs';
import { describeMachine, machine } from './harness/machine.mjs';
import { markdown } from './harness/markdown.mjs';
import { describeGrowth, describeInput } from './harness/report.mjs';

const HELP = `Times pcapcheck beside other programs that read captures, whole processes, in turn.

  npm run bench -- [input...] [--quick] [--all] [--size 1M --size 10M] [--rounds 5] [--markdown] [--json FILE]

  --quick       about a minute: small and mix, 1 M packets, 3 rounds, the fast peers; then work that is counted, which alone can fail
  --all         every input at every size, and the slow peers too
  --size N      packets; may be repeated
  --peers LIST  only these, separated by commas; "none" for pcapcheck alone
  --captures D  real captures for the input "realistic"
  --markdown    prints the tables of docs/performance.md at the end
  --from FILE   measures nothing: prints what --json wrote
  --json FILE   writes all figures

Inputs: ${Object.keys(INPUTS).join(', ')}
`;

const MILLION = 1e6;
/** Inputs that are also read at ten million packets unless told. */
const GROWING = ['small', 'mix'];
const QUICK = ['small', 'mix'];
/** Not for the table: what tries the memory, mostly through endless pipes, and a capture that is small whatever its size. */
const UNLISTED = [
  'churn',
  'address-scan',
  'address-scan-6',
  'syn-flood',
  'syn-flood-6',
  'rejected',
  'names',
  'pxe-blocked',
];

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

/** @param {string} text */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Reads a file once so that everyone finds it in the page cache. @param {string} file */
async function warm(file) {
  for await (const _ of createReadStream(file, { highWaterMark: 1 << 20 }));
}

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      size: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      peers: { type: 'string' },
      captures: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      from: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find((name) => !(name in INPUTS));
  if (unknown) throw new Error(`there is no input "${unknown}"; there are ${Object.keys(INPUTS).join(', ')}`);
  const { quick, all } = values;
  const listed = Object.keys(INPUTS).filter((name) => !UNLISTED.includes(name));
  const names = positionals.length > 0 ? positionals : quick ? QUICK : listed;
  const sizes = values.size?.map(parseSize) ?? (quick ? [MILLION] : [MILLION, 10 * MILLION]);
  const everything = all || values.size !== undefined || positionals.length > 0;
  const plan = sizes.flatMap((packets) =>
    names
      .filter((name) => everything || packets <= MILLION || GROWING.includes(name))
      .map((name) => ({ name, packets })),
  );
  return { ...values, plan, rounds: Number(values.rounds ?? (quick ? 3 : 5)) };
}

/**
 * @param {import('./harness/contestants.mjs').Contestant[]} all
 * @param {ReturnType<typeof options>} chosen
 */
function choose(all, { peers: list, quick }) {
  if (list === undefined) return quick ? all.filter((peer) => peer.quick) : all;
  const wanted = list.split(',');
  return all.filter(({ name }) => wanted.some((word) => name.split(' ')[0] === word));
}

async function main() {
  const chosen = options();
  if (chosen.help) return say(HELP);
  if (chosen.from) {
    const { machine: where, inputs } = JSON.parse(readFileSync(chosen.from, 'utf8'));
    return say(markdown(describeMachine(where), inputs));
  }
  const about = machine();
  const others = choose(await peers(), chosen);
  const built = OWN[0].missing === undefined;
  if (!built) say(`pcapcheck is ${OWN[0].missing}; the peers are held against the first of them\n`);
  const contestants = (built ? [...OWN, ...others] : others).filter(({ missing }) => missing === undefined);
  const missing = others.filter(({ missing }) => missing !== undefined);
  if (contestants.length === 0) throw new Error('there is nothing to measure');

  say(describeMachine(about));
  for (const { name, does } of contestants) say(`  ${name.padEnd(22)} ${does}`);
  for (const { name, missing: why } of missing) say(`  ${name.padEnd(22)} missing (${why})`);

  /** @type {import('./harness/report.mjs').Measured[]} */
  const measured = [];
  for (const { name, packets } of chosen.plan) {
    const file = await provide(name, packets, { ...(chosen.captures && { captures: chosen.captures }) });
    if (file === undefined) continue;
    await warm(file);
    const [reference, ...rest] = contestants.filter(({ slow }) => !slow || packets <= MILLION || chosen.all);
    const results = await duel(reference, rest, file, chosen.rounds, (text) => progress(`${name}: ${text}`));
    progress('');
    const input = `${name}-${sizeName(packets)}`;
    measured.push({ input, file, packets, bytes: statSync(file).size, rounds: chosen.rounds, results });
    say(`\n${describeInput(measured[measured.length - 1])}`);
  }
  const growth = describeGrowth(measured);
  if (growth) say(`\n${growth}`);
  if (chosen.markdown && measured.length > 0) say(`\n${markdown(describeMachine(about), measured)}`);
  if (chosen.quick) {
    const { text, isWithin } = countedWork();
    say(`\n${text}`);
    if (!isWithin) {
      say('\nThe packet loop allocates more than it may.');
      process.exitCode = 1;
    }
  }
  if (chosen.json) {
    const absent = missing.map(({ name, missing: why }) => ({ name, why }));
    const document = { date: new Date().toISOString(), machine: about, missing: absent, inputs: measured };
    writeFileSync(chosen.json, `${JSON.stringify(document, null, 2)}\n`);
  }
}

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
