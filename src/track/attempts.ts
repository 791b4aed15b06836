import {
  ATTEMPT_IDS,
  COPY_WINDOW_NANOSECONDS,
  COUNTS,
  FIRST_ATTEMPT_NANOSECONDS,
  FIRST_ATTEMPT_SECONDS,
  LAST_ATTEMPT_FRAME,
  LAST_ATTEMPT_NANOSECONDS,
  LAST_ATTEMPT_SECONDS,
  LATE_COPY_NANOSECONDS,
  MAX_ATTEMPTS,
  nanosecondsBetween,
} from './record.ts';

/**
 * Counts one attempt (a SYN of the client, a datagram of side A). A copy of the attempt before it, as a mirror port or the "any"
 * interface makes it, has the same IP identification and follows at once: it is remembered as the latest, but not counted.
 */
export function countAttempt(
  records: Int32Array,
  at: number,
  id: number,
  seconds: number,
  nanoseconds: number,
  frame: number,
): void {
  const attempts = records[at + COUNTS] >>> 16;
  if (attempts === 0) {
    records[at + COUNTS] |= 1 << 16;
    records[at + FIRST_ATTEMPT_SECONDS] = seconds;
    records[at + FIRST_ATTEMPT_NANOSECONDS] = nanoseconds;
    records[at + ATTEMPT_IDS] = (id << 16) | (id & 0xffff);
    records[at + LAST_ATTEMPT_FRAME] = frame;
  } else {
    const since = nanosecondsBetween(
      records[at + LAST_ATTEMPT_SECONDS],
      records[at + LAST_ATTEMPT_NANOSECONDS],
      seconds,
      nanoseconds,
    );
    if (!isCopyOfAttempt(since, records[at + ATTEMPT_IDS] & 0xffff, id & 0xffff)) {
      if (attempts < MAX_ATTEMPTS) records[at + COUNTS] += 1 << 16;
      records[at + LAST_ATTEMPT_FRAME] = frame;
    }
    records[at + ATTEMPT_IDS] = (records[at + ATTEMPT_IDS] & 0xffff0000) | (id & 0xffff);
  }
  records[at + LAST_ATTEMPT_SECONDS] = seconds;
  records[at + LAST_ATTEMPT_NANOSECONDS] = nanoseconds;
}

/** True where a packet is a copy of the one before it, `since` nanoseconds earlier, with the same content. */
export function isCopy(since: number, earlierId: number, id: number): boolean {
  return earlierId === id && since < COPY_WINDOW_NANOSECONDS && since > -COPY_WINDOW_NANOSECONDS;
}

/**
 * The same of attempts, which nobody repeats within LATE_COPY_NANOSECONDS: a mirror may be as late. Windows and Linux give a repeated packet another
 * identification, where they fill one in; RFC 1122 section 3.2.1.5 allows the same, so that what comes later is an attempt.
 */
export function isCopyOfAttempt(since: number, earlierId: number, id: number): boolean {
  if (id === 0) return isCopy(since, earlierId, id);
  return earlierId === id && since < LATE_COPY_NANOSECONDS && since > -LATE_COPY_NANOSECONDS;
}
