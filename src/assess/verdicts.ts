import type { RuleIndex, RuleMatch } from '../catalog/index.ts';
import type { Rule } from '../catalog/types.ts';
import { accuses, type Conversation, type Fate, isBlocked, works } from './conversations.ts';
import { heardWhile, isSilent } from './heard.ts';
import { isListed, type Peer } from './peers.ts';
import { rpcRules } from './rpc-connections.ts';
import type { RpcView } from './rpc-view.ts';
import type { Outcome } from './types.ts';

/** A conversation held against the rules. */
export type Verdict =
  | { kind: 'expected'; matches: readonly RuleMatch[] }
  | { kind: 'forbidden'; rule: Rule }
  | { kind: 'unexpected' }
  | { kind: 'unknown-endpoint'; stranger: Peer; listed: Peer }
  /** A site system uses names on the internet that no list has, in so many of the connections; the rest are for names that are allowed. */
  | { kind: 'unlisted'; connections: number }
  | { kind: 'not-judged'; reason: NotJudgedReason };

export const NOT_JUDGED_REASONS = {
  'outside-the-topology': 'neither end is in the topology',
  'multicast-or-broadcast': 'sent to a group, and no rule speaks of it',
  'link-local': 'an address of one link only (fe80::/10, 169.254.0.0/16), loopback or none at all',
  'name-unknown': 'the rules for it go by host name, and the name of the address is not known',
  'internet-of-others': 'traffic with the internet of hosts that are no site systems: the lists do not speak of it',
  'windows-itself': 'names on the internet that Windows itself asks for: the lists do not speak of them',
  quic: 'QUIC (udp/443) to an address that DNS told for a name that may be used: the lists speak of TCP, to which programs fall back',
  'answers-only': 'answers of a server whose questions went to a group, or are not in the capture',
  'no-roles': 'both ends are in the topology without a role',
} as const;
export type NotJudgedReason = keyof typeof NOT_JUDGED_REASONS;

const TFTP_PORT = 69;

/** Rules that expect traffic, but for those that name a host: without a name nobody knows whether they speak of this one. */
export function matchesOf(
  index: RuleIndex,
  client: Peer,
  server: Peer,
  proto: 'tcp' | 'udp',
  port: number,
): RuleMatch[] {
  return index.match(client.endpoint, server.endpoint, proto, port).filter(({ name }) => name !== 'unknown');
}

/**
 * Holds one conversation against prohibitions first, then expectations; what neither names is unexpected, where both ends are known.
 * @param byName the verdict by the names of the internet that its connections were made for, where they settle it
 */
export function judge(
  conversation: Conversation,
  index: RuleIndex,
  rpc: RpcView,
  byName: Verdict | null = null,
): Verdict {
  const { client, server, proto } = conversation;
  const port = conversation.isTransfer ? TFTP_PORT : conversation.port;
  const rule = index.forbidden(client.endpoint, server.endpoint, proto, port);
  if (rule !== null) return { kind: 'forbidden', rule };
  const found = index.match(client.endpoint, server.endpoint, proto, port);
  const matches = found.filter(({ name }) => name !== 'unknown');
  // The pages of ports mean the internet as a whole; where names are known, the lists of names say more.
  if (byName !== null && (matches.length === 0 || byName.kind === 'unlisted')) return byName;
  if (matches.length > 0) return { kind: 'expected', matches };
  if (proto === 'tcp' && rpc.isMapped(server.ip, port)) {
    // A port outside the range that an RPC server was given, by its own word: the rules mean whatever port the mapper tells.
    const mapped = rpcRules(index, client, server, null);
    if (mapped.length > 0) return { kind: 'expected', matches: mapped };
  }
  // Rules that name a host may speak of this address or not: its name is not known.
  if (found.length > 0) return { kind: 'not-judged', reason: 'name-unknown' };
  if (conversation.fates.every((fate) => fate.inferred === fate.count)) {
    // Nobody was seen to start: the other reading is as good, if a rule knows it.
    const turned = index.match(server.endpoint, client.endpoint, proto, conversation.clientPort);
    const known = turned.filter(({ name }) => name !== 'unknown');
    if (known.length > 0) return { kind: 'expected', matches: known };
    if (turned.length > 0) return { kind: 'not-judged', reason: 'name-unknown' };
  }
  return judgeUnmatched(conversation);
}

