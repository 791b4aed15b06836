import { type ConnectionView, newConnectionView, type Observation } from '../track/observation.ts';
import type { Losses } from './losses.ts';
import type { Peer, Peers } from './peers.ts';
import { type Symptom, slownessOf, symptomOf } from './symptoms.ts';
import type { Outcome } from './types.ts';

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
  icmp: { version: 4 | 6; type: number; code: number; sender: string } | null;
  /** Connections whose client was inferred, not seen to start. */
  inferred: number;
  /** TCP: a SYN-ACK passed the capture point, yet the client repeated its SYN. */
  answerLost: number;
}

/** All connections from one address to one port of another. */
export interface Conversation {
  client: Peer;
  server: Peer;
  proto: 'tcp' | 'udp';
  port: number;
  /** Frames went to a group address of the link layer, or the address is one. */
  toGroup: boolean;
  fates: Fate[];
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

/** Frames of evidence kept for one fate. */
const EVIDENCE_FRAMES = 5;

/** Folds the connections that need a closer look into conversations, in the order of their first frame. */
export function gatherConversations(
  observation: Observation,
  peers: Peers,
  isOdd: Uint8Array,
  losses: Losses,
): Conversation[] {
  const byPair = new Map<number, Map<number, Conversation>>();
  const all: Conversation[] = [];
  const view = newConnectionView();
  for (let number = 0; number < observation.count; number++) {
    if (isOdd[number] === 0) continue;
    observation.read(number, view);
    const client = peers.client(view);
    const server = peers.server(view);
    const pairKey = client.number * 0x2000000 + server.number;
    let pair = byPair.get(pairKey);
    if (pair === undefined) {
      pair = new Map();
      byPair.set(pairKey, pair);
    }
    const portKey = (view.serverPort << 1) | (view.proto === 'tcp' ? 0 : 1);
    let conversation = pair.get(portKey);
    if (conversation === undefined) {
      conversation = newConversation(view, client, server);
      pair.set(portKey, conversation);
      all.push(conversation);
    }
    addConnection(conversation, view, observation, losses);
  }
  return all;
}

function newConversation(view: ConnectionView, client: Peer, server: Peer): Conversation {
  return {
    client,
    server,
    proto: view.proto,
    port: view.serverPort,
    toGroup: server.endpoint.kind === 'multicast' || server.endpoint.kind === 'broadcast',
    fates: [],
    connections: 0,
    bytes: 0,
    packets: 0,
    packetsToServer: 0,
    clientPort: view.clientPort,
    isTransfer: view.isTransfer,
  };
}

function addConnection(
  conversation: Conversation,
  view: ConnectionView,
  observation: Observation,
  losses: Losses,
): void {
  conversation.connections++;
  conversation.bytes += view.bytesToServer + view.bytesToClient;
  conversation.packets += view.packetsToServer + view.packetsToClient;
  conversation.packetsToServer += view.packetsToServer;
  if (view.toGroup) conversation.toGroup = true;
  if (view.clientPort < conversation.clientPort) conversation.clientPort = view.clientPort;
  const symptom = symptomOf(view);
  const slowness = slownessOf(view);
  const lossy = wantsAnswer(view, symptom) && losses.between(view.firstSeconds, view.lastSeconds + ANSWER_SECONDS);
  let fate = conversation.fates.find(
    (known) =>
      known.outcome === view.outcome &&
      known.symptom === symptom &&
      known.lossy === lossy &&
      known.slowest > 0 === slowness > 0,
  );
  if (fate === undefined) {
    fate = newFate(view, symptom, lossy);
    conversation.fates.push(fate);
  }
  fate.slowest = Math.max(fate.slowest, slowness);
  fate.count++;
  fate.attempts += view.attempts;
  if (view.clientInferred) fate.inferred++;
  if (view.outcome === 'half-open' && view.attempts > 1) fate.answerLost++;
  if (fate.icmp === null && view.icmp !== null) {
    const { version, type, code, sender } = view.icmp;
    fate.icmp = { version, type, code, sender: observation.addressText(version, sender) };
  }
  addFrames(fate.frames, view);
  if (isLater(view, fate)) {
    fate.lastSeconds = view.lastSeconds;
    fate.lastNanoseconds = view.lastNanoseconds;
  }
}

/** How long after its last frame the answer to a connection may come, in seconds (track/outcome.ts is as patient). */
const ANSWER_SECONDS = 3;

/** What was seen failed because something was not seen. */
function wantsAnswer({ outcome }: ConnectionView, symptom: Symptom): boolean {
  return symptom !== null || outcome === 'no-answer' || outcome === 'half-open';
}

function newFate(view: ConnectionView, symptom: Symptom, lossy: boolean): Fate {
  return {
    outcome: view.outcome,
    symptom,
    lossy,
    slowest: 0,
    count: 0,
    attempts: 0,
    frames: [],
    firstSeconds: view.firstSeconds,
    firstNanoseconds: view.firstNanoseconds,
    lastSeconds: view.lastSeconds,
    lastNanoseconds: view.lastNanoseconds,
    icmp: null,
    inferred: 0,
    answerLost: 0,
  };
}

function addFrames(frames: number[], view: ConnectionView): void {
  const evidence = [view.firstFrame, view.icmp?.frame ?? 0, view.resetFrame, view.lastAttemptFrame];
  for (const frame of evidence.sort((a, b) => a - b)) {
    if (frame > 0 && frames.length < EVIDENCE_FRAMES && !frames.includes(frame)) frames.push(frame);
  }
}

function isLater(view: ConnectionView, fate: Fate): boolean {
  return (
    view.lastSeconds > fate.lastSeconds ||
    (view.lastSeconds === fate.lastSeconds && view.lastNanoseconds > fate.lastNanoseconds)
  );
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

/** Outcomes that show that it does not. */
export function isBlocked(fate: Fate): boolean {
  if (fate.lossy) return false;
  switch (fate.outcome) {
    case 'refused':
    case 'no-answer':
    case 'prohibited':
    case 'unreachable':
      return true;
    case 'half-open':
      return fate.answerLost > 0;
    default:
      return false;
  }
}
