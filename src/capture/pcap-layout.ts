import type { PcapHeader } from './pcap-header.ts';

/** Offsets within a record header (draft-ietf-opsawg-pcap section 5); all fields are 32 bits in the byte order of the file. */
export const SECONDS = 0;
export const FRACTION = 4;
const CAPTURED_LENGTH = 8;
const ORIGINAL_LENGTH = 12;

/** Snap lengths below this are not held against a record, in bytes: the largest that libpcap asks for. */
const SNAP_TOLERATED = 262_144;
/** Longest record header of any variant, in bytes. */
const LONGEST_HEADER = 28;

/** How the records of one file are laid out. Callers have checked that `headerLength` bytes are at hand. */
export class RecordLayout {
  readonly little: boolean;
  readonly headerLength: number;
  /** Offset of the captured length; versions before 2.3 have the two lengths the other way round. */
  readonly capturedAt: number;
  readonly originalAt: number;
  /** True for version 2.3, where the smaller of the two lengths is the captured one. */
  readonly eitherOrder: boolean;
  /** Fractions of a second below this are in order. */
  readonly fractionLimit: number;
  readonly toNanoseconds: number;
  /** Captured lengths up to this raise no doubt, in bytes. */
  readonly believable: number;
  readonly snapLength: number;

  constructor(header: PcapHeader, maxRecord: number) {
    const originalFirst = header.lengthOrder === 'original-first';
    this.little = header.littleEndian;
    this.headerLength = header.recordHeaderLength;
    this.capturedAt = originalFirst ? ORIGINAL_LENGTH : CAPTURED_LENGTH;
    this.originalAt = originalFirst ? CAPTURED_LENGTH : ORIGINAL_LENGTH;
    this.eitherOrder = header.lengthOrder === 'smaller-is-captured';
    this.fractionLimit = header.nanoseconds ? 1_000_000_000 : 1_000_000;
    this.toNanoseconds = header.nanoseconds ? 1 : 1000;
    this.snapLength = header.snapLength;
    this.believable = Math.min(Math.max(header.snapLength, SNAP_TOLERATED), maxRecord - 2 * LONGEST_HEADER);
  }

  seconds(view: DataView, at: number): number {
    return view.getUint32(at + SECONDS, this.little);
  }

  fraction(view: DataView, at: number): number {
    return view.getUint32(at + FRACTION, this.little);
  }

  captured(view: DataView, at: number): number {
    const captured = view.getUint32(at + this.capturedAt, this.little);
    return this.eitherOrder ? Math.min(captured, view.getUint32(at + this.originalAt, this.little)) : captured;
  }

  original(view: DataView, at: number): number {
    const original = view.getUint32(at + this.originalAt, this.little);
    return this.eitherOrder ? Math.max(original, view.getUint32(at + this.capturedAt, this.little)) : original;
  }

  /** Nothing in the header speaks against it. */
  isInOrder(view: DataView, at: number): boolean {
    return this.captured(view, at) <= this.believable && this.fraction(view, at) < this.fractionLimit;
  }

  /** The two lengths confirm each other: the frame is whole, or cut at the snap length. One damaged length does not pass. */
  lengthsAgree(view: DataView, at: number): boolean {
    const captured = this.captured(view, at);
    const original = this.original(view, at);
    return captured === original || (captured === this.snapLength && original > captured);
  }
}
