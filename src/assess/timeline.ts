/** When connections began, and what became of them. */
import type { ConnectionView } from '../track/connection-view.ts';
import { OUTCOME_NAMES, type Outcome, type Timeline, type TimelineBucket } from './types.ts';

interface Moment {
  seconds: number;
  nanoseconds: number;
}

/** Spans at most, so that a plot of them is neither coarse nor crowded. */
const MOST_BUCKETS = 120;

/** Widths that a reader can count with, in seconds; beyond them whole days. */
const WIDTHS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10_800, 21_600, 43_200, 86_400,
];
const DAY = 86_400;

/** Counts connections in equal spans of time. */
export class TimelineCounts {
  readonly #start: Moment;
  readonly #width: number;
  readonly #spans: number;
  readonly #outcomes: Float64Array;
  readonly #failedLater: Float64Array;
  readonly #attempts: Float64Array;

  /** @param start earliest time stamp of the capture @param end latest one */
  constructor(start: Moment, end: Moment) {
    const seconds = Math.max(0, since(start, end.seconds, end.nanoseconds));
    this.#width =
      WIDTHS.find((width) => seconds < width * MOST_BUCKETS) ?? Math.ceil((seconds + 1) / MOST_BUCKETS / DAY) * DAY;
    this.#start = start;
    this.#spans = Math.min(MOST_BUCKETS, Math.floor(seconds / this.#width) + 1);
    this.#outcomes = new Float64Array(this.#spans * OUTCOME_NAMES.length);
    this.#failedLater = new Float64Array(this.#outcomes.length);
    this.#attempts = new Float64Array(this.#spans);
  }

  /**
   * Allocates nothing: it is called for each connection.
   * @param failedLater true where it failed, whatever its outcome says of its beginning
   */
  count({ firstSeconds, firstNanoseconds, outcome, attempts }: ConnectionView, failedLater: boolean): void {
    const cell = this.#add(firstSeconds, firstNanoseconds, outcome, 1, attempts);
    if (failedLater) this.#failedLater[cell]++;
  }

  /** Counts connections that began at one moment. */
  add(firstSeconds: number, firstNanoseconds: number, outcome: Outcome, connections: number, attempts: number): void {
    this.#add(firstSeconds, firstNanoseconds, outcome, connections, attempts);
  }

  /** Returns the index of what was counted in `#outcomes`. */
  #add(seconds: number, nanoseconds: number, outcome: Outcome, connections: number, attempts: number): number {
    const at = Math.floor(since(this.#start, seconds, nanoseconds) / this.#width);
    const bucket = at < 0 ? 0 : at >= this.#spans ? this.#spans - 1 : at;
    const cell = bucket * OUTCOME_NAMES.length + OUTCOME_NAMES.indexOf(outcome);
    this.#outcomes[cell] += connections;
    this.#attempts[bucket] += attempts;
    return cell;
  }

  /** Null where nothing was counted. @param time text of a time stamp */
  report(time: (seconds: number, nanoseconds: number) => string): Timeline | null {
    const buckets: TimelineBucket[] = [];
    for (let index = 0; index < this.#spans; index++) {
      const outcomes = byOutcome(this.#outcomes, index);
      const later = byOutcome(this.#failedLater, index);
      if (Object.keys(outcomes).length === 0) continue;
      const failed = Object.keys(later).length === 0 ? {} : { failed_later: later };
      buckets.push({ index, outcomes, ...failed, attempts: this.#attempts[index] });
    }
    if (buckets.length === 0) return null;
    const { seconds, nanoseconds } = this.#start;
    return {
      first_ts: time(seconds, nanoseconds),
      bucket_seconds: this.#width,
      bucket_count: this.#spans,
      buckets,
    };
  }
}

function byOutcome(counts: Float64Array, span: number): Partial<Record<Outcome, number>> {
  const told: Partial<Record<Outcome, number>> = {};
  for (const [i, outcome] of OUTCOME_NAMES.entries()) {
    const connections = counts[span * OUTCOME_NAMES.length + i];
    if (connections > 0) told[outcome] = connections;
  }
  return told;
}

function since(start: Moment, seconds: number, nanoseconds: number): number {
  return seconds - start.seconds + (nanoseconds - start.nanoseconds) / 1e9;
}
