import type { Packet } from '../decode/packet.ts';
import { isSeparatingTunnel, TUNNELS } from '../decode/tunnel.ts';
import { AddressTable } from './address-table.ts';
import { OTHER_NETWORKS } from './record.ts';

/** Networks that get a number of their own: 0 is that of frames without tag and tunnel, the last one is shared by all others. */
const MOST_NETWORKS = OTHER_NETWORKS - 1;
/** Four integers a network: the hash of all numbers that keep networks apart, outermost VLAN, kind and number of the outermost tunnel. */
const NETWORK_INTS = 4;

/**
 * Numbers for the networks that frames were in, by their VLAN tags and tunnels, so that one fits into a record. They belong to one table: a
 * part carries its networks along, and a merge translates them.
 */
export class NetworkTable {
  readonly #table: AddressTable;

  constructor(seed: number) {
    this.#table = new AddressTable(seed, 16, MOST_NETWORKS);
  }

  get count(): number {
    return this.#table.count;
  }

  /** NETWORK_INTS integers for each network from number 1 on. */
  get words(): Int32Array {
    return this.#table.words;
  }

  /** The number of the network of a packet that has a tag or came in a tunnel. */
  numberOf(packet: Packet): number {
    // Where the number of a tunnel does not tell networks apart, it differs by direction.
    const id = isSeparatingTunnel(packet.tunnel) ? packet.tunnelId : 0;
    return this.#intern(packet.context, packet.vlan, packet.tunnel, id);
  }

  /** Takes over the networks of a part. @returns their numbers here, by their numbers there */
  append(words: Int32Array, count: number): Int32Array {
    const numbers = new Int32Array(OTHER_NETWORKS + 1);
    for (let i = 0; i < count; i++) {
      const at = i * NETWORK_INTS;
      numbers[i + 1] = this.#intern(words[at], words[at + 1], words[at + 2], words[at + 3]);
    }
    numbers[OTHER_NETWORKS] = OTHER_NETWORKS;
    return numbers;
  }

  #intern(context: number, vlan: number, tunnel: number, id: number): number {
    const number = this.#table.internWords(context, vlan, tunnel, id);
    return number < 0 ? OTHER_NETWORKS : number + 1;
  }
}

/** What keeps a network apart from others, as one number; 0 where nothing does. */
export function separationOf(words: Int32Array, network: number): number {
  if (network === OTHER_NETWORKS) return -1;
  return network === 0 ? 0 : words[(network - 1) * NETWORK_INTS];
}

/** The outermost VLAN of a network; null where its frames had no tag, or where it shares its number with others. */
export function vlanOf(words: Int32Array, network: number): number | null {
  if (network === 0 || network === OTHER_NETWORKS) return null;
  const vlan = words[(network - 1) * NETWORK_INTS + 1];
  return vlan < 0 ? null : vlan;
}

/** The outermost tunnel of a network, with its number where that is the same in both directions: `vxlan 5001`, `gre`; null where there is none. */
export function tunnelText(words: Int32Array, network: number): string | null {
  if (network === 0 || network === OTHER_NETWORKS) return null;
  const at = (network - 1) * NETWORK_INTS;
  const kind = words[at + 2];
  if (kind === 0) return null;
  const id = words[at + 3] >>> 0;
  return isSeparatingTunnel(kind) && id > 0 ? `${TUNNELS[kind]} ${id}` : TUNNELS[kind];
}

/** A network in the words of a reader: `VLAN 20`, `VLAN 20 vxlan 5001`; it has a VLAN or a tunnel. */
export function networkText(words: Int32Array, network: number): string {
  const vlan = vlanOf(words, network);
  return [vlan === null ? null : `VLAN ${vlan}`, tunnelText(words, network)].filter((name) => name !== null).join(' ');
}

/** Fields of Wireshark that hold the number of a tunnel; that of NVGRE holds a flow beside it. */
const TUNNEL_FIELDS: Partial<Record<(typeof TUNNELS)[number], string>> = {
  gre: 'gre.key',
  vxlan: 'vxlan.vni',
  geneve: 'geneve.vni',
  pppoe: 'pppoe.session_id',
  pbb: 'ieee8021ah.isid',
};

/** What of a display filter of Wireshark chooses the frames of a network; null where its fields do not tell. */
export function networkFilter(words: Int32Array, network: number): string | null {
  const vlan = vlanOf(words, network);
  const at = (network - 1) * NETWORK_INTS;
  const kind = words[at + 2];
  const id = words[at + 3] >>> 0;
  const field = TUNNEL_FIELDS[TUNNELS[kind]];
  const tunnel = field === undefined || id === 0 ? null : `${field} == ${id}`;
  const filters = [vlan === null ? null : `vlan.id == ${vlan}`, tunnel].filter((filter) => filter !== null);
  return filters.length === 0 ? null : filters.join(' && ');
}
