/**
 * pcapng: blocks of sections, interfaces and packets (draft-ietf-opsawg-pcapng). Byte order may change with each section.
 *
 * Each block ends with its length once more, so a block proves itself: it is handed on as soon as it is whole.
 */

import { joinedPcap } from './joined.ts';
import { LINKTYPE_NO_PACKET } from './link-types.ts';
import * as block from './pcapng-blocks.ts';
import { byteOrderAt } from './pcapng-chain.ts';
import { isBlockLength, JUDGEMENT_REACH, lengthAt, NOTHING, orderAt, PcapngDoubt } from './pcapng-doubt.ts';
import { PacketNotes } from './pcapng-notes.ts';
import { isNumbered } from './pcapng-numbered.ts';
import { OptionCursor } from './pcapng-options.ts';
import { countAt, type Described, SectionReading } from './pcapng-section.ts';
import { INTERFACES_KEPT, type InterfaceReading, type PcapngState } from './pcapng-state.ts';
import { ProblemLog, TIME_OUT_OF_RANGE, tooLong } from './problems.ts';
import { REACH } from './resync.ts';
import {
  type AheadSink,
  aheadSink,
  type CaptureProblem,
  type CaptureReader,
  type FrameSink,
  MAX_RECORD,
  type ReaderSummary,
} from './types.ts';

export { type PcapngInterface, type PcapngState, sameSection } from './pcapng-state.ts';

/** Bytes of the blocks without data and options. */
const SMALLEST_PACKET = block.PACKET_DATA + block.BLOCK_TRAILER;
const SMALLEST_SIMPLE = block.SIMPLE_DATA + block.BLOCK_TRAILER;
const SMALLEST_INTERFACE = block.INTERFACE_OPTIONS + block.BLOCK_TRAILER;
const SMALLEST_STATISTICS = block.STATISTICS_OPTIONS + block.BLOCK_TRAILER;
/** Losses in an obsolete Packet Block where the writer does not know them. */
const DROPS_UNKNOWN = 0xffff;
const NO_BYTES = new Uint8Array(0);

/** What stopped the walk over good blocks. */
type Pause = 'header-incomplete' | 'block-incomplete' | 'broken' | 'stop';

/** Reads blocks from the first section header on, or from any block with the state of the reader in front of it. */
export class PcapngReader implements CaptureReader {
  needed: number = block.SMALLEST_BLOCK;
  isOver = false;
  /** Offset in the file: reading ends before the first block that starts at or after it. For work cut into segments. */
  stopAt = Number.POSITIVE_INFINITY;
  /** What the options of the frame that is being handed on say of it. */
  readonly notes = new PacketNotes();
  /** Simple Packet Blocks met. They carry no time and get that of the frame before. */
  #simplePackets = 0;
  /** Frames with the time of the one before them, which a reader that starts in the middle cannot know. */
  borrowedTimes = 0;
  /** Packets that carry an id or a verdict: what they mean depends on packets before them (src/track/same-packet.ts). */
  notedPackets = 0;
  readonly #sink: FrameSink;
  readonly #ahead: AheadSink | null;
  readonly #section: SectionReading;
  readonly #problems = new ProblemLog();
  readonly #option = new OptionCursor();
  readonly #doubt = new PcapngDoubt();
  #frames = 0;
  /** Blocks with a frame number that are no packets, and wait for the time of the first packet. */
  #waiting = 0;
  #lastSeconds: number;
  #lastNanoseconds: number;
  /** Offset in the file where the search began; -1 while all is well. */
  #brokenAt = -1;
  /** Length that the broken block claims, in bytes. */
  #claimed = 0;
  /** Offset in the file of a block whose lengths differ, and the length that was found to be true. */
  #mendedAt = -1;
  #mendedLength = 0;
  #pause: Pause = 'header-incomplete';
  // The window, valid during `read`.
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = new DataView(NO_BYTES.buffer);
  #length = 0;
  #fileOffset = 0;
  #atEnd = false;
  #at = 0;

