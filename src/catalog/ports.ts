/** Ports as text and as ranges. */

import type { PortRange, PortSpec } from './types.ts';

/** Default dynamic range since Windows Vista and Server 2008 (note 6). */
export const DYNAMIC_SINCE_2008: PortRange = { first: 49152, last: 65535 };
/** Default dynamic range before that; the port page starts it at 1024, Microsoft's general port article at 1025. */
export const DYNAMIC_BEFORE_2008: PortRange = { first: 1025, last: 5000 };

/** "80" or "63000-64000" with both ends within 0..65535 and in order, else undefined. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text.trim());
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  return first <= last && last <= 65535 ? { first, last } : undefined;
}

/** A port of the catalog as a range; `dynamic` stands for "dynamic". */
export function portSpecRange(spec: PortSpec, dynamic: PortRange): PortRange {
  if (spec === 'dynamic') return dynamic;
  const range = parsePortRange(String(spec));
  if (!range) throw new Error(`not a port: ${spec}`);
  return range;
}

export function formatPortRange({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

export function inRanges(port: number, ranges: readonly PortRange[]): boolean {
  for (const { first, last } of ranges) if (port >= first && port <= last) return true;
  return false;
}

export function overlaps(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}
