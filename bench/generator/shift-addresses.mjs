import { checksum, put16, sum16 } from './bytes.mjs';

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const HOP_BY_HOP = 0;
const DESTINATION = 60;
/** Unreachable, redirect, time exceeded, parameter problem: they quote. */
const ICMP_ERRORS = new Set([3, 5, 11, 12]);

/**
 * Moves both addresses of an Ethernet frame to other networks, and keeps its checksums as right or wrong as they were (but
 * for those behind IPv6 routing and fragment headers). Multicast, broadcast, 0.0.0.0 and what is inside tunnels stay.
 *
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} end
 * @param {number} by which replica
 */
export function shiftAddresses(buf, at, end, by) {
  let type = at + 12;
  while (type + 6 <= end && isTag((buf[type] << 8) | buf[type + 1])) type += 4;
  if (type + 2 <= end) shiftPacket(buf, type + 2, end, (buf[type] << 8) | buf[type + 1], by);
}

/** @param {number} type */
const isTag = (type) => type === 0x8100 || type === 0x88a8 || type === 0x9100;

/**
 * @param {Uint8Array} buf
 * @param {number} ip
 * @param {number} end
 * @param {number} type
 * @param {number} by
 */
function shiftPacket(buf, ip, end, type, by) {
  if (type === 0x0800 && ip + 20 <= end) shiftIpv4(buf, ip, end, by);
  else if (type === 0x86dd && ip + 40 <= end) shiftIpv6(buf, ip, end, by);
}

/**
 * @param {Uint8Array} buf
 * @param {number} ip
 * @param {number} end
 * @param {number} by
 */
function shiftIpv4(buf, ip, end, by) {
  const before = sum16(buf, ip + 12, ip + 20);
  for (const at of [ip + 12, ip + 16]) {
    if (buf[at] === 0 || buf[at] >= 224) continue;
    const middle = ((buf[at + 1] << 8) | buf[at + 2]) + by * 257;
    put16(buf, at + 1, middle & 0xffff);
  }
  const after = sum16(buf, ip + 12, ip + 20);
  amend(buf, ip + 10, before, after);
  const isFirst = (((buf[ip + 6] & 0x1f) << 8) | buf[ip + 7]) === 0;
  const header = (buf[ip] & 15) * 4;
  if (!isFirst) return;
  const at = ip + header;
  if (buf[ip + 9] !== ICMP) amendTransport(buf, at, end, buf[ip + 9], before, after);
  else if (ICMP_ERRORS.has(buf[at]) && at + 28 <= end) shiftQuote(buf, at, end, () => shiftIpv4(buf, at + 8, end, by));
}

/**
 * @param {Uint8Array} buf
 * @param {number} ip
 * @param {number} end
 * @param {number} by
 */
function shiftIpv6(buf, ip, end, by) {
  const before = sum16(buf, ip + 8, ip + 40);
  for (const at of [ip + 8, ip + 24]) {
    if (buf[at] === 0 || buf[at] === 0xff) continue;
    put16(buf, at + 6, (((buf[at + 6] << 8) | buf[at + 7]) + by) & 0xffff);
  }
  const after = sum16(buf, ip + 8, ip + 40);
  let protocol = buf[ip + 6];
  let at = ip + 40;
  while ((protocol === HOP_BY_HOP || protocol === DESTINATION) && at + 8 <= end) {
    protocol = buf[at];
    at += (buf[at + 1] + 1) * 8;
  }
  amendTransport(buf, at, end, protocol, before, after);
  if (protocol === ICMPV6 && buf[at] < 128 && at + 48 <= end) {
    shiftQuote(buf, at, end, () => shiftIpv6(buf, at + 8, end, by));
  }
}

/**
 * An ICMP error quotes the packet that caused it.
 *
 * @param {Uint8Array} buf
 * @param {number} icmp
 * @param {number} end
 * @param {() => void} shift
 */
function shiftQuote(buf, icmp, end, shift) {
  const before = sum16(buf, icmp + 8, end);
  shift();
  amend(buf, icmp + 2, before, sum16(buf, icmp + 8, end));
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} end
 * @param {number} protocol
 * @param {number} before
 * @param {number} after
 */
function amendTransport(buf, at, end, protocol, before, after) {
  if (protocol === TCP && at + 20 <= end) amend(buf, at + 16, before, after);
  else if (protocol === UDP && at + 8 <= end && (buf[at + 6] | buf[at + 7]) !== 0) amend(buf, at + 6, before, after);
  else if (protocol === ICMPV6 && at + 4 <= end) amend(buf, at + 2, before, after);
}

/**
 * Corrects a checksum for words that changed (RFC 1624).
 *
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} before the sum of the words
 * @param {number} after
 */
function amend(buf, at, before, after) {
  const old = ~((buf[at] << 8) | buf[at + 1]) & 0xffff;
  put16(buf, at, checksum(old + fold(~fold(before) & 0xffff) + after));
}

/** @param {number} sum */
const fold = (sum) => ~checksum(sum) & 0xffff;