  constructor(sink: FrameSink, state?: PcapngState) {
    this.#sink = sink;
    this.#ahead = aheadSink(sink);
    this.#section = new SectionReading(state);
    this.#doubt.littleEndian = this.#section.little;
    this.#lastSeconds = state?.lastSeconds ?? 0;
    this.#lastNanoseconds = state?.lastNanoseconds ?? 0;
  }

  read(bytes: Uint8Array, view: DataView, length: number, fileOffset: number, atEnd: boolean): number {
    this.#bytes = bytes;
    this.#view = view;
    this.#length = length;
    this.#fileOffset = fileOffset;
    this.#atEnd = atEnd;
    this.#at = 0;
    while (fileOffset + this.#at < this.stopAt && this.#advance());
    return this.#at;
  }

  /** True where a block that makes no sense was met, and the search for the next good one goes on. */
  get isInDoubt(): boolean {
    return this.#brokenAt >= 0;
  }

  /** A copy of what the next block depends on. */
  state(): PcapngState {
    const section = this.#section;
    return {
      littleEndian: section.little,
      passOver: section.passOver,
      sectionFirst: section.first,
      interfaces: section.interfaces.map((one) => ({ ...one.description })),
      lastSeconds: this.#lastSeconds,
      lastNanoseconds: this.#lastNanoseconds,
    };
  }

  summary(): ReaderSummary {
    const section = this.#section;
    const problems = [...this.#problems.kept];
    const untimed = this.#simplePackets > 0 ? untimedProblem(this.#simplePackets) : null;
    if (untimed !== null) problems.push(untimed);
    return {
      format: 'pcapng',
      frames: this.#frames,
      linkTypes: [...section.linkTypes],
      nanosecondTimes: section.interfaces.some((one) => one.scale.finerThanMicroseconds),
      problems,
      problemCount: this.#problems.count + (untimed === null ? 0 : 1),
      droppedByCapture: section.lost,
      losses: section.interfaces.map((one) => ({ between: one.lostBetween, total: one.lostInTotal })),
      comments: [...section.comments.kept],
    };
  }

  /** Goes on from #at as far as one state leads. @returns false where the window has nothing more to give */
  #advance(): boolean {
    if (this.#brokenAt >= 0) return this.#skip();
    this.#walk();
    if (this.#pause !== 'stop' && this.#isAtPcap()) return false;
    switch (this.#pause) {
      case 'stop':
        return false;
      case 'header-incomplete':
        return this.#atEnd ? this.#finish() : this.#want(block.SMALLEST_BLOCK);
      case 'block-incomplete':
        return this.#atEnd
          ? this.#judgeLast()
          : this.#want(block.padded(lengthAt(this.#view, this.#at, this.#section.little)));
      case 'broken':
        return this.#judgeBroken();
    }
  }

  /** True where a pcap begins in place of a block. */
  #isAtPcap(): boolean {
    if (joinedPcap(this.#bytes, this.#at, this.#length) === null) return false;
    this.#problem(
      'joined-captures',
      this.#at,
      0,
      'another capture begins, a pcap; it was read as the continuation of this one',
    );
    this.isOver = true;
    return true;
  }

  /** Reads block after block. Leaves #at at the block that could not be read, and says why in #pause. */
  #walk(): void {
    const bytes = this.#bytes;
    const view = this.#view;
    const length = this.#length;
    const section = this.#section;
    const sink = this.#sink;
    const ahead = this.#ahead;
    const stop = Math.min(this.stopAt - this.#fileOffset, length + 1);
    const mendedAt = this.#mendedAt - this.#fileOffset;
    let current: InterfaceReading | null = null;
    let currentId = -1;
    let pause: Pause = 'stop';
    let at = this.#at;
    while (at < stop) {
      if (length - at < block.SMALLEST_BLOCK) {
        pause = 'header-incomplete';
        break;
      }
      let little = section.little;
      const type = view.getUint32(at, little === true);
      if (type === block.SECTION_HEADER) little = byteOrderAt(view, at);
      const mended = at === mendedAt;
      const claimed = mended ? this.#mendedLength : view.getUint32(at + block.BLOCK_LENGTH, little === true);
      const blockLength = block.padded(claimed);
      if (little === null || !isBlockLength(blockLength)) {
        pause = 'broken';
        break;
      }
      const behind = at + blockLength;
      if (behind > length) {
        pause = 'block-incomplete';
        break;
      }
      if (view.getUint32(behind - block.BLOCK_TRAILER, little) !== claimed && !mended) {
        pause = 'broken';
        break;
      }
      if (type !== block.ENHANCED_PACKET || blockLength < SMALLEST_PACKET || section.passOver) {
        this.#readOther(at, behind, type, little);
        current = null;
        at = behind;
        continue;
      }
      const captured = view.getUint32(at + block.PACKET_CAPTURED, little);
      const room = blockLength - SMALLEST_PACKET;
      const id = view.getUint32(at + block.PACKET_INTERFACE, little);
      if (current === null || id !== currentId) {
        current = section.interfaceOf(id);
        currentId = id;
      }
      if (current === null || captured > room) {
        this.#refuse(at, blockLength, current);
        at = behind;
        continue;
      }
      const scale = current.scale;
      const high = view.getUint32(at + block.PACKET_TIME_HIGH, little);
      if (scale.convert(high, view.getUint32(at + block.PACKET_TIME_LOW, little))) {
        this.#lastSeconds = scale.seconds;
        this.#lastNanoseconds = scale.nanoseconds;
      } else {
        this.#timeOutOfRange(at);
      }
      if (this.#waiting > 0) this.#numberWaiting();
      const data = at + block.PACKET_DATA;
      const options = block.padded(captured);
      if (options < room) this.#readOptions(data + options, behind, little, current);
      this.#frames++;
      const original = view.getUint32(at + block.PACKET_ORIGINAL, little);
      const seconds = this.#lastSeconds;
      const nanoseconds = this.#lastNanoseconds;
      const { linkType } = current.description;
      const number = section.first + id;
      if (ahead === null) sink.frame(bytes, view, data, captured, original, seconds, nanoseconds, linkType, number);
      else ahead.frameAhead(bytes, view, data, captured, original, seconds, nanoseconds, linkType, number);
      at = behind;
    }
    ahead?.settle();
    this.#at = at;
    this.#pause = pause;
  }

  /** Any block but an Enhanced Packet Block; it is whole and its length is sure. */
  #readOther(at: number, behind: number, type: number, little: boolean): void {
    const section = this.#section;
    const bytes = this.#bytes;
    const view = this.#view;
    const end = behind - block.BLOCK_TRAILER;
    let described: Described = 'taken';
    if (behind - at < smallest(type, section.passOver)) {
      this.#problem('broken-block', at, behind - at, 'a block is too short for its kind');
    } else if (type === block.SECTION_HEADER) {
      described = section.begin(bytes, view, at, end, little);
      this.#doubt.littleEndian = little;
    } else if (!section.passOver) {
      if (type === block.INTERFACE_DESCRIPTION) described = section.addInterface(bytes, view, at, end, little);
      else if (type === block.INTERFACE_STATISTICS) section.addStatistics(bytes, view, at, end, little);
      else if (type === block.PACKET) this.#readPacket(at, behind, little);
      else if (type === block.SIMPLE_PACKET) this.#readSimple(at, behind, little);
      else if (isNumbered(type, behind - at)) this.#number();
    }
    if (described === 'unknown-version') {
      this.#problem('unknown-version', at, 0, 'a section of an unknown version begins; it was passed over');
    } else if (described === 'too-many') {
      this.#problem(
        'too-many-interfaces',
        at,
        0,
        `an interface beyond the limit of ${INTERFACES_KEPT} is described; it was passed over`,
      );
    }
  }

  /** Obsolete Packet Block: 16 bits of interface and 16 bits of losses in the first word, the rest as today. */
  #readPacket(at: number, behind: number, little: boolean): void {
    const view = this.#view;
    const captured = view.getUint32(at + block.PACKET_CAPTURED, little);
    const id = view.getUint16(at + block.PACKET_INTERFACE, little);
    const reading = this.#section.interfaceOf(id);
    if (reading === null || captured > behind - at - SMALLEST_PACKET) {
      this.#refuse(at, behind - at, reading);
      return;
    }
    const drops = view.getUint16(at + block.PACKET_DROPS, little);
    if (drops !== DROPS_UNKNOWN) reading.lostBetween += drops;
    const data = at + block.PACKET_DATA;
    const optionsEnd = behind - block.BLOCK_TRAILER;
    this.#section.readComments(this.#bytes, view, data + block.padded(captured), optionsEnd, little);
    const { scale } = reading;
    const high = view.getUint32(at + block.PACKET_TIME_HIGH, little);
    if (scale.convert(high, view.getUint32(at + block.PACKET_TIME_LOW, little))) {
      this.#lastSeconds = scale.seconds;
      this.#lastNanoseconds = scale.nanoseconds;
    } else {
      this.#timeOutOfRange(at);
    }
    this.#handOn(data, captured, view.getUint32(at + block.PACKET_ORIGINAL, little), reading, id);
  }

  /** Simple Packet Block: of the first interface of the section, cut at its snap length, without a time. */
  #readSimple(at: number, behind: number, little: boolean): void {
    const reading = this.#section.interfaceOf(0);
    if (reading === null) {
      this.#refuse(at, behind - at, reading);
      return;
    }
    const original = this.#view.getUint32(at + block.SIMPLE_ORIGINAL, little);
    const snapLength = reading.description.snapLength || MAX_RECORD;
    const captured = Math.min(original, snapLength, behind - at - SMALLEST_SIMPLE);
    this.#simplePackets++;
    this.borrowedTimes++;
    this.#handOn(at + block.SIMPLE_DATA, captured, original, reading, 0);
  }

