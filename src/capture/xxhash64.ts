/** XXH64 (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md), the checksum of zstd frames. Seed 0. Words of 64 bits are two halves. */

/** Low and high halves of the primes. */
const P1L = 0x85ebca87;
const P1H = 0x9e3779b1;
const P2L = 0x27d4eb4f;
const P2H = 0xc2b2ae3d;
const P3L = 0x9e3779f9;
const P3H = 0x165667b1;
const P4L = 0xc2b2ae63;
const P4H = 0x85ebca77;
const P5L = 0x165667c5;
const P5H = 0x27d4eb2f;
const STRIPE = 32;

/** A register of 64 bits. Operations change it in place, modulo 2^64. */
class Word {
  low = 0;
  high = 0;

  constructor(low = 0, high = 0) {
    this.low = low | 0;
    this.high = high | 0;
  }

  add(low: number, high: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  multiply(low: number, high: number): void {
    this.high = (Math.imul(this.low, high) + Math.imul(this.high, low) + upperProduct(this.low, low)) | 0;
    this.low = Math.imul(this.low, low);
  }

  /** @param bits 1 to 31 */
  rotate(bits: number): void {
    const { low, high } = this;
    this.low = (low << bits) | (high >>> (32 - bits));
    this.high = (high << bits) | (low >>> (32 - bits));
  }

  round(low: number, high: number): void {
    const upper = Math.imul(low, P2H) + Math.imul(high, P2L) + upperProduct(low, P2L);
    this.add(Math.imul(low, P2L), upper | 0);
    this.rotate(31);
    this.multiply(P1L, P1H);
  }

  xor(low: number, high: number): void {
    this.low ^= low;
    this.high ^= high;
  }
}

/** The upper half of the product of two unsigned words of 32 bits, modulo 2^32. Each step stays below 2^32. */
function upperProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + (Math.imul(a0, b0) >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  return (Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** Takes bytes in any pieces. */
export class XxHash64 {
  readonly #lanes: readonly [Word, Word, Word, Word];
  #length = 0;
  readonly #rest = new Uint8Array(STRIPE);
  readonly #restView = new DataView(this.#rest.buffer);
  #restLength = 0;

  constructor() {
    const first = new Word(P1L, P1H);
    first.add(P2L, P2H);
    const last = new Word(~P1L, ~P1H);
    last.add(1, 0);
    this.#lanes = [first, new Word(P2L, P2H), new Word(), last];
  }

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#restLength > 0) {
      at = Math.min(STRIPE - this.#restLength, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#restLength);
      this.#restLength += at;
      if (this.#restLength < STRIPE) return;
      this.#stripes(this.#restView, 0, STRIPE);
      this.#restLength = 0;
    }
    const whole = at + ((bytes.length - at) & -STRIPE);
    this.#stripes(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at, whole);
    this.#rest.set(bytes.subarray(whole));
    this.#restLength = bytes.length - whole;
  }

  /** The lower 32 bits of the checksum of all bytes so far, unsigned: what zstd keeps of it. */
  digestLow(): number {
    const hash = this.#length >= STRIPE ? this.#converged() : new Word(P5L, P5H);
    hash.add(this.#length % 2 ** 32, Math.floor(this.#length / 2 ** 32));
    let at = 0;
    for (; at + 8 <= this.#restLength; at += 8) {
      const word = new Word();
      word.round(this.#restView.getUint32(at, true), this.#restView.getUint32(at + 4, true));
      hash.xor(word.low, word.high);
      hash.rotate(27);
      hash.multiply(P1L, P1H);
      hash.add(P4L, P4H);
    }
    if (at + 4 <= this.#restLength) {
      const word = new Word(this.#restView.getUint32(at, true), 0);
      word.multiply(P1L, P1H);
      hash.xor(word.low, word.high);
      hash.rotate(23);
      hash.multiply(P2L, P2H);
      hash.add(P3L, P3H);
      at += 4;
    }
    for (; at < this.#restLength; at++) {
      const word = new Word(this.#rest[at]!, 0);
      word.multiply(P5L, P5H);
      hash.xor(word.low, word.high);
      hash.rotate(11);
      hash.multiply(P1L, P1H);
    }
    // Shifts by 33, 29 and 32 bits.
    hash.xor(hash.high >>> 1, 0);
    hash.multiply(P2L, P2H);
    hash.xor((hash.low >>> 29) | (hash.high << 3), hash.high >>> 29);
    hash.multiply(P3L, P3H);
    return (hash.low ^ hash.high) >>> 0;
  }

  #converged(): Word {
    const hash = new Word();
    const bits = [1, 7, 12, 18] as const;
    for (const [index, lane] of this.#lanes.entries()) {
      const rotated = new Word(lane.low, lane.high);
      rotated.rotate(bits[index]!);
      hash.add(rotated.low, rotated.high);
    }
    for (const lane of this.#lanes) {
      const word = new Word();
      word.round(lane.low, lane.high);
      hash.xor(word.low, word.high);
      hash.multiply(P1L, P1H);
      hash.add(P4L, P4H);
    }
    return hash;
  }

  #stripes(view: DataView, from: number, to: number): void {
    const [a, b, c, d] = this.#lanes;
    for (let at = from; at < to; at += STRIPE) {
      a.round(view.getUint32(at, true), view.getUint32(at + 4, true));
      b.round(view.getUint32(at + 8, true), view.getUint32(at + 12, true));
      c.round(view.getUint32(at + 16, true), view.getUint32(at + 20, true));
      d.round(view.getUint32(at + 24, true), view.getUint32(at + 28, true));
    }
  }
}
