import { Losses, type LossWindow } from '../assess/losses.ts';
import type { LossEvent } from './messages.ts';

/** Packets lost so far, by whom. */
export interface LossTotals {
  kernel: number;
  interface: number;
  ours: number;
}

/** A time in which something was lost, for the report. */
export interface LossSpan extends LossWindow, LossTotals {
  label: string;
  blind: LossEvent['blind'];
}

/** Spans that are kept apart; beyond them the closest become one, so that the oldest are told less exactly. */
const MOST_SPANS = 4096;

/** What was lost in a run, and when. */
export class LossLog {
  readonly totals: LossTotals = { kernel: 0, interface: 0, ours: 0 };
  readonly #spans: LossSpan[] = [];

  /** True where nothing was lost. */
  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  /** In the order in which they were told. */
  get spans(): readonly LossSpan[] {
    return this.#spans;
  }

  add({ from, until, label, kernel, interface: dropped, ours, blind }: LossEvent): void {
    this.totals.kernel += kernel;
    this.totals.interface += dropped;
    this.totals.ours += ours;
    const fromSeconds = Math.floor(from / 1000);
    const toSeconds = Math.floor(until / 1000);
    const last = this.#spans.findLast((span) => span.label === label && span.blind === blind);
    if (last !== undefined && fromSeconds <= last.toSeconds + 1 && toSeconds >= last.fromSeconds) {
      last.fromSeconds = Math.min(last.fromSeconds, fromSeconds);
      last.toSeconds = Math.max(last.toSeconds, toSeconds);
      last.kernel += kernel;
      last.interface += dropped;
      last.ours += ours;
      return;
    }
    this.#spans.push({ label, blind, fromSeconds, toSeconds, kernel, interface: dropped, ours });
    if (this.#spans.length > MOST_SPANS) this.#joinClosest();
  }

  /** @param more packets lost at a time that nobody knows, as files say */
  losses(more: number): Losses {
    const { kernel, interface: dropped, ours } = this.totals;
    if (more > 0) return Losses.anytime(kernel + dropped + ours + more);
    return Losses.during(kernel + dropped + ours, this.#spans);
  }

  #joinClosest(): void {
    let closest = 1;
    for (let i = 2; i < this.#spans.length; i++) if (this.#gap(i) < this.#gap(closest)) closest = i;
    const [gone] = this.#spans.splice(closest, 1);
    const left = this.#spans[closest - 1];
    left.fromSeconds = Math.min(left.fromSeconds, gone.fromSeconds);
    left.toSeconds = Math.max(left.toSeconds, gone.toSeconds);
    left.kernel += gone.kernel;
    left.interface += gone.interface;
    left.ours += gone.ours;
  }

  #gap(i: number): number {
    return Math.abs(this.#spans[i].fromSeconds - this.#spans[i - 1].toSeconds);
  }
}
