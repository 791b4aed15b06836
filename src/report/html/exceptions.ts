/** What the topology accepts, apart from the findings: by whom, why and until when; what has expired, and what covers nothing. */
import type { ExceptedFinding, ExceptionReport } from '../../assess/types.ts';
import { ends } from '../ends.ts';
import { findingAmount } from '../finding-amount.ts';
import { kindLabel, outcomeLabel } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { counted } from '../quantity.ts';
import { type Child, h } from './dom.ts';
import { entry, ruleLink } from './finding-card.ts';
import { growing, heads, leftOut, type Page, type Section, section, tableBox } from './section.ts';

const STATES: Readonly<Record<ExceptionReport['state'], { label: string; tone: string; rank: number }>> = {
  expired: { label: 'expired', tone: 'medium', rank: 0 },
  used: { label: 'in use', tone: 'ok', rank: 1 },
  unused: { label: 'covers nothing here', tone: 'plain', rank: 2 },
};

export function exceptionsSection(page: Page): Section | null {
  const { exceptions, excepted, exceptions_date: day } = page.report;
  if (exceptions.length === 0) return null;
  const sorted = [...exceptions].sort((one, other) => STATES[one.state].rank - STATES[other.state].rank);
  return {
    id: 'exceptions',
    title: 'Exceptions',
    amount: excepted.length,
    element: section(
      'exceptions',
      'Exceptions',
      `Findings that the topology accepts; they are not counted above.${day === null ? '' : ` Expiry dates are judged by ${day}.`}`,
      h('div', { class: 'cards' }, ...sorted.map((exception) => card(exception, excepted))),
      leftOut(page, 'excepted', 'findings that are accepted'),
    ),
  };
}

function card(exception: ExceptionReport, excepted: readonly ExceptedFinding[]): HTMLElement {
  const { id, state, reason, owner, ticket, expires, findings, topology_line: line } = exception;
  const covered = excepted.filter((finding) => finding.exception === id);
  const { label, tone } = STATES[state];
  const told =
    state !== 'expired'
      ? ''
      : findings === 0
        ? 'It would cover nothing.'
        : `${counted(findings, 'finding')} told again above.`;
  return h(
    'article',
    { class: `card ${tone}` },
    h('p', { class: 'tags' }, h('span', { class: `badge ${tone}` }, label), h('span', { class: 'amounts' }, told)),
    h('h3', {}, id),
    h('p', { class: 'message' }, reason),
    h(
      'dl',
      { class: 'evidence' },
      entry('Owner', owner),
      entry('Ticket', ticket),
      entry('Until', expires ?? 'for good'),
      entry('Covers', scope(exception)),
      entry('Topology', line === null ? null : `line ${line}`),
    ),
    covered.length === 0 ? null : coveredTable(covered),
  );
}

function scope({ kind, rule, from, to, proto, ports, fingerprint }: ExceptionReport): string {
  return [
    kind.join(', '),
    rule.join(', '),
    from === null && to === null ? '' : `${from ?? 'any'} → ${to ?? 'any'}`,
    [proto ?? '', ports.join(', ')].filter(Boolean).join(' '),
    fingerprint.length === 0 ? '' : `fingerprint ${fingerprint.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}

function coveredTable(covered: readonly ExceptedFinding[]): Child {
  const body = h('tbody');
  const table = h('table', {}, heads('What', 'Between', 'Port', 'Outcome', 'Rule', 'Says'), body);
  const more = growing(
    covered,
    body,
    (finding) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, kindLabel(finding.kind).word),
        h('td', {}, ends(finding)),
        h('td', {}, portLabel(finding.proto, finding.dest_port)),
        h('td', {}, finding.outcome === null ? '' : outcomeLabel(finding.kind, finding.outcome)),
        h('td', {}, finding.rule[0] === undefined ? null : ruleLink(finding.rule[0])),
        h('td', {}, finding.message),
      ),
    'findings',
  );
  return h(
    'details',
    {},
    h('summary', {}, `${findingAmount(covered)} accepted`),
    tableBox('Findings that are accepted', table),
    more,
  );
}
