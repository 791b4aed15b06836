/** `pcapcheck catalog` lists the documented rules, `pcapcheck catalog explain <rule id>` tells one of them in prose. */

import { explainRule, explainStatement } from '../catalog/explain.ts';
import { filterRules, parsePortQuery, type RuleFilter } from '../catalog/filter.ts';
import { CATALOG_NAMES, loadCatalog, nearest, type Rule, resolveRole, suggestRole } from '../catalog/index.ts';
import { ruleJson } from '../catalog/json.ts';
import type { Catalog, CatalogName, Need } from '../catalog/types.ts';
import { trafficInWords } from '../catalog/wording.ts';
import { type CsvColumn, csvFile } from '../report/csv-records.ts';
import { printable } from '../report/printable.ts';
import { paintNothing } from '../report/style.ts';
import { type Column, renderTable } from '../report/table.ts';
import { wrap } from '../report/text-width.ts';

export type Write = (text: string) => void;

export const CATALOG_FORMATS = ['table', 'json', 'csv'] as const;
export const NEEDS: readonly Need[] = ['required', 'conditional', 'optional', 'nominal', 'historic'];

/** As typed by the user, not yet checked. */
export interface CatalogOptions {
  role?: string | undefined;
  /** "443", "tcp/443", "udp/63000-64000", "icmp". */
  port?: string | undefined;
  catalog?: string | undefined;
  text?: string | undefined;
  need?: string | undefined;
  date?: string | undefined;
  /** Default: table. */
  format?: string | undefined;
  /** A byte order mark before CSV. */
  bom?: boolean | undefined;
}

const WIDTH = 80;
const COLUMNS: readonly Column[] = [
  { title: 'RULE', least: 22 },
  { title: 'FROM', least: 9 },
  { title: 'TO', least: 9 },
  { title: 'PORTS', least: 12 },
  { title: 'NEED' },
];

const CSV_COLUMNS: readonly CsvColumn<Rule>[] = [
  { name: 'id', value: (rule) => rule.id },
  { name: 'catalog', value: (rule) => rule.catalog },
  { name: 'section', value: (rule) => rule.source.section },
  { name: 'from', value: (rule) => rule.from.join(', ') },
  { name: 'to', value: (rule) => rule.to },
  { name: 'direction', value: (rule) => rule.direction },
  { name: 'transport', value: (rule) => rule.transport },
  { name: 'ports', value: (rule) => rule.ports.join(', ') },
  { name: 'relation', value: (rule) => rule.relation },
  { name: 'service', value: (rule) => rule.service },
  { name: 'description', value: (rule) => rule.description },
  { name: 'need', value: (rule) => rule.need },
  { name: 'condition', value: (rule) => rule.condition },
  { name: 'phase', value: (rule) => rule.phase },
  { name: 'notes', value: (rule) => rule.notes.join(', ') },
  { name: 'configurable', value: (rule) => rule.configurable },
  { name: 'setting', value: (rule) => rule.setting },
  { name: 'alternatives', value: (rule) => rule.alternatives },
  { name: 'since', value: (rule) => rule.since },
  { name: 'until', value: (rule) => rule.until },
  { name: 'versions', value: (rule) => rule.versions.map(({ version }) => version).join(', ') },
  { name: 'recovered', value: (rule) => rule.recovered },
  { name: 'host', value: (rule) => rule.endpoint?.host ?? null },
  { name: 'remark', value: (rule) => rule.remark },
  { name: 'document', value: (rule) => rule.source.document },
  { name: 'document_date', value: (rule) => rule.source.date },
];

/** Lists the rules that fit `options`. Returns 0, or 2 where an option makes no sense. */
export function runCatalog(options: CatalogOptions, write: Write, writeError: Write): number {
  const checked = checkOptions(options);
  if (typeof checked === 'string') {
    writeError(`pcapcheck: ${checked}\n`);
    return 2;
  }
  const catalog = loadCatalog();
  const rules = filterRules(catalog, checked.filter);
  switch (checked.format) {
    case 'json':
      write(`${JSON.stringify(catalogJson(rules, checked.filter), null, 2)}\n`);
      return 0;
    case 'csv':
      for (const part of csvFile(CSV_COLUMNS, rules, { bom: options.bom ?? false })) write(part);
      return 0;
    case 'table':
      write(table(rules));
      return 0;
  }
}

