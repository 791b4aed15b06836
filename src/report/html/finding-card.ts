/** One finding, with the others that differ only in who asked. */
import type { Finding, ReportedFinding } from '../../assess/types.ts';
import { end, ends, roleList } from '../ends.ts';
import { amountTexts, kindLabel, outcomeLabel, SEVERITY_LABELS } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { counted } from '../quantity.ts';
import type { Trouble } from '../terminal/gather.ts';
import { copyable } from './copy.ts';
import { type Child, h, hidden } from './dom.ts';
import { toldOf, wordsOf } from './generic.ts';
import { growing, heads, numbers, type Page, tableBox } from './section.ts';
import { framesText, seenText, sourceText } from './words.ts';

/** Fields that have a place of their own in the card; every other field of a finding is shown below them under its own name. */
const PLACED: ReadonlySet<string> = new Set<keyof ReportedFinding>([
  'kind',
  'severity',
  'certainty',
  'message',
  'rule',
  'src_ip',
  'src_name',
  'src_roles',
  'dest_ip',
  'dest_name',
  'dest_roles',
  'proto',
  'dest_port',
  'outcome',
  'icmp',
  'count',
  'attempts',
  'frames',
  'capture',
  'first_ts',
  'last_ts',
  'display_filter',
  'remedy',
  'source',
  'fingerprint',
  'topology_line',
]);

export const findingId = (number: number): string => `finding-${number}`;

export function findingCard({ number, finding, others }: Trouble, { report }: Page): HTMLElement {
  const { severity, certainty, kind, outcome, message, remedy } = finding;
  const all = [finding, ...others];
  const title = `${findingId(number)}-title`;
  const firsts = all.flatMap((each) => each.first_ts ?? []).sort();
  const lasts = all.flatMap((each) => each.last_ts ?? []).sort();
  const seen = [
    seenText(firsts[0] ?? null, lasts[lasts.length - 1] ?? null),
    framesText(finding.frames, finding.capture, report.captures.length),
  ].filter(Boolean);
  return h(
    'article',
    { class: `card ${severity}`, id: findingId(number), 'aria-labelledby': title, tabindex: -1 },
    h(
      'header',
      {},
      h(
        'p',
        { class: 'tags' },
        h('span', { class: `badge ${severity}` }, hidden('Severity '), SEVERITY_LABELS[severity].label),
        certainty === 'likely' ? h('span', { class: 'badge likely' }, 'likely, not proven') : null,
        outcome === null ? null : h('span', { class: 'badge plain' }, outcomeLabel(kind, outcome)),
        h('span', { class: 'amounts' }, amounts(all)),
      ),
      h('h4', { id: title }, h('span', { class: 'number' }, `${number}`), ' ', heading(finding, others.length)),
    ),
    h('p', { class: 'message' }, message),
    remedy === '' ? null : h('p', { class: 'fix' }, h('b', {}, 'Fix: '), remedy),
    h(
      'dl',
      { class: 'evidence' },
      entry('Kind', kind),
      entry('Roles', rolePair(finding)),
      entry(
        'Rule',
        finding.rule.length === 0 ? null : finding.rule.map((id, at) => [at === 0 ? '' : ', ', ruleLink(id)]),
      ),
      entry('Document', sourceText(finding.source)),
      entry('Seen', seen.join('; ')),
      entry('ICMP error', icmpText(finding)),
      entry('Wireshark', finding.display_filter && copyable(finding.display_filter, 'the display filter')),
      entry(
        'Topology',
        finding.topology_line === null
          ? null
          : `line ${finding.topology_line} of ${report.topology?.path ?? 'the topology'}`,
      ),
      furtherFields(finding),
      entry('Fingerprint', copyable(finding.fingerprint, 'the fingerprint')),
    ),
    others.length === 0 ? null : sources(all, report.captures.length),
  );
}

/** `type 3 code 13 from 10.255.0.1` */
function icmpText({ icmp }: Finding): string {
  return icmp === undefined ? '' : `type ${icmp.type} code ${icmp.code} from ${icmp.sender}`;
}

function heading(finding: Finding, others: number): Child {
  const { src_ip, src_name, src_roles, dest_ip, dest_name, dest_roles, proto, dest_port, kind } = finding;
  const from = others > 0 ? `${counted(others + 1, 'source')}${roles(src_roles)}` : end(src_ip, src_name, src_roles);
  const to = end(dest_ip, dest_name, dest_roles);
  const port = portLabel(proto, dest_port);
  if (from === null && to === null) return port === '' ? kindLabel(kind).word : port;
  return [
    from,
    from !== null && to !== null ? [h('span', { class: 'arrow', 'aria-hidden': 'true' }, ' → '), hidden(' to ')] : null,
    to,
    port === '' ? null : [' ', h('span', { class: 'port' }, port)],
  ];
}

const roles = (names: readonly string[]): string => (names.length === 0 ? '' : ` (${roleList([...names])})`);

function rolePair({ src_ip, src_roles, dest_ip, dest_roles }: Finding): string {
  if (src_ip === null || dest_ip === null || src_roles.length + dest_roles.length === 0) return '';
  return `${roleList(src_roles) || 'no role'} → ${roleList(dest_roles) || 'no role'}`;
}

function amounts(all: readonly Finding[]): string {
  const connections = all.reduce((sum, each) => sum + each.count, 0);
  const attempts = all.reduce((sum, each) => sum + each.attempts, 0);
  return amountTexts(all[0]!.kind, connections, attempts).join(', ');
}

/** A line of a list of terms; nothing where there is nothing to say. */
export function entry(term: string, value: Child): Child {
  return value === '' || value === null || value === undefined ? null : [h('dt', {}, term), h('dd', {}, value)];
}

export const ruleLink = (id: string): HTMLElement => h('a', { href: `#rule-${encodeURIComponent(id)}` }, id);

/** Whatever later versions tell of a finding. */
function furtherFields(finding: Finding): Child {
  return Object.entries(finding)
    .filter(([name]) => !PLACED.has(name))
    .map(([name, value]) => entry(wordsOf(name), toldOf(value)));
}

/** Who else, in a table. */
function sources(all: readonly ReportedFinding[], captures: number): HTMLElement {
  const body = h('tbody');
  const details = h('details', { class: 'sources' }, h('summary', {}, counted(all.length, 'source')));
  const fill = (): void => {
    const table = h(
      'table',
      {},
      heads('Source', numbers('Connections'), numbers('Attempts'), 'Seen', 'Frames', 'Wireshark', 'Fingerprint'),
      body,
    );
    const more = growing(
      all,
      body,
      (one) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, end(one.src_ip, one.src_name, one.src_roles) ?? ends(one)),
          h('td', { class: 'num' }, one.count),
          h('td', { class: 'num' }, one.attempts),
          h('td', {}, seenText(one.first_ts, one.last_ts)),
          h('td', {}, framesText(one.frames, one.capture, captures)),
          h('td', {}, one.display_filter && copyable(one.display_filter, 'the display filter')),
          h('td', {}, copyable(one.fingerprint, 'the fingerprint')),
        ),
      'sources',
    );
    details.append(tableBox('Sources', table));
    if (more instanceof Node) details.append(more);
  };
  details.addEventListener('toggle', () => {
    if (details.open && body.childElementCount === 0) fill();
  });
  return details;
}
