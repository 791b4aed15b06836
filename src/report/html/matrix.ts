/** Role by role as a heat map; a crossing leads to its ports and connections. */
import { count, counted } from '../quantity.ts';
import { h, hidden, replace } from './dom.ts';
import { CELL_STATES, type Cell, type Grid, gridOf, STATES } from './matrix-cells.ts';
import { crossing } from './matrix-crossing.ts';
import { leftOut, type Page, type Section, section } from './section.ts';

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function matrixSection(page: Page): Section | null {
  const grid = gridOf(page.report);
  if (grid.cells.length === 0) return null;
  const panel = h('div', {
    id: 'crossing',
    class: 'panel',
    role: 'region',
    'aria-label': 'Chosen crossing',
    tabindex: -1,
  });
  replace(panel, h('p', { class: 'muted screen' }, 'Choose a crossing to see its ports and connections.'));
  const map = heatMap(grid, (cell) => {
    replace(panel, crossing(cell, page));
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: 'nearest' });
  });
  return {
    id: 'matrix',
    title: 'Role by role',
    element: section(
      'matrix',
      'Role by role',
      [
        'Who asked whom, by the roles of the topology. Sign and colour tell the gravest that was seen, the numbers how many connections of all: 3/8 are three of eight.',
        h('span', { class: 'screen' }, ' Arrow keys move about, Enter opens a crossing.'),
      ],
      legend(grid),
      map,
      panel,
      leftOut(page, 'matrix', 'lines of the matrix'),
    ),
  };
}

function legend(grid: Grid): HTMLElement {
  const used = STATES.filter((state) => grid.cells.some((cell) => cell.state === state));
  return h(
    'ul',
    { class: 'keys', 'aria-label': 'Signs of the map' },
    ...used.map((state) =>
      h(
        'li',
        {},
        h('span', { class: `key ${state}`, 'aria-hidden': 'true' }, CELL_STATES[state].sign),
        ` ${CELL_STATES[state].label}`,
      ),
    ),
  );
}

function heatMap(grid: Grid, open: (cell: Cell) => void): HTMLElement {
  const busiest = Math.max(1, ...grid.cells.map(({ connections }) => connections));
  const buttons: (HTMLButtonElement | null)[][] = grid.from.map((from) =>
    grid.to.map((to) => {
      const cell = grid.cell(from, to);
      return cell === undefined ? null : crossingButton(cell, busiest, open);
    }),
  );
  const table = h(
    'table',
    { class: 'heat', role: 'grid', 'aria-label': 'Role by role' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col', class: 'corner' }, 'from ↓ to →'),
        ...grid.to.map((to) => h('th', { scope: 'col', class: 'to', title: to }, h('span', {}, breakable(to)))),
      ),
    ),
    h(
      'tbody',
      {},
      ...grid.from.map((from, y) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, breakable(from)),
          ...buttons[y].map((button) => h('td', { class: button === null ? 'none' : null }, button)),
        ),
      ),
    ),
  );
  oneTabStop(table, buttons);
  return h('div', { class: 'scroll heat-box' }, table);
}

/** A role of a host with several is long: it may be broken behind a plus or a hyphen. */
function breakable(role: string): DocumentFragment {
  const text = document.createDocumentFragment();
  for (const piece of role.split(/(?<=[+-])/)) text.append(piece, h('wbr'));
  return text;
}

/** Three depths, by the order of magnitude. */
function depth(connections: number, busiest: number): number {
  if (connections === 0) return 1;
  return 1 + Math.min(2, Math.floor((Math.log(connections) / Math.log(busiest + 1)) * 3));
}

function crossingButton(cell: Cell, busiest: number, open: (cell: Cell) => void): HTMLButtonElement {
  const { from, to, state, connections, amounts, notSeen } = cell;
  const parts = STATES.flatMap((each) => {
    const amount = amounts[each] ?? 0;
    return amount === 0 ? [] : `${count(amount)} ${CELL_STATES[each].label}`;
  });
  if (notSeen.length > 0) parts.push(`${counted(notSeen.length, 'required rule')} not seen`);
  return h(
    'button',
    {
      type: 'button',
      class: `cell ${state} d${depth(connections, busiest)}`,
      tabindex: -1,
      title: `${from} → ${to}: ${parts.join(', ')}`,
      click: () => open(cell),
    },
    h(
      'span',
      { 'aria-hidden': 'true' },
      CELL_STATES[state].sign,
      connections > 0 ? ` ${shareText(amounts[state] ?? 0, connections)}` : '',
    ),
    hidden(`${from} to ${to}: ${parts.join(', ')}`),
  );
}

/** `3/8`: so many of all connections are as the sign says. */
const shareText = (some: number, all: number): string =>
  some === all || all >= 10_000 ? short(some) : `${short(some)}/${short(all)}`;

const short = (value: number): string =>
  value < 10_000 ? count(value) : value < 999_500 ? `${Math.round(value / 1000)}k` : `${(value / 1e6).toFixed(1)}M`;

/** The map is one stop of the Tab key; arrows move within it, over crossings that are empty. */
function oneTabStop(table: HTMLElement, buttons: (HTMLButtonElement | null)[][]): void {
  const first = buttons.flat().find((button) => button !== null);
  if (first) first.tabIndex = 0;
  table.addEventListener('keydown', (event) => {
    const [dy, dx] = ARROWS[event.key] ?? [0, 0];
    if (dx === 0 && dy === 0) return;
    const here = position(buttons, event.target);
    if (here === null) return;
    event.preventDefault();
    let [y, x] = here;
    do {
      y += dy;
      x += dx;
    } while (buttons[y]?.[x] === null);
    const next = buttons[y]?.[x];
    if (next) moveTo(buttons, next);
  });
  table.addEventListener('focusin', (event) => {
    if (event.target instanceof HTMLButtonElement) stopAt(buttons, event.target);
  });
}

function moveTo(buttons: (HTMLButtonElement | null)[][], next: HTMLButtonElement): void {
  stopAt(buttons, next);
  next.focus();
}

function stopAt(buttons: (HTMLButtonElement | null)[][], next: HTMLButtonElement): void {
  for (const button of buttons.flat()) if (button !== null) button.tabIndex = button === next ? 0 : -1;
}

function position(buttons: (HTMLButtonElement | null)[][], target: EventTarget | null): [number, number] | null {
  for (const [y, row] of buttons.entries()) {
    const x = row.findIndex((button) => button !== null && button === target);
    if (x >= 0) return [y, x];
  }
  return null;
}
