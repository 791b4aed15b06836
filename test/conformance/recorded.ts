import { type Oracle, oracles } from './oracles.ts';

/** The facts of tools other than tshark, as their own test-suites record them. */

export interface ZeekLog {
  /** Path of the log in Zeek's test-suite. */
  baseline: string;
  /** `conn`, `conn-partial` (some columns only), `tunnel` or the name of a protocol's log. */
  log: string;
  /** The run loaded no protocol scripts. */
  bare: boolean;
  ignore_checksums: boolean;
  /** Capture filter of the run. */
  filter: string | null;
  caution?: string;
  /** Columns without a value are left out. */
  rows: Record<string, string>[];
}

export interface NdpiFlow {
  /** `TCP`, `UDP`, or a protocol that has no ports. */
  l4: string;
  a: string;
  a_port: number;
  b: string;
  b_port: number;
  a_pkts: number;
  a_bytes: number;
  b_pkts: number;
  b_bytes: number;
}

export interface ArkimeSession {
  ip_proto: number;
  /** Sessions of frames without an IP header have no ends. */
  src?: string;
  src_port?: number;
  dst?: string;
  dst_port?: number;
  src_packets: number;
  dst_packets: number;
  src_bytes: number;
  dst_bytes: number;
  /** Packets with the flag, of both sides. */
  tcpflags?: Record<'syn' | 'syn-ack' | 'ack' | 'psh' | 'fin' | 'rst', number>;
}

export interface SuricataCheck {
  /** Name of the test in suricata-verify. */
  test: string;
  /** How many events fit. */
  count: number;
  /** What an event has to say, by the path of its field. */
  match: Record<string, unknown>;
}

export interface Recorded extends Oracle {
  zeek?: ZeekLog[];
  ndpi?: { flows: NdpiFlow[] };
  arkime?: { sessions: ArkimeSession[] };
  suricata?: SuricataCheck[];
}

/** The captures of which a tool says something. */
export function recordedBy<K extends 'zeek' | 'ndpi' | 'arkime' | 'suricata'>(
  tool: K,
): [file: string, facts: Required<Pick<Recorded, K>>[K], recorded: Recorded][] {
  return Object.entries(oracles() as Record<string, Recorded>).flatMap(([file, recorded]) => {
    const facts = recorded[tool];
    return facts === undefined ? [] : [[file, facts as Required<Pick<Recorded, K>>[K], recorded]];
  });
}
