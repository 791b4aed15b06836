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
const brief = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** @param {{ median: number, min: number, max: number }} [spread] */
const range = (spread) => (spread ? `${brief(spread.median)} (${brief(spread.min)}-${brief(spread.max)})` : '');

/**
 * @param {Measured} measured
 * @returns {string}
 */
export function describeInput({ file, packets, bytes, rounds, results }) {
  const [reference] = results;
  const rows = [['', 'wall s', 'M packets/s', 'GB/s', 'CPU s', 'peak MB', `times ${reference.name}`]];
  for (const { name, wall, cpu, peak, ratio, absent } of results) {
    if (!wall) {
      rows.push([`${name}: ${absent}`, '', '', '', '', '', '']);
      continue;
    }
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
  const size = bytes >= 1e9 ? `${brief(bytes / 1e9)} GB` : `${brief(bytes / 1e6)} MB`;
  const absent = rows.filter((row) => row[1] === '' && row[0] !== '').map(([text]) => `  ${text}`);
  const shown = rows.filter((row) => row[1] !== '');
  return [
    `${basename(file)}: ${packets} packets, ${size}; median (least-most) of ${rounds} rounds`,
    table(shown),
    ...absent,
  ].join('\n');
}

/**
 * How the cost grows with the packets, and shrinks with the workers.
 *
 * @param {Measured[]} all
 * @returns {string}
 */
export function describeGrowth(all) {
  const lines = [];
  for (const small of all.filter(({ input }) => input.endsWith('-1M'))) {
    const large = all.find(({ input }) => input === small.input.replace(/-1M$/, '-10M'));
    if (!large) continue;
    for (const { name, wall } of small.results) {
      const more = large.results.find((result) => result.name === name)?.wall;
      if (!wall || !more) continue;
      const times = brief(more.median / wall.median);
      const each = brief(((more.median - wall.median) / (large.packets - small.packets)) * 1e9);
      lines.push(
        `${large.input} takes ${name} ${times} times as long as ${small.input}: ${each} ns for each packet more`,
      );
    }
  }
  for (const { input, results } of all) {
    const one = results.find(({ name }) => name.endsWith('--workers 1'))?.wall;
    const two = results.find(({ name }) => name.endsWith('--workers 2'))?.wall;
    if (one && two) lines.push(`${input}: two workers are ${brief(one.median / two.median)} times as fast as one`);
  }
  return lines.join('\n');
}
