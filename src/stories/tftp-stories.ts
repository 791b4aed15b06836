import { readTftp, type TftpMessage, type TftpOptions } from '../protocols/tftp.ts';
import { CONTROL_TFTP } from '../track/control-ports.ts';
import type { Observation } from '../track/observation.ts';
import { type FragmentLookup, fragmentLookup } from './datagram-fragments.ts';
import { type KeptMessage, keptMessages, type Socket } from './kept-messages.ts';
import { later, type Moment, secondsFrom } from './moment.ts';
import { type Chain, lastOfChain, tftpChains } from './tftp-chains.ts';
import { blockSizeOf, bytesOf, isComplete, tftpOutcome } from './tftp-outcome.ts';
import type { TftpFailure, TftpRejection, TftpStory } from './tftp-story.ts';

/** RFC 1350 section 4. */
export const TFTP_PORT = 69;
/** Seconds after which the same request on the same port is another attempt of somebody's, not a repeat: firmware repeats for half a minute. */
const REPEAT_SECONDS = 60;

/** Most files asked for that are followed: 65,536 boots of a few files each are more than a capture holds. */
const MAX_STORIES = 1 << 17;

type Request = Extract<TftpMessage, { kind: 'read' | 'write' }>;

interface Asked {
  message: KeptMessage;
  request: Request;
}

interface Told {
  message: KeptMessage;
  content: Extract<TftpMessage, { kind: 'error' | 'oack' }>;
}

export interface TftpStories {
  stories: TftpStory[];
  /** Requests whose names or options break the rules. */
  malformed: number;
  /** Requests beyond MAX_STORIES. */
  dropped: number;
}

/** Every file that was asked for, in the order of the first request. */
export function tftpStories(observation: Observation): TftpStories {
  const asked: Asked[] = [];
  const toldBy = new Map<number, Told[]>();
  let malformed = 0;
  for (const message of keptMessages(observation, new Set([CONTROL_TFTP]))) {
    const reading = readTftp(message.payload);
    if (reading.answer === 'not-for-us') continue;
    const content = reading.message;
    if (content.kind === 'read' || content.kind === 'write') {
      if (message.to.port !== TFTP_PORT) continue;
      if (reading.answer === 'unsure' && message.whole) malformed++;
      asked.push({ message, request: content });
    } else if (content.kind === 'error' || content.kind === 'oack') {
      const told = toldBy.get(message.connection);
      if (told === undefined) toldBy.set(message.connection, [{ message, content }]);
      else told.push({ message, content });
    }
  }
  if (asked.length === 0) return { stories: [], malformed, dropped: 0 };
  for (const told of toldBy.values()) told.sort((a, b) => a.message.frame - b.message.frame);
  const chains = tftpChains(observation).sort((a, b) => a.firstFrame - b.firstFrame);
  const nextOf = nextChains(chains);
  const chainsBy = chainsByClient(chains);
  const fragments = fragmentLookup(observation);
  const groups = groupRequests(asked, chainsBy);
  const stories = groups.slice(0, MAX_STORIES).map((group) => tell(group, nextOf, toldBy, fragments, observation));
  return { stories, malformed, dropped: groups.length - stories.length };
}

/** Who asks whom from which port: what joins an answer to its request, whatever port it comes from. */
function keyOf(client: Socket, server: Socket): string {
  return `${client.family} ${client.address} ${client.port} ${server.address}`;
}

/** Chains in the order of their first frame, by both readings of who is the client. */
function chainsByClient(chains: readonly Chain[]): Map<string, Chain[]> {
  const byKey = new Map<string, Chain[]>();
  for (const chain of chains) {
    for (const key of new Set([keyOf(chain.receiver, chain.sender), keyOf(chain.sender, chain.receiver)])) {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [chain]);
      else known.push(chain);
    }
  }
  return byKey;
}

interface Group {
  asked: Asked[];
  chains: Chain[];
  /** One of the chains ended it: with an error, or with its last block. */
  isEnded: boolean;
  /** What answered it cannot be told from an earlier transfer between the same ports: a file of one block after another. */
  isHidden: boolean;
}

