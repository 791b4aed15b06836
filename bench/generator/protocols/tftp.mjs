import { put16, putBytes } from '../bytes.mjs';
import { fill } from '../noise.mjs';

const READ = 1;
const DATA = 3;
const ACK = 4;
const ERROR = 5;
const OACK = 6;

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} opcode
 * @param {string[]} strings each ends with a zero
 */
function message(buf, at, opcode, strings) {
  put16(buf, at, opcode);
  return putBytes(buf, at + 2, Buffer.from(strings.map((text) => `${text}\0`).join('')));
}

/** @param {Record<string, number>} options */
const pairs = (options) => Object.entries(options).flatMap(([name, value]) => [name, String(value)]);

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {string} file
 * @param {Record<string, number>} options
 */
export const readRequest = (buf, at, file, options) => message(buf, at, READ, [file, 'octet', ...pairs(options)]);

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {Record<string, number>} options
 */
export const optionAcknowledgement = (buf, at, options) => message(buf, at, OACK, pairs(options));

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} code
 * @param {string} text
 */
export function error(buf, at, code, text) {
  put16(buf, at, ERROR);
  put16(buf, at + 2, code);
  return putBytes(buf, at + 4, Buffer.from(`${text}\0`));
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} block
 */
export function acknowledgement(buf, at, block) {
  put16(buf, at, ACK);
  put16(buf, at + 2, block);
  return at + 4;
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} block
 * @param {number} size
 */
export function data(buf, at, block, size) {
  put16(buf, at, DATA);
  put16(buf, at + 2, block);
  fill(buf, at + 4, at + 4 + size, block * 1461);
  return at + 4 + size;
}
