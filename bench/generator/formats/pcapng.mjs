import { put32le } from '../bytes.mjs';

/** pcapng: one section, one Ethernet interface in microseconds, enhanced packet blocks. @type {import('../capture-buffer.mjs').Format} */
export const pcapng = {
  before: 28,

  header() {
    const section = Buffer.alloc(28);
    section.writeUInt32LE(0x0a0d0d0a, 0);
    section.writeUInt32LE(28, 4);
    section.writeUInt32LE(0x1a2b3c4d, 8);
    section.writeUInt16LE(1, 12);
    section.fill(0xff, 16, 24);
    section.writeUInt32LE(28, 24);
    const description = Buffer.alloc(20);
    description.writeUInt32LE(1, 0);
    description.writeUInt32LE(20, 4);
    description.writeUInt16LE(1, 8);
    description.writeUInt32LE(262_144, 12);
    description.writeUInt32LE(20, 16);
    return Buffer.concat([section, description]);
  },

  close(buf, start, end, time) {
    const length = end - start - 28;
    while ((end - start) & 3) buf[end++] = 0;
    const total = end - start + 4;
    put32le(buf, start, 6);
    put32le(buf, start + 4, total);
    put32le(buf, start + 8, 0);
    put32le(buf, start + 12, Math.floor(time / 0x1_0000_0000));
    put32le(buf, start + 16, time % 0x1_0000_0000);
    put32le(buf, start + 20, length);
    put32le(buf, start + 24, length);
    put32le(buf, end, total);
    return end + 4;
  },
};
