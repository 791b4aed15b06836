/** Counts, sizes and times as a person reads them. English and the same on every machine: reports are compared. */

/** `12,345`, of a whole number. */
export const count = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `1 connection`, `12 connections` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

const SIZES = ['kB', 'MB', 'GB', 'TB'] as const;

/** Decimal sizes with three digits that matter: `812 B`, `31.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  while (value >= 999.5 && unit < SIZES.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 99.95 ? 1 : 0)} ${SIZES[unit]}`;
}

/** `2026-03-02 09:01:12` of an ISO 8601 time; anything else as it is. */
const toSecond = (iso: string): string => iso.replace(/^(\d{4,}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*$/, '$1 $2');

/** `2026-03-02 09:01:12 to 09:18:40 UTC`: the day once, one time where both agree, empty where nothing is known. */
export function span(first: string | null, last: string | null): string {
  const from = first === null ? null : toSecond(first);
  const until = last === null ? null : toSecond(last);
  if (from === null || until === null || from === until)
    return from === null && until === null ? '' : `${from ?? until} UTC`;
  const sameDay = from.slice(0, 10) === until.slice(0, 10);
  return `${from} to ${sameDay ? until.slice(11) : until} UTC`;
}

const TIME = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/;

/** Seconds between two ISO 8601 times in UTC, to the nanosecond; 0 where one is no time. */
export function secondsBetween(first: string, last: string): number {
  const from = TIME.exec(first);
  const until = TIME.exec(last);
  if (from === null || until === null) return 0;
  const whole = from[1] === until[1] ? 0 : (Date.parse(`${until[1]}Z`) - Date.parse(`${from[1]}Z`)) / 1000;
  const difference = whole + Number(`0.${until[2] ?? 0}`) - Number(`0.${from[2] ?? 0}`);
  return Number.isFinite(difference) ? difference : 0;
}
