import type { CaptureEnd } from './outcome.ts';
import { type Span, type StretchRows, spanAt, spansOf } from './stretches.ts';

/**
 * Where one capture of a series ends, another one that begins so soon afterwards goes on from it, as files of a ring buffer do. It is as long as an
 * attempt waits for its answer (outcome.ts): after a longer pause nobody knows what came in between.
 */
const MOST_GAP_SECONDS = 3;
/** The first frames of the next capture may be a little older than the last ones of this. */
const OVERLAP_SECONDS = 1;

/** True where a capture that begins at `start` goes on from one that ends at `end`. Seconds since 1970. */
export function goesOn(end: number, start: number): boolean {
  return start >= end - OVERLAP_SECONDS && start <= end + MOST_GAP_SECONDS;
}

/** One capture of a series: where its frames begin, and the times in which they came. */
export interface CaptureTimes {
  framesBefore: number;
  stretches: StretchRows;
  /** Latest time stamp. */
  lastSeconds: number;
  lastNanoseconds: number;
}

/**
 * How far each capture of a series went. Two of them may be of two places, and one may end long before the other: what the other one goes on to
 * show says nothing of an answer that came to the place of the first.
 */
export class CaptureSpans {
  /** Of each capture: its first frame is one behind this. */
  readonly #framesBefore: number[];
  readonly #spans: Span[][];

  /** @param captures in the order of their frames */
  constructor(captures: readonly CaptureTimes[]) {
    this.#framesBefore = captures.map(({ framesBefore }) => framesBefore);
    const own = captures.map(({ stretches, lastSeconds, lastNanoseconds }) =>
      spansOf(stretches, { seconds: lastSeconds, nanoseconds: lastNanoseconds }),
    );
    const chained = chain(own.flat());
    this.#spans = own.map((spans) => united(spans.map((span) => chained.get(span)!)));
  }

  /** The time in which the capture of a frame went on, about that second. @param frame numbered over the series */
  at(frame: number, seconds: number): CaptureEnd {
    let low = 0;
    let high = this.#framesBefore.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#framesBefore[middle] < frame) low = middle;
      else high = middle - 1;
    }
    return spanAt(this.#spans[low], seconds);
  }
}

/** Each span with the time of those that go on from it, and of those that it goes on from. */
function chain(spans: readonly Span[]): Map<Span, Span> {
  const byStart = [...spans].sort((a, b) => a.startSeconds - b.startSeconds);
  const starts = byStart.map(({ startSeconds }) => startSeconds);
  const chained = new Map(spans.map((span) => [span, { ...span }]));
  // Who ends later has its own end by the time that it is asked for it.
  for (const span of [...spans].sort((a, b) => b.seconds - a.seconds)) {
    const whole = chained.get(span)!;
    const from = firstAtLeast(starts, span.seconds - OVERLAP_SECONDS);
    for (let i = from; i < byStart.length && goesOn(span.seconds, starts[i]); i++) {
      const next = chained.get(byStart[i])!;
      if (byStart[i].seconds <= span.seconds || !isLater(next, whole)) continue;
      whole.seconds = next.seconds;
      whole.nanoseconds = next.nanoseconds;
    }
  }
  for (const span of [...spans].sort((a, b) => a.seconds - b.seconds)) {
    const { startSeconds } = chained.get(span)!;
    const from = firstAtLeast(starts, span.seconds - OVERLAP_SECONDS);
    for (let i = from; i < byStart.length && goesOn(span.seconds, starts[i]); i++) {
      const next = chained.get(byStart[i])!;
      if (byStart[i].seconds > span.seconds) next.startSeconds = Math.min(next.startSeconds, startSeconds);
    }
  }
  return chained;
}

/** Spans in order, those that overlap as one. */
function united(spans: readonly Span[]): Span[] {
  const ordered: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.startSeconds - b.startSeconds)) {
    const open = ordered.at(-1);
    if (open === undefined || span.startSeconds > open.seconds) ordered.push({ ...span });
    else if (isLater(span, open)) {
      open.seconds = span.seconds;
      open.nanoseconds = span.nanoseconds;
    }
  }
  return ordered;
}

function isLater(a: Span, b: Span): boolean {
  return a.seconds > b.seconds || (a.seconds === b.seconds && a.nanoseconds > b.nanoseconds);
}

/** Index of the first value of an ordered list that is not less than `least`. */
function firstAtLeast(ordered: readonly number[], least: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ordered[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
