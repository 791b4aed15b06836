/**
 * How records are framed in a file.
 *
 * @typedef {object} Format
 * @property {number} before bytes of a record before its frame
 * @property {() => Buffer} header what a file begins with
 * @property {(buf: Uint8Array, start: number, end: number, time: number) => number} close writes the record around a
 *   frame that ends at `end`; returns the end of the record
 */

const SIZE = 4 << 20;
/** What one step of any traffic may add at most. */
const STEP = 256 << 10;

/** A window of a capture file, filled in place, drained and filled again. */
export class CaptureBuffer {
  /** @param {Format} format */
  constructor(format) {
    this.format = format;
    this.bytes = Buffer.alloc(SIZE);
    this.length = format.header().copy(this.bytes);
    this.frames = 0;
    this.frameBytes = 0;
  }

  /** True when the window has to be drained before the next step. */
  get full() {
    return this.length > SIZE - STEP;
  }

  /** @returns {number} where the next frame begins */
  open() {
    return this.length + this.format.before;
  }

  /**
   * @param {number} end where the frame ends
   * @param {number} time microseconds since 1970
   */
  close(end, time) {
    this.frameBytes += end - this.length - this.format.before;
    this.length = this.format.close(this.bytes, this.length, end, time);
    this.frames++;
  }

  /** @returns {Buffer} what was filled; valid until {@link reset} */
  filled() {
    return this.bytes.subarray(0, this.length);
  }

  reset() {
    this.length = 0;
  }
}
