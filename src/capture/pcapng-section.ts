import * as block from './pcapng-blocks.ts';
import { CommentLog, OptionCursor, text } from './pcapng-options.ts';
import { INTERFACES_KEPT, InterfaceReading, type PcapngState } from './pcapng-state.ts';
import { DEFAULT_RESOLUTION } from './time-scale.ts';

const KNOWN_MAJOR_VERSION = 1;
/** if_name is kept to this length, in bytes. */
const NAME_BYTES = 256;
/** Counters from here on are taken for "not known". */
const BELIEVABLE_COUNT = 2 ** 53;

/** What became of a block that describes others. */
export type Described = 'taken' | 'unknown-version' | 'too-many';

/** The section being read and the interfaces of all sections so far: what the packets that follow depend on. */
export class SectionReading {
  /** Byte order of the section; null before the first. */
  little: boolean | null = null;
  /** The section has an unknown major version: its blocks are passed over. */
  passOver = false;
  /** Index of its first interface in `interfaces`. */
  first = 0;
  readonly interfaces: InterfaceReading[] = [];
  readonly comments = new CommentLog();
  /** Link types of frames, in order of appearance. */
  readonly linkTypes: number[] = [];
  readonly #option = new OptionCursor();
  readonly #decoder = new TextDecoder('utf-8');

  constructor(state?: PcapngState) {
    if (state === undefined) return;
    this.little = state.littleEndian;
    this.passOver = state.passOver;
    this.first = state.sectionFirst;
    for (const description of state.interfaces) this.interfaces.push(new InterfaceReading({ ...description }));
  }

  /** Packets that the capturing system says it lost, over all interfaces. */
  get lost(): number {
    return this.interfaces.reduce((sum, one) => sum + one.lost, 0);
  }

  /** A Section Header Block of full size at `at`. */
  begin(bytes: Uint8Array, view: DataView, at: number, end: number, little: boolean): Described {
    this.little = little;
    this.first = this.interfaces.length;
    this.passOver = view.getUint16(at + block.SECTION_MAJOR, little) !== KNOWN_MAJOR_VERSION;
    if (this.passOver) return 'unknown-version';
    this.readComments(bytes, view, at + block.SECTION_OPTIONS, end, little);
    return 'taken';
  }

  /** An Interface Description Block of full size at `at`; its options end at `end`. */
  addInterface(bytes: Uint8Array, view: DataView, at: number, end: number, little: boolean): Described {
    if (this.interfaces.length >= INTERFACES_KEPT) return 'too-many';
    let resolution = DEFAULT_RESOLUTION;
    let offsetSeconds = 0;
    let name = '';
    const option = this.#option;
    option.start(view, little, at + block.INTERFACE_OPTIONS, end);
    while (option.advance()) {
      const { code, length, offset } = option;
      if (code === block.IF_TIME_RESOLUTION && length >= 1) resolution = view.getUint8(offset);
      else if (code === block.IF_TIME_OFFSET && length === 8) offsetSeconds = Number(view.getBigInt64(offset, little));
      else if (code === block.IF_NAME) name = text(this.#decoder, bytes, option, NAME_BYTES);
      else this.comments.take(bytes, option);
    }
    const linkType = view.getUint16(at + block.INTERFACE_LINK_TYPE, little);
    const snapLength = view.getUint32(at + block.INTERFACE_SNAP_LENGTH, little);
    this.interfaces.push(new InterfaceReading({ linkType, snapLength, resolution, offsetSeconds, name }));
    return 'taken';
  }

  /** An Interface Statistics Block of full size at `at`; its options end at `end`. */
  addStatistics(bytes: Uint8Array, view: DataView, at: number, end: number, little: boolean): void {
    const reading = this.interfaces[this.first + view.getUint32(at + block.STATISTICS_INTERFACE, little)];
    const option = this.#option;
    let lost = 0;
    option.start(view, little, at + block.STATISTICS_OPTIONS, end);
    while (option.advance()) {
      const { code, length, offset } = option;
      if ((code === block.ISB_IF_DROP || code === block.ISB_OS_DROP) && length === 8)
        lost += countAt(view, offset, little);
      else this.comments.take(bytes, option);
    }
    if (reading !== undefined && lost > reading.lostInTotal) reading.lostInTotal = lost;
  }

  readComments(bytes: Uint8Array, view: DataView, from: number, end: number, little: boolean): void {
    const option = this.#option;
    option.start(view, little, from, end);
    while (option.advance()) this.comments.take(bytes, option);
  }

  /** The interface of this number in the section, noted as met; null if none was described. */
  interfaceOf(id: number): InterfaceReading | null {
    const reading = this.interfaces[this.first + id];
    if (reading === undefined) return null;
    if (!reading.met) {
      reading.met = true;
      const { linkType } = reading.description;
      if (!this.linkTypes.includes(linkType)) this.linkTypes.push(linkType);
    }
    return reading;
  }
}

/** A counter of 64 bits; 0 where it is beyond belief. */
export function countAt(view: DataView, offset: number, little: boolean): number {
  const high = view.getUint32(offset + (little ? 4 : 0), little);
  const count = high * 2 ** 32 + view.getUint32(offset + (little ? 0 : 4), little);
  return count < BELIEVABLE_COUNT ? count : 0;
}
