import { put16, put32, sum16 } from './bytes.mjs';

/** The address of a station that stands for every host behind the router. */
export const ROUTER_MAC = 1;
export const BROADCAST = 0xffffffff;

/** fd00::/96 before the 32 bits that also make the IPv4 address of a host. */
const IPV6_PREFIX = 0xfd00;

/**
 * Ethernet, tags and the Internet header. A host is one 32-bit number whatever the version of IP, so that the same traffic
 * can be written as IPv4, IPv6 or under VLAN tags.
 */
export class Stack {
  /** @param {{ version?: 4 | 6, tagged?: boolean }} [options] */
  constructor({ version = 4, tagged = false } = {}) {
    this.version = version;
    this.tagged = tagged;
    this.mss = version === 4 ? 1460 : 1440;
    this.identification = 0;
    /** Where the Internet header of the last frame begins. */
    this.ipAt = 0;
  }

  /**
   * @param {Uint8Array} buf
   * @param {number} at
   * @param {number} sourceMac
   * @param {number} targetMac
   * @param {number} source
   * @param {number} target
   * @param {number} protocol
   * @returns {number} where the transport header begins
   */
  begin(buf, at, sourceMac, targetMac, source, target, protocol) {
    at = this.link(buf, at, sourceMac, targetMac, Math.min(source, target));
    this.ipAt = at;
    return this.network(buf, at, source, target, protocol);
  }

  /**
   * @param {Uint8Array} buf
   * @param {number} at
   * @param {number} source
   * @param {number} target
   * @param {number} protocol
   * @returns {number} where the transport header begins
   */
  network(buf, at, source, target, protocol) {
    if (this.version === 4) return this.ipv4(buf, at, source, target, protocol);
    put32(buf, at, 0x60000000);
    put32(buf, at + 4, (protocol << 8) | 128);
    ipv6Address(buf, at + 8, source);
    ipv6Address(buf, at + 24, target);
    return at + 40;
  }

  /**
   * @param {Uint8Array} buf
   * @param {number} at
   * @param {number} sourceMac
   * @param {number} targetMac
   * @param {number} client its low bits choose the VLAN
   * @returns {number}
   */
  link(buf, at, sourceMac, targetMac, client) {
    put16(buf, at, targetMac === BROADCAST ? 0xffff : 0x0200);
    put32(buf, at + 2, targetMac);
    put16(buf, at + 6, 0x0200);
    put32(buf, at + 8, sourceMac);
    at += 12;
    if (this.tagged) {
      if (client & 8) {
        put32(buf, at, 0x88a80000 | (20 + ((client >>> 4) & 3)));
        at += 4;
      }
      put32(buf, at, 0x81000000 | (100 + (client & 7)));
      at += 4;
    }
    put16(buf, at, this.version === 4 ? 0x0800 : 0x86dd);
    return at + 2;
  }

  /**
   * @param {Uint8Array} buf
   * @param {number} at
   * @param {number} source
   * @param {number} target
   * @param {number} protocol
   * @returns {number}
   */
  ipv4(buf, at, source, target, protocol) {
    this.identification = (this.identification + 1) & 0xffff;
    put32(buf, at, 0x45000000);
    put32(buf, at + 4, (this.identification << 16) | 0x4000);
    put32(buf, at + 8, 0x80000000 | (protocol << 16));
    put32(buf, at + 12, source);
    put32(buf, at + 16, target);
    return at + 20;
  }

  /**
   * Fills in the length, and the header checksum of IPv4.
   *
   * @param {Uint8Array} buf
   * @param {number} end of the packet
   * @returns {number} the sum of the pseudo header, without the protocol
   */
  finish(buf, end) {
    const at = this.ipAt;
    if (this.version === 6) {
      put16(buf, at + 4, end - at - 40);
      return sum16(buf, at + 8, at + 40) + end - at - 40;
    }
    put16(buf, at + 2, end - at);
    const addresses = sum16(buf, at + 12, at + 20);
    let sum = sum16(buf, at, at + 10) + addresses;
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    put16(buf, at + 10, ~sum);
    return addresses + end - at - 20;
  }
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} host
 */
function ipv6Address(buf, at, host) {
  put32(buf, at, IPV6_PREFIX << 16);
  put32(buf, at + 4, 0);
  put32(buf, at + 8, 0);
  put32(buf, at + 12, host);
}
