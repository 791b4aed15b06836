import type { FlowRow, Outcome } from '../../src/assess/types.ts';
import type { SuricataCheck } from './recorded.ts';

type Fits = (flow: FlowRow, wanted: unknown) => boolean;

/**
 * What a check of Suricata's flow events may ask, and how one of our connections answers. To Suricata `src` is who sent first, unless
 * it saw the handshake or knows the protocol: a check that fits only the other way round is a difference of its own.
 */
const CONDITIONS: Record<string, Fits> = {
  event_type: () => true,
  proto: (flow, wanted) => flow.proto.toUpperCase() === wanted,
  src_ip: (flow, wanted) => flow.src_ip === wanted,
  src_port: (flow, wanted) => flow.src_port === wanted,
  dest_ip: (flow, wanted) => flow.dest_ip === wanted,
  dest_port: (flow, wanted) => flow.dest_port === wanted,
  'flow.pkts_toserver': (flow, wanted) => flow.pkts_toserver === wanted,
  'flow.pkts_toclient': (flow, wanted) => flow.pkts_toclient === wanted,
  'flow.bytes_toserver': (flow, wanted) => flow.bytes_toserver === wanted,
  'flow.bytes_toclient': (flow, wanted) => flow.bytes_toclient === wanted,
  // Difference of the seconds of the first and the last packet.
  'flow.age': (flow, wanted) => secondsOf(flow.last_ts) - secondsOf(flow.first_ts) === wanted,
  'flow.state': (flow, wanted) => FLOW_STATES[`${flow.proto} ${wanted}`]?.includes(flow.outcome) ?? false,
  'tcp.state': (flow, wanted) => TCP_STATES[String(wanted)]?.(flow) ?? false,
  'vlan[0]': (flow, wanted) => flow.vlan === wanted,
};

/** Conditions on what the configuration of the test makes of a flow, and on protocols and flags, of which our rows do not tell. */
const UNTOLD =
  /^(app_proto|flow\.(alerted|action|reason|exception_policy.*)|tcp\.(tcp_flags.*|syn|ack|psh|fin|rst|t[sc]_max_regions))$/;

const OPEN: readonly Outcome[] = ['established', 'midstream', 'one-sided'];
/** A TCP flow of which Suricata saw no handshake stays new, unless the test lets it pick up sessions. */
const FLOW_STATES: Record<string, readonly Outcome[]> = {
  'tcp established': OPEN,
  'tcp closed': OPEN,
  'tcp new': ['no-answer', 'undecided', 'refused', 'prohibited', 'unreachable', 'half-open', 'midstream', 'one-sided'],
  'udp established': ['answered'],
  'udp new': ['no-answer', 'undecided', 'one-way', 'one-sided', 'prohibited', 'unreachable'],
};

const TCP_STATES: Record<string, (flow: FlowRow) => boolean> = {
  syn_sent: ({ outcome }) => ['no-answer', 'undecided', 'prohibited', 'unreachable'].includes(outcome),
  established: ({ outcome, ended }) => OPEN.includes(outcome) && (ended === 'open' || ended === 'stalled'),
  // One side has sent its FIN.
  close_wait: ({ ended }) => ended === 'fin',
  closed: ({ ended }) => ended === 'fin' || ended === 'reset-by-client' || ended === 'reset-by-server',
};

/** How many of our connections a check fits. */
export interface CheckResult {
  fitting: number;
  /** Of these, those that only fit with client and server exchanged. */
  turned: number;
}

/** The check asks for flows of TCP or UDP, and for something that our rows tell; the event type alone asks for all flows. */
export function isComparable({ match }: SuricataCheck): boolean {
  const asked = Object.keys(match).filter((name) => name !== 'event_type');
  if (match.event_type !== 'flow') return false;
  if (/ICMP/.test(String(match.proto)) || 'icmp_type' in match) return false;
  return asked.length === 0 || asked.some((name) => !UNTOLD.test(name));
}

export function check({ match }: SuricataCheck, flows: readonly FlowRow[]): CheckResult {
  const conditions = Object.entries(match).filter(([name]) => !UNTOLD.test(name));
  const fits = (flow: FlowRow): boolean =>
    conditions.every(([name, wanted]) => {
      const condition = CONDITIONS[name];
      if (condition === undefined) throw new Error(`unknown condition: ${name}`);
      return condition(flow, wanted);
    });
  const result: CheckResult = { fitting: 0, turned: 0 };
  for (const flow of flows) {
    const isTurned = !fits(flow);
    if (isTurned && !fits(turned(flow))) continue;
    result.fitting++;
    if (isTurned) result.turned++;
  }
  return result;
}

function turned(flow: FlowRow): FlowRow {
  return {
    ...flow,
    src_ip: flow.dest_ip,
    src_port: flow.dest_port,
    dest_ip: flow.src_ip,
    dest_port: flow.src_port,
    pkts_toserver: flow.pkts_toclient,
    pkts_toclient: flow.pkts_toserver,
    bytes_toserver: flow.bytes_toclient,
    bytes_toclient: flow.bytes_toserver,
  };
}

function secondsOf(time: string): number {
  return Math.floor(Date.parse(time.replace(/\.\d+Z$/, 'Z')) / 1000);
}
