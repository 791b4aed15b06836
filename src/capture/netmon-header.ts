/**
 * The beginning of a Network Monitor file, 1.x and 2.x; little-endian throughout.
 * Layout: "Capture File Format" in the help of Network Monitor 3.4, and Wireshark wiretap/netmon.c for what that leaves open.
 */
import { LINKTYPE_NETMON_WIFI, LINKTYPE_NO_PACKET, LINKTYPE_UNKNOWN } from './link-types.ts';

const VERSION_MINOR = 4;
const VERSION_MAJOR = 5;
const NETWORK = 6;
/** SYSTEMTIME: year, month, day of the week, day, hour, minute, second, millisecond; 16 bits each. */
const START = 8;
const TABLE_OFFSET = 24;
const TABLE_LENGTH = 28;
/** What is read of the header; 2.3 has 72 bytes, others are padded to 128. */
export const NETMON_HEADER_LENGTH = 32;

const MILLISECONDS = 1000;
/** Header of a record: a time of 32 bits and two lengths of 16 in 1.x, a time of 64 bits and two lengths of 32 in 2.x. */
const RECORD_HEADER_1 = 8;
const RECORD_HEADER_2 = 16;
/** Trailer of a record in 2.0 to 2.3: nothing; network; process too; time and time zone too. Versions above 2.3 do not exist. */
const TRAILERS = [0, 2, 6, 15] as const;

/** A Network Monitor file header, plain data. */
export interface NetmonHeader {
  major: 1 | 2;
  minor: number;
  /** LINKTYPE_ value of frames that name no network of their own: of all frames up to 2.0. */
  linkType: number;
  /** Start of the capture in milliseconds since 1970, in the local time of the machine that captured, whose time zone the file does not tell. */
  startMilliseconds: number;
  tableOffset: number;
  /** Bytes of the table of frames: 4 for each. */
  tableLength: number;
  recordHeader: number;
  trailer: number;
  /** Frames carry their own time, in UTC (2.3). */
  hasUtc: boolean;
}

/** @param bytes the first {@link NETMON_HEADER_LENGTH} bytes @returns the header, or the major version that is not known */
export function parseNetmonHeader(bytes: Uint8Array): NetmonHeader | { unknownVersion: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getUint8(VERSION_MAJOR);
  const minor = view.getUint8(VERSION_MINOR);
  if (major !== 1 && major !== 2) return { unknownVersion: major };
  const field = (index: number): number => view.getUint16(START + 2 * index, true);
  return {
    major,
    minor,
    linkType: linkTypeOf(view.getUint16(NETWORK, true)),
    startMilliseconds:
      Date.UTC(field(0), field(1) - 1, field(3), field(4), field(5)) + field(6) * MILLISECONDS + field(7),
    tableOffset: view.getUint32(TABLE_OFFSET, true),
    tableLength: view.getUint32(TABLE_LENGTH, true),
    recordHeader: major === 1 ? RECORD_HEADER_1 : RECORD_HEADER_2,
    trailer: major === 1 ? 0 : TRAILERS[Math.min(minor, TRAILERS.length - 1)]!,
    hasUtc: major === 2 && minor >= 3,
  };
}

/** No record of any kind: an entry that Network Monitor itself does not show, and Wireshark does not number. */
export const NOT_A_FRAME = -1;

/** Networks 0 to 9: NDIS media, but for those that 2.x reuses. */
const MEDIA = [
  1, // Ethernet, also of VPN adapters
  1, // Ethernet
  6, // token ring
  10, // FDDI
  LINKTYPE_UNKNOWN, // WAN
  LINKTYPE_UNKNOWN, // IP over IEEE 1394
  LINKTYPE_NETMON_WIFI,
  101, // tunnels
  101, // mobile networks
  101, // raw IP
] as const;
const LINKTYPE_IEEE802_11 = 105;
/** 0xe000 and above: a LINKTYPE_ value from a converted pcap file, but for some that Message Analyzer uses. */
const CONVERTED = 0xe000;
const CONVERTED_MASK = 0xf000;
const ANALYZER_WIFI = 0xe080;
const ANALYZER_LAST = 0xe08a;
const PAYLOAD_HEADER = 0xfffc;
const NETWORK_INFO = 0xfffd;
const DNS_CACHE = 0xfffe;
const EVENT = 0xffe0;
const NETWORK_INFO_EX = 0xfffb;
const FILTER = 0xffff;

/** The LINKTYPE_ value (or one of ours) of a network number of Network Monitor; NOT_A_FRAME for what has no number in Wireshark. */
export function linkTypeOf(network: number): number {
  if (network < MEDIA.length) return MEDIA[network]!;
  if (network === ANALYZER_WIFI) return LINKTYPE_IEEE802_11;
  if (network > ANALYZER_WIFI && network <= ANALYZER_LAST) return LINKTYPE_UNKNOWN;
  if ((network & CONVERTED_MASK) === CONVERTED) return network & ~CONVERTED_MASK;
  switch (network) {
    case PAYLOAD_HEADER:
    case NETWORK_INFO:
    case DNS_CACHE:
      return NOT_A_FRAME;
    case EVENT:
    case NETWORK_INFO_EX:
    case FILTER:
      return LINKTYPE_NO_PACKET;
    default:
      return LINKTYPE_UNKNOWN;
  }
}

/** True for numbers that files have been seen with or that are documented: a sign that a trailer is where it should be. */
export function isKnownNetwork(network: number): boolean {
  return linkTypeOf(network) !== LINKTYPE_UNKNOWN || network <= 11 || (network & CONVERTED_MASK) === CONVERTED;
}
