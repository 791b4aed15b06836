import { IPV4_HEADER_LENGTH } from '../decode/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../decode/ipv6.ts';
import { Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../decode/packet.ts';
import type { AddressTable } from './address-table.ts';
import type { MessageLog } from './message-log.ts';
import { KIND_IPV6 } from './record.ts';

// The fields of one message.
/** Protocol and family of the quoted packet, as the key part of KIND. */
export const QUOTED_KEY = 0;
/** Ends of the quoted packet: addresses as in a record, ports packed as source << 16 | destination. */
export const QUOTED_SOURCE = 1;
export const QUOTED_DESTINATION = 2;
export const QUOTED_PORTS = 3;
/** version << 16 | type << 8 | code */
export const ICMP_KIND = 4;
/** Who sent the error. */
export const ICMP_SENDER = 5;
export const ICMP_SECONDS = 6;
export const ICMP_NANOSECONDS = 7;
export const ICMP_FRAME = 8;
/** Number of the network that the error was in. */
export const ICMP_NETWORK = 9;
export const ICMP_MESSAGE_WIDTH = 10;

/** Extension headers walked inside a quote. */
const MAX_QUOTED_HEADERS = 8;

const quoted = new Packet();

/**
 * Keeps an ICMP error that quotes the start of a TCP or UDP packet. Eight bytes of the transport header are enough (RFC 792
 * promises no more), four hold the ports.
 * @returns false where the quote does not reach the ports, is a later fragment, or speaks of another protocol
 */
export function logIcmpError(
  log: MessageLog,
  addresses: AddressTable,
  packet: Packet,
  network: number,
  bytes: Uint8Array,
  view: DataView,
  seconds: number,
  nanoseconds: number,
  frame: number,
): boolean {
  const offset = packet.quoteOffset;
  const isV4 = packet.family === 4;
  if (
    !(isV4
      ? readQuote4(bytes, view, offset, packet.quoteCaptured)
      : readQuote6(bytes, view, offset, packet.quoteCaptured))
  )
    return false;
  const at = log.next();
  if (at < 0) return true;
  const values = log.values;
  values[at + QUOTED_KEY] = quoted.protocol | (isV4 ? 0 : KIND_IPV6);
  values[at + QUOTED_SOURCE] = isV4 ? quoted.source : addresses.intern(view, quoted.sourceOffset);
  values[at + QUOTED_DESTINATION] = isV4 ? quoted.destination : addresses.intern(view, quoted.destinationOffset);
  values[at + QUOTED_PORTS] = (quoted.sourcePort << 16) | quoted.destinationPort;
  values[at + ICMP_KIND] = (packet.family << 16) | (packet.icmpType << 8) | packet.icmpCode;
  values[at + ICMP_SENDER] = isV4 ? packet.source : addresses.intern(view, packet.sourceOffset);
  values[at + ICMP_SECONDS] = seconds;
  values[at + ICMP_NANOSECONDS] = nanoseconds;
  values[at + ICMP_FRAME] = frame;
  values[at + ICMP_NETWORK] = network;
  if (!isV4 && (values[at + QUOTED_SOURCE] < 0 || values[at + QUOTED_DESTINATION] < 0 || values[at + ICMP_SENDER] < 0))
    log.lose();
  return true;
}

/** The lax twin of decodeIpv4: lengths in a quote speak of a packet that is mostly not there. */
function readQuote4(bytes: Uint8Array, view: DataView, offset: number, captured: number): boolean {
  if (captured < IPV4_HEADER_LENGTH || bytes[offset] >> 4 !== 4) return false;
  const headerLength = (bytes[offset] & 0x0f) << 2;
  if (headerLength < IPV4_HEADER_LENGTH || (view.getUint16(offset + 6) & 0x1fff) !== 0) return false;
  quoted.protocol = bytes[offset + 9];
  quoted.source = view.getInt32(offset + 12);
  quoted.destination = view.getInt32(offset + 16);
  return readQuotedPorts(view, offset + headerLength, captured - headerLength);
}

/** The lax twin of decodeIpv6. */
function readQuote6(bytes: Uint8Array, view: DataView, offset: number, captured: number): boolean {
  if (captured < IPV6_HEADER_LENGTH || bytes[offset] >> 4 !== 6) return false;
  quoted.sourceOffset = offset + 8;
  quoted.destinationOffset = offset + 24;
  let next = bytes[offset + 6];
  let at = offset + IPV6_HEADER_LENGTH;
  let left = captured - IPV6_HEADER_LENGTH;
  for (let headers = 0; next !== PROTOCOL_TCP && next !== PROTOCOL_UDP; headers++) {
    const isExtension = next === 0 || next === 43 || next === 44 || next === 60;
    if (!isExtension || headers === MAX_QUOTED_HEADERS || left < 8) return false;
    if (next === 44 && (view.getUint16(at + 2) & 0xfff8) !== 0) return false;
    const size = next === 44 ? 8 : (bytes[at + 1] + 1) << 3;
    next = bytes[at];
    at += size;
    left -= size;
  }
  quoted.protocol = next;
  return readQuotedPorts(view, at, left);
}

function readQuotedPorts(view: DataView, at: number, left: number): boolean {
  if (left < 4 || (quoted.protocol !== PROTOCOL_TCP && quoted.protocol !== PROTOCOL_UDP)) return false;
  quoted.sourcePort = view.getUint16(at);
  quoted.destinationPort = view.getUint16(at + 2);
  return true;
}
