import { LINKTYPE_NETMON_WIFI, LINKTYPE_NO_PACKET } from '../capture/link-types.ts';
import { decodeCiscoHdlc, decodePppHdlc } from './cisco-hdlc.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeFddi } from './fddi.ts';
import { decodeFrameRelay } from './frame-relay.ts';
import { decodeIeee80211 } from './ieee80211.ts';
import { decodeLinuxCooked, decodeLinuxCooked2 } from './linux-cooked.ts';
import { decodeLlc } from './llc.ts';
import { decodeMpls } from './mpls.ts';
import { decodeNetmonWifi } from './netmon-wifi.ts';
import { decodeNflog } from './nflog.ts';
import { decodeNullLoopback } from './null-loopback.ts';
import type { Packet } from './packet.ts';
import { decodePktap } from './pktap.ts';
import { decodePpp } from './ppp.ts';
import { decodePppoe } from './pppoe.ts';
import { decodePrism } from './prism.ts';
import { decodeRadiotap } from './radiotap.ts';
import { decodeRawIp } from './raw-ip.ts';
import { NOT_A_PACKET, UNSUPPORTED_LINK_TYPE } from './reason.ts';

// https://www.tcpdump.org/linktypes.html
export const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
const LINKTYPE_PPP = 9;
const LINKTYPE_FDDI = 10;
/** Raw IP under the number that OpenBSD (14) and others (12) write as DLT. */
const DLT_RAW_12 = 12;
const DLT_RAW_14 = 14;
const LINKTYPE_PPP_HDLC = 50;
const LINKTYPE_PPP_ETHER = 51;
const LINKTYPE_ATM_RFC1483 = 100;
export const LINKTYPE_RAW = 101;
const LINKTYPE_C_HDLC = 104;
const LINKTYPE_IEEE802_11 = 105;
const LINKTYPE_FRELAY = 107;
export const LINKTYPE_LOOP = 108;
export const LINKTYPE_LINUX_SLL = 113;
const LINKTYPE_IEEE802_11_PRISM = 119;
const LINKTYPE_IEEE802_11_RADIOTAP = 127;
/** Of users' own; macOS writes PKTAP under it. */
const LINKTYPE_USER2 = 149;
const LINKTYPE_IEEE802_11_AVS = 163;
const LINKTYPE_PPP_WITH_DIR = 204;
const LINKTYPE_MPLS = 219;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
const LINKTYPE_NFLOG = 239;
const LINKTYPE_PKTAP = 258;
export const LINKTYPE_LINUX_SLL2 = 276;

/** True where frames of this link type are read. */
export function isSupportedLinkType(linkType: number): boolean {
  return SUPPORTED.has(linkType);
}

const SUPPORTED: ReadonlySet<number> = new Set([
  LINKTYPE_NULL,
  LINKTYPE_ETHERNET,
  LINKTYPE_PPP,
  LINKTYPE_FDDI,
  DLT_RAW_12,
  DLT_RAW_14,
  LINKTYPE_PPP_HDLC,
  LINKTYPE_PPP_ETHER,
  LINKTYPE_ATM_RFC1483,
  LINKTYPE_RAW,
  LINKTYPE_C_HDLC,
  LINKTYPE_IEEE802_11,
  LINKTYPE_FRELAY,
  LINKTYPE_LOOP,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_IEEE802_11_PRISM,
  LINKTYPE_IEEE802_11_RADIOTAP,
  LINKTYPE_USER2,
  LINKTYPE_IEEE802_11_AVS,
  LINKTYPE_PPP_WITH_DIR,
  LINKTYPE_MPLS,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_NFLOG,
  LINKTYPE_PKTAP,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_NETMON_WIFI,
  LINKTYPE_NO_PACKET,
]);

/**
 * Reads one frame into `packet` and says what it is (reason.ts). Fields that the kind does not have keep older values, but for
 * `family`, `vlan`, `toGroup` and those of tunnels, which are always this frame's.
 * Bounds are checked once a header; nothing is allocated and nothing thrown.
 * @param captured bytes at hand from `offset`
 * @param length bytes the frame had on the wire
 */
export function decodeFrame(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
  linkType: number,
): number {
  packet.family = 0;
  packet.vlan = -1;
  packet.tunnel = 0;
  packet.tunnelId = 0;
  packet.context = 0;
  packet.outerFamily = 0;
  packet.carrierFamily = 0;
  packet.nesting = 0;
  packet.toGroup = 0;
  // An original length below the captured one is a writer's mistake: the bytes at hand are what there was.
  const wire = Math.max(length, captured);
  if (linkType === LINKTYPE_ETHERNET) return decodeEthernet(packet, bytes, view, offset, captured, wire);
  return decodeLink(packet, bytes, view, offset, captured, wire, linkType);
}

/** Reads what a link type announces. */
export function decodeLink(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
  linkType: number,
): number {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return decodeEthernet(packet, bytes, view, offset, captured, length);
    case LINKTYPE_RAW:
    case DLT_RAW_12:
    case DLT_RAW_14:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
      return decodeRawIp(packet, bytes, view, offset, captured, length);
    case LINKTYPE_LINUX_SLL:
      return decodeLinuxCooked(packet, bytes, view, offset, captured, length);
    case LINKTYPE_LINUX_SLL2:
      return decodeLinuxCooked2(packet, bytes, view, offset, captured, length);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return decodeNullLoopback(packet, bytes, view, offset, captured, length);
    case LINKTYPE_PPP:
      return decodePpp(packet, bytes, view, offset, captured, length);
    case LINKTYPE_PPP_HDLC:
      return decodePppHdlc(packet, bytes, view, offset, captured, length);
    case LINKTYPE_PPP_WITH_DIR:
      // One byte for the direction.
      return decodePpp(packet, bytes, view, offset + 1, captured - 1, length - 1);
    case LINKTYPE_PPP_ETHER:
      return decodePppoe(packet, bytes, view, offset, captured, length);
    case LINKTYPE_C_HDLC:
      return decodeCiscoHdlc(packet, bytes, view, offset, captured, length);
    case LINKTYPE_FRELAY:
      return decodeFrameRelay(packet, bytes, view, offset, captured, length);
    case LINKTYPE_ATM_RFC1483:
      return decodeLlc(packet, bytes, view, offset, captured, length);
    case LINKTYPE_FDDI:
      return decodeFddi(packet, bytes, view, offset, captured, length);
    case LINKTYPE_MPLS:
      return decodeMpls(packet, bytes, view, offset, captured, length);
    case LINKTYPE_IEEE802_11:
      return decodeIeee80211(packet, bytes, view, offset, captured, length, 1, false);
    case LINKTYPE_NETMON_WIFI:
      return decodeNetmonWifi(packet, bytes, view, offset, captured, length);
    case LINKTYPE_IEEE802_11_RADIOTAP:
      return decodeRadiotap(packet, bytes, view, offset, captured, length);
    case LINKTYPE_IEEE802_11_PRISM:
    case LINKTYPE_IEEE802_11_AVS:
      return decodePrism(packet, bytes, view, offset, captured, length);
    case LINKTYPE_NFLOG:
      return decodeNflog(packet, bytes, view, offset, captured, length);
    case LINKTYPE_PKTAP:
    case LINKTYPE_USER2:
      return decodePktap(packet, bytes, view, offset, captured, length);
    case LINKTYPE_NO_PACKET:
      return NOT_A_PACKET;
    default:
      return UNSUPPORTED_LINK_TYPE;
  }
}
