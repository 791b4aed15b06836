import { isIPv4, isIPv6 } from 'node:net';

/** An IPv4 address as a signed 32-bit integer in network order; null where the text is none. */
export function ipv4Number(text: string): number | null {
  if (!isIPv4(text)) return null;
  return text.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0);
}

/** An IPv6 address as four integers in network order, a zone (`%12`) left out; null where the text is none. */
export function ipv6Words(text: string): [number, number, number, number] | null {
  const plain = text.replace(/%.*$/, '');
  if (!isIPv6(plain)) return null;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  const last = dotted === null ? null : ipv4Number(dotted[2]);
  const hex =
    dotted === null || last === null
      ? plain
      : `${dotted[1]}${(last >>> 16).toString(16)}:${(last & 0xffff).toString(16)}`;
  const [left, right] = hex
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))));
  const groups =
    right === undefined ? left : [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return [0, 2, 4, 6].map((i) => (groups[i] << 16) | groups[i + 1]) as [number, number, number, number];
}
