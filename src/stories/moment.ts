/** When something was seen, and in which frame (numbered over the whole series). */
export interface Moment {
  /** Since 1970-01-01 UTC. */
  seconds: number;
  nanoseconds: number;
  frame: number;
}

/** Seconds from one moment to another; exact to about a microsecond. */
export function secondsFrom(
  from: Pick<Moment, 'seconds' | 'nanoseconds'>,
  to: Pick<Moment, 'seconds' | 'nanoseconds'>,
): number {
  return to.seconds - from.seconds + (to.nanoseconds - from.nanoseconds) / 1e9;
}

/** Order of time; frames that share a time stamp keep their order. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds || a.frame - b.frame;
}

export function earlier(a: Moment, b: Moment): Moment {
  return compareMoments(a, b) <= 0 ? a : b;
}

export function later(a: Moment, b: Moment): Moment {
  return compareMoments(a, b) <= 0 ? b : a;
}
