/**
 * Connections as a table that streams. The first rows decide how wide the two addresses get; a later row whose addresses
 * are wider takes a line for each of them, and no address is ever cut:
 *
 *     tcp  10.20.0.11:50123  10.20.0.31:1433   no-answer    -       3   198 B    9.00 s
 *     udp  [2001:db8:aaaa:bbbb:cccc:dddd:eeee:1001]:50123
 *          [2001:db8:aaaa:bbbb:cccc:dddd:eeee:2002]:53
 *                                              unreachable  -       3   198 B    9.00 s
 */
import type { FlowRow } from '../../assess/types.ts';
import { chunks, type TextSink } from '../chunks.ts';
import type { FlowOptions, FlowWriter } from '../flows.ts';
import { ENDED_LABELS, OUTCOME_LABELS } from '../labels.ts';
import { printable } from '../printable.ts';
import { count, secondsBetween, size } from '../quantity.ts';
import { painter } from '../style.ts';
import { head, pad } from '../text-width.ts';

/** Rows looked at before the first is printed. */
const SAMPLE = 500;
const LEAST_WIDTH = 40;
const GAP = '  ';
const PROTO_WIDTH = 3;
const WIDEST_ADDRESS = '[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535'.length;

/** Of a name, which is cut: ndjson has it whole. */
const NAME_WIDTH = 40;

interface FactColumn {
  title: string;
  width: number;
  align: 'left' | 'right';
  text(row: FlowRow): string;
}

const FACTS: readonly FactColumn[] = [
  { title: 'outcome', width: 11, align: 'left', text: (row) => row.outcome },
  {
    title: 'ended',
    width: 7,
    align: 'left',
    text: (row) => (row.ended === null ? '-' : ENDED_LABELS[row.ended]),
  },
  { title: 'packets', width: 7, align: 'right', text: (row) => amount(row.pkts_toserver + row.pkts_toclient) },
  { title: 'bytes', width: 7, align: 'right', text: (row) => size(row.bytes_toserver + row.bytes_toclient) },
  { title: 'duration', width: 8, align: 'right', text: (row) => duration(secondsBetween(row.first_ts, row.last_ts)) },
  { title: 'service', width: 8, align: 'left', text: (row) => row.service ?? '-' },
  { title: 'name', width: NAME_WIDTH, align: 'left', text: (row) => nameOf(row) },
];

/** Only where the first rows have one. */
const RPC_FACT: FactColumn = { title: 'rpc', width: 21, align: 'left', text: (row) => row.rpc_interface ?? '' };

/** Where the line is short the last of these goes first. */
const LEAST_FACTS = 2;

/** Those behind them give way to addresses that would not fit into one line. */
const FACTS_BESIDE_ADDRESSES = 5;

/** In a line so narrow that not even these fit beside short addresses, rows are stacked. */
const SHORT_ADDRESSES = 2 * '10.0.0.1:50123'.length;

interface Layout {
  client: number;
  server: number;
  facts: readonly FactColumn[];
}

export function tableFlows(write: TextSink, options: FlowOptions): FlowWriter {
  const width = Math.max(LEAST_WIDTH, options.width);
  const paint = painter(options.color);
  const out = chunks(write);
  let waiting: FlowRow[] | null = [];
  let layout: Layout | null = null;

  const print = (row: FlowRow, columns: Layout): void => {
    const tone = OUTCOME_LABELS[row.outcome].tone;
    for (const line of rowLines(row, columns, width)) out.add(`${paint(tone, line)}\n`);
  };
  const start = (rows: FlowRow[]): Layout => {
    const columns = layoutFor(rows, width);
    for (const line of titleLines(columns, width)) out.add(`${paint('dim', line)}\n`);
    for (const row of rows) print(row, columns);
    return columns;
  };
  return {
    begin() {},
    row(row) {
      if (layout !== null) return print(row, layout);
      waiting!.push(row);
      if (waiting!.length === SAMPLE) {
        layout = start(waiting!);
        waiting = null;
      }
    },
    end() {
      if (waiting?.length === 0) out.add('No TCP or UDP connection.\n');
      else layout ??= start(waiting!);
      out.flush();
    },
  };
}

