import type { ApartNetworks } from '../track/apart-networks.ts';
import type { FateTable } from '../track/fate-table.ts';
import { type FateView, newFateView } from '../track/fate-view.ts';
import { type Heard, hear, hearAnswer, unheard } from './heard.ts';
import { isListed, PARTY_LIMIT, type Peer, type Peers, type RowPeers } from './peers.ts';

/** The network of a conversation whose two addresses the capture shows in several, each judged on its own. */
export interface ConversationNetwork {
  /** Of `Observation.networks`. */
  number: number;
  /** `VLAN 20`. */
  text: string;
  /** What of a display filter chooses it; null where the fields of a frame do not tell. */
  filter: string | null;
  /** What the two were heard to say in it. */
  client: Heard;
  server: Heard;
}

/**
 * Pairs of addresses that are judged apart in each of their networks: both ends are listed, each network shows that answers between them
 * pass the capture point there (packets both ways, or an ICMP error about them), all at the same time, and no connection of the whole
 * capture shows that any two of these networks are one. All other pairs are judged as if there were no networks.
 */
export class NetworkPairs {
  readonly #networks: ApartNetworks | null;
  readonly #apart = new Set<number>();
  readonly #heard = new Map<number, Heard>();

  constructor(networks: ApartNetworks | null, fates: FateTable, peers: Peers, rows: RowPeers) {
    this.#networks = networks;
    if (networks === null) return;
    const answered = answersByNetwork(fates, peers, rows);
    for (const [pair, byNetwork] of answered) {
      const seen = [...byNetwork.keys()];
      if (seen.length > 1 && !byNetwork.has(0) && [...byNetwork.values()].every(Boolean) && networks.overlap(seen))
        this.#apart.add(pair);
    }
    if (this.#apart.size > 0) this.#listen(fates, peers, rows);
  }

  /** The network in which a row is judged; 0 where its addresses are judged alike in all. */
  of({ network }: Pick<FateView, 'network'>, client: Peer, server: Peer): number {
    return network !== 0 && this.#apart.size > 0 && this.#apart.has(pairOf(client, server)) ? network : 0;
  }

  /** What is to be known of a network that `of` gave; null for 0. */
  about(number: number, client: Peer, server: Peer): ConversationNetwork | null {
    if (number === 0 || this.#networks === null) return null;
    return {
      number,
      text: this.#networks.text(number),
      filter: this.#networks.filter(number),
      client: this.#heardOf(client, number),
      server: this.#heardOf(server, number),
    };
  }

  /** What an address was heard to say in one network; null where networks are not asked apart about it. */
  heardIn(peer: Peer, network: number): Heard | null {
    return network === 0 || this.#heard.size === 0 ? null : (this.#heard.get(placeOf(peer, network)) ?? null);
  }

  #heardOf(peer: Peer, network: number): Heard {
    return this.#heard.get(placeOf(peer, network)) ?? SILENT;
  }

  /** Counts what the addresses of these pairs say in each network, to whomever. */
  #listen(fates: FateTable, peers: Peers, { clients, servers }: RowPeers): void {
    const wanted = new Set([...this.#apart].flatMap((pair) => [Math.floor(pair / PARTY_LIMIT), pair % PARTY_LIMIT]));
    const view = newFateView();
    for (let row = 0; row < fates.count; row++) {
      const server = servers[row];
      if (fates.networkOf(row) === 0 || !(wanted.has(clients[row]) || wanted.has(server))) continue;
      fates.read(row, view);
      if (view.twoWay === 0) continue;
      for (const number of [clients[row], server]) {
        if (!wanted.has(number)) continue;
        const place = placeOf(peers.all[number], view.network);
        const heard = this.#heard.get(place) ?? unheard();
        this.#heard.set(place, heard);
        hear(heard, view);
        if (number === server && view.proto === 'udp') hearAnswer(heard, view);
      }
    }
  }
}

const SILENT: Heard = unheard();

/** Of each pair of listed addresses that may be in several networks, whether each network that shows it shows that answers pass there. */
function answersByNetwork(fates: FateTable, peers: Peers, rows: RowPeers): Map<number, Map<number, boolean>> {
  const answered = new Map<number, Map<number, boolean>>();
  const seen = networksOfPeers(fates, peers, rows);
  if (!seen.includes(SEVERAL)) return answered;
  const view = newFateView();
  for (let row = 0; row < fates.count; row++) {
    if (seen[rows.clients[row]] !== SEVERAL || seen[rows.servers[row]] !== SEVERAL) continue;
    const client = peers.all[rows.clients[row]];
    const server = peers.all[rows.servers[row]];
    if (!isListed(client) || !isListed(server)) continue;
    const pair = pairOf(client, server);
    let byNetwork = answered.get(pair);
    if (byNetwork === undefined) {
      byNetwork = new Map();
      answered.set(pair, byNetwork);
    }
    fates.read(row, view);
    const isHeard = view.twoWay > 0 || view.icmp !== null;
    byNetwork.set(view.network, byNetwork.get(view.network) === true || isHeard);
  }
  return answered;
}

/** In the place of the number of a network: none yet, more than one. */
const NONE = -1;
const SEVERAL = -2;

/** The network of each peer, by its number: most are in one, and so are all of their pairs. */
function networksOfPeers(fates: FateTable, peers: Peers, { clients, servers }: RowPeers): Int16Array {
  const seen = new Int16Array(peers.all.length).fill(NONE);
  const see = (peer: number, network: number): void => {
    if (seen[peer] !== network) seen[peer] = seen[peer] === NONE ? network : SEVERAL;
  };
  for (let row = 0; row < fates.count; row++) {
    const network = fates.networkOf(row);
    see(clients[row], network);
    see(servers[row], network);
  }
  return seen;
}

function pairOf(a: Peer, b: Peer): number {
  return a.number < b.number ? a.number * PARTY_LIMIT + b.number : b.number * PARTY_LIMIT + a.number;
}

/** Networks have less than 2^13 numbers (record.ts). */
function placeOf(peer: Peer, network: number): number {
  return peer.number * 2 ** 13 + network;
}
