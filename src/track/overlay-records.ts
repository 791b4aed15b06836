import { PROTOCOL_UDP } from '../decode/packet.ts';
import {
  ACKED_A,
  ACKNOWLEDGED_A,
  ANSWER_NANOSECONDS,
  ANSWER_SECONDS,
  absorb,
  addBytes,
  BYTES_A,
  BYTES_HIGH_A,
  COUNTS,
  DATA_A,
  EARLY_RESET_A,
  EARLY_RESET_B,
  END_FIN,
  END_MASK,
  END_RESET_A,
  END_RESET_B,
  FIN_A,
  FIRST_ATTEMPT_NANOSECONDS,
  FIRST_ATTEMPT_SECONDS,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  KIND,
  KIND_GROUP,
  LAST_ATTEMPT_FRAME,
  LAST_ATTEMPT_NANOSECONDS,
  LAST_ATTEMPT_SECONDS,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  MAX_REPEATS,
  nanosecondsBetween,
  PACKETS_A,
  PLAIN_A,
  RECORD_INTS,
  RESET_A,
  RESET_FRAME,
  RUN_SEQUENCE_A,
  SPOKE_A,
  STATE,
  SYN_HAS_DATA,
  SYN_SEEN,
  SYNACK_A,
  serviceOf,
  withService,
} from './record.ts';

const EARLY_RESETS = EARLY_RESET_A | EARLY_RESET_B;
/** Bits that a side sets once and keeps, as the bits of A. */
const KEPT_BITS = [PLAIN_A, SYNACK_A, RESET_A, FIN_A, DATA_A, SPOKE_A, ACKED_A, EARLY_RESET_A];

/**
 * Lays the record `from` over the record `number`: the same connection, whose frames another network showed at the same time, as copies of
 * a router or as its other direction. `from` is ABSORBED then. Frames of both count; of attempts and repeats, which the copies show twice,
 * the more. Where the order of what the two saw is not known, the end that accuses nobody is taken.
 * @param flipped 1 where A of `from` is B of the other
 */
export function overlayRecord(records: Int32Array, number: number, from: number, flipped: number): void {
  const at = number * RECORD_INTS;
  const other = from * RECORD_INTS;
  overlayAttempts(records, at, other, flipped);
  for (let side = 0; side < 2; side++) {
    const theirs = side ^ flipped;
    const isTcp = (records[at + KIND] & 0xff) !== PROTOCOL_UDP;
    const spoke = isTcp ? (records[at + STATE] & (DATA_A << side)) !== 0 : records[at + PACKETS_A + side] > 0;
    if (!spoke) records[at + KIND] = withService(records[at + KIND], side, serviceOf(records[other + KIND], theirs));
    overlayRun(records, at, other, side, theirs);
    overlayAcknowledged(records, at, other, side, theirs);
    records[at + PACKETS_A + side] += records[other + PACKETS_A + theirs];
    addBytes(records, at, side, records[other + BYTES_A + theirs] >>> 0);
    records[at + BYTES_HIGH_A + side] += records[other + BYTES_HIGH_A + theirs];
  }
  overlayState(records, at, other, flipped);
  records[at + KIND] |= records[other + KIND] & KIND_GROUP;
  if (isLater(records, at, LAST_SECONDS, LAST_NANOSECONDS, other, LAST_SECONDS, LAST_NANOSECONDS)) {
    records[at + LAST_SECONDS] = records[other + LAST_SECONDS];
    records[at + LAST_NANOSECONDS] = records[other + LAST_NANOSECONDS];
  }
  absorb(records, from, number);
}

/** Attempts of both; where only the other record saw the answers, of datagrams those until the first of them are not told apart. */
function overlayAttempts(records: Int32Array, at: number, other: number, flipped: number): void {
  const isUdp = (records[at + KIND] & 0xff) === PROTOCOL_UDP;
  // Datagrams count as attempts of side A.
  if (isUdp && flipped === 1) {
    const answeredFirst =
      records[at + PACKETS_A + 1] === 0 &&
      isLater(records, other, FIRST_SECONDS, FIRST_NANOSECONDS, at, LAST_ATTEMPT_SECONDS, LAST_ATTEMPT_NANOSECONDS);
    if (answeredFirst) records[at + COUNTS] = (records[at + COUNTS] & 0xffff) | (1 << 16);
    return;
  }
  const mine = records[at + COUNTS] >>> 16;
  const theirs = records[other + COUNTS] >>> 16;
  if (theirs === 0) return;
  records[at + COUNTS] = (records[at + COUNTS] & 0xffff) | (Math.max(mine, theirs) << 16);
  if (
    mine === 0 ||
    isLater(
      records,
      other,
      FIRST_ATTEMPT_SECONDS,
      FIRST_ATTEMPT_NANOSECONDS,
      at,
      FIRST_ATTEMPT_SECONDS,
      FIRST_ATTEMPT_NANOSECONDS,
    )
  ) {
    records[at + FIRST_ATTEMPT_SECONDS] = records[other + FIRST_ATTEMPT_SECONDS];
    records[at + FIRST_ATTEMPT_NANOSECONDS] = records[other + FIRST_ATTEMPT_NANOSECONDS];
  }
  if (
    mine === 0 ||
    isLater(
      records,
      at,
      LAST_ATTEMPT_SECONDS,
      LAST_ATTEMPT_NANOSECONDS,
      other,
      LAST_ATTEMPT_SECONDS,
      LAST_ATTEMPT_NANOSECONDS,
    )
  ) {
    records[at + LAST_ATTEMPT_SECONDS] = records[other + LAST_ATTEMPT_SECONDS];
    records[at + LAST_ATTEMPT_NANOSECONDS] = records[other + LAST_ATTEMPT_NANOSECONDS];
    records[at + LAST_ATTEMPT_FRAME] = records[other + LAST_ATTEMPT_FRAME];
  }
}

