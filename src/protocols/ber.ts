/** Elements of BER and DER: tag and length (X.690 section 8.1), with tags of one byte, as Kerberos and LDAP have them. */

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const INTEGER = 0x02;
export const OCTET_STRING = 0x04;
/** Context-specific and constructed; the number is added. */
export const CONTEXT = 0xa0;

export interface Element {
  tag: number;
  /** Where its content begins and ends, by its length; the end may lie beyond what is at hand. */
  from: number;
  to: number;
}

/** Tag and length; null where they are not at hand, or the length is of a form that no such message has. */
export function elementAt(bytes: Uint8Array, at: number, end: number): Element | null {
  if (at + 2 > end) return null;
  const first = bytes[at + 1];
  if (first < 0x80) return { tag: bytes[at], from: at + 2, to: at + 2 + first };
  const size = first & 0x7f;
  if (size === 0 || size > 4 || at + 2 + size > end) return null;
  let length = 0;
  for (let i = 0; i < size; i++) length = length * 256 + bytes[at + 2 + i];
  return { tag: bytes[at], from: at + 2 + size, to: at + 2 + size + length };
}

/** The elements within [from, end), up to `most`; the last one may reach beyond `end`. */
export function elementsIn(bytes: Uint8Array, from: number, end: number, most: number): Element[] {
  const elements: Element[] = [];
  for (let at = from; elements.length < most; ) {
    const element = elementAt(bytes, at, end);
    if (element === null) break;
    elements.push(element);
    at = element.to;
  }
  return elements;
}
