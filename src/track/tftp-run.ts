/**
 * A run of numbered TFTP packets of one kind (DATA or ACK) from one side: what is kept of it, as RUN_INTS integers that say the same
 * whether one pass wrote them or two halves were joined. Blocks are numbered in 16 bits and roll over (RFC 2349 does not limit the size
 * of a file): steps from one packet to the next are signed 16-bit differences, and their sum goes on counting.
 *
 * A copy (the same block with the same IP identification within COPY_WINDOW, as a mirror port or the "any" interface makes it) leaves
 * its time behind and counts for nothing else.
 */
import { isCopy } from './attempts.ts';
import { nanosecondsBetween } from './record.ts';

/** Packets, copies not counted. 0: the rest means nothing. */
export const RUN_COUNT = 0;
/** Block numbers of the first and the latest packet, as on the wire. */
export const RUN_FIRST_BLOCK = 1;
export const RUN_LAST_BLOCK = 2;
/** Sum of all steps, and the highest that the sum has been: the top block is RUN_FIRST_BLOCK + RUN_TOP. */
export const RUN_ADVANCE = 3;
export const RUN_TOP = 4;
/** Bytes of content of the first packet of the top block, and the packets since that one. */
export const RUN_TOP_LENGTH = 5;
export const RUN_AFTER_TOP = 6;
/** Packets that went over blocks again: 1 for the same block, 1 + n for n blocks back. */
export const RUN_REPEATS = 7;
/** Most bytes of content in one packet. */
export const RUN_LONGEST = 8;
export const RUN_FIRST_SECONDS = 9;
export const RUN_FIRST_NANOSECONDS = 10;
export const RUN_TOP_SECONDS = 11;
export const RUN_TOP_NANOSECONDS = 12;
/** Of the latest packet, copy or not. */
export const RUN_LAST_SECONDS = 13;
export const RUN_LAST_NANOSECONDS = 14;
/** IP identification of the first packet (upper 16 bits) and of the latest. */
export const RUN_IDS = 15;
export const RUN_FIRST_FRAME = 16;
export const RUN_TOP_FRAME = 17;
export const RUN_LAST_FRAME = 18;
/** Packets that came in IP fragments, copies too. */
export const RUN_FRAGMENTED = 19;
/** Bytes of content of the first and of the latest packet. */
export const RUN_FIRST_LENGTH = 20;
export const RUN_LAST_LENGTH = 21;
export const RUN_INTS = 22;

/** Where sums stop, so that a forged capture cannot make them turn over. */
const MOST = 0x3fffffff;

