import type { RuleIndex } from '../catalog/index.ts';
import type { FateTable } from '../track/fate-table.ts';
import { type FateView, newFateView } from '../track/fate-view.ts';
import { ConversationTable, NETWORK_SHIFT, PORT_MASK } from './conversation-table.ts';
import type { NetworkPairs } from './network-pairs.ts';
import { PARTY_LIMIT, type Peer, type Peers, type RowPeers } from './peers.ts';
import type { RpcConnections } from './rpc-connections.ts';
import type { Outcome } from './types.ts';
import { matchesOf, type Verdict } from './verdicts.ts';

/** Expected traffic of one pair of endpoints on one port that simply works: nobody asks for its conversations one by one. */
export interface PlainTraffic {
  /** The first two addresses of it, and whether there is no other. */
  client: Peer;
  server: Peer;
  oneClient: boolean;
  oneServer: boolean;
  proto: 'tcp' | 'udp';
  port: number;
  verdict: Extract<Verdict, { kind: 'expected' }>;
  connections: number;
  bytes: number;
  outcomes: Map<Outcome, number>;
  firstFrame: number;
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
}

export interface Screened {
  /** In the order of the first frame. */
  plain: PlainTraffic[];
  /** 1 for each row of the fates that needs a closer look. */
  isOdd: Uint8Array;
  /** All conversations, by the numbers of their peers. */
  table: ConversationTable;
  /** The conversation in `table` of each row. */
  conversationOf: Int32Array;
  /** Connections that would need a closer look, for which there is no room. */
  beyond: number;
}

/** Ports of conversations that are read as stories: DHCP, TFTP, PXE. */
const STORY_PORTS = new Set([67, 68, 69, 546, 547, 4011]);

const isStory = ({ proto, serverPort }: FateView): boolean => proto === 'udp' && STORY_PORTS.has(serverPort);

/**
 * Sets aside what is expected and works, which is nearly all traffic of a site in order. A conversation (client, server, protocol, port, network)
 * is plain where each of its connections is; and where one conversation of two hosts is odd, all of theirs are looked at, since one may
 * stand in for the other.
 * @param mostOdd conversations that may be looked at more closely
 * @param goesByName true for traffic that is judged by the names it was made for, whatever the rules of its port say
 */
export function screen(
  fates: FateTable,
  peers: Peers,
  rows: RowPeers,
  networks: NetworkPairs,
  index: RuleIndex,
  mostOdd: number,
  rpc: RpcConnections,
  goesByName: (client: Peer, server: Peer) => boolean = () => false,
): Screened {
  const { count } = fates;
  const conversationOf = new Int32Array(count);
  const table = new ConversationTable(count);
  const view = newFateView();
  for (let row = 0; row < count; row++) {
    fates.read(row, view);
    const client = peers.all[rows.clients[row]];
    const server = peers.all[rows.servers[row]];
    peers.count(view, client, server);
    rpc.see(view, client, server);
    const network = view.network === 0 ? 0 : networks.of(view, client, server);
    const port = (network << NETWORK_SHIFT) | (view.serverPort << 1) | (view.proto === 'udp' ? 1 : 0);
    const conversation = table.add(client.number, server.number, port);
    conversationOf[row] = conversation;
    if (view.odd > 0 || isStory(view) || goesByName(client, server)) table.odd[conversation] = 1;
  }
  const verdicts = new PlainVerdicts(peers, index);
  const traffic: (PlainTraffic | null)[] = [];
  const oddPairs = new OddPairs(peers, table);
  for (let i = 0; i < table.count; i++) {
    traffic.push(table.odd[i] === 0 ? verdicts.of(table, i) : null);
    if (traffic[i] === null) {
      table.odd[i] = 1;
      oddPairs.add(i);
    }
  }
  for (let i = 0; i < table.count; i++) if (table.odd[i] === 0 && oddPairs.has(i)) table.odd[i] = 1;
  leaveOut(table, verdicts, mostOdd);
  let beyond = 0;
  const isOdd = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const conversation = conversationOf[row];
    if (table.odd[conversation] === 1) isOdd[row] = 1;
    else if (table.odd[conversation] === LEFT_OUT) beyond += fates.read(row, view).connections;
    else {
      const plain = traffic[conversation]!;
      addEnds(plain, peers.all[table.clients[conversation]], peers.all[table.servers[conversation]]);
      addPlain(plain, fates.read(row, view));
    }
  }
  return { plain: verdicts.inOrder(), isOdd, beyond, table, conversationOf };
}

/** In ConversationTable.odd: there is no room for a closer look. */
const LEFT_OUT = 2;

/** Of all that are looked at more closely, most that no rule expects, as one in so many: each brings a port of its own into the report. */
const UNEXPECTED_SHARE = 2;

