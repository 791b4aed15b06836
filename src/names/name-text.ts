import type { NameBytes } from '../track/part.ts';

const utf8 = new TextDecoder('utf-8');

/** Name `number` as text; bytes that are no UTF-8 become U+FFFD. */
export function nameText({ bytes, offsets }: NameBytes, number: number): string {
  return utf8.decode(bytes.subarray(offsets[number], offsets[number + 1]));
}

/** The same for whoever asks for many: each text is made once. */
export function nameTexts(names: NameBytes): (number: number) => string {
  const known = new Map<number, string>();
  return (number) => {
    const made = known.get(number);
    if (made !== undefined) return made;
    const text = nameText(names, number);
    known.set(number, text);
    return text;
  };
}
