import { put16, putBytes } from '../bytes.mjs';

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