/** Repeats of a request belong together as long as nothing answered it for good; each answer goes with the request before it. */
function groupRequests(asked: readonly Asked[], chainsBy: ReadonlyMap<string, readonly Chain[]>): Group[] {
  const groups: Group[] = [];
  const open = new Map<string, Exchange>();
  for (const one of asked) {
    const key = keyOf(one.message.from, one.message.to);
    const { frame } = one.message;
    const exchange = open.get(key) ?? { group: null, chains: chainsBy.get(key) ?? [], next: 0, lastFrame: -1 };
    open.set(key, exchange);
    takeUntil(exchange, frame);
    if (exchange.group !== null && isRepeat(exchange.group, one)) {
      exchange.group.asked.push(one);
      continue;
    }
    // Hidden only where no chain begins after it: decided below.
    exchange.group = { asked: [one], chains: [], isEnded: false, isHidden: exchange.lastFrame > frame };
    groups.push(exchange.group);
  }
  for (const exchange of open.values()) takeUntil(exchange, Number.POSITIVE_INFINITY);
  for (const group of groups) group.isHidden &&= group.chains.length === 0;
  return groups;
}

/** What passes between one port of a client and one server, as far as it was gone through. */
interface Exchange {
  /** The last request. */
  group: Group | null;
  /** In the order of their first frame; those before `next` are given to a request. */
  chains: readonly Chain[];
  next: number;
  /** Last frame of any of those: a transfer that began before a request may go on after it. */
  lastFrame: number;
}

/** Gives the chains that begin before a frame to the request before them. */
function takeUntil(exchange: Exchange, frame: number): void {
  const { group, chains } = exchange;
  const first = group?.asked[0].message.frame ?? Number.POSITIVE_INFINITY;
  for (; exchange.next < chains.length && chains[exchange.next].firstFrame < frame; exchange.next++) {
    const chain = chains[exchange.next];
    exchange.lastFrame = Math.max(exchange.lastFrame, lastOfChain(chain)?.frame ?? 0);
    if (group === null || chain.firstFrame < first) continue;
    group.chains.push(chain);
    group.isEnded ||= chain.errors > 0 || isComplete(chain, null);
  }
}

function isRepeat({ asked, isEnded }: Group, { message, request }: Asked): boolean {
  const before = asked[asked.length - 1];
  if (before.request.kind !== request.kind || before.request.file !== request.file) return false;
  if (secondsFrom(before.message, message) > REPEAT_SECONDS) return false;
  return !isEnded;
}

function tell(
  { asked, chains, isHidden }: Group,
  nextOf: ReadonlyMap<Chain, number>,
  toldBy: ReadonlyMap<number, readonly Told[]>,
  fragments: FragmentLookup,
  observation: Observation,
): TftpStory {
  const { message, request } = asked[0];
  const write = request.kind === 'write';
  const told = chains.flatMap((chain) => toldIn(chain, nextOf, toldBy));
  const accepted = acceptedOptions(told);
  const ordered = [...chains].sort((a, b) => progress(b) - progress(a) || a.firstFrame - b.firstFrame);
  const requests = asked.map(({ message: { seconds, nanoseconds, frame } }) => ({ seconds, nanoseconds, frame }));
  const failure = failureOf(told, message.from);
  const rejection = rejectionOf(asked, chains, message.from, observation);
  const last = lastOf(requests, chains, told);
  const chain = ordered[0];
  const blockSize = blockSizeOf(accepted, chain);
  const [from, to] = write ? [message.from, message.to] : [message.to, message.from];
  return {
    write,
    client: message.from,
    server: message.to,
    clientText: observation.addressText(message.from.family, message.from.address),
    serverText: observation.addressText(message.to.family, message.to.address),
    file: request.file,
    mode: request.mode,
    options: request.options,
    accepted,
    requests,
    chains: ordered,
    bytes: bytesOf(chain, blockSize),
    blocks: chain?.data?.top ?? 0,
    blockSize,
    acknowledged: chain?.acks?.top ?? 0,
    retransmissions: chains.reduce((sum, { data }) => sum + (data?.repeats ?? 0), 0),
    outcome: isHidden
      ? 'undecided'
      : tftpOutcome({
          requests,
          chains: ordered,
          accepted,
          failure,
          rejected: rejection !== null,
          last,
          end: observation.endAfter(last.seconds, last.frame),
        }),
    failure,
    rejection,
    fragments:
      chain === undefined
        ? null
        : fragments({ ...from, port: chain.sender.port }, { ...to, port: chain.receiver.port }),
    first: requests[0],
    last,
  };
}

