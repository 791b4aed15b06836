/**
 * The pace of a run (tftp-run.ts): nearly all packets of a transfer are the one expected next, a fixed step after the one before, of the same
 * length. Those are counted here, in eight integers each for DATA and ACK, one cache line for both, and written into the run when something
 * else comes or when the part ends: the run then holds what `countBlock` would have made of each of them.
 */
import {
  RUN_ADVANCE,
  RUN_AFTER_TOP,
  RUN_COUNT,
  RUN_IDS,
  RUN_LAST_BLOCK,
  RUN_LAST_FRAME,
  RUN_LAST_LENGTH,
  RUN_LAST_NANOSECONDS,
  RUN_LAST_SECONDS,
  RUN_TOP,
  RUN_TOP_FRAME,
  RUN_TOP_LENGTH,
  RUN_TOP_NANOSECONDS,
  RUN_TOP_SECONDS,
} from './tftp-run.ts';

/** Block number + 1 of the packet that would be in step, 0 where none would, and its length. */
const PACE_NEXT = 0;
const PACE_LENGTH = 1;
/** From one block number to the next: 1, or the window for acknowledgments (RFC 7440). */
const PACE_STEP = 2;
/** Packets in step since the run was last written; the rest means nothing where it is 0. */
const PACE_COUNT = 3;
const PACE_ID = 4;
const PACE_SECONDS = 5;
const PACE_NANOSECONDS = 6;
const PACE_FRAME = 7;
export const PACE_INTS = 8;

/** Counts a packet that is in step. @returns false where it is not, and nothing was done */
export function keepPace(
  paces: Int32Array,
  at: number,
  block: number,
  length: number,
  id: number,
  seconds: number,
  nanoseconds: number,
  frame: number,
): boolean {
  if (paces[at + PACE_NEXT] !== block + 1 || paces[at + PACE_LENGTH] !== length) return false;
  paces[at + PACE_NEXT] = ((block + paces[at + PACE_STEP]) & 0xffff) + 1;
  paces[at + PACE_COUNT]++;
  paces[at + PACE_ID] = id;
  paces[at + PACE_SECONDS] = seconds;
  paces[at + PACE_NANOSECONDS] = nanoseconds;
  paces[at + PACE_FRAME] = frame;
  return true;
}

/** Writes what was counted into the run, and stops the pace. @returns the packets that it was ahead */
export function settlePace(paces: Int32Array, at: number, runs: Int32Array, run: number): number {
  const count = paces[at + PACE_COUNT];
  if (count > 0) {
    const step = paces[at + PACE_STEP];
    runs[run + RUN_COUNT] += count;
    runs[run + RUN_ADVANCE] += count * step;
    runs[run + RUN_TOP] = runs[run + RUN_ADVANCE];
    runs[run + RUN_AFTER_TOP] = 0;
    runs[run + RUN_LAST_BLOCK] = (paces[at + PACE_NEXT] - 1 - step) & 0xffff;
    runs[run + RUN_TOP_LENGTH] = runs[run + RUN_LAST_LENGTH] = paces[at + PACE_LENGTH];
    runs[run + RUN_TOP_SECONDS] = runs[run + RUN_LAST_SECONDS] = paces[at + PACE_SECONDS];
    runs[run + RUN_TOP_NANOSECONDS] = runs[run + RUN_LAST_NANOSECONDS] = paces[at + PACE_NANOSECONDS];
    runs[run + RUN_TOP_FRAME] = runs[run + RUN_LAST_FRAME] = paces[at + PACE_FRAME];
    runs[run + RUN_IDS] = (runs[run + RUN_IDS] & 0xffff0000) | (paces[at + PACE_ID] & 0xffff);
    paces[at + PACE_COUNT] = 0;
  }
  paces[at + PACE_NEXT] = 0;
  return count;
}

/**
 * Sets the pace after the run counted a packet, whose step from the one before was `step`. Only where that packet is the highest
 * block so far: the next one in step brings a new one then. A repeat leaves the step of the packets before it.
 */
export function setPace(paces: Int32Array, at: number, runs: Int32Array, run: number, step: number): void {
  if (step > 0) paces[at + PACE_STEP] = step;
  else if (paces[at + PACE_STEP] === 0) paces[at + PACE_STEP] = 1;
  const isTop = runs[run + RUN_ADVANCE] === runs[run + RUN_TOP];
  paces[at + PACE_NEXT] = isTop ? ((runs[run + RUN_LAST_BLOCK] + paces[at + PACE_STEP]) & 0xffff) + 1 : 0;
  paces[at + PACE_LENGTH] = runs[run + RUN_LAST_LENGTH];
}
