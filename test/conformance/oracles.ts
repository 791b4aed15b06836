import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The captures of others, where this machine has them; they are not part of the product. */
export const CAPTURES = join(import.meta.dirname, '../../../shared/captures');
const ORACLES = join(CAPTURES, 'oracles.json');

export const hasOracles = existsSync(ORACLES);
if (!hasOracles) console.warn('\nSKIPPED: the conformance suite needs ../shared/captures, which is not here.\n');

export interface TcpRow {
  a: string;
  a_port: number;
  b: string;
  b_port: number;
  pkts_ab: number;
  pkts_ba: number;
  bytes_ab: number;
  bytes_ba: number;
  syn_ab?: number;
  syn_ba?: number;
  flags_head?: string;
  first_ts: string;
  last_ts: string;
  reading: string;
  ip_depth?: number;
  vlan?: number;
}

export interface Oracle {
  capinfos?: { encapsulation: string; packets: string };
  tshark?: {
    frames: number;
    bytes: number;
    ip_fragments: number;
    protocols: Record<string, number>;
    tcp: TcpRow[];
    udp: TcpRow[];
    rows_capped_at?: number;
  };
}

export function oracles(): Record<string, Oracle> {
  return hasOracles ? (JSON.parse(readFileSync(ORACLES, 'utf8')) as Record<string, Oracle>) : {};
}
