import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure } from './measure.mjs';
import { spread } from './statistics.mjs';

/**
 * @typedef {import('./contestants.mjs').Contestant} Contestant
 * @typedef {import('./measure.mjs').Run} Run
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {object} Result of a contestant on an input
 * @property {string} name
 * @property {Spread} [wall] seconds
 * @property {Spread} [cpu] seconds
 * @property {Spread} [peak] bytes
 * @property {Spread} [ratio] its wall time by that of the reference run just before it
 * @property {string} [absent] why there are no figures
 * @typedef {{ contestant: Contestant, runs: Run[], ratios: number[], absent: string | undefined }} Standing
 */

const TIMEOUT = 600_000;

/**
 * Runs the reference and each other contestant in turn, R A R B R C, for some rounds, so that a pair shares the mood of the
 * machine.
 *
 * @param {Contestant} reference
 * @param {Contestant[]} others
 * @param {string} file
 * @param {number} rounds
 * @param {(text: string) => void} progress
 * @returns {Promise<Result[]>} the reference first
 */
export async function duel(reference, others, file, rounds, progress) {
  /** @type {Standing[]} */
  const [first, ...rest] = [reference, ...others].map((contestant) => ({
    contestant,
    runs: [],
    ratios: [],
    absent: absence(contestant, file),
  }));
  for (let round = 0; round < rounds; round++) {
    const able = rest.filter(({ absent }) => absent === undefined);
    for (const rival of able.length > 0 ? able : [undefined]) {
      progress(`round ${round + 1} of ${rounds}, ${(rival ?? first).contestant.name}`);
      const before = await runInto(first, file);
      if (before === undefined) return [first, ...rest].map(summary);
      const after = rival && (await runInto(rival, file));
      if (after) rival.ratios.push(after.wall / before.wall);
    }
  }
  return [first, ...rest].map(summary);
}

/**
 * @param {Standing} record
 * @param {string} file
 * @returns {Promise<Run | undefined>} nothing when it failed
 */
async function runInto(record, file) {
  const one = await run(record.contestant, file);
  if (one.failure) {
    record.absent = one.failure;
    return undefined;
  }
  record.runs.push(one);
  return one;
}

/**
 * @param {Contestant} contestant
 * @param {string} file
 */
function absence({ missing, cannotRead }, file) {
  return missing ?? (cannotRead?.test(file) ? 'does not read this format' : undefined);
}

/**
 * @param {Contestant} contestant
 * @param {string} file
 * @returns {Promise<Run>}
 */
async function run({ command, accepts }, file) {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-out-'));
  try {
    return await measure(command(file, scratch), { timeout: TIMEOUT, ...(accepts && { accepts }) });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {Standing} record
 * @returns {Result}
 */
function summary({ contestant: { name }, runs, ratios, absent }) {
  if (absent !== undefined) return { name, absent };
  if (runs.length === 0) return { name, absent: 'did not run' };
  const defined = (/** @type {'cpu' | 'peak'} */ key) => runs.flatMap((one) => one[key] ?? []);
  const cpu = defined('cpu');
  const peak = defined('peak');
  return {
    name,
    wall: spread(runs.map(({ wall }) => wall)),
    ...(cpu.length > 0 && { cpu: spread(cpu) }),
    ...(peak.length > 0 && { peak: spread(peak) }),
    ...(ratios.length > 0 && { ratio: spread(ratios) }),
  };
}
