/**
 * zstd (RFC 8878), frame by frame. Where Node.js has zstd (22.15, 23.8 and later) it unpacks the blocks, else zstd-blocks.ts does. Frames
 * are walked here in both cases: Node.js reads the first frame of a file only, and does not say where a file was cut.
 */
import * as zlib from 'node:zlib';
import { ByteQueue } from './byte-queue.ts';
import { windowTooLarge } from './errors.ts';
import type { UnpackEnd, Unpacker } from './unpacker.ts';
import { XxHash64 } from './xxhash64.ts';
import { ZstdBlocks } from './zstd-blocks.ts';
import * as zstd from './zstd-frames.ts';
import { MalformedZstd } from './zstd-fse.ts';

/** Windows that are allowed, in bytes: what "zstd -d" itself allows, and what two windows of memory are spent on here. */
const NATIVE_WINDOW = 128 * 1024 * 1024;
const OWN_WINDOW = 32 * 1024 * 1024;
const PIECE = 128 * 1024;
const SKIPPABLE_HEADER = 8;
const MAGIC_LENGTH = 4;

/** What of node:zlib is not in the types of the oldest Node.js. */
interface NativeZstd {
  createZstdDecompress?: (options: { chunkSize: number; params: Record<number, number> }) => zlib.Gunzip;
  constants: { ZSTD_d_windowLogMax?: number };
}
const native = zlib as unknown as NativeZstd;
const NATIVE_WINDOW_LOG = 27;

/** Unpacks the blocks of one frame, each written whole. */
interface FrameUnpacker {
  /** It gets the checksum too, and holds it against the content. */
  readonly verifies: boolean;
  /** @returns false where the bytes make no sense */
  write(bytes: Uint8Array, isLast: boolean): Promise<boolean>;
  close(): void;
}

type State = 'magic' | 'header' | 'block' | 'checksum' | 'skip';

export class ZstdFeed implements Unpacker {
  readonly #path: string;
  readonly #consume: (piece: Uint8Array) => void;
  readonly #queue = new ByteQueue();
  readonly #hasNative: boolean;
  #state: State = 'magic';
  #isDamaged = false;
  #toSkip = 0;
  /** Header of the frame in hand. */
  #header = new Uint8Array(0);
  #hasChecksum = false;
  #windowSize = 0;
  #frame: FrameUnpacker | null = null;
  #blocks: ZstdBlocks | null = null;
  #hash: XxHash64 | null = null;
  #unpacked = 0;

  /** @param hasNative left out: whether this Node.js has zstd */
  constructor(
    path: string,
    consume: (piece: Uint8Array) => void,
    hasNative = native.createZstdDecompress !== undefined,
  ) {
    this.#path = path;
    this.#consume = consume;
    this.#hasNative = hasNative;
  }

