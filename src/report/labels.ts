/** The words of the reports, as tables: what a severity, an outcome, a kind or a state is called, and how it looks. */
import type { Ended, Finding, Outcome, RuleReport, RuleState, Severity } from '../assess/types.ts';
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
  dropped: { label: 'dropped by host', tone: 'bad' },
  'no-answer': { label: 'no answer', tone: 'bad' },
  refused: { label: 'refused', tone: 'bad' },
  prohibited: { label: 'prohibited', tone: 'bad' },
  unreachable: { label: 'unreachable', tone: 'bad' },
  'half-open': { label: 'half-open', tone: 'warn' },
  established: { label: 'established', tone: null },
  answered: { label: 'answered', tone: null },
  midstream: { label: 'beginning not captured', tone: null },
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

/** As reports group rules: what findings call likely is called probable here, too. */
export type ShownRuleState = RuleState | 'probably-blocked';

/** In the order in which reports name them: what needs the reader first. */
export const RULE_STATE_LABELS: Record<ShownRuleState, Label> = {
  blocked: { label: 'blocked', tone: 'bad' },
  'partly-blocked': { label: 'partly blocked', tone: 'bad' },
  'probably-blocked': { label: 'probably blocked', tone: 'warn' },
  undecided: { label: 'undecided', tone: 'warn' },
  works: { label: 'working', tone: 'good' },
  'not-seen': { label: 'not seen', tone: null },
  'not-applicable': { label: 'not applicable', tone: 'dim' },
};

export const SHOWN_RULE_STATES = Object.keys(RULE_STATE_LABELS) as ShownRuleState[];
/** As they are published. */
export const RULE_STATES = SHOWN_RULE_STATES.filter((state): state is RuleState => state !== 'probably-blocked');

/** Blocked, wholly or in part, where nothing of it is proven, is probably blocked. */
export function shownState({ state, blocked, blocked_likely: likely }: RuleReport): ShownRuleState {
  const isBlocked = state === 'blocked' || state === 'partly-blocked';
  return isBlocked && likely > 0 && likely === blocked ? 'probably-blocked' : state;
}

/** `3 blocked`, `1 probably blocked`: connections as sure as the findings about them. */
export function blockedTexts({
  blocked,
  blocked_likely: likely,
}: Pick<RuleReport, 'blocked' | 'blocked_likely'>): string[] {
  return [
    ...(blocked === likely ? [] : [`${count(blocked - likely)} blocked`]),
    ...(likely === 0 ? [] : [`${count(likely)} probably blocked`]),
  ];
}

/** What a group of findings says in the verdict and above its list. */
export interface KindLabel {
  /** For a column of a table. */
  word: string;
  heading: string;
  /** What an established connection of this kind is called where that alone would read as "fine". */
  established?: string;
  /** What no answer is called where one may be in the capture, and does not get to the client. */
  'no-answer'?: string;
  /** What an informational finding shows in its one line: its ends, unless told. */
  brief?: 'message';
  /** The clause of the verdict for `proven` and `likely` findings of the kind, at least one of them. */
  verdict(proven: number, likely: number, findings: readonly Finding[]): string;
}

const all =
  (one: string, many: string) =>
  (proven: number, likely: number): string =>
    counted(proven + likely, one, many);

/** Connections behind findings, which the coverage counts too: a finding is about all those of one pair of hosts to one port. */
const connections = (findings: readonly Finding[]): number => findings.reduce((sum, each) => sum + each.count, 0);

const pairsOf = (findings: readonly Finding[]): number =>
  new Set(findings.map(({ src_ip, dest_ip }) => `${src_ip} ${dest_ip}`)).size;

