import { put16, put32, putBytes } from '../bytes.mjs';

const QUESTION = Buffer.from('\x04mp01\x07contoso\x07example\0\0\x01\0\x01', 'latin1');
const QUERY = Buffer.concat([Buffer.from('00000100000100000000'.padEnd(24, '0'), 'hex'), QUESTION]);
const ANSWER = Buffer.concat([
  Buffer.from('000081800001000100000000', 'hex'),
  QUESTION,
  Buffer.from('c00c00010001000000e100040a14000b', 'hex'),
]);

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} id
 * @returns {number} its end
 */
export function dnsQuery(buf, at, id) {
  const end = putBytes(buf, at, QUERY);
  put16(buf, at, id);
  return end;
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} id
 * @returns {number} its end
 */
export function dnsAnswer(buf, at, id) {
  const end = putBytes(buf, at, ANSWER);
  put16(buf, at, id);
  return end;
}

const HEADER_QUERY = Buffer.from('000001000001000000000000', 'hex');
const HEADER_ANSWER = Buffer.from('000081800001000100000000', 'hex');
/** Behind the first label, of eight letters. */
const REST = Buffer.from('\x07contoso\x07example\0\0\x01\0\x01', 'latin1');
const ADDRESS = Buffer.from('c00c00010001000000e10004', 'hex');

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} id
 * @param {string} label eight letters
 * @returns {number} its end
 */
export function dnsQueryFor(buf, at, id, label) {
  return question(buf, putBytes(buf, at, HEADER_QUERY), at, id, label);
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} id
 * @param {string} label eight letters
 * @param {number} address IPv4
 * @returns {number} its end
 */
export function dnsAnswerFor(buf, at, id, label, address) {
  const end = putBytes(buf, question(buf, putBytes(buf, at, HEADER_ANSWER), at, id, label), ADDRESS);
  put32(buf, end, address);
  return end + 4;
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} header where the message begins
 * @param {number} id
 * @param {string} label
 * @returns {number} its end
 */
function question(buf, at, header, id, label) {
  put16(buf, header, id);
  buf[at] = label.length;
  for (let i = 0; i < label.length; i++) buf[at + 1 + i] = label.charCodeAt(i);
  return putBytes(buf, at + 1 + label.length, REST);
}
