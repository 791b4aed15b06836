import { put32, putBytes } from '../bytes.mjs';

export const DISCOVER = 1;
export const OFFER = 2;
export const REQUEST = 3;
export const ACKNOWLEDGE = 5;

const COOKIE = 0x63825363;
const OPTIONS = 240;
const UEFI_X64 = 7;

/**
 * What a DHCP message says beside its type.
 *
 * @typedef {object} Fields
 * @property {boolean} reply
 * @property {number} xid
 * @property {number} mac low 32 bits of the client's
 * @property {number} [ciaddr]
 * @property {number} [yiaddr]
 * @property {number} [siaddr]
 * @property {string} [file]
 * @property {boolean} [broadcast]
 */

/**
 * @param {number} code
 * @param {Uint8Array | number[] | string} value
 * @returns {Buffer}
 */
export const option = (code, value) => {
  const bytes = Buffer.from(/** @type {string} */ (value));
  return Buffer.concat([Buffer.from([code, bytes.length]), bytes]);
};

/** @param {number} code @param {number} address */
export const addressOption = (code, address) => option(code, [address >>> 24, address >>> 16, address >>> 8, address]);

/** @param {number} mac */
const guid = (mac) =>
  option(97, [0, 0xd0, 0x1f, 0x55, 0xaa, 1, 2, 3, 4, 5, 6, 2, 0, mac >>> 24, mac >>> 16, mac >>> 8, mac]);

/** What the firmware of a client sends with each request. @param {number} mac */
export const pxeClient = (mac) => [
  option(57, [5, 192]),
  option(
    55,
    [1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97, 128],
  ),
  guid(mac),
  option(94, [1, 3, 16]),
  option(93, [0, UEFI_X64]),
  option(60, 'PXEClient:Arch:00007:UNDI:003016'),
];

/** What a boot server adds. @param {number} mac */
export const pxeServer = (mac) => [option(60, 'PXEClient'), guid(mac)];

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} type
 * @param {Fields} fields
 * @param {Buffer[]} options
 * @returns {number} its end
 */
export function dhcp(buf, at, type, fields, options) {
  buf.fill(0, at, at + OPTIONS);
  put32(buf, at, fields.reply ? 0x02010600 : 0x01010600);
  put32(buf, at + 4, fields.xid);
  if (fields.broadcast) buf[at + 10] = 0x80;
  put32(buf, at + 12, fields.ciaddr ?? 0);
  put32(buf, at + 16, fields.yiaddr ?? 0);
  put32(buf, at + 20, fields.siaddr ?? 0);
  buf[at + 28] = 2;
  put32(buf, at + 30, fields.mac);
  if (fields.file) putBytes(buf, at + 108, Buffer.from(fields.file));
  put32(buf, at + OPTIONS - 4, COOKIE);
  let end = putBytes(buf, at + OPTIONS, option(53, [type]));
  for (const bytes of options) end = putBytes(buf, end, bytes);
  buf[end++] = 255;
  return end;
}
