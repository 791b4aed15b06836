/** Bytes of a capture at any place: for formats that say at their end where their frames are. */
import type { Input } from './input.ts';

/** `bytes` and `view` are the same memory, and change with `at`. */
export interface RandomBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes of the capture. */
  readonly size: number;
  /**
   * Makes `count` bytes from `offset` on be at hand.
   * @returns where they begin in `bytes`, or -1 where the capture ends before. Valid until the next call.
   */
  at(offset: number, count: number): number;
}

/** A capture that lies in memory as a whole. */
export class HeldBytes implements RandomBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly size: number;

  constructor(bytes: Uint8Array, view: DataView, size: number) {
    this.bytes = bytes;
    this.view = view;
    this.size = size;
  }

  at(offset: number, count: number): number {
    return offset + count <= this.size ? offset : -1;
  }
}

/** Read at a place that does not continue the last one, in bytes: a frame as most are, with the records around it. */
const SMALL_READ = 4096;
/** Read where reading goes on where it was, in bytes: large enough that system calls do not count. */
const LARGE_READ = 4 * 1024 * 1024;

/** A file that is not read into memory: a window of it, read ahead where places follow one another, small where they jump. */
export class FileBytes implements RandomBytes {
  bytes = new Uint8Array(LARGE_READ);
  view = new DataView(this.bytes.buffer);
  readonly size: number;
  readonly #input: Input;
  #start = 0;
  #length = 0;
  #ahead = SMALL_READ;

  /** @param input a plain file */
  constructor(input: Input) {
    this.#input = input;
    this.size = input.size ?? 0;
  }

  /** @throws CaptureError where the file cannot be read */
  at(offset: number, count: number): number {
    const index = offset - this.#start;
    if (index >= 0 && index + count <= this.#length) return index;
    if (offset + count > this.size) return -1;
    const goesOn = index >= 0 && index <= this.#length + SMALL_READ;
    this.#ahead = goesOn ? Math.min(this.#ahead * 2, LARGE_READ) : SMALL_READ;
    this.#fill(offset, Math.max(count, this.#ahead));
    return count <= this.#length ? 0 : -1;
  }

  #fill(offset: number, wanted: number): void {
    if (wanted > this.bytes.length) {
      this.bytes = new Uint8Array(wanted);
      this.view = new DataView(this.bytes.buffer);
    }
    this.#start = offset;
    this.#length = 0;
    while (this.#length < wanted) {
      const space = this.bytes.subarray(this.#length, wanted);
      const count = this.#input.readNow(space, offset + this.#length);
      if (count === 0) break;
      this.#length += count;
    }
  }
}
