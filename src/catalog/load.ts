/** Reads the data files into rules. A rule's own fields win over those of its table, those over those of the file. */

import type { Source } from '../assess/types.ts';
import configmgr from './data/configmgr.yaml';
import configmgrLater from './data/configmgr-later.yaml';
import hybridIdentity from './data/hybrid-identity.yaml';
import internetEndpoints from './data/internet-endpoints.yaml';
import notes from './data/notes.yaml';
import windowsServer from './data/windows-server.yaml';
import type { FileRow, NotesFile, RuleRow, TableRow } from './schema.ts';
import type {
  Catalog,
  CatalogName,
  Note,
  PortSpec,
  Relation,
  Rule,
  RuleVersion,
  Statement,
  Transport,
} from './types.ts';

const FILES = [configmgr, configmgrLater, hybridIdentity, windowsServer, internetEndpoints] as FileRow[];

const TRANSPORTS: readonly Transport[] = ['tcp', 'udp', 'icmp'];

function portsOf(row: RuleRow): { transport: Transport; ports: readonly PortSpec[] } {
  const transport = TRANSPORTS.find((t) => row[t] !== undefined);
  if (!transport) throw new Error(`${row.id}: no transport`);
  const value = row[transport]!;
  return { transport, ports: value === true ? [] : Array.isArray(value) ? value : [value] };
}

function relationOf(row: RuleRow, ports: readonly PortSpec[]): Relation {
  if (row.relation) return row.relation;
  if (ports.length === 0) return 'none';
  if (ports.length > 1) throw new Error(`${row.id}: several ports without a relation`);
  if (ports[0] === 'dynamic') return 'dynamic';
  return typeof ports[0] === 'string' ? 'range' : 'single';
}

function versionsOf(file: FileRow, table: TableRow, row: RuleRow): RuleVersion[] {
  const known = file.versions ?? {};
  const held = row.versions ?? table.versions ?? Object.keys(known);
  return held.map((version) => {
    const about = known[version];
    if (!about) throw new Error(`${row.id}: unknown version ${version}`);
    const source: Source = {
      document: table.document ?? file.document,
      date: table.date ?? about.date,
      section: table.section,
    };
    return {
      version,
      source,
      recovered: about.recovered ?? false,
      page: about.page ?? null,
      changes: row.at?.[version] ?? {},
    };
  });
}

function ruleOf(file: FileRow, table: TableRow, row: RuleRow): Rule {
  const { transport, ports } = portsOf(row);
  const versions = versionsOf(file, table, row);
  const from = row.from ?? table.from;
  const until = row.until ?? table.until ?? null;
  const own = {
    document: table.document ?? file.document,
    date: table.date ?? file.date ?? null,
    section: table.section,
  };
  return {
    id: row.id,
    catalog: file.catalog,
    from: Array.isArray(from) ? from : [from],
    to: row.to ?? table.to,
    direction: row.direction ?? table.direction ?? 'one-way',
    transport,
    ports,
    relation: relationOf(row, ports),
    service: row.service,
    description: row.text ?? row.host ?? row.service,
    need: row.need ?? table.need ?? file.need ?? 'required',
    // A condition of the table belongs to the rules that share its need.
    condition: row.condition ?? (row.need === undefined || row.need === 'conditional' ? table.condition : null) ?? null,
    phase: row.phase ?? null,
    os: row.os ?? null,
    appliesTo: row.applies_to ?? [],
    notes: [...new Set([...(row.notes ?? []), ...(table.notes ?? [])])].sort(),
    configurable: row.configurable ?? row.setting !== undefined,
    setting: row.setting ?? null,
    alternatives: row.alternatives ?? null,
    fallback: row.fallback ?? [],
    needs: row.needs ?? [],
    since: row.since ?? table.since ?? null,
    until,
    ended: until === null ? null : (row.ended ?? table.ended ?? null),
    versions,
    recovered: versions.some((v) => v.recovered),
    endpoint: row.host ? { host: row.host, path: row.path ?? null, cloud: row.cloud ?? table.cloud ?? 'any' } : null,
    feature: table.feature ?? null,
    remark: row.remark ?? table.remark ?? null,
    source: versions.at(-1)?.source ?? own,
  };
}

function documentDate(file: FileRow, versions: readonly string[]): string | null {
  return file.versions?.[versions.at(-1) ?? '']?.date ?? file.date ?? null;
}

function statementsOf(file: FileRow): Statement[] {
  return (file.statements ?? []).map((row) => ({
    id: row.id,
    catalog: file.catalog,
    text: row.text,
    versions: row.versions ?? [],
    source: {
      document: row.document ?? file.document,
      date: row.date ?? (row.document ? null : documentDate(file, row.versions ?? [])),
      section: row.section,
    },
  }));
}

function build(): Catalog {
  const rules = FILES.flatMap((file) => file.tables.flatMap((t) => t.rules.map((row) => ruleOf(file, t, row))));
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  if (byId.size !== rules.length) throw new Error('the catalog has an id twice');
  const versions = new Map<CatalogName, string[]>();
  for (const file of FILES) if (file.versions) versions.set(file.catalog, Object.keys(file.versions));
  const noteRows = Object.entries((notes as NotesFile).notes);
  return {
    rules,
    byId,
    statements: FILES.flatMap(statementsOf),
    notes: new Map<number, Note>(noteRows.map(([n, note]) => [Number(n), { number: Number(n), ...note }])),
    versions,
  };
}

let loaded: Catalog | undefined;

/** The catalog that comes with the product; made once. */
export function loadCatalog(): Catalog {
  loaded ??= build();
  return loaded;
}