function judgeUnmatched(conversation: Conversation): Verdict {
  const { client, server, toGroup } = conversation;
  if (!isListed(client) && !isListed(server)) return { kind: 'not-judged', reason: 'outside-the-topology' };
  if (toGroup) return { kind: 'not-judged', reason: 'multicast-or-broadcast' };
  for (const peer of [client, server]) {
    const { kind } = peer.endpoint;
    if (kind === 'link-local' || kind === 'loopback' || kind === 'unspecified')
      return { kind: 'not-judged', reason: 'link-local' };
  }
  if (!isListed(client)) return { kind: 'unknown-endpoint', stranger: client, listed: server };
  if (!isListed(server)) return { kind: 'unknown-endpoint', stranger: server, listed: client };
  if (client.endpoint.roles.length === 0 && server.endpoint.roles.length === 0)
    return { kind: 'not-judged', reason: 'no-roles' };
  if (isAnswersOnly(conversation)) return { kind: 'not-judged', reason: 'answers-only' };
  return { kind: 'unexpected' };
}

/** What the capture shows of one conversation, and how sure that is. */
export type Reach =
  | {
      state: 'works' /** Why nobody can tell what became of some connections beside those that got through; left out: of none. */;
      beside?: UndecidedReason;
    }
  /** Some connections got through, others did not: no firewall rule does that. */
  | { state: 'mixed' }
  | { state: 'blocked'; certainty: 'proven' | 'likely' }
  | { state: 'undecided'; reason: UndecidedReason };

/** Blocked as far as the symptom goes; another cause is possible. */
export const isLikelyBlocked = (reach: Reach): boolean => reach.state === 'blocked' && reach.certainty === 'likely';

export const UNDECIDED_REASONS = {
  'ends-too-soon': 'the capture ends too soon after the last attempt',
  'only-reset':
    'of one side nothing but resets was captured, or headers that end before their TCP flags: what was tried, and what became of it, is not in the capture',
  'one-attempt': 'one attempt without an answer proves nothing',
  'capture-loss': 'the capture lost packets, and the answer may be among them',
  'no-times': 'frames of the capture have no time, so that nobody knows how long an answer was waited for',
  'one-direction': 'the capture shows one direction only: an answer may have taken a way past it',
  'one-way-protocol': 'no answer is sure to be seen: a broadcast, or a protocol that sends none',
  'smb-refused':
    'the server reset the connection right after the SMB negotiation: the two have no dialect in common, or a filter reads content',
  'stalled-later':
    'data of both sides passed, then what one side sent was repeated and never acknowledged: a firewall forgot the idle connection, an end went away, or large packets get lost on the way',
  'not-taken-up':
    'the server answered the SYN, and nothing of the client was captured after it: it went away, or the answer did not get to it',
  'old-connection':
    'the server answered the SYN with an ACK alone, as one does that still holds an older connection on the same ports',
  'reset-ignored':
    'all that came back are resets that do not acknowledge the SYN: a client ignores them, so they are no refusal of the server, and somebody on the way may send them',
  'answer-rejected':
    'each answer was rejected as "port unreachable", and not by the address of the client: by a filter on the way, or by a client behind a translation of addresses that had closed its socket',
  'proxy-silent': 'the proxy took the CONNECT, and had not answered when the connection or the capture ended',
  intermittent: 'some connections got through and others did not, so nothing blocks it for good',
} as const;
export type UndecidedReason = keyof typeof UNDECIDED_REASONS;

/** What the whole capture says about how far silence can be trusted. */
export interface Trust {
  /** Up to when the capture went on that shows something at that second, in that frame. */
  endAfter(seconds: number, frame?: number): { seconds: number; nanoseconds: number };
  /** Why the silence of fates that are `lossy` proves nothing. */
  lossReason: 'capture-loss' | 'no-times';
  /** Two-way connections by base endpoint (host or network of the topology). */
  twoWayByEndpoint: ReadonlyMap<number, number>;
}

/** Somebody says no, or says that it dropped the packets. */
const PROVING: ReadonlySet<Outcome> = new Set(['refused', 'prohibited', 'unreachable', 'dropped']);

/** Decides what became of a conversation; "blocked" only where the capture proves it, or shows a symptom that says so. */
export function reachOf(conversation: Conversation, trust: Trust): Reach {
  const { fates } = conversation;
  const blocked = fates.filter(isBlocked);
  const symptoms = fates.filter(accuses);
  const failed = blocked.length + symptoms.length > 0;
  // A probe that went no further than the SYN-ACK does not make up for connections that went wrong behind it.
  const wentWrong = failed || fates.some(({ symptom }) => symptom !== null);
  const worked = fates.some((fate) => works(fate) && !(wentWrong && fate.outcome === 'half-open'));
  if (worked) {
    if (failed) return { state: 'mixed' };
    const unclear = fates.filter(isUnclear);
    return unclear.length === 0
      ? { state: 'works' }
      : { state: 'works', beside: unclearReason(conversation, unclear, trust) };
  }
  if (isAnswersOnly(conversation)) return { state: 'works' };
  if (blocked.some(({ outcome, drop }) => PROVING.has(outcome) || drop?.cause === 'no-listener')) {
    return { state: 'blocked', certainty: 'proven' };
  }
  if (symptoms.length > 0 || blocked.some(({ outcome }) => outcome === 'half-open')) {
    return { state: 'blocked', certainty: 'likely' };
  }
  if (blocked.length > 0) return silenceOf(conversation, trust);
  return { state: 'undecided', reason: unclearReason(conversation, fates, trust) };
}

