import type { Ended, FlowRow, Outcome } from '../../src/assess/types.ts';

/** What a tool recorded of one connection; null where it does not say. `a` is the side it calls originator, source or client. */
export interface RecordedRow {
  proto: 'tcp' | 'udp' | null;
  a: string | null;
  aPort: number | null;
  b: string | null;
  bPort: number | null;
  /** From a to b, and back. */
  packets: [number, number] | null;
  /** Whole frames: the least and the most they may be, from a to b, and back. */
  bytes: [Range, Range] | null;
  /** The tool takes `a` for the client. */
  aIsClient: boolean;
  outcomes: readonly Outcome[] | null;
  ended: readonly Ended[] | null;
  syns: number | null;
  /** What the tool says, for the message. */
  text: string;
}

export interface Range {
  least: number;
  most: number;
}

/** `connections`: another number of connections between the same sockets; their packets and bytes are then compared in sum. */
export type What = 'missing' | 'extra' | 'connections' | 'packets' | 'bytes' | 'client' | 'outcome' | 'ended' | 'syns';

export interface Difference {
  what: What;
  text: string;
}

export interface Comparison {
  /** Rows of the tool. */
  rows: number;
  /** Those that differ in nothing. */
  equal: number;
  differences: Difference[];
}

/** Rows that differ for a reason, with how many differences of each kind there are. */
export interface Explanation {
  reason: string;
  counts: Partial<Record<What, number>>;
}

export const exactly = (bytes: number): Range => ({ least: bytes, most: bytes });

/**
 * Holds our connections against the rows of a tool.
 * @param isWhole the tool has a row for every connection: one of ours that it lacks is a difference
 */
export function match(ours: readonly FlowRow[], recorded: readonly RecordedRow[], isWhole: boolean): Comparison {
  const result: Comparison = { rows: recorded.length, equal: 0, differences: [] };
  const groups = new Map<string, RecordedRow[]>();
  for (const row of recorded) groups.set(identity(row), [...(groups.get(identity(row)) ?? []), row]);
  const seen = new Set<FlowRow>();
  for (const rows of groups.values()) {
    const mine = ours.filter((row) => orientation(row, rows[0]) !== null);
    for (const row of mine) seen.add(row);
    const found = mine.length === 0 ? rows.map(missing) : differencesOfGroup(mine, rows);
    for (const differences of found) {
      if (differences.length === 0) result.equal++;
      result.differences.push(...differences);
    }
  }
  for (const row of isWhole ? ours : []) {
    if (!seen.has(row)) result.differences.push({ what: 'extra', text: textOf(row) });
  }
  return result;
}

/** How many differences of each kind there are, and their texts. */
export function countsOf(differences: readonly Difference[]): { counts: Record<string, number>; texts: string } {
  const counts: Record<string, number> = {};
  for (const { what } of differences) counts[what] = (counts[what] ?? 0) + 1;
  return { counts, texts: differences.map(({ what, text }) => `${what}: ${text}`).join('\n') };
}

/** One list for each row of the tool. */
function differencesOfGroup(mine: readonly FlowRow[], rows: readonly RecordedRow[]): Difference[][] {
  if (mine.length !== rows.length) {
    const text = `${rows[0].text}: ours ${mine.length}, recorded ${rows.length}`;
    const inSum = differencesOf(sumOfOurs(mine, rows[0]), sumOfRecorded(rows));
    return rows.map((_, i) => (i === 0 ? [{ what: 'connections', text }, ...inSum] : []));
  }
  // Tools write their rows when connections end: of several between the same sockets, the most alike belong together.
  const left = new Set(mine);
  return rows.map((row) => {
    let best: FlowRow | null = null;
    let differences: Difference[] = [];
    for (const candidate of left) {
      const found = differencesOf(candidate, row);
      if (best === null || found.length < differences.length) [best, differences] = [candidate, found];
    }
    left.delete(best!);
    return differences;
  });
}

