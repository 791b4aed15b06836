import type { BeginningCounts } from './beginnings.ts';
import type { FateRows } from './fate-table.ts';
import type { StretchRows } from './stretches.ts';

/**
 * What the analysis of one segment of a capture gives: everything that the verdicts need, and nothing of the packets. Plain
 * arrays, so that a worker can hand it over without a copy. Parts of neighbouring segments are joined in order (merge.ts); a
 * join of parts is a part.
 */
export interface Part {
  /** Frames read, judged or not. Frame numbers in the part count from 1. */
  frames: number;
  /** Bytes on the wire of all frames. */
  bytes: number;
  /** Frames by what decoding said of them, indexed as REASONS. */
  reasons: Float64Array;
  /** Earliest and latest time stamp; meaningless where frames is 0. */
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  /** The times in which frames came (stretches.ts). */
  stretches: StretchRows;
  /** Connections in the order of their first frame, RECORD_INTS integers each (record.ts). */
  records: Int32Array;
  connectionCount: number;
  /** The hash table over the records, and its slots in use, for whoever made tables with the same seed (connection-table.ts). */
  slots: Int32Array;
  slotsUsed: number;
  seed: number;
  /** IPv6 addresses by their number, four integers each. */
  addresses: Int32Array;
  addressCount: number;
  /** Networks by their number, from 1 on, four integers each (networks.ts). */
  networks: Int32Array;
  networkCount: number;
  /** ICMP errors that quote TCP or UDP (icmp-errors.ts) and fragments (fragments.ts), in the order of the frames. */
  icmpErrors: Messages;
  fragments: Messages;
  /** Packets that the capturing system dropped (drops.ts), in the order of the frames. */
  drops: Messages;
  /** Payloads of control conversations, in the order of the frames (payload-log.ts). */
  payloads: Payloads;
  /** TFTP transfers, whose packets are counted instead of kept (tftp-meter.ts), in the order of their first frame. */
  tftp: TftpMeters;
  /** Names that packets speak of (name-facts.ts). */
  names: Names;
  /** Connections that were set aside for want of memory (folder.ts); null where there are none, and all numbers are in use. */
  folded: Folded | null;
}

/** Connections that are no longer followed, summed up. */
export interface Folded {
  fates: FateRows;
  /** When they began. */
  beginnings: BeginningCounts;
  /** ICMP errors that went with them. */
  icmpErrors: number;
  connections: number;
  /** Those that had not come to an end, as far as the capture had shown. */
  open: number;
}

/** Distinct byte strings: number n is `bytes[offsets[n], offsets[n + 1])`. */
export interface NameBytes {
  bytes: Uint8Array;
  offsets: Int32Array;
  count: number;
  /** Appearances of those that had no room. */
  dropped: number;
}

/** Names and what they were said of, as rows (name-fields.ts). */
export interface Names {
  names: NameBytes;
  /** Paths of HTTP, protocols of ALPN. */
  details: NameBytes;
  /** IPv6 addresses of answers, four integers each. */
  hosts: Int32Array;
  hostCount: number;
  hostsDropped: number;
  lookups: Messages;
  answers: Messages;
  aliases: Messages;
  firsts: Messages;
  visits: Messages;
  /** COUNT_ of name-fields.ts. */
  counters: Float64Array;
  openings: Openings;
}

/** TLS hellos and HTTP requests over several segments, and the first segments of the part (openings.ts). */
export interface Openings {
  log: Payloads;
  edge: Payloads;
}

/** METER_INTS integers a transfer; `dropped` counts datagrams. */
export type TftpMeters = Messages;

/** Messages of PAYLOAD_WIDTH integers, and the bytes that they point into. */
export interface Payloads extends Messages {
  bytes: Uint8Array;
  /** Bytes in use. */
  used: number;
  /** Messages that were not kept, or not whole, by kind (control-ports.ts); `dropped` is their sum. */
  lost: Float64Array;
}

/** Messages of fixed width as a MessageLog keeps them. */
export interface Messages {
  values: Int32Array;
  count: number;
  /** Messages beyond the limit, counted only. */
  dropped: number;
}

/** The memory of a part, for a transfer between threads; the part is empty for the sender afterwards. */
export function partBuffers(part: Part): ArrayBuffer[] {
  const { reasons, records, slots, addresses, networks, icmpErrors, fragments, drops, payloads, tftp, names } = part;
  const { lookups, answers, aliases, firsts, visits, openings } = names;
  const messages = [part.stretches, icmpErrors, fragments, drops, tftp, lookups, answers, aliases, firsts, visits];
  const rows = messages.map(({ values }) => values);
  const logs = [payloads, openings.log, openings.edge].flatMap(({ values, bytes, lost }) => [values, bytes, lost]);
  const texts = [names.names, names.details].flatMap(({ bytes, offsets }) => [bytes, offsets]);
  const all = [reasons, records, slots, addresses, networks, names.hosts, names.counters, ...rows, ...logs, ...texts];
  return all.map((array) => array.buffer as ArrayBuffer);
}
