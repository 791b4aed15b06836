import type { Context, Judged } from './context.ts';
import type { Conversation } from './conversations.ts';
import { addJudged, addPlainTraffic } from './matrix-conversations.ts';
import type { Peer } from './peers.ts';
import type { PlainTraffic } from './screening.ts';
import type { MatrixRow, Outcome, Source } from './types.ts';
import { undecidedConnections } from './undecided.ts';
import type { Verdict } from './verdicts.ts';

/** The role matrix: a row for each pair of roles, protocol and port that was seen, sorted by roles and port. */
export function roleMatrix(context: Context): MatrixRow[] {
  const rows = new Map<string, MatrixRow>();
  for (const judged of context.judged) {
    const row = startRow(judged.conversation, judged.verdict);
    const key = keyOf(row);
    const known = rows.get(key);
    const target = known ?? row;
    if (known === undefined) rows.set(key, row);
    else known.rules = [...new Set([...known.rules, ...row.rules])];
    addTo(target, judged, context);
  }
  for (const traffic of context.plain) {
    const row = startRow(traffic, traffic.verdict);
    const key = keyOf(row);
    const target = rows.get(key) ?? row;
    rows.set(key, target);
    target.rules = [...new Set([...target.rules, ...row.rules])];
    addPlain(target, traffic, context);
  }
  return [...rows.values()].sort(
    (a, b) =>
      compare(a.src_role, b.src_role) ||
      compare(a.dest_role, b.dest_role) ||
      compare(a.proto, b.proto) ||
      a.dest_port - b.dest_port ||
      compare(a.verdict, b.verdict),
  );
}

function keyOf(row: MatrixRow): string {
  return [row.verdict, row.src_role, row.dest_role, row.proto, row.dest_port].join('\0');
}

type Ends = Pick<Conversation, 'client' | 'server' | 'proto' | 'port'> & Partial<Pick<Conversation, 'isTransfer'>>;

/** Transfers of TFTP use a port of their own each, and are what a request to port 69 asked for. */
const TFTP_PORT = 69;

function startRow({ client, server, proto, port, isTransfer }: Ends, verdict: Verdict): MatrixRow {
  let [from, to] = [rolesOf(client), rolesOf(server)];
  let rules: string[] = [];
  let source: Source | null = null;
  if (verdict.kind === 'expected') {
    const { rule, reversed } = verdict.matches[0];
    const played = rule.from.find((role) => client.endpoint.allRoles.has(role) || server.endpoint.allRoles.has(role));
    if (rule.catalog !== 'site' && played !== undefined) [from, to] = reversed ? [rule.to, played] : [played, rule.to];
    rules = verdict.matches.map((match) => match.rule.id);
    source = rule.source;
  } else if (verdict.kind === 'forbidden') {
    rules = [verdict.rule.id];
    source = verdict.rule.source;
  }
  return {
    src_role: from,
    dest_role: to,
    proto,
    dest_port: isTransfer === true ? TFTP_PORT : port,
    verdict: verdict.kind === 'unknown-endpoint' ? 'unexpected' : verdict.kind,
    rules,
    source,
    outcomes: {},
    symptoms: 0,
    connections: 0,
    blocked: 0,
    undecided: 0,
    bytes: 0,
    first_ts: '',
    last_ts: '',
    conversation_count: 0,
    conversations: [],
  };
}

/** Roles of an end as listed, or what kind of address it is. */
function rolesOf({ endpoint }: Peer): string {
  return endpoint.roles.length > 0 ? endpoint.roles.join('+') : endpoint.kind;
}

function addTo(row: MatrixRow, judged: Judged, context: Context): void {
  const { conversation, verdict, reach } = judged;
  row.connections += conversation.connections;
  if (verdict.kind === 'expected') {
    if (reach.state === 'blocked') row.blocked += conversation.connections;
    else row.undecided += undecidedConnections(conversation, reach);
  }
  addJudged(row, judged, context);
  row.bytes += conversation.bytes;
  for (const fate of conversation.fates) {
    const outcome: Outcome = fate.outcome;
    row.outcomes[outcome] = (row.outcomes[outcome] ?? 0) + fate.count;
    if (fate.symptom !== null) row.symptoms += fate.count;
    widen(row, fate, context);
  }
}

function addPlain(row: MatrixRow, traffic: PlainTraffic, context: Context): void {
  addPlainTraffic(row, traffic, context);
  row.connections += traffic.connections;
  row.bytes += traffic.bytes;
  for (const [outcome, count] of traffic.outcomes) row.outcomes[outcome] = (row.outcomes[outcome] ?? 0) + count;
  widen(row, traffic, context);
}

/** Makes the time of a row hold that of some traffic. */
function widen(row: MatrixRow, span: Span, context: Context): void {
  const first = context.time(span.firstSeconds, span.firstNanoseconds);
  const last = context.time(span.lastSeconds, span.lastNanoseconds);
  if (row.first_ts === '' || first < row.first_ts) row.first_ts = first;
  if (last > row.last_ts) row.last_ts = last;
}

type Span = Pick<PlainTraffic, 'firstSeconds' | 'firstNanoseconds' | 'lastSeconds' | 'lastNanoseconds'>;

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
