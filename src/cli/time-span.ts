import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds, as the user writes them: 90, 90s, 15m, 2h, 7d. */
export function parseSeconds(text: string): number {
  const match = /^(\d{1,9})\s*([smhd]?)$/i.exec(text.trim());
  const seconds = match === null ? 0 : Number(match[1]) * UNITS[match[2].toLowerCase()];
  if (seconds === 0) throw new InvalidArgumentError('A time is needed, such as 90s, 15m, 2h or 7d.');
  return seconds;
}
