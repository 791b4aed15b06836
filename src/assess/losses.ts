/** Some time in which a capture lost packets. */
export interface LossWindow {
  /** Whole seconds since 1970-01-01 UTC; both belong to the window. */
  fromSeconds: number;
  toSeconds: number;
}

/**
 * When packets were lost: silence proves nothing there, and everything else where nothing was lost. A capture file says how many packets
 * its system lost, seldom when; a live capture knows the seconds.
 */
export class Losses {
  /** Packets lost. */
  readonly packets: number;
  /** False where nothing was lost, but nobody knows when some frames came. */
  readonly areLosses: boolean;
  /** In the order of time, apart from each other; null where nobody knows when. */
  readonly #windows: readonly LossWindow[] | null;

  private constructor(packets: number, windows: readonly LossWindow[] | null, areLosses = true) {
    this.packets = packets;
    this.#windows = windows;
    this.areLosses = areLosses;
  }

  /** Lost some time or other: any silence may be due to it. */
  static anytime(packets: number): Losses {
    return new Losses(packets, packets > 0 ? null : []);
  }

  /** Nobody knows how many were lost, nor when: the capture is damaged. */
  static unknown(): Losses {
    return new Losses(0, null);
  }

  /** Frames without a time: how long an answer to them was waited for is not known. */
  static untimed(): Losses {
    return new Losses(0, null, false);
  }

  /** Lost in these windows and at no other time. @param windows in any order; they may overlap */
  static during(packets: number, windows: readonly LossWindow[]): Losses {
    const joined: LossWindow[] = [];
    for (const { fromSeconds, toSeconds } of [...windows].sort((a, b) => a.fromSeconds - b.fromSeconds)) {
      const last = joined[joined.length - 1];
      if (last !== undefined && fromSeconds <= last.toSeconds + 1) last.toSeconds = Math.max(last.toSeconds, toSeconds);
      else joined.push({ fromSeconds, toSeconds });
    }
    return new Losses(packets, joined);
  }

  /** True where something may have been lost in this time. Both ends belong to it. */
  between(fromSeconds: number, toSeconds: number): boolean {
    if (this.#windows === null) return true;
    let low = 0;
    let high = this.#windows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#windows[middle].toSeconds < fromSeconds) low = middle + 1;
      else high = middle;
    }
    return low < this.#windows.length && this.#windows[low].fromSeconds <= toSeconds;
  }
}
