import { decodeEthernet } from './ethernet.ts';
import { decodeMpls } from './mpls.ts';
import type { Packet } from './packet.ts';
import { judgeEthernet, judgeIp, UNLIKELY } from './plausible.ts';
import { decodeRawIp } from './raw-ip.ts';
import { NOT_FOR_US, TOO_MANY_HEADERS } from './reason.ts';
import { enterTunnel, MAX_NESTING, separate, TUNNEL_VXLAN } from './tunnel.ts';

// RFC 7348 section 5: flags, reserved, network id, reserved; draft-ietf-nvo3-vxlan-gpe: next protocol in byte 3;
// draft-smith-vxlan-group-policy: more flags in byte 1, group in bytes 2 and 3
const FLAGS = 0;
const GROUP_FLAGS = 1;
const GROUP = 2;
const NEXT_PROTOCOL = 3;
const NETWORK_ID = 4;
const RESERVED = 7;
const HEADER_LENGTH = 8;

const HAS_NETWORK = 0x08;
const HAS_NEXT_PROTOCOL = 0x04;
/** GPE: flooded or sent to a group of tunnel ends. */
const IS_FLOODED = 0x02;
const HAS_GROUP = 0x80;
/** Do not learn, policy applied. */
const GROUP_FLAGS_MASK = 0x48;

const NEXT_IPV4 = 1;
const NEXT_IPV6 = 2;
const NEXT_ETHERNET = 3;
const NEXT_MPLS = 5;

/** Reads VXLAN, with group policy or with a next protocol (GPE). */
export function decodeVxlan(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return NOT_FOR_US;
  const flags = bytes[offset + FLAGS];
  const groupFlags = (flags & HAS_GROUP) !== 0 ? GROUP_FLAGS_MASK : 0;
  if ((bytes[offset + GROUP_FLAGS] & ~groupFlags) !== 0 || bytes[offset + RESERVED] !== 0) return NOT_FOR_US;
  let next = NEXT_ETHERNET;
  if ((flags & ~IS_FLOODED) === (HAS_NETWORK | HAS_NEXT_PROTOCOL)) {
    next = bytes[offset + NEXT_PROTOCOL];
    if (bytes[offset + GROUP] !== 0) return NOT_FOR_US;
  } else if (flags === HAS_NETWORK) {
    if (bytes[offset + GROUP] !== 0 || bytes[offset + GROUP + 1] !== 0) return NOT_FOR_US;
  } else if (flags !== (HAS_NETWORK | HAS_GROUP)) return NOT_FOR_US;
  const at = offset + HEADER_LENGTH;
  const left = captured - HEADER_LENGTH;
  const rest = length - HEADER_LENGTH;
  if (next === NEXT_ETHERNET) {
    if (judgeEthernet(packet, bytes, at, left, rest) === UNLIKELY) return NOT_FOR_US;
  } else if (next === NEXT_IPV4 || next === NEXT_IPV6) {
    if (judgeIp(packet, bytes, at, left, rest) === UNLIKELY) return NOT_FOR_US;
  } else if (next !== NEXT_MPLS) return NOT_FOR_US;

  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  const network = view.getUint32(offset + NETWORK_ID) >>> 8;
  enterTunnel(packet, TUNNEL_VXLAN, network);
  separate(packet, TUNNEL_VXLAN, network);
  if (next === NEXT_ETHERNET) return decodeEthernet(packet, bytes, view, at, left, rest);
  if (next === NEXT_MPLS) return decodeMpls(packet, bytes, view, at, left, rest);
  return decodeRawIp(packet, bytes, view, at, left, rest);
}
