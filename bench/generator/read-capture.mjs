import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Frame
 * @property {number} time microseconds
 * @property {Buffer} bytes
 */

const ETHERNET = 1;
const LONGEST = 65_535;

/**
 * Reads the Ethernet frames of a small pcap or pcapng file; what it does not understand gives none. Good enough to make
 * input from: only little-endian pcapng, and times in microseconds.
 *
 * @param {string} path
 * @returns {Frame[]}
 */
export function readFrames(path) {
  const file = readFileSync(path);
  if (file.length < 24) return [];
  switch (file.readUInt32LE(0)) {
    case 0xa1b2c3d4:
      return readPcap(file, 1);
    case 0xa1b23c4d:
      return readPcap(file, 1000);
    case 0x0a0d0d0a:
      return readPcapng(file);
    default:
      return [];
  }
}

/**
 * @param {Buffer} file
 * @param {number} fraction of a second's parts that make a microsecond
 * @returns {Frame[]}
 */
function readPcap(file, fraction) {
  /** @type {Frame[]} */
  const frames = [];
  if (file.readUInt32LE(20) !== ETHERNET) return frames;
  for (let at = 24; at + 16 <= file.length; ) {
    const time = file.readUInt32LE(at) * 1e6 + Math.floor(file.readUInt32LE(at + 4) / fraction);
    const length = file.readUInt32LE(at + 8);
    if (length > LONGEST || at + 16 + length > file.length) break;
    frames.push({ time, bytes: file.subarray(at + 16, at + 16 + length) });
    at += 16 + length;
  }
  return frames;
}

/**
 * @param {Buffer} file
 * @returns {Frame[]}
 */
function readPcapng(file) {
  /** @type {Frame[]} */
  const frames = [];
  /** @type {number[]} */
  let links = [];
  for (let at = 0; at + 12 <= file.length; ) {
    const type = file.readUInt32LE(at);
    const total = file.readUInt32LE(at + 4);
    if (total < 12 || at + total > file.length) break;
    if (type === 0x0a0d0d0a) {
      if (file.readUInt32LE(at + 8) !== 0x1a2b3c4d) break;
      links = [];
    } else if (type === 1) {
      links.push(file.readUInt16LE(at + 8));
    } else if (type === 6 && total >= 32 && links[file.readUInt32LE(at + 8)] === ETHERNET) {
      const time = file.readUInt32LE(at + 12) * 0x1_0000_0000 + file.readUInt32LE(at + 16);
      const length = file.readUInt32LE(at + 20);
      if (length <= Math.min(LONGEST, total - 32))
        frames.push({ time, bytes: file.subarray(at + 28, at + 28 + length) });
    }
    at += total;
  }
  return frames;
}
