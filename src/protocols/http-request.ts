/**
 * The head of an HTTP/1 request: RFC 9112 sections 3 (request line; absolute-form and authority-form, as proxies get them) and 5, Host RFC 9110
 * section 7.2, CONNECT RFC 9110 section 9.3.6. Read in place, without allocation.
 */

/** What `readRequest` found. INCOMPLETE: a request by its beginning, and neither its host nor its end is at hand. */
export const REQUEST_NONE = 0;
export const REQUEST_INCOMPLETE = 1;
export const REQUEST_WHOLE = 2;
export const REQUEST_MALFORMED = 3;

/** Bytes of a head that are looked at; servers refuse longer ones (IIS: 16 KB). */
export const MAX_REQUEST_HEAD = 16384;
const MAX_HOST = 255;
const MAX_HEADERS = 128;

/** Methods by their number + 1, RFC 9110 section 9 and what Windows services use besides: BITS, WebDAV, RD Gateway, WinRM posts. */
export const HTTP_METHODS = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'CONNECT',
  'OPTIONS',
  'DELETE',
  'PATCH',
  'PROPFIND',
  'CCM_POST',
  'BITS_POST',
  'RPC_IN_DATA',
  'RPC_OUT_DATA',
  'RDG_IN_DATA',
  'RDG_OUT_DATA',
  'TRACE',
] as const;
const METHOD_CONNECT = HTTP_METHODS.indexOf('CONNECT') + 1;
const METHOD_BYTES = HTTP_METHODS.map((method) => new TextEncoder().encode(`${method} `));

/** Methods to try by the first byte. */
const BY_FIRST_BYTE: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, byte) =>
  METHOD_BYTES.flatMap((method, i) => (method[0] === byte ? [i] : [])),
);

/** What a request says. Offsets are those of the buffer read; a length of 0 means that it is not there. */
export class Request {
  /** Index in HTTP_METHODS. */
  method = 0;
  isConnect = false;
  /** Without port; brackets of an IPv6 address stay. */
  hostOffset = 0;
  hostLength = 0;
  /** Port of the authority, 0 where it names none. */
  port = 0;
  /** Path without its query. */
  pathOffset = 0;
  pathLength = 0;
}

/** Number of the method + 1 that bytes begin with, 0 where they are no request. */
export function requestMethod(bytes: Uint8Array, at: number, length: number): number {
  const candidates = BY_FIRST_BYTE[bytes[at]];
  for (let i = 0; i < candidates.length; i++) {
    const method = METHOD_BYTES[candidates[i]];
    if (method.length > length) continue;
    let same = 1;
    while (same < method.length && bytes[at + same] === method[same]) same++;
    if (same === method.length) return candidates[i] + 1;
  }
  return 0;
}

/** Bytes of the method that bytes begin with and the blank behind it, 0 where they are no request: there the target begins. */
export function methodSize(bytes: Uint8Array, at: number, length: number): number {
  const method = requestMethod(bytes, at, length);
  return method === 0 ? 0 : METHOD_BYTES[method - 1].length;
}

/** Reads a request in `bytes[at, at + length)`. */
export function readRequest(bytes: Uint8Array, at: number, length: number, request: Request): number {
  const method = requestMethod(bytes, at, length);
  if (method === 0) return REQUEST_NONE;
  const end = at + Math.min(length, MAX_REQUEST_HEAD);
  request.method = method - 1;
  request.isConnect = method === METHOD_CONNECT;
  request.hostLength = request.pathLength = request.port = 0;
  const target = at + METHOD_BYTES[method - 1].length;
  const lineEnd = endOfLine(bytes, target, end);
  if (lineEnd < 0) return unfinished(length);
  const targetEnd = lineEnd - 9;
  if (targetEnd <= target || !isVersion(bytes, targetEnd)) return REQUEST_NONE;
  const path = readTarget(bytes, target, targetEnd, request);
  if (path < 0) return REQUEST_MALFORMED;
  if (request.hostLength > 0) return REQUEST_WHOLE;
  return readHeaders(bytes, afterLine(bytes, lineEnd), end, length, request);
}

function unfinished(length: number): number {
  return length >= MAX_REQUEST_HEAD ? REQUEST_MALFORMED : REQUEST_INCOMPLETE;
}

