/** Hosts and networks of a topology: their addresses must be told apart. */

import { resolveRole } from '../catalog/roles.ts';
import {
  formatAddress,
  type Interval,
  looksLikeAddress,
  type Parsed,
  parseAddress,
  parseAddressRange,
  parseCidr,
} from './addresses.ts';
import { printable } from './errors.ts';
import { resolveOs } from './operating-systems.ts';
import { findOverlaps } from './overlaps.ts';
import { readSettings } from './read-settings.ts';
import type { SiteFile } from './schema.ts';
import type { HostModel } from './types.ts';
import { isPlaceholder } from './well-formed.ts';
import type { Path, Report } from './yaml-source.ts';

type HostRow = NonNullable<SiteFile['hosts']>[number];
type NetworkRow = NonNullable<SiteFile['networks']>[number];

export function readHosts(rows: readonly HostRow[], report: Report): HostModel[] {
  const owners = new Map<string, string>();
  const claim = (owner: string, text: string): Parsed<Interval> => {
    const parsed = parseAddress(text);
    if (!parsed.ok) return parsed;
    const canonical = formatAddress(parsed.value.family, parsed.value.first);
    const other = owners.get(canonical);
    if (other === owner) return { ok: false, why: `address ${canonical} is listed twice` };
    if (other !== undefined) return { ok: false, why: `address ${canonical} already belongs to '${printable(other)}'` };
    owners.set(canonical, owner);
    return parsed;
  };
  return rows.map((row, i) => {
    const addresses: Interval[] = [];
    for (const [j, text] of (row.addresses ?? []).entries()) {
      if (isPlaceholder(text)) continue;
      const parsed = claim(row.name, text);
      if (parsed.ok) addresses.push(parsed.value);
      else report(['hosts', i, 'addresses', j], parsed.why);
    }
    return { name: row.name, addresses, ...common(row) };
  });
}

export function readNetworks(rows: readonly NetworkRow[], report: Report) {
  const networks = rows.map((row, i) => {
    const parsed = extentOf(row);
    if (!parsed.ok) report(['networks', i, ...parsed.at], parsed.why);
    const interval = parsed.ok ? parsed.value : undefined;
    const hasBroadcast = row.cidr !== undefined && interval?.family === 4 && interval.last - interval.first >= 3n;
    return { name: row.name, interval, hasBroadcast, ...common(row) };
  });
  const placed = networks.flatMap(({ interval, name }, i) => (interval ? [{ interval, name, i }] : []));
  for (const { first, second, how } of findOverlaps(placed.map(({ interval }) => interval))) {
    const [a, b] = [placed[first]!, placed[second]!];
    const other = `network '${printable(a.name)}'`;
    const key = rows[b.i]!.cidr === undefined ? 'range' : 'cidr';
    report(
      ['networks', b.i, key],
      how === 'equal'
        ? `has the same addresses as ${other}`
        : `overlaps ${other} partly; networks may only lie within one another`,
    );
  }
  return networks;
}

function extentOf(row: NetworkRow): Parsed<Interval> & { at: Path } {
  if (row.cidr !== undefined && row.range !== undefined) {
    return { ok: false, why: 'a network has a cidr or a range, not both', at: ['range'] };
  }
  if (row.cidr !== undefined) {
    const text = row.cidr;
    const single =
      text.includes('/') || !looksLikeAddress(text)
        ? parseCidr(text)
        : parseCidr(`${text}/${text.includes(':') ? 128 : 32}`);
    return { ...single, at: ['cidr'] };
  }
  if (row.range !== undefined) return { ...parseAddressRange(row.range), at: ['range'] };
  return { ok: false, why: `network '${printable(String(row.name))}' needs a cidr or a range`, at: [] };
}

function common(row: { roles?: string[] | undefined; os?: string | undefined; settings?: HostRow['settings'] }) {
  const roles = (row.roles ?? []).flatMap((text) => resolveRole(text) ?? []);
  return {
    roles: [...new Set(roles)].sort(),
    os: row.os === undefined ? null : (resolveOs(row.os) ?? null),
    settings: readSettings(row.settings),
  };
}

/** Hosts by lower-case name. Hosts and networks share one space of names. */
export function uniqueNames(file: Partial<SiteFile>, report: Report): Map<string, string> {
  const hosts = new Map<string, string>();
  const all = new Map<string, string>();
  for (const kind of ['hosts', 'networks'] as const) {
    (file[kind] ?? []).forEach(({ name }, i) => {
      const key = name.toLowerCase();
      const other = all.get(key);
      const one = kind === 'hosts' ? 'host' : 'network';
      if (other) report([kind, i, 'name'], `${one} '${printable(name)}' has the name of another ${other}`);
      all.set(key, one);
      if (kind === 'hosts') hosts.set(key, name);
    });
  }
  return hosts;
}
