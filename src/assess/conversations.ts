import type { FateTable } from '../track/fate-table.ts';
import { type FateView, newFateView } from '../track/fate-view.ts';
import type { Observation } from '../track/observation.ts';
import type { Symptom } from '../track/symptoms.ts';
import type { Try } from './heard.ts';
import type { Losses } from './losses.ts';
import type { ConversationNetwork, NetworkPairs } from './network-pairs.ts';
import type { Peer, Peers } from './peers.ts';
import type { Screened } from './screening.ts';
import type { DropReport, IcmpReport, Outcome } from './types.ts';

/** Connections of one conversation that share their fate. */
export interface Fate {
  outcome: Outcome;
  symptom: Symptom;
  /** Failed for lack of an answer while the capture lost packets: the answer may be among them. */
  lossy: boolean;
  /** Nanoseconds that the slowest of connections took that opened after a repeated SYN; 0 of those that opened at once. */
  slowest: number;
  count: number;
  attempts: number;
  /** The first frame numbers that show it, ascending, over the whole series. */
  frames: number[];
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  /** Type and code of the first deciding ICMP error, and who sent it. */
  icmp: IcmpReport | null;
  /** What the host says of the first packets that it dropped itself. */
  drop: DropReport | null;
  /** Connections whose client was inferred, not seen to start. */
  inferred: number;
  /** TCP: a SYN-ACK passed the capture point, yet the client repeated its SYN, or heard a reset before. */
  answerLost: number;
}

/** All connections from one address to one port of another; where the two are judged apart in several networks, those of one network. */
export interface Conversation {
  client: Peer;
  server: Peer;
  proto: 'tcp' | 'udp';
  port: number;
  /** Null where it is not judged apart from others of the same ends and port. */
  network: ConversationNetwork | null;
  /** Frames went to a group address of the link layer, or the address is one. */
  toGroup: boolean;
  fates: Fate[];
  /** Its tries that got no answer, one by one, where that matters (signs-of-life.ts); null where nobody asked. */
  tries: readonly Try[] | null;
  connections: number;
  bytes: number;
  packets: number;
  /** Those that the client sent. */
  packetsToServer: number;
  /** Lowest port of the client, for conversations whose direction was inferred. */
  clientPort: number;
  /** The transfer of a TFTP request: neither port is 69. */
  isTransfer: boolean;
}

/** What a host says of packets that it dropped, in words. */
type TellDrop = (drop: NonNullable<FateView['drop']>) => DropReport;

/** How long after its last frame the answer to a connection may come, in seconds (track/outcome.ts is as patient). */
const ANSWER_SECONDS = 3;

/** True of a connection that failed because something was not seen, while the capture lost packets: it may be among them. */
export function isLossy(
  {
    outcome,
    symptom,
    firstSeconds,
    lastSeconds,
  }: Pick<FateView, 'outcome' | 'symptom' | 'firstSeconds' | 'lastSeconds'>,
  losses: Losses,
): boolean {
  const wantsAnswer = outcome === 'no-answer' || outcome === 'half-open' || symptom !== null;
  return wantsAnswer && losses.between(firstSeconds, lastSeconds + ANSWER_SECONDS);
}

/** Gathers the fates that need a closer look into conversations, in the order of their first frame. */
export function gatherConversations(
  observation: Observation,
  fates: FateTable,
  peers: Peers,
  networks: NetworkPairs,
  { isOdd, conversationOf }: Pick<Screened, 'isOdd' | 'conversationOf'>,
  losses: Losses,
  tellDrop: TellDrop,
): Conversation[] {
  const known: (Conversation | undefined)[] = [];
  const all: Conversation[] = [];
  const view = newFateView();
  for (let row = 0; row < fates.count; row++) {
    if (isOdd[row] === 0) continue;
    fates.read(row, view);
    let conversation = known[conversationOf[row]];
    if (conversation === undefined) {
      conversation = newConversation(view, peers.client(view), peers.server(view), networks);
      known[conversationOf[row]] = conversation;
      all.push(conversation);
    }
    addFate(conversation, view, observation, losses, tellDrop);
  }
  return all;
}

