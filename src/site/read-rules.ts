/** Expectations and prohibitions of a topology. */

import { parsePortRange } from '../catalog/ports.ts';
import { printable } from './errors.ts';
import type { SiteFile } from './schema.ts';
import type { SelectorReader } from './selectors.ts';
import type { Selector, SiteRule } from './types.ts';
import type { Report } from './yaml-source.ts';

type RuleRow = NonNullable<SiteFile['expect']>[number];

export function readRules(
  kind: 'expect' | 'forbid',
  rows: readonly RuleRow[],
  reader: SelectorReader,
  report: Report,
): SiteRule[] {
  const ids = new Set<string>();
  return rows.map((row, i) => {
    if (ids.has(row.id)) report([kind, i, 'id'], `id '${printable(row.id)}' is used twice`);
    ids.add(row.id);
    if (row.transport === 'icmp' && row.ports) report([kind, i, 'ports'], 'ICMP has no ports');
    if (kind === 'expect' && row.transport !== 'icmp' && !row.ports) report([kind, i], "'ports' is missing");
    const side = (end: 'from' | 'to'): Selector[] => {
      const texts = Array.isArray(row[end]) ? row[end] : [row[end]];
      return texts.flatMap((text, j) => {
        const parsed = reader.read(text);
        if (parsed.ok) return [parsed.value];
        report(Array.isArray(row[end]) ? [kind, i, end, j] : [kind, i, end], parsed.why);
        return [];
      });
    };
    return {
      id: `site.${kind}.${row.id}`,
      from: side('from'),
      to: side('to'),
      fromText: [row.from].flat().join(', '),
      toText: [row.to].flat().join(', '),
      transport: row.transport,
      ports: (row.ports ?? []).flatMap((port) => parsePortRange(String(port)) ?? []),
      need: row.need ?? 'optional',
      reason: row.reason ?? null,
    };
  });
}
