/**
 * What a connection carries, by the first payload of one side. Only what the protocol itself puts there: magic numbers, and lengths that
 * must fit; a guess by the port is none. Read in place, without allocation.
 */
import { requestMethod } from './http-request.ts';

export const SERVICE_NONE = 0;
export const SERVICE_TLS = 1;
export const SERVICE_HTTP = 2;
export const SERVICE_SMB = 3;
export const SERVICE_LDAP = 4;
export const SERVICE_KERBEROS = 5;
export const SERVICE_TDS = 6;
export const SERVICE_RPC = 7;
export const SERVICE_RDP = 8;
export const SERVICE_DNS = 9;
export const SERVICE_SSH = 10;
export const SERVICE_QUIC = 11;
export const SERVICE_WINRM = 12;
/** .NET Message Framing ([MC-NMF]): Active Directory Web Services and other net.tcp services. */
export const SERVICE_NET_TCP = 13;
/** None of those above: the capture holds too few bytes of the payload to tell. */
export const SERVICE_UNSEEN = 14;

/** Ids by number, as reports write them. */
export const SERVICES = [
  null,
  'tls',
  'http',
  'smb',
  'ldap',
  'kerberos',
  'tds',
  'rpc',
  'rdp',
  'dns',
  'ssh',
  'quic',
  'winrm',
  'net-tcp',
] as const;
export type Service = Exclude<(typeof SERVICES)[number], null>;

/** Bytes in which every service above can be told, or nearly so: those of SMB behind the header of its transport. */
const TELLING = 8;

/**
 * The service that the first payload of one side of a TCP connection belongs to, SERVICE_NONE where it tells nothing, SERVICE_UNSEEN where
 * it is cut too short to tell any.
 * @param captured bytes at hand @param length bytes on the wire
 */
export function tcpService(bytes: Uint8Array, at: number, captured: number, length: number): number {
  const service = serviceOfBytes(bytes, at, captured, length);
  return service === SERVICE_NONE && captured < TELLING && captured < length ? SERVICE_UNSEEN : service;
}

function serviceOfBytes(bytes: Uint8Array, at: number, captured: number, length: number): number {
  if (captured < 4) return SERVICE_NONE;
  switch (bytes[at]) {
    case 0x00:
      return startsWithZero(bytes, at, captured, length);
    // Handshake and alert (RFC 8446 section 5.1).
    case 0x16:
    case 0x15:
      return isTls(bytes, at, captured) ? SERVICE_TLS : SERVICE_NONE;
    case 0x80:
      return isOldHello(bytes, at, captured) ? SERVICE_TLS : SERVICE_NONE;
    case 0x05:
      return isRpc(bytes, at, captured) ? SERVICE_RPC : SERVICE_NONE;
    case 0x03:
      return isRdp(bytes, at, captured, length) ? SERVICE_RDP : SERVICE_NONE;
    case 0x30:
      return isLdap(bytes, at, captured) ? SERVICE_LDAP : SERVICE_NONE;
    case 0x12:
    case 0x10:
    case 0x04:
      return isTds(bytes, at, captured, length) ? SERVICE_TDS : SERVICE_NONE;
    case 0x53:
      // RFC 4253 section 4.2.
      return bytes[at + 1] === 0x53 && bytes[at + 2] === 0x48 && bytes[at + 3] === 0x2d ? SERVICE_SSH : SERVICE_NONE;
    default:
      return isHttp(bytes, at, captured);
  }
}

