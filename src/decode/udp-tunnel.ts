import { decodeGeneve } from './geneve.ts';
import { decodeGreOverUdp } from './gre.ts';
import { decodeGtpU } from './gtp-u.ts';
import { decodeL2tp } from './l2tp.ts';
import { decodeMplsOverUdp } from './mpls.ts';
import type { Packet } from './packet.ts';
import { NOT_FOR_US } from './reason.ts';
import { decodeTeredo } from './teredo.ts';
import { decodeVxlan } from './vxlan.ts';

// https://www.iana.org/assignments/service-names-port-numbers/; 8472 is the port of VXLAN in Linux before it had one
const L2TP = 1701;
const GTP_U = 2152;
const TEREDO = 3544;
const GRE = 4754;
const VXLAN = 4789;
const VXLAN_GPE = 4790;
const GENEVE = 6081;
const MPLS = 6635;
const OLD_VXLAN = 8472;

/** The ports by their lower byte, in which they all differ: so small a table stays in the cache whatever ports datagrams have. */
const PORT_OF_BYTE = new Uint16Array(0x100);
for (const port of [L2TP, GTP_U, TEREDO, GRE, VXLAN, VXLAN_GPE, GENEVE, MPLS, OLD_VXLAN])
  PORT_OF_BYTE[port & 0xff] = port;

/** True for a port that a tunnel may use: the one look that an ordinary datagram costs. */
export function isTunnelPort(port: number): boolean {
  return PORT_OF_BYTE[port & 0xff] === port;
}

/**
 * Reads the payload of a datagram that its port makes a suspect. Each tunnel looks at its own header and at the one inside before it
 * changes anything; NOT_FOR_US where the datagram is an ordinary one, or where the capture cut it before that can be told.
 */
export function decodeUdpTunnel(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  port: number,
  offset: number,
  captured: number,
  length: number,
): number {
  switch (port) {
    case VXLAN:
    case VXLAN_GPE:
    case OLD_VXLAN:
      return decodeVxlan(packet, bytes, view, offset, captured, length);
    case GENEVE:
      return decodeGeneve(packet, bytes, view, offset, captured, length);
    case GTP_U:
      return decodeGtpU(packet, bytes, view, offset, captured, length);
    case L2TP:
      return decodeL2tp(packet, bytes, view, offset, captured, length);
    case TEREDO:
      return decodeTeredo(packet, bytes, view, offset, captured, length);
    case GRE:
      return decodeGreOverUdp(packet, bytes, view, offset, captured, length);
    case MPLS:
      return decodeMplsOverUdp(packet, bytes, view, offset, captured, length);
    default:
      return NOT_FOR_US;
  }
}
