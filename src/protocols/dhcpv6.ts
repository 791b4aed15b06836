/** DHCPv6 as far as network boot needs it: RFC 8415, boot options RFC 5970, DUID-UUID RFC 6355. */
import { ipv6Text } from '../track/address-text.ts';
import { hexOf, smbiosUuid, textOf, uint16, uint32 } from './bytes-text.ts';
import { isPxeClass } from './dhcp.ts';
import { NOT_FOR_US, type Reading, type Span } from './reading.ts';

// RFC 8415 section 8: type, transaction number, options
const TYPE = 0;
const XID = 1;
const OPTIONS = 4;
// Section 9: type, hop count, link address, peer address, options
const RELAY_HOPS = 1;
const RELAY_OPTIONS = 34;
const RELAY_FORWARD = 12;
const RELAY_REPLY = 13;
const LAST_TYPE = 36;
/** Section 7.6, HOP_COUNT_LIMIT. */
const MAX_RELAYS = 8;

const OPTION_CLIENT_ID = 1;
const OPTION_SERVER_ID = 2;
const OPTION_IA_NA = 3;
const OPTION_IA_TA = 4;
const OPTION_IA_PD = 25;
const OPTION_IA_ADDRESS = 5;
const OPTION_RELAY_MESSAGE = 9;
const OPTION_STATUS = 13;
const OPTION_VENDOR_CLASS = 16;
const OPTION_BOOT_FILE_URL = 59;
const OPTION_ARCHITECTURE = 61;

export const DHCPV6_SOLICIT = 1;
export const DHCPV6_ADVERTISE = 2;
export const DHCPV6_REQUEST = 3;
export const DHCPV6_REPLY = 7;
export const DHCPV6_DECLINE = 9;

/** RFC 8415 section 7.3, by number. */
export const DHCPV6_MESSAGE_NAMES: readonly string[] = [
  'message 0',
  'SOLICIT',
  'ADVERTISE',
  'REQUEST',
  'CONFIRM',
  'RENEW',
  'REBIND',
  'REPLY',
  'RELEASE',
  'DECLINE',
  'RECONFIGURE',
  'INFORMATION-REQUEST',
  'RELAY-FORWARD',
  'RELAY-REPLY',
];

export interface Dhcpv6Message {
  /** Of the message of client and server, within the relays' messages where there are any. */
  type: number;
  xid: number;
  /** Relays that it passed. */
  relays: number;
  /** Codes of its options, each time they occur, in its order; those within identity associations follow these. */
  codes: number[];
  /** DUID in hexadecimal; what it holds of the machine. Null where it holds none. */
  clientId: string | null;
  hardwareAddress: string | null;
  uuid: string | null;
  serverId: string | null;
  /** Addresses in identity associations. */
  addresses: string[];
  vendorClass: string | null;
  architecture: number | null;
  bootFileUrl: string | null;
  /** Option 13, 0 is success; null where there is none. */
  status: number | null;
}

/** Reads a DHCPv6 message, through up to eight relays. */
export function readDhcpv6({ bytes, offset, length }: Span): Reading<Dhcpv6Message> {
  let packet = bytes.subarray(offset, offset + length);
  let whole = true;
  for (let relays = 0; relays <= MAX_RELAYS; relays++) {
    if (packet.length < OPTIONS || packet[TYPE] === 0 || packet[TYPE] > LAST_TYPE) return NOT_FOR_US;
    if (packet[TYPE] !== RELAY_FORWARD && packet[TYPE] !== RELAY_REPLY) return readMessage(packet, relays, whole);
    if (packet.length < RELAY_OPTIONS || packet[RELAY_HOPS] > 32) return NOT_FOR_US;
    let inner: Uint8Array | null = null;
    whole =
      walk(packet.subarray(RELAY_OPTIONS), (code, value) => {
        if (code === OPTION_RELAY_MESSAGE && inner === null) inner = value;
      }) && whole;
    if (inner === null) return NOT_FOR_US;
    packet = inner;
  }
  return NOT_FOR_US;
}

