/** What a capture says of one frame beyond its bytes. It belongs to the reader and holds until the next frame. */
export interface FrameNotes {
  /** The same packet at several places (interfaces, components of a network stack) has the same number; both halves 0 where none is given. */
  readonly packetIdHigh: number;
  readonly packetIdLow: number;
  /** DIRECTION_ of the packet, seen from the capturing system. */
  readonly direction: number;
  /** True where the capturing system says that it dropped the packet here. */
  readonly dropped: boolean;
  /** Why, as a number of PKTMON_DROP_REASON (src/track/drop-reasons.ts); -1 where the capture does not tell. */
  readonly dropReason: number;
  /** Where in its code, as that system numbers it; 0 where the capture does not tell. */
  readonly dropLocation: number;
  /** Component that saw or dropped the packet, a key of ReaderSummary.components; 0 where the capture does not tell. */
  readonly component: number;
}

export const DIRECTION_UNKNOWN = 0;
export const DIRECTION_IN = 1;
export const DIRECTION_OUT = 2;

/** The reason is not told. */
export const NO_DROP_REASON = -1;
