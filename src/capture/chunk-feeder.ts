import { DETECT_BYTES, detectKind } from './detect.ts';
import * as errors from './errors.ts';
import { EtlReader } from './etl.ts';
import { joinSummaries } from './joined.ts';
import { NetmonReader } from './netmon.ts';
import { NETMON_HEADER_LENGTH } from './netmon-header.ts';
import { PcapReader, parsePcapHeader } from './pcap.ts';
import { PCAP_HEADER_LENGTH } from './pcap-header.ts';
import { PcapngReader } from './pcapng.ts';
import { SMALLEST_SECTION } from './pcapng-blocks.ts';
import { SnoopReader } from './snoop.ts';
import { parseSnoopHeader, SNOOP_HEADER_LENGTH } from './snoop-layout.ts';
import type { CaptureReader, FrameSink, ReaderSummary } from './types.ts';
import { ByteWindow } from './window.ts';

/** Captures of other formats that are read behind the first one of a file: each costs a move of what is at hand. */
const MOST_JOINED = 1000;

/**
 * Drives the reader of a capture from chunks of any sizes; any chunking gives the same frames. The format is told from the first bytes.
 *
 * @example
 * const feeder = new ChunkFeeder(sink, 'capture.pcap');
 * for await (const chunk of stream) feeder.push(chunk);
 * const summary = feeder.end();
 */
export class ChunkFeeder {
  readonly #window = new ByteWindow();
  readonly #sink: FrameSink;
  readonly #path: string;
  #reader: CaptureReader | null = null;
  /** What the readers of the captures in front of this one said. */
  #before: ReaderSummary | null = null;
  #joined = 0;
  /** Where the capture begins that is not read any more; -1 where all are. */
  #leftFrom = -1;
  /** Bytes that the window must hold before it is worth looking at it again. */
  #wanted = PCAP_HEADER_LENGTH;

  /** @param path how the source is called in errors */
  constructor(sink: FrameSink, path: string) {
    this.#sink = sink;
    this.#path = path;
  }

  /** The reader, once the first bytes have told the format. */
  get reader(): CaptureReader | null {
    return this.#reader;
  }

  /** Bytes of the (decompressed) capture that were read. */
  get offset(): number {
    return this.#window.offset;
  }

  /** Bytes of the (decompressed) capture that were taken in, read or not. */
  get received(): number {
    return this.#window.offset + this.#window.length;
  }

  /** Free memory to write the next bytes of the capture into; tell `wrote` how many. Valid until the next call of any method. */
  space(): Uint8Array {
    this.#window.reserve(this.#wanted);
    return this.#window.bytes.subarray(this.#window.length);
  }

