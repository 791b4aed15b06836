import type { Packet } from '../decode/packet.ts';
import type { AddressTable } from './address-table.ts';
import type { MessageLog } from './message-log.ts';
import { KIND_IPV6 } from './record.ts';

// The fields of one message.
/** Protocol that the IP header names (not what may follow behind further headers), and family, as the key part of KIND. */
export const FRAGMENT_KEY = 0;
export const FRAGMENT_SOURCE = 1;
export const FRAGMENT_DESTINATION = 2;
export const FRAGMENT_IDENTIFICATION = 3;
/** Source port << 16 | destination port of the connection; of a first fragment only. */
export const FRAGMENT_PORTS = 4;
/** Byte offset << 1 | more fragments. */
export const FRAGMENT_PLACE = 5;
/** Bytes of the frame on the wire. */
export const FRAGMENT_BYTES = 6;
export const FRAGMENT_SECONDS = 7;
export const FRAGMENT_NANOSECONDS = 8;
export const FRAGMENT_FRAME = 9;
/** The connection of a first fragment: key part of KIND, addresses. Those of the packet inside, where the fragment is one of a carrier. */
export const FRAGMENT_CONNECTION_KEY = 10;
export const FRAGMENT_CONNECTION_SOURCE = 11;
export const FRAGMENT_CONNECTION_DESTINATION = 12;
/** Bytes of the datagram in this fragment. */
export const FRAGMENT_LENGTH = 13;
export const FRAGMENT_WIDTH = 14;

/** TCP, UDP, the tunnels that are read through, and the headers that may stand before them (other-protocol.ts, ipv6.ts). */
const FOLLOWED = new Set([0, 4, 6, 17, 41, 43, 47, 51, 60, 97, 115, 135, 137, 139, 140]);

/** True where later fragments of this protocol may belong to a connection. */
export function isFollowed(protocol: number): boolean {
  return FOLLOWED.has(protocol);
}

/** Keeps a fragment; the first one is the key to the ports of the others (join-fragments.ts). */
export function logFragment(
  log: MessageLog,
  addresses: AddressTable,
  packet: Packet,
  view: DataView,
  length: number,
  seconds: number,
  nanoseconds: number,
  frame: number,
): void {
  const at = log.next();
  if (at < 0) return;
  const isV4 = packet.family === 4;
  const values = log.values;
  const source = isV4 ? packet.source : addresses.intern(view, packet.sourceOffset);
  const destination = isV4 ? packet.destination : addresses.intern(view, packet.destinationOffset);
  const isFirst = packet.fragmentOffset === 0;
  values[at + FRAGMENT_KEY] = packet.fragmentProtocol | (isV4 ? 0 : KIND_IPV6);
  values[at + FRAGMENT_SOURCE] = source;
  values[at + FRAGMENT_DESTINATION] = destination;
  values[at + FRAGMENT_IDENTIFICATION] = packet.identification;
  values[at + FRAGMENT_PORTS] = isFirst ? (packet.sourcePort << 16) | packet.destinationPort : 0;
  values[at + FRAGMENT_PLACE] = (packet.fragmentOffset << 1) | packet.moreFragments;
  values[at + FRAGMENT_CONNECTION_KEY] = isFirst ? packet.protocol | (isV4 ? 0 : KIND_IPV6) : 0;
  values[at + FRAGMENT_CONNECTION_SOURCE] = isFirst ? source : 0;
  values[at + FRAGMENT_CONNECTION_DESTINATION] = isFirst ? destination : 0;
  values[at + FRAGMENT_LENGTH] = packet.fragmentLength;
  writeFrame(values, at, length, seconds, nanoseconds, frame);
  if (!isV4 && (source < 0 || destination < 0)) log.lose();
}

/** Keeps the first fragment of a packet that carries another: its later fragments go with the connection inside. */
export function logCarrier(
  log: MessageLog,
  addresses: AddressTable,
  packet: Packet,
  view: DataView,
  length: number,
  seconds: number,
  nanoseconds: number,
  frame: number,
): void {
  const at = log.next();
  if (at < 0) return;
  const isV4 = packet.carrierFamily === 4;
  const isInnerV4 = packet.family === 4;
  const values = log.values;
  const { carrierSource, carrierDestination } = packet;
  values[at + FRAGMENT_KEY] = packet.carrierProtocol | (isV4 ? 0 : KIND_IPV6);
  const source = isV4 ? carrierSource : addresses.intern(view, carrierSource);
  const destination = isV4 ? carrierDestination : addresses.intern(view, carrierDestination);
  const innerSource = isInnerV4 ? packet.source : addresses.intern(view, packet.sourceOffset);
  const innerDestination = isInnerV4 ? packet.destination : addresses.intern(view, packet.destinationOffset);
  values[at + FRAGMENT_SOURCE] = source;
  values[at + FRAGMENT_DESTINATION] = destination;
  values[at + FRAGMENT_IDENTIFICATION] = packet.carrierIdentification;
  values[at + FRAGMENT_PORTS] = (packet.sourcePort << 16) | packet.destinationPort;
  values[at + FRAGMENT_PLACE] = 1;
  values[at + FRAGMENT_CONNECTION_KEY] = packet.protocol | (isInnerV4 ? 0 : KIND_IPV6);
  values[at + FRAGMENT_CONNECTION_SOURCE] = innerSource;
  values[at + FRAGMENT_CONNECTION_DESTINATION] = innerDestination;
  values[at + FRAGMENT_LENGTH] = packet.carrierLength;
  writeFrame(values, at, length, seconds, nanoseconds, frame);
  if ((!isV4 && (source < 0 || destination < 0)) || (!isInnerV4 && (innerSource < 0 || innerDestination < 0)))
    log.lose();
}

function writeFrame(
  values: Int32Array,
  at: number,
  length: number,
  seconds: number,
  nanoseconds: number,
  frame: number,
): void {
  values[at + FRAGMENT_BYTES] = length;
  values[at + FRAGMENT_SECONDS] = seconds;
  values[at + FRAGMENT_NANOSECONDS] = nanoseconds;
  values[at + FRAGMENT_FRAME] = frame;
}
