/**
 * Answers of HTTP/1 (RFC 9112 sections 4 and 5), as far as they tell what a proxy made of a CONNECT: any 2xx is a tunnel, anything else that is
 * final is none (RFC 9110 section 9.3.6). Read in place, without allocation.
 */

const ANSWER = bytesOf('HTTP/1.');
/** Behind `HTTP/1.x `. */
const STATUS_OFFSET = 9;
/** Bytes of a head that are looked at, as of a request's. */
const MAX_ANSWER_HEAD = 16384;

const CONTENT_LENGTH = bytesOf('content-length:');
const TRANSFER_ENCODING = bytesOf('transfer-encoding:');
const PROXY_AUTHENTICATE = bytesOf('proxy-authenticate:');
/** Schemes whose logon takes several steps (RFC 4559 section 4, [MS-NTHT] section 2.1). */
const SCHEMES_IN_STEPS = [bytesOf('ntlm '), bytesOf('negotiate ')];

/** RFC 9110 section 15.5.8: Proxy Authentication Required. */
export const LOGON_REQUIRED = 407;

/**
 * Status of an answer by which a proxy may have refused or granted a tunnel: 300 and above, and 2xx without a body, as a grant has none.
 * 0 for other answers, for what is none, and for a 407 that is a step of a logon: it carries the server's part of it.
 */
export function tunnelStatus(bytes: Uint8Array, at: number, length: number): number {
  const status = answerStatus(bytes, at, length);
  if (status < 200 || status > 599) return 0;
  const end = at + Math.min(length, MAX_ANSWER_HEAD);
  if (status < 300) return endsHead(bytes, at, at + length) && !announcesBody(bytes, at, end) ? status : 0;
  return status === LOGON_REQUIRED && isLogonStep(bytes, at, end) ? 0 : status;
}

/** True for a status that grants a tunnel. */
export function isGrant(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Status of the answer that bytes begin with, 0 where they are no answer. */
function answerStatus(bytes: Uint8Array, at: number, length: number): number {
  if (length < STATUS_OFFSET + 3) return 0;
  for (let i = 0; i < ANSWER.length; i++) if (bytes[at + i] !== ANSWER[i]) return 0;
  let status = 0;
  for (let i = at + STATUS_OFFSET; i < at + STATUS_OFFSET + 3; i++) {
    if (bytes[i] < 0x30 || bytes[i] > 0x39) return 0;
    status = status * 10 + bytes[i] - 0x30;
  }
  return status;
}

/** True where `bytes[at, end)` end with the empty line that ends a head, of an answer or a request (RFC 9112 section 2.1). */
export function endsHead(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at >= 4 && bytes[end - 1] === 0x0a && bytes[end - 2] === 0x0d && bytes[end - 3] === 0x0a;
}

/** True where the head says that a body follows. */
function announcesBody(bytes: Uint8Array, at: number, end: number): boolean {
  for (let line = nextLine(bytes, at, end); line < end; line = nextLine(bytes, line, end)) {
    if (startsWith(bytes, line, end, TRANSFER_ENCODING)) return true;
    if (
      startsWith(bytes, line, end, CONTENT_LENGTH) &&
      bytes[behindBlanks(bytes, line + CONTENT_LENGTH.length, end)] !== 0x30
    )
      return true;
  }
  return false;
}

/** True where the head carries what the server answers in a logon that goes on: a scheme with its token. */
function isLogonStep(bytes: Uint8Array, at: number, end: number): boolean {
  for (let line = nextLine(bytes, at, end); line < end; line = nextLine(bytes, line, end)) {
    if (!startsWith(bytes, line, end, PROXY_AUTHENTICATE)) continue;
    const scheme = behindBlanks(bytes, line + PROXY_AUTHENTICATE.length, end);
    for (let i = 0; i < SCHEMES_IN_STEPS.length; i++) {
      if (!startsWith(bytes, scheme, end, SCHEMES_IN_STEPS[i])) continue;
      const token = behindBlanks(bytes, scheme + SCHEMES_IN_STEPS[i].length, end);
      if (token < end && bytes[token] > 0x20) return true;
    }
  }
  return false;
}

/** Offset behind the end of a line. */
function nextLine(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== 0x0a) at++;
  return at + 1;
}

function behindBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  return at;
}

/** @param text in lower case; letters of `bytes` may be in any */
function startsWith(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i];
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== text[i]) return false;
  }
  return true;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