/** As `tcpService`, for the first datagram of one side. */
export function udpService(bytes: Uint8Array, at: number, captured: number, length: number): number {
  if (captured < 12) return SERVICE_NONE;
  if (isQuic(bytes, at, captured, length)) return SERVICE_QUIC;
  if (isKerberos(bytes, at, captured, length)) return SERVICE_KERBEROS;
  if (bytes[at] === 0x30 && isLdap(bytes, at, captured)) return SERVICE_LDAP;
  return isDns(bytes, at, captured) ? SERVICE_DNS : SERVICE_NONE;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

/** SMB over TCP and NetBIOS (a length of 24 bits, [MS-SMB2] section 2.1), Kerberos (of 32 bits, RFC 4120 section 7.2.2), DNS (of 16 bits). */
function startsWithZero(bytes: Uint8Array, at: number, captured: number, length: number): number {
  if (
    captured >= 8 &&
    bytes[at + 4] >= 0xfc &&
    bytes[at + 5] === 0x53 &&
    bytes[at + 6] === 0x4d &&
    bytes[at + 7] === 0x42
  )
    return SERVICE_SMB;
  const size = (bytes[at + 1] << 16) | uint16(bytes, at + 2);
  if (size === length - 4 && isKerberos(bytes, at + 4, captured - 4, size)) return SERVICE_KERBEROS;
  // .NET Message Framing begins with version and mode records ([MC-NMF] section 2.2.3).
  if (captured >= 6 && bytes[at + 1] === 1 && bytes[at + 2] === 0 && bytes[at + 3] === 1 && bytes[at + 5] === 2)
    return SERVICE_NET_TCP;
  if (uint16(bytes, at) === length - 2 && isDns(bytes, at + 2, captured - 2)) return SERVICE_DNS;
  return SERVICE_NONE;
}

function isTls(bytes: Uint8Array, at: number, captured: number): boolean {
  if (captured < 6 || bytes[at + 1] !== 3 || bytes[at + 2] > 4) return false;
  const size = uint16(bytes, at + 3);
  if (bytes[at] === 0x15) return size === 2 && bytes[at + 5] >= 1 && bytes[at + 5] <= 2;
  return size >= 4 && size <= 16384 && (bytes[at + 5] === 1 || bytes[at + 5] === 2);
}

/** A hello in the form of SSL 2.0, which old clients send (RFC 5246 appendix E.2). */
function isOldHello(bytes: Uint8Array, at: number, captured: number): boolean {
  return captured >= 5 && bytes[at + 2] === 1 && bytes[at + 3] === 3 && bytes[at + 4] <= 3 && bytes[at + 1] >= 0x19;
}

/** Bind, bind_ack, bind_nak, alter_context, or a request on a connection seen from the middle (C706 section 12.6.3). */
function isRpc(bytes: Uint8Array, at: number, captured: number): boolean {
  if (captured < 10 || bytes[at + 1] > 1 || bytes[at + 2] > 20) return false;
  // Data representation: integers big- or little-endian, ASCII, IEEE; and a fragment length in that order.
  if ((bytes[at + 4] & 0xef) !== 0 || bytes[at + 5] !== 0 || bytes[at + 6] !== 0 || bytes[at + 7] !== 0) return false;
  const size = bytes[at + 4] === 0x10 ? (bytes[at + 9] << 8) | bytes[at + 8] : uint16(bytes, at + 8);
  return size >= 16 && size <= 16384;
}

/** TPKT (RFC 1006) with an X.224 connection request or confirm ([MS-RDPBCGR] section 2.2.1). */
function isRdp(bytes: Uint8Array, at: number, captured: number, length: number): boolean {
  if (captured < 6 || bytes[at + 1] !== 0 || uint16(bytes, at + 2) > length) return false;
  return bytes[at + 5] === 0xe0 || bytes[at + 5] === 0xd0;
}

/**
 * A prelogin or an answer that fills its packet, or a login ([MS-TDS] section 2.2.3.1). Only a login may need several packets at the beginning
 * of a connection; it says its version ([MS-TDS] section 2.2.6.4).
 */
function isTds(bytes: Uint8Array, at: number, captured: number, length: number): boolean {
  if (captured < 9 || bytes[at + 1] > 1 || bytes[at + 7] !== 0) return false;
  const size = uint16(bytes, at + 2);
  const isLast = bytes[at + 1] === 1;
  if (isLast ? size !== length || size < 9 : size < TDS_PACKET) return false;
  if (bytes[at] === 0x10) return captured >= 16 && bytes[at + 15] >= 0x70 && bytes[at + 15] <= 0x74;
  // A prelogin names its first option, VERSION, at once ([MS-TDS] section 2.2.6.5); its answer is the same.
  return isLast && (bytes[at + 8] === 0 || (bytes[at] === 0x04 && bytes[at + 8] >= 0x79));
}
/** Least size of a packet that is not the last one ([MS-TDS] section 2.2.3.1.3). */
const TDS_PACKET = 512;

/** Length of a BER length at `at`, 0 where it is none that fits a message. */
function berLengthSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  return first >= 0x81 && first <= 0x84 ? 1 + (first & 0x7f) : 0;
}

