/**
 * Reads numbers of a marshalled message (NDR, C706 chapter 14; NDR64, MS-RPCE section 2.2.5). It never reads past its end: the first read that
 * would sets `failed`, and from then on every read gives 0 or nothing.
 */
export class NdrReader {
  at = 0;
  failed = false;
  readonly #bytes: Uint8Array;
  readonly #little: boolean;
  readonly #wide: boolean;

  /** @param wide NDR64: pointers and counts have eight bytes. */
  constructor(bytes: Uint8Array, little: boolean, wide = false) {
    this.#bytes = bytes;
    this.#little = little;
    this.#wide = wide;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get left(): number {
    return this.failed ? 0 : this.#bytes.length - this.at;
  }

  u8(): number {
    return this.#has(1) ? this.#bytes[this.at++] : 0;
  }

  u16(): number {
    if (!this.#has(2)) return 0;
    this.at += 2;
    return uint16At(this.#bytes, this.at - 2, this.#little);
  }

  u32(): number {
    if (!this.#has(4)) return 0;
    this.at += 4;
    return uint32At(this.#bytes, this.at - 4, this.#little);
  }

  /** A count or the number of a pointer: four bytes, eight in NDR64; aligned. What is beyond 2^53 is no count that anything could hold. */
  count(): number {
    if (!this.#wide) {
      this.align(4);
      return this.u32();
    }
    this.align(8);
    const first = this.u32();
    const second = this.u32();
    return this.#little ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }

  /** The next bytes, as a view of the message. */
  take(length: number): Uint8Array {
    if (!this.#has(length)) return new Uint8Array(0);
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** False where one of the next bytes is not 0; reads on behind them. */
  areZero(length: number): boolean {
    if (!this.#has(length)) return true;
    let any = 0;
    for (const end = this.at + length; this.at < end; this.at++) any |= this.#bytes[this.at];
    return any === 0;
  }

  skip(length: number): void {
    if (this.#has(length)) this.at += length;
  }

  /** Moves on to a multiple of `to` from the beginning of the message. */
  align(to: number): void {
    const past = this.at % to;
    if (past > 0) this.skip(to - past);
  }

  /** A UUID in the byte order of the message, as text. */
  uuid(): string {
    if (!this.#has(16)) return '';
    this.at += 16;
    return uuidText(this.#bytes, this.at - 16, this.#little);
  }

  #has(length: number): boolean {
    if (!this.failed && this.at + length > this.#bytes.length) this.failed = true;
    return !this.failed;
  }
}

/** A number of two bytes. The caller checks that they are there; so for the next. (A DataView for a message costs more than reading it.) */
export function uint16At(bytes: Uint8Array, at: number, little: boolean): number {
  return little ? bytes[at] | (bytes[at + 1] << 8) : (bytes[at] << 8) | bytes[at + 1];
}

/** A number of four bytes. */
export function uint32At(bytes: Uint8Array, at: number, little: boolean): number {
  const upper = uint16At(bytes, little ? at + 2 : at, little);
  return ((upper << 16) | uint16At(bytes, little ? at : at + 2, little)) >>> 0;
}

/** A UUID as text in lower case: its first three fields follow the byte order (C706 appendix A). The caller checks that 16 bytes are there. */
export function uuidText(bytes: Uint8Array, offset: number, little: boolean): string {
  const order = little ? LITTLE : BIG;
  // Nearly all are one of a few: of these the text is at hand.
  const place = (bytes[offset + order[3]] ^ (bytes[offset + order[2]] << 3) ^ bytes[offset + 15]) % RECENT;
  const known = recent[place];
  if (known !== undefined && isSame(known.bytes, bytes, offset, order)) return known.text;
  const copy = Uint8Array.from(order, (from) => bytes[offset + from]);
  const digits = Array.from(copy, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const text = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-');
  recent[place] = { bytes: copy, text };
  return text;
}

const RECENT = 256;
/** UUIDs read of late, their bytes in the order of their text. */
const recent: ({ bytes: Uint8Array; text: string } | undefined)[] = new Array(RECENT).fill(undefined);

function isSame(known: Uint8Array, bytes: Uint8Array, offset: number, order: readonly number[]): boolean {
  for (let i = 0; i < 16; i++) if (known[i] !== bytes[offset + order[i]]) return false;
  return true;
}

const LITTLE = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const BIG = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** The UUID of all zeros: no object, no interface. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';
