/** What a ticket rests on, below its findings: what is excepted, boots, logs, what could not be shown, what was judged and read. */
import type { Report } from '../assess/types.ts';
import { ends } from './ends.ts';
import { findingAmount } from './finding-amount.ts';
import { code, markdownTable, text } from './markdown-text.ts';
import { count, counted } from './quantity.ts';
import { logTexts } from './terminal/firewall-logs.ts';
import { captureFacts, coverageTexts, hashed } from './terminal/limits.ts';
import { BOOT_COLUMNS, bootAmount, bootRow, sortedBoots } from './terminal/pxe.ts';

const MOST_EXAMPLES = 3;
const MOST_BOOTS = 20;

export function* markdownGrounds(report: Report): Generator<string> {
  yield* exceptions(report);
  yield* boots(report);
  yield* undecided(report);
  yield* firewallLogs(report);
  yield '\n## Coverage\n\n';
  for (const { text: sentence } of coverageTexts(report)) yield `- ${text(sentence)}\n`;
  yield* inputs(report);
}

function* exceptions({ exceptions: all, excepted, exceptions_date: day }: Report): Generator<string> {
  if (all.length === 0) return;
  const byDay = day === null ? '' : `; expiry dates judged by ${day}`;
  yield `\n## Excepted by the topology (${findingAmount(excepted)}${byDay})\n\n`;
  const rows = all.map(({ id, state, owner, ticket, expires, reason, findings }) => [
    text(id),
    state === 'used' ? counted(findings, 'finding') : state,
    text(reason),
    text(owner),
    text(ticket ?? ''),
    expires ?? '',
    coveredBy(id, excepted),
  ]);
  yield `${markdownTable(['Exception', 'State', 'Reason', 'Owner', 'Ticket', 'Until', 'Covers'], rows)}\n`;
}

function coveredBy(id: string, excepted: Report['excepted']): string {
  const covered = excepted.filter(({ exception }) => exception === id);
  const named = covered.slice(0, MOST_EXAMPLES).map((finding) => text(ends(finding) || finding.message));
  const left = covered.length - named.length;
  return [...named, ...(left === 0 ? [] : [`${count(left)} more`])].join('; ');
}

function* boots(report: Report): Generator<string> {
  const sorted = sortedBoots(report);
  if (sorted.length === 0) return;
  yield `\n## Network boots (${bootAmount(report)})\n\n`;
  const titles = BOOT_COLUMNS.map(({ title }) => title);
  const rows = sorted.slice(0, MOST_BOOTS).map((client) => bootRow(client).cells.map(text));
  yield `${markdownTable(titles, rows)}\n`;
  const left = sorted.length - MOST_BOOTS;
  if (left > 0) yield `\n${count(left)} more ${left === 1 ? 'is' : 'are'} in the whole report.\n`;
}

function* undecided({ undecided: entries }: Report): Generator<string> {
  if (entries.length === 0) return;
  yield '\n## What the capture could not show\n\n';
  for (const { reason, count: amount, examples } of entries) {
    const named = examples.slice(0, MOST_EXAMPLES).join('; ');
    yield `- ${count(amount)} x ${text(reason)}${named === '' ? '' : `, for example ${text(named)}`}\n`;
  }
}

function* firewallLogs({ firewall_logs: logs }: Report): Generator<string> {
  if (logs.length === 0) return;
  yield '\n## Firewall logs\n\n';
  for (const log of logs) {
    const [facts, fates] = logTexts(log);
    yield `- ${code(log.path)}: ${text(facts)}${fates === '' ? '' : `; ${text(fates)}`}\n`;
    for (const problem of log.problems) yield `  - problem: ${text(problem)}\n`;
  }
}

function* inputs({ captures, topology, tool }: Report): Generator<string> {
  yield '\n## Inputs\n\n';
  for (const capture of captures) {
    yield `- ${code(capture.path)}: ${text(captureFacts(capture))}\n`;
    for (const problem of capture.problems) yield `  - problem: ${text(problem)}\n`;
  }
  if (topology !== null) {
    const facts = [topology.name ?? '', hashed(topology.sha256 || null)].filter(Boolean).join(', ');
    yield `- topology ${code(topology.path)}${facts === '' ? '' : `: ${text(facts)}`}\n`;
  }
  yield `- ${text(`${tool.name} ${tool.version}`)}\n`;
}
