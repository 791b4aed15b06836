/** DHCPv4 as far as network boot needs it: RFC 2131 and 2132, PXE options RFC 4578 and PXE 2.1; relay-option.ts for 82, wds-option.ts for 250. */
import { hexOf, ipv4Of, smbiosUuid, textOf, uint16, uint32 } from './bytes-text.ts';
import { readDhcpOptions, readSubOptions } from './dhcp-options.ts';
import { NOT_FOR_US, type Reading, type Span } from './reading.ts';
import { type RelayOption, readRelayOption } from './relay-option.ts';
import { readWdsOption, type WdsOption } from './wds-option.ts';

// RFC 2131 section 2
const OP = 0;
const HARDWARE_TYPE = 1;
const HARDWARE_LENGTH = 2;
const HOPS = 3;
const XID = 4;
const SECS = 8;
const CIADDR = 12;
const YIADDR = 16;
const SIADDR = 20;
const GIADDR = 24;
const CHADDR = 28;
const SNAME = 44;
const FILE = 108;
const COOKIE = 236;
const OPTIONS = 240;
const MAGIC_COOKIE = 0x63825363;
const MAX_HARDWARE_LENGTH = 16;

export const DHCP_DISCOVER = 1;
export const DHCP_OFFER = 2;
export const DHCP_REQUEST = 3;
export const DHCP_DECLINE = 4;
export const DHCP_ACK = 5;
export const DHCP_NAK = 6;
export const DHCP_RELEASE = 7;
export const DHCP_INFORM = 8;

/** RFC 2132 section 9.6, by number. */
export const DHCP_MESSAGE_NAMES: readonly string[] = [
  'BOOTP',
  'DISCOVER',
  'OFFER',
  'REQUEST',
  'DECLINE',
  'ACK',
  'NAK',
  'RELEASE',
  'INFORM',
];

/** PXE vendor options (43): what the boot server wants of the client (PXE 2.1, table 2-1). */
export interface PxeVendorOptions {
  /** Sub-option 6; bit 3: take the boot file without asking a boot server. */
  discoveryControl: number | null;
  /** Sub-option 8. */
  bootServers: boolean;
  /** Sub-options 9 and 10. */
  menu: boolean;
  /** Sub-option 71. */
  bootItem: boolean;
}

export interface DhcpMessage {
  /** 1 from a client, 2 from a server. */
  op: number;
  /** Option 53; 0 for BOOTP. */
  type: number;
  /** Transaction number. */
  xid: number;
  hops: number;
  /** Seconds since the client began, as it says. */
  secs: number;
  /** Dotted decimal; 0.0.0.0 where there is none. */
  ciaddr: string;
  yiaddr: string;
  siaddr: string;
  giaddr: string;
  /** `00:15:5d:01:02:03`. */
  hardwareAddress: string;
  /** Name of the boot server: `sname`, or option 66. */
  serverName: string;
  /** Boot file: the `file` field, or option 67. */
  bootFile: string;
  /** Options that the message carries, by code, in its order. */
  codes: number[];
  /** Options 50, 54, 56, 60, 61, 97. Null where there are none. */
  requestedAddress: string | null;
  serverId: string | null;
  text: string | null;
  vendorClass: string | null;
  clientId: string | null;
  uuid: string | null;
  /** Option 93, the first number; option 55. */
  architecture: number | null;
  parameters: number[];
  /** Option 43, where the vendor class speaks of PXE. */
  vendor: PxeVendorOptions | null;
  /** Option 94, the version of the firmware's network interface, as `UNDI 3.16`; another type than UNDI is a number. */
  networkInterface: string | null;
  /** Option 82. */
  relay: RelayOption | null;
  /** Option 250: what a WDS boot program and its server tell each other; option 252: path of its BCD. */
  wds: WdsOption | null;
  bcdPath: string | null;
  /** Options 1 and 12, and the name of option 81 (RFC 4702). */
  subnetMask: string | null;
  hostName: string | null;
  fullName: string | null;
}

