/** Writes captures for tests, in either byte order. */

export interface BuildFrame {
  data: Uint8Array;
  seconds: number;
  /** Units of the file or interface: micro- or nanoseconds. */
  fraction: number;
  /** Defaults to the length of `data`. */
  original?: number;
}

export interface PcapOptions {
  little?: boolean;
  magic?: number;
  major?: number;
  minor?: number;
  snapLength?: number;
  linkType?: number;
  /** Bytes added to each record header, as the patched variants have. */
  extraHeader?: number;
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function pcapHeader(options: PcapOptions = {}): Uint8Array {
  const little = options.little ?? true;
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, options.magic ?? 0xa1b2c3d4, little);
  view.setUint16(4, options.major ?? 2, little);
  view.setUint16(6, options.minor ?? 4, little);
  view.setUint32(16, options.snapLength ?? 262_144, little);
  view.setUint32(20, options.linkType ?? 1, little);
  return bytes;
}

export function pcapRecord(frame: BuildFrame, options: PcapOptions = {}): Uint8Array {
  const little = options.little ?? true;
  const header = 16 + (options.extraHeader ?? 0);
  const bytes = new Uint8Array(header + frame.data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frame.seconds, little);
  view.setUint32(4, frame.fraction, little);
  const lengths = [frame.data.length, frame.original ?? frame.data.length];
  if ((options.minor ?? 4) < 3) lengths.reverse();
  view.setUint32(8, lengths[0]!, little);
  view.setUint32(12, lengths[1]!, little);
  bytes.set(frame.data, header);
  return bytes;
}

export function pcap(frames: BuildFrame[], options: PcapOptions = {}): Uint8Array {
  return concat(pcapHeader(options), ...frames.map((frame) => pcapRecord(frame, options)));
}

/** One block with its two lengths. */
export function block(type: number, body: Uint8Array, little = true): Uint8Array {
  const padded = (body.length + 3) & ~3;
  const bytes = new Uint8Array(12 + padded);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, bytes.length, little);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, little);
  return bytes;
}

/** Words of 32 bits. */
export function words(little: boolean, ...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value >>> 0, little);
  return bytes;
}

/** Options, closed by opt_endofopt. */
export function options(little: boolean, ...list: [code: number, value: Uint8Array][]): Uint8Array {
  const parts = [...list, [0, new Uint8Array(0)] as const].map(([code, value]) => {
    const bytes = new Uint8Array(4 + ((value.length + 3) & ~3));
    const view = new DataView(bytes.buffer);
    view.setUint16(0, code, little);
    view.setUint16(2, value.length, little);
    bytes.set(value, 4);
    return bytes;
  });
  return concat(...parts);
}

export function uint64(value: bigint, little: boolean): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), little);
  return bytes;
}

export function section(little = true, major = 1, extra: Uint8Array = new Uint8Array(0)): Uint8Array {
  const body = concat(words(little, 0x1a2b3c4d, 0, 0xffffffff, 0xffffffff), extra);
  new DataView(body.buffer).setUint16(4, major, little);
  return block(0x0a0d0d0a, body, little);
}

export function interfaceBlock(
  little = true,
  linkType = 1,
  snapLength = 0,
  extra: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const body = concat(words(little, 0, snapLength), extra);
  new DataView(body.buffer).setUint16(0, linkType, little);
  return block(1, body, little);
}

/** @param time count in units of the interface */
export function packet(
  little: boolean,
  interfaceId: number,
  time: bigint,
  data: Uint8Array,
  extra: Uint8Array = new Uint8Array(0),
  original = data.length,
): Uint8Array {
  const high = Number((time >> 32n) & 0xffffffffn);
  const low = Number(time & 0xffffffffn);
  const padding = new Uint8Array(((data.length + 3) & ~3) - data.length);
  return block(6, concat(words(little, interfaceId, high, low, data.length, original), data, padding, extra), little);
}

/** The same frames as pcapng of one interface in microseconds. */
export function pcapng(frames: BuildFrame[], little = true, linkType = 1): Uint8Array {
  const blocks = frames.map((frame) => {
    const time = BigInt(frame.seconds) * 1_000_000n + BigInt(frame.fraction);
    return packet(little, 0, time, frame.data, undefined, frame.original ?? frame.data.length);
  });
  return concat(section(little), interfaceBlock(little, linkType), ...blocks);
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Frames of a conversation that never repeat: each has its number in it. */
export function numbered(count: number, from = 0, length = 90): BuildFrame[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const data = new Uint8Array(length + ((number * 7) % 60));
    // Ethernet and IPv4 as a captured frame begins; the rest is as noisy as real payload.
    data.set([0, 0x15, 0x5d, 1, 2, 3, 0, 0x15, 0x5d, 4, 5, 6, 8, 0, 0x45, 0]);
    for (let at = 16; at < data.length; at++)
      data[at] = (Math.imul(number + 1, 2_654_435_761) >>> (at % 24)) ^ (at * 31);
    new DataView(data.buffer).setUint32(16, number);
    return { data, seconds: 1_700_000_000 + Math.floor(number / 50), fraction: (number * 19_937) % 1_000_000 };
  });
}
