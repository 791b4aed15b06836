/** Exceptions of a topology: findings that are known and accepted. */

import { loadCatalog } from '../catalog/load.ts';
import { nearest } from '../catalog/nearest.ts';
import { parsePortRange } from '../catalog/ports.ts';
import { printable } from './errors.ts';
import { meant, type SiteFile } from './schema.ts';
import type { SelectorReader } from './selectors.ts';
import type { Selector, SiteException, SiteRule } from './types.ts';
import type { Report } from './yaml-source.ts';

type Row = NonNullable<SiteFile['exceptions']>[number];

/** @param own the site's own rules, which exceptions may name beside those of the catalog */
export function readExceptions(
  rows: readonly Row[],
  own: readonly SiteRule[],
  reader: SelectorReader,
  report: Report,
): SiteException[] {
  const ids = new Set<string>();
  const known =
    rows.length === 0 ? new Set<string>() : new Set([...loadCatalog().byId.keys(), ...own.map((r) => r.id)]);
  return rows.map((row, i) => {
    if (ids.has(row.id)) report(['exceptions', i, 'id'], `id '${printable(row.id)}' is used twice`);
    ids.add(row.id);
    const rules = listOf(row.rule);
    for (const [j, rule] of rules.entries()) {
      if (known.has(rule)) continue;
      const hint = meant(nearest(rule, known));
      report(placeOf(row.rule, ['exceptions', i, 'rule'], j), `no rule is called '${printable(rule)}'${hint}`);
    }
    const kinds = listOf(row.kind);
    const fingerprints = listOf(row.fingerprint);
    if (kinds.length + rules.length + fingerprints.length === 0) {
      report(
        ['exceptions', i],
        "an exception names a 'kind', a 'rule' or a 'fingerprint': without one it would hide all",
      );
    }
    if (row.transport === 'icmp' && row.ports) report(['exceptions', i, 'ports'], 'ICMP has no ports');
    const side = (end: 'from' | 'to'): Selector[] | null => {
      const texts = row[end];
      if (texts === undefined) return null;
      return listOf(texts).flatMap((text, j) => {
        const parsed = reader.read(text);
        if (parsed.ok) return [parsed.value];
        report(placeOf(texts, ['exceptions', i, end], j), parsed.why);
        return [];
      });
    };
    return {
      id: row.id,
      kinds,
      rules,
      from: side('from'),
      to: side('to'),
      fromText: row.from === undefined ? null : listOf(row.from).join(', '),
      toText: row.to === undefined ? null : listOf(row.to).join(', '),
      transport: row.transport ?? null,
      ports: (row.ports ?? []).flatMap((port) => parsePortRange(String(port)) ?? []),
      fingerprints,
      reason: row.reason,
      owner: row.owner,
      ticket: row.ticket ?? null,
      expires: row.expires ?? null,
    };
  });
}

const listOf = (value: string | readonly string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : [...value];

/** The place of item `j` of a value that may be a single one. */
const placeOf = (value: string | readonly string[] | undefined, path: PropertyKey[], j: number): PropertyKey[] =>
  Array.isArray(value) ? [...path, j] : path;
