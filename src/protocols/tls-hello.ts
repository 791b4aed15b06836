/**
 * The ClientHello of TLS: RFC 8446 section 4.1.2 (1.3), RFC 5246 section 7.4.1.2 (1.2 and before), in records of RFC 8446 section 5.1; server
 * name RFC 6066 section 3, ALPN RFC 7301, supported versions RFC 8446 section 4.2.1. Read in place, without allocation.
 */

const RECORD_HEADER_LENGTH = 5;
const CONTENT_HANDSHAKE = 22;
const HANDSHAKE_HEADER_LENGTH = 4;
const CLIENT_HELLO = 1;
/** Version and random before the session id. */
const SESSION_ID = 34;
const EXTENSION_SERVER_NAME = 0;
const EXTENSION_ALPN = 16;
const EXTENSION_SUPPORTED_VERSIONS = 43;
const NAME_TYPE_HOST = 0;
/** RFC 6066 section 3 speaks of DNS names. */
const MAX_SERVER_NAME = 255;
/** Real ones have some 20. */
const MAX_EXTENSIONS = 128;

/** What `readHello` found. INCOMPLETE: a hello by its beginning, and the rest is not at hand. */
export const HELLO_NONE = 0;
export const HELLO_INCOMPLETE = 1;
export const HELLO_WHOLE = 2;
export const HELLO_MALFORMED = 3;

/** Bytes that tell a hello: record header, handshake type and length, version. */
const HELLO_START = RECORD_HEADER_LENGTH + HANDSHAKE_HEADER_LENGTH + 2;

/** What a hello says. Offsets are those of the buffer read; a length of 0 means that it is not there. */
export class Hello {
  nameOffset = 0;
  nameLength = 0;
  /** The first protocol of ALPN. */
  protocolOffset = 0;
  protocolLength = 0;
  /** Highest version offered, as on the wire: 0x0303 is TLS 1.2, 0x0304 is TLS 1.3. */
  version = 0;
}

/** True where bytes begin like a ClientHello: handshake record of TLS (SSL 3.0 too) with a hello whose lengths are possible. */
export function isHelloStart(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < HELLO_START || bytes[at] !== CONTENT_HANDSHAKE || bytes[at + 1] !== 3 || bytes[at + 2] > 4) return false;
  if (bytes[at + 5] !== CLIENT_HELLO || bytes[at + 9] !== 3 || bytes[at + 10] > 4) return false;
  const record = uint16(bytes, at + 3);
  // Version, random, the lengths of session id, suites and compression: no hello is shorter. RFC 8446 section 5.1: at most 2^14 in a record.
  return record >= HANDSHAKE_HEADER_LENGTH && record <= 16384 && helloLength(bytes, at) >= SESSION_ID + 6;
}

function helloLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 6] << 16) | uint16(bytes, at + 7);
}

/** Bytes of the stream that a hello takes, from its start, if its records are full: where to look for its end. */
export function helloExtent(bytes: Uint8Array, at: number): number {
  const length = helloLength(bytes, at) + HANDSHAKE_HEADER_LENGTH;
  const record = Math.max(1, uint16(bytes, at + 3));
  return length + Math.ceil(length / record) * RECORD_HEADER_LENGTH;
}

/** Reads a hello that one record holds. A hello over several records is INCOMPLETE here: `joinRecords` makes one of it. */
export function readHello(bytes: Uint8Array, at: number, length: number, hello: Hello): number {
  hello.nameLength = hello.protocolLength = 0;
  if (!isHelloStart(bytes, at, length)) return HELLO_NONE;
  const size = helloLength(bytes, at);
  const record = uint16(bytes, at + 3) - HANDSHAKE_HEADER_LENGTH;
  const body = at + RECORD_HEADER_LENGTH + HANDSHAKE_HEADER_LENGTH;
  // What is missing behind this does not matter where the name comes before it.
  const end = Math.min(at + length, body + Math.min(size, record));
  const isWhole = end === body + size;
  hello.version = uint16(bytes, body);
  const found = readBody(bytes, body, end, body + size, hello);
  if (found === HELLO_WHOLE || hello.nameLength > 0) return HELLO_WHOLE;
  return isWhole ? HELLO_MALFORMED : HELLO_INCOMPLETE;
}