/** Explains one rule or statement by its id. Returns 0, or 2 where nothing has that id. */
export function runCatalogExplain(id: string, write: Write, writeError: Write): number {
  const catalog = loadCatalog();
  const rule = catalog.byId.get(id);
  const statement = catalog.statements.find((s) => s.id === id);
  if (!rule && !statement) {
    writeError(`pcapcheck: unknown rule '${printable(id)}'${hintFor(id, catalog)}\n`);
    return 2;
  }
  const [title, ...paragraphs] = rule ? explainRule(rule, catalog) : explainStatement(statement!);
  write(`${title}\n`);
  for (const paragraph of paragraphs) write(`\n${wrap(paragraph, WIDTH).join('\n')}\n`);
  return 0;
}

/** Ids named where several begin as the one that is not there. */
const MOST_NEAR = 5;

/** Ids that begin so, or the nearest one. */
function hintFor(id: string, catalog: Catalog): string {
  const ids = [...catalog.byId.keys(), ...catalog.statements.map((statement) => statement.id)];
  const begin = id === '' ? [] : ids.filter((known) => known.startsWith(id.toLowerCase()));
  if (begin.length > 0) {
    const more = begin.length > MOST_NEAR ? `, and ${begin.length - MOST_NEAR} more` : '';
    return `; these begin so: ${begin.slice(0, MOST_NEAR).join(', ')}${more}`;
  }
  const near = nearest(id, ids);
  return near ? `, did you mean '${near}'?` : '. `pcapcheck catalog` lists the rules';
}

type Format = (typeof CATALOG_FORMATS)[number];

/** The filter, or a sentence that says which option is wrong. */
function checkOptions(options: CatalogOptions): { filter: RuleFilter; format: Format } | string {
  const format = oneOf('format', options.format ?? 'table', CATALOG_FORMATS);
  const catalog = options.catalog === undefined ? undefined : oneOf('catalog', options.catalog, CATALOG_NAMES);
  const need = options.need === undefined ? undefined : oneOf('need', options.need, NEEDS);
  for (const choice of [format, catalog, need]) if (choice && 'wrong' in choice) return choice.wrong;
  const role = options.role === undefined ? undefined : resolveRole(options.role);
  if (options.role !== undefined && role === undefined) {
    const suggestion = suggestRole(options.role);
    const where = ' `pcapcheck topology schema` lists all roles, docs/topology-format.md says what they are.';
    return unknown('role', options.role, suggestion) + (suggestion === undefined ? where : '');
  }
  const ports = options.port === undefined ? undefined : parsePortQuery(options.port);
  if (options.port !== undefined && !ports) {
    return `--port '${printable(options.port)}' is no port; write 443, tcp/443, udp/63000-64000 or icmp`;
  }
  if (options.date !== undefined && !isDate(options.date)) {
    return `--date '${printable(options.date)}' is not a date such as 2025-12-08`;
  }
  const filter: RuleFilter = {
    role,
    ports,
    catalog: catalog?.value as CatalogName | undefined,
    need: need?.value as Need | undefined,
    text: options.text,
    date: options.date,
  };
  return { filter, format: (format as { value: Format }).value };
}

type Choice<T> = { value: T; wrong?: never } | { wrong: string; value?: never };

function oneOf<T extends string>(option: string, text: string, known: readonly T[]): Choice<T> {
  const value = known.find((name) => name === text.toLowerCase());
  if (value !== undefined) return { value };
  return { wrong: `${unknown(option, text, nearest(text, known))} It is one of ${known.join(', ')}.` };
}

function unknown(option: string, text: string, suggestion: string | undefined): string {
  return `unknown ${option} '${printable(text)}'${suggestion ? `, did you mean '${suggestion}'?` : '.'}`;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

function catalogJson(rules: readonly Rule[], filter: RuleFilter): object {
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const { statements, notes } = loadCatalog();
  return {
    schema: 'pcapcheck-catalog/1',
    rules: rules.map(ruleJson),
    ...(filtered ? {} : { statements, notes: [...notes.values()] }),
  };
}

function table(rules: readonly Rule[]): string {
  if (rules.length === 0) return 'no rule fits\n';
  const rows = rules.map((rule) => ({
    cells: [rule.id, rule.from.join(', '), rule.to, trafficInWords(rule), rule.need],
    tone: null,
  }));
  const lines = renderTable([...COLUMNS], rows, WIDTH, paintNothing);
  return `${lines.join('\n')}\n\n${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}\n`;
}
