import type { ConnectionTable } from './connection-table.ts';
import { DROP_CAUSES, type DropCause, dropReason } from './drop-reasons.ts';
import {
  DROP_DESTINATION,
  DROP_FLAGS,
  DROP_FRAME,
  DROP_KEY,
  DROP_LOCATION,
  DROP_PORTS,
  DROP_REASON,
  DROP_SOURCE,
  DROP_WIDTH,
} from './drops.ts';
import { connectionAtFrame, isSideA } from './join-icmp.ts';
import type { Messages } from './part.ts';

/** What a host says of packets that it dropped, of one side of one connection: the weightiest cause and its first drop. */
export interface DropVerdict {
  /** Who says so: the capture itself, or a line of a log of the Windows firewall. */
  by: 'capture' | 'firewall-log';
  cause: DropCause;
  /** PKTMON_DROP_REASON, -1 where it is not told. */
  reason: number;
  location: number;
  /** Key of ReaderSummary.components, 0 where it is not told. */
  component: number;
  /** DIRECTION_, seen from the host that dropped. */
  direction: number;
  /** Side whose packets were dropped: 0 A, 1 B. */
  side: number;
  /** Packets of that cause. */
  packets: number;
  /** Of the first one; 0 for a log. */
  frame: number;
  /** Where in the log; null for the capture. */
  log: { path: string; line: number } | null;
}

/** Joins drops to their connections. @returns the verdicts by record number * 2 + side, and the record number for each drop (-1: none) */
export function joinDrops(
  table: ConnectionTable,
  messages: Messages,
): { verdicts: Map<number, DropVerdict>; connections: Int32Array } {
  const connections = new Int32Array(messages.count).fill(-1);
  const verdicts = new Map<number, DropVerdict>();
  const { values } = messages;
  for (let i = 0; i < messages.count; i++) {
    const at = i * DROP_WIDTH;
    const ports = values[at + DROP_PORTS];
    const source = values[at + DROP_SOURCE];
    const found = table.find(
      values[at + DROP_KEY],
      source,
      values[at + DROP_DESTINATION],
      ports >>> 16,
      ports & 0xffff,
    );
    if (found < 0) continue;
    const frame = values[at + DROP_FRAME] >>> 0;
    const number = connectionAtFrame(table, found, frame);
    connections[i] = number;
    const flags = values[at + DROP_FLAGS];
    const reason = values[at + DROP_REASON];
    addDrop(verdicts, number, {
      by: 'capture',
      cause: dropReason(reason).cause,
      reason,
      location: values[at + DROP_LOCATION] >>> 0,
      component: flags >>> 3,
      direction: (flags >>> 1) & 3,
      side: isSideA(table, number, source, ports >>> 16) ? 0 : 1,
      packets: (flags & 1) === 0 ? 1 : 0,
      frame,
      log: null,
    });
  }
  return { verdicts, connections };
}

/** Takes one drop into what is known of its side of the connection. */
export function addDrop(verdicts: Map<number, DropVerdict>, number: number, drop: DropVerdict): void {
  const key = number * 2 + drop.side;
  const known = verdicts.get(key);
  if (known === undefined || weight(drop.cause) < weight(known.cause)) {
    verdicts.set(key, { ...drop, packets: Math.max(1, drop.packets) });
  } else if (known.cause === drop.cause && known.by === drop.by) known.packets += drop.packets;
}

/** The lower, the more a cause says. */
export function weight(cause: DropCause): number {
  return DROP_CAUSES.indexOf(cause);
}
