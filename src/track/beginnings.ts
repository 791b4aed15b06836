import type { Outcome } from '../assess/types.ts';
import { FATE_OUTCOMES } from './fate-table.ts';

/** Spans of time that are told apart. */
const SPANS = 4096;
/** Counters of a span: one for each outcome, then attempts. */
const WIDTH = FATE_OUTCOMES.length + 1;
const ATTEMPTS = FATE_OUTCOMES.length;

/** What `Beginnings` holds, as plain data. */
export interface BeginningCounts {
  /** Whole seconds at which the first span begins, and of which a span has so many: a power of two. */
  start: number;
  seconds: number;
  counts: Float64Array;
}

/** When connections began and what became of them, in at most 4,096 spans of time: as the time grows, the spans do. */
export class Beginnings {
  #start = -1;
  #seconds = 1;
  readonly #counts = new Float64Array(SPANS * WIDTH);

  /** Counts connections that began within one second, numbered since 1970. */
  add(second: number, outcome: Outcome, connections: number, attempts: number): void {
    if (this.#start < 0) this.#start = second;
    // What comes before the first one seen counts there.
    while (second - this.#start >= SPANS * this.#seconds) this.#halve();
    const at = Math.max(0, Math.floor((second - this.#start) / this.#seconds)) * WIDTH;
    this.#counts[at + FATE_OUTCOMES.indexOf(outcome)] += connections;
    this.#counts[at + ATTEMPTS] += attempts;
  }

  /** Adds what another one counted. */
  append(other: BeginningCounts): void {
    eachBeginning(other, (second, outcome, connections, attempts) => this.add(second, outcome, connections, attempts));
  }

  state(): BeginningCounts {
    return { start: this.#start, seconds: this.#seconds, counts: this.#counts };
  }

  /** Twice the time in as many spans. */
  #halve(): void {
    const counts = this.#counts;
    for (let i = 0; i < SPANS; i++) {
      for (let j = 0; j < WIDTH; j++) {
        const value = counts[i * WIDTH + j];
        counts[i * WIDTH + j] = 0;
        counts[(i >> 1) * WIDTH + j] += value;
      }
    }
    this.#seconds *= 2;
  }
}

/** Hands over each count that is not 0; attempts come with the first outcome of their span. */
export function eachBeginning(
  { start, seconds, counts }: BeginningCounts,
  see: (second: number, outcome: Outcome, connections: number, attempts: number) => void,
): void {
  for (let i = 0; i < SPANS; i++) {
    let attempts = counts[i * WIDTH + ATTEMPTS];
    for (const [j, outcome] of FATE_OUTCOMES.entries()) {
      const connections = counts[i * WIDTH + j];
      if (connections === 0) continue;
      see(start + i * seconds, outcome, connections, attempts);
      attempts = 0;
    }
  }
}
