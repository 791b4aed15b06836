import type { Context, Judged } from './context.ts';
import { type Conversation, failedInUse } from './conversations.ts';
import { addJudged, addPlainTraffic } from './matrix-conversations.ts';
import type { Peer } from './peers.ts';
import type { PlainTraffic } from './screening.ts';
import type { MatrixRow, Outcome, Source } from './types.ts';
import { undecidedConnections } from './undecided.ts';
import type { Verdict } from './verdicts.ts';

/** A row in the making. */
interface Growing {
  row: MatrixRow;
  rules: Set<string>;
  /** Time stamps of the span that the row covers: text is made of them at the end. */
  span: Span;
}

/** The role matrix: a row for each pair of roles, protocol and port that was seen, sorted by roles and port. */
export function roleMatrix(context: Context): MatrixRow[] {
  const rows = new Map<string, Growing>();
  for (const judged of context.judged) addTo(rowFor(rows, judged.conversation, judged.verdict), judged, context);
  for (const traffic of context.plain) addPlain(rowFor(rows, traffic, traffic.verdict), traffic, context);
  for (const { row, rules, span } of rows.values()) {
    row.rules = [...rules];
    row.first_ts = context.time(span.firstSeconds, span.firstNanoseconds);
    row.last_ts = context.time(span.lastSeconds, span.lastNanoseconds);
  }
  return [...rows.values()]
    .map(({ row }) => row)
    .sort(
      (a, b) =>
        compare(a.src_role, b.src_role) ||
        compare(a.dest_role, b.dest_role) ||
        compare(a.proto, b.proto) ||
        a.dest_port - b.dest_port ||
        compare(a.verdict, b.verdict),
    );
}

type Ends = Pick<Conversation, 'client' | 'server' | 'proto' | 'port'> & Partial<Pick<Conversation, 'isTransfer'>>;

/** Transfers of TFTP use a port of their own each, and are what a request to port 69 asked for. */
const TFTP_PORT = 69;

/** The row that some traffic belongs to, made where there is none. */
function rowFor(rows: Map<string, Growing>, ends: Ends, verdict: Verdict): Growing {
  const { proto } = ends;
  const port = ends.isTransfer === true ? TFTP_PORT : ends.port;
  const [from, to] = rolesFor(ends, verdict);
  const name = verdict.kind === 'unknown-endpoint' || verdict.kind === 'unlisted' ? 'unexpected' : verdict.kind;
  const key = `${name}\0${from}\0${to}\0${proto}\0${port}`;
  let growing = rows.get(key);
  if (growing === undefined) {
    growing = { row: newRow(from, to, proto, port, name, sourceOf(verdict)), rules: new Set(), span: { ...NO_SPAN } };
    rows.set(key, growing);
  }
  if (verdict.kind === 'expected') for (const { rule } of verdict.matches) growing.rules.add(rule.id);
  else if (verdict.kind === 'forbidden') growing.rules.add(verdict.rule.id);
  return growing;
}

function rolesFor({ client, server }: Ends, verdict: Verdict): [string, string] {
  if (verdict.kind === 'expected') {
    const { rule, reversed } = verdict.matches[0];
    const played = rule.from.find((role) => client.endpoint.allRoles.has(role) || server.endpoint.allRoles.has(role));
    if (rule.catalog !== 'site' && played !== undefined) return reversed ? [rule.to, played] : [played, rule.to];
  }
  return [rolesOf(client), rolesOf(server)];
}

function sourceOf(verdict: Verdict): Source | null {
  if (verdict.kind === 'expected') return verdict.matches[0].rule.source;
  return verdict.kind === 'forbidden' ? verdict.rule.source : null;
}

function newRow(
  from: string,
  to: string,
  proto: Ends['proto'],
  port: number,
  verdict: MatrixRow['verdict'],
  source: Source | null,
): MatrixRow {
  return {
    src_role: from,
    dest_role: to,
    proto,
    dest_port: port,
    verdict,
    rules: [],
    source,
    outcomes: {},
    symptoms: 0,
    connections: 0,
    blocked: 0,
    blocked_likely: 0,
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

function addTo({ row, span }: Growing, judged: Judged, context: Context): void {
  const { conversation, verdict, reach } = judged;
  row.connections += conversation.connections;
  if (verdict.kind === 'expected') {
    if (reach.state === 'blocked') {
      row.blocked += conversation.connections;
      if (reach.certainty === 'likely') row.blocked_likely += conversation.connections;
    } else row.undecided += undecidedConnections(conversation, reach);
  }
  addJudged(row, judged, context);
  row.bytes += conversation.bytes;
  for (const fate of conversation.fates) {
    const outcome: Outcome = fate.outcome;
    row.outcomes[outcome] = (row.outcomes[outcome] ?? 0) + fate.count;
    if (failedInUse(fate)) row.symptoms += fate.count;
    widen(span, fate);
  }
}

function addPlain({ row, span }: Growing, traffic: PlainTraffic, context: Context): void {
  addPlainTraffic(row, traffic, context);
  row.connections += traffic.connections;
  row.bytes += traffic.bytes;
  for (const [outcome, count] of traffic.outcomes) row.outcomes[outcome] = (row.outcomes[outcome] ?? 0) + count;
  widen(span, traffic);
}

type Span = Pick<PlainTraffic, 'firstSeconds' | 'firstNanoseconds' | 'lastSeconds' | 'lastNanoseconds'>;

const NO_SPAN: Span = {
  firstSeconds: Number.POSITIVE_INFINITY,
  firstNanoseconds: 0,
  lastSeconds: -1,
  lastNanoseconds: 0,
};

/** Makes a span hold another one. */
function widen(span: Span, by: Span): void {
  if (isEarlier(by.firstSeconds, by.firstNanoseconds, span.firstSeconds, span.firstNanoseconds)) {
    span.firstSeconds = by.firstSeconds;
    span.firstNanoseconds = by.firstNanoseconds;
  }
  if (isEarlier(span.lastSeconds, span.lastNanoseconds, by.lastSeconds, by.lastNanoseconds)) {
    span.lastSeconds = by.lastSeconds;
    span.lastNanoseconds = by.lastNanoseconds;
  }
}

function isEarlier(seconds: number, nanoseconds: number, thanSeconds: number, thanNanoseconds: number): boolean {
  return seconds < thanSeconds || (seconds === thanSeconds && nanoseconds < thanNanoseconds);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
