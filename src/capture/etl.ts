/**
 * Event traces of Windows (.etl) as pktmon and "netsh trace" write them: buffers of events, each filled by one processor, stored as they
 * became full, so that events of one moment may lie far apart. All frames are held until the end of the file and handed on in the order
 * of their time (etl-frames.ts says what happens beyond its limits).
 */
import * as etl from './etl-buffers.ts';
import { clockAt, type EtlClock } from './etl-clock.ts';
import { ETL_LIMITS, EtlFrame, EtlFrames, type EtlLimits } from './etl-frames.ts';
import { BAD_INPUT, decompressLz77 } from './etl-lz77.ts';
import { EtlPackets } from './etl-packets.ts';
import { ProblemLog } from './problems.ts';
import { type CaptureReader, type FrameSink, MAX_RECORD, type ReaderSummary } from './types.ts';

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** Reads an event trace from its first byte on. */
export class EtlReader implements CaptureReader {
  needed: number = etl.BUFFER_HEADER;
  readonly #sink: FrameSink;
  readonly #problems = new ProblemLog();
  readonly #frames: EtlFrames;
  readonly #packets: EtlPackets;
  readonly #linkTypes: number[] = [];
  #clock: EtlClock | null = null;
  #count = 0;
  #buffers = 0;
  /** Buffers that are flagged: events were lost while they were filled. */
  #lossy = 0;
  /** Offset in the file where the search for the next buffer began; -1 while all is well. */
  #brokenAt = -1;
  #unpacked: Uint8Array = NO_BYTES;
  #unpackedView: DataView = NO_VIEW;
  /** Time of the latest frame handed on, in units of the clock; what comes before it now is out of order. */
  #handedOn = Number.NEGATIVE_INFINITY;
  #late = 0;
  #isFinished = false;
  // The window, valid during `read`.
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = NO_VIEW;
  #length = 0;
  #fileOffset = 0;
  #at = 0;

  constructor(sink: FrameSink, limits: EtlLimits = ETL_LIMITS) {
    this.#sink = sink;
    this.#frames = new EtlFrames(limits);
    this.#packets = new EtlPackets(new EtlFrame(), (frame, bytes, from) => this.#keep(frame, bytes, from));
  }

