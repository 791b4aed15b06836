/** The second witness: what logs of the Windows firewall add to the captures. */
import type { FirewallLogReport, UnmatchedDrop } from '../../assess/types.ts';
import { end } from '../ends.ts';
import { portLabel } from '../port-label.ts';
import { count, counted, span } from '../quantity.ts';
import { type Child, h } from './dom.ts';
import { entry } from './finding-card.ts';
import { growing, heads, numbers, type Page, type Section, section, tableBox } from './section.ts';
import { seenText } from './words.ts';

export function firewallLogSection({ report }: Page): Section | null {
  const logs = report.firewall_logs;
  if (logs.length === 0) return null;
  return {
    id: 'firewall-logs',
    title: 'Firewall logs',
    element: section(
      'firewall-logs',
      'Firewall logs',
      'What hosts say that they dropped themselves, held against the captures.',
      h('div', { class: 'cards' }, ...logs.map(card)),
    ),
  };
}

function card(log: FirewallLogReport): HTMLElement {
  const known = log.unmatched_known;
  return h(
    'div',
    { class: 'card' },
    h('h3', {}, log.path),
    h(
      'dl',
      { class: 'evidence' },
      entry('Rows', count(log.rows)),
      entry('Time', span(log.first, log.last)),
      entry('Local times', `read as ${log.time_zone}`),
      entry('Dropped packets', count(log.drops)),
      entry(
        'In the captures',
        log.joined === 0 ? null : `${count(log.joined)}, of ${counted(log.connections, 'connection')}`,
      ),
      entry('Outside their time', log.outside === 0 ? null : count(log.outside)),
      entry('Not in the captures', log.unmatched === 0 ? null : count(log.unmatched)),
    ),
    log.problems.length === 0
      ? null
      : h('ul', { class: 'problems' }, ...log.problems.map((problem) => h('li', {}, problem))),
    known.length === 0 ? null : unmatched(known, log.unmatched_known_more),
  );
}

function unmatched(drops: readonly UnmatchedDrop[], more: number): Child {
  const body = h('tbody');
  const table = h(
    'table',
    {},
    heads('From', 'To', 'Port', numbers('Packets'), numbers('Line of the log'), 'Seen'),
    body,
  );
  const button = growing(
    drops,
    body,
    (drop) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, end(drop.src_ip, drop.src_name, drop.src_roles)),
        h('td', {}, end(drop.dest_ip, drop.dest_name, drop.dest_roles)),
        h('td', {}, portLabel(drop.proto, drop.dest_port)),
        h('td', { class: 'num' }, count(drop.rows)),
        h('td', { class: 'num' }, count(drop.line)),
        h('td', {}, seenText(drop.first_ts, drop.last_ts)),
      ),
    'drops',
  );
  return [
    h('h4', {}, 'Dropped between hosts with roles, and not in the captures'),
    tableBox('Dropped, and not in the captures', table),
    button,
    more === 0 ? null : h('p', { class: 'muted' }, `and ${counted(more, 'more pair')} of ends`),
  ];
}