/** LDAPMessage: a sequence of a message id and one of the operations that begin a connection (RFC 4511 section 4.1.1). */
function isLdap(bytes: Uint8Array, at: number, captured: number): boolean {
  const size = berLengthSize(bytes, at + 1);
  const id = at + 1 + size;
  if (size === 0 || id + 2 > at + captured || bytes[id] !== 2 || bytes[id + 1] < 1 || bytes[id + 1] > 4) return false;
  const operation = id + 2 + bytes[id + 1];
  if (operation >= at + captured) return false;
  // Bind, search, extended, unbind and their answers.
  const tag = bytes[operation];
  return tag === 0x60 || tag === 0x61 || (tag >= 0x63 && tag <= 0x65) || tag === 0x77 || tag === 0x78 || tag === 0x42;
}

/** AS, TGS and their answers, KRB-ERROR: an application tag around a sequence (RFC 4120 section 5.10). */
function isKerberos(bytes: Uint8Array, at: number, captured: number, length: number): boolean {
  if (captured < 8) return false;
  const tag = bytes[at];
  if (tag !== 0x7e && (tag < 0x6a || tag > 0x6d)) return false;
  const size = berLengthSize(bytes, at + 1);
  if (size === 0 || size > 5 || captured < 2 + size) return false;
  let stated = bytes[at + 1];
  if (size > 1) {
    stated = 0;
    for (let i = 2; i <= size; i++) stated = stated * 256 + bytes[at + i];
  }
  return bytes[at + 1 + size] === 0x30 && stated === length - 1 - size;
}

/** A query or an answer with one question and a name that fits (RFC 1035 section 4.1). */
function isDns(bytes: Uint8Array, at: number, captured: number): boolean {
  if (captured < 17 || (bytes[at + 2] & 0x78) !== 0 || uint16(bytes, at + 4) !== 1) return false;
  const isAnswer = (bytes[at + 2] & 0x80) !== 0;
  if (!isAnswer && (uint16(bytes, at + 6) !== 0 || uint16(bytes, at + 8) !== 0)) return false;
  let place = at + 12;
  const end = at + captured;
  for (let labels = 0; labels < 128; labels++) {
    if (place + 5 > end) return false;
    const size = bytes[place];
    if (size === 0) return (uint16(bytes, place + 3) & 0x7fff) === 1;
    if (size > 63) return false;
    place += 1 + size;
  }
  return false;
}

/** An Initial of version 1 or 2 (RFC 9000 section 17.2.2, RFC 9369) or of a draft of version 1, which fills 1,200 bytes (RFC 9000 section 14.1). */
function isQuic(bytes: Uint8Array, at: number, captured: number, length: number): boolean {
  if (length < 1200 || captured < 7 || (bytes[at] & 0xc0) !== 0xc0) return false;
  const one = bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0 && bytes[at + 4] === 1;
  const two = bytes[at + 1] === 0x6b && bytes[at + 2] === 0x33 && bytes[at + 3] === 0x43 && bytes[at + 4] === 0xcf;
  // Drafts 27 to 34 went into use: 0xff000000 and the number of the draft.
  const draft = bytes[at + 1] === 0xff && bytes[at + 2] === 0 && bytes[at + 3] === 0 && bytes[at + 4] >= 27;
  return (one || two || draft) && bytes[at + 5] <= 20;
}

const ANSWER = new TextEncoder().encode('HTTP/1.');
const WSMAN = new TextEncoder().encode('POST /wsman');

function isHttp(bytes: Uint8Array, at: number, captured: number): number {
  if (startsWith(bytes, at, captured, WSMAN)) return SERVICE_WINRM;
  return requestMethod(bytes, at, captured) !== 0 || startsWith(bytes, at, captured, ANSWER)
    ? SERVICE_HTTP
    : SERVICE_NONE;
}

function startsWith(bytes: Uint8Array, at: number, captured: number, start: Uint8Array): boolean {
  if (captured < start.length) return false;
  for (let i = 0; i < start.length; i++) if (bytes[at + i] !== start[i]) return false;
  return true;
}