  read(bytes: Uint8Array, view: DataView, length: number, fileOffset: number, atEnd: boolean): number {
    this.#bytes = bytes;
    this.#view = view;
    this.#length = length;
    this.#fileOffset = fileOffset;
    this.#at = 0;
    while (this.#advance(atEnd));
    if (atEnd && !this.#isFinished) this.#finish();
    return this.#at;
  }

  summary(): ReaderSummary {
    const lost = this.#clock?.lost ?? 0;
    return {
      format: 'etl',
      frames: this.#count,
      linkTypes: [...this.#linkTypes],
      nanosecondTimes: true,
      problems: [...this.#problems.kept],
      problemCount: this.#problems.count,
      droppedByCapture: lost === 0 && this.#lossy > 0 ? this.#lossy : lost,
      losses: [],
      comments: [],
      components: { ...this.#packets.components },
    };
  }

  /** Reads one buffer, or searches on for one. @returns false where the window has nothing more to give */
  #advance(atEnd: boolean): boolean {
    const left = this.#length - this.#at;
    if (left < etl.BUFFER_HEADER) return atEnd ? this.#cutShort(left) : this.#want(etl.BUFFER_HEADER);
    if (!etl.looksLikeBuffer(this.#view, this.#at)) return this.#search();
    const stored = this.#view.getUint32(this.#at + etl.BUFFER_STORED, true);
    if (stored > left) return atEnd ? this.#lastBuffer(left) : this.#want(stored);
    if (this.#brokenAt >= 0) {
      const found = this.#judgeFound(stored, atEnd);
      if (found === 'more') return this.#want(stored + etl.SURE_LENGTH);
      if (found === 'wrong') return this.#step();
      this.#endSearch();
    }
    this.#buffer(stored);
    this.#at += stored;
    return true;
  }

  /** A buffer found by search is believed where another one follows it, or the file ends. */
  #judgeFound(stored: number, atEnd: boolean): 'sure' | 'wrong' | 'more' {
    if (!etl.isSurelyBuffer(this.#view, this.#at)) return 'wrong';
    const behind = this.#at + stored;
    if (behind + etl.SURE_LENGTH <= this.#length) return etl.isSurelyBuffer(this.#view, behind) ? 'sure' : 'wrong';
    if (!atEnd) return 'more';
    return behind === this.#length ? 'sure' : 'wrong';
  }

  #search(): boolean {
    if (this.#brokenAt < 0) this.#brokenAt = this.#fileOffset + this.#at;
    return this.#step();
  }

  #step(): boolean {
    this.#at++;
    return true;
  }

  #endSearch(): void {
    const from = this.#brokenAt - this.#fileOffset;
    this.#problem('broken-buffer', from, this.#at - from, 'a buffer of events makes no sense');
    this.#brokenAt = -1;
  }

  /** The file ends within a buffer: an unpacked one is read as far as it goes. */
  #lastBuffer(left: number): boolean {
    if (this.#brokenAt >= 0) return this.#step();
    const isCompressed = (this.#view.getUint16(this.#at + etl.BUFFER_FLAGS, true) & etl.FLAG_COMPRESSED) !== 0;
    if (!isCompressed) this.#buffer(left);
    return this.#cutShort(isCompressed ? left : 0);
  }

  #cutShort(skipped: number): boolean {
    if (this.#brokenAt >= 0) {
      this.#at = this.#length;
      this.#endSearch();
    } else if (this.#at < this.#length) {
      this.#problem('cut-short', this.#at, skipped, 'the file ends in the middle of a buffer');
      this.#at = this.#length;
    }
    return false;
  }

  #buffer(stored: number): void {
    const view = this.#view;
    const at = this.#at;
    const flags = view.getUint16(at + etl.BUFFER_FLAGS, true);
    if (this.#buffers++ === 0) {
      this.#clock = clockAt(view, at, at + stored);
      if (this.#clock === null || !this.#clock.usable)
        this.#problem('no-clock', at, 0, 'the trace does not say how its clock runs; all times are those of its start');
    }
    if ((flags & (etl.FLAG_EVENTS_LOST | etl.FLAG_BUFFER_LOST)) !== 0) this.#lossy++;
    const used = Math.max(view.getUint32(at + etl.BUFFER_USED, true), view.getUint32(at + etl.BUFFER_SAVED, true));
    if ((flags & etl.FLAG_COMPRESSED) === 0) {
      const end = used > etl.BUFFER_HEADER && used < stored ? used : stored;
      this.#events(this.#bytes, view, at + etl.BUFFER_HEADER, at + end);
      return;
    }
    const room = Math.min(MAX_RECORD, used);
    if (this.#unpacked.length < room) {
      this.#unpacked = new Uint8Array(room);
      this.#unpackedView = new DataView(this.#unpacked.buffer);
    }
    const length = decompressLz77(this.#bytes, at + etl.BUFFER_HEADER, at + stored, this.#unpacked.subarray(0, room));
    if (length === BAD_INPUT) this.#problem('broken-compression', at, stored, 'a buffer cannot be unpacked');
    else this.#events(this.#unpacked, this.#unpackedView, 0, length);
  }

  /** Walks the events of a buffer. The rest of it is free where no event begins. */
  #events(bytes: Uint8Array, view: DataView, from: number, end: number): void {
    let at = from;
    while (at + etl.EVENT_ALIGNMENT <= end) {
      const bits = bytes[at + etl.EVENT_BITS];
      if ((bits & etl.BIT_EVENT) === 0 || view.getInt32(at, true) === -1) return;
      const kind = bytes[at + etl.EVENT_KIND];
      const isAtFour = (bits & etl.BIT_MESSAGE) === 0 && etl.SIZE_AT_FOUR.has(kind);
      const size = view.getUint16(at + (isAtFour ? 4 : 0), true);
      if (size < etl.EVENT_ALIGNMENT || at + size > end) {
        this.#packets.broken++;
        return;
      }
      const isManifest = (bits & etl.BIT_MESSAGE) === 0 && (kind === etl.KIND_EVENT_32 || kind === etl.KIND_EVENT_64);
      if (isManifest && size >= etl.EVENT_PAYLOAD) {
        this.#packets.event(bytes, view, at, at + size, this.#clock?.units(view, at + etl.EVENT_TIME) ?? 0);
      }
      at += (size + etl.EVENT_ALIGNMENT - 1) & ~(etl.EVENT_ALIGNMENT - 1);
    }
  }

  #keep(frame: EtlFrame, bytes: Uint8Array, from: number): void {
    if (this.#frames.isFull) this.#handOn(false);
    if (frame.units < this.#handedOn) this.#late++;
    this.#count++;
    if (!this.#linkTypes.includes(frame.linkType)) this.#linkTypes.push(frame.linkType);
    this.#frames.add(frame, bytes, from);
  }

  #handOn(all: boolean): void {
    const clock = this.#clock;
    const none = { seconds: 0, nanoseconds: 0 };
    let outside = 0;
    this.#frames.handOn(
      this.#sink,
      (units) => {
        this.#handedOn = units;
        if (clock === null) return none;
        if (!clock.convert(units)) outside++;
        return clock;
      },
      all,
    );
    if (outside > 0) {
      const sentence = `Time stamps of ${outside} packets lie outside the years 1970 to 2106; they were clamped.`;
      this.#problems.addWhole('time-out-of-range', sentence);
    }
  }

  #finish(): void {
    this.#isFinished = true;
    this.#handOn(true);
    const packets = this.#packets;
    packets.finish();
    const whole = (code: string, sentence: string): void => this.#problems.addWhole(code, sentence);
    if (packets.broken > 0) whole('broken-event', `${packets.broken} events or packets of the trace are not whole.`);
    if (this.#late > 0) whole('out-of-order', `${this.#late} packets came too late to be put in the order of time.`);
    if (packets.cutByDefault > 0) {
      const share = `${packets.cutByDefault} of ${packets.packets} packets are cut at 128 bytes, as pktmon does by default`;
      whole(
        'cut-by-pktmon',
        `${share}: what DHCP and TFTP say is lost. "pktmon start --capture --pkt-size 0" keeps all.`,
      );
    }
    if (packets.packets === 0)
      whole('no-packets', 'The trace holds no packets; "pktmon start --capture --pkt-size 0" makes one that does.');
  }

  #want(bytes: number): boolean {
    this.needed = bytes;
    return false;
  }

  #problem(code: string, at: number, skippedBytes: number, what: string): void {
    this.#problems.add(code, this.#fileOffset + at, skippedBytes, what);
  }
}
