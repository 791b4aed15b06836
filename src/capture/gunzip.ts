import { crc32, createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';
import { gzipHeader } from './gzip-header.ts';
import type { CaptureProblem } from './types.ts';
import type { UnpackEnd, Unpacker } from './unpacker.ts';

/** Output of the decompressor comes in pieces of this many bytes; what a damaged stream loses is less than one. */
const PIECE = 64 * 1024;
/** CRC-32 and size behind a member (RFC 1952 section 2.3.1). */
const TRAILER = 8;
/** A member by itself costs a decompressor, a tenth of a millisecond. Beyond so many of them, all this small on the average, zlib takes the rest. */
const MEMBERS_APART = 1000;
const SMALL_MEMBER = 4096;

/** What the next byte belongs to. `rest`: zlib finds the members by itself. `trailing`: no member follows any more. */
type Place = 'header' | 'data' | 'trailer' | 'padding' | 'rest' | 'trailing' | 'damage';

/**
 * Decompresses gzip (RFC 1952) as it comes, on a thread of Node's own: while a piece is consumed, the next one is made. Nothing else is held.
 *
 * Each member gets a decompressor of its own, since the one of Node.js for several drops the end of the last one where other bytes follow it, and a
 * member behind zeros.
 */
export class GunzipFeed implements Unpacker {
  readonly #consume: (piece: Uint8Array) => void;
  #place: Place = 'header';
  #header = startHeader();
  #inflate: InflateRaw | Gunzip | null = null;
  #failure: NodeJS.ErrnoException | null = null;
  #waiting: Uint8Array[] = [];
  #isAwaited = false;
  #consumerError: unknown;
  /** Bytes of the source taken in by earlier calls of `write`. */
  #read = 0;
  #unpacked = 0;
  #members = 0;
  /** Of the member in hand: where it begins in the source, and what its trailer has to say. */
  #memberAt = 0;
  #crc = 0;
  #size = 0;
  readonly #trailer = new DataView(new ArrayBuffer(TRAILER));
  #trailerLength = 0;
  /** Members with a checksum that does not fit, and where in the source the first of them begins. */
  #wrong = 0;
  #firstWrongAt = 0;

  /** @param consume gets each piece; what it throws is thrown again by `write` or `end` */
  constructor(consume: (piece: Uint8Array) => void) {
    this.#consume = consume;
  }

  /** @returns false where the stream is damaged and no more is wanted */
  async write(chunk: Uint8Array): Promise<boolean> {
    for (let at = 0; at < chunk.length && this.#place !== 'damage'; ) {
      at = await this.#take(chunk, at);
      if (this.#consumerError !== undefined) throw this.#consumerError;
    }
    this.#read += chunk.length;
    return this.#place !== 'damage';
  }

  async end(): Promise<UnpackEnd> {
    const end = await this.#end();
    this.close();
    if (this.#consumerError !== undefined) throw this.#consumerError;
    return end;
  }

  problems(): CaptureProblem[] {
    const told = (code: string, message: string) => ({ code, offset: this.#unpacked, skippedBytes: 0, message });
    const problems: CaptureProblem[] = [];
    if (this.#wrong > 0) {
      const which =
        this.#wrong === 1
          ? `a member at byte ${this.#firstWrongAt} that does not fit its checksum; what it unpacks`
          : `${this.#wrong} members, the first of which at byte ${this.#firstWrongAt}, that do not fit their checksums; what they unpack`;
      const message = `The gzip file has ${which} to was read.`;
      problems.push(told('wrong-checksum', message));
    }
    if (this.#place === 'trailing') {
      const count = this.#read - this.#memberAt;
      const bytes = count === 1 ? 'the byte there was' : `the ${count} bytes from there on were`;
      const message = `At byte ${this.#memberAt} of the gzip file something follows that is not gzip; ${bytes} passed over.`;
      problems.push(told('trailing-bytes', message));
    }
    return problems;
  }

  /** Frees the decompressor where reading ends early. */
  close(): void {
    this.#inflate?.destroy();
  }

  /** @returns offset in `chunk` behind what was taken, from `at` on */
  async #take(chunk: Uint8Array, at: number): Promise<number> {
    switch (this.#place) {
      case 'header':
        return this.#takeHeader(chunk, at);
      case 'data':
      case 'rest':
        return this.#takeData(chunk, at);
      case 'trailer':
        return this.#takeTrailer(chunk, at);
      case 'padding':
        return this.#takePadding(chunk, at);
      default:
        return chunk.length;
    }
  }

  #takeHeader(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const { done, value: isHeader } = this.#header.next(chunk[at]!);
      if (done !== true) continue;
      if (isHeader) this.#begin('data', createInflateRaw({ chunkSize: PIECE }));
      else this.#place = this.#members === 0 ? 'damage' : 'trailing';
      return at + 1;
    }
    return chunk.length;
  }

  #begin(place: 'data' | 'rest', inflate: InflateRaw | Gunzip): void {
    this.#place = place;
    this.#inflate = inflate;
    this.#crc = 0;
    this.#size = 0;
    // Its consumer is called once the decompressor is at work on the next piece, which begins when this returns.
    inflate.on('data', (piece: Uint8Array) => {
      this.#waiting.push(piece);
      if (this.#isAwaited) return;
      this.#isAwaited = true;
      setImmediate(() => this.#hand());
    });
    inflate.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error;
    });
  }

  async #takeData(chunk: Uint8Array, at: number): Promise<number> {
    const inflate = this.#inflate!;
    const before = inflate.bytesWritten;
    await this.#settled((done) => inflate.write(at === 0 ? chunk : chunk.subarray(at), done));
    this.#hand();
    if (this.#failure !== null) {
      this.#place = 'damage';
      return chunk.length;
    }
    const behind = at + inflate.bytesWritten - before;
    // Only behind its end it leaves bytes.
    if (behind < chunk.length) this.#place = this.#place === 'rest' ? 'padding' : 'trailer';
    return behind;
  }

  #takeTrailer(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#trailerLength < TRAILER)
      this.#trailer.setUint8(this.#trailerLength++, chunk[at++]!);
    if (this.#trailerLength < TRAILER) return at;
    this.#trailerLength = 0;
    this.#members++;
    const fits =
      this.#trailer.getUint32(0, true) === this.#crc && this.#trailer.getUint32(4, true) === this.#size % 2 ** 32;
    if (!fits && this.#wrong++ === 0) this.#firstWrongAt = this.#memberAt;
    this.#place = 'padding';
    return at;
  }

  /** Zeros fill up the blocks of tapes. gzip(1) takes those at the end only, and leaves members behind them. */
  #takePadding(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && chunk[at] === 0) at++;
    if (at === chunk.length) return at;
    this.#memberAt = this.#read + at;
    if (this.#members > MEMBERS_APART && this.#memberAt < this.#members * SMALL_MEMBER) {
      this.#begin('rest', createGunzip({ chunkSize: PIECE }));
    } else {
      this.#place = 'header';
      this.#header = startHeader();
    }
    return at;
  }

  async #end(): Promise<UnpackEnd> {
    switch (this.#place) {
      case 'damage':
        return 'damaged';
      case 'padding':
      case 'trailing':
        return 'whole';
      case 'rest': {
        const inflate = this.#inflate!;
        await this.#settled((done) => inflate.once('end', done).end());
        this.#hand();
        return this.#failure === null ? 'whole' : this.#failure.code === 'Z_BUF_ERROR' ? 'cut' : 'damaged';
      }
      default:
        return 'cut';
    }
  }

  /** Hands on what waits. */
  #hand(): void {
    this.#isAwaited = false;
    const pieces = this.#waiting;
    this.#waiting = [];
    for (const piece of pieces) {
      if (this.#consumerError !== undefined) return;
      this.#unpacked += piece.length;
      this.#size += piece.length;
      if (this.#place === 'data') this.#crc = crc32(piece, this.#crc);
      try {
        this.#consume(piece);
      } catch (error) {
        this.#consumerError = error;
        // What is still packed shall not be unpacked for nobody.
        this.#inflate!.destroy();
      }
    }
  }

  /** Waits for `action` to call back, or for the stream to end or to fail, whichever comes first. */
  #settled(action: (done: () => void) => void): Promise<void> {
    const inflate = this.#inflate!;
    return new Promise((resolve) => {
      const finish = () => {
        inflate.off('error', finish);
        inflate.off('close', finish);
        resolve();
      };
      inflate.once('error', finish);
      inflate.once('close', finish);
      action(finish);
    });
  }
}

function startHeader(): Generator<undefined, boolean, number> {
  const header = gzipHeader();
  header.next();
  return header;
}
