/** Bytes held at first: large enough that system calls do not count, small enough to be in the cache of a core when they are looked at. */
const FIRST_SIZE = 512 * 1024;

/**
 * The bytes of a stream that a reader has not consumed yet, always from the start of one buffer. `bytes` and `view` change when the buffer
 * grows; it grows to what a reader needs and no further.
 */
export class ByteWindow {
  bytes: Uint8Array;
  view: DataView;
  /** Bytes at hand. */
  length = 0;
  /** Offset in the stream of the first byte at hand. */
  offset: number;

  constructor(offset = 0, size = FIRST_SIZE) {
    this.offset = offset;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Free bytes behind those at hand. */
  get free(): number {
    return this.bytes.length - this.length;
  }

  /** Makes the buffer hold `size` bytes. */
  reserve(size: number): void {
    if (size <= this.bytes.length) return;
    const grown = new Uint8Array(size);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Drops the first `count` bytes. */
  consume(count: number): void {
    if (count === 0) return;
    this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
    this.offset += count;
  }
}
