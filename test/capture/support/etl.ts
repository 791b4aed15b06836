/** Writes event traces as pktmon and netsh trace do: buffers of events, packed or not, in any order. */

export const QPC_FREQUENCY = 10_000_000;
const QPC_START = 500_000_000_000n;
/** 1601 to 1970, and 100 ns units. */
const FILETIME_1970 = 116_444_736_000_000_000n;
const BUFFER_HEADER = 72;

export const PKTMON = 'd9804f4dbdc8734dbb5b19c90402c5ac';
export const NDIS = '6e00d62e29470946b4233ee7bcd678ef';

export interface EtlEvent {
  provider: string;
  id: number;
  /** Seconds since the start of the trace. */
  time: number;
  payload: Uint8Array;
  keyword?: bigint;
  thread?: number;
  /** Bytes of extended items to write, one item each. */
  items?: number[];
}

export interface EtlFileOptions {
  /** Seconds since 1970. */
  start?: number;
  eventsLost?: number;
  /** 1 QPC, 2 system time, 3 cycles of the processor (at 2500 MHz). */
  clock?: 1 | 2 | 3;
  pointerSize?: 4 | 8;
  frequency?: number;
}

export interface BufferOptions {
  compress?: 'literals' | 'matches';
  flags?: number;
  /** Stored size of a buffer that is not packed; what is not used is filled with ff. */
  size?: number;
  processor?: number;
}

/** A trace of these buffers, each a list of events. */
export class EtlWriter {
  readonly #parts: Uint8Array[] = [];
  readonly #options: Required<EtlFileOptions>;

  constructor(options: EtlFileOptions = {}) {
    this.#options = {
      start: 1_700_000_000,
      eventsLost: 0,
      clock: 1,
      pointerSize: 8,
      frequency: QPC_FREQUENCY,
      ...options,
    };
    this.#parts.push(bufferOf(this.#headerEvent(), { size: 1024 }));
  }

  buffer(events: readonly EtlEvent[], options: BufferOptions = {}): this {
    this.#parts.push(bufferOf(Buffer.concat(events.map((event) => this.#event(event))), options));
    return this;
  }

  /** Bytes as they are, such as a damaged buffer. */
  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  #stamp(time: number): bigint {
    const { clock, start } = this.#options;
    if (clock === 2) return FILETIME_1970 + BigInt(Math.round((start + time) * 1e7));
    const perSecond = clock === 3 ? 2_500_000_000 : this.#options.frequency;
    return QPC_START + BigInt(Math.round(time * perSecond));
  }

  #headerEvent(): Uint8Array {
    const { clock, start, eventsLost, pointerSize, frequency } = this.#options;
    const bytes = new Uint8Array(32 + 280);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 2, true);
    bytes[2] = pointerSize === 8 ? 2 : 1;
    bytes[3] = 0xc0;
    view.setUint16(4, bytes.length, true);
    view.setBigUint64(16, this.#stamp(0), true);
    view.setUint32(32 + 44, pointerSize, true);
    view.setUint32(32 + 48, eventsLost, true);
    view.setUint32(32 + 52, 2500, true);
    const times = 32 + (pointerSize === 8 ? 248 : 240);
    view.setBigUint64(times + 8, BigInt(frequency), true);
    view.setBigUint64(times + 16, FILETIME_1970 + BigInt(Math.round(start * 1e7)), true);
    view.setUint32(times + 24, clock, true);
    return bytes;
  }

  #event({ provider, id, time, payload, keyword = 0n, thread = 1, items = [] }: EtlEvent): Uint8Array {
    const extended = items.map((size, i) => {
      const item = new Uint8Array((8 + size + 7) & ~7);
      const view = new DataView(item.buffer);
      view.setUint16(4, i < items.length - 1 ? 1 : 0, true);
      view.setUint16(6, size, true);
      return item;
    });
    const header = new Uint8Array(80);
    const view = new DataView(header.buffer);
    view.setUint16(0, 80 + extended.reduce((sum, item) => sum + item.length, 0) + payload.length, true);
    header[2] = 19;
    header[3] = 0xc0;
    view.setUint16(4, items.length > 0 ? 1 : 0, true);
    view.setUint32(8, thread, true);
    view.setBigUint64(16, this.#stamp(time), true);
    header.set(Buffer.from(provider, 'hex'), 24);
    view.setUint16(40, id, true);
    view.setBigUint64(48, keyword, true);
    return aligned(Buffer.concat([header, ...extended, payload]));
  }
}

function aligned(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([bytes, new Uint8Array((8 - (bytes.length % 8)) % 8)]));
}

function bufferOf(content: Uint8Array, options: BufferOptions): Uint8Array {
  const packed =
    options.compress === undefined
      ? content
      : options.compress === 'literals'
        ? packLiterals(content)
        : packLz77(content);
  const used = BUFFER_HEADER + content.length;
  const stored = options.compress === undefined ? Math.max(options.size ?? 0, used) : BUFFER_HEADER + packed.length;
  const bytes = new Uint8Array(stored).fill(0xff, BUFFER_HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, stored, true);
  view.setUint32(4, used, true);
  view.setUint16(40, options.processor ?? 0, true);
  view.setUint32(48, used, true);
  view.setUint16(52, (options.flags ?? 0) | (options.compress === undefined ? 0 : 0x40), true);
  bytes.set(packed, BUFFER_HEADER);
  return bytes;
}

