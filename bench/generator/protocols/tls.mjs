import { put16, putBytes } from '../bytes.mjs';
import { fill } from '../noise.mjs';

const RECORD = 5;
const LONGEST = 16_384 + RECORD;

/** @param {...(number[] | Uint8Array)} parts */
const join = (...parts) => Buffer.concat(parts.map((part) => Uint8Array.from(part)));

/** @param {Uint8Array} bytes */
const length16 = (bytes) => [bytes.length >>> 8, bytes.length & 255];

/** @param {number} type @param {Uint8Array} body */
const extension = (type, body) => join([type >>> 8, type & 255], length16(body), body);

/** @param {number} type @param {Uint8Array} body */
const handshake = (type, body) => {
  const message = join([type, 0], length16(body), body);
  return join([22, 3, type === 1 ? 1 : 3], length16(message), message);
};

const NAME = Buffer.from('mp01.contoso.example');
const KEY = new Uint8Array(32).map((_, i) => i * 7 + 1);
const RANDOM = new Uint8Array(32).map((_, i) => i * 29 + 3);

const clientExtensions = join(
  extension(0, join([0, NAME.length + 3, 0, 0, NAME.length], NAME)),
  extension(10, join([0, 2, 0, 29])),
  extension(13, join([0, 4, 4, 3, 8, 4])),
  extension(43, join([4, 3, 4, 3, 3])),
  extension(51, join([0, 36, 0, 29, 0, 32], KEY)),
);
const CLIENT_HELLO = handshake(
  1,
  join([3, 3], RANDOM, [0, 0, 4, 0x13, 1, 0x13, 2, 1, 0], length16(clientExtensions), clientExtensions),
);

const serverExtensions = join(extension(43, join([3, 4])), extension(51, join([0, 29, 0, 32], KEY)));
const SERVER_HELLO = join(
  handshake(2, join([3, 3], RANDOM, [0, 0x13, 1, 0], length16(serverExtensions), serverExtensions)),
  [20, 3, 3, 0, 1, 1],
);

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} size with the header
 * @returns {number} the end of the header
 */
export function recordHeader(buf, at, size) {
  buf[at] = 23;
  put16(buf, at + 1, 0x0303);
  put16(buf, at + 3, size - RECORD);
  return at + RECORD;
}

/** TLS 1.3: hellos, then application data, one record a message. @type {import('./protocol.mjs').Protocol} */
export const tls = {
  requestSize: (want, first) => (first ? CLIENT_HELLO.length : Math.max(want, RECORD + 17)),
  request(buf, at, size, first, seed) {
    if (first) return putBytes(buf, at, CLIENT_HELLO);
    fill(buf, recordHeader(buf, at, size), at + size, seed);
    return at + size;
  },
  responseSize(want, first) {
    const least = RECORD + 17 + (first ? SERVER_HELLO.length : 0);
    return Math.min(Math.max(want, least), LONGEST);
  },
  response(buf, at, size, first) {
    if (!first) return recordHeader(buf, at, size);
    return recordHeader(buf, putBytes(buf, at, SERVER_HELLO), size - SERVER_HELLO.length);
  },
};
