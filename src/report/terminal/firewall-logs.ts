/** The second witness: what logs of the Windows firewall add to the captures. */
import type { FirewallLogReport, Report, UnmatchedDrop } from '../../assess/types.ts';
import { end } from '../ends.ts';
import { portLabel } from '../port-label.ts';
import { count, counted, span } from '../quantity.ts';
import { limited, type Page, paragraph, section } from './block.ts';

const MOST_UNMATCHED = 10;

export function firewallLogSection({ firewall_logs }: Report, page: Page): string[] {
  return section(
    page,
    'FIREWALL LOGS',
    firewall_logs.flatMap((log) => logLines(log, page)),
  );
}

/** What was read of a log, and what became of the drops in it; the second is empty where it has none. */
export function logTexts(log: FirewallLogReport): [facts: string, fates: string] {
  const { drops, joined, connections, outside, unmatched } = log;
  const facts = [
    counted(log.rows, 'row'),
    span(log.first, log.last),
    `times read as ${log.time_zone}`,
    counted(drops, 'dropped packet'),
  ];
  const fates = [
    joined === 0 ? '' : `${count(joined)} of ${counted(connections, 'connection')} in the captures`,
    outside === 0 ? '' : `${count(outside)} outside the time of the captures`,
    unmatched === 0 ? '' : `${count(unmatched)} that the captures do not hold`,
  ];
  const told = fates.filter(Boolean).join(', ');
  return [facts.filter(Boolean).join(', '), told === '' ? '' : `dropped: ${told}`];
}

function logLines(log: FirewallLogReport, page: Page): string[] {
  const { unmatched_known: known } = log;
  const [facts, fates] = logTexts(log);
  const more = known.length + log.unmatched_known_more;
  return [
    ...paragraph(page, `${log.path}: ${facts}`, 2, null, 2),
    ...(fates === '' ? [] : paragraph(page, fates, 4, null, 2)),
    ...log.problems.flatMap((problem) => paragraph(page, `problem: ${problem}`, 4, 'warn', 2)),
    ...(more === 0 ? [] : paragraph(page, `between hosts with roles, and not in the captures (${count(more)}):`, 4)),
    ...limited(page, known, MOST_UNMATCHED, (drop) => paragraph(page, unmatchedText(drop), 6, null, 2)),
  ];
}

function unmatchedText(drop: UnmatchedDrop): string {
  const from = end(drop.src_ip, drop.src_name, drop.src_roles);
  const to = end(drop.dest_ip, drop.dest_name, drop.dest_roles);
  return `${from} -> ${to}  ${portLabel(drop.proto, drop.dest_port)}: ${counted(drop.rows, 'packet')}, line ${drop.line}, ${span(drop.first_ts, drop.last_ts)}`;
}
