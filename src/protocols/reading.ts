/**
 * What a dissector answers. `certain`: the bytes are a whole, well-formed message; `unsure`: it is one by its beginning, but something in it
 * is cut short or breaks the rules, and only what came before that is told; `not-for-us`: another protocol.
 */
export type Reading<Message> = { answer: 'certain' | 'unsure'; message: Message } | { answer: 'not-for-us' };

export const NOT_FOR_US = { answer: 'not-for-us' } as const;

/** The bytes of one message: `bytes[offset, offset + length)`. */
export interface Span {
  bytes: Uint8Array;
  offset: number;
  length: number;
}

export function spanOf(bytes: Uint8Array): Span {
  return { bytes, offset: 0, length: bytes.length };
}
