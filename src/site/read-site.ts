/**
 * From the file to a model: the checks that need more than one place of the file. They run over whatever has the right
 * shape, so that one reading lists every problem.
 */

import { nearest } from '../catalog/nearest.ts';
import { parsePortRange } from '../catalog/ports.ts';
import { resolveRole } from '../catalog/roles.ts';
import { CATALOG_NAMES, type CatalogName, type PortRange } from '../catalog/types.ts';
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
import { meant, type SiteFile } from './schema.ts';
import { SelectorReader } from './selectors.ts';
import { SETTING_NAMES, type SettingName, type Settings } from './settings.ts';
import type { CatalogChoice, HostModel, Selector, SiteModel, SiteRule } from './types.ts';
import { isPlaceholder } from './well-formed.ts';
import type { Path } from './yaml-source.ts';

/** Takes one problem at a place of the file. */
export type Report = (path: Path, message: string) => void;

type HostRow = NonNullable<SiteFile['hosts']>[number];
type NetworkRow = NonNullable<SiteFile['networks']>[number];
type RuleRow = NonNullable<SiteFile['expect']>[number];

/** Reads `file`; `report` hears of each problem, and where it heard of one the model must not be used. */
export function readSite(file: Partial<SiteFile>, path: string, report: Report): SiteModel {
  const hosts = readHosts(file.hosts ?? [], report);
  const networks = readNetworks(file.networks ?? [], report);
  const names = uniqueNames(file, report);
  const proxy = readProxy(file, hosts, names, report);
  const reader = new SelectorReader(names, new Map(networks.map((n) => [n.name.toLowerCase(), n.interval])));
  const expect = readRules('expect', file.expect ?? [], reader, report);
  const forbid = readRules('forbid', file.forbid ?? [], reader, report);
  return {
    path,
    name: file.name ?? null,
    catalogs: readCatalogs(file.catalogs),
    settings: readSettings(file.settings),
    proxy,
    siteInitiatedOnly: readSiteInitiated(file, names, report),
    hosts,
    networks: networks.flatMap(({ interval, ...rest }) => (interval ? [{ ...rest, interval }] : [])),
    areas: reader.areas,
    expect,
    forbid,
  };
}

function readHosts(rows: readonly HostRow[], report: Report): HostModel[] {
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

function readNetworks(rows: readonly NetworkRow[], report: Report) {
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
function uniqueNames(file: Partial<SiteFile>, report: Report): Map<string, string> {
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

function readProxy(
  file: Partial<SiteFile>,
  hosts: HostModel[],
  names: ReadonlyMap<string, string>,
  report: Report,
): SiteModel['proxy'] {
  const proxy = file.settings?.proxy;
  if (!proxy) return null;
  const known = names.get(proxy.host.toLowerCase());
  if (known !== undefined) return { host: known, port: proxy.port };
  const address = looksLikeAddress(proxy.host) ? parseAddress(proxy.host) : undefined;
  if (!address?.ok) {
    const why = address
      ? address.why
      : `no host is named '${printable(proxy.host)}'${meant(nearest(proxy.host, names.values()))}`;
    report(['settings', 'proxy', 'host'], why);
    return null;
  }
  const { family, first } = address.value;
  const owner = hosts.find((host) => host.addresses.some((a) => a.family === family && a.first === first));
  if (owner) return { host: owner.name, port: proxy.port };
  const name = formatAddress(family, first);
  hosts.push({ name, addresses: [address.value], roles: ['proxy-server'], os: null, settings: {} });
  return { host: name, port: proxy.port };
}

function readSiteInitiated(file: Partial<SiteFile>, names: ReadonlyMap<string, string>, report: Report): string[] {
  return (file.settings?.site_initiated_only ?? []).flatMap((text, i) => {
    const known = names.get(text.toLowerCase());
    if (known !== undefined) return [known];
    report(
      ['settings', 'site_initiated_only', i],
      `no host is named '${printable(text)}'${meant(nearest(text, names.values()))}`,
    );
    return [];
  });
}

function readSettings(row: Record<string, unknown> | undefined): Settings {
  const settings: Partial<Record<SettingName, PortRange>> = {};
  for (const name of SETTING_NAMES) {
    const value = row?.[name];
    if (typeof value !== 'number' && typeof value !== 'string') continue;
    const range = parsePortRange(String(value));
    if (range) settings[name] = range;
  }
  return settings;
}

function readCatalogs(row: SiteFile['catalogs']): Record<CatalogName, CatalogChoice> {
  const choices = CATALOG_NAMES.map((name): [CatalogName, CatalogChoice] => {
    const value = row?.[name] ?? true;
    if (value === false) return [name, { on: false }];
    const asked: { date?: string | undefined; version?: string | undefined } = value === true ? {} : value;
    return [name, { on: true, date: asked.date ?? null, version: asked.version ?? null }];
  });
  return Object.fromEntries(choices) as Record<CatalogName, CatalogChoice>;
}

function readRules(
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