  /** A block that is no packet, and counts as a frame. One before the first packet waits for a time. */
  #number(): void {
    this.borrowedTimes++;
    this.#waiting++;
    if (this.#lastSeconds > 0) this.#numberWaiting();
  }

  #numberWaiting(): void {
    for (; this.#waiting > 0; this.#waiting--) {
      this.#frames++;
      const { first } = this.#section;
      const [seconds, nanoseconds] = [this.#lastSeconds, this.#lastNanoseconds];
      this.#sink.frame(this.#bytes, this.#view, this.#at, 0, 0, seconds, nanoseconds, LINKTYPE_NO_PACKET, first);
    }
  }

  #handOn(data: number, captured: number, original: number, reading: InterfaceReading, id: number): void {
    const { linkType } = reading.description;
    const interfaceId = this.#section.first + id;
    if (this.#waiting > 0) this.#numberWaiting();
    this.#frames++;
    this.#sink.frame(
      this.#bytes,
      this.#view,
      data,
      captured,
      original,
      this.#lastSeconds,
      this.#lastNanoseconds,
      linkType,
      interfaceId,
    );
  }

  /** Options of the packet that is handed on next. */
  #readOptions(from: number, behind: number, little: boolean, reading: InterfaceReading): void {
    const option = this.#option;
    this.notes.clear(this.#frames + 1);
    option.start(this.#view, little, from, behind - block.BLOCK_TRAILER);
    while (option.advance()) {
      if (option.code === block.EPB_DROP_COUNT && option.length === 8) {
        reading.lostBetween += countAt(this.#view, option.offset, little);
      } else if (option.code === block.OPTION_COMMENT) {
        this.#section.comments.take(this.#bytes, option);
      } else {
        this.notes.take(this.#view, little, option);
      }
    }
    if (this.notes.matters) {
      this.notedPackets++;
      this.#sink.note?.(this.notes);
    }
    if (option.broken) this.#problem('broken-options', from, 0, 'an option runs past its packet; the packet was read');
  }

  /** A packet that cannot be handed on. */
  #refuse(at: number, length: number, reading: InterfaceReading | null): void {
    if (reading !== null) this.#problem('broken-block', at, length, 'a packet is longer than its block');
    else this.#problem('unknown-interface', at, length, 'a packet names an interface that the file does not describe');
  }

  /** The block at #at runs past the end of the file: the file is cut, or the length is damaged and good blocks follow. */
  #judgeLast(): boolean {
    const at = this.#at;
    if (this.#doubt.confirmsItsLength(this.#view, at, this.#length)) return this.#finish();
    if (this.#mend(this.#doubt.lengthByTrailer(this.#view, at, this.#length, true))) return true;
    const next = this.#doubt.behindLastBlock(this.#view, at, this.#length);
    if (next === NOTHING) return this.#finish();
    this.#problem('broken-block', at, next - at, 'the length of a block is damaged');
    this.#at = next;
    return true;
  }

  /** The block at #at makes no sense, or its two lengths differ. */
  #judgeBroken(): boolean {
    const at = this.#at;
    if (!this.#atEnd && this.#length - at < JUDGEMENT_REACH) return this.#want(JUDGEMENT_REACH);
    const ordered = orderAt(this.#view, at, this.#section.little) !== null;
    if (ordered && this.#mend(this.#doubt.trueLength(this.#view, at, this.#length, this.#atEnd))) return true;
    this.#brokenAt = this.#fileOffset + at;
    this.#claimed = ordered ? lengthAt(this.#view, at, this.#section.little) : 0;
    this.#at = at + 1;
    return this.#skip();
  }

  /** Reads the block at #at with this length, if there is one; once only, so that reading always goes on. */
  #mend(length: number): boolean {
    if (length === NOTHING || this.#mendedAt === this.#fileOffset + this.#at) return false;
    this.#problem('broken-block', this.#at, 0, 'one of the two lengths of a block is damaged; the block was read');
    this.#mendedAt = this.#fileOffset + this.#at;
    this.#mendedLength = length;
    return true;
  }

  /** Searches on for a block that is sure. */
  #skip(): boolean {
    const found = this.#doubt.resume(this.#view, this.#at, this.#length, this.#atEnd);
    this.#at = this.#doubt.position;
    if (found === 'more') return this.#want(REACH);
    const from = this.#brokenAt - this.#fileOffset;
    this.#problem('broken-block', from, this.#at - from, whatIsBroken(this.#claimed));
    this.#brokenAt = -1;
    return found === 'found';
  }

  /** The frame gets the time of the one before it (1970 where there is none): a time of its own would move the end of the capture. */
  #timeOutOfRange(at: number): void {
    this.#problem('time-out-of-range', at, 0, TIME_OUT_OF_RANGE);
  }

  /** @param at offset in the window; below 0 where the window has moved on since */
  #problem(code: string, at: number, skippedBytes: number, what: string): void {
    this.#problems.add(code, this.#fileOffset + at, skippedBytes, what);
  }

  #want(bytes: number): boolean {
    this.needed = bytes;
    return false;
  }

  /** No byte follows: what is left is the beginning of a block. */
  #finish(): boolean {
    if (this.#at < this.#length) {
      this.#problem('cut-short', this.#at, this.#length - this.#at, 'the file ends in the middle of a block');
    }
    this.#at = this.#length;
    return false;
  }
}

