import { ConnectionTable } from '../track/connection-table.ts';
import { type MergedPart, PartMerger } from '../track/merge.ts';
import { Observation } from '../track/observation.ts';
import type { Part } from '../track/part.ts';

/** A moment of the run. */
export interface LiveMoment {
  seconds: number;
  nanoseconds: number;
}

/**
 * All that a run has seen so far: a part is joined to it every second, and it can be observed at any time without being used up.
 */
export class RetainedState {
  readonly #limit: number;
  readonly #merger: PartMerger;

  /** @param seed that of the parts @param limit most connections that are followed */
  constructor(seed: number, limit: number) {
    this.#limit = limit;
    this.#merger = new PartMerger(seed, limit);
  }

  get frames(): number {
    return this.#merger.frames;
  }

  append(part: Part): void {
    this.#merger.append(part);
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
      copy.lastSeconds = until.seconds;
      copy.lastNanoseconds = until.nanoseconds;
    }
    return new Observation(copy);
  }
}
