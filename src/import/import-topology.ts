/** A topology from a table of hosts: name, address, role, as Get-CMSiteRole | Export-Csv or a spreadsheet gives it. */
import { resolveRole, suggestRole } from '../catalog/roles.ts';
import { formatAddress, looksLikeAddress, parseAddress } from '../site/addresses.ts';
import { type Problem, printable, SiteError } from '../site/errors.ts';
import { parseSite } from '../site/index.ts';
import { resolveOs } from '../site/operating-systems.ts';
import { nameProblem } from '../site/schema.ts';
import { topologyText } from '../site/write-topology.ts';
import data from './data/site-role-names.yaml';
import { readTable, refuse } from './read-table.ts';

type Column = 'name' | 'address' | 'role' | 'os' | 'site';
const { roles: siteRoles, columns } = data as {
  roles: Record<string, string | null>;
  columns: Record<Column, string[]>;
};

const slug = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
const bySiteRole = new Map(Object.entries(siteRoles).map(([name, role]) => [slug(name), role]));
const byTitle = new Map(
  (Object.keys(columns) as Column[]).flatMap((column) => columns[column].map((title) => [title, column] as const)),
);

export interface Imported {
  text: string;
  hosts: number;
  rows: number;
  /** Hosts without an address. */
  nameless: string[];
  /** Titles of columns that say nothing of a topology. */
  ignored: string[];
}

interface Host {
  name: string;
  lines: number[];
  addresses: string[];
  /** Spelled as in the table, by id. */
  roles: Map<string, string>;
  os: string | null;
  sites: Set<string>;
}

/**
 * Reads the bytes of the file at `path`.
 * @throws SiteError with every problem and its line
 */
export function importTopology(bytes: Uint8Array, path: string): Imported {
  const [titles, ...rows] = readTable(bytes, path);
  const found = titles!.cells.map((title) => byTitle.get(slug(title)) ?? null);
  if (!found.includes('name') && !found.includes('address')) {
    const seen = titles!.cells.slice(0, 8).map((title) => `'${printable(title)}'`);
    throw refuse(
      path,
      titles!.line,
      `no column is titled Name, NetworkOSPath or Address; the titles are ${seen.join(', ')}`,
    );
  }
  const hosts = new Map<string, Host>();
  const owners = new Map<string, { host: Host; line: number }>();
  const problems: Problem[] = [];
  for (const { line, cells } of rows) {
    const report = (message: string): void => void problems.push({ line, column: 1, message });
    const texts = (column: Column): string[] => cells.filter((cell, i) => found[i] === column && cell !== '');
    const names = texts('name').map(hostName);
    const addresses = texts('address').flatMap((cell) => addressesIn(cell, report));
    if (names.length === 0 && addresses.length === 0) {
      if (cells.some((cell) => cell !== '')) report('has neither a name nor an address');
      continue;
    }
    // Several columns may name the host; the first that is no address does.
    const name = names.find((text) => !looksLikeAddress(text)) ?? names[0] ?? addresses[0]!;
    if (names.length > 0 && looksLikeAddress(name) && addresses.length === 0)
      addresses.push(...addressesIn(name, report));
    const host: Host = hosts.get(name.toLowerCase()) ?? {
      name,
      lines: [],
      addresses: [],
      roles: new Map(),
      os: null,
      sites: new Set(),
    };
    const wrong = nameProblem(name, 'name');
    if (wrong !== undefined) {
      report(wrong);
      continue;
    }
    hosts.set(name.toLowerCase(), host);
    host.lines.push(line);
    for (const address of addresses) {
      const owner = owners.get(address);
      if (owner === undefined) {
        owners.set(address, { host, line });
        host.addresses.push(address);
      } else if (owner.host !== host)
        report(`address ${address} already belongs to '${printable(owner.host.name)}' (line ${owner.line})`);
    }
    for (const cell of texts('role'))
      for (const [id, spelling] of rolesIn(cell, report)) if (!host.roles.has(id)) host.roles.set(id, spelling);
    for (const cell of texts('os')) host.os ??= resolveOs(cell) === undefined ? null : cell;
    for (const cell of texts('site')) host.sites.add(cell);
  }
  if (problems.length > 0) throw new SiteError('invalid', path, problems);
  if (hosts.size === 0) throw refuse(path, null, 'lists no host');
  const text = write([...hosts.values()], path);
  parseSite(text, path);
  return {
    text,
    hosts: hosts.size,
    rows: rows.length,
    nameless: [...hosts.values()].flatMap(({ name, addresses }) => (addresses.length === 0 ? [name] : [])),
    ignored: titles!.cells.filter((title, i) => found[i] === null && title !== ''),
  };
}

function write(hosts: readonly Host[], path: string): string {
  return topologyText({
    base: null,
    header: [`Imported by pcapcheck from ${printable(path)}. Networks of clients are not in it: add them.`],
    hosts: hosts.map(({ name, addresses, roles, os, sites, lines }) => ({
      name,
      addresses,
      roles: [...roles.values()].map((text) => ({ text, because: [] })),
      os,
      because: [
        `${lines.length === 1 ? 'line' : 'lines'} ${lines.slice(0, 12).join(', ')}${lines.length > 12 ? ', ...' : ''}` +
          (sites.size === 0 ? '' : `; site ${[...sites].map((site) => printable(site)).join(', ')}`),
      ],
    })),
    networks: [],
    completions: [],
    footer: [],
  });
}

/** `\\CM01.contoso.com\` is CM01.contoso.com; NAL paths end with the same. */
function hostName(cell: string): string {
  const path = /\\\\([^\\/"\]]+)\\?$/.exec(cell);
  return (path === null ? cell : path[1]!).trim();
}

/** Addresses of a cell, canonical: between commas, semicolons, bars, blanks, or in the braces in which PowerShell shows lists. */
function addressesIn(cell: string, report: (message: string) => void): string[] {
  if (/^System\.|^Microsoft\./.test(cell)) {
    report(
      `'${printable(cell)}' is the type of a list, not its content; in PowerShell join it first: @{n='Address';e={$_.IPAddress -join ';'}}`,
    );
    return [];
  }
  return cell
    .split(/[\s,;|{}"]+/)
    .filter((text) => text !== '')
    .flatMap((text) => {
      const parsed = parseAddress(text);
      if (parsed.ok) return [formatAddress(parsed.value.family, parsed.value.first)];
      report(parsed.why);
      return [];
    });
}

/** Roles of a cell, as id and spelling. The whole cell may name one, commas and all. */
function rolesIn(cell: string, report: (message: string) => void): [string, string][] {
  const whole = roleOf(cell);
  if (whole !== undefined) return whole === null ? [] : [[whole, whole]];
  return cell
    .split(/[,;|\n{}]+/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .flatMap((text): [string, string][] => {
      const role = roleOf(text);
      if (role === null) return [];
      if (role !== undefined) return [[role, role]];
      const near = suggestRole(text);
      report(
        `unknown role '${printable(text)}'${near === undefined ? "; 'pcapcheck topology schema' lists them all" : `, did you mean '${near}'?`}`,
      );
      return [];
    });
}

/** Id of a role; null for one without ports of its own, undefined for none. */
function roleOf(text: string): string | null | undefined {
  const known = bySiteRole.get(slug(text));
  return known === undefined ? resolveRole(text) : known;
}
