/** Bytes of a stream that wait until enough of them are there. */
export class ByteQueue {
  #bytes = new Uint8Array(64 * 1024);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > this.#bytes.length - this.#end) {
      const size = this.length + chunk.length;
      // Grown by half at least, so that many small chunks are not copied again and again.
      const target = size <= this.#bytes.length ? this.#bytes : new Uint8Array(Math.ceil(size * 1.5));
      target.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = target;
      this.#end -= this.#start;
      this.#start = 0;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next `count` bytes without taking them, or null where they are not there yet. Valid until the next `push`. */
  peek(count: number): Uint8Array | null {
    return this.length < count ? null : this.#bytes.subarray(this.#start, this.#start + count);
  }

  take(count: number): Uint8Array | null {
    const bytes = this.peek(count);
    if (bytes !== null) this.#start += count;
    return bytes;
  }

  /** Drops up to `count` bytes. @returns how many */
  skip(count: number): number {
    const dropped = Math.min(count, this.length);
    this.#start += dropped;
    return dropped;
  }
}