const factsWidth = (facts: readonly FactColumn[]): number =>
  facts.reduce((sum, fact) => sum + GAP.length + fact.width, 0);

function layoutFor(rows: FlowRow[], width: number): Layout {
  let facts = rows.some((row) => row.rpc_interface !== null) ? [...FACTS, RPC_FACT] : FACTS;
  const free = (): number => width - PROTO_WIDTH - 2 * GAP.length - factsWidth(facts);
  while (free() < SHORT_ADDRESSES && facts.length > LEAST_FACTS) facts = facts.slice(0, -1);
  const widest = (text: (row: FlowRow) => string): number =>
    rows.reduce((most, row) => Math.max(most, text(row).length), 'client'.length);
  const client = Math.min(widest(clientOf), WIDEST_ADDRESS);
  const server = Math.min(widest(serverOf), WIDEST_ADDRESS);
  while (client + server > free() && facts.length > FACTS_BESIDE_ADDRESSES) facts = facts.slice(0, -1);
  if (client + server <= free()) return { client, server, facts };
  const half = Math.floor(free() / 2);
  return { client: half, server: free() - half, facts };
}

const titleLines = (layout: Layout, width: number): string[] =>
  lines(
    '',
    'client',
    'server',
    layout.facts.map((fact) => fact.title),
    layout,
    width,
  );

const rowLines = (row: FlowRow, layout: Layout, width: number): string[] =>
  lines(
    row.proto,
    clientOf(row),
    serverOf(row),
    layout.facts.map((fact) => fact.text(row)),
    layout,
    width,
  );

function lines(
  proto: string,
  client: string,
  server: string,
  facts: string[],
  layout: Layout,
  width: number,
): string[] {
  const tail = facts
    .map((text, index) => GAP + pad(text, layout.facts[index]!.width, layout.facts[index]!.align))
    .join('');
  const both = layout.client + GAP.length + layout.server;
  const margin = ' '.repeat(PROTO_WIDTH) + GAP;
  if (client.length <= layout.client && server.length <= layout.server) {
    return [(pad(proto, PROTO_WIDTH) + GAP + pad(pad(client, layout.client) + GAP + server, both) + tail).trimEnd()];
  }
  const own = (text: string): string[] => broken(text, width - margin.length).map((piece) => margin + piece);
  const [first, ...more] = own(client);
  const named = [pad(proto, PROTO_WIDTH) + first!.slice(PROTO_WIDTH), ...more];
  if (server.length <= both) return [...named, (margin + pad(server, both) + tail).trimEnd()];
  return [...named, ...own(server), (margin + ' '.repeat(both) + tail).trimEnd()];
}

function broken(text: string, width: number): string[] {
  const piece = head(text, width);
  return piece === text ? [text] : [piece, ...broken(text.slice(piece.length), width)];
}

const socket = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);
const clientOf = (row: FlowRow): string => socket(row.src_ip, row.src_port);
const serverOf = (row: FlowRow): string => socket(row.dest_ip, row.dest_port);

function nameOf({ names }: FlowRow): string {
  if (names.length === 0) return '-';
  const name = printable(names[0]!);
  const more = names.length > 1 ? ` +${names.length - 1}` : '';
  const cut = head(name, NAME_WIDTH - more.length);
  return cut === name ? name + more : `${head(name, NAME_WIDTH - more.length - 1)}…${more}`;
}

/** Up to seven columns: `999,999`, then `12.3 M`. */
const amount = (value: number): string => (value < 1e6 ? count(value) : `${(value / 1e6).toFixed(1)} M`);

/** Up to eight columns: `0.35 ms`, `9.00 s`, `12 min`, `3.4 h`. */
function duration(seconds: number): string {
  if (seconds < 1) return `${(seconds * 1000).toFixed(2)} ms`;
  if (seconds < 600) return `${seconds.toFixed(2)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