/** True where nobody can tell of connections whether they got through, and an answer was to be expected. */
export function isUnclear(fate: Fate): boolean {
  return !works(fate) && fate.outcome !== 'one-way';
}

/** Why nobody can tell of connections that neither got through nor failed. */
function unclearReason({ proto }: Conversation, fates: readonly Fate[], trust: Trust): UndecidedReason {
  // What was not seen may be among the packets that the capture lost.
  if (fates.some((fate) => fate.lossy)) return trust.lossReason;
  for (const symptom of [
    'smb-refused',
    'stalled-later',
    'old-connection',
    'not-taken-up',
    'answer-rejected',
    'reset-ignored',
  ] as const)
    if (fates.some((fate) => fate.symptom === symptom)) return symptom;
  if (fates.some(({ symptom }) => symptom === 'unheard')) return 'one-direction';
  if (fates.every(({ outcome }) => outcome === 'one-way')) return 'one-way-protocol';
  return isOnlyReset({ proto, fates }) ? 'only-reset' : 'ends-too-soon';
}

/** True where only what the server sent was captured: an answer to a group's question, or to one that the capture lacks. */
export function isAnswersOnly({ proto, packets, packetsToServer }: Conversation): boolean {
  return proto === 'udp' && packetsToServer === 0 && packets > 0;
}

/** True where of one side nothing but resets was captured, and no SYN: nobody was seen to open anything. */
export function isOnlyReset({ proto, fates }: { proto: Conversation['proto']; fates: readonly Fate[] }): boolean {
  return proto === 'tcp' && fates.every(({ outcome, attempts }) => outcome === 'undecided' && attempts === 0);
}

/** Whether something came through, for what is said of traffic that should not be. */
export type Passage = 'through' | 'stopped' | 'unknown';

/** As careful as `reachOf`: what the capture does not show is neither called use nor called stopped. */
export function passageOf({ fates }: Conversation, reach: Reach): Passage {
  const came = fates.some((fate) => works(fate) || fate.symptom !== null || fate.outcome === 'one-way');
  if (came) return 'through';
  return reach.state === 'blocked' ? 'stopped' : 'unknown';
}

/** A DNS server that asks others in turn answers late: SERVFAIL after 7.5 to 8 s was seen from Windows servers whose forwarders are silent. */
const RESOLVER_PATIENCE_SECONDS = 8.5;
const DNS_PORT = 53;

function isResolver({ port }: Conversation): boolean {
  return port === DNS_PORT;
}

/** Seconds from the first question to the end of the capture. */
function waited({ firstSeconds, firstNanoseconds }: Fate, end: ReturnType<Trust['endAfter']>): number {
  return end.seconds - firstSeconds + (end.nanoseconds - firstNanoseconds) / 1e9;
}

/** Silence proves something only where an answer would have been seen. */
function silenceOf(conversation: Conversation, trust: Trust): Reach {
  const { client, server, fates, network } = conversation;
  if (client.oneSided > 0 || server.oneSided > 0) return { state: 'undecided', reason: 'one-direction' };
  const seenBothWays =
    network === null
      ? client.twoWay > 0 || server.twoWay > 0 || (trust.twoWayByEndpoint.get(client.endpoint.base) ?? 0) > 0
      : network.client.twoWay > 0 || network.server.twoWay > 0;
  if (!seenBothWays) return { state: 'undecided', reason: 'one-direction' };
  const silent = fates.filter(isSilent);
  if (
    isResolver(conversation) &&
    silent.every((fate) => waited(fate, trust.endAfter(fate.firstSeconds, fate.frames[0])) < RESOLVER_PATIENCE_SECONDS)
  ) {
    return { state: 'undecided', reason: 'ends-too-soon' };
  }
  const attempts = silent.reduce((sum, fate) => sum + fate.attempts, 0);
  if (attempts < 2) return { state: 'undecided', reason: 'one-attempt' };
  return { state: 'blocked', certainty: isHeard(conversation, silent) ? 'proven' : 'likely' };
}

/**
 * A server that answers others at that time is alive; one that says no word may just be down. The answers of UDP may take a way of their own
 * (each datagram is routed alone, and a mirror may lack them), and an answer on another port says nothing of this service.
 */
function isHeard(conversation: Conversation, silent: readonly Fate[]): boolean {
  const { proto, server } = conversation;
  return heardWhile(conversation, silent) === 'then' && (proto === 'tcp' || server.udpOneSided === 0);
}
