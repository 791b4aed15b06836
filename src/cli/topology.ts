/** `pcapcheck topology check | schema | init`. */

import { readFile } from 'node:fs/promises';
import { checkExceptionKinds } from '../assess/exception-kinds.ts';
import { isExpired } from '../assess/exceptions.ts';
import { compile, loadCatalog, roleName } from '../catalog/index.ts';
import { printable } from '../report/printable.ts';
import { paintNothing } from '../report/style.ts';
import { type Column, renderTable } from '../report/table.ts';
import { EXAMPLE_SITE } from '../site/example.ts';
import { loadSite, type Site, SiteError, siteJsonSchema } from '../site/index.ts';
import type { Write } from './catalog.ts';
import { today } from './day.ts';
import { printableMessage } from './failure.ts';

const WIDTH = 80;

/**
 * Says what the topology at `path` holds, or everything that is wrong with it. Returns 0 or 2.
 * @param day by which expiry dates of exceptions are judged
 */
export async function runTopologyCheck(
  path: string,
  write: Write,
  writeError: Write,
  day: string = today(),
): Promise<number> {
  try {
    const site = await loadSite(path);
    checkExceptionKinds(site);
    write(summary(site, day));
    return 0;
  } catch (error) {
    if (!(error instanceof SiteError)) throw error;
    writeError(`${printableMessage(error)}\n`);
    return 2;
  }
}

/** The JSON Schema of site.yaml, for editors. */
export function runTopologySchema(write: Write): number {
  write(`${JSON.stringify(siteJsonSchema(), null, 2)}\n`);
  return 0;
}

/** Prints the topology that a table of hosts makes, or everything that is wrong with the table. Returns 0 or 2. */
export async function runTopologyImport(path: string, write: Write, writeError: Write): Promise<number> {
  const { importTopology } = await import('../import/import-topology.ts');
  try {
    const { text, hosts, rows, nameless, ignored } = importTopology(await bytesOf(path), path);
    write(text);
    writeError(`pcapcheck: ${count(hosts, 'host')} of ${count(rows, 'row')}.\n`);
    if (nameless.length > 0)
      writeError(
        `pcapcheck: ${count(nameless.length, 'host')} without an address (${printable(some(nameless))}): a check looks them up among the DNS answers of the capture.\n`,
      );
    if (ignored.length > 0) writeError(`pcapcheck: columns that were not used: ${printable(some(ignored))}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SiteError)) throw error;
    writeError(`${printableMessage(error)}\n`);
    return 2;
  }
}

const TOLD = 8;
const some = (texts: readonly string[]): string =>
  `${texts.slice(0, TOLD).join(', ')}${texts.length > TOLD ? `, and ${texts.length - TOLD} more` : ''}`;

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new SiteError('not-readable', path, [{ line: null, column: null, message: why }]);
  }
}

/** A commented topology to start from. */
export function runTopologyInit(write: Write): number {
  write(EXAMPLE_SITE);
  return 0;
}

function summary(site: Site, day: string): string {
  const { hosts, networks, expect, forbid, exceptions } = site.model;
  const lines = [
    printable(`${site.path}: OK${site.name === null ? '' : ` (${site.name})`}`),
    '',
    `${count(hosts.length, 'host')}, ${count(networks.length, 'network')}, ` +
      `${count(expect.length, 'expectation')} and ${count(forbid.length, 'prohibition')} of its own`,
  ];
  if (exceptions.length > 0) {
    const endless = exceptions.filter(({ expires }) => expires === null).length;
    lines.push(
      `${count(exceptions.length, 'exception')}${endless === 0 ? '' : `, ${endless === exceptions.length ? 'none of them with an expiry date' : `${endless} of them without an expiry date`}`}`,
    );
    for (const exception of exceptions.filter((one) => isExpired(one, day)))
      lines.push(printable(`  expired: '${exception.id}' (${exception.owner}) held until ${exception.expires}`));
  }
  const nameless = site.hostsWithoutAddress;
  if (nameless.length > 0) {
    lines.push(`${count(nameless.length, 'host')} without an address, looked up in the DNS answers of a capture`);
  }
  lines.push('', ...roleTable(site), '', ...catalogTable(site));
  return `${lines.join('\n')}\n`;
}

const ROLE_COLUMNS: readonly Column[] = [
  { title: 'ROLE', least: 20 },
  { title: 'HOSTS AND NETWORKS', least: 20 },
];

function roleTable(site: Site): string[] {
  const holders = new Map<string, string[]>();
  for (const { name, roles } of [...site.model.hosts, ...site.model.networks]) {
    for (const role of roles) holders.set(role, [...(holders.get(role) ?? []), name]);
  }
  const rows = [...holders].sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) {
    const others = site.model.expect.length > 0 ? ' but the expectations of its own' : '';
    return [`no host and no network has a role, so nothing is expected of them${others}`];
  }
  const cells = rows.map(([role, names]) => ({
    cells: [`${roleName(role)} (${role})`, printable(names.join(', '))],
    tone: null,
  }));
  return renderTable([...ROLE_COLUMNS], cells, WIDTH, paintNothing);
}

const CATALOG_COLUMNS: readonly Column[] = [
  { title: 'CATALOG' },
  { title: 'AS OF' },
  { title: 'RULES', align: 'right' },
  { title: 'APPLY HERE', align: 'right' },
  { title: 'REQUIRED', align: 'right' },
];

function catalogTable(site: Site): string[] {
  const statuses = compile(loadCatalog(), site).rulesFor();
  const rows = Object.entries(site.model.catalogs).map(([name, choice]) => {
    const all = statuses.filter(({ rule }) => rule.catalog === name);
    const apply = all.filter(({ applies }) => applies);
    const required = apply.filter(({ need }) => need === 'required');
    const asOf = choice.on ? (choice.version ?? choice.date ?? 'newest') : 'off';
    return { cells: [name, asOf, String(all.length), String(apply.length), String(required.length)], tone: null };
  });
  return renderTable([...CATALOG_COLUMNS], rows, WIDTH, paintNothing);
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
