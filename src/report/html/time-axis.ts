/** Times of day on an axis, in UTC. */

const STEPS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10_800, 21_600, 43_200, 86_400,
];
const DAY = 86_400;
const MOST_TICKS = 8;

/** Milliseconds since 1970 of an ISO time; fractions below them are dropped. */
const milliseconds = (iso: string): number => Date.parse(iso.replace(/(\.\d{3})\d+Z$/, '$1Z'));

/** `09:01:12` some seconds after a time; with the day where a span is a day or more, with fractions where it is below a second. */
export function clock(first: string, seconds: number, precision: number): string {
  const time = new Date(milliseconds(first) + Math.round(seconds * 1000));
  if (Number.isNaN(time.getTime())) return first;
  const iso = time.toISOString();
  const day = iso.slice(0, 10) === first.slice(0, 10) ? '' : `${iso.slice(5, 10)} `;
  return `${day}${iso.slice(11, precision < 1 ? 23 : 19)}`;
}

export interface Tick {
  /** Seconds from the begin of the axis. */
  at: number;
  text: string;
}

/** At round times, few enough to be read. @param length seconds */
export function axisTicks(first: string, length: number): Tick[] {
  const start = milliseconds(first) / 1000;
  if (Number.isNaN(start) || length <= 0) return [];
  const step = STEPS.find((each) => length / each <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS / DAY) * DAY;
  const ticks: Tick[] = [];
  for (
    let time = Math.ceil(start / step) * step;
    time <= start + length + 1e-9 && ticks.length <= MOST_TICKS;
    time += step
  ) {
    const at = Math.max(0, time - start);
    ticks.push({ at, text: label(time, step) });
  }
  return ticks;
}

function label(time: number, step: number): string {
  const iso = new Date(Math.round(time * 1000)).toISOString();
  if (step >= DAY) return iso.slice(0, 10);
  if (step >= 3600) return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
  return iso.slice(11, step < 1 ? 23 : step < 60 ? 19 : 16);
}