function readMessage(packet: Uint8Array, relays: number, wholeSoFar: boolean): Reading<Dhcpv6Message> {
  const message: Dhcpv6Message = {
    type: packet[TYPE],
    xid: uint32(packet, XID - 1) & 0xffffff,
    relays,
    codes: [],
    clientId: null,
    hardwareAddress: null,
    uuid: null,
    serverId: null,
    addresses: [],
    vendorClass: null,
    architecture: null,
    bootFileUrl: null,
    status: null,
  };
  const whole = walk(packet.subarray(OPTIONS), (code, value) => readOption(message, code, value)) && wholeSoFar;
  return { answer: whole ? 'certain' : 'unsure', message };
}

function readOption(message: Dhcpv6Message, code: number, value: Uint8Array): void {
  message.codes.push(code);
  switch (code) {
    case OPTION_CLIENT_ID:
      message.clientId = hexOf(value);
      message.hardwareAddress = hardwareAddressOf(value);
      message.uuid = uuidOf(value);
      return;
    case OPTION_SERVER_ID:
      message.serverId = hexOf(value);
      return;
    case OPTION_IA_NA:
    case OPTION_IA_PD:
      readIdentity(message, value, 12);
      return;
    case OPTION_IA_TA:
      readIdentity(message, value, 4);
      return;
    case OPTION_STATUS:
      if (value.length >= 2) message.status = uint16(value, 0);
      return;
    case OPTION_VENDOR_CLASS:
      // Enterprise number, then length and data of the first class (section 21.16).
      if (value.length >= 6) message.vendorClass = textOf(value.subarray(6, 6 + uint16(value, 4)));
      return;
    case OPTION_BOOT_FILE_URL:
      message.bootFileUrl = textOf(value);
      return;
    case OPTION_ARCHITECTURE:
      if (value.length >= 2) message.architecture = uint16(value, 0);
      return;
  }
}

/** Identity associations: a number, two times (not in IA_TA), then options (RFC 8415 sections 21.4, 21.5, 21.21). */
function readIdentity(message: Dhcpv6Message, value: Uint8Array, header: number): void {
  if (value.length < header) return;
  walk(value.subarray(header), (inner, address) => {
    message.codes.push(inner);
    if (inner === OPTION_IA_ADDRESS && address.length >= 16) message.addresses.push(ipv6Of(address));
  });
}

/** Calls `see` for each option. @returns false where one reaches beyond the end */
function walk(field: Uint8Array, see: (code: number, value: Uint8Array) => void): boolean {
  let at = 0;
  while (at + 4 <= field.length) {
    const end = at + 4 + uint16(field, at + 2);
    if (end > field.length) return false;
    see(uint16(field, at), field.subarray(at + 4, end));
    at = end;
  }
  return at === field.length;
}

/** DUID-LLT (1) and DUID-LL (3) hold an Ethernet address (RFC 8415 sections 11.2, 11.4). */
function hardwareAddressOf(duid: Uint8Array): string | null {
  if (duid.length < 2) return null;
  const from = uint16(duid, 0) === 1 ? 8 : uint16(duid, 0) === 3 ? 4 : -1;
  return from > 0 && duid.length === from + 6 ? hexOf(duid.subarray(from), ':') : null;
}

/** DUID-UUID (4), RFC 6355: the machine's UUID. Firmware sends it as SMBIOS holds it. */
function uuidOf(duid: Uint8Array): string | null {
  return duid.length === 18 && uint16(duid, 0) === 4 ? smbiosUuid(duid.subarray(2)) : null;
}

function ipv6Of(bytes: Uint8Array): string {
  const words = Int32Array.from([0, 4, 8, 12], (at) => uint32(bytes, at) | 0);
  return ipv6Text(words, 0);
}

/** True where a client asks for network boot: its vendor class, its architecture, or a boot file. */
export function wantsBoot(message: Dhcpv6Message): boolean {
  return isPxeClass(message.vendorClass) || message.architecture !== null || message.bootFileUrl !== null;
}
