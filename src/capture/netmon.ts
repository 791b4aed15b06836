/**
 * Network Monitor, 1.x and 2.x. Where the frames are stands in a table, mostly at the end of the file. A plain file is read at the places
 * that the table names ({@link NetmonFile}); a pipe has to be held until the table has come ({@link NetmonReader}).
 */
import { headerCutShort, tooLargeToHold, unsupportedVersion } from './errors.ts';
import type { Input } from './input.ts';
import { NETMON_HEADER_LENGTH, type NetmonHeader, parseNetmonHeader } from './netmon-header.ts';
import { NetmonRecord } from './netmon-record.ts';
import { NetmonSequence } from './netmon-sequence.ts';
import { NetmonTable } from './netmon-table.ts';
import { ProblemLog } from './problems.ts';
import { FileBytes, HeldBytes, type RandomBytes } from './random-bytes.ts';
import type { CaptureReader, FrameSink, ReaderSummary } from './types.ts';
import { ByteWindow } from './window.ts';

/** Bytes of a Network Monitor capture that are held where it comes through a pipe or out of a compressed file. */
export const NETMON_HELD = 256 * 1024 * 1024;

const START_OF_CAPTURE = 8;

/** What both ways of reading share: the header, the problems, the summary. */
class NetmonReading {
  readonly problems = new ProblemLog();
  readonly record: NetmonRecord;
  readonly #sink: FrameSink;
  #frames: { frames: number } = { frames: 0 };

  constructor(header: NetmonHeader, sink: FrameSink) {
    this.record = new NetmonRecord(header);
    this.#sink = sink;
    if (!header.hasUtc) {
      const what = 'the start of the capture is given without a time zone; all its times are read as UTC';
      this.problems.add('no-time-zone', START_OF_CAPTURE, 0, what);
    }
  }

  table(source: RandomBytes): NetmonTable | null {
    const table = new NetmonTable(source, this.record, this.problems, this.#sink);
    if (!table.isUsable()) return null;
    this.#frames = table;
    return table;
  }

  /** To read without a table. */
  sequence(): NetmonSequence {
    const sequence = new NetmonSequence(this.record, this.problems, this.#sink);
    const what = 'the table of frames should be, and is not whole; frames were read in the order in which they lie';
    this.problems.add('no-frame-table', this.record.header.tableOffset, 0, what);
    this.#frames = sequence;
    return sequence;
  }

  summary(): ReaderSummary {
    return {
      format: 'netmon',
      frames: this.#frames.frames,
      linkTypes: [...this.record.linkTypes],
      nanosecondTimes: this.record.header.hasUtc,
      problems: [...this.problems.kept],
      problemCount: this.problems.count,
      droppedByCapture: 0,
      losses: [],
      comments: [],
    };
  }
}

/** Holds all bytes, and reads them at the end. For what cannot be read at any place. */
export class NetmonReader implements CaptureReader {
  needed = NETMON_HEADER_LENGTH;
  readonly #path: string;
  readonly #held: number;
  readonly #reading: NetmonReading;

  /**
   * @param header the first {@link NETMON_HEADER_LENGTH} bytes
   * @param path how the source is called in errors
   * @param held bytes that may be held
   * @throws CaptureError where the version is not known
   */
  constructor(header: Uint8Array, sink: FrameSink, path: string, held = NETMON_HELD) {
    this.#path = path;
    this.#held = held;
    this.#reading = new NetmonReading(headerOf(header, path), sink);
  }

  /** @throws CaptureError where there are more bytes than may be held */
  read(bytes: Uint8Array, view: DataView, length: number, _fileOffset: number, atEnd: boolean): number {
    if (!atEnd) {
      if (length > this.#held) throw tooLargeToHold(this.#path, 'Network Monitor', this.#held);
      this.needed = Math.min(Math.max(length * 2, this.needed), this.#held + 1);
      return 0;
    }
    const table = this.#reading.table(new HeldBytes(bytes, view, length));
    if (table !== null) {
      while (table.advance());
    } else {
      const sequence = this.#reading.sequence();
      const behind = Math.min(NETMON_HEADER_LENGTH, length);
      const rest = bytes.subarray(behind, length);
      const restView = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
      sequence.read(rest, restView, rest.length, behind, true);
    }
    return length;
  }

  summary(): ReaderSummary {
    return this.#reading.summary();
  }
}

/** Reads a plain file at the places that its table names. */
export class NetmonFile {
  readonly #input: Input;
  readonly #reading: NetmonReading;
  readonly #table: NetmonTable | null;
  readonly #sequence: NetmonSequence | null;
  readonly #window: ByteWindow | null;

  /** @throws CaptureError where the version is not known, or the header is cut short */
  constructor(input: Input, sink: FrameSink) {
    this.#input = input;
    const source = new FileBytes(input);
    const at = source.at(0, NETMON_HEADER_LENGTH);
    if (at < 0) throw headerCutShort(input.path, source.size, 'Network Monitor', NETMON_HEADER_LENGTH);
    const first = source.bytes.slice(at, at + NETMON_HEADER_LENGTH);
    this.#reading = new NetmonReading(headerOf(first, input.path), sink);
    this.#table = this.#reading.table(source);
    this.#sequence = this.#table === null ? this.#reading.sequence() : null;
    this.#window = this.#table === null ? new ByteWindow(NETMON_HEADER_LENGTH) : null;
  }

  /** Bytes of the file that are done, about. */
  get done(): number {
    const size = this.#input.size!;
    if (this.#window !== null) return Math.min(this.#window.offset, size);
    const { next, length } = this.#table!;
    return Math.floor((next / length) * size);
  }

  /** Reads on for a while, or until `frames` frames have come. @returns false at the end */
  advance(frames?: number): boolean {
    if (this.#table !== null) return this.#table.advance(frames);
    const window = this.#window!;
    const sequence = this.#sequence!;
    window.reserve(sequence.needed);
    const count = this.#input.readNow(window.bytes.subarray(window.length), window.offset + window.length);
    window.length += count;
    window.consume(sequence.read(window.bytes, window.view, window.length, window.offset, count === 0));
    return count > 0;
  }

  summary(): ReaderSummary {
    return this.#reading.summary();
  }
}

function headerOf(first: Uint8Array, path: string): NetmonHeader {
  const header = parseNetmonHeader(first);
  if ('unknownVersion' in header) throw unsupportedVersion(path, 'Network Monitor', header.unknownVersion, '1 and 2');
  return header;
}