/**
 * OACKs and ERRORs that belong to a chain: on its connection, since its first frame, and before the next transfer on it.
 * @param toldBy by connection, in the order of their frames
 */
function toldIn(
  chain: Chain,
  nextOf: ReadonlyMap<Chain, number>,
  toldBy: ReadonlyMap<number, readonly Told[]>,
): readonly Told[] {
  const told = toldBy.get(chain.connection) ?? [];
  return told
    .slice(placeOf(told, chain.firstFrame), placeOf(told, nextOf.get(chain) ?? Number.POSITIVE_INFINITY))
    .filter(({ message, content }) => content.kind === 'error' || message.side === chain.senderSide);
}

/** First frame of the transfer that follows a chain on the same connection, whoever asked for it. */
function nextChains(chains: readonly Chain[]): Map<Chain, number> {
  const nextOf = new Map<Chain, number>();
  const latest = new Map<number, Chain>();
  for (const chain of chains) {
    const before = latest.get(chain.connection);
    if (before !== undefined) nextOf.set(before, chain.firstFrame);
    latest.set(chain.connection, chain);
  }
  return nextOf;
}

/** How many were told before a frame. */
function placeOf(told: readonly Told[], frame: number): number {
  let low = 0;
  let high = told.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (told[middle].message.frame < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

function acceptedOptions(told: readonly Told[]): TftpOptions | null {
  for (const { content } of told) if (content.kind === 'oack') return content.options;
  return null;
}

/** The first ERROR; one that follows the end of the data from the client is manners, and comes after the outcome. */
function failureOf(told: readonly Told[], client: Socket): TftpFailure | null {
  for (const { message, content } of told) {
    if (content.kind !== 'error') continue;
    const byClient = message.from.address === client.address && message.from.port === client.port;
    const { seconds, nanoseconds, frame } = message;
    return {
      code: content.code,
      text: content.text,
      by: byClient ? 'client' : 'server',
      at: { seconds, nanoseconds, frame },
    };
  }
  return null;
}

/** Data before OACKs before nothing. */
function progress({ data, acks, oacks }: Chain): number {
  return (data?.top ?? 0) * 4 + (acks === null ? 0 : 2) + (oacks > 0 ? 1 : 0);
}

function rejectionOf(
  asked: readonly Asked[],
  chains: readonly Chain[],
  client: Socket,
  observation: Observation,
): TftpRejection | null {
  const told = (about: TftpRejection['about'], connection: number, side: 0 | 1): TftpRejection | null => {
    const verdict = observation.icmpAbout(connection, side);
    return verdict && { about, verdict, sender: observation.addressText(verdict.version, verdict.sender) };
  };
  for (const { connection, senderSide, sender, data, acks } of chains) {
    const clientSends = sender.address === client.address && sender.port === client.port;
    const clientSide = clientSends ? senderSide : senderSide === 0 ? 1 : 0;
    // An error that ends a transfer which went on says that the client had closed its port, and nothing about a filter.
    const answer = acks === null || data === null ? told('answer', connection, clientSide === 0 ? 1 : 0) : null;
    const found = answer ?? told('client', connection, clientSide);
    if (found !== null) return found;
  }
  const { message } = asked[0];
  return chains.length === 0 ? told('request', message.connection, message.side) : null;
}

function lastOf(requests: readonly Moment[], chains: readonly Chain[], told: readonly Told[]): Moment {
  let last = requests[requests.length - 1];
  for (const chain of chains) last = later(last, lastOfChain(chain) ?? last);
  for (const { message } of told) last = later(last, message);
  const { seconds, nanoseconds, frame } = last;
  return { seconds, nanoseconds, frame };
}
