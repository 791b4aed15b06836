import { put32le, putBytes } from '../bytes.mjs';

const NEGOTIATE = 0;
const READ = 8;
const HEADER = 4 + 64;

/**
 * @param {number} command
 * @param {boolean} response
 * @param {number} bodyLength
 */
function message(command, response, bodyLength) {
  const bytes = Buffer.alloc(HEADER + bodyLength);
  bytes.writeUInt32BE(64 + bodyLength, 0);
  bytes.write('\xfeSMB', 4, 'latin1');
  bytes.writeUInt16LE(64, 8);
  bytes.writeUInt16LE(1, 10);
  bytes.writeUInt16LE(command, 16);
  bytes.writeUInt16LE(1, 18);
  bytes.writeUInt32LE(response ? 1 : 0, 20);
  bytes.writeUInt32LE(command, 28);
  return bytes;
}

const NEGOTIATE_REQUEST = message(NEGOTIATE, false, 40);
NEGOTIATE_REQUEST.writeUInt16LE(36, HEADER);
NEGOTIATE_REQUEST.writeUInt16LE(2, HEADER + 2);
NEGOTIATE_REQUEST.writeUInt16LE(1, HEADER + 4);
NEGOTIATE_REQUEST.writeUInt16LE(0x0202, HEADER + 36);
NEGOTIATE_REQUEST.writeUInt16LE(0x0210, HEADER + 38);

const NEGOTIATE_RESPONSE = message(NEGOTIATE, true, 64);
NEGOTIATE_RESPONSE.writeUInt16LE(65, HEADER);
NEGOTIATE_RESPONSE.writeUInt16LE(1, HEADER + 2);
NEGOTIATE_RESPONSE.writeUInt16LE(0x0210, HEADER + 4);
for (const at of [28, 32, 36]) NEGOTIATE_RESPONSE.writeUInt32LE(1 << 20, HEADER + at);
NEGOTIATE_RESPONSE.writeUInt16LE(128, HEADER + 56);

const READ_REQUEST = message(READ, false, 49);
READ_REQUEST.writeUInt16LE(49, HEADER);
READ_REQUEST.writeUInt32LE(65_536, HEADER + 4);

const READ_RESPONSE = message(READ, true, 16);
READ_RESPONSE.writeUInt16LE(17, HEADER);
READ_RESPONSE[HEADER + 2] = 80;

/** SMB 2: a negotiation, then a file is read. @type {import('./protocol.mjs').Protocol} */
export const smb = {
  requestSize: (_want, first) => (first ? NEGOTIATE_REQUEST : READ_REQUEST).length,
  request: (buf, at, _size, first) => putBytes(buf, at, first ? NEGOTIATE_REQUEST : READ_REQUEST),
  responseSize: (want, first) => (first ? NEGOTIATE_RESPONSE.length : Math.max(want, READ_RESPONSE.length)),
  response(buf, at, size, first) {
    if (first) return putBytes(buf, at, NEGOTIATE_RESPONSE);
    const end = putBytes(buf, at, READ_RESPONSE);
    buf[at + 1] = (size - 4) >>> 16;
    buf[at + 2] = (size - 4) >>> 8;
    buf[at + 3] = size - 4;
    put32le(buf, at + HEADER + 4, size - READ_RESPONSE.length);
    return end;
  },
};
