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

/** The same pcapng, but that the lengths of its packets, which have no options, do not count their padding. */
export function paddingNotCounted(file: Uint8Array, little = true): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at + 4, little);
    if (view.getUint32(at, little) === 6) {
      const counted = 32 + view.getUint32(at + 20, little);
      view.setUint32(at + 4, counted, little);
      view.setUint32(at + length - 4, counted, little);
    }
    at += length;
  }
  return bytes;
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

export interface SnoopOptions {
  version?: number;
  network?: number;
  /** Bytes behind each frame beyond those that align it. */
  extraPadding?: number;
  drops?: number;
}

/** snoop (RFC 1761); fractions are microseconds. */
export function snoop(frames: BuildFrame[], options: SnoopOptions = {}): Uint8Array {
  const header = concat(text('snoop\0\0\0'), words(false, options.version ?? 2, options.network ?? 4));
  return concat(header, ...frames.map((frame) => snoopRecord(frame, options)));
}

export function snoopRecord(frame: BuildFrame, options: SnoopOptions = {}): Uint8Array {
  const { data, seconds, fraction } = frame;
  const padding = ((data.length + 3) & ~3) - data.length + (options.extraPadding ?? 0);
  const length = 24 + data.length + padding;
  const original = frame.original ?? data.length;
  const header = words(false, original, data.length, length, options.drops ?? 0, seconds, fraction);
  return concat(header, data, new Uint8Array(padding));
}

export interface NetmonOptions {
  /** 1.1, 2.0, 2.1, 2.2 or 2.3. */
  version?: '1.1' | '2.0' | '2.1' | '2.2' | '2.3';
  /** Network of each frame by its index; 1 (Ethernet) by default. */
  network?: (index: number) => number;
  /** Start of the capture. */
  start?: Date;
  /** Order of the table: indexes of frames. */
  order?: number[];
  /** Bytes between the records. */
  hole?: number;
}

/** Network Monitor; fractions are microseconds. The table of frames is at the end. */
export function netmon(frames: BuildFrame[], options: NetmonOptions = {}): Uint8Array {
  const [major, minor] = (options.version ?? '2.3').split('.').map(Number) as [number, number];
  const start = options.start ?? new Date((frames[0]?.seconds ?? 0) * 1000);
  const network = options.network ?? (() => 1);
  const offsets: number[] = [];
  const parts: Uint8Array[] = [new Uint8Array(128)];
  let at = 128;
  for (const [index, frame] of frames.entries()) {
    const record = netmonRecord(frame, major, minor, network(index), start);
    offsets.push(at);
    parts.push(record, new Uint8Array(options.hole ?? 0).fill(0xaa));
    at += record.length + (options.hole ?? 0);
  }
  const order = options.order ?? [...offsets.keys()];
  const table = new Uint8Array(order.length * 4);
  const entries = new DataView(table.buffer);
  for (const [entry, index] of order.entries()) entries.setUint32(entry * 4, offsets[index]!, true);
  const file = concat(...parts, table);
  const view = new DataView(file.buffer);
  file.set(text(major === 1 ? 'RTSS' : 'GMBU'));
  file.set([minor, major], 4);
  view.setUint16(6, network(0), true);
  const fields = [
    start.getUTCFullYear(),
    start.getUTCMonth() + 1,
    start.getUTCDay(),
    start.getUTCDate(),
    start.getUTCHours(),
    start.getUTCMinutes(),
    start.getUTCSeconds(),
    start.getUTCMilliseconds(),
  ];
  for (const [index, field] of fields.entries()) view.setUint16(8 + 2 * index, field, true);
  view.setUint32(24, at, true);
  view.setUint32(28, table.length, true);
  return file;
}

function netmonRecord(frame: BuildFrame, major: number, minor: number, network: number, start: Date): Uint8Array {
  const microseconds = BigInt(frame.seconds) * 1_000_000n + BigInt(frame.fraction);
  const delta = microseconds - BigInt(start.getTime()) * 1000n;
  const original = frame.original ?? frame.data.length;
  if (major === 1) {
    const header = new Uint8Array(8);
    const view = new DataView(header.buffer);
    view.setUint32(0, Number(delta / 1000n), true);
    view.setUint16(4, original, true);
    view.setUint16(6, frame.data.length, true);
    return concat(header, frame.data);
  }
  const trailer = new Uint8Array([0, 2, 6, 15][minor]!);
  const view = new DataView(trailer.buffer);
  if (minor >= 1) view.setUint16(0, network, true);
  if (minor >= 3) view.setBigUint64(6, (microseconds + 11_644_473_600_000_000n) * 10n, true);
  return concat(uint64(delta, true), words(true, original, frame.data.length), frame.data, trailer);
}
