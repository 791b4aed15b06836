import { InvalidArgumentError } from 'commander';

/** Today in UTC, as all times of reports are, as `2026-03-02`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** A day of the calendar as the user writes it. */
export function parseDay(text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('A day is needed, such as 2026-03-02.');
  }
  return text;
}