  /** @throws CaptureError where the first frame asks for more memory than is allowed */
  async write(chunk: Uint8Array): Promise<boolean> {
    if (this.#isDamaged) return false;
    this.#queue.push(chunk);
    while (await this.#advance());
    return !this.#isDamaged;
  }

  async end(): Promise<UnpackEnd> {
    this.close();
    if (this.#isDamaged) return 'damaged';
    return this.#state === 'magic' && this.#queue.length === 0 ? 'whole' : 'cut';
  }

  close(): void {
    this.#frame?.close();
    this.#frame = null;
  }

  /** @returns false where more bytes are needed, or no more are wanted */
  async #advance(): Promise<boolean> {
    switch (this.#state) {
      case 'magic':
        return this.#readMagic();
      case 'header':
        return this.#readHeader();
      case 'block':
        return this.#readBlock();
      case 'checksum':
        return this.#readChecksum();
      case 'skip':
        this.#toSkip -= this.#queue.skip(this.#toSkip);
        if (this.#toSkip === 0) this.#state = 'magic';
        return this.#toSkip === 0;
    }
  }

  #readMagic(): boolean {
    const first = this.#queue.peek(MAGIC_LENGTH);
    if (first === null) return false;
    const magic = word(first, 0);
    if (magic === zstd.ZSTD_MAGIC) {
      this.#state = 'header';
      return true;
    }
    if (!zstd.isSkippable(magic)) return this.#damaged();
    const header = this.#queue.take(SKIPPABLE_HEADER);
    if (header === null) return false;
    this.#toSkip = word(header, MAGIC_LENGTH);
    this.#state = 'skip';
    return true;
  }

  #readHeader(): boolean {
    const first = this.#queue.peek(zstd.SHORTEST_HEADER);
    if (first === null) return false;
    const bytes = this.#queue.take(zstd.headerLength(first[zstd.DESCRIPTOR_AT]!));
    if (bytes === null) return false;
    const header = zstd.parseHeader(bytes);
    if (header === null) return this.#damaged();
    const limit = this.#hasNative ? NATIVE_WINDOW : OWN_WINDOW;
    if (header.windowSize > limit) {
      if (this.#unpacked > 0) return this.#damaged();
      throw windowTooLarge(this.#path, header.windowSize, limit);
    }
    this.#header = bytes.slice();
    this.#windowSize = header.windowSize;
    this.#hasChecksum = header.hasChecksum;
    this.#state = 'block';
    return true;
  }

  async #readBlock(): Promise<boolean> {
    const first = this.#queue.peek(zstd.BLOCK_HEADER);
    if (first === null) return false;
    const block = zstd.parseBlock(first);
    if (block === null) return this.#damaged();
    const bytes = this.#queue.take(zstd.BLOCK_HEADER + block.length);
    if (bytes === null) return false;
    if (this.#frame === null) {
      // A stream of Node.js costs more than a frame of one block; so do its first steps.
      const useNative = this.#hasNative && !(block.isLast && this.#windowSize <= OWN_WINDOW);
      if (useNative) this.#frame = new NativeFrame(this.#give);
      else {
        this.#blocks ??= new ZstdBlocks();
        this.#blocks.begin(this.#windowSize);
        this.#frame = new OwnFrame(this.#blocks, this.#give);
      }
      this.#hash = this.#hasChecksum && !useNative ? new XxHash64() : null;
      if (useNative && !(await this.#frame.write(this.#header, false))) return this.#damaged();
    }
    const isEnd = block.isLast && !(this.#hasChecksum && this.#frame.verifies);
    if (!(await this.#frame.write(bytes, isEnd))) return this.#damaged();
    if (!block.isLast) return true;
    if (this.#hasChecksum) this.#state = 'checksum';
    else this.#endFrame();
    return true;
  }

  async #readChecksum(): Promise<boolean> {
    const bytes = this.#queue.take(zstd.CHECKSUM_LENGTH);
    if (bytes === null) return false;
    const isRight =
      this.#hash === null ? await this.#frame!.write(bytes, true) : this.#hash.digestLow() === word(bytes, 0);
    if (!isRight) return this.#damaged();
    this.#endFrame();
    return true;
  }

  #endFrame(): void {
    this.close();
    this.#hash = null;
    this.#state = 'magic';
  }

  readonly #give = (piece: Uint8Array): void => {
    if (piece.length === 0) return;
    this.#unpacked += piece.length;
    this.#hash?.update(piece);
    this.#consume(piece);
  };

  #damaged(): false {
    this.#isDamaged = true;
    return false;
  }
}

/** Where Node.js cannot, or costs more. */
class OwnFrame implements FrameUnpacker {
  readonly verifies = false;
  readonly #blocks: ZstdBlocks;
  readonly #consume: (piece: Uint8Array) => void;

  constructor(blocks: ZstdBlocks, consume: (piece: Uint8Array) => void) {
    this.#blocks = blocks;
    this.#consume = consume;
  }

  async write(block: Uint8Array): Promise<boolean> {
    let piece: Uint8Array;
    try {
      piece = this.#blocks.unpack(block);
    } catch (error) {
      if (error instanceof MalformedZstd) return false;
      throw error;
    }
    this.#consume(piece);
    return true;
  }

  close(): void {}
}

/** zstd of Node.js. */
class NativeFrame implements FrameUnpacker {
  readonly verifies = true;
  readonly #stream: zlib.Gunzip;
  #failed = false;
  #consumerError: unknown;

  constructor(consume: (piece: Uint8Array) => void) {
    const params = { [native.constants.ZSTD_d_windowLogMax!]: NATIVE_WINDOW_LOG };
    this.#stream = native.createZstdDecompress!({ chunkSize: PIECE, params });
    this.#stream.on('data', (piece: Uint8Array) => {
      if (this.#consumerError !== undefined) return;
      try {
        consume(piece);
      } catch (error) {
        this.#consumerError = error;
        this.#stream.destroy();
      }
    });
    this.#stream.on('error', () => {
      this.#failed = true;
    });
  }

  async write(bytes: Uint8Array, isLast: boolean): Promise<boolean> {
    // The bytes change once this call is over.
    const copy = bytes.slice();
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        this.#stream.off('error', finish);
        this.#stream.off('close', finish);
        resolve();
      };
      this.#stream.once('error', finish);
      this.#stream.once('close', finish);
      if (isLast) this.#stream.once('end', finish).end(copy);
      else this.#stream.write(copy, finish);
    });
    if (this.#consumerError !== undefined) throw this.#consumerError;
    return !this.#failed;
  }

  close(): void {
    this.#stream.destroy();
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
