/**
 * When exactly a server was heard. The sums that the verdicts work with tell the first and the last moment of many connections; where a server was
 * silent between the two, or not, decides whether silence is proven, the connections themselves are asked, those of the servers in question.
 */
import { type ConnectionView, newConnectionView } from '../track/connection-view.ts';
import type { FateTable } from '../track/fate-table.ts';
import { newFateView } from '../track/fate-view.ts';
import type { Observation } from '../track/observation.ts';
import type { Conversation } from './conversations.ts';
import {
  type Heard,
  type HeardCloser,
  heardSpan,
  heardWhile,
  isAround,
  isSilent,
  momentsOf,
  ONE_TRY_SECONDS,
  type Span,
  type Try,
  triesOf,
} from './heard.ts';
import type { NetworkPairs } from './network-pairs.ts';
import type { Peer, Peers } from './peers.ts';

/** Tries of one conversation that are kept: each may be minutes long, so that these are hours. */
const MOST_TRIES = 1024;

/** Finds out for conversations where it decides something, and leaves it with their servers. */
export function listenCloser(
  observation: Observation,
  fates: FateTable,
  peers: Peers,
  networks: NetworkPairs,
  conversations: readonly Conversation[],
): void {
  const doubtful = conversations.filter(isDoubtful);
  if (doubtful.length === 0) return;
  const listener = new Listener(peers, networks, doubtful);
  const view = newConnectionView();
  for (const number of observation.connectionsOf(listener.addresses(4), listener.addresses(6)))
    listener.see(observation.read(number, view));
  // Connections that were set aside are known by their sums alone.
  if (observation.beginnings !== null) listener.seeSums(fates);
  listener.leave();
}

/** True where silence could be proven or not, by when the server was heard between the first and the last moment that the sums tell. */
function isDoubtful(conversation: Conversation): boolean {
  const { client, server, fates } = conversation;
  const span = heardSpan(conversation);
  if (span === null || client.oneSided > 0 || server.oneSided > 0) return false;
  const silent = fates.filter(isSilent);
  if (silent.reduce((sum, { attempts }) => sum + attempts, 0) < 2) return false;
  if (!silent.some(({ firstSeconds, lastSeconds }) => isAround([span], { first: firstSeconds, last: lastSeconds })))
    return false;
  return heardWhile(conversation, fates) !== 'then';
}

/** Seconds of the moments at which an address was heard, in the order in which the connections come. */
type Moments = Map<number, number>;

interface HeardMoments {
  heard: Heard;
  /** By first second the last one of a time in which it was heard throughout. */
  any: Moments;
  udp: Map<number, Moments>;
}

class Listener {
  readonly #peers: Peers;
  readonly #networks: NetworkPairs;
  readonly #servers = new Map<Heard, HeardMoments>();
  readonly #addresses = { 4: new Set<number>(), 6: new Set<number>() };
  readonly #tries = new Map<string, { conversation: Conversation; tries: Try[] }>();

  constructor(peers: Peers, networks: NetworkPairs, doubtful: readonly Conversation[]) {
    this.#peers = peers;
    this.#networks = networks;
    for (const conversation of doubtful) {
      const { server, network, fates } = conversation;
      const heard = network?.server ?? server;
      this.#servers.set(heard, { heard, any: new Map(), udp: new Map() });
      this.#addresses[server.family].add(server.address);
      const isSpread = fates.some(
        (fate) => isSilent(fate) && fate.count > 1 && fate.lastSeconds - fate.firstSeconds > ONE_TRY_SECONDS,
      );
      if (isSpread) this.#tries.set(keyOf(conversation), { conversation, tries: [] });
    }
  }

  /** Servers in question. */
  addresses(family: 4 | 6): ReadonlySet<number> {
    return this.#addresses[family];
  }

