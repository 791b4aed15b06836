/**
 * From the file to a model: the checks that need more than one place of the file. They run over whatever has the right
 * shape, so that one reading lists every problem.
 */

import { nearest } from '../catalog/nearest.ts';
import { CATALOG_NAMES, type CatalogName } from '../catalog/types.ts';
import { formatAddress, looksLikeAddress, parseAddress } from './addresses.ts';
import { readAllowed } from './allowed.ts';
import { printable } from './errors.ts';
import { readExceptions } from './read-exceptions.ts';
import { readHosts, readNetworks, uniqueNames } from './read-places.ts';
import { readRules } from './read-rules.ts';
import { readSettings } from './read-settings.ts';
import { meant, type SiteFile } from './schema.ts';
import { SelectorReader } from './selectors.ts';
import type { CatalogChoice, HostModel, InternetModel, SiteModel } from './types.ts';
import type { Report } from './yaml-source.ts';

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
    internet: readInternet(file),
    siteInitiatedOnly: readSiteInitiated(file, names, report),
    hosts,
    networks: networks.flatMap(({ interval, ...rest }) => (interval ? [{ ...rest, interval }] : [])),
    areas: reader.areas,
    expect,
    forbid,
    exceptions: readExceptions(file.exceptions ?? [], [...expect, ...forbid], reader, report),
    places: new Map(),
  };
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

function readInternet({ features, internet }: Partial<SiteFile>): InternetModel {
  return {
    features: features?.map((feature) => feature.toLowerCase()) ?? null,
    cloud: internet?.cloud ?? null,
    names: internet?.names?.map((name) => name.toLowerCase()) ?? [],
    allow: (internet?.allow ?? []).flatMap((text) => {
      const parsed = readAllowed(text);
      return parsed.ok ? [parsed.value] : [];
    }),
  };
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

function readCatalogs(row: SiteFile['catalogs']): Record<CatalogName, CatalogChoice> {
  const choices = CATALOG_NAMES.map((name): [CatalogName, CatalogChoice] => {
    const value = row?.[name] ?? true;
    if (value === false) return [name, { on: false }];
    const asked: { date?: string | undefined; version?: string | undefined } = value === true ? {} : value;
    return [name, { on: true, date: asked.date ?? null, version: asked.version ?? null }];
  });
  return Object.fromEntries(choices) as Record<CatalogName, CatalogChoice>;
}
