/** The small print that decides how far to trust the rest: what could not be shown, what was judged, what was read. */
import type { CaptureReport, NameCoverage, Report, Undecided } from '../../assess/types.ts';
import { notJudgedLabel } from '../labels.ts';
import { count, counted, size, span } from '../quantity.ts';
import { type Page, paragraph, section } from './block.ts';

const MOST_EXAMPLES = 3;
const MOST_PROBLEMS = 5;

export function undecidedSection(report: Report, page: Page): string[] {
  return section(
    page,
    'WHAT THE CAPTURE COULD NOT SHOW',
    report.undecided.flatMap((entry) => undecidedLines(entry, page)),
  );
}

function undecidedLines(entry: Undecided, page: Page): string[] {
  const examples = page.verbose ? entry.examples : entry.examples.slice(0, MOST_EXAMPLES);
  return [
    ...paragraph(page, `${count(entry.count)} x ${entry.reason}`, 2),
    ...(examples.length === 0 ? [] : paragraph(page, `for example ${examples.join('; ')}`, 6, 'dim')),
  ];
}

export function coverageSection(report: Report, page: Page): string[] {
  const lines = coverageTexts(report).flatMap(({ text, tone }) => paragraph(page, text, 2, tone, 2));
  return section(page, 'COVERAGE', lines);
}

/** Which frames and connections were judged, and what was lost or is in doubt. */
export function coverageTexts(report: Report): { text: string; tone: 'warn' | null }[] {
  const { frames, judged, not_judged: reasons, names } = report.coverage;
  const share = frames === 0 ? '' : ` (${((judged / frames) * 100).toFixed(1)} %)`;
  const entries = Object.entries(reasons).filter(([, number]) => number > 0);
  const sorted = entries.sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1));
  const list = sorted.map(([reason, number]) => `${count(number)} ${notJudgedLabel(reason)}`).join(', ');
  const { overlapping_fragments: fragments, malformed_messages: malformed, messages_not_kept: lost } = report.coverage;
  const plain = (texts: readonly string[]) => texts.map((text) => ({ text, tone: null }));
  const grave = (texts: readonly string[]) => texts.map((text) => ({ text, tone: 'warn' as const }));
  return [
    ...plain([`${counted(frames, 'frame')} read, ${count(judged)} judged${share}`]),
    ...plain(list === '' ? [] : [`not judged: ${list}`]),
    ...plain([connectionText(report)]),
    ...grave(fragments === 0 ? [] : [fragmentText(fragments)]),
    ...plain(malformed === 0 ? [] : [malformedText(malformed)]),
    ...grave(lost === 0 ? [] : [notKeptText(lost)]),
    ...plain(nameReadingText(names)),
    ...grave([...nameLossText(names), ...memoryText(report)]),
  ];
}

function fragmentText(fragments: number): string {
  return `${counted(fragments, 'IP fragment')} ${fragments === 1 ? 'overlaps' : 'overlap'} others of the same datagram: which bytes the receiver took, nobody can tell`;
}

export function malformedText(messages: number): string {
  return `${counted(messages, 'message')} of DHCP, TFTP or RPC ${messages === 1 ? 'breaks its' : 'break their'} own rules; what is whole in ${messages === 1 ? 'it' : 'them'} was read`;
}

export function notKeptText(messages: number): string {
  return `${counted(messages, 'message')} of DHCP, TFTP or RPC went beyond what is kept of a capture: boots, transfers and RPC ports may lack parts; look at a shorter capture`;
}

/** What could not be read of names. */
export function nameReadingText(names: NameCoverage): string[] {
  const { malformed_dns: dns, malformed_openings: bad, unfinished_openings: cut, quic_connections: quic } = names;
  return [
    ...(dns === 0
      ? []
      : [
          `${counted(dns, 'DNS message')}${dns > names.dns_messages ? '' : ` of ${count(names.dns_messages)}`} ${dns === 1 ? 'breaks its' : 'break their'} own rules or ${dns === 1 ? 'is' : 'are'} cut; what comes before was read`,
        ]),
    ...(bad === 0
      ? []
      : [
          `${counted(bad, 'TLS hello or HTTP request', 'TLS hellos or HTTP requests')} ${bad === 1 ? 'breaks its' : 'break their'} own rules and ${bad === 1 ? 'names' : 'name'} nobody`,
        ]),
    ...(cut === 0
      ? []
      : [
          `of ${counted(cut, 'TLS hello or HTTP request', 'TLS hellos or HTTP requests')} the capture holds only the beginning`,
        ]),
    ...(quic === 0
      ? []
      : [`${counted(quic, 'connection')} in QUIC, whose server names are not read: judged by address`]),
  ];
}