/** Where too many conversations need a closer look (a scan), those that rules expect come first, then the others, each in the order of their first frame. */
function leaveOut(table: ConversationTable, verdicts: PlainVerdicts, most: number): void {
  let odd = 0;
  let expected = 0;
  for (let i = 0; i < table.count; i++) odd += table.odd[i];
  const mostOthers = Math.ceil(most / UNEXPECTED_SHARE);
  if (odd <= mostOthers) return;
  for (let i = 0; i < table.count; i++) if (table.odd[i] === 1 && verdicts.of(table, i) !== null) expected++;
  let roomForExpected = most;
  let roomForOthers = Math.min(Math.max(0, most - expected), mostOthers);
  for (let i = 0; i < table.count; i++) {
    if (table.odd[i] === 0) continue;
    const isExpected = verdicts.of(table, i) !== null;
    if ((isExpected ? roomForExpected-- : roomForOthers--) <= 0) table.odd[i] = LEFT_OUT;
  }
}

/** Pairs of hosts, whatever their addresses and whichever asks, of which a conversation needs a closer look. */
class OddPairs {
  readonly #peers: readonly Peer[];
  readonly #table: ConversationTable;
  readonly #pairs = new Set<number>();
  /** 1 for each peer whose host is in a pair: most are in none. */
  readonly #hosts: Uint8Array;

  constructor({ all, parties }: Peers, table: ConversationTable) {
    this.#peers = all;
    this.#table = table;
    this.#hosts = new Uint8Array(parties);
  }

  /** Adds the ends of conversation `i`. */
  add(i: number): void {
    const { a, b } = this.#partiesOf(i);
    this.#hosts[a] = 1;
    this.#hosts[b] = 1;
    this.#pairs.add(a * PARTY_LIMIT + b);
  }

  has(i: number): boolean {
    const { a, b } = this.#partiesOf(i);
    return this.#hosts[a] === 1 && this.#hosts[b] === 1 && this.#pairs.has(a * PARTY_LIMIT + b);
  }

  #partiesOf(i: number): { a: number; b: number } {
    const client = this.#peers[this.#table.clients[i]].party;
    const server = this.#peers[this.#table.servers[i]].party;
    return client < server ? { a: client, b: server } : { a: server, b: client };
  }
}

/** Ends of the first connection stand for all; the first may be one that needs a closer look. */
function addEnds(traffic: PlainTraffic, client: Peer, server: Peer): void {
  if (traffic.connections === 0) {
    traffic.client = client;
    traffic.server = server;
    return;
  }
  if (client !== traffic.client) traffic.oneClient = false;
  if (server !== traffic.server) traffic.oneServer = false;
}

function addPlain(traffic: PlainTraffic, view: FateView): void {
  if (traffic.connections === 0) {
    traffic.firstFrame = view.firstFrame;
    traffic.firstSeconds = view.firstSeconds;
    traffic.firstNanoseconds = view.firstNanoseconds;
  }
  traffic.connections += view.connections;
  traffic.bytes += view.bytes;
  traffic.outcomes.set(view.outcome, (traffic.outcomes.get(view.outcome) ?? 0) + view.connections);
  if (
    view.lastSeconds > traffic.lastSeconds ||
    (view.lastSeconds === traffic.lastSeconds && view.lastNanoseconds > traffic.lastNanoseconds)
  ) {
    traffic.lastSeconds = view.lastSeconds;
    traffic.lastNanoseconds = view.lastNanoseconds;
  }
}

/** The verdict on each pair of endpoints and port, asked of the rules once. */
class PlainVerdicts {
  readonly #peers: Peers;
  readonly #index: RuleIndex;
  readonly #known = new Map<number, PlainTraffic | null>();

  constructor(peers: Peers, index: RuleIndex) {
    this.#peers = peers;
    this.#index = index;
  }

  /** Null where the traffic is not simply expected. */
  of(table: ConversationTable, i: number): PlainTraffic | null {
    const client = this.#peers.all[table.clients[i]];
    const server = this.#peers.all[table.servers[i]];
    const port = table.ports[i] & PORT_MASK;
    const key = (client.endpoint.index * ENDPOINT_LIMIT + server.endpoint.index) * PORT_LIMIT + port;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const traffic = this.#judge(client, server, port & 1 ? 'udp' : 'tcp', port >>> 1);
    this.#known.set(key, traffic);
    return traffic;
  }

  #judge(client: Peer, server: Peer, proto: 'tcp' | 'udp', port: number): PlainTraffic | null {
    if (this.#index.forbidden(client.endpoint, server.endpoint, proto, port) !== null) return null;
    const matches = matchesOf(this.#index, client, server, proto, port);
    if (matches.length === 0) return null;
    return {
      client,
      server,
      oneClient: true,
      oneServer: true,
      proto,
      port,
      verdict: { kind: 'expected', matches },
      connections: 0,
      bytes: 0,
      outcomes: new Map(),
      firstFrame: 0,
      firstSeconds: 0,
      firstNanoseconds: 0,
      lastSeconds: 0,
      lastNanoseconds: 0,
    };
  }

  inOrder(): PlainTraffic[] {
    return [...this.#known.values()].filter((traffic) => traffic !== null && traffic.connections > 0) as PlainTraffic[];
  }
}

/** Endpoints of a topology, and ports with their protocol: limits that keep a key of three within 2^53. */
const ENDPOINT_LIMIT = 2 ** 18;
const PORT_LIMIT = 2 ** 17;
