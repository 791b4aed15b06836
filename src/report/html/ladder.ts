/** A boot as a ladder of messages, in SVG; the table beside it says the same in words. */
import { head, textWidth } from '../text-width.ts';
import { h, s } from './dom.ts';
import type { Ladder, Rung } from './ladder-model.ts';

const GUTTER = 74;
/** Between two columns: what fills a panel of the usual width, but never less than a message needs. */
const LEAST_COLUMN = 200;
const USUAL = 520;
const TOP = 46;
const RUNG = 38;
const STOP = 44;
/** Widths of a character of what a message says, and of its name. */
const CHARACTER = 6.65;
const BOLD = 7.3;

export function ladderPlot(ladder: Ladder, name: string): HTMLElement {
  const { columns, rungs, stopped } = ladder;
  const column = Math.max(LEAST_COLUMN, Math.round(USUAL / (columns.length - 1)));
  const wide = GUTTER + column * (columns.length - 1) + 90;
  const tall = TOP + RUNG * rungs.length + (stopped === null ? 12 : STOP);
  const x = (number: number): number => GUTTER + 34 + column * number;
  const y = (rung: number): number => TOP + RUNG * (rung + 1) - 8;
  const svg = s('svg', {
    class: 'ladder',
    viewBox: `0 0 ${wide} ${tall}`,
    width: wide,
    height: tall,
    role: 'img',
    'aria-label': summary(ladder, name),
  });
  columns.forEach(({ title, name: host, addresses }, number) => {
    const who = [host ?? '', addresses.join(', ')].filter(Boolean).join(' ');
    const anchor = number === 0 ? 'start' : number === columns.length - 1 ? 'end' : 'middle';
    // Half a column lies between an outer title and the middle one beside it.
    const room = anchor === 'middle' ? column - 16 : column / 2 + 44;
    const at = number === 0 ? x(0) - 34 : number === columns.length - 1 ? x(number) + 44 : x(number);
    svg.append(
      s('text', { class: 'who', x: at, y: 16, 'text-anchor': anchor }, cut(title, room, BOLD), s('title', {}, title)),
      s('text', { class: 'ip', x: at, y: 32, 'text-anchor': anchor }, cut(who, room), s('title', {}, who)),
      s('line', { class: 'life', x1: x(number), x2: x(number), y1: TOP - 6, y2: tall - 4 }),
    );
  });
  rungs.forEach((rung, at) => {
    svg.append(rungPlot(rung, x(rung.from), x(rung.to), y(at), wide));
  });
  if (stopped !== null) {
    const below = y(rungs.length - 1) + 16;
    svg.append(
      s(
        'g',
        { class: 'stop' },
        s('rect', { x: x(0) - 34, y: below, width: column * (columns.length - 1) + 78, height: 24, rx: 5 }),
        s('text', { x: x(0) - 22, y: below + 16.5 }, `✕ ${stopped}`),
      ),
    );
  }
  return h('div', { class: 'scroll ladder-box', tabindex: 0, role: 'group', 'aria-label': `Messages of ${name}` }, svg);
}

/** @param wide right edge of the plot: a label may go on beyond its arrow, nothing else stands in its line */
function rungPlot(rung: Rung, from: number, to: number, y: number, wide: number): SVGGElement {
  const { step, failed, transfer, toAll, boot } = rung;
  const direction = to > from ? 1 : to < from ? -1 : 0;
  const tip = to - direction * 2;
  const end = failed ? from + (to - from) * 0.86 : tip;
  const left = Math.min(from, to) + 8;
  const said = toAll && step.result === '' ? 'to everybody' : step.result;
  const message = cut(step.message, (wide - left) * (said === '' ? 1 : 0.6));
  const group = s(
    'g',
    { class: `rung${failed ? ' failed' : ''}${transfer ? ' transfer' : ''}${toAll ? ' all' : ''}` },
    s('title', {}, `frame ${step.frame}: ${step.message}${said === '' ? '' : `: ${said}`}`),
    s('text', { class: 'since', x: GUTTER - 14, y: y + 4, 'text-anchor': 'end' }, `${step.since.toFixed(3)} s`),
  );
  if (boot !== null)
    group.append(
      s('line', { class: 'boot', x1: 0, x2: wide, y1: y - 28, y2: y - 28 }),
      s('text', { class: 'since', x: 0, y: y - 16 }, `boot ${boot}`),
    );
  if (direction === 0) group.append(s('circle', { cx: from, cy: y, r: 4 }));
  else
    group.append(
      s('line', { class: 'wire', x1: from, x2: end, y1: y, y2: y }),
      failed
        ? s('path', { class: 'cross', d: `M${end - 5} ${y - 5}l10 10m0 -10l-10 10` })
        : s('path', { class: 'head', d: `M${tip} ${y}l${-8 * direction} -4.5v9z` }),
    );
  group.append(
    s(
      'text',
      { class: 'label', x: left, y: y - 7 },
      s('tspan', { class: 'message' }, message),
      said === ''
        ? null
        : s('tspan', { class: 'said', dx: 8 }, cut(said, wide - left - 16 - textWidth(message) * BOLD)),
    ),
  );
  return group;
}

/** Text cut to a width in the units of the plot; the whole of it is in the title and in the table. */
function cut(text: string, room: number, character = CHARACTER): string {
  const most = Math.max(1, Math.floor(room / character));
  return textWidth(text) <= most ? text : `${head(text, most - 1)}…`;
}

function summary({ rungs, left, stopped }: Ladder, name: string): string {
  const names = rungs.map(({ step }) => step.message).join(', ');
  const more = left === 0 ? '' : ` and ${left} more`;
  return `Network boot of ${name}: ${names.slice(0, 600)}${more}. ${stopped ?? 'It got through.'}`;
}
