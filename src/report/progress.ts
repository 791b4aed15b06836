/** One line on standard error that tells how long it will still take; only on a terminal, only for long work. */
import { printable } from './printable.ts';
import { count, size } from './quantity.ts';
import { pad, shorten, textWidth } from './text-width.ts';

/** How far the work is. */
export interface Progress {
  /** What is being done, in a word or two: `Reading capture.pcap`. */
  doing: string;
  bytes: number;
  /** Null where nobody knows, as for a pipe. */
  totalBytes: number | null;
  packets: number;
  /** Milliseconds since the work began. */
  elapsed: number;
}

/** Work that is shorter than this shows nothing. */
const PATIENCE = 1000;
/** Milliseconds from one drawing to the next. */
const INTERVAL = 200;

/**
 * The line, at most `width` columns; the least important parts go first where it is short.
 *
 * @example 'Reading a.pcap  42 %  310.0 MB/s  2,900,000 packets/s  0:12 left'
 */
export function renderProgress(progress: Progress, width: number): string {
  const { bytes, totalBytes, packets, elapsed } = progress;
  const seconds = elapsed / 1000;
  const rate = seconds > 0 ? bytes / seconds : 0;
  const share = totalBytes === null || totalBytes <= 0 ? null : Math.min(1, bytes / totalBytes);
  const percent = share === null ? size(bytes) : `${Math.floor(share * 100)} %`;
  const left = share === null || rate === 0 ? '' : `${clock((totalBytes! - bytes) / rate)} left`;
  const speed = rate === 0 ? '' : `${size(Math.round(rate))}/s`;
  const packetSpeed = seconds > 0 && packets > 0 ? `${count(Math.round(packets / seconds))} packets/s` : '';
  const doing = printable(progress.doing);
  const fewest = [percent, left].filter(Boolean).join('  ');
  const choices = [
    [doing, percent, speed, packetSpeed, left],
    [shorten(doing, 20), percent, speed, left],
    [shorten(doing, 20), percent, left],
  ].map((parts) => parts.filter(Boolean).join('  '));
  return shorten(choices.find((line) => shorten(line, width) === line) ?? fewest, width);
}

/** `0:12`, `12:05`, `1:02:05` */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** What the driver needs of standard error. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface ProgressLine {
  /** Call as often as you like; it draws a few times a second, and not before the work has taken a second. */
  update(progress: Omit<Progress, 'elapsed'>): void;
  /** Takes the line away; call before anything else is written, and at the end. */
  clear(): void;
}

/** The driver. Where the stream is no terminal it does nothing. */
export function progressLine(stream: ProgressStream, now: () => number = () => performance.now()): ProgressLine {
  const began = now();
  let drawn = '';
  let last = -Infinity;
  return {
    update(progress) {
      if (stream.isTTY !== true) return;
      const time = now();
      const elapsed = time - began;
      if (elapsed < PATIENCE || time - last < INTERVAL) return;
      last = time;
      // The last column stays free: a terminal that has filled it moves on to the next line.
      const width = (stream.columns ?? 80) - 1;
      const line = renderProgress({ ...progress, elapsed }, width);
      stream.write(`\r${pad(line, Math.min(width, textWidth(drawn)))}`);
      drawn = line;
    },
    clear() {
      if (drawn !== '') stream.write(`\r${' '.repeat(Math.min(textWidth(drawn), (stream.columns ?? 80) - 1))}\r`);
      drawn = '';
    },
  };
}
