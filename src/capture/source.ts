/** Reads captures through: plain files by synchronous reads into one buffer, what is compressed and standard input as streams. */
import { ChunkFeeder } from './chunk-feeder.ts';
import { COMPRESSION_BYTES, type Compression, compressionOf } from './compression.ts';
import { detectKind } from './detect.ts';
import * as errors from './errors.ts';
import { Input, STANDARD_INPUT } from './input.ts';
import { NetmonFile } from './netmon.ts';
import type { CaptureProblem, CaptureReader, FrameSink, ReaderSummary } from './types.ts';
import { checkRatio, openUnpacker, UNPACK_FLOOR, UNPACK_RATIO, UnpackedTooFar } from './unpack.ts';
import type { UnpackEnd } from './unpacker.ts';
import { ByteWindow } from './window.ts';
import { isSkippable } from './zstd-frames.ts';

export { ChunkFeeder } from './chunk-feeder.ts';
export { STANDARD_INPUT } from './input.ts';

/** Bytes asked of a stream at a time. */
const STREAM_CHUNK = 1024 * 1024;
/** Bytes asked of a pipe at a time: it holds 64 KiB, where nobody made it larger. */
const PIPE_CHUNK = 256 * 1024;
export interface ReadCaptureOptions {
  /** Called after each window. @param readBytes bytes of the source read @param totalBytes size of the source, null for a pipe */
  onProgress?: (readBytes: number, totalBytes: number | null) => void;
  /** Called after each window, between two frames; may end the reading. */
  onWindow?: () => 'go-on' | 'stop';
}

/** What is known of a file once it has been read. */
export interface CaptureFileSummary extends ReaderSummary {
  path: string;
  compression: Compression | null;
  /** Bytes read of the source. */
  fileBytes: number;
  /** Bytes of the capture, decompressed. */
  captureBytes: number;
  /** False where `onWindow` ended the reading. */
  complete: boolean;
}

/**
 * Reads a capture through and hands its frames to the sink. Damage in it is a problem in the summary.
 * @param path a file, a named pipe, or `-` for standard input
 * @throws CaptureError where there is nothing to read
 */
export async function readCapture(
  path: string,
  sink: FrameSink,
  options: ReadCaptureOptions = {},
): Promise<CaptureFileSummary> {
  const input = new Input(path);
  try {
    const reading = new Reading(input, sink, options);
    const first = await readFirst(input);
    const compression = compressionOf(first);
    if (compression !== null) return await reading.packed(first, compression);
    if (isNetmon(first) && input.size !== null) return reading.netmon(sink);
    return path === STANDARD_INPUT ? await reading.pipe(first) : reading.file(first);
  } finally {
    input.close();
  }
}

/**
 * Bytes of the first window of a part. It is soon done, so that the loop of a reader is known to end when it is compiled: otherwise its code
 * is left, and entered again, by a slow way at every window.
 */
const FIRST_READ = 16 * 1024;

/**
 * Reads a part of an uncompressed file, from a record or block on, with a reader that was made for that place; `reader.stopAt` says where to end.
 * @param onWindow called after each window with the offset in the file up to which was read
 * @returns offset in the file behind what was read
 */
export function readPart(
  path: string,
  reader: CaptureReader & { stopAt: number },
  from: number,
  onWindow?: (offset: number) => void,
): number {
  const input = new Input(path);
  try {
    const window = new ByteWindow(from);
    let most = FIRST_READ;
    for (;;) {
      window.reserve(reader.needed);
      const count = input.readNow(window.bytes.subarray(window.length, most), window.offset + window.length);
      most = Number.POSITIVE_INFINITY;
      window.length += count;
      window.consume(reader.read(window.bytes, window.view, window.length, window.offset, count === 0));
      onWindow?.(window.offset);
      if (count === 0 || reader.isOver === true || window.offset >= reader.stopAt) return window.offset;
    }
  } finally {
    input.close();
  }
}

/** One run through one source. */
class Reading {
  readonly #input: Input;
  readonly #options: ReadCaptureOptions;
  readonly #feeder: ChunkFeeder;
  /** Bytes read of the source. */
  #read = 0;

  constructor(input: Input, sink: FrameSink, options: ReadCaptureOptions) {
    this.#input = input;
    this.#options = options;
    this.#feeder = new ChunkFeeder(sink, input.path);
  }

