/**
 * The snoop format of Solaris (RFC 1761) and its variant of Shomiti and Finisar Surveyor; big-endian throughout.
 * Network types: RFC 1761, IANA's registry of snoop datalink types, and Wireshark wiretap/snoop.c for those of Shomiti.
 */
import { LINKTYPE_UNKNOWN } from './link-types.ts';

/** File header: magic of 8 bytes, version, network. */
const VERSION = 8;
const NETWORK = 12;
export const SNOOP_HEADER_LENGTH = 16;
/** 3 to 5 are Surveyor's. */
const FIRST_VERSION = 2;
const LAST_VERSION = 5;

/** Record header; the lengths are the original one, the captured one, and that of the whole record with its padding. */
export const ORIGINAL = 0;
export const CAPTURED = 4;
export const RECORD_LENGTH = 8;
export const DROPS = 12;
export const SECONDS = 16;
export const MICROSECONDS = 20;
export const RECORD_HEADER = 24;

/** Padding from here on, in bytes, is the trailer that Shomiti adds to each frame. */
const SHOMITI_TRAILER = 16;

const ETHERNET = 1;
const TOKEN_RING = 6;
const FDDI = 10;
const NULL_LOOPBACK = 0;
const IP_OVER_FC = 122;
const SUN_ATM = 123;
const WIFI = 105;

/** By network number; what is not here is not known. */
const SNOOP: Readonly<Record<number, number>> = {
  0: ETHERNET,
  2: TOKEN_RING,
  4: ETHERNET,
  8: FDDI,
  9: NULL_LOOPBACK,
  14: NULL_LOOPBACK,
  16: IP_OVER_FC,
  18: SUN_ATM,
};
/** Shomiti took numbers that were free then: speeds of Ethernet and token ring, and wireless. */
const SHOMITI: Readonly<Record<number, number>> = {
  0: ETHERNET,
  2: TOKEN_RING,
  4: ETHERNET,
  8: FDDI,
  10: ETHERNET,
  11: TOKEN_RING,
  12: ETHERNET,
  13: TOKEN_RING,
  14: TOKEN_RING,
  18: WIFI,
  19: ETHERNET,
};

/** @returns the network number of the file, or the version that is not known */
export function parseSnoopHeader(bytes: Uint8Array): { network: number } | { unknownVersion: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(VERSION, false);
  if (version < FIRST_VERSION || version > LAST_VERSION) return { unknownVersion: version };
  return { network: view.getUint32(NETWORK, false) };
}

/** @param padding bytes behind the frame in the first record: they alone tell whether Shomiti wrote the file */
export function snoopLinkType(network: number, padding: number): { linkType: number; isShomiti: boolean } {
  const isShomiti = padding >= SHOMITI_TRAILER;
  return { linkType: (isShomiti ? SHOMITI : SNOOP)[network] ?? LINKTYPE_UNKNOWN, isShomiti };
}

export function isShomitiWifi(linkType: number, isShomiti: boolean): boolean {
  return isShomiti && linkType === WIFI;
}
