import { putBytes } from '../bytes.mjs';
import { DC } from '../site.mjs';

const DYNAMIC_PORT = 49_667;

/** @param {string} hex */
const bytes = (hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const MAPPER = bytes('0883afe1 1f5dc911 91a40800 2b14a0fa');
const NDR = bytes('045d888a eb1cc911 9fe80800 2b104860');
const DIRECTORY_REPLICATION = bytes('354251e3 064bd111 ab0400c0 4fc2dcd2');

/**
 * @param {number} type
 * @param {Uint8Array} body
 */
function pdu(type, body) {
  const header = Buffer.from([5, 0, type, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  header.writeUInt16LE(16 + body.length, 8);
  return Buffer.concat([header, body]);
}

/** @param {number} port @param {number} server */
function tower(port, server) {
  const end = Buffer.alloc(8);
  end.writeUInt16BE(port, 0);
  end.writeUInt32BE(server, 4);
  return Buffer.concat([
    bytes('4b000000 4b000000 0500 1300 0d'),
    DIRECTORY_REPLICATION,
    bytes('0400 0200 0000 1300 0d'),
    NDR,
    bytes('0200 0200 0000 0100 0b 0200 0000 0100 07 0200'),
    end.subarray(0, 2),
    bytes('0100 09 0400'),
    end.subarray(4),
    bytes('00'),
  ]);
}

const BIND = pdu(
  11,
  Buffer.concat([bytes('d016 d016 00000000 01000000 0000 0100'), MAPPER, bytes('03000000'), NDR, bytes('02000000')]),
);
const BIND_ACK = pdu(
  12,
  Buffer.concat([bytes('d016 d016 01000000 0400 31333500 0000 01000000 0000 0000'), NDR, bytes('02000000')]),
);
const MAP = pdu(
  0,
  Buffer.concat([
    bytes('84000000 0000 0300 01000000'),
    Buffer.alloc(16),
    bytes('02000000'),
    tower(0, 0),
    Buffer.alloc(20),
    bytes('04000000'),
  ]),
);
const MAPPED = pdu(
  2,
  Buffer.concat([
    bytes('80000000 0000 0000'),
    Buffer.alloc(20),
    bytes('01000000 04000000 00000000 01000000 03000000'),
    tower(DYNAMIC_PORT, DC),
    bytes('00000000'),
  ]),
);

/** The endpoint mapper of Microsoft RPC, asked where directory replication listens. @type {import('./protocol.mjs').Protocol} */
export const rpc = {
  requestSize: (_want, first) => (first ? BIND : MAP).length,
  request: (buf, at, _size, first) => putBytes(buf, at, first ? BIND : MAP),
  responseSize: (_want, first) => (first ? BIND_ACK : MAPPED).length,
  response: (buf, at, _size, first) => putBytes(buf, at, first ? BIND_ACK : MAPPED),
};