/** @param end of the bytes at hand @param limit end of the hello */
function readBody(bytes: Uint8Array, body: number, end: number, limit: number, hello: Hello): number {
  let at = body + SESSION_ID;
  if (at >= end) return HELLO_MALFORMED;
  at += 1 + bytes[at];
  if (at + 2 > end) return HELLO_MALFORMED;
  at += 2 + uint16(bytes, at);
  if (at >= end) return HELLO_MALFORMED;
  at += 1 + bytes[at];
  // A hello may end here: extensions came with TLS 1.2 (RFC 5246 section 7.4.1.2).
  if (at === limit) return HELLO_WHOLE;
  if (at + 2 > end) return HELLO_MALFORMED;
  const last = at + 2 + uint16(bytes, at);
  if (last > limit) return HELLO_MALFORMED;
  at += 2;
  for (let count = 0; at + 4 <= last; count++) {
    if (count === MAX_EXTENSIONS || at + 4 > end) return HELLO_MALFORMED;
    const type = uint16(bytes, at);
    const size = uint16(bytes, at + 2);
    at += 4;
    if (at + size > end) return HELLO_MALFORMED;
    if (type === EXTENSION_SERVER_NAME) readServerName(bytes, at, size, hello);
    else if (type === EXTENSION_ALPN) readProtocol(bytes, at, size, hello);
    else if (type === EXTENSION_SUPPORTED_VERSIONS) readVersions(bytes, at, size, hello);
    at += size;
  }
  return HELLO_WHOLE;
}

function readServerName(bytes: Uint8Array, at: number, size: number, hello: Hello): void {
  if (size < 5 || bytes[at + 2] !== NAME_TYPE_HOST) return;
  const length = uint16(bytes, at + 3);
  if (length === 0 || length > MAX_SERVER_NAME || 5 + length > size) return;
  hello.nameOffset = at + 5;
  hello.nameLength = length;
}

function readProtocol(bytes: Uint8Array, at: number, size: number, hello: Hello): void {
  if (size < 4 || bytes[at + 2] === 0 || 3 + bytes[at + 2] > size) return;
  hello.protocolOffset = at + 3;
  hello.protocolLength = bytes[at + 2];
}

function readVersions(bytes: Uint8Array, at: number, size: number, hello: Hello): void {
  for (let i = 1; i + 2 <= size && i < 1 + bytes[at]; i += 2) {
    const version = uint16(bytes, at + i);
    // Not the reserved ones of RFC 8701, which are 0x0a0a and the like.
    if (version >>> 8 === 3 && version > hello.version) hello.version = version;
  }
}

/** A hello over several records as one record: the headers between them are left out. Null where something else comes between. */
export function joinRecords(bytes: Uint8Array): Uint8Array | null {
  const joined = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at + RECORD_HEADER_LENGTH <= bytes.length; ) {
    if (bytes[at] !== CONTENT_HANDSHAKE || bytes[at + 1] !== 3) return null;
    const size = uint16(bytes, at + 3);
    if (size === 0) return null;
    const from = at === 0 ? 0 : at + RECORD_HEADER_LENGTH;
    const piece = bytes.subarray(from, at + RECORD_HEADER_LENGTH + size);
    joined.set(piece, length);
    length += piece.length;
    at += RECORD_HEADER_LENGTH + size;
    if (length >= helloLength(joined, 0) + RECORD_HEADER_LENGTH + HANDSHAKE_HEADER_LENGTH) break;
  }
  const payload = Math.min(0xffff, length - RECORD_HEADER_LENGTH);
  joined[3] = payload >>> 8;
  joined[4] = payload & 0xff;
  return joined.subarray(0, length);
}

function uint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] << 8) | bytes[offset + 1];
}