function whatIsBroken(claimed: number): string {
  if (claimed > MAX_RECORD) return tooLong('block', claimed);
  if ((claimed & 3) !== 0) return `a block claims ${claimed} bytes, no multiple of 4`;
  return 'a block makes no sense';
}

function untimedProblem(count: number): CaptureProblem {
  const whose =
    count === 1
      ? '1 packet has no time (a Simple Packet Block); it'
      : `${count} packets have no time (Simple Packet Blocks); each`;
  return {
    code: 'no-time',
    offset: 0,
    skippedBytes: 0,
    message: `${whose} got that of the packet before it, or 1970.`,
  };
}

/** Bytes that a block of this type must have. In a section that is passed over only the next section header counts. */
function smallest(type: number, passOver: boolean): number {
  if (type === block.SECTION_HEADER) return block.SMALLEST_SECTION;
  if (passOver) return block.SMALLEST_BLOCK;
  switch (type) {
    case block.INTERFACE_DESCRIPTION:
      return SMALLEST_INTERFACE;
    case block.INTERFACE_STATISTICS:
      return SMALLEST_STATISTICS;
    case block.ENHANCED_PACKET:
    case block.PACKET:
      return SMALLEST_PACKET;
    case block.SIMPLE_PACKET:
      return SMALLEST_SIMPLE;
    default:
      return block.SMALLEST_BLOCK;
  }
}
