/** Parts of a report that this page has no section of its own for: shown as they are, a section each. */
import { type Child, h } from './dom.ts';
import { toldOf, wordsOf } from './generic.ts';
import { type Page, type Section, section } from './section.ts';

const PLACED = new Set([
  'schema',
  'tool',
  'topology',
  'captures',
  'coverage',
  'connections',
  'findings',
  'rules',
  'matrix',
  'timeline',
  'undecided',
  'excepted',
  'exceptions',
  'exceptions_date',
  'pxe_clients',
  'tftp_transfers',
  'rpc_connections',
  'firewall_logs',
]);

export function moreSections({ report }: Page): Section[] {
  return Object.entries(report).flatMap(([name, value]) => {
    const told: Child = PLACED.has(name) ? null : toldOf(value);
    if (told === null) return [];
    const id = `more-${name}`;
    const title = wordsOf(name);
    const amount = Array.isArray(value) ? { amount: value.length } : {};
    return [{ id, title, ...amount, element: section(id, title, null, h('div', {}, told)) }];
  });
}
