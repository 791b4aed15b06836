import type { Packet } from './packet.ts';

/** Names of the kinds of tunnel, by their number in `Packet.tunnel`. */
export const TUNNELS = [
  'none',
  'ip-in-ip',
  'gre',
  'pptp',
  'nvgre',
  'erspan',
  'vxlan',
  'geneve',
  'gtp-u',
  'l2tp',
  'teredo',
  'mpls',
  'pppoe',
  'pbb',
  'etherip',
] as const;

export const TUNNEL_IP_IN_IP = 1;
export const TUNNEL_GRE = 2;
export const TUNNEL_PPTP = 3;
export const TUNNEL_NVGRE = 4;
export const TUNNEL_ERSPAN = 5;
export const TUNNEL_VXLAN = 6;
export const TUNNEL_GENEVE = 7;
export const TUNNEL_GTP_U = 8;
export const TUNNEL_L2TP = 9;
export const TUNNEL_TEREDO = 10;
export const TUNNEL_MPLS = 11;
export const TUNNEL_PPPOE = 12;
export const TUNNEL_PBB = 13;
export const TUNNEL_ETHERIP = 14;
/** Tunnels whose number is the same in both directions (key, VSID, VNI, session, service), a bit each: every frame with a tag asks. */
const SEPARATING = [TUNNEL_GRE, TUNNEL_NVGRE, TUNNEL_VXLAN, TUNNEL_GENEVE, TUNNEL_PPPOE, TUNNEL_PBB].reduce(
  (bits, kind) => bits | (1 << kind),
  0,
);

/** True where the number of a tunnel of this kind, or of none, keeps networks apart. */
export function isSeparatingTunnel(kind: number): boolean {
  return ((SEPARATING >>> kind) & 1) !== 0;
}

/** Not a tunnel, but a number that keeps networks apart all the same (`separate`). */
export const SEPARATE_VLAN = 15;

/**
 * Headers that may hold another header of the link or network layer, one in the other: tunnels, tags beyond VLANs, LLC. Six are
 * real (MPLS, pseudowire, PPPoE, PPP, L2TP, IP in IP); an attacker's chain ends here.
 */
export const MAX_NESTING = 16;

/** Notes that what follows is inside of a tunnel. The first tunnel is the outermost; the first one over IP leaves its carrier's addresses. */
export function enterTunnel(packet: Packet, kind: number, id: number): void {
  if (packet.tunnel === 0) {
    packet.tunnel = kind;
    packet.tunnelId = id;
  }
  if (packet.family !== 0 && packet.outerFamily === 0) {
    const isV4 = packet.family === 4;
    packet.outerFamily = packet.family;
    packet.outerSource = isV4 ? packet.source : packet.sourceOffset;
    packet.outerDestination = isV4 ? packet.destination : packet.destinationOffset;
    packet.outerProtocol = packet.protocol;
    packet.outerIdentification = packet.identification;
    packet.outerMoreFragments = packet.moreFragments;
  }
  if (packet.family !== 0 && packet.moreFragments !== 0 && packet.carrierFamily === 0) {
    const isV4 = packet.family === 4;
    packet.carrierFamily = packet.family;
    packet.carrierSource = isV4 ? packet.source : packet.sourceOffset;
    packet.carrierDestination = isV4 ? packet.destination : packet.destinationOffset;
    packet.carrierProtocol = packet.fragmentProtocol;
    packet.carrierIdentification = packet.identification;
    packet.carrierLength = packet.fragmentLength;
  }
  // The group was the carrier's; an inner Ethernet header says it anew.
  packet.toGroup = 0;
}

/** 2 to the 32nd divided by the golden ratio, odd: multiplying by it loses nothing and spreads the bits. */
const GOLDEN = 0x9e3779b1 | 0;

/** Mixes a number that keeps networks apart into the packet's context. The same numbers give the same context on any machine. */
export function separate(packet: Packet, kind: number, id: number): void {
  packet.context = Math.imul(packet.context ^ (kind << 24) ^ id, GOLDEN);
}
