import { PROTOCOL_UDP } from '../decode/packet.ts';
import { isCopyOfAttempt } from './attempts.ts';
import {
  ACKED_A,
  ACKNOWLEDGED_A,
  ANSWER_NANOSECONDS,
  ANSWER_SECONDS,
  ATTEMPT_IDS,
  addBytes,
  BYTES_A,
  BYTES_HIGH_A,
  COPY_WINDOW_NANOSECONDS,
  COUNTS,
  DATA_A,
  EARLY_RESET_A,
  EARLY_RESET_B,
  EARLY_RESET_B_FIRST,
  END_MASK,
  END_RESET_A,
  END_RESET_B,
  FIN_A,
  FIRST_ATTEMPT_NANOSECONDS,
  FIRST_ATTEMPT_SECONDS,
  FIRST_HAS_DATA,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  KIND,
  KIND_GROUP,
  LAST_ATTEMPT_FRAME,
  LAST_ATTEMPT_NANOSECONDS,
  LAST_ATTEMPT_SECONDS,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  MAX_ATTEMPTS,
  MAX_REPEATS,
  nanosecondsBetween,
  PACKETS_A,
  PACKETS_B,
  PLAIN_A,
  RECORD_INTS,
  REPEAT_WINDOW_NANOSECONDS,
  RESET_A,
  RESET_FRAME,
  RUN_SEQUENCE_A,
  SINGLE_RUN_A,
  SINGLE_RUN_B,
  SOON_A,
  SOON_B,
  SPOKE_A,
  STATE,
  SYN_HAS_DATA,
  SYN_SEEN,
  SYNACK_A,
  serviceOf,
  withService,
} from './record.ts';

/** Protocol in KIND. */
const PROTOCOL_MASK = 0xff;

/** Bits that a side sets once and keeps, as the bits of A. */
const KEPT_BITS = [PLAIN_A, SYNACK_A, RESET_A, FIN_A, DATA_A, SPOKE_A, ACKED_A];

/** Bits that joinRuns decides. */
const RUN_BITS = SINGLE_RUN_A | SINGLE_RUN_B | SOON_A | SOON_B;

/**
 * Joins the record `from` of a right part into the record `number` of the left one: both are the same connection, and the left
 * packets came first. The outcome is the record that one pass would have written.
 * @param flipped 1 where the right record's A is the left record's B
 * @param frames frames before the right part, added to its frame numbers
 * @param mayRepeat the right part is of another capture, which may show the same packets; where its packets are older than the latest ones of the
 * left part, what was repeated is not counted twice
 */
export function joinRecords(
  records: Int32Array,
  number: number,
  fromRecords: Int32Array,
  from: number,
  flipped: number,
  frames: number,
  mayRepeat = false,
): void {
  const at = number * RECORD_INTS;
  const right = from * RECORD_INTS;
  const leftState = records[at + STATE];
  const hadAnswer = records[at + PACKETS_B] > 0;
  const repeats = mayRepeat && sinceLast(records, at, fromRecords, right) < -COPY_WINDOW_NANOSECONDS;
  joinServices(records, at, fromRecords[right + KIND], flipped);
  const rightState = flipBits(fromRecords[right + STATE], flipped);
  for (let side = 0; side < 2; side++) {
    records[at + PACKETS_A + side] += fromRecords[right + PACKETS_A + (side ^ flipped)];
    addBytes(records, at, side, fromRecords[right + BYTES_A + (side ^ flipped)] >>> 0);
    records[at + BYTES_HIGH_A + side] += fromRecords[right + BYTES_HIGH_A + (side ^ flipped)];
    if ((rightState & (ACKED_A << side)) !== 0) {
      records[at + ACKNOWLEDGED_A + side] = fromRecords[right + ACKNOWLEDGED_A + (side ^ flipped)];
    }
  }
  if (((leftState | (leftState >> 1)) & SYNACK_A) === 0) {
    records[at + ANSWER_SECONDS] = fromRecords[right + ANSWER_SECONDS];
    records[at + ANSWER_NANOSECONDS] = fromRecords[right + ANSWER_NANOSECONDS];
  }
  joinAttempts(records, at, hadAnswer, fromRecords, right, flipped, frames, repeats);
  const runBits = joinRuns(records, at, leftState, fromRecords, right, rightState, flipped, repeats);
  if (records[at + RESET_FRAME] === 0 && fromRecords[right + RESET_FRAME] !== 0) {
    records[at + RESET_FRAME] = fromRecords[right + RESET_FRAME] + frames;
  }
  records[at + KIND] |= fromRecords[right + KIND] & KIND_GROUP;
  records[at + STATE] = (joinEnds(leftState, rightState) & ~RUN_BITS) | runBits;
  records[at + LAST_SECONDS] = fromRecords[right + LAST_SECONDS];
  records[at + LAST_NANOSECONDS] = fromRecords[right + LAST_NANOSECONDS];
}

