import { put32le } from '../bytes.mjs';

/** pcap with microseconds, little-endian, Ethernet. @type {import('../capture-buffer.mjs').Format} */
export const pcap = {
  before: 16,

  header() {
    const bytes = Buffer.alloc(24);
    bytes.writeUInt32LE(0xa1b2c3d4, 0);
    bytes.writeUInt16LE(2, 4);
    bytes.writeUInt16LE(4, 6);
    bytes.writeUInt32LE(262_144, 16);
    bytes.writeUInt32LE(1, 20);
    return bytes;
  },

  close(buf, start, end, time) {
    const seconds = Math.floor(time / 1e6);
    const length = end - start - 16;
    put32le(buf, start, seconds);
    put32le(buf, start + 4, time - seconds * 1e6);
    put32le(buf, start + 8, length);
    put32le(buf, start + 12, length);
    return end;
  },
};
