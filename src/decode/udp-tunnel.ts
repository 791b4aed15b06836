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
const GENEVE = 1;
const GRE = 2;
const GTP_U = 3;
const L2TP = 4;
const MPLS = 5;
const TEREDO = 6;
const VXLAN = 7;

/** The tunnel that a UDP port may carry, by the port: the one look that an ordinary datagram costs. */
export const UDP_TUNNEL_OF_PORT = new Uint8Array(0x10000);
UDP_TUNNEL_OF_PORT[1701] = L2TP;
UDP_TUNNEL_OF_PORT[2152] = GTP_U;
UDP_TUNNEL_OF_PORT[3544] = TEREDO;
UDP_TUNNEL_OF_PORT[4754] = GRE;
UDP_TUNNEL_OF_PORT[4789] = VXLAN;
UDP_TUNNEL_OF_PORT[4790] = VXLAN;
UDP_TUNNEL_OF_PORT[6081] = GENEVE;
UDP_TUNNEL_OF_PORT[6635] = MPLS;
UDP_TUNNEL_OF_PORT[8472] = VXLAN;

/**
 * Reads the payload of a datagram that its port makes a suspect. Each tunnel looks at its own header and at the one inside before it
 * changes anything; NOT_FOR_US where the datagram is an ordinary one, or where the capture cut it before that can be told.
 */
export function decodeUdpTunnel(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  tunnel: number,
  offset: number,
  captured: number,
  length: number,
): number {
  switch (tunnel) {
    case VXLAN:
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
