/** Colours by meaning. Whoever renders names a tone; only this file knows escape sequences. */

const TONES = {
  alarm: '1;31',
  bad: '31',
  warn: '33',
  note: '36',
  good: '32',
  strong: '1',
  dim: '2',
} as const;

export type Tone = keyof typeof TONES;

/** Gives the text its tone, or returns it as it is. Lay out first, paint last: a painted text cannot be measured. */
export type Paint = (tone: Tone | null, text: string) => string;

export const paintNothing: Paint = (_tone, text) => text;

export function painter(color: boolean): Paint {
  if (!color) return paintNothing;
  return (tone, text) => (tone === null || text === '' ? text : `\u001b[${TONES[tone]}m${text}\u001b[0m`);
}

/**
 * Whether a stream gets colours: only a terminal that can show them, and not where NO_COLOR (https://no-color.org)
 * is set to anything but the empty string.
 */
export function useColor(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
