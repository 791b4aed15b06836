import { basename } from 'node:path';
import { table } from './table.mjs';

/**
 * @typedef {import('./duel.mjs').Result} Result
 * @typedef {object} Measured
 * @property {string} input such as small-1M
 * @property {string} file
 * @property {number} packets
 * @property {number} bytes of the file
 * @property {number} rounds
 * @property {Result[]} results the reference first
 */

/** @param {number} value */
export const brief = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** @param {{ median: number, min: number, max: number }} [spread] */
const range = (spread) => (spread ? `${brief(spread.median)} (${brief(spread.min)}-${brief(spread.max)})` : '');

/**
 * What was measured of one input: a heading, then a row for each program that has figures.
 *
 * @param {Measured} measured
 * @returns {string[][]}
 */
export function rowsOf({ packets, bytes, results }) {
  const [reference] = results;
  const rows = [['', 'wall s', 'M packets/s', 'GB/s', 'CPU s', 'peak MB', `times ${reference.name}`]];
  for (const { name, wall, cpu, peak, ratio } of results) {
    if (!wall) continue;
    rows.push([
      name,
      range(wall),
      brief(packets / wall.median / 1e6),
      brief(bytes / wall.median / 1e9),
      cpu ? brief(cpu.median) : '',
      peak ? brief(peak.median / 1e6) : '',
      name === reference.name ? '1' : range(ratio),
    ]);
  }
  return rows;
}

/**
 * @param {Measured} measured
 * @returns {string}
 */
export function describeInput(measured) {
  const { file, packets, bytes, rounds, results } = measured;
  const size = bytes >= 1e9 ? `${brief(bytes / 1e9)} GB` : `${brief(bytes / 1e6)} MB`;
  const absent = results.filter(({ wall }) => !wall).map(({ name, absent: why }) => `  ${name}: ${why}`);
  return [
    `${basename(file)}: ${packets} packets, ${size}; median (least-most) of ${rounds} rounds`,
    table(rowsOf(measured)),
    ...absent,
  ].join('\n');
}

/**
 * How the cost grows from 1 to 10 million packets.
 *
 * @param {readonly Measured[]} all
 * @returns {{ from: string, to: string, name: string, times: number, nanoseconds: number }[]} nanoseconds for each packet more
 */
export function growth(all) {
  return all.flatMap((small) => {
    const large = small.input.endsWith('-1M')
      ? all.find(({ input }) => input === small.input.replace(/-1M$/, '-10M'))
      : undefined;
    if (large === undefined) return [];
    return small.results.flatMap(({ name, wall }) => {
      const more = large.results.find((result) => result.name === name)?.wall;
      if (!wall || !more) return [];
      const nanoseconds = ((more.median - wall.median) / (large.packets - small.packets)) * 1e9;
      return { from: small.input, to: large.input, name, times: more.median / wall.median, nanoseconds };
    });
  });
}

/**
 * How many times as fast as one worker two of them are.
 *
 * @param {readonly Measured[]} all
 * @returns {{ input: string, times: number }[]}
 */
export function speedups(all) {
  return all.flatMap(({ input, results }) => {
    const one = results.find(({ name }) => name.endsWith('--workers 1'))?.wall;
    const two = results.find(({ name }) => name.endsWith('--workers 2'))?.wall;
    return one && two ? { input, times: one.median / two.median } : [];
  });
}

/**
 * How the cost grows with the packets, and shrinks with the workers.
 *
 * @param {readonly Measured[]} all
 * @returns {string}
 */
export function describeGrowth(all) {
  return [
    ...growth(all).map(
      ({ from, to, name, times, nanoseconds }) =>
        `${to} takes ${name} ${brief(times)} times as long as ${from}: ${brief(nanoseconds)} ns for each packet more`,
    ),
    ...speedups(all).map(({ input, times }) => `${input}: two workers are ${brief(times)} times as fast as one`),
  ].join('\n');
}