/** The first payload of a side tells its service: that of the right part, where the left one saw none. Called before anything else is joined. */
function joinServices(records: Int32Array, at: number, rightKind: number, flipped: number): void {
  const isTcp = (records[at + KIND] & PROTOCOL_MASK) !== PROTOCOL_UDP;
  for (let side = 0; side < 2; side++) {
    const spoke = isTcp ? (records[at + STATE] & (DATA_A << side)) !== 0 : records[at + PACKETS_A + side] > 0;
    if (!spoke) records[at + KIND] = withService(records[at + KIND], side, serviceOf(rightKind, side ^ flipped));
  }
}

/** The state with the bits of A and B exchanged where `flipped`; the handshake's own bits belong to the left record and go. */
function flipBits(state: number, flipped: number): number {
  if (flipped === 0) return state;
  const pairs =
    PLAIN_A | SYNACK_A | RESET_A | FIN_A | DATA_A | SPOKE_A | ACKED_A | SINGLE_RUN_A | SOON_A | EARLY_RESET_A;
  let next = ((state & pairs) << 1) | ((state >> 1) & pairs) | (state & (SYN_SEEN | SYN_HAS_DATA));
  const end = state & END_MASK;
  next |= end === END_RESET_A ? END_RESET_B : end === END_RESET_B ? END_RESET_A : end;
  if ((state & (EARLY_RESET_A | EARLY_RESET_B)) !== 0 && (state & EARLY_RESET_B_FIRST) === 0) {
    next |= (state & EARLY_RESET_A) !== 0 ? EARLY_RESET_B_FIRST : 0;
  }
  return next;
}

/** Joins the sticky bits and finds what ended the connection first. */
function joinEnds(left: number, right: number): number {
  let state = left | (right & (SYN_SEEN | SYN_HAS_DATA));
  for (const bit of KEPT_BITS) state |= right & (bit | (bit << 1));
  if ((left & END_MASK) !== 0) return state;
  // An early reset of the right part ends the connection where its sender spoke in the left part; else it stays early.
  const first = (right & EARLY_RESET_B_FIRST) !== 0 ? 1 : 0;
  for (const side of [first, 1 - first]) {
    if ((right & (EARLY_RESET_A << side)) === 0) continue;
    if ((left & (SPOKE_A << side)) !== 0) return state | (side === 0 ? END_RESET_A : END_RESET_B);
    if ((state & (EARLY_RESET_A | EARLY_RESET_B)) === 0 && side === 1) state |= EARLY_RESET_B_FIRST;
    state |= EARLY_RESET_A << side;
  }
  return state | (right & END_MASK);
}

