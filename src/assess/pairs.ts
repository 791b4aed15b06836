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
  const rows = new Map<string, PairReport>();
  let leftOut = 0;
  const add = (
    client: Peer,
    server: Peer,
    proto: 'tcp' | 'udp',
    port: number,
    state: PairReport['state'],
    network: ConversationNetwork | null,
  ): void => {
    const src = endIdentity(client);
    const dest = endIdentity(server);
    const place = network === null ? {} : { network: network.text };
    const key = `${src} ${dest} ${proto} ${port} ${network?.number}`;
    const known = rows.get(key);
    if (known !== undefined) {
      if (RANK[state] < RANK[known.state]) known.state = state;
    } else if (rows.size < MOST_PAIRS) rows.set(key, { src, dest, proto, dest_port: port, ...place, state });
    else leftOut++;
  };
  for (const { conversation, verdict, reach } of judged) {
    if (verdict.kind === 'not-judged' || conversation.isTransfer) continue;
    const { client, server, proto, port, network } = conversation;
    add(client, server, proto, port, reach.state, network);
  }
  for (let i = 0; i < table.count; i++) {
    if (table.odd[i] === 1) continue;
    // There may be millions; who would not fit is not even named.
    if (rows.size === MOST_PAIRS) {
      leftOut++;
      continue;
    }
    const port = table.ports[i] & PORT_MASK;
    const client = peers[table.clients[i]];
    const server = peers[table.servers[i]];
    const network = networks.about(table.ports[i] >>> NETWORK_SHIFT, client, server);
    add(client, server, port & 1 ? 'udp' : 'tcp', port >>> 1, 'works', network);
  }
  return { pairs: [...rows.values()], leftOut };
}
