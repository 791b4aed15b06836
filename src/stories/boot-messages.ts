import { DHCP_MESSAGE_NAMES, NO_ADDRESS, readDhcp } from '../protocols/dhcp.ts';
import { DHCPV6_MESSAGE_NAMES, readDhcpv6, wantsBoot } from '../protocols/dhcpv6.ts';
import { CONTROL_DHCP, CONTROL_DHCPV6 } from '../track/control-ports.ts';
import type { Observation } from '../track/observation.ts';
import type { BootMessage } from './boot-story.ts';
import { type KeptMessage, keptMessages } from './kept-messages.ts';

/** PXE 2.1 section 2.2: boot servers are asked here. */
export const BOOT_SERVER_PORT = 4011;

export interface BootMessages {
  messages: BootMessage[];
  /** Messages that are DHCP by their beginning, and broken or cut after it. */
  malformed: number;
}

/** All DHCP messages in the order of time, of boot clients and others. */
export function bootMessages(observation: Observation): BootMessages {
  const messages: BootMessage[] = [];
  let malformed = 0;
  for (const kept of keptMessages(observation, new Set([CONTROL_DHCP, CONTROL_DHCPV6]))) {
    const reading = kept.kind === CONTROL_DHCP ? readDhcp(kept.payload) : readDhcpv6(kept.payload);
    if (reading.answer === 'not-for-us') continue;
    if (reading.answer === 'unsure' && kept.whole) malformed++;
    messages.push(messageOf(kept, reading.message, observation));
  }
  return { messages, malformed };
}

function messageOf(
  kept: KeptMessage,
  content: NonNullable<BootMessage['v4'] | BootMessage['v6']>,
  observation: Observation,
): BootMessage {
  const v4 = 'op' in content ? content : null;
  const v6 = 'op' in content ? null : content;
  const bootServerPort = kept.from.port === BOOT_SERVER_PORT || kept.to.port === BOOT_SERVER_PORT;
  const relayed = v4 !== null ? v4.giaddr !== NO_ADDRESS && kept.from.port === kept.to.port : v6!.relays > 0;
  const plain = v4 !== null ? (DHCP_MESSAGE_NAMES[v4.type] ?? `type ${v4.type}`) : nameOf6(v6!.type);
  const isProxy = v4 !== null && v4.op === 2 && v4.type === 2 && v4.yiaddr === NO_ADDRESS;
  return {
    seconds: kept.seconds,
    nanoseconds: kept.nanoseconds,
    frame: kept.frame,
    from: kept.from,
    to: kept.to,
    fromText: observation.addressText(kept.from.family, kept.from.address),
    toText: observation.addressText(kept.to.family, kept.to.address),
    connection: kept.connection,
    v4,
    v6,
    name: `${isProxy ? 'proxy ' : ''}${plain}`,
    relayed,
    bootServerPort,
  };
}

function nameOf6(type: number): string {
  return DHCPV6_MESSAGE_NAMES[type] ?? `message ${type}`;
}

/** Who a message is about: its hardware address, or the DUID. Null for BOOTP replies and the like that name nobody. */
export function clientOf({ v4, v6 }: BootMessage): string | null {
  if (v4 !== null) return /^(00:)*00$/.test(v4.hardwareAddress) ? null : v4.hardwareAddress;
  return v6!.hardwareAddress ?? v6!.clientId;
}

/** True where the message itself shows that somebody boots from the network. */
export function isBootRequest({ v4, v6 }: BootMessage): boolean {
  if (v4 !== null) {
    const { op, vendorClass } = v4;
    return op === 1 && vendorClass !== null && /^(PXE|HTTP)Client/.test(vendorClass);
  }
  return wantsBoot(v6!);
}
