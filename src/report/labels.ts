/** The words of the reports, as tables: what a severity, an outcome, a kind or a state is called, and how it looks. */
import type { Ended, Outcome, RuleState, Severity } from '../assess/types.ts';
import { count, counted } from './quantity.ts';
import type { Tone } from './style.ts';

interface Label {
  label: string;
  tone: Tone | null;
}

export const SEVERITY_LABELS: Record<Severity, Label> = {
  high: { label: 'HIGH', tone: 'alarm' },
  medium: { label: 'MEDIUM', tone: 'warn' },
  low: { label: 'LOW', tone: 'note' },
  info: { label: 'INFO', tone: 'dim' },
};

/** In the order in which reports name them: what failed first. */
export const OUTCOME_LABELS: Record<Outcome, Label> = {
  'no-answer': { label: 'no answer', tone: 'bad' },
  refused: { label: 'refused', tone: 'bad' },
  prohibited: { label: 'prohibited', tone: 'bad' },
  unreachable: { label: 'unreachable', tone: 'bad' },
  'half-open': { label: 'half-open', tone: 'warn' },
  established: { label: 'established', tone: null },
  answered: { label: 'answered', tone: null },
  midstream: { label: 'open before the capture', tone: null },
  'one-sided': { label: 'one direction seen', tone: null },
  'one-way': { label: 'one-way', tone: null },
  undecided: { label: 'undecided', tone: 'dim' },
};

export const OUTCOMES = Object.keys(OUTCOME_LABELS) as Outcome[];

/** How an established connection ended, short enough for a table. */
export const ENDED_LABELS: Record<Ended, string> = {
  fin: 'fin',
  'reset-by-client': 'c-reset',
  'reset-by-server': 's-reset',
  stalled: 'stalled',
  open: 'open',
};

/** In the order in which reports name them: what needs the reader first. */
export const RULE_STATE_LABELS: Record<RuleState, Label> = {
  blocked: { label: 'blocked', tone: 'bad' },
  'partly-blocked': { label: 'partly blocked', tone: 'bad' },
  undecided: { label: 'undecided', tone: 'warn' },
  works: { label: 'working', tone: 'good' },
  'not-seen': { label: 'not seen', tone: null },
  'not-applicable': { label: 'not applicable', tone: 'dim' },
};

export const RULE_STATES = Object.keys(RULE_STATE_LABELS) as RuleState[];

/** What a group of findings says in the verdict and above its list. */
export interface KindLabel {
  /** For a column of a table. */
  word: string;
  heading: string;
  /** What an established connection of this kind is called where that alone would read as "fine". */
  established?: string;
  /** The clause of the verdict for `proven` and `likely` findings of the kind, at least one of them. */
  verdict(proven: number, likely: number): string;
}

const all =
  (one: string, many: string) =>
  (proven: number, likely: number): string =>
    counted(proven + likely, one, many);

/** In the order of the report. A kind that is not here is shown under its own id. */
export const KIND_LABELS: Readonly<Record<string, KindLabel>> = {
  'blocked-required': {
    word: 'BLOCKED',
    established: 'opens, then fails',
    heading: 'BLOCKED: required traffic that does not get through',
    verdict: (proven, likely) => {
      if (proven === 0)
        return counted(likely, 'required connection is probably blocked', 'required connections are probably blocked');
      const more = likely === 0 ? '' : `, ${count(likely)} more probably`;
      return counted(proven, 'required connection is BLOCKED', 'required connections are BLOCKED') + more;
    },
  },
  forbidden: {
    word: 'FORBIDDEN',
    heading: 'FORBIDDEN: traffic that the topology forbids',
    verdict: all('FORBIDDEN connection was seen', 'FORBIDDEN connections were seen'),
  },
  'wsus-port-pair': {
    word: 'WSUS ports',
    heading: 'WSUS: HTTP and HTTPS ports that do not belong together',
    verdict: all('WSUS port pair is wrong', 'WSUS port pairs are wrong'),
  },
  'unexpected-port': {
    word: 'unexpected',
    heading: 'UNEXPECTED: ports that no rule asks for',
    verdict: all('port nobody expected', 'ports nobody expected'),
  },
  'unknown-endpoint': {
    word: 'unknown',
    heading: 'UNKNOWN: addresses that the topology does not name',
    verdict: all('unknown address', 'unknown addresses'),
  },
  'required-not-seen': {
    word: 'not seen',
    heading: 'NOT SEEN: required, but nobody tried it in this capture',
    verdict: all('required connection was not seen', 'required connections were not seen'),
  },
};

export function kindLabel(kind: string): KindLabel {
  const known = Object.hasOwn(KIND_LABELS, kind) ? KIND_LABELS[kind] : undefined;
  const words = kind.replaceAll('-', ' ');
  return (
    known ?? {
      word: words,
      heading: words.toUpperCase(),
      verdict: all(`finding of kind ${kind}`, `findings of kind ${kind}`),
    }
  );
}

/** The outcome in the words of the finding's kind. */
export function outcomeLabel(kind: string, outcome: Outcome): string {
  const established = outcome === 'established' ? kindLabel(kind).established : undefined;
  return established ?? OUTCOME_LABELS[outcome].label;
}

/** Why frames were not judged, by reason id; an id that is not here is shown with blanks for its hyphens. */
export const NOT_JUDGED_LABELS: Readonly<Record<string, string>> = {
  'icmp-error': 'ICMP errors about connections that the capture does not show',
  fragment: 'fragments without their first part',
  icmp: 'ICMP',
  icmpv6: 'ICMPv6',
  arp: 'ARP',
  igmp: 'IGMP',
  'other-ip-protocol': 'other IP protocols',
  'other-ethertype': 'other Ethernet protocols',
  llc: 'LLC (spanning tree and the like)',
  'not-ip': 'not IP',
  'unsupported-link-type': 'link type not supported',
  truncated: 'cut short by the snap length',
  malformed: 'malformed',
  'too-many-headers': 'too many headers',
  encrypted: 'encrypted (IPsec ESP, protected Wi-Fi, MACsec)',
};

export const notJudgedLabel = (reason: string): string =>
  (Object.hasOwn(NOT_JUDGED_LABELS, reason) ? NOT_JUDGED_LABELS[reason] : undefined) ?? reason.replaceAll('-', ' ');