  /** The bytes go from the file to where the frames are read, with no copy between. */
  file(first: Uint8Array): CaptureFileSummary {
    const feeder = this.#feeder;
    feeder.push(first);
    this.#read = first.length;
    for (;;) {
      const count = this.#input.readNow(feeder.space());
      if (count === 0) return this.#finish(null, 'whole');
      feeder.wrote(count);
      if (this.#windowDone(count) && feeder.reader !== null) return this.#summary(feeder.summary(), null, false);
    }
  }

  /** The frames lie where a table in the file says. */
  netmon(sink: FrameSink): CaptureFileSummary {
    const { size } = this.#input;
    const file = new NetmonFile(this.#input, sink);
    while (file.advance()) {
      if (this.#windowDone(file.done - this.#read)) return this.#whole(file.summary(), size!, false);
    }
    this.#windowDone(size! - this.#read);
    return this.#whole(file.summary(), size!, true);
  }

  #whole(summary: ReaderSummary, size: number, complete: boolean): CaptureFileSummary {
    const { path } = this.#input;
    return { ...summary, path, compression: null, fileBytes: this.#read, captureBytes: size, complete };
  }

  async pipe(first: Uint8Array): Promise<CaptureFileSummary> {
    const feeder = this.#feeder;
    feeder.push(first);
    this.#read = first.length;
    let piece = new Uint8Array(PIPE_CHUNK);
    let other = new Uint8Array(PIPE_CHUNK);
    let reading = this.#input.read(piece);
    for (;;) {
      const count = await reading;
      if (count === 0) return this.#finish(null, 'whole');
      // While a piece is looked at, the next one is read; not where reading may end here, as nobody could take that back.
      const readsAhead = feeder.reader !== null && this.#options.onWindow === undefined;
      if (readsAhead) {
        reading = this.#input.read(other);
        // It is awaited only in the next turn.
        reading.catch(() => {});
      }
      feeder.push(piece.subarray(0, count));
      if (this.#windowDone(count) && feeder.reader !== null) return this.#summary(feeder.summary(), null, false);
      if (!readsAhead) reading = this.#input.read(other);
      [piece, other] = [other, piece];
    }
  }

  async packed(first: Uint8Array, compression: Compression): Promise<CaptureFileSummary> {
    const feeder = this.#feeder;
    const unpacker = openUnpacker(compression, this.#input.path, (piece) => {
      checkRatio(this.#read, feeder.received + piece.length);
      feeder.push(piece);
    });
    try {
      this.#read = first.length;
      let intact = await unpacker.write(first);
      const buffer = new Uint8Array(STREAM_CHUNK);
      while (intact) {
        const count = await this.#input.read(buffer);
        if (count === 0) break;
        this.#read += count;
        intact = await unpacker.write(buffer.subarray(0, count));
        if (this.#windowDone(0) && feeder.reader !== null) return this.#summary(feeder.summary(), compression, false);
      }
      const end = await unpacker.end();
      if (end !== 'whole' && feeder.received === 0) throw errors.damagedCompression(this.#input.path, compression);
      return this.#finish(compression, end, unpacker.problems?.());
    } catch (error) {
      if (error instanceof UnpackedTooFar) return this.#finish(compression, 'too-far');
      throw error;
    } finally {
      unpacker.close();
    }
  }

  /** @returns true where the caller wants no more */
  #windowDone(count: number): boolean {
    this.#read += count;
    this.#options.onProgress?.(this.#read, this.#input.size);
    return this.#options.onWindow?.() === 'stop';
  }

  #finish(
    compression: Compression | null,
    end: UnpackEnd | 'too-far',
    others: CaptureProblem[] = [],
  ): CaptureFileSummary {
    const summary = this.#feeder.end();
    const problem = compression === null ? null : unpackProblem(compression, end, this.#feeder.received);
    const problems = problem === null ? others : [...others, problem];
    summary.problems.push(...problems);
    summary.problemCount += problems.length;
    return this.#summary(summary, compression, true);
  }

  #summary(summary: ReaderSummary, compression: Compression | null, complete: boolean): CaptureFileSummary {
    const { path } = this.#input;
    return { ...summary, path, compression, fileBytes: this.#read, captureBytes: this.#feeder.received, complete };
  }
}

function unpackProblem(compression: Compression, end: UnpackEnd | 'too-far', offset: number): CaptureProblem | null {
  switch (end) {
    case 'whole':
      return null;
    case 'cut': {
      const message = `The ${compression} file ends early; the ${offset} bytes that could be unpacked were read.`;
      return { code: 'cut-short', offset, skippedBytes: 0, message };
    }
    case 'damaged': {
      const message = `The ${compression} file is damaged; the ${offset} bytes in front of the damage were read.`;
      return { code: 'broken-compression', offset, skippedBytes: 0, message };
    }
    case 'too-far': {
      const message =
        `The ${compression} file unpacks to more than ${UNPACK_RATIO} times its size, the limit behind the first ` +
        `${UNPACK_FLOOR / 2 ** 30} GiB; the first ${offset} bytes were read, and the rest was left.`;
      return { code: 'unpacks-too-far', offset, skippedBytes: 0, message };
    }
  }
}

/** The bytes that tell how a source is to be read; fewer where it has no more. */
export async function readFirst(input: Input): Promise<Uint8Array> {
  const bytes = new Uint8Array(SKIPPED_BYTES);
  let length = 0;
  let wanted = COMPRESSION_BYTES;
  while (length < wanted) {
    const count = await input.read(bytes.subarray(length, wanted));
    if (count === 0) break;
    length += count;
    if (length === COMPRESSION_BYTES && isSkippable(new DataView(bytes.buffer).getUint32(0, true)))
      wanted = bytes.length;
  }
  return bytes.subarray(0, length);
}

/** Bytes in which a source that begins with frames to be skipped has to show what it is. */
const SKIPPED_BYTES = 512;

/** True for what {@link NetmonFile} reads, where it is a plain file. */
export function isNetmon(bytes: Uint8Array): boolean {
  return bytes.length === COMPRESSION_BYTES && detectKind(bytes).kind === 'netmon';
}
