import { type TestFrame, tcp } from '../track/frames.ts';

const LINKTYPE_RAW = 101;

/** A pcap file of raw IP frames, with times in microseconds. */
export function pcapOf(frames: readonly TestFrame[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  const records: Uint8Array[] = [header];
  for (const { bytes, length, seconds, nanoseconds } of frames) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(seconds, 0);
    record.writeUInt32LE(Math.floor(nanoseconds / 1000), 4);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(length, 12);
    records.push(record, bytes);
  }
  return Buffer.concat(records);
}

/** A pcap file of SYNs, one a second from second `after` on, each of a connection of its own. @param payload bytes that each carries */
export function pcapFile(frames: number, after: number, payload = 0): Uint8Array {
  const syns = Array.from({ length: frames }, (_, i) => {
    const number = after + i;
    return tcp({
      source: `10.0.${number % 200}.1`,
      destination: '10.0.0.2',
      sourcePort: 1 + (number % 65_000),
      destinationPort: 80 + (number % 7),
      flags: 'S',
      payload,
      id: number,
      time: number,
    });
  });
  return pcapOf(syns);
}
