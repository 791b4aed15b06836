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
  /** @type {Map<Contestant, { runs: Run[], ratios: number[] }>} */
  const records = new Map([reference, ...others].map((contestant) => [contestant, { runs: [], ratios: [] }]));
  const failed = new Map(others.map((contestant) => [contestant, absence(contestant, file)]));
  const record = (/** @type {Contestant} */ contestant) =>
    /** @type {NonNullable<ReturnType<typeof records.get>>} */ (records.get(contestant));

  for (let round = 0; round < rounds; round++) {
    const able = others.filter((contestant) => failed.get(contestant) === undefined);
    for (const contestant of able.length > 0 ? able : [undefined]) {
      progress(`round ${round + 1} of ${rounds}, ${contestant?.name ?? reference.name}`);
      const before = await run(reference, file);
      if (before.failure) return [{ name: reference.name, absent: before.failure }];
      record(reference).runs.push(before);
      if (!contestant) continue;
      const after = await run(contestant, file);
      if (after.failure) {
        failed.set(contestant, after.failure);
        continue;
      }
      record(contestant).runs.push(after);
      record(contestant).ratios.push(after.wall / before.wall);
    }
  }
  return [...records].map(([contestant, { runs, ratios }]) =>
    summary(contestant, runs, ratios, failed.get(contestant)),
  );
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
 * @param {Contestant} contestant
 * @param {Run[]} runs
 * @param {number[]} ratios
 * @param {string | undefined} absent
 * @returns {Result}
 */
function summary({ name }, runs, ratios, absent) {
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
