import { DHCP_DECLINE, type DhcpMessage } from '../protocols/dhcp.ts';
import { DHCPV6_DECLINE, type Dhcpv6Message } from '../protocols/dhcpv6.ts';
import type { Socket } from './kept-messages.ts';
import type { Moment } from './moment.ts';
import type { TftpStory } from './tftp-story.ts';

/** How far a boot came. The order is that of a boot. */
export const BOOT_STEPS = [
  'discover',
  'offer',
  'request',
  'address',
  'boot-server-request',
  'boot-file',
  'tftp-request',
  'tftp-data',
  'loaded',
  'windows-pe',
] as const;
export type BootStep = (typeof BOOT_STEPS)[number];

/** One message of a boot client's DHCP conversation. */
export interface BootMessage extends Moment {
  from: Socket;
  to: Socket;
  fromText: string;
  toText: string;
  connection: number;
  /** Of DHCPv4 or DHCPv6; one of the two is there. */
  v4: DhcpMessage | null;
  v6: Dhcpv6Message | null;
  /** DISCOVER, OFFER, SOLICIT, …, with `relayed` or `proxyDHCP` where it is. */
  name: string;
  /** To or from a relay: giaddr is set, or DHCPv6 relay messages wrap it. */
  relayed: boolean;
  /** To or from UDP 4011. */
  bootServerPort: boolean;
}

/** One boot of a client: from its first DISCOVER to what it loaded last. */
export interface Boot {
  /** 'http' where it only asks for boot over HTTP (vendor class HTTPClient). */
  way: 'pxe' | 'http';
  messages: BootMessage[];
  transfers: TftpStory[];
  /** Time of each step reached, the first time; of an address that the client declined afterwards there is none. */
  steps: Partial<Record<BootStep, Moment>>;
  reached: BootStep;
  first: Moment;
  last: Moment;
}

/** A machine that boots from the network, over all its addresses. */
export interface BootClient {
  /** Hardware address, or the client's DUID where DHCPv6 shows none. */
  id: string;
  hardwareAddress: string | null;
  uuid: string | null;
  architecture: number | null;
  addresses: string[];
  boots: Boot[];
}

/** The client gives an address back that it was just given: it is in use, or of no use (RFC 2131 section 3.1 step 5, RFC 8415 section 18.2.8). */
export function isDecline({ v4, v6 }: BootMessage): boolean {
  return v4 !== null ? v4.op === 1 && v4.type === DHCP_DECLINE : v6!.type === DHCPV6_DECLINE;
}

/** Option 93 (IANA "Processor Architecture Types"; 7 is x64 in practice, RFC 4578 has it as EFI byte code). */
export const ARCHITECTURES: Readonly<Record<number, string>> = {
  0: 'x86 BIOS',
  6: 'x86 UEFI',
  7: 'x64 UEFI',
  9: 'x64 UEFI',
  10: 'ARM32 UEFI',
  11: 'ARM64 UEFI',
  15: 'x86 UEFI HTTP',
  16: 'x64 UEFI HTTP',
  18: 'ARM32 UEFI HTTP',
  19: 'ARM64 UEFI HTTP',
};

/** True for BIOS, false for UEFI, null where nobody says. */
export function isBios(architecture: number | null): boolean | null {
  return architecture === null ? null : architecture === 0;
}
