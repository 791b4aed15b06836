/** The result of an analysis as every report sees it. Field names are those of the published JSON. */

export const SEVERITIES = ['high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** proven: the capture shows it. likely: the capture shows the symptom, another cause is possible and named. */
export type Certainty = 'proven' | 'likely';

export const OUTCOME_NAMES = [
  'established',
  'refused',
  'no-answer',
  'prohibited',
  'unreachable',
  'half-open',
  'midstream',
  'one-sided',
  'undecided',
  'answered',
  'one-way',
  'dropped',
] as const;
export type Outcome = (typeof OUTCOME_NAMES)[number];

export type Ended = 'fin' | 'reset-by-client' | 'reset-by-server' | 'stalled' | 'open';

/** Where a rule or expectation comes from. */
export interface Source {
  /** Title of the document, or "site.yaml" for one's own expectations. */
  document: string;
  /** Date of that document (ISO 8601), or null. */
  date: string | null;
  /** Heading or table within it. */
  section: string;
}

/** An ICMP error that decided what became of a connection. */
export interface IcmpReport {
  version: 4 | 6;
  type: number;
  code: number;
  /** Address of the router, firewall or host that sent it. */
  sender: string;
  /** It is about packets of the server, the answers. Left out where it is about those of the client. */
  packets_of?: 'server' | undefined;
}

/** What a host says of packets that it dropped itself: the capture's own drop events, or a log of the Windows firewall. */
export interface DropReport {
  by: 'capture' | 'firewall-log';
  /** filter: its firewall or a policy forbids it. no-listener: nothing listens. other: another reason. untold: none given. */
  cause: 'filter' | 'no-listener' | 'other' | 'untold' | 'ordinary';
  /** Number and name of PKTMON_DROP_REASON; null where none is told. */
  reason: number | null;
  name: string | null;
  /** In plain words, after "because". */
  because: string;
  /** Whose packets these were. */
  packets_of: 'client' | 'server';
  /** Seen from the host that dropped. */
  direction: 'in' | 'out' | null;
  /** Packets of this cause. */
  packets: number;
  /** Component of the network stack, and the place in its code; null where not told. */
  component: string | null;
  location: number | null;
  /** The first of these packets. */
  frame: number | null;
  capture: string | null;
  /** The line that says so, for a log. */
  log: string | null;
  line: number | null;
}

export interface Finding {
  /** Stable kind id, the name of a page in docs/findings. */
  kind: string;
  severity: Severity;
  certainty: Certainty;
  /** One or two plain sentences; names from captures are already bounded but not escaped for any output. */
  message: string;
  /** Rule ids concerned, the first is the one the message speaks of; empty where none. */
  rule: string[];
  /** Null where the finding is not about one pair of ends. */
  src_ip: string | null;
  src_name: string | null;
  src_roles: string[];
  dest_ip: string | null;
  dest_name: string | null;
  dest_roles: string[];
  proto: 'tcp' | 'udp' | 'icmp' | null;
  dest_port: number | null;
  /** `VLAN 20`: the network that it is about, where its ends are judged apart in several. Left out elsewhere. */
  network?: string | undefined;
  outcome: Outcome | null;
  /** The ICMP error that decided it. Left out where none did. */
  icmp?: IcmpReport | undefined;
  /** Connections behind the finding. */
  count: number;
  /** Attempts seen within them (SYNs or requests, duplicates of a mirror not counted). */
  attempts: number;
  /** The first few frame numbers, as Wireshark numbers them in the capture of `capture`. */
  frames: number[];
  /** Path of the capture that `frames` number, or null. */
  capture: string | null;
  /** ISO 8601 UTC, nanoseconds where the capture has them; null where nothing was seen. */
  first_ts: string | null;
  last_ts: string | null;
  /** Works in Wireshark; null where there is no traffic to show. */
  display_filter: string | null;
  remedy: string;
  source: Source | null;
  /** What a host says of packets that it dropped itself; null where none says anything. */
  drop: DropReport | null;
  /**
   * What the finding is about where rule, ends and port do not say it or may change: a machine that boots, a group of servers, an
   * address that nobody listed. With the kind it is the identity of the finding.
   */
  subject?: string | null;
  /** What the first bytes on the port show (SERVICES of first-bytes.ts), where a kind says more than `reported` finds out. */
  service?: string | null;
}

/** A finding as reports hold it. */
export interface ReportedFinding extends Finding {
  subject: string | null;
  /** What the first bytes on the port of the server show: tls, http, …; null where they tell nothing. */
  service: string | null;
  /** Names for which the client talked to this address on the internet, or asked it as a proxy; at most 8. */
  names: string[];
  /** 16 hexadecimal digits of its identity: kind, rule, ends and port, or its subject; the same in every capture. */
  fingerprint: string;
  /** Line of the topology that states what is expected here: a rule of its own, or the host that has the role; null where none does. */
  topology_line: number | null;
}

/** A finding that an exception of the topology covers: told apart, and not counted. */
export interface ExceptedFinding extends ReportedFinding {
  /** Id of the exception. */
  exception: string;
}

export type ExceptionState = 'used' | 'unused' | 'expired';

/** An exception of the topology, and what became of it. */
export interface ExceptionReport {
  id: string;
  state: ExceptionState;
  kind: string[];
  rule: string[];
  /** The ends as the topology writes them; null for any. */
  from: string | null;
  to: string | null;
  proto: string | null;
  ports: string[];
  fingerprint: string[];
  reason: string;
  owner: string;
  ticket: string | null;
  /** The last day on which it holds, or null. */
  expires: string | null;
  /** Findings that it covers; of an expired one, those that are told again. */
  findings: number;
  topology_line: number | null;
}

export type RuleState = 'works' | 'blocked' | 'partly-blocked' | 'undecided' | 'not-seen' | 'not-applicable';

export interface RuleReport {
  id: string;
  state: RuleState;
  /** Why, in a few words, where the state alone does not say (not-applicable, undecided). */
  reason: string | null;
  need: string;
  from: string;
  to: string;
  proto: string;
  /** Ports as resolved with the settings, e.g. ["80", "8530"] or ["49152-65535"]. */
  ports: string[];
  /** Connections under this rule by what became of them. */
  works: number;
  blocked: number;
  /** Of those that are blocked, the ones of which the capture shows the symptom and another cause is possible. */
  blocked_likely: number;
  undecided: number;
  source: Source;
}

export interface EndpointReport {
  ip: string;
  name: string | null;
  roles: string[];
  /** 'host' | 'network' of the topology, 'internet', 'unknown', 'multicast', 'broadcast', 'link-local' */
  known_by: string;
  connections_as_client: number;
  connections_as_server: number;
}

/** One line of the role matrix. */
export interface MatrixRow {
  src_role: string;
  dest_role: string;
  proto: string;
  dest_port: number;
  verdict: 'expected' | 'unexpected' | 'forbidden' | 'not-judged';
  /** Rule ids that expect it. */
  rules: string[];
  source: Source | null;
  /** Connections by outcome; only outcomes that occurred. */
  outcomes: Partial<Record<Outcome, number>>;
  /** Connections that opened and then stalled, or were reset by the server after the first request, before any answer. */
  symptoms: number;
  connections: number;
  /** Connections of expected conversations that are blocked, and of those that nobody can decide. */
  blocked: number;
  /** Of those that are blocked, the ones that are likely and not proven. */
  blocked_likely: number;
  undecided: number;
  bytes: number;
  first_ts: string;
  last_ts: string;
  /** Conversations behind the row, and the first few of them: what is blocked first, what simply works last. */
  conversation_count: number;
  conversations: MatrixConversation[];
}

/** All connections of one client to one port of one server, or of a network where all of its members simply work. */
export interface MatrixConversation {
  /** Null where the end stands for all addresses of a network. */
  src_ip: string | null;
  src_name: string | null;
  dest_ip: string | null;
  dest_name: string | null;
  /** As in a finding. */
  network?: string | undefined;
  state: 'works' | 'mixed' | 'blocked' | 'undecided';
  /** Of a blocked one. Left out elsewhere. */
  certainty?: Certainty | undefined;
  /** Why nothing can be said, where the state is undecided or mixed. */
  reason: string | null;
  connections: number;
  outcomes: Partial<Record<Outcome, number>>;
  /** The first few frame numbers, as Wireshark numbers them in the capture of `capture`. */
  frames: number[];
  capture: string | null;
  first_ts: string;
  last_ts: string;
  display_filter: string | null;
}

/** When connections began, and what became of them: equal spans of time, those without connections left out. */
export interface Timeline {
  /** Begin of the first span. */
  first_ts: string;
  bucket_seconds: number;
  /** Spans from the first frame to the end of the capture. */
  bucket_count: number;
  buckets: TimelineBucket[];
}

export interface TimelineBucket {
  /** From 0: it begins `index * bucket_seconds` after `first_ts`. */
  index: number;
  /** Connections that began in it, by what became of them in the end; only outcomes that occurred. */
  outcomes: Partial<Record<Outcome, number>>;
  /** Of `outcomes`, those that failed all the same: opened and then stalled or reset, answered and never acknowledged (TFTP). Left out where none did. */
  failed_later?: Partial<Record<Outcome, number>> | undefined;
  /** SYNs and requests of these connections. */
  attempts: number;
}

export interface CaptureReport {
  path: string;
  format: string;
  /** Size of the file in bytes as stored; null for a pipe. */
  bytes: number | null;
  frames: number;
  first: string | null;
  last: string | null;
  /** Hex; null where no report asked for it. */
  sha256: string | null;
  /** Sentences about what was broken, cut short or lost. */
  problems: string[];
  /** Of a live capture: when packets were lost, and by whom. Left out for files, which do not say when. */
  losses?: LossReport[] | undefined;
}

/** Some seconds in which a live capture lost packets, or saw none. */
export interface LossReport {
  /** The first and the last second, ISO 8601 UTC. */
  from: string;
  to: string;
  /** Packets lost by the kernel, whose buffer was full; by the interface or its driver; by the analysis, which was behind. */
  kernel: number;
  interface: number;
  analysis: number;
  /** Why nothing at all could be seen; null where packets were lost. */
  blind: 'down' | 'gone' | 'overwritten' | null;
}

export interface Coverage {
  frames: number;
  judged: number;
  /** Frames by reason id (arp, ipv6-neighbor-discovery, truncated, …); the sum with `judged` is `frames`. */
  not_judged: Record<string, number>;
  /** IP fragments that overlap others of their datagram: which bytes the receiver took, nobody can tell. */
  overlapping_fragments: number;
  /** Messages of DHCP, TFTP and RPC (tcp/135) that broke their own rules (an option beyond the end, no end mark); what was whole in them was read. */
  malformed_messages: number;
  /** Messages and TFTP packets beyond what is kept of a capture: boots, transfers and RPC ports may lack parts. */
  messages_not_kept: number;
  names: NameCoverage;
}

/** What was read of names, and what was lost of them. */
export interface NameCoverage {
  /** Messages of DNS, LLMNR, mDNS and NetBIOS names, and those of them that break their rules or are cut. */
  dns_messages: number;
  malformed_dns: number;
  /** TLS hellos and HTTP requests that break their rules, and those of which the capture holds only the beginning. */
  malformed_openings: number;
  unfinished_openings: number;
  /** Connections in QUIC, whose server names are not read. */
  quic_connections: number;
  /** Names, lookups, answers and uses of names beyond what is kept of a capture. */
  not_kept: number;
  /** Uses of names by connections that --max-memory set aside: these are judged by address alone. */
  set_aside: number;
}

/** Something the capture could not show, told instead of guessed. */
export interface Undecided {
  reason: string;
  count: number;
  examples: string[];
}

/** What became of all that one end asked of another on one port. */
export interface PairReport {
  /** Name of a host of the topology in lower case, else the address. */
  src: string;
  dest: string;
  proto: 'tcp' | 'udp';
  dest_port: number;
  /** As in a finding: there is a row for each network then. */
  network?: string | undefined;
  state: 'works' | 'mixed' | 'blocked' | 'undecided';
}

/** One message of a network boot, or one transfer in it. */
export interface PxeStepReport {
  ts: string;
  /** Seconds since the boot's first message. */
  since: number;
  /** Frame number in the capture that holds it. */
  frame: number;
  capture: string;
  src_ip: string;
  src_port: number;
  dest_ip: string;
  dest_port: number;
  /** DISCOVER, OFFER, proxy OFFER, REQUEST, ACK, …, TFTP read; with `relayed` where a relay passed it on. */
  message: string;
  /** What it said, or what became of it: an address, a boot file, `complete`. */
  result: string;
}

/** A machine that boots from the network. */
export interface PxeClientReport {
  /** Null where only a DUID is known. */
  hardware_address: string | null;
  uuid: string | null;
  /** Option 93, and what it stands for. */
  architecture: number | null;
  architecture_name: string | null;
  /** All addresses that it had, the latest last. */
  addresses: string[];
  /** Boots in the capture; the fields below are those of the last one. */
  boots: number;
  way: 'pxe' | 'http';
  /** The farthest step: discover, offer, request, address, boot-server-request, boot-file, tftp-request, tftp-data, loaded, windows-pe. */
  reached: string;
  /** Seconds from the boot's first message to each step reached. */
  times: Record<string, number>;
  boot_files: string[];
  first_ts: string;
  last_ts: string;
  /** All boots, message by message, the first PXE_STEPS of them. */
  steps: PxeStepReport[];
}

/** A file asked for over TFTP, with all repeats of the request and all answers. */
export interface TftpTransferReport {
  client_ip: string;
  client_port: number;
  server_ip: string;
  /** The port that the server answered from; null where none was seen. */
  server_port: number | null;
  /** Frame numbers in `capture`. */
  request_frames: number[];
  capture: string;
  write: boolean;
  file: string;
  mode: string;
  options: Record<string, string>;
  /** Options of the server's OACK; null where it sent none. */
  accepted_options: Record<string, string> | null;
  bytes: number;
  blocks: number;
  retransmissions: number;
  outcome: 'complete' | 'refused' | 'no-answer' | 'not-acknowledged' | 'stalled' | 'aborted' | 'undecided';
  error: { code: number; text: string; by: 'server' | 'client' } | null;
  first_ts: string;
  last_ts: string;
}

/** What a server told of one of its RPC ports. */
export interface RpcInterfaceReport {
  /** Null where DCOM handed out the port of a program, whatever interfaces it has. */
  uuid: string | null;
  /** As its document spells it, such as drsuapi; null where nobody knows it. */
  name: string | null;
  /** In the words of an administrator. */
  text: string;
  told_by: 'endpoint-mapper' | 'dcom';
  /** False where the capture shows the answer to another client only. */
  told_to_client: boolean;
  /** The frame with the answer: its number in `capture`. */
  frame: number;
  capture: string;
  ts: string;
}

/** Connections of one client to a port that RPC handed out: why that port. */
export interface RpcConnectionReport {
  src_ip: string;
  src_name: string | null;
  dest_ip: string;
  dest_name: string | null;
  dest_port: number;
  /** What the client was told of the port, or others were; at least one. */
  interfaces: RpcInterfaceReport[];
  /** Rules that let the two ends use RPC; those that speak of this interface first. */
  rules: string[];
  connections: number;
  outcomes: Partial<Record<Outcome, number>>;
  /** Of the first connection: its number in `capture`. */
  first_frame: number;
  capture: string;
  first_ts: string;
  last_ts: string;
}

/** Packets that a log of the Windows firewall says were dropped, between hosts with roles, and that the capture does not hold. */
export interface UnmatchedDrop {
  src_ip: string;
  src_name: string | null;
  src_roles: string[];
  dest_ip: string;
  dest_name: string | null;
  dest_roles: string[];
  proto: 'tcp' | 'udp';
  dest_port: number;
  rows: number;
  /** The first line that says so. */
  line: number;
  first_ts: string;
  last_ts: string;
}

/** A log of the Windows firewall that was read beside the captures. */
export interface FirewallLogReport {
  path: string;
  /** How its local times were read. */
  time_zone: string;
  /** Times of the first and the last row; null where there is none. */
  first: string | null;
  last: string | null;
  rows: number;
  /** Rows that say that a TCP or UDP packet was dropped. Of these: */
  drops: number;
  /** tell of packets of connections in the captures, and of how many; */
  joined: number;
  connections: number;
  /** lie before or after the captures; */
  outside: number;
  /** tell of packets that the captures do not hold, and of these between hosts with roles. */
  unmatched: number;
  unmatched_known: UnmatchedDrop[];
  unmatched_known_more: number;
  problems: string[];
}

export interface Report {
  schema: 'pcapcheck-report/1';
  tool: { name: 'pcapcheck'; version: string };
  /** sha256: hex; null where no report asked for it. */
  topology: { path: string; name: string | null; sha256: string | null } | null;
  captures: CaptureReport[];
  /** Logs of the Windows firewall (--firewall-log). */
  firewall_logs: FirewallLogReport[];
  coverage: Coverage;
  connections: {
    total: number;
    expected: number;
    blocked: number;
    /** Of those that are blocked, the ones that are likely and not proven. */
    blocked_likely: number;
    unexpected: number;
    /** Of those that are unexpected, the ones that the topology forbids. */
    forbidden: number;
    /** Of those that are unexpected, the ones with an end that the topology does not list. */
    unknown_endpoint: number;
    undecided: number;
    not_judged: number;
    /** Of conversations for which there was no memory: counted, and nothing is said of them. */
    not_kept: number;
    /** Connections that were no longer followed before they ended, for want of memory; what they did later counts as another one. */
    cut_short: number;
  };
  findings: ReportedFinding[];
  /** Findings that an exception covers. */
  excepted: ExceptedFinding[];
  exceptions: ExceptionReport[];
  /** The day by which exceptions were judged; null where none of them has an expiry date. */
  exceptions_date: string | null;
  rules: RuleReport[];
  endpoints: EndpointReport[];
  matrix: MatrixRow[];
  /** Null where there is no connection. */
  timeline: Timeline | null;
  undecided: Undecided[];
  /** Who asked whom, for comparisons; bounded, the rest is counted. */
  pairs: PairReport[];
  pairs_left_out: number;
  pxe_clients: PxeClientReport[];
  tftp_transfers: TftpTransferReport[];
  rpc_connections: RpcConnectionReport[];
}

/** One connection as `pcapcheck flows` prints it. `src` is the client. */
export interface FlowRow {
  proto: 'tcp' | 'udp';
  src_ip: string;
  src_port: number;
  dest_ip: string;
  dest_port: number;
  client_inferred: boolean;
  outcome: Outcome;
  /** TCP only. */
  ended: Ended | null;
  pkts_toserver: number;
  pkts_toclient: number;
  /** Whole frames as on the wire. */
  bytes_toserver: number;
  bytes_toclient: number;
  /** SYNs of the client, a mirror's duplicates not counted; 0 for UDP. */
  syns: number;
  first_frame: number;
  first_ts: string;
  last_ts: string;
  /** Type and code of the ICMP error that decided the outcome. */
  icmp: { version: 4 | 6; type: number; code: number } | null;
  /** Outermost VLAN of the first frame. */
  vlan: number | null;
  /** Path of the capture, as given. */
  capture: string;
  /** What a host says of packets of this connection that it dropped itself. */
  drop: DropReport | null;
  /** The RPC interface whose port this is, as its document spells it, `DCOM` or a UUID; null where nobody was told the port. */
  rpc_interface: string | null;
  /** The frame on tcp/135 that told it, in the capture that holds it. */
  rpc_frame: number | null;
  /** What the first bytes show: tls, http, smb, ldap, kerberos, tds, rpc, rdp, dns, ssh, quic, winrm, net-tcp; null where they tell nothing. */
  service: string | null;
  /** Names the connection was made for, as sent, in lower case; at most 8. */
  names: string[];
  /** Who says so: the server name of TLS, the Host of HTTP, the request to a proxy, or an answer that the client got from DNS before. */
  named_by: 'tls' | 'http' | 'proxied' | 'connect' | 'dns' | null;
  /** Outermost tunnel of the first frame, with its number where both directions share one: `vxlan 5001`, `gre`, `mpls`. */
  tunnel: string | null;
}
