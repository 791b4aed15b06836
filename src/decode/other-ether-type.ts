import { decodeCiscoMetadata } from './cisco-metadata.ts';
import { decodeETag } from './e-tag.ts';
import {
  ETHERTYPE_BRIDGED,
  ETHERTYPE_CISCO_METADATA,
  ETHERTYPE_E_TAG,
  ETHERTYPE_FABRIC_PATH,
  ETHERTYPE_MACSEC,
  ETHERTYPE_MPLS,
  ETHERTYPE_MPLS_UPSTREAM,
  ETHERTYPE_PBB,
  ETHERTYPE_PPP,
  ETHERTYPE_PPPOE_SESSION,
  ETHERTYPE_VN_TAG,
  FIRST_ETHERTYPE,
} from './ether-type.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeFabricPath } from './fabric-path.ts';
import { decodeLlc } from './llc.ts';
import { decodeMacsec } from './macsec.ts';
import { decodeMpls } from './mpls.ts';
import type { Packet } from './packet.ts';
import { decodePbb } from './pbb.ts';
import { decodePpp } from './ppp.ts';
import { decodePppoe } from './pppoe.ts';
import { OTHER_ETHERTYPE, TOO_MANY_HEADERS } from './reason.ts';
import { MAX_NESTING } from './tunnel.ts';
import { decodeVnTag } from './vn-tag.ts';

/** The EtherTypes beyond IP, ARP and VLANs: what they carry is read through to the IP packet inside. */
export function decodeOtherEtherType(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  etherType: number,
  offset: number,
  captured: number,
  length: number,
): number {
  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  if (etherType < FIRST_ETHERTYPE) {
    // A length: what lies behind it is padding.
    const reach = etherType < length ? etherType : length;
    return decodeLlc(packet, bytes, view, offset, Math.min(captured, reach), reach);
  }
  switch (etherType) {
    case ETHERTYPE_PPPOE_SESSION:
      return decodePppoe(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
      return decodeMpls(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_BRIDGED:
      return decodeEthernet(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_PPP:
      return decodePpp(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_MACSEC:
      return decodeMacsec(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_PBB:
      return decodePbb(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_FABRIC_PATH:
      return decodeFabricPath(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_CISCO_METADATA:
      return decodeCiscoMetadata(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_VN_TAG:
      return decodeVnTag(packet, bytes, view, offset, captured, length);
    case ETHERTYPE_E_TAG:
      return decodeETag(packet, bytes, view, offset, captured, length);
    default:
      return OTHER_ETHERTYPE;
  }
}