/** Attempts of both parts; the first of the right one may be the copy of the last of the left one. */
function joinAttempts(
  records: Int32Array,
  at: number,
  hadAnswer: boolean,
  from: Int32Array,
  right: number,
  flipped: number,
  frames: number,
  isRepeated: boolean,
): void {
  const rightAttempts = from[right + COUNTS] >>> 16;
  if (rightAttempts === 0) return;
  // Datagrams count until the other side speaks: it did in the left part, or begins the right one.
  const isDatagram = (records[at + KIND] & PROTOCOL_MASK) === PROTOCOL_UDP;
  if (isDatagram && (flipped === 1 || hadAnswer)) return;
  const leftAttempts = records[at + COUNTS] >>> 16;
  if (leftAttempts === 0) {
    records[at + FIRST_ATTEMPT_SECONDS] = from[right + FIRST_ATTEMPT_SECONDS];
    records[at + FIRST_ATTEMPT_NANOSECONDS] = from[right + FIRST_ATTEMPT_NANOSECONDS];
    records[at + ATTEMPT_IDS] = from[right + ATTEMPT_IDS];
    records[at + COUNTS] |= rightAttempts << 16;
    records[at + LAST_ATTEMPT_FRAME] = from[right + LAST_ATTEMPT_FRAME] + frames;
  } else {
    const since = nanosecondsBetween(
      records[at + LAST_ATTEMPT_SECONDS],
      records[at + LAST_ATTEMPT_NANOSECONDS],
      from[right + FIRST_ATTEMPT_SECONDS],
      from[right + FIRST_ATTEMPT_NANOSECONDS],
    );
    const copies = isCopyOfAttempt(since, records[at + ATTEMPT_IDS] & 0xffff, from[right + ATTEMPT_IDS] >>> 16) ? 1 : 0;
    const sum = isRepeated ? Math.max(leftAttempts, rightAttempts) : leftAttempts + rightAttempts - copies;
    const attempts = Math.min(MAX_ATTEMPTS, sum);
    records[at + COUNTS] = (attempts << 16) | (records[at + COUNTS] & 0xffff);
    records[at + ATTEMPT_IDS] = (records[at + ATTEMPT_IDS] & 0xffff0000) | (from[right + ATTEMPT_IDS] & 0xffff);
    if (rightAttempts > (isRepeated ? leftAttempts : copies))
      records[at + LAST_ATTEMPT_FRAME] = from[right + LAST_ATTEMPT_FRAME] + frames;
  }
  records[at + LAST_ATTEMPT_SECONDS] = from[right + LAST_ATTEMPT_SECONDS];
  records[at + LAST_ATTEMPT_NANOSECONDS] = from[right + LAST_ATTEMPT_NANOSECONDS];
}

/** Runs of the same data segment, side by side; returns the SINGLE_RUN bits of the joined record. */
function joinRuns(
  records: Int32Array,
  at: number,
  leftState: number,
  from: Int32Array,
  right: number,
  rightState: number,
  flipped: number,
  isRepeated: boolean,
): number {
  let bits = 0;
  for (let side = 0; side < 2; side++) {
    const shift = side << 3;
    const single = SINGLE_RUN_A << side;
    if ((rightState & (DATA_A << side)) === 0) {
      bits |= leftState & (single | (SOON_A << side));
      continue;
    }
    const rightSide = side ^ flipped;
    const rightRepeats = (from[right + COUNTS] >>> (rightSide << 3)) & MAX_REPEATS;
    const sequence = from[right + RUN_SEQUENCE_A + rightSide];
    let repeats = rightRepeats;
    // The first packet of the right part had none before it: how soon it came shows only here.
    const isFirst = rightSide === 0 && (from[right + STATE] & FIRST_HAS_DATA) !== 0;
    const soon = isFirst
      ? sinceLast(records, at, from, right) < REPEAT_WINDOW_NANOSECONDS
      : (rightState & (SOON_A << side)) !== 0;
    bits |= leftState & (SOON_A << side);
    if ((leftState & (DATA_A << side)) === 0) bits |= (rightState & single) | (soon ? SOON_A << side : 0);
    else if ((rightState & single) !== 0 && sequence === records[at + RUN_SEQUENCE_A + side]) {
      const leftRepeats = (records[at + COUNTS] >>> shift) & MAX_REPEATS;
      // The right part did not count its first segment: it had nothing to compare with.
      const sum = isRepeated ? Math.max(leftRepeats, rightRepeats) : leftRepeats + rightRepeats + (soon ? 0 : 1);
      repeats = Math.min(MAX_REPEATS, sum);
      bits |= leftState & single;
    }
    records[at + RUN_SEQUENCE_A + side] = sequence;
    records[at + COUNTS] = (records[at + COUNTS] & ~(MAX_REPEATS << shift)) | (repeats << shift);
  }
  return bits;
}

function sinceLast(records: Int32Array, at: number, from: Int32Array, right: number): number {
  return nanosecondsBetween(
    records[at + LAST_SECONDS],
    records[at + LAST_NANOSECONDS],
    from[right + FIRST_SECONDS],
    from[right + FIRST_NANOSECONDS],
  );
}
