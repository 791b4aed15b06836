import { ETHERTYPE_BRIDGED, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './ether-type.ts';
import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { judgeEthernet, judgeIp, UNLIKELY } from './plausible.ts';
import { decodeRawIp } from './raw-ip.ts';
import { NOT_FOR_US, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';
import { enterTunnel, MAX_NESTING, separate, TUNNEL_GENEVE } from './tunnel.ts';

// RFC 8926 section 3.4: version and length of the options in units of four bytes, flags, EtherType, network id, reserved
const VERSION_AND_OPTIONS = 0;
const FLAGS = 1;
const TYPE = 2;
const NETWORK_ID = 4;
const RESERVED = 7;
const HEADER_LENGTH = 8;

const OPTIONS_MASK = 0x3f;
/** Control packets, and bits that are 0. */
const CONTROL_AND_RESERVED = 0xbf;

/** Reads Geneve; control packets stay UDP. */
export function decodeGeneve(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return NOT_FOR_US;
  const first = bytes[offset + VERSION_AND_OPTIONS];
  const type = (bytes[offset + TYPE] << 8) | bytes[offset + TYPE + 1];
  if (first >> 6 !== 0 || (bytes[offset + FLAGS] & CONTROL_AND_RESERVED) !== 0 || bytes[offset + RESERVED] !== 0) {
    return NOT_FOR_US;
  }
  const size = HEADER_LENGTH + ((first & OPTIONS_MASK) << 2);
  const at = offset + size;
  const left = captured - size;
  const rest = length - size;
  if (type === ETHERTYPE_BRIDGED) {
    if (judgeEthernet(packet, bytes, at, left, rest) === UNLIKELY) return NOT_FOR_US;
  } else if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) {
    if (judgeIp(packet, bytes, at, left, rest) === UNLIKELY) return NOT_FOR_US;
  } else return NOT_FOR_US;

  if (left < 0) return TRUNCATED;
  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  const network = view.getUint32(offset + NETWORK_ID) >>> 8;
  enterTunnel(packet, TUNNEL_GENEVE, network);
  separate(packet, TUNNEL_GENEVE, network);
  return type === ETHERTYPE_BRIDGED
    ? decodeEthernet(packet, bytes, view, at, left, rest)
    : decodeRawIp(packet, bytes, view, at, left, rest);
}
