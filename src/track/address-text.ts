/** Dotted decimal of an IPv4 address given in network order as a signed or unsigned 32-bit integer. */
export function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** RFC 5952 text of an IPv6 address given as four integers in network order from `at`. */
export function ipv6Text(words: Int32Array, at: number): string {
  if (words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0xffff) return `::ffff:${ipv4Text(words[at + 3])}`;
  let start = GROUPS;
  let length = 1;
  // The first of the longest runs of zeroes is left out; a single one stays (sections 4.2.2 and 4.2.3).
  for (let i = 0, run = 0; i < GROUPS; i++) {
    run = groupOf(words, at, i) === 0 ? run + 1 : 0;
    if (run <= length) continue;
    length = run;
    start = i - run + 1;
  }
  const head = groupsText(words, at, 0, start);
  return start === GROUPS ? head : `${head}::${groupsText(words, at, start + length, GROUPS)}`;
}

/** Groups of 16 bits in an address (RFC 4291 section 2.2). */
const GROUPS = 8;

function groupOf(words: Int32Array, at: number, i: number): number {
  const word = words[at + (i >> 1)];
  return (i & 1) === 0 ? word >>> 16 : word & 0xffff;
}

function groupsText(words: Int32Array, at: number, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += `${i === from ? '' : ':'}${groupOf(words, at, i).toString(16)}`;
  return text;
}
