/** Ports that RPC servers handed out: a line for each server and port. Left out where nobody connected to one. */
import type { Report, RpcConnectionReport } from '../../assess/types.ts';
import { OUTCOME_LABELS, OUTCOMES } from '../labels.ts';
import { count } from '../quantity.ts';
import { type Column, type Row, renderTable } from '../table.ts';
import { type Page, paragraph, section } from './block.ts';

const MOST_ROWS = 15;

const COLUMNS: Column[] = [
  { title: 'Server', least: 10 },
  { title: 'Port', align: 'right' },
  { title: 'Interface', least: 16 },
  { title: 'Clients', align: 'right' },
  { title: 'Connections', least: 11 },
  { title: 'Told in frame', align: 'right' },
];

interface Line {
  server: string;
  port: number;
  /** Interfaces in words. */
  texts: Set<string>;
  clients: number;
  outcomes: Map<string, number>;
  /** The first answer that told it. */
  frame: number;
}

export function rpcSection(report: Report, page: Page): string[] {
  const lines = linesOf(report.rpc_connections);
  if (lines.length === 0) return [];
  const sorted = lines.toSorted((one, other) => failed(other) - failed(one));
  const shown = page.verbose ? sorted : sorted.slice(0, MOST_ROWS);
  const left = sorted.length - shown.length;
  return section(page, `RPC PORTS (${count(lines.length)} handed out by tcp/135 and used)`, [
    ...renderTable(COLUMNS, shown.map(rowOf), page.width, page.paint),
    ...(left === 0 ? [] : paragraph(page, `... and ${count(left)} more: --verbose shows them all`, 2, 'dim')),
  ]);
}

function linesOf(rows: readonly RpcConnectionReport[]): Line[] {
  const byPort = new Map<string, Line>();
  for (const row of rows) {
    const key = `${row.dest_ip} ${row.dest_port}`;
    const known = byPort.get(key) ?? {
      server: row.dest_name ?? row.dest_ip,
      port: row.dest_port,
      texts: new Set<string>(),
      clients: 0,
      outcomes: new Map<string, number>(),
      frame: row.interfaces[0]?.frame ?? 0,
    };
    byPort.set(key, known);
    known.clients++;
    for (const { text } of row.interfaces) known.texts.add(text);
    for (const [outcome, amount] of Object.entries(row.outcomes))
      known.outcomes.set(outcome, (known.outcomes.get(outcome) ?? 0) + amount);
  }
  return [...byPort.values()];
}

/** Interfaces named in one line. */
const NAMED = 3;

function textOf({ texts }: Line): string {
  const more = texts.size - NAMED;
  return `${[...texts].slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const FAILED = new Set(['no-answer', 'refused', 'prohibited', 'unreachable', 'half-open']);

function failed({ outcomes }: Line): number {
  return [...outcomes].reduce((sum, [outcome, amount]) => sum + (FAILED.has(outcome) ? amount : 0), 0);
}

function rowOf(line: Line): Row {
  const told = OUTCOMES.filter((outcome) => line.outcomes.has(outcome)).map(
    (outcome) => `${count(line.outcomes.get(outcome)!)} ${OUTCOME_LABELS[outcome].label}`,
  );
  return {
    tone: failed(line) > 0 ? 'warn' : null,
    cells: [line.server, String(line.port), textOf(line), count(line.clients), told.join(', '), count(line.frame)],
  };
}
