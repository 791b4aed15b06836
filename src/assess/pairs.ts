import type { Judged } from './context.ts';
import { type ConversationTable, NETWORK_SHIFT, PORT_MASK } from './conversation-table.ts';
import type { ConversationNetwork, NetworkPairs } from './network-pairs.ts';
import type { Peer } from './peers.ts';
import type { PairReport } from './types.ts';

/** Rows published; with more of them the rest is counted. */
const MOST_PAIRS = 50_000;

/** The better of what the addresses of one host showed. */
const RANK = { works: 0, mixed: 1, blocked: 2, undecided: 3 } as const;

/** The name by which an end is known from capture to capture: that of a host of the topology, else the address. */
export function endIdentity({ endpoint, ip }: Pick<Peer, 'endpoint' | 'ip'>): string {
  return endpoint.kind === 'host' && endpoint.name !== null ? endpoint.name.toLowerCase() : ip;
}

/**
 * Who asked whom on which port, and whether it got through: what a comparison needs to tell what is fixed from what was not tried. What
 * was judged one by one comes first, then what simply works.
 * @param table all conversations; those marked odd are among `judged`
 */
export function pairsOf(
  judged: readonly Judged[],
  table: ConversationTable,
  peers: readonly Peer[],
  networks: NetworkPairs,
): { pairs: PairReport[]; leftOut: number } {
  const pairs: PairReport[] = [];
  const ends = new Ends(peers);
  // Only of ends with several addresses: all others are rows of their own already, and there may be very many.
  const shared = new Map<string, PairReport>();
  let leftOut = 0;
  const add = (
    client: Peer,
    server: Peer,
    proto: 'tcp' | 'udp',
    port: number,
    state: PairReport['state'],
    network: ConversationNetwork | null,
  ): void => {
    const src = ends.names[client.number];
    const dest = ends.names[server.number];
    const key = ends.haveSeveral(src, dest) ? `${src} ${dest} ${proto} ${port} ${network?.number}` : null;
    const known = key === null ? undefined : shared.get(key);
    if (known !== undefined) {
      if (RANK[state] < RANK[known.state]) known.state = state;
      return;
    }
    if (pairs.length === MOST_PAIRS) {
      leftOut++;
      return;
    }
    const row: PairReport =
      network === null
        ? { src, dest, proto, dest_port: port, state }
        : { src, dest, proto, dest_port: port, network: network.text, state };
    pairs.push(row);
    if (key !== null) shared.set(key, row);
  };
  for (const { conversation, verdict, reach } of judged) {
    if (verdict.kind === 'not-judged' || conversation.isTransfer) continue;
    const { client, server, proto, port, network } = conversation;
    add(client, server, proto, port, reach.state, network);
  }
  for (let i = 0; i < table.count; i++) {
    if (table.odd[i] === 1) continue;
    // There may be millions; who would not fit is not even named.
    if (pairs.length === MOST_PAIRS) {
      leftOut++;
      continue;
    }
    const port = table.ports[i] & PORT_MASK;
    const client = peers[table.clients[i]];
    const server = peers[table.servers[i]];
    const network = networks.about(table.ports[i] >>> NETWORK_SHIFT, client, server);
    add(client, server, port & 1 ? 'udp' : 'tcp', port >>> 1, 'works', network);
  }
  return { pairs, leftOut };
}

/** The names of all ends, by the numbers of their peers. */
class Ends {
  readonly names: readonly string[];
  /** Of several addresses. */
  readonly #several = new Set<string>();

  constructor(peers: readonly Peer[]) {
    this.names = peers.map(endIdentity);
    const seen = new Set<string>();
    for (const name of this.names) {
      if (seen.has(name)) this.#several.add(name);
      seen.add(name);
    }
  }

  /** True where one of two names stands for several addresses. */
  haveSeveral(one: string, other: string): boolean {
    return this.#several.size > 0 && (this.#several.has(one) || this.#several.has(other));
  }
}
