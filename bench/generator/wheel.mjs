/** Microseconds a tick. */
export const TICK = 100;

/** @param {number} count */
export const ms = (count) => Math.max(1, Math.round((count * 1000) / TICK));

const BUCKETS = 1 << 18;

/** A timing wheel: which of many actors acts next, in order of time, at a constant cost. Reaches 26 seconds ahead. */
export class Wheel {
  /** @param {number} actors */
  constructor(actors) {
    this.heads = new Int32Array(BUCKETS).fill(-1);
    this.nexts = new Int32Array(actors);
    this.waiting = 0;
    this.tick = 0;
    this.spent = 0;
  }

  /**
   * @param {number} actor
   * @param {number} delay in ticks from now
   */
  schedule(actor, delay) {
    const bucket = (this.tick + Math.min(Math.max(delay, 1), BUCKETS - 1)) & (BUCKETS - 1);
    this.nexts[actor] = this.heads[bucket];
    this.heads[bucket] = actor;
    this.waiting++;
  }

  /** @returns {number} the actor whose turn it is; -1 when none waits */
  next() {
    if (this.waiting === 0) return -1;
    let actor = this.heads[this.tick & (BUCKETS - 1)];
    if (actor < 0) {
      do actor = this.heads[++this.tick & (BUCKETS - 1)];
      while (actor < 0);
      this.spent = 0;
    }
    this.heads[this.tick & (BUCKETS - 1)] = this.nexts[actor];
    this.waiting--;
    this.spent++;
    return actor;
  }

  /** Microseconds since the start; never goes back. */
  get now() {
    return this.tick * TICK + Math.min(this.spent, TICK - 1);
  }
}