/** Reads a DHCP or BOOTP message. Without a whole fixed part it is neither; one without the cookie is BOOTP, `unsure`. */
export function readDhcp({ bytes, offset, length }: Span): Reading<DhcpMessage> {
  if (length < COOKIE) return NOT_FOR_US;
  const packet = bytes.subarray(offset, offset + length);
  const op = packet[OP];
  if ((op !== 1 && op !== 2) || packet[HARDWARE_LENGTH] > MAX_HARDWARE_LENGTH) return NOT_FOR_US;
  const hasCookie = length >= OPTIONS && uint32(packet, COOKIE) === MAGIC_COOKIE;
  const file = packet.subarray(FILE, COOKIE);
  const serverName = packet.subarray(SNAME, FILE);
  const options = readDhcpOptions({
    options: hasCookie ? packet.subarray(OPTIONS) : new Uint8Array(0),
    file,
    serverName,
  });
  const { values } = options;
  const value = (code: number, least: number): Uint8Array | null => {
    const found = values.get(code);
    return found !== undefined && found.length >= least ? found : null;
  };
  const text = (code: number): string | null => {
    const found = value(code, 1);
    return found === null ? null : textOf(found);
  };
  const address = (code: number): string | null => {
    const found = value(code, 4);
    return found === null ? null : ipv4Of(found, 0);
  };
  const vendorClass = text(60);
  const clientId = value(61, 1);
  const uuid = value(97, 17);
  const architecture = value(93, 2);
  const vendor = value(43, 1);
  const networkInterface = value(94, 3);
  const relay = value(82, 1);
  const wds = value(250, 1);
  const message: DhcpMessage = {
    op,
    type: value(53, 1)?.[0] ?? 0,
    xid: uint32(packet, XID),
    hops: packet[HOPS],
    secs: uint16(packet, SECS),
    ciaddr: ipv4Of(packet, CIADDR),
    yiaddr: ipv4Of(packet, YIADDR),
    siaddr: ipv4Of(packet, SIADDR),
    giaddr: ipv4Of(packet, GIADDR),
    hardwareAddress: hexOf(packet.subarray(CHADDR, CHADDR + (packet[HARDWARE_LENGTH] || 6)), ':'),
    serverName: (options.serverNameOverloaded ? '' : textOf(serverName)) || (text(66) ?? ''),
    bootFile: (options.fileOverloaded ? '' : textOf(file)) || (text(67) ?? ''),
    codes: options.codes,
    requestedAddress: address(50),
    serverId: address(54),
    text: text(56),
    vendorClass,
    clientId: clientId === null ? null : hexOf(clientId),
    uuid: uuid === null ? null : smbiosUuid(uuid.subarray(1)),
    architecture: architecture === null ? null : uint16(architecture, 0),
    parameters: [...(value(55, 1) ?? [])],
    vendor: vendor !== null && isPxeClass(vendorClass) ? pxeVendor(vendor) : null,
    networkInterface: networkInterface === null ? null : interfaceText(networkInterface),
    relay: relay === null ? null : readRelayOption(relay),
    wds: wds === null ? null : readWdsOption(wds),
    bcdPath: text(252),
    subnetMask: address(1),
    hostName: text(12),
    fullName: fullNameOf(value(81, 4)),
  };
  return { answer: hasCookie && options.whole && packet[HARDWARE_TYPE] !== 0 ? 'certain' : 'unsure', message };
}

const ENCODED_NAME = 0x04;

/** The client's full name (RFC 4702 section 2): flags, two codes that mean nothing, and the name as text or as labels of DNS. */
function fullNameOf(option: Uint8Array | null): string | null {
  if (option === null) return null;
  const name = option.subarray(3);
  if ((option[0] & ENCODED_NAME) === 0) return textOf(name);
  const labels: string[] = [];
  for (let at = 0; at < name.length && name[at] > 0 && at + 1 + name[at] <= name.length; at += 1 + name[at])
    labels.push(textOf(name.subarray(at + 1, at + 1 + name[at])));
  return labels.length === 0 ? null : labels.join('.');
}

/** Type, major, minor (RFC 4578 section 2.2; 1 is UNDI). */
function interfaceText([type, major, minor]: Uint8Array): string {
  return `${type === 1 ? 'UNDI' : `type ${type}`} ${major}.${minor}`;
}

function pxeVendor(field: Uint8Array): PxeVendorOptions {
  const found = readSubOptions(field);
  return {
    discoveryControl: found.get(6)?.[0] ?? null,
    bootServers: found.has(8),
    menu: found.has(9) || found.has(10),
    bootItem: found.has(71),
  };
}

/** True for the vendor class of a network boot client or server (PXE 2.1; UEFI 2.5 for HTTP boot). */
export function isPxeClass(vendorClass: string | null): boolean {
  return vendorClass !== null && (vendorClass.startsWith('PXEClient') || vendorClass.startsWith('HTTPClient'));
}

export const NO_ADDRESS = '0.0.0.0';
