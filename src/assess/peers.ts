import type { Endpoint, Site } from '../site/index.ts';
import { ipv4Text, ipv6Text } from '../track/address-text.ts';
import type { FateTable } from '../track/fate-table.ts';
import type { FateView } from '../track/fate-view.ts';
import type { Observation } from '../track/observation.ts';
import { type Heard, hear, hearAnswer } from './heard.ts';

/** One address of the capture with what the topology says of it. */
export interface Peer extends Heard {
  /** Number of the peer, in the order of appearance. */
  number: number;
  family: 4 | 6;
  /** As a record holds it. */
  address: number;
  ip: string;
  endpoint: Endpoint;
  connectionsAsClient: number;
  connectionsAsServer: number;
  /** Number of the host where the topology names it, whatever its address; else a number of this address alone. */
  party: number;
  /** Connections of this address in which both directions were captured, and those that evidently worked but show one. */
  twoWay: number;
  oneSided: number;
  /** UDP exchanges that show nothing but packets of this address. */
  udpOneSided: number;
}

/** More parties than a capture can hold, so that a pair of them is a whole number below 2^53. */
export const PARTY_LIMIT = 2 ** 26;

/** Both ends of each row of fates: the number of a peer for each row, as many as the table has. */
export interface RowPeers {
  clients: Int32Array;
  servers: Int32Array;
}

/** Finds the peer of each address; each address is looked up in the topology once. */
export class Peers {
  readonly all: Peer[] = [];
  readonly #site: Site;
  readonly #observation: Observation;
  readonly #v4 = new Map<number, Peer>();
  readonly #v6: (Peer | undefined)[] = [];

  constructor(site: Site, observation: Observation) {
    this.#site = site;
    this.#observation = observation;
  }

  client(view: Pick<FateView, 'family' | 'client'>): Peer {
    return view.family === 4 ? this.#peer4(view.client) : this.#peer6(view.client);
  }

  server(view: Pick<FateView, 'family' | 'server'>): Peer {
    return view.family === 4 ? this.#peer4(view.server) : this.#peer6(view.server);
  }

  /** Numbers that `party` of a peer is below. */
  get parties(): number {
    return this.#site.endpoints.length + this.all.length;
  }

  /** The peers of all rows, each looked up once for whoever goes through the rows. */
  ofRows(fates: FateTable): RowPeers {
    const clients = new Int32Array(fates.count);
    const servers = new Int32Array(fates.count);
    const view: Pick<FateView, 'family' | 'client' | 'server'> = { family: 4, client: 0, server: 0 };
    for (let row = 0; row < fates.count; row++) {
      fates.readEnds(row, view);
      clients[row] = this.client(view).number;
      servers[row] = this.server(view).number;
    }
    return { clients, servers };
  }

  /** The peer of an address as a record holds it. */
  of(family: 4 | 6, address: number): Peer {
    return family === 4 ? this.#peer4(address) : this.#peer6(address);
  }

  /** Counts connections for both of their ends. */
  count(view: FateView, client: Peer, server: Peer): void {
    const { connections, twoWay } = view;
    client.connectionsAsClient += connections;
    server.connectionsAsServer += connections;
    if (twoWay > 0) {
      hear(client, view);
      hear(server, view);
      if (view.proto === 'udp') hearAnswer(server, view);
    }
    if (view.outcome !== 'one-sided') return;
    const oneSided = connections - twoWay;
    if (view.proto === 'udp') server.udpOneSided += oneSided;
    else {
      client.oneSided += oneSided;
      server.oneSided += oneSided;
    }
  }

  #peer4(address: number): Peer {
    let peer = this.#v4.get(address);
    if (peer === undefined) {
      peer = this.#add(4, address, ipv4Text(address), this.#site.lookup4(address));
      this.#v4.set(address, peer);
    }
    return peer;
  }

  #peer6(number: number): Peer {
    let peer = this.#v6[number];
    if (peer === undefined) {
      const words = this.#observation.addressWords;
      const at = number * 4;
      const index = this.#site.lookup6(words[at], words[at + 1], words[at + 2], words[at + 3]);
      peer = this.#add(6, number, ipv6Text(words, at), index);
      this.#v6[number] = peer;
    }
    return peer;
  }

  #add(family: 4 | 6, address: number, ip: string, endpointIndex: number): Peer {
    const peer: Peer = {
      number: this.all.length,
      family,
      address,
      ip,
      endpoint: this.#site.endpoints[endpointIndex],
      party: 0,
      connectionsAsClient: 0,
      connectionsAsServer: 0,
      twoWay: 0,
      span: null,
      oneSided: 0,
      udpAnswered: null,
      closer: null,
      udpOneSided: 0,
    };
    const { kind, base } = peer.endpoint;
    peer.party = kind === 'host' ? base : this.#site.endpoints.length + peer.number;
    this.all.push(peer);
    return peer;
  }
}

/** True where the topology lists the address, itself or by its network. */
export function isListed(peer: Peer): boolean {
  return peer.endpoint.kind === 'host' || peer.endpoint.kind === 'network';
}
