import { brief, growth, rowsOf, speedups } from './report.mjs';

/** @typedef {import('./report.mjs').Measured} Measured */

/**
 * The tables of docs/performance.md: all inputs at a glance, how cost grows, then each input in full.
 *
 * @param {string} machine
 * @param {readonly Measured[]} all
 * @returns {string}
 */
export function markdown(machine, all) {
  const parts = [`Measured on ${machine}.`, overview(all)];
  if (growth(all).length > 0) parts.push(growthTable(all));
  if (speedups(all).length > 0) parts.push(workersTable(all));
  for (const measured of all) parts.push(full(measured));
  return parts.join('\n\n');
}

/** @param {readonly Measured[]} all */
function overview(all) {
  const names = [...new Set(all.flatMap(({ results }) => results.slice(1).map(({ name }) => name)))];
  const [{ results: first }] = all;
  const text = `Wall seconds of \`${first[0].name}\`, and how many times as long the others take, each by the run just before its own (medians).`;
  const figures = table([
    ['input', `${first[0].name}, s`, 'M packets/s', ...names.map((name) => name.replace(/^pcapcheck /, ''))],
    ...all.map(({ input, packets, results: [reference, ...others] }) => [
      input,
      reference.wall ? brief(reference.wall.median) : '',
      reference.wall ? brief(packets / reference.wall.median / 1e6) : '',
      ...names.map((name) => {
        const ratio = others.find((other) => other.name === name)?.ratio;
        return ratio ? `${brief(ratio.median)}x` : '';
      }),
    ]),
  ]);
  return `${text}\n\n${figures}`;
}

/** @param {readonly Measured[]} all */
function growthTable(all) {
  const rows = growth(all).map(({ from, to, name, times, nanoseconds }) => [
    `${from} to ${to}`,
    name,
    `${brief(times)}x`,
    brief(nanoseconds),
  ]);
  return table([['input', 'program', 'wall time', 'ns for each packet more'], ...rows]);
}

/** @param {readonly Measured[]} all */
function workersTable(all) {
  return table([
    ['input', 'two workers by one: speed'],
    ...speedups(all).map(({ input, times }) => [input, `${brief(times)}x`]),
  ]);
}

/** @param {Measured} measured */
function full(measured) {
  const { input, packets, bytes, rounds, results } = measured;
  const [heading, ...rows] = rowsOf(measured);
  const without = results.filter(({ wall }) => !wall).map(({ name, absent }) => `${name}: ${absent}`);
  return [
    `**${input}**: ${packets.toLocaleString('en')} packets, ${brief(bytes / 1e6)} MB; median (least-most) of ${rounds} rounds` +
      `${without.length > 0 ? `; ${without.join('; ')}` : ''}`,
    '',
    table([heading, ...rows.map(([name, ...cells]) => [`\`${name}\``, ...cells])]),
  ].join('\n');
}

/** @param {string[][]} rows the first one is the heading @returns {string} range cells keep their dashes */
function table([heading, ...rows]) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heading), line(heading.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