function newConversation(view: FateView, client: Peer, server: Peer, networks: NetworkPairs): Conversation {
  return {
    client,
    server,
    proto: view.proto,
    port: view.serverPort,
    network: view.network === 0 ? null : networks.about(networks.of(view, client, server), client, server),
    toGroup: server.endpoint.kind === 'multicast' || server.endpoint.kind === 'broadcast',
    fates: [],
    tries: null,
    connections: 0,
    bytes: 0,
    packets: 0,
    packetsToServer: 0,
    clientPort: view.clientPort,
    isTransfer: view.isTransfer,
  };
}

function addFate(
  conversation: Conversation,
  view: FateView,
  observation: Observation,
  losses: Losses,
  tellDrop: TellDrop,
): void {
  conversation.connections += view.connections;
  conversation.bytes += view.bytes;
  conversation.packets += view.packetsToServer + view.packetsToClient;
  conversation.packetsToServer += view.packetsToServer;
  if (view.toGroup) conversation.toGroup = true;
  if (view.clientPort < conversation.clientPort) conversation.clientPort = view.clientPort;
  conversation.fates.push({
    outcome: view.outcome,
    symptom: view.symptom,
    // Of connections that were set aside nobody asked: then the time of all of them counts.
    lossy: view.lossy || (observation.beginnings !== null && isLossy(view, losses)),
    slowest: view.slowest,
    count: view.connections,
    attempts: view.attempts,
    frames: framesOf(view),
    firstSeconds: view.firstSeconds,
    firstNanoseconds: view.firstNanoseconds,
    lastSeconds: view.lastSeconds,
    lastNanoseconds: view.lastNanoseconds,
    icmp: view.icmp && icmpReport(view.icmp, observation),
    drop: view.drop && tellDrop(view.drop),
    inferred: view.inferred,
    answerLost: view.answerLost,
  });
}

function framesOf({ frames }: FateView): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < frames.length && frames[i] !== 0; i++) numbers.push(frames[i] >>> 0);
  return numbers;
}

/** The ICMP error that decided an outcome, for the report. */
export function icmpReport(
  { version, type, code, sender, ofAnswers }: NonNullable<FateView['icmp']>,
  observation: Observation,
): IcmpReport {
  const error = { version, type, code, sender: observation.addressText(version, sender) };
  return ofAnswers ? { ...error, packets_of: 'server' } : error;
}

/** Outcomes that show that the traffic gets through. */
export function works(fate: Fate): boolean {
  if (fate.symptom !== null) return false;
  switch (fate.outcome) {
    case 'established':
    case 'midstream':
    case 'one-sided':
    case 'answered':
      return true;
    case 'half-open':
      return fate.answerLost === 0;
    default:
      return false;
  }
}

/** True where a connection opened and then stalled or was reset, whoever is to blame. */
export function failedInUse({ outcome, symptom }: Pick<Fate, 'outcome' | 'symptom'>): boolean {
  return outcome === 'established' && symptom !== null;
}

/** True where a connection opened and then failed in a way that a filter or a path makes. */
export function accuses({ symptom, lossy }: Pick<Fate, 'symptom' | 'lossy'>): boolean {
  return (symptom === 'stalled' || symptom === 'reset-after-request') && !lossy;
}

/** Outcomes that show that it does not. */
export function isBlocked(fate: Fate): boolean {
  if (fate.lossy) return false;
  switch (fate.outcome) {
    case 'refused':
    case 'no-answer':
    case 'dropped':
    case 'prohibited':
    case 'unreachable':
      return true;
    case 'half-open':
      return fate.answerLost > 0 && fate.symptom === null;
    default:
      return false;
  }
}
