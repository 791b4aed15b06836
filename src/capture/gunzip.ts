import { createGunzip, type Gunzip } from 'node:zlib';
import type { UnpackEnd, Unpacker } from './unpack.ts';

/** Output of the decompressor comes in pieces of this many bytes; what a damaged stream loses is less than one. */
const PIECE = 64 * 1024;

/**
 * Decompresses gzip (RFC 1952, several members too) as it comes, on a thread of Node's own: while a piece is consumed, the next one is
 * made. Nothing else is held.
 */
export class GunzipFeed implements Unpacker {
  readonly #gunzip: Gunzip;
  readonly #consume: (piece: Uint8Array) => void;
  #waiting: Uint8Array[] = [];
  #isAwaited = false;
  #end: UnpackEnd = 'whole';
  #failed = false;
  #consumerError: unknown;

  /** @param consume gets each piece; what it throws is thrown again by `write` or `end` */
  constructor(consume: (piece: Uint8Array) => void) {
    this.#consume = consume;
    this.#gunzip = createGunzip({ chunkSize: PIECE });
    // Its consumer is called once the decompressor is at work on the next piece, which begins when this returns.
    this.#gunzip.on('data', (piece: Uint8Array) => {
      this.#waiting.push(piece);
      if (this.#isAwaited) return;
      this.#isAwaited = true;
      setImmediate(() => this.#hand());
    });
    this.#gunzip.on('error', (error: NodeJS.ErrnoException) => {
      this.#failed = true;
      this.#end = error.code === 'Z_BUF_ERROR' ? 'cut' : 'damaged';
    });
  }

  /** @returns false where the stream is damaged and no more is wanted */
  async write(chunk: Uint8Array): Promise<boolean> {
    if (!this.#failed) await this.#settled((done) => this.#gunzip.write(chunk, done));
    this.#hand();
    if (this.#consumerError !== undefined) throw this.#consumerError;
    return !this.#failed;
  }

  async end(): Promise<UnpackEnd> {
    if (!this.#failed) await this.#settled((done) => this.#gunzip.once('end', done).end());
    this.#hand();
    this.#gunzip.destroy();
    if (this.#consumerError !== undefined) throw this.#consumerError;
    return this.#end;
  }

  /** Frees the decompressor where reading ends early. */
  close(): void {
    this.#gunzip.destroy();
  }

  /** Hands on what waits. */
  #hand(): void {
    this.#isAwaited = false;
    const pieces = this.#waiting;
    this.#waiting = [];
    for (const piece of pieces) {
      if (this.#consumerError !== undefined) return;
      try {
        this.#consume(piece);
      } catch (error) {
        this.#consumerError = error;
        // What is still packed shall not be unpacked for nobody.
        this.#gunzip.destroy();
      }
    }
  }

  /** Waits for `action` to call back, or for the stream to fail, whichever comes first. */
  #settled(action: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        this.#gunzip.off('error', finish);
        this.#gunzip.off('close', finish);
        resolve();
      };
      this.#gunzip.once('error', finish);
      this.#gunzip.once('close', finish);
      action(finish);
    });
  }
}
