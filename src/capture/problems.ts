import { type CaptureProblem, MAX_RECORD } from './types.ts';

/** Problems kept with their sentence, and the first of each kind; more are only counted, so that a file of garbage cannot fill the memory. */
const KEPT = 100;

/** Why a frame got the time of the one before it. */
export const TIME_OUT_OF_RANGE =
  'a time stamp lies outside the years 1970 to 2106; the time of the frame before was taken';

/** @param what `block` or `record` @param claimed bytes that it says it has */
export function tooLong(what: string, claimed: number): string {
  return `a ${what} claims ${claimed} bytes, more than the limit of ${MAX_RECORD / 2 ** 20} MiB`;
}

/** Of several lists, one after the other, what one log would have kept. */
export function keptOf(problems: readonly CaptureProblem[]): CaptureProblem[] {
  const kinds = new Set<string>();
  return problems.filter((problem, index) => {
    const isFirst = !kinds.has(kindOf(problem.code, problem.skippedBytes));
    kinds.add(kindOf(problem.code, problem.skippedBytes));
    return index < KEPT || isFirst;
  });
}

function kindOf(code: string, skippedBytes: number): string {
  return skippedBytes > 0 ? `${code} with bytes skipped` : code;
}

/** Collects what went wrong in one capture, in the order of the file. */
export class ProblemLog {
  readonly kept: CaptureProblem[] = [];
  count = 0;
  /** Kinds met: what follows from them (frames may be lost) must not depend on what else is wrong. */
  readonly #kinds = new Set<string>();

  /** A problem of the whole file. @param sentence about it */
  addWhole(code: string, sentence: string): void {
    this.count++;
    if (this.kept.length < KEPT) this.kept.push({ code, offset: 0, skippedBytes: 0, message: sentence });
  }

  /**
   * @param offset byte offset in the (decompressed) file
   * @param skippedBytes bytes passed over because of it
   * @param what a clause without subject of place, such as `the record is cut short`; the sentence is made from it only where it is kept
   */
  add(code: string, offset: number, skippedBytes: number, what: string): void {
    this.count++;
    const kind = kindOf(code, skippedBytes);
    const isFirst = !this.#kinds.has(kind);
    if (this.kept.length >= KEPT && !isFirst) return;
    if (isFirst) this.#kinds.add(kind);
    const passed =
      skippedBytes > 0 ? `; ${skippedBytes} ${skippedBytes === 1 ? 'byte was' : 'bytes were'} skipped` : '';
    this.kept.push({ code, offset, skippedBytes, message: `At byte ${offset} ${what}${passed}.` });
  }
}
