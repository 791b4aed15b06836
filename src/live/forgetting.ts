import { CONTROL_DHCP, CONTROL_DHCPV6, CONTROL_TFTP, PAYLOAD_BUDGETS } from '../track/control-ports.ts';
import { DROP_WIDTH } from '../track/drops.ts';
import { FRAGMENT_WIDTH } from '../track/fragments.ts';
import { ICMP_MESSAGE_WIDTH } from '../track/icmp-errors.ts';
import { MAX_MESSAGES } from '../track/message-log.ts';
import type { Messages, Part, Payloads } from '../track/part.ts';
import {
  PAYLOAD_OFFSET,
  PAYLOAD_OVERHEAD,
  PAYLOAD_SECONDS,
  PAYLOAD_STORED,
  PAYLOAD_WIDTH,
  payloadKind,
} from '../track/payload-fields.ts';
import { MAX_METERS, METER_ACK, METER_DATA, METER_INTS } from '../track/tftp-meter.ts';
import { RUN_COUNT, RUN_LAST_SECONDS } from '../track/tftp-run.ts';

/**
 * What a capture keeps of messages has limits, and of a file the first ones count. A run that goes on for weeks wants the latest: once a
 * limit is used up to this share, the older half of those messages goes.
 */
const FULL = 0.4;

/** Kinds that are told as one story, and forgotten together. */
const BOOT_KINDS: ReadonlySet<number> = new Set([CONTROL_DHCP, CONTROL_DHCPV6, CONTROL_TFTP]);

export interface Forgotten {
  part: Part;
  /** Boots and transfers before this moment (seconds since 1970) are forgotten; null where all are kept. */
  bootsBefore: number | null;
}

/** The part without its older messages, where it holds too many; null where all may stay. */
export function forgetOld(part: Part): Forgotten | null {
  const horizons = payloadHorizons(part.payloads);
  const meters = part.tftp.count > MAX_METERS * FULL ? middle(part.tftp.count, (i) => meterSeconds(part.tftp, i)) : 0;
  const boots = Math.max(meters, ...[...BOOT_KINDS].map((kind) => horizons[kind]));
  for (const kind of BOOT_KINDS) horizons[kind] = boots;
  const fragments = laterHalf(part.fragments, FRAGMENT_WIDTH);
  const icmpErrors = laterHalf(part.icmpErrors, ICMP_MESSAGE_WIDTH);
  const drops = laterHalf(part.drops, DROP_WIDTH);
  if (horizons.every((horizon) => horizon === 0) && [fragments, icmpErrors, drops].every((log) => log === null))
    return null;
  return {
    part: {
      ...part,
      payloads: keepPayloads(part.payloads, horizons),
      tftp: keep(part.tftp, METER_INTS, (i) => meterSeconds(part.tftp, i) >= boots),
      fragments: fragments ?? part.fragments,
      icmpErrors: icmpErrors ?? part.icmpErrors,
      drops: drops ?? part.drops,
    },
    bootsBefore: boots === 0 ? null : boots,
  };
}

/** By kind: messages before this moment go; 0 where all stay. */
function payloadHorizons({ values, count }: Payloads): number[] {
  const charged = PAYLOAD_BUDGETS.map(() => 0);
  const times = PAYLOAD_BUDGETS.map((): number[] => []);
  for (let i = 0; i < count; i++) {
    const at = i * PAYLOAD_WIDTH;
    const kind = payloadKind(values, at);
    charged[kind] += values[at + PAYLOAD_STORED] + PAYLOAD_OVERHEAD;
    times[kind].push(values[at + PAYLOAD_SECONDS] >>> 0);
  }
  return PAYLOAD_BUDGETS.map(({ total }, kind) =>
    charged[kind] > total * FULL ? middle(times[kind].length, (i) => times[kind][i]) : 0,
  );
}

/** The time of the middle one of many. */
function middle(count: number, timeOf: (i: number) => number): number {
  return Float64Array.from({ length: count }, (_, i) => timeOf(i)).sort()[count >> 1];
}

function meterSeconds({ values }: Messages, i: number): number {
  const at = i * METER_INTS;
  return [METER_DATA, METER_ACK].reduce(
    (latest, run) =>
      values[at + run + RUN_COUNT] === 0 ? latest : Math.max(latest, values[at + run + RUN_LAST_SECONDS] >>> 0),
    0,
  );
}

/** Messages are in the order of their frames. Null where all may stay. */
function laterHalf(log: Messages, width: number): Messages | null {
  return log.count <= MAX_MESSAGES * FULL ? null : keep(log, width, (i) => i >= log.count >> 1);
}

function keep<T extends Messages>(log: T, width: number, isKept: (i: number) => boolean): T {
  const values = log.values.slice(0, log.count * width);
  let count = 0;
  for (let i = 0; i < log.count; i++) {
    if (!isKept(i)) continue;
    values.copyWithin(count * width, i * width, (i + 1) * width);
    count++;
  }
  return { ...log, values, count, dropped: log.dropped };
}

function keepPayloads(payloads: Payloads, horizons: readonly number[]): Payloads {
  const kept = keep(payloads, PAYLOAD_WIDTH, (i) => {
    const at = i * PAYLOAD_WIDTH;
    return payloads.values[at + PAYLOAD_SECONDS] >>> 0 >= horizons[payloadKind(payloads.values, at)];
  });
  let used = 0;
  for (let i = 0; i < kept.count; i++) used += kept.values[i * PAYLOAD_WIDTH + PAYLOAD_STORED];
  const bytes = new Uint8Array(used);
  let to = 0;
  for (let at = 0; at < kept.count * PAYLOAD_WIDTH; at += PAYLOAD_WIDTH) {
    const from = kept.values[at + PAYLOAD_OFFSET];
    const stored = kept.values[at + PAYLOAD_STORED];
    bytes.set(payloads.bytes.subarray(from, from + stored), to);
    kept.values[at + PAYLOAD_OFFSET] = to;
    to += stored;
  }
  return { ...kept, bytes, used };
}
