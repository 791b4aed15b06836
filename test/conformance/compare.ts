import type { FlowRow } from '../../src/assess/types.ts';
import type { Oracle, TcpRow } from './oracles.ts';

/** One difference between a connection of ours and the row of tshark, or a connection that only one of them has. */
export interface Difference {
  proto: 'tcp' | 'udp';
  what: 'missing' | 'extra' | 'packets' | 'bytes' | 'client' | 'outcome' | 'syns';
  text: string;
}

export interface Comparison {
  rows: number;
  equal: number;
  differences: Difference[];
}

/** What each reading of the oracle allows. `undecided` is right for silence only where the capture ends too soon. */
const TCP_OUTCOMES: [RegExp, readonly string[]][] = [
  [/^established/, ['established']],
  [/^unanswered/, ['no-answer', 'undecided']],
  [/^mid-stream: no handshake seen, both/, ['midstream']],
  [/^mid-stream: no handshake seen, one/, ['one-sided', 'undecided']],
  [/^one-sided/, ['one-sided']],
  [/^icmp error answered the SYN/, ['unreachable', 'prohibited']],
  [/^half-open/, ['half-open', 'undecided']],
  [/^refused/, ['refused']],
  [/^answer-only/, ['one-sided']],
  [/^other: SYN without SYN-ACK, but other packets came back/, ['established']],
  [/^handshake aborted by client RST/, ['half-open']],
];
const UDP_OUTCOMES: [RegExp, readonly string[]][] = [
  [/^both directions/, ['answered']],
  [/^one direction, to broadcast/, ['one-way']],
  [/^one direction/, ['no-answer', 'undecided', 'one-sided', 'one-way']],
  [/^icmp error/, ['unreachable', 'prohibited']],
];

/** Seconds after which silence is no-answer (src/track/outcome.ts). */
const PATIENCE = 3;

export function compare(ours: readonly FlowRow[], oracle: Oracle, end: number): Comparison {
  const result: Comparison = { rows: 0, equal: 0, differences: [] };
  for (const proto of ['tcp', 'udp'] as const) {
    const theirs = group(oracle.tshark![proto], (row) => socketKey(row.a, row.a_port, row.b, row.b_port));
    const mine = group(
      ours.filter((row) => row.proto === proto),
      (row) => socketKey(row.src_ip, row.src_port, row.dest_ip, row.dest_port),
    );
    for (const [key, rows] of theirs) {
      rows.forEach((row, i) => {
        result.rows++;
        const found = differencesOf(proto, row, mine.get(key)?.[i], end);
        if (found.length === 0) result.equal++;
        result.differences.push(...found);
      });
    }
    // A capped oracle holds the first rows only.
    for (const [key, rows] of oracle.tshark!.rows_capped_at === undefined ? mine : []) {
      for (const row of rows.slice(theirs.get(key)?.length ?? 0)) {
        result.differences.push({
          proto,
          what: 'extra',
          text: `${nameOf(row)} ${row.outcome} first frame ${row.first_frame}`,
        });
      }
    }
  }
  return result;
}

function differencesOf(proto: 'tcp' | 'udp', row: TcpRow, ours: FlowRow | undefined, end: number): Difference[] {
  const name = `${row.a}:${row.a_port} ${row.b}:${row.b_port} [${row.reading}] ${row.flags_head ?? ''}`;
  if (ours === undefined) return [{ proto, what: 'missing', text: name }];
  const differences: Difference[] = [];
  const add = (what: Difference['what'], mine: unknown, theirs: unknown): void => {
    differences.push({ proto, what, text: `${name}: ours ${mine}, oracle ${theirs}` });
  };
  const fromA = sameSocket(ours.src_ip, ours.src_port, row.a, row.a_port);
  const packets = fromA ? [ours.pkts_toserver, ours.pkts_toclient] : [ours.pkts_toclient, ours.pkts_toserver];
  const bytes = fromA ? [ours.bytes_toserver, ours.bytes_toclient] : [ours.bytes_toclient, ours.bytes_toserver];
  if (packets[0] !== row.pkts_ab || packets[1] !== row.pkts_ba) add('packets', packets, [row.pkts_ab, row.pkts_ba]);
  if (bytes[0] !== row.bytes_ab || bytes[1] !== row.bytes_ba) add('bytes', bytes, [row.bytes_ab, row.bytes_ba]);
  if (proto === 'tcp') {
    const isHandshake = (row.syn_ab ?? 0) + (row.syn_ba ?? 0) > 0 || row.reading.startsWith('answer-only');
    const clientIsA = (row.syn_ab ?? 0) > 0;
    if (isHandshake && ours.client_inferred) add('client', 'inferred', 'known');
    if (isHandshake && fromA !== clientIsA) add('client', fromA ? 'a' : 'b', clientIsA ? 'a' : 'b');
    if (isHandshake && ours.syns !== (row.syn_ab ?? row.syn_ba ?? 0))
      add('syns', ours.syns, row.syn_ab ?? row.syn_ba ?? 0);
  }
  const allowed =
    (proto === 'tcp' ? TCP_OUTCOMES : UDP_OUTCOMES).find(([reading]) => reading.test(row.reading))?.[1] ?? [];
  const decided = allowed.filter((outcome) => outcome !== 'undecided');
  const mayBeUndecided =
    allowed.includes('undecided') && (end - Number(row.first_ts) < PATIENCE || end - Number(row.last_ts) < PATIENCE);
  const isLoneReset = allowed.includes('one-sided') && /^>(A?R ?)+$/.test((row.flags_head ?? '').replaceAll('>', '>'));
  if (!decided.includes(ours.outcome) && !(ours.outcome === 'undecided' && (mayBeUndecided || isLoneReset))) {
    add('outcome', ours.outcome, row.reading);
  }
  return differences;
}

function group<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function socketKey(a: string, aPort: number, b: string, bPort: number): string {
  return [`${a} ${aPort}`, `${b} ${bPort}`].sort().join(' ');
}

function sameSocket(ip: string, port: number, otherIp: string, otherPort: number): boolean {
  return ip === otherIp && port === otherPort;
}

function nameOf(row: FlowRow): string {
  return `${row.src_ip}:${row.src_port} ${row.dest_ip}:${row.dest_port}`;
}