  see(view: ConnectionView): void {
    const client = this.#peers.of(view.family, view.client);
    const server = this.#peers.of(view.family, view.server);
    if (view.outcome === 'no-answer') this.#seeTry(view, client, server);
    if (view.packetsToServer === 0 || view.packetsToClient === 0) return;
    for (const peer of [client, server]) {
      const times = timesOf(view, peer === client);
      this.#hear(peer, view.network, times, peer === server && view.proto === 'udp' ? view.serverPort : null);
    }
  }

  seeSums(fates: FateTable): void {
    const view = newFateView();
    for (let row = 0; row < fates.count; row++) {
      fates.read(row, view);
      if (view.twoWay === 0) continue;
      const times = momentsOf({ first: view.firstSeconds, last: view.lastSeconds });
      const server = this.#peers.server(view);
      this.#hear(this.#peers.client(view), view.network, times, null);
      this.#hear(server, view.network, times, view.proto === 'udp' ? view.serverPort : null);
    }
  }

  #seeTry(view: ConnectionView, client: Peer, server: Peer): void {
    const network = this.#networks.of(view, client, server);
    const own = this.#tries.get(`${client.number} ${server.number} ${network} ${view.proto} ${view.serverPort}`);
    if (own === undefined || own.tries.length >= MOST_TRIES) return;
    own.tries.push(...triesOf(view.firstSeconds, view.lastSeconds, view.attempts));
  }

  #hear(peer: Peer, network: number, times: readonly Span[], udpPort: number | null): void {
    for (const heard of [peer, this.#networks.heardIn(peer, network)]) {
      const known = heard === null ? undefined : this.#servers.get(heard);
      if (known === undefined) continue;
      add(known.any, times);
      if (udpPort === null) continue;
      const own = known.udp.get(udpPort) ?? new Map<number, number>();
      known.udp.set(udpPort, own);
      add(own, times);
    }
  }

  /** Writes what was heard to where the verdicts look. */
  leave(): void {
    for (const { heard, any, udp } of this.#servers.values()) {
      const closer: HeardCloser = { any: spansOf(any), udp: new Map() };
      for (const [port, moments] of udp) closer.udp.set(port, spansOf(moments));
      heard.closer = closer;
    }
    for (const { conversation, tries } of this.#tries.values()) conversation.tries = tries;
  }
}

function keyOf({ client, server, network, proto, port }: Conversation): string {
  return `${client.number} ${server.number} ${network?.number ?? 0} ${proto} ${port}`;
}

function add(moments: Moments, times: readonly Span[]): void {
  for (const { first, last } of times) {
    const known = moments.get(first);
    if (known === undefined || known < last) moments.set(first, last);
  }
}

/** In the order of time, each once. */
function spansOf(moments: Moments): Span[] {
  const spans: Span[] = [];
  for (const [first, last] of [...moments].sort(([a], [b]) => a - b)) {
    const before = spans.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else spans.push({ first, last });
  }
  return spans;
}

/**
 * When the address that is one end of a connection with packets both ways was surely heard. A short connection is one moment. What goes on for
 * longer tells its beginning and its end, and nothing of the time between; a TCP connection that both ends still knew at its end shows that
 * neither was started anew meanwhile.
 */
function timesOf(view: ConnectionView, isClient: boolean): Span[] {
  const { proto, firstSeconds: first, lastSeconds: last, ended } = view;
  const [begin, end] = [
    { first, last: first },
    { first: last, last },
  ];
  if (last - first <= ONE_TRY_SECONDS) return [{ first, last }];
  if (proto === 'udp') {
    // The first datagrams may be questions that got no answer, the last ones, too.
    const times = [];
    if (isClient || view.attempts < 2) times.push(begin);
    if (isClient ? view.packetsToServer >= view.packetsToClient : view.packetsToClient >= view.packetsToServer)
      times.push(end);
    return times;
  }
  if (ended === 'open' || ended === 'fin') return [{ first, last }];
  // Who resets a connection was there; the other one may be gone.
  return ended === (isClient ? 'reset-by-client' : 'reset-by-server') ? [begin, end] : [begin];
}
