import type { AddressTable } from './address-table.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { MessageLog } from './message-log.ts';

/**
 * What the analysis of one segment of a capture gives: everything that the verdicts need, and nothing of the packets. Parts of
 * neighbouring segments are joined in order (merge.ts); a part of a part is a part.
 */
export interface Part {
  /** Frames read, judged or not. Frame numbers in the part count from 1. */
  frames: number;
  /** Bytes on the wire of all frames. */
  bytes: number;
  /** Frames by what decoding said of them, indexed as REASONS. */
  reasons: Float64Array;
  /** Earliest and latest time stamp; meaningless where frames is 0. */
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  connections: ConnectionTable;
  addresses: AddressTable;
  /** ICMP errors that quote TCP or UDP, in the order of the frames (icmp-errors.ts). */
  icmpErrors: MessageLog;
  /** Fragments of TCP and UDP over IP, first ones and others (fragments.ts). */
  fragments: MessageLog;
}