/** In the order of the report. A kind that is not here is shown under its own id. */
export const KIND_LABELS: Readonly<Record<string, KindLabel>> = {
  'blocked-required': {
    word: 'BLOCKED',
    established: 'opens, then fails',
    heading: 'BLOCKED: required traffic that does not get through',
    verdict: (_proven, _likely, findings) => {
      const sure = findings.filter(({ certainty }) => certainty === 'proven');
      const proven = connections(sure);
      const likely = connections(findings) - proven;
      const told = proven === 0 ? likely : proven;
      const pairs = pairsOf(proven === 0 ? findings : sure);
      const between = pairs > 1 && pairs < told ? ` between ${count(pairs)} pairs of hosts` : '';
      const what = `${counted(told, 'required connection')}${between} ${told === 1 ? 'is' : 'are'}`;
      if (proven === 0) return `${what} probably blocked`;
      return `${what} BLOCKED${likely === 0 ? '' : `, ${count(likely)} more probably`}`;
    },
  },
  'rpc-dynamic-blocked': {
    word: 'RPC BLOCKED',
    established: 'opens, then fails',
    heading: 'RPC: ports that the endpoint mapper handed out, and that do not get through',
    verdict: (proven, likely) => {
      if (proven === 0) return counted(likely, 'RPC port is probably blocked', 'RPC ports are probably blocked');
      const more = likely === 0 ? '' : `, ${count(likely)} more probably`;
      return counted(proven, 'RPC port is BLOCKED', 'RPC ports are BLOCKED') + more;
    },
  },
  'rpc-mapper-refused': {
    word: 'no RPC port',
    established: 'no port known',
    heading: 'RPC: services that the endpoint mapper does not know',
    verdict: all('RPC service is not registered', 'RPC services are not registered'),
  },
  'pxe-no-offer': {
    word: 'no address',
    heading: 'PXE: machines that get no address to boot with',
    verdict: all('machine gets no address to boot with', 'machines get no address to boot with'),
  },
  'pxe-no-boot-server': {
    word: 'no PXE',
    heading: 'PXE: no boot server answers',
    verdict: all('machine finds no boot server', 'machines find no boot server'),
  },
  'pxe-4011-unanswered': {
    word: 'no 4011',
    heading: 'PXE: boot server requests (udp 4011) without an answer',
    verdict: all('machine gets no answer on udp 4011', 'machines get no answer on udp 4011'),
  },
  'pxe-no-boot-file': {
    word: 'no file',
    heading: 'PXE: boot servers that name no file',
    verdict: all('machine is given no boot file', 'machines are given no boot file'),
  },
  'tftp-reply-blocked': {
    word: 'TFTP lost',
    'no-answer': 'does not arrive',
    heading: 'TFTP: answers that do not arrive',
    verdict: (proven, likely) =>
      counted(proven + likely, 'TFTP client never gets its answer', 'TFTP clients never get their answers'),
  },
  'tftp-request-unanswered': {
    word: 'no TFTP',
    heading: 'TFTP: requests without an answer',
    verdict: all('TFTP client gets no answer', 'TFTP clients get no answer'),
  },
  'tftp-refused': {
    word: 'refused',
    heading: 'TFTP: files that the server refuses',
    verdict: all('file is refused over TFTP', 'files are refused over TFTP'),
  },
  'tftp-stalled': {
    word: 'stalled',
    heading: 'TFTP: transfers that stop part-way',
    verdict: all('TFTP transfer stops part-way', 'TFTP transfers stop part-way'),
  },
  'tftp-fragments-lost': {
    word: 'fragments',
    heading: 'TFTP: blocks that are lost as IP fragments',
    verdict: all('TFTP transfer loses its fragments', 'TFTP transfers lose their fragments'),
  },
  'pxe-wrong-boot-file': {
    word: 'wrong file',
    heading: 'PXE: boot files for another kind of firmware',
    verdict: all('machine is given the wrong boot file', 'machines are given the wrong boot file'),
  },
  'pxe-stalled': {
    word: 'stalled',
    heading: 'PXE: boots that stop between two steps',
    verdict: all('network boot stops on the way', 'network boots stop on the way'),
  },
  'pxe-competing-servers': {
    word: 'race',
    heading: 'PXE: several servers answer the same boot',
    verdict: all('group of servers competes for boots', 'groups of servers compete for boots'),
  },
  'tftp-port-out-of-range': {
    word: 'TFTP port',
    heading: 'TFTP: answers from ports outside the documented range',
    verdict: all(
      'TFTP server answers from ports outside its range',
      'TFTP servers answer from ports outside their range',
    ),
  },
  'pxe-options-override': {
    word: 'options',
    heading: 'PXE: DHCP options 66 and 67 beside a PXE server',
    verdict: all(
      'DHCP server names a boot file beside a PXE server',
      'DHCP servers name boot files beside a PXE server',
    ),
  },
  'tftp-slow': {
    word: 'slow',
    heading: 'TFTP: slow transfers',
    verdict: all('TFTP transfer is slow', 'TFTP transfers are slow'),
  },
  'pxe-aborted': {
    word: 'aborted',
    heading: 'PXE: boots that the server ended, nothing is deployed',
    verdict: all('boot was ended by the server', 'boots were ended by the server'),
  },
  'rpc-port-out-of-range': {
    word: 'RPC port',
    heading: 'RPC: ports outside the dynamic range',
    verdict: all('RPC port lies outside the range', 'RPC ports lie outside the range'),
  },
  forbidden: {
    word: 'FORBIDDEN',
    heading: 'FORBIDDEN: traffic that the topology forbids',
    verdict: (_proven, _likely, findings) => {
      const seen = connections(findings.filter(({ severity }) => severity === 'high'));
      const tried = connections(findings) - seen;
      const stopped = findings.every(({ severity }) => severity === 'high' || severity === 'low');
      const end = stopped ? ' and stopped' : '';
      if (seen === 0)
        return counted(tried, `FORBIDDEN connection was tried${end}`, `FORBIDDEN connections were tried${end}`);
      const more = tried === 0 ? '' : `, ${count(tried)} more tried${end}`;
      return counted(seen, 'FORBIDDEN connection was seen', 'FORBIDDEN connections were seen') + more;
    },
  },
  'wsus-port-pair': {
    word: 'half BLOCKED',
    established: 'opens, then fails',
    heading: 'WSUS: HTTPS works, and the HTTP port that it also needs is blocked',
    verdict: (proven, likely) => {
      if (proven === 0)
        return counted(likely, 'WSUS port pair is probably half blocked', 'WSUS port pairs are probably half blocked');
      const more = likely === 0 ? '' : `, ${count(likely)} more probably`;
      return counted(proven, 'WSUS port pair is half BLOCKED', 'WSUS port pairs are half BLOCKED') + more;
    },
  },
  'unexpected-port': {
    word: 'unexpected',
    heading: 'UNEXPECTED: ports that no rule asks for',
    verdict: (_proven, _likely, findings) => {
      const scans = findings.filter(({ dest_port }) => dest_port === null).length;
      const ports = findings.length - scans;
      return [
        ports === 0 ? '' : counted(ports, 'port nobody expected', 'ports nobody expected'),
        scans === 0 ? '' : counted(scans, 'port scan'),
      ]
        .filter(Boolean)
        .join(', ');
    },
  },
  'service-mismatch': {
    word: 'other protocol',
    heading: 'OTHER PROTOCOL: ports that carry something else than their rules say',
    verdict: all('port carries another protocol', 'ports carry another protocol'),
    brief: 'message',
  },
  'endpoint-blocked': {
    word: 'BLOCKED',
    established: 'opens, then fails',
    heading: 'INTERNET: endpoints that are needed and blocked',
    verdict: (proven, likely) => {
      if (proven === 0)
        return counted(likely, 'internet endpoint is probably blocked', 'internet endpoints are probably blocked');
      const more = likely === 0 ? '' : `, ${count(likely)} more probably`;
      return counted(proven, 'internet endpoint is BLOCKED', 'internet endpoints are BLOCKED') + more;
    },
    brief: 'message',
  },
  'endpoint-unresolved': {
    word: 'no address',
    heading: 'INTERNET: endpoints that DNS does not resolve',
    verdict: all('internet endpoint is not resolved', 'internet endpoints are not resolved'),
    brief: 'message',
  },
  'endpoint-unlisted': {
    word: 'unlisted',
    heading: 'INTERNET: names and addresses on no list',
    verdict: all('internet endpoint on no list', 'internet endpoints on no list'),
    brief: 'message',
  },
  'endpoint-not-seen': {
    word: 'not seen',
    heading: 'INTERNET: endpoints of features in use that were not seen',
    verdict: all('group of internet endpoints was not seen', 'groups of internet endpoints were not seen'),
    brief: 'message',
  },
  'unknown-endpoint': {
    word: 'unknown',
    heading: 'UNKNOWN: addresses that the topology does not name',
    verdict: all('unknown address', 'unknown addresses'),
  },
  'tftp-port-fixed': {
    word: 'TFTP port',
    heading: 'TFTP: servers that answer from port 69 itself',
    verdict: all('TFTP server answers from port 69', 'TFTP servers answer from port 69'),
  },
  'slow-connect': {
    word: 'slow',
    heading: 'SLOW TO OPEN: works, but only after repeated SYNs',
    verdict: (_proven, _likely, findings) =>
      counted(connections(findings), 'connection was slow to open', 'connections were slow to open'),
    brief: 'message',
  },
  'tls-handshake-failed': {
    word: 'TLS fails',
    heading: 'TLS: the port is open, and the handshake fails',
    verdict: (_proven, _likely, findings) =>
      counted(connections(findings), 'TLS handshake failed', 'TLS handshakes failed'),
    brief: 'message',
  },
  'rpc-port-unmapped': {
    word: 'RPC port',
    heading: 'RPC: dynamic ports that no endpoint mapper handed out',
    verdict: all('pair uses dynamic ports that nobody handed out', 'pairs use dynamic ports that nobody handed out'),
    brief: 'message',
  },
  'name-unresolved': {
    word: 'no address',
    heading: 'NAMES: hosts and domain controllers of the site that DNS does not resolve',
    verdict: all('name of the site is not resolved', 'names of the site are not resolved'),
    brief: 'message',
  },
  'required-not-seen': {
    word: 'not seen',
    heading: 'NOT SEEN: required, but nobody tried it in this capture',
    verdict: all('required rule was not seen at work', 'required rules were not seen at work'),
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

/** `1 connection, 4 attempts`; of TFTP, which takes connections of its own for each answer, `1 transfer, 4 requests`. */
export function amountTexts(kind: string, count: number, attempts: number): string[] {
  const [one, tries] = kind.startsWith('tftp-') ? ['transfer', 'request'] : ['connection', 'attempt'];
  return [...(count === 0 ? [] : [counted(count, one)]), ...(attempts <= count ? [] : [counted(attempts, tries)])];
}

/** The outcome in the words of the finding's kind. */
export function outcomeLabel(kind: string, outcome: Outcome): string {
  const own = outcome === 'established' || outcome === 'no-answer' ? kindLabel(kind)[outcome] : undefined;
  return own ?? OUTCOME_LABELS[outcome].label;
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
  'table-full': 'of connections beyond those that --max-memory allows',
  'same-packet': 'the same packets at another interface or component',
  'link-local':
    'of link-local addresses (fe80::/10, 169.254.0.0/16), which no rule speaks of: listed with their host in the topology, they are judged as the host',
  encrypted: 'encrypted (IPsec ESP, protected Wi-Fi, MACsec)',
  'not-a-packet': 'notes of the capturing program, no packets',
};

export const notJudgedLabel = (reason: string): string =>
  (Object.hasOwn(NOT_JUDGED_LABELS, reason) ? NOT_JUDGED_LABELS[reason] : undefined) ?? reason.replaceAll('-', ' ');