  /** `count` bytes were written into `space()`. @throws CaptureError where they are no capture */
  wrote(count: number): void {
    this.#window.length += count;
    if (this.#window.length >= this.#wanted) this.#drain(false);
  }

  /** Takes a chunk; it is copied. @throws CaptureError where the bytes are no capture */
  push(chunk: Uint8Array): void {
    for (let taken = 0; taken < chunk.length; ) {
      const space = this.space();
      const count = Math.min(space.length, chunk.length - taken);
      space.set(count === chunk.length ? chunk : chunk.subarray(taken, taken + count));
      taken += count;
      this.wrote(count);
    }
  }

  /** What is known so far. Only once the first bytes have told the format (`reader` is not null). */
  summary(): ReaderSummary {
    const summary = this.#reader!.summary();
    if (this.#leftFrom >= 0) {
      const skippedBytes = this.received - this.#leftFrom;
      const message = `At byte ${this.#leftFrom} the last of ${MOST_JOINED} captures of other formats begins; the ${skippedBytes} bytes from there on were skipped.`;
      summary.problems.push({ code: 'too-many-joined', offset: this.#leftFrom, skippedBytes, message });
      summary.problemCount++;
    }
    return this.#before === null ? summary : joinSummaries(this.#before, summary);
  }

  /**
   * The writer pauses: hands on the frame that waits for the header behind it, where all of it is here. What is written later is read on as
   * before.
   */
  flush(): void {
    const window = this.#window;
    const reader = this.#reader;
    if (reader instanceof PcapReader && reader.isWholeRecord(window.view, window.length)) this.#drain(true);
  }

  /** No more bytes follow. @throws CaptureError where there is no capture */
  end(): ReaderSummary {
    this.#drain(true);
    return this.summary();
  }

  #drain(atEnd: boolean): void {
    const window = this.#window;
    if (this.#reader === null) this.#reader = this.#open(atEnd);
    const reader = this.#reader;
    if (reader === null) return;
    if (this.#leftFrom >= 0) {
      window.consume(window.length);
      return;
    }
    window.consume(reader.read(window.bytes, window.view, window.length, window.offset, atEnd));
    this.#wanted = reader.needed;
    if (reader.isOver === true) this.#goOn(reader.summary(), atEnd);
  }

  /** Another capture begins here, and enough of it is at hand to open it. */
  #goOn(summary: ReaderSummary, atEnd: boolean): void {
    if (++this.#joined === MOST_JOINED) {
      this.#leftFrom = this.#window.offset;
    } else {
      this.#before = this.#before === null ? summary : joinSummaries(this.#before, summary);
      this.#reader = null;
    }
    this.#drain(atEnd);
  }

  #open(atEnd: boolean): CaptureReader | null {
    const window = this.#window;
    const first = window.bytes.subarray(0, Math.min(window.length, DETECT_BYTES));
    const detected = detectKind(first);
    switch (detected.kind) {
      case 'pcapng':
        return this.#hasHeader('pcapng', SMALLEST_SECTION, atEnd) ? new PcapngReader(this.#sink) : null;
      case 'etl':
        return new EtlReader(this.#sink);
      case 'pcap':
        return this.#hasHeader('pcap', PCAP_HEADER_LENGTH, atEnd) ? this.#openPcap(first) : null;
      case 'snoop':
        return this.#hasHeader('snoop', SNOOP_HEADER_LENGTH, atEnd) ? this.#openSnoop(first) : null;
      case 'netmon':
        if (!this.#hasHeader('Network Monitor', NETMON_HEADER_LENGTH, atEnd)) return null;
        return new NetmonReader(first.slice(0, NETMON_HEADER_LENGTH), this.#sink, this.#path);
    }
    if (!atEnd && first.length < DETECT_BYTES) {
      this.#wanted = DETECT_BYTES;
      return null;
    }
    switch (detected.kind) {
      case 'empty':
        throw errors.emptyFile(this.#path);
      case 'compressed':
        throw errors.unsupportedKind(this.#path, 'compressed twice', `unpack it with "${detected.compression} -d"`);
      case 'other':
        throw errors.unsupportedKind(this.#path, detected.looksLike, detected.remedy);
      case 'unknown':
        throw errors.unknownKind(this.#path, detected.firstBytes);
    }
  }

  /** @returns false where more bytes have to come first @throws CaptureError where no more come */
  #hasHeader(format: string, length: number, atEnd: boolean): boolean {
    const found = this.#window.length;
    if (found >= length) return true;
    if (atEnd) throw errors.headerCutShort(this.#path, found, format, length);
    this.#wanted = length;
    return false;
  }

  #openPcap(first: Uint8Array): PcapReader {
    const header = parsePcapHeader(first);
    if ('error' in header) throw errors.unsupportedVersion(this.#path, 'pcap', header.found, '2');
    this.#window.consume(PCAP_HEADER_LENGTH);
    return new PcapReader(header, this.#sink);
  }

  #openSnoop(first: Uint8Array): SnoopReader {
    const header = parseSnoopHeader(first);
    if ('unknownVersion' in header) {
      throw errors.unsupportedVersion(this.#path, 'snoop', header.unknownVersion, '2 (and 3 to 5 of Surveyor)');
    }
    this.#window.consume(SNOOP_HEADER_LENGTH);
    return new SnoopReader(header.network, this.#sink);
  }
}
