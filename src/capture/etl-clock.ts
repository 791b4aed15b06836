import * as etl from './etl-buffers.ts';

const TWO_32 = 2 ** 32;
const NANOSECONDS = 1e9;
/** FILETIME counts 100 ns from 1601-01-01. */
const UNITS_PER_SECOND = 1e7;
const SECONDS_TO_1970 = 11_644_473_600;
const LATEST_SECOND = TWO_32 - 1;

/** Clocks of TRACE_LOGFILE_HEADER.ReservedFlags: a counter, the system time itself, cycles of the processor. */
const CLOCK_SYSTEM_TIME = 2;
const CLOCK_CPU_CYCLES = 3;

/** Tells the time of events, from what the trace header event says of the clock. */
export class EtlClock {
  seconds = 0;
  nanoseconds = 0;
  /** Events and buffers that the session lost, as the header event says. */
  readonly lost: number;
  /** False where the header event does not say how fast the clock runs; all events get the time of the start then. */
  readonly usable: boolean;
  readonly #zeroHigh: number;
  readonly #zeroLow: number;
  readonly #perSecond: number;
  readonly #startSeconds: number;
  readonly #startNanoseconds: number;

  /** @param at offset of the trace header event; `end` of its buffer lies behind TIMES_LENGTH (see `clockAt`) */
  constructor(view: DataView, at: number) {
    const header = at + etl.LOG_FILE_HEADER;
    const times =
      header + (view.getUint32(header + etl.LOG_POINTER_SIZE, true) === 4 ? etl.LOG_TIMES_32 : etl.LOG_TIMES_64);
    const clock = view.getUint32(times + etl.TIMES_CLOCK, true);
    const start = view.getBigUint64(times + etl.TIMES_START, true);
    const frequency = Number(view.getBigUint64(times + etl.TIMES_FREQUENCY, true));
    const isSystemTime = clock === CLOCK_SYSTEM_TIME;
    const zero = isSystemTime ? times + etl.TIMES_START : at + etl.SYSTEM_TIME;
    const cycles = view.getUint32(header + etl.LOG_CPU_MEGAHERTZ, true) * 1e6;
    const perSecond = isSystemTime ? UNITS_PER_SECOND : clock === CLOCK_CPU_CYCLES ? cycles : frequency;
    this.usable = perSecond > 0 && perSecond < TWO_32 * 16;
    this.#perSecond = this.usable ? perSecond : Number.POSITIVE_INFINITY;
    this.#zeroLow = view.getUint32(zero, true);
    this.#zeroHigh = view.getUint32(zero + 4, true);
    this.#startSeconds = Number(start / BigInt(UNITS_PER_SECOND)) - SECONDS_TO_1970;
    this.#startNanoseconds = Number(start % BigInt(UNITS_PER_SECOND)) * 100;
    this.lost =
      view.getUint32(header + etl.LOG_EVENTS_LOST, true) + view.getUint32(times + etl.TIMES_BUFFERS_LOST, true);
  }

  /** Units of the clock from its zero to the time stamp at `at`; exact up to 2^53, and in order beyond. */
  units(view: DataView, at: number): number {
    const high = view.getUint32(at + 4, true) - this.#zeroHigh;
    return high * TWO_32 + (view.getUint32(at, true) - this.#zeroLow);
  }

  /** Sets `seconds` (since 1970, UTC) and `nanoseconds`. @returns false where the time had to be clamped to 0 … 2^32-1 s */
  convert(units: number): boolean {
    const whole = Math.floor(units / this.#perSecond);
    const rest = this.usable ? units - whole * this.#perSecond : 0;
    let seconds = this.#startSeconds + whole;
    let nanoseconds = this.#startNanoseconds + Math.floor((rest * NANOSECONDS) / this.#perSecond);
    if (nanoseconds >= NANOSECONDS) {
      nanoseconds -= NANOSECONDS;
      seconds++;
    }
    const clamped = Math.min(LATEST_SECOND, Math.max(0, seconds));
    this.seconds = clamped;
    this.nanoseconds = clamped === seconds ? nanoseconds : 0;
    return clamped === seconds;
  }
}

/** The clock of the trace whose first buffer begins at `at` and ends at `end`; null where its header event is missing. */
export function clockAt(view: DataView, at: number, end: number): EtlClock | null {
  const event = at + etl.BUFFER_HEADER;
  if (event + etl.LOG_FILE_HEADER + etl.LOG_TIMES_64 + etl.TIMES_LENGTH > end) return null;
  const kind = view.getUint8(event + etl.EVENT_KIND);
  const isHeader = kind === etl.SYSTEM_KIND_32 || kind === etl.SYSTEM_KIND_64;
  return isHeader ? new EtlClock(view, event) : null;
}