/** The step from one block number to another, -32768 … 32767. */
export function blockStep(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/**
 * Counts a packet into the run at `at`.
 * @param length bytes of content, by the UDP header
 * @param fragmented 1 where it came in IP fragments
 * @param id IP identification
 */
export function countBlock(
  runs: Int32Array,
  at: number,
  block: number,
  length: number,
  fragmented: number,
  id: number,
  seconds: number,
  nanoseconds: number,
  frame: number,
): void {
  if (fragmented !== 0) runs[at + RUN_FRAGMENTED]++;
  if (runs[at + RUN_COUNT] === 0) {
    runs[at + RUN_COUNT] = 1;
    runs[at + RUN_FIRST_BLOCK] = block;
    runs[at + RUN_TOP_LENGTH] = length;
    runs[at + RUN_FIRST_LENGTH] = length;
    runs[at + RUN_FIRST_SECONDS] = runs[at + RUN_TOP_SECONDS] = seconds;
    runs[at + RUN_FIRST_NANOSECONDS] = runs[at + RUN_TOP_NANOSECONDS] = nanoseconds;
    runs[at + RUN_FIRST_FRAME] = runs[at + RUN_TOP_FRAME] = frame;
    runs[at + RUN_IDS] = id << 16;
  } else if (runs[at + RUN_LAST_BLOCK] !== block || !isCopyOf(runs, at, block, id, seconds, nanoseconds)) {
    const step = blockStep(runs[at + RUN_LAST_BLOCK], block);
    const advance = runs[at + RUN_ADVANCE] + step;
    runs[at + RUN_COUNT]++;
    runs[at + RUN_ADVANCE] = advance;
    if (step <= 0) runs[at + RUN_REPEATS] = Math.min(MOST, runs[at + RUN_REPEATS] + 1 - step);
    if (advance > runs[at + RUN_TOP]) {
      runs[at + RUN_TOP] = advance;
      runs[at + RUN_TOP_LENGTH] = length;
      runs[at + RUN_AFTER_TOP] = 0;
      runs[at + RUN_TOP_SECONDS] = seconds;
      runs[at + RUN_TOP_NANOSECONDS] = nanoseconds;
      runs[at + RUN_TOP_FRAME] = frame;
    } else runs[at + RUN_AFTER_TOP]++;
  }
  if (length > runs[at + RUN_LONGEST]) runs[at + RUN_LONGEST] = length;
  runs[at + RUN_LAST_BLOCK] = block;
  runs[at + RUN_LAST_LENGTH] = length;
  runs[at + RUN_IDS] = (runs[at + RUN_IDS] & 0xffff0000) | (id & 0xffff);
  runs[at + RUN_LAST_SECONDS] = seconds;
  runs[at + RUN_LAST_NANOSECONDS] = nanoseconds;
  runs[at + RUN_LAST_FRAME] = frame;
}

/** Joins the run that follows, at `from` of `right`, onto the one at `at`: what `countBlock` would have made of both. */
export function joinRuns(runs: Int32Array, at: number, right: Int32Array, from: number): void {
  if (right[from + RUN_COUNT] === 0) return;
  if (runs[at + RUN_COUNT] === 0) {
    for (let i = 0; i < RUN_INTS; i++) runs[at + i] = right[from + i];
    return;
  }
  const block = right[from + RUN_FIRST_BLOCK];
  const copy = isCopyOf(
    runs,
    at,
    block,
    right[from + RUN_IDS] >>> 16,
    right[from + RUN_FIRST_SECONDS],
    right[from + RUN_FIRST_NANOSECONDS],
  );
  const step = blockStep(runs[at + RUN_LAST_BLOCK], block);
  const before = runs[at + RUN_ADVANCE] + step;
  const packets = right[from + RUN_COUNT] - (copy ? 1 : 0);
  runs[at + RUN_COUNT] += packets;
  runs[at + RUN_FRAGMENTED] += right[from + RUN_FRAGMENTED];
  const repeats = right[from + RUN_REPEATS] + (!copy && step <= 0 ? 1 - step : 0);
  runs[at + RUN_REPEATS] = Math.min(MOST, runs[at + RUN_REPEATS] + repeats);
  runs[at + RUN_LONGEST] = Math.max(runs[at + RUN_LONGEST], right[from + RUN_LONGEST]);
  if (before + right[from + RUN_TOP] > runs[at + RUN_TOP]) {
    runs[at + RUN_TOP] = before + right[from + RUN_TOP];
    for (const field of TOP_FIELDS) runs[at + field] = right[from + field];
  } else runs[at + RUN_AFTER_TOP] += packets;
  runs[at + RUN_ADVANCE] = before + right[from + RUN_ADVANCE];
  runs[at + RUN_IDS] = (runs[at + RUN_IDS] & 0xffff0000) | (right[from + RUN_IDS] & 0xffff);
  for (const field of LAST_FIELDS) runs[at + field] = right[from + field];
}

const TOP_FIELDS = [RUN_TOP_LENGTH, RUN_AFTER_TOP, RUN_TOP_SECONDS, RUN_TOP_NANOSECONDS, RUN_TOP_FRAME];
const LAST_FIELDS = [RUN_LAST_BLOCK, RUN_LAST_LENGTH, RUN_LAST_SECONDS, RUN_LAST_NANOSECONDS, RUN_LAST_FRAME];

/** Fields that hold frame numbers. */
export const RUN_FRAME_FIELDS = [RUN_FIRST_FRAME, RUN_TOP_FRAME, RUN_LAST_FRAME];

function isCopyOf(
  runs: Int32Array,
  at: number,
  block: number,
  id: number,
  seconds: number,
  nanoseconds: number,
): boolean {
  if (runs[at + RUN_LAST_BLOCK] !== block) return false;
  const since = nanosecondsBetween(runs[at + RUN_LAST_SECONDS], runs[at + RUN_LAST_NANOSECONDS], seconds, nanoseconds);
  return isCopy(since, runs[at + RUN_IDS] & 0xffff, id & 0xffff);
}