function differencesOf(ours: FlowRow, row: RecordedRow): Difference[] {
  const differences: Difference[] = [];
  const add = (what: What, mine: unknown, theirs: unknown): void => {
    differences.push({ what, text: `${row.text}: ours ${mine}, recorded ${theirs}` });
  };
  const aIsOurClient = orientation(ours, row) === 'client';
  const packets = [ours.pkts_toserver, ours.pkts_toclient];
  const bytes = [ours.bytes_toserver, ours.bytes_toclient];
  if (!aIsOurClient) {
    packets.reverse();
    bytes.reverse();
  }
  if (row.packets?.some((count, i) => count !== packets[i])) add('packets', packets, row.packets);
  if (row.bytes?.some(({ least, most }, i) => bytes[i] < least || bytes[i] > most)) {
    add('bytes', bytes, row.bytes.map(({ least, most }) => (least === most ? least : `${least}-${most}`)).join());
  }
  if (row.aIsClient && !aIsOurClient) add('client', `${ours.src_ip}:${ours.src_port}`, `${row.a}:${row.aPort}`);
  if (row.outcomes !== null && !row.outcomes.includes(ours.outcome)) add('outcome', ours.outcome, row.outcomes);
  if (row.ended !== null && ours.ended !== null && !row.ended.includes(ours.ended)) add('ended', ours.ended, row.ended);
  if (row.syns !== null && row.syns !== ours.syns) add('syns', ours.syns, row.syns);
  return differences;
}

function missing(row: RecordedRow): Difference[] {
  return [{ what: 'missing', text: row.text }];
}

/** Which of our ends is their `a`, or null where the row is of another connection. */
function orientation(ours: FlowRow, row: RecordedRow): 'client' | 'server' | null {
  if (row.proto !== null && row.proto !== ours.proto) return null;
  if (
    isSocket(row.a, row.aPort, ours.src_ip, ours.src_port) &&
    isSocket(row.b, row.bPort, ours.dest_ip, ours.dest_port)
  ) {
    return 'client';
  }
  return isSocket(row.a, row.aPort, ours.dest_ip, ours.dest_port) &&
    isSocket(row.b, row.bPort, ours.src_ip, ours.src_port)
    ? 'server'
    : null;
}

function isSocket(wantedIp: string | null, wantedPort: number | null, ip: string, port: number): boolean {
  return (wantedIp === null || wantedIp === ip) && (wantedPort === null || wantedPort === port);
}

function identity({ proto, a, aPort, b, bPort }: RecordedRow): string {
  return `${proto} ${[`${a} ${aPort}`, `${b} ${bPort}`].sort().join(' ')}`;
}

/** The packets and bytes of several connections of ours, as one that has the ends of the first. */
function sumOfOurs(mine: readonly FlowRow[], row: RecordedRow): FlowRow {
  const sum = { ...mine[0] };
  for (const other of mine.slice(1)) {
    const isTurned = orientation(other, row) !== orientation(sum, row);
    sum.pkts_toserver += isTurned ? other.pkts_toclient : other.pkts_toserver;
    sum.pkts_toclient += isTurned ? other.pkts_toserver : other.pkts_toclient;
    sum.bytes_toserver += isTurned ? other.bytes_toclient : other.bytes_toserver;
    sum.bytes_toclient += isTurned ? other.bytes_toserver : other.bytes_toclient;
  }
  return sum;
}

/** The packets and bytes of several rows as one; of what became of them it says nothing. */
function sumOfRecorded(rows: readonly RecordedRow[]): RecordedRow {
  const [first] = rows;
  let { packets, bytes } = first;
  for (const row of rows.slice(1)) {
    const [ab, ba] = row.a === first.a && row.aPort === first.aPort ? [0, 1] : [1, 0];
    packets = packets && row.packets && [packets[0] + row.packets[ab], packets[1] + row.packets[ba]];
    bytes = bytes && row.bytes && [plus(bytes[0], row.bytes[ab]), plus(bytes[1], row.bytes[ba])];
  }
  return { ...first, packets, bytes, aIsClient: false, outcomes: null, ended: null, syns: null };
}

function plus(one: Range, other: Range): Range {
  return { least: one.least + other.least, most: one.most + other.most };
}

function textOf(row: FlowRow): string {
  return `${row.proto} ${row.src_ip}:${row.src_port} ${row.dest_ip}:${row.dest_port} ${row.outcome} ${row.pkts_toserver}/${row.pkts_toclient} first frame ${row.first_frame}`;
}
