import { ConnectionTable } from '../track/connection-table.ts';
import { type MergedPart, PartMerger } from '../track/merge.ts';
import { Observation } from '../track/observation.ts';
import type { Part } from '../track/part.ts';
import { oneStretch } from '../track/stretches.ts';
import { forgetOld } from './forgetting.ts';

/** A moment of the run. */
export interface LiveMoment {
  seconds: number;
  nanoseconds: number;
}

/** Parts between two looks at what may be forgotten. */
const PARTS_BETWEEN = 30;

/**
 * All that a run has seen so far: a part is joined to it every second, and it can be observed at any time without being used up.
 */
export class RetainedState {
  readonly #seed: number;
  readonly #limit: number;
  readonly #fateLimit: number;
  #merger: PartMerger;
  #parts = 0;
  /** Boots and transfers before this moment, in seconds since 1970, are forgotten; null where none are. */
  bootsBefore: number | null = null;

  /**
   * @param seed that of the parts
   * @param limit most connections that are followed at a time: of more, those that are over are summed up
   * @param fateLimit most rows of such sums
   */
  constructor(seed: number, limit: number, fateLimit: number) {
    this.#seed = seed;
    this.#limit = limit;
    this.#fateLimit = fateLimit;
    this.#merger = new PartMerger(seed, limit, fateLimit);
  }

  get frames(): number {
    return this.#merger.frames;
  }

  append(part: Part): void {
    this.#merger.append(part);
    if (++this.#parts % PARTS_BETWEEN === 0) this.forget();
  }

  /** Lets the oldest messages go where the limits of what is kept come near. */
  forget(): void {
    const forgotten = forgetOld(this.#merger.finish());
    if (forgotten === null) return;
    this.#merger = new PartMerger(this.#seed, this.#limit, this.#fateLimit);
    this.#merger.append(forgotten.part);
    this.bootsBefore = forgotten.bootsBefore ?? this.bootsBefore;
  }

  /**
   * What the run shows up to now, over a copy of the tables: observing joins records, and the run goes on.
   * @param until up to when everything was captured; null where only packets tell the time
   */
  observe(until: LiveMoment | null): Observation {
    const whole = this.#merger.finish();
    const copy: MergedPart = {
      ...whole,
      records: whole.records.slice(),
      slots: whole.slots.slice(),
      table: whole.table,
    };
    copy.table = new ConnectionTable(whole.seed, 0, this.#limit);
    copy.table.adopt(copy);
    const isLater =
      until !== null &&
      (until.seconds > whole.lastSeconds ||
        (until.seconds === whole.lastSeconds && until.nanoseconds > whole.lastNanoseconds));
    if (isLater && whole.frames > 0) {
      // A run knows that it went on, however long the network was silent.
      copy.stretches = oneStretch(whole.firstSeconds, until.seconds);
      copy.lastSeconds = until.seconds;
      copy.lastNanoseconds = until.nanoseconds;
    }
    return new Observation(copy);
  }
}
