import { TimeScale } from './time-scale.ts';

/** An interface as its Interface Description Block gives it; plain data. */
export interface PcapngInterface {
  linkType: number;
  /** 0 where there is no limit. */
  snapLength: number;
  /** The if_tsresol octet. */
  resolution: number;
  /** if_tsoffset, in seconds. */
  offsetSeconds: number;
  /** if_name, at most 256 characters; empty where absent. It comes from the capture: escape it where it is shown. */
  name: string;
}

/** All that a reader must know to start at a block in the middle of a file; plain data, so that it can be sent to a worker. */
export interface PcapngState {
  /** Byte order of the section; null before the first section header. */
  littleEndian: boolean | null;
  /** True inside a section of an unknown major version, whose blocks are passed over. */
  passOver: boolean;
  /** Index of the section's first interface among those of all sections. */
  sectionFirst: number;
  /** Interfaces of all sections so far. */
  interfaces: PcapngInterface[];
  /** Time of the last frame: what a Simple Packet Block, which has none, is given. */
  lastSeconds: number;
  lastNanoseconds: number;
}

/** Same section, same interfaces: a worker that started with `left` read what one with `right` would have. */
export function sameSection(left: PcapngState, right: PcapngState): boolean {
  if (left.littleEndian !== right.littleEndian || left.passOver !== right.passOver) return false;
  if (left.sectionFirst !== right.sectionFirst || left.interfaces.length !== right.interfaces.length) return false;
  return left.interfaces.every((one, index) => {
    const other = right.interfaces[index]!;
    return (
      one.linkType === other.linkType &&
      one.snapLength === other.snapLength &&
      one.resolution === other.resolution &&
      one.offsetSeconds === other.offsetSeconds
    );
  });
}

/** Interfaces believed in one file; more are a problem, and their frames are passed over. */
export const INTERFACES_KEPT = 65_536;

/** One interface at work: what the reader needs for each of its frames, and what it says it lost. */
export class InterfaceReading {
  readonly scale: TimeScale;
  readonly description: PcapngInterface;
  /** A frame of it was handed on. */
  met = false;
  /** Sum of the losses that packets report (epb_dropcount: since the packet before). */
  lostBetween = 0;
  /** Largest total of a statistics block (isb_ifdrop + isb_osdrop: since the capture began). */
  lostInTotal = 0;

  constructor(description: PcapngInterface) {
    this.description = description;
    this.scale = new TimeScale(description.resolution, description.offsetSeconds);
  }

  /** Packets lost. The two ways to say so count the same losses, so the larger one holds. */
  get lost(): number {
    return Math.max(this.lostBetween, this.lostInTotal);
  }
}