export interface PktMonPacket {
  data: Uint8Array;
  time: number;
  group?: number;
  number?: number;
  component?: number;
  /** PktMon_PacketDirectionTag: 1 in, 2 out, … */
  direction?: number;
  /** 1 Ethernet, 2 Wi-Fi, 3 IP. */
  type?: number;
  /** Set for a drop. */
  reason?: number;
  location?: number;
  original?: number;
}

/** PktMon 160 (seen) or 170 (dropped). */
export function pktMonEvent(packet: PktMonPacket): EtlEvent {
  const { data, time, reason } = packet;
  const payload = new Uint8Array(34 + data.length);
  const view = new DataView(payload.buffer);
  view.setBigUint64(0, BigInt(packet.group ?? 0), true);
  view.setUint16(8, packet.number ?? 1, true);
  view.setUint16(10, 1, true);
  view.setUint16(12, packet.direction ?? 1, true);
  view.setUint16(14, packet.type ?? 3, true);
  view.setUint16(16, packet.component ?? 1, true);
  view.setUint32(22, reason ?? 0, true);
  view.setUint32(26, packet.location ?? 0, true);
  view.setUint16(30, packet.original ?? data.length, true);
  view.setUint16(32, data.length, true);
  payload.set(data, 34);
  return { provider: PKTMON, id: reason === undefined ? 160 : 170, time, payload, keyword: 0x10n };
}

export function componentEvent(id: number, name: string): EtlEvent {
  const head = new Uint8Array(4);
  const view = new DataView(head.buffer);
  view.setUint16(0, id, true);
  view.setUint16(2, 4, true);
  const text = Buffer.from(`${name}\0${name} driver\0`, 'utf16le');
  return { provider: PKTMON, id: 20, time: 0, payload: new Uint8Array(Buffer.concat([head, text])), keyword: 2n };
}

const START = 0x4000_0000n;
const END = 0x8000_0000n;

/** NDIS-PacketCapture 1001, in as many fragments as there are pieces. */
export function ndisEvents(
  pieces: Uint8Array[],
  time: number,
  options: { send?: boolean; thread?: number } = {},
): EtlEvent[] {
  return pieces.map((piece, i) => {
    const payload = new Uint8Array(12 + piece.length);
    const view = new DataView(payload.buffer);
    view.setUint32(0, 7, true);
    view.setUint32(4, 9, true);
    view.setUint32(8, piece.length, true);
    payload.set(piece, 12);
    const keyword =
      (i === 0 ? START : 0n) | (i === pieces.length - 1 ? END : 0n) | (options.send ? 1n << 32n : 1n << 33n);
    return { provider: NDIS, id: 1001, time, payload, keyword, thread: options.thread ?? 1 };
  });
}

/** [MS-XCA] plain LZ77 without a single match: flag words of 0. */
export function packLiterals(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 32) parts.push(new Uint8Array(4), bytes.subarray(at, at + 32));
  return new Uint8Array(Buffer.concat(parts));
}

/** [MS-XCA] section 2.3: greedy matches of three bytes and more, found by a table of the last place of each three bytes. */
export function packLz77(bytes: Uint8Array): Uint8Array {
  const output: number[] = [0, 0, 0, 0];
  const last = new Map<number, number>();
  let flagsAt = 0;
  let flags = 0;
  let count = 0;
  let halfByteAt = -1;
  const flag = (bit: number): void => {
    flags = (flags << 1) | bit;
    if (++count < 32) return;
    write32(output, flagsAt, flags);
    flagsAt = output.length;
    output.push(0, 0, 0, 0);
    flags = count = 0;
  };
  for (let at = 0; at < bytes.length; ) {
    const key = at + 2 < bytes.length ? (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2] : -1;
    const from = key < 0 ? undefined : last.get(key);
    if (key >= 0) last.set(key, at);
    if (from === undefined || at - from > 8192) {
      output.push(bytes[at++]);
      flag(0);
      continue;
    }
    let length = 3;
    while (at + length < bytes.length && bytes[from + length] === bytes[at + length]) length++;
    const rest = length - 3;
    const symbol = ((at - from - 1) << 3) | Math.min(rest, 7);
    output.push(symbol & 0xff, symbol >> 8);
    if (rest >= 7) {
      const half = Math.min(rest - 7, 15);
      if (halfByteAt < 0) {
        halfByteAt = output.length;
        output.push(half);
      } else {
        output[halfByteAt] |= half << 4;
        halfByteAt = -1;
      }
      if (half === 15) {
        const byte = rest - 7 - 15;
        if (byte < 255) output.push(byte);
        else if (rest < 65536) output.push(255, rest & 0xff, rest >> 8);
        else output.push(255, 0, 0, rest & 0xff, (rest >> 8) & 0xff, (rest >> 16) & 0xff, rest >>> 24);
      }
    }
    flag(1);
    at += length;
  }
  // The flags of a last, unfinished word are ones.
  flags = count === 0 ? -1 : (flags << (32 - count)) | (2 ** (32 - count) - 1);
  write32(output, flagsAt, flags);
  return new Uint8Array(output);
}

function write32(output: number[], at: number, value: number): void {
  for (let i = 0; i < 4; i++) output[at + i] = (value >>> (8 * i)) & 0xff;
}
