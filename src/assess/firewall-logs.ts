/** What logs of the Windows firewall say beside the capture: which rows spoke of its connections, and which of packets that it does not hold. */
import type { Endpoint, Site } from '../site/index.ts';
import { ipv4Text, ipv6Text } from '../track/address-text.ts';
import {
  LOG_DESTINATION,
  LOG_KEY,
  LOG_LINE,
  LOG_PORTS,
  LOG_SECONDS,
  LOG_SOURCE,
  LOG_WIDTH,
  type LogDrops,
  type LogJoin,
} from '../track/join-log.ts';
import { KIND_IPV6 } from '../track/record.ts';
import type { FirewallLog } from '../witness/firewall-log.ts';
import { offsetText } from '../witness/log-zone.ts';
import type { FirewallLogReport, UnmatchedDrop } from './types.ts';

/** A log, and how it was joined to the connections. */
export interface LogEvidence {
  log: FirewallLog;
  join: LogJoin;
}

/** Pairs of known hosts and ports that are listed of one log; the rest is counted. */
const MOST_UNMATCHED = 100;
/** Pairs that are told apart at all. */
const MOST_PAIRS = 100_000;
const PROTOCOL_TCP = 6;

/** @param time ISO 8601 of seconds */
export function firewallLogReport(
  { log, join }: LogEvidence,
  site: Site,
  time: (seconds: number) => string,
): FirewallLogReport {
  const known = knownDrops(log.kept, join.unmatched, site, time);
  const { drops, otherDrops, allows, others, unreadable } = log;
  return {
    path: log.path,
    time_zone: log.zone,
    first: log.first === null ? null : time(log.first),
    last: log.last === null ? null : time(log.last),
    rows: drops + otherDrops + allows + others + unreadable,
    drops,
    joined: join.joined,
    connections: join.connections,
    outside: join.outside,
    unmatched: join.unmatched.length,
    unmatched_known: known.slice(0, MOST_UNMATCHED),
    unmatched_known_more: Math.max(0, known.length - MOST_UNMATCHED),
    problems: problemsOf(log, join),
  };
}

/** Dropped packets between hosts that both have a role, by client, server and port; the most frequent first. */
function knownDrops(
  log: LogDrops,
  rows: readonly number[],
  site: Site,
  time: (seconds: number) => string,
): UnmatchedDrop[] {
  const byPair = new Map<string, UnmatchedDrop>();
  for (const row of rows) {
    const at = row * LOG_WIDTH;
    const source = endOf(log, at, LOG_SOURCE, site);
    const destination = endOf(log, at, LOG_DESTINATION, site);
    if (!hasRole(source.endpoint) || !hasRole(destination.endpoint)) continue;
    const proto = (log.values[at + LOG_KEY] & 0xff) === PROTOCOL_TCP ? 'tcp' : 'udp';
    const port = log.values[at + LOG_PORTS] & 0xffff;
    const seconds = time(log.values[at + LOG_SECONDS] >>> 0);
    const key = `${source.ip} ${destination.ip} ${proto} ${port}`;
    const pair = byPair.get(key);
    if (pair !== undefined) {
      pair.rows++;
      if (seconds < pair.first_ts) pair.first_ts = seconds;
      if (seconds > pair.last_ts) pair.last_ts = seconds;
    } else if (byPair.size < MOST_PAIRS) {
      byPair.set(key, {
        src_ip: source.ip,
        src_name: source.endpoint.name,
        src_roles: [...source.endpoint.roles],
        dest_ip: destination.ip,
        dest_name: destination.endpoint.name,
        dest_roles: [...destination.endpoint.roles],
        proto,
        dest_port: port,
        rows: 1,
        line: log.values[at + LOG_LINE],
        first_ts: seconds,
        last_ts: seconds,
      });
    }
  }
  return [...byPair.values()].sort((a, b) => b.rows - a.rows || a.line - b.line);
}

function endOf(log: LogDrops, at: number, field: number, site: Site): { ip: string; endpoint: Endpoint } {
  const value = log.values[at + field];
  if ((log.values[at + LOG_KEY] & KIND_IPV6) === 0)
    return { ip: ipv4Text(value), endpoint: site.endpoints[site.lookup4(value)] };
  const words = log.addresses;
  const w = value * 4;
  const index = site.lookup6(words[w], words[w + 1], words[w + 2], words[w + 3]);
  return { ip: ipv6Text(words, w), endpoint: site.endpoints[index] };
}

function hasRole({ kind, roles }: Endpoint): boolean {
  return (kind === 'host' || kind === 'network') && roles.length > 0;
}

function problemsOf(log: FirewallLog, join: LogJoin): string[] {
  const problems: string[] = [];
  const shift = commonShift(join);
  if (shift !== null && log.offset !== null) {
    const [seconds, rows] = shift;
    const wanted = offsetText(log.offset + seconds);
    problems.push(
      `${rows} dropped packets of the log fit connections of the capture by addresses and ports, and lie ${Math.abs(seconds)} s ${seconds < 0 ? 'before' : 'behind'} them: if the zone or the clock is the reason, --firewall-log-time ${wanted} mends it.`,
    );
  }
  if (log.lost > 0) problems.push(`Windows could not log ${log.lost} events.`);
  if (log.unreadable > 0) problems.push(`${log.unreadable} rows make no sense; they were passed over.`);
  if (log.notKept > 0) problems.push(`${log.notKept} dropped packets beyond the limit were only counted.`);
  return problems;
}

/** Where more rows lie beside connections by the same time than fit them. */
function commonShift({ shifts, joined }: LogJoin): [number, number] | null {
  let best: [number, number] | null = null;
  for (const [seconds, rows] of shifts)
    if (best === null || rows > best[1] || (rows === best[1] && Math.abs(seconds) < Math.abs(best[0])))
      best = [seconds, rows];
  return best !== null && best[1] > joined ? best : null;
}
