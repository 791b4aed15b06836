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
  const chainsBy = chainsByClient(tftpChains(observation));
  const fragments = fragmentLookup(observation);
  const groups = groupRequests(asked, chainsBy);
  const stories = groups.slice(0, MAX_STORIES).map((group) => tell(group, toldBy, fragments, observation));
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
  /** What answered it cannot be told from an earlier transfer between the same ports: a file of one block after another. */
  isHidden: boolean;
}

/** Repeats of a request belong together as long as nothing answered it for good; each answer goes with the request before it. */
function groupRequests(asked: readonly Asked[], chainsBy: ReadonlyMap<string, readonly Chain[]>): Group[] {
  const groups: Group[] = [];
  const open = new Map<string, { group: Group; next: number }>();
  const takeUntil = (key: string, frame: number): void => {
    const chains = chainsBy.get(key) ?? [];
    const state = open.get(key);
    if (state === undefined) return;
    const first = state.group.asked[0].message.frame;
    for (; state.next < chains.length && chains[state.next].firstFrame < frame; state.next++) {
      if (chains[state.next].firstFrame >= first) state.group.chains.push(chains[state.next]);
    }
  };
  for (const one of asked) {
    const key = keyOf(one.message.from, one.message.to);
    takeUntil(key, one.message.frame);
    const state = open.get(key);
    if (state !== undefined && isRepeat(state.group, one)) {
      state.group.asked.push(one);
      continue;
    }
    const group: Group = { asked: [one], chains: [], isHidden: false };
    groups.push(group);
    open.set(key, { group, next: state?.next ?? 0 });
  }
  for (const key of open.keys()) takeUntil(key, Number.POSITIVE_INFINITY);
  for (const group of groups) group.isHidden = group.chains.length === 0 && isOvertaken(group, chainsBy);
  return groups;
}

/** True where a transfer that began before the request went on after it. */
function isOvertaken({ asked: [{ message }] }: Group, chainsBy: ReadonlyMap<string, readonly Chain[]>): boolean {
  const chains = chainsBy.get(keyOf(message.from, message.to)) ?? [];
  return chains.some((chain) => chain.firstFrame < message.frame && (lastOfChain(chain)?.frame ?? 0) > message.frame);
}

function isRepeat({ asked, chains }: Group, { message, request }: Asked): boolean {
  const before = asked[asked.length - 1];
  if (before.request.kind !== request.kind || before.request.file !== request.file) return false;
  if (secondsFrom(before.message, message) > REPEAT_SECONDS) return false;
  return !chains.some((chain) => chain.errors > 0 || isComplete(chain, null));
}

function tell(
  { asked, chains, isHidden }: Group,
  toldBy: ReadonlyMap<number, readonly Told[]>,
  fragments: FragmentLookup,
  observation: Observation,
): TftpStory {
  const { message, request } = asked[0];
  const write = request.kind === 'write';
  const told = chains.flatMap((chain, i) => toldIn(chain, chains.slice(i + 1), toldBy));
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
          end: observation.endAfter(last.seconds),
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

/** OACKs and ERRORs that belong to a chain: on its connection, since its first frame, and before the next transfer on it. */
function toldIn(chain: Chain, later: readonly Chain[], toldBy: ReadonlyMap<number, readonly Told[]>): Told[] {
  const next = later.find(
    ({ connection, firstFrame }) => connection === chain.connection && firstFrame > chain.firstFrame,
  );
  return (toldBy.get(chain.connection) ?? []).filter(
    ({ message: { frame, side }, content }) =>
      frame >= chain.firstFrame &&
      frame < (next?.firstFrame ?? Number.POSITIVE_INFINITY) &&
      (content.kind === 'error' || side === chain.senderSide),
  );
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