/** Offset of the CR or LF that ends the line, -1 where it has no end. */
function endOfLine(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] !== 0x0a) continue;
    return at > from && bytes[at - 1] === 0x0d ? at - 1 : at;
  }
  return -1;
}

function afterLine(bytes: Uint8Array, lineEnd: number): number {
  return lineEnd + (bytes[lineEnd] === 0x0d ? 2 : 1);
}

/** ` HTTP/1.x` */
function isVersion(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < VERSION.length; i++) if (bytes[at + i] !== VERSION[i]) return false;
  return bytes[at + 8] >= 0x30 && bytes[at + 8] <= 0x39;
}
const VERSION = new TextEncoder().encode(' HTTP/1.');

/** @returns where the path begins, or -1 where the target is none of the four forms */
function readTarget(bytes: Uint8Array, from: number, end: number, request: Request): number {
  let at = from;
  if (request.isConnect) return readAuthority(bytes, from, end, request) ? from : -1;
  if (bytes[at] !== 0x2f) {
    if (bytes[at] === 0x2a && end === from + 1) return at;
    const authority = afterScheme(bytes, at, end);
    if (authority < 0) return -1;
    at = authority;
    while (at < end && bytes[at] !== 0x2f && bytes[at] !== 0x3f) at++;
    if (!readAuthority(bytes, authority, at, request)) return -1;
  }
  let pathEnd = at;
  while (pathEnd < end && bytes[pathEnd] !== 0x3f && bytes[pathEnd] !== 0x23) pathEnd++;
  request.pathOffset = at;
  request.pathLength = pathEnd - at;
  return at;
}

/** Behind `http://` or `https://`, -1 where there is neither. */
function afterScheme(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < Math.min(end - 2, from + 6); at++) {
    if (bytes[at] === 0x3a) return bytes[at + 1] === 0x2f && bytes[at + 2] === 0x2f ? at + 3 : -1;
  }
  return -1;
}

/** host[:port], with user information left out. */
function readAuthority(bytes: Uint8Array, from: number, end: number, request: Request): boolean {
  let start = from;
  let hostEnd = end;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x40) {
      start = at + 1;
      hostEnd = end;
    } else if (byte === 0x3a && hostEnd === end) hostEnd = at;
  }
  if (bytes[start] === 0x5b) {
    hostEnd = start;
    while (hostEnd < end && bytes[hostEnd] !== 0x5d) hostEnd++;
    hostEnd = Math.min(end, hostEnd + 1);
  }
  if (hostEnd === start || hostEnd - start > MAX_HOST) return false;
  let port = 0;
  for (let at = hostEnd + 1; at < end; at++) {
    if (bytes[at] < 0x30 || bytes[at] > 0x39 || port > 65535) return false;
    port = port * 10 + bytes[at] - 0x30;
  }
  request.hostOffset = start;
  request.hostLength = hostEnd - start;
  request.port = Math.min(port, 65535);
  return true;
}

function readHeaders(bytes: Uint8Array, from: number, end: number, length: number, request: Request): number {
  let at = from;
  for (let count = 0; count < MAX_HEADERS; count++) {
    const lineEnd = endOfLine(bytes, at, end);
    if (lineEnd < 0) return unfinished(length);
    if (lineEnd === at) return REQUEST_WHOLE;
    if (isHostHeader(bytes, at, lineEnd)) {
      let start = at + 5;
      let last = lineEnd;
      while (start < last && (bytes[start] === 0x20 || bytes[start] === 0x09)) start++;
      while (last > start && (bytes[last - 1] === 0x20 || bytes[last - 1] === 0x09)) last--;
      if (start === last) return REQUEST_WHOLE;
      return readAuthority(bytes, start, last, request) ? REQUEST_WHOLE : REQUEST_MALFORMED;
    }
    at = afterLine(bytes, lineEnd);
  }
  return REQUEST_MALFORMED;
}

/** `Host:` in any case. */
function isHostHeader(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= 5 &&
    (bytes[at] | 0x20) === 0x68 &&
    (bytes[at + 1] | 0x20) === 0x6f &&
    (bytes[at + 2] | 0x20) === 0x73 &&
    (bytes[at + 3] | 0x20) === 0x74 &&
    bytes[at + 4] === 0x3a
  );
}
