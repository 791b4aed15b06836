/** Plain LZ77 of the Xpress family: [MS-XCA] section 2.4.4. */

/** Answer for input that contradicts itself. */
export const BAD_INPUT = -1;

const SHORTEST_MATCH = 3;
/** A length of this value goes on in half a byte, then in a byte, then in 16 bits, then in 32. */
const LONGEST_IN_SYMBOL = 7;
const LONGEST_IN_HALF_BYTE = 15;
const LONGEST_IN_BYTE = 255;

/**
 * Unpacks `input[from, end)` into `output`, which is never exceeded: what would not fit is left out.
 * @returns bytes written, or BAD_INPUT where a match reaches before the beginning or the input ends within a symbol
 */
export function decompressLz77(input: Uint8Array, from: number, end: number, output: Uint8Array): number {
  const limit = output.length;
  let at = from;
  let written = 0;
  let flags = 0;
  let flagsLeft = 0;
  /** Where the upper half of a length byte is still unused; -1 for none. */
  let halfByteAt = -1;
  while (written < limit) {
    if (flagsLeft === 0) {
      if (at === end) return written;
      if (at + 4 > end) return BAD_INPUT;
      flags = input[at] | (input[at + 1] << 8) | (input[at + 2] << 16) | (input[at + 3] << 24);
      at += 4;
      flagsLeft = 32;
    }
    flagsLeft--;
    const isMatch = flags < 0;
    flags <<= 1;
    // The flags behind the last symbol mean nothing.
    if (at === end) return written;
    if (!isMatch) {
      output[written++] = input[at++];
      continue;
    }
    if (at + 2 > end) return BAD_INPUT;
    const symbol = input[at] | (input[at + 1] << 8);
    at += 2;
    let length = symbol & LONGEST_IN_SYMBOL;
    const distance = (symbol >> 3) + 1;
    if (length === LONGEST_IN_SYMBOL) {
      if (halfByteAt < 0) {
        if (at === end) return BAD_INPUT;
        halfByteAt = at;
        length = input[at++] & 0x0f;
      } else {
        length = input[halfByteAt] >> 4;
        halfByteAt = -1;
      }
      if (length === LONGEST_IN_HALF_BYTE) {
        if (at === end) return BAD_INPUT;
        length = input[at++];
        if (length === LONGEST_IN_BYTE) {
          if (at + 2 > end) return BAD_INPUT;
          length = input[at] | (input[at + 1] << 8);
          at += 2;
          if (length === 0) {
            if (at + 4 > end) return BAD_INPUT;
            length = (input[at] | (input[at + 1] << 8) | (input[at + 2] << 16) | (input[at + 3] << 24)) >>> 0;
            at += 4;
          }
          if (length < LONGEST_IN_HALF_BYTE + LONGEST_IN_SYMBOL) return BAD_INPUT;
          length -= LONGEST_IN_HALF_BYTE + LONGEST_IN_SYMBOL;
        }
        length += LONGEST_IN_HALF_BYTE;
      }
      length += LONGEST_IN_SYMBOL;
    }
    length += SHORTEST_MATCH;
    if (distance > written) return BAD_INPUT;
    const stop = Math.min(limit, written + length);
    // Byte by byte: a match may overlap what it makes.
    for (; written < stop; written++) output[written] = output[written - distance];
  }
  return written;
}