/** What was lost of names, which makes some judgements go by address alone. */
export function nameLossText({ not_kept, set_aside }: NameCoverage): string[] {
  return [
    ...(not_kept === 0
      ? []
      : [
          `too many names: ${count(not_kept)} names, lookups or uses of names were not kept, and the connections in question are judged by address; look at a shorter capture`,
        ]),
    ...(set_aside === 0
      ? []
      : [
          `too many connections at a time: for what names ${count(set_aside)} of them were opened is no longer known, and they are judged by address (a larger --max-memory shows more)`,
        ]),
  ];
}

/** What the reader must know where the memory was too small. */
export function memoryText({ connections: { not_kept, cut_short } }: Pick<Report, 'connections'>): string[] {
  const more = 'a larger --max-memory shows more';
  return [
    ...(not_kept === 0
      ? []
      : [`too many conversations: nothing is said of ${counted(not_kept, 'connection')} among them (${more})`]),
    ...(cut_short === 0
      ? []
      : [
          `too many connections at a time: ${count(cut_short)} were no longer followed before they ended, and count twice where they went on (${more})`,
        ]),
  ];
}

function connectionText({ connections }: Report): string {
  const { total, expected, blocked, blocked_likely, undecided, not_judged, not_kept } = connections;
  const { unexpected, forbidden, unknown_endpoint: unknown } = connections;
  const parts = Object.entries({
    expected,
    blocked: blocked - blocked_likely,
    'probably blocked': blocked_likely,
    forbidden,
    unexpected: unexpected - forbidden - unknown,
    'with unknown addresses': unknown,
    undecided,
    'not judged': not_judged,
    'only counted': not_kept,
  });
  const told = parts.filter(([, amount]) => amount > 0).map(([name, amount]) => `${count(amount)} ${name}`);
  return `${counted(total, 'connection')}${told.length === 0 ? '' : `: ${told.join(', ')}`}`;
}

export function inputSection(report: Report, page: Page): string[] {
  const { topology, tool } = report;
  const name = topology?.name ? ` (${topology.name})` : '';
  const hash = topology?.sha256 ? `, ${hashed(topology.sha256)}` : '';
  return section(page, 'INPUTS', [
    ...report.captures.flatMap((capture) => captureLines(capture, page)),
    ...paragraph(page, topology === null ? 'no topology' : `topology ${topology.path}${name}${hash}`, 2, null, 2),
    ...paragraph(page, `${tool.name} ${tool.version}`, 2),
  ]);
}

/** `pcap, 472 frames, 121 kB, 2026-11-21 05:28:45 to 05:29:00 UTC, SHA-256 8982…`; without what is not known. */
export function captureFacts({ format, frames, bytes, first, last, sha256 }: CaptureReport): string {
  const facts = [
    format,
    counted(frames, 'frame'),
    bytes === null ? '' : size(bytes),
    span(first, last),
    hashed(sha256),
  ];
  return facts.filter(Boolean).join(', ');
}

export const hashed = (sha256: string | null): string => (sha256 === null ? '' : `SHA-256 ${sha256}`);

function captureLines(capture: CaptureReport, page: Page): string[] {
  const shown = page.verbose ? capture.problems : capture.problems.slice(0, MOST_PROBLEMS);
  const left = capture.problems.length - shown.length;
  return [
    ...paragraph(page, `${capture.path}: ${captureFacts(capture)}`, 2, null, 2),
    ...shown.flatMap((problem) => paragraph(page, `problem: ${problem}`, 4, 'warn', 2)),
    ...(left === 0 ? [] : paragraph(page, `... and ${counted(left, 'more problem')}`, 4, 'dim')),
  ];
}
