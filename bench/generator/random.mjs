/**
 * mulberry32: 32 bits of state, one multiplication chain a number. The same seed gives the same capture on every machine.
 */
export class Random {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed | 0;
  }

  /** @returns {number} an unsigned 32-bit integer */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /**
   * @param {number} limit
   * @returns {number} an integer from 0 to limit - 1
   */
  below(limit) {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  /**
   * @param {readonly [number, number]} range both ends included
   * @returns {number}
   */
  between([low, high]) {
    return low + this.below(high - low + 1);
  }
}