/** The latest data segment of a side: the one farther on in the stream; of the same one the repeats that more copies saw. */
function overlayRun(records: Int32Array, at: number, other: number, side: number, theirs: number): void {
  if ((records[other + STATE] & (DATA_A << theirs)) === 0) return;
  const shift = side << 3;
  const repeats = (records[other + COUNTS] >>> (theirs << 3)) & MAX_REPEATS;
  const ahead = (records[other + RUN_SEQUENCE_A + theirs] - records[at + RUN_SEQUENCE_A + side]) | 0;
  const isNew = (records[at + STATE] & (DATA_A << side)) === 0 || ahead > 0;
  const known = (records[at + COUNTS] >>> shift) & MAX_REPEATS;
  if (!isNew && (ahead < 0 || repeats <= known)) return;
  records[at + RUN_SEQUENCE_A + side] = records[other + RUN_SEQUENCE_A + theirs];
  records[at + COUNTS] = (records[at + COUNTS] & ~(MAX_REPEATS << shift)) | (repeats << shift);
}

function overlayAcknowledged(records: Int32Array, at: number, other: number, side: number, theirs: number): void {
  if ((records[other + STATE] & (ACKED_A << theirs)) === 0) return;
  const ahead = (records[other + ACKNOWLEDGED_A + theirs] - records[at + ACKNOWLEDGED_A + side]) | 0;
  if ((records[at + STATE] & (ACKED_A << side)) === 0 || ahead > 0)
    records[at + ACKNOWLEDGED_A + side] = records[other + ACKNOWLEDGED_A + theirs];
}

function overlayState(records: Int32Array, at: number, other: number, flipped: number): void {
  const mine = earlyFirst(records, at, other);
  const theirs = earlyFirst(records, other, at);
  let state = mine | (theirs & (SYN_SEEN | SYN_HAS_DATA));
  for (const bit of KEPT_BITS) {
    if ((theirs & bit) !== 0) state |= bit << flipped;
    if ((theirs & (bit << 1)) !== 0) state |= bit << (1 - flipped);
  }
  if (((mine | (mine >> 1)) & SYNACK_A) === 0 || isAnsweredBefore(records, other, at)) {
    records[at + ANSWER_SECONDS] = records[other + ANSWER_SECONDS];
    records[at + ANSWER_NANOSECONDS] = records[other + ANSWER_NANOSECONDS];
  }
  const mineReset = records[at + RESET_FRAME];
  const theirsReset = records[other + RESET_FRAME];
  if (theirsReset !== 0 && (mineReset === 0 || theirsReset >>> 0 < mineReset >>> 0))
    records[at + RESET_FRAME] = theirsReset;
  records[at + STATE] = (state & ~END_MASK) | endOf(mine & END_MASK, endFlipped(theirs & END_MASK, flipped), state);
}

/** The state of a record, whose resets are early only where no reset that the other one saw had ended the connection before. */
function earlyFirst(records: Int32Array, at: number, other: number): number {
  const state = records[at + STATE];
  const others = records[other + STATE];
  const endsByReset = (others & END_MASK) > END_FIN && (others & EARLY_RESETS) === 0;
  const isBefore = records[other + RESET_FRAME] >>> 0 < records[at + RESET_FRAME] >>> 0;
  return endsByReset && isBefore ? state & ~EARLY_RESETS : state;
}

/** True where both saw a SYN-ACK and `first` saw it first. */
function isAnsweredBefore(records: Int32Array, first: number, second: number): boolean {
  const state = records[first + STATE];
  if (((state | (state >> 1)) & SYNACK_A) === 0) return false;
  return isLater(records, first, ANSWER_SECONDS, ANSWER_NANOSECONDS, second, ANSWER_SECONDS, ANSWER_NANOSECONDS);
}

/** What ended the connection: a FIN of either record; a reset of a side that spoke in either, though its own record did not show that. */
function endOf(mine: number, theirs: number, state: number): number {
  if (mine === END_FIN || theirs === END_FIN) return END_FIN;
  if (mine !== 0) return mine;
  if (theirs !== 0) return theirs;
  if ((state & EARLY_RESET_A) !== 0 && (state & SPOKE_A) !== 0) return END_RESET_A;
  return (state & (EARLY_RESET_A << 1)) !== 0 && (state & (SPOKE_A << 1)) !== 0 ? END_RESET_B : 0;
}

function endFlipped(end: number, flipped: number): number {
  if (flipped === 0 || end === 0 || end === END_FIN) return end;
  return end === END_RESET_A ? END_RESET_B : END_RESET_A;
}

/** True where the second of two moments, each in fields of a record, is the later one. */
function isLater(
  records: Int32Array,
  at: number,
  seconds: number,
  nanoseconds: number,
  other: number,
  otherSeconds: number,
  otherNanoseconds: number,
): boolean {
  return (
    nanosecondsBetween(
      records[at + seconds],
      records[at + nanoseconds],
      records[other + otherSeconds],
      records[other + otherNanoseconds],
    ) > 0
  );
}
