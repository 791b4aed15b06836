/** Values of any shape, for fields of a report that this page has no place of its own for: it shows them, it does not hide them. */
import { type Child, h } from './dom.ts';

const MOST_ROWS = 200;
const MOST_COLUMNS = 12;
const DEEPEST = 3;

/** `src_roles` and `srcRoles` as words. */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Nothing for what is empty. */
export function toldOf(value: unknown, depth = 0): Child {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  if (depth >= DEEPEST) return JSON.stringify(value);
  return Array.isArray(value) ? listOf(value, depth) : recordOf(value as Record<string, unknown>, depth);
}

function listOf(items: readonly unknown[], depth: number): Child {
  if (items.length === 0) return null;
  const shown = items.slice(0, MOST_ROWS);
  const more = items.length - shown.length;
  const rest = more === 0 ? null : h('p', { class: 'muted' }, `and ${more} more: --format json has all of them`);
  if (!shown.every(isRecord))
    return [shown.map((item) => (isRecord(item) ? JSON.stringify(item) : String(item))).join(', '), rest];
  const names = [...new Set(shown.flatMap((item) => Object.keys(item)))].slice(0, MOST_COLUMNS);
  return [
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Table' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, wordsOf(name))))),
        h(
          'tbody',
          {},
          ...shown.map((item) => h('tr', {}, ...names.map((name) => h('td', {}, toldOf(item[name], depth + 1))))),
        ),
      ),
    ),
    rest,
  ];
}

function recordOf(record: Record<string, unknown>, depth: number): Child {
  const entries = Object.entries(record).flatMap(([name, value]) => {
    const told = toldOf(value, depth + 1);
    return told === null ? [] : [h('dt', {}, wordsOf(name)), h('dd', {}, told)];
  });
  return entries.length === 0 ? null : h('dl', { class: 'evidence' }, ...entries);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
