import { PAYLOAD_OVERHEAD } from './payload-fields.ts';

/** Conversations whose payload is kept for later. Those of UDP are datagrams, those of TCP are pieces of two streams (stories/byte-stream.ts). */
export const CONTROL_NONE = 0;
export const CONTROL_DHCP = 1;
export const CONTROL_TFTP = 2;
export const CONTROL_DHCPV6 = 3;
/** TCP: the RPC endpoint mapper. */
export const CONTROL_RPC = 4;
/** TCP: DNS. Over UDP it is read as it comes. */
export const CONTROL_DNS_STREAM = 5;
/** TCP, any port: a TLS hello or an HTTP request that its first segment does not hold (openings.ts). */
export const CONTROL_OPENING = 6;
/** UDP: Kerberos, the head of each message. */
export const CONTROL_KERBEROS = 7;
/** UDP: LDAP, by which clients look for domain controllers. */
export const CONTROL_CLDAP = 8;
/** TCP: Kerberos, the beginning of each direction. */
export const CONTROL_KERBEROS_STREAM = 9;

/**
 * What is kept of one kind. Kinds do not share their room, so that a flood of one pushes out nothing of another. Each message costs its
 * bytes and PAYLOAD_OVERHEAD.
 */
export interface PayloadBudget {
  /** Bytes of one message. */
  message: number;
  /** Of one connection, both directions. */
  connection: number;
  /** Of a whole capture. */
  total: number;
}

const MEGABYTE = 2 ** 20;
const BOOT: PayloadBudget = { message: 2048, connection: 64 * MEGABYTE, total: 64 * MEGABYTE };

/**
 * Budgets by kind. 2,048 bytes are more than a DHCP message with all its options, or a TFTP request, ever has; 64 MB some 100,000 of
 * them. All clients without an address share one DHCP "connection".
 */
export const PAYLOAD_BUDGETS: readonly PayloadBudget[] = [
  { message: 0, connection: 0, total: 0 },
  BOOT,
  { ...BOOT, total: 32 * MEGABYTE, connection: 32 * MEGABYTE },
  { ...BOOT, total: 32 * MEGABYTE, connection: 32 * MEGABYTE },
  { message: 65536, connection: 64 * 1024, total: 64 * MEGABYTE },
  { message: 65536, connection: 64 * 1024, total: 16 * MEGABYTE },
  { message: 4096, connection: 16 * 1024 + 16 * PAYLOAD_OVERHEAD, total: 32 * MEGABYTE },
  { message: 128, connection: 2048, total: 4 * MEGABYTE },
  { message: 1024, connection: 8192, total: 4 * MEGABYTE },
  { message: 512, connection: 2048, total: 8 * MEGABYTE },
];

/** By UDP port, at either end: RFC 2131 section 4.1 and PXE 2.1 (67, 68, 4011), RFC 1350 section 4 (69), RFC 8415 section 7.2 (546, 547), RFC 4120 section 7.2.1 (88), [MS-ADTS] section 6.3.3 (389). */
const UDP_PORTS: readonly (readonly [number, number])[] = [
  [67, CONTROL_DHCP],
  [68, CONTROL_DHCP],
  [4011, CONTROL_DHCP],
  [69, CONTROL_TFTP],
  [546, CONTROL_DHCPV6],
  [547, CONTROL_DHCPV6],
  [88, CONTROL_KERBEROS],
  [389, CONTROL_CLDAP],
];

/** By TCP port, at either end: [MS-RPCE] section 2.1.1.1 (135), RFC 1035 section 4.2.2 (53), RFC 4120 section 7.2.2 (88). */
const TCP_PORTS: readonly (readonly [number, number])[] = [
  [135, CONTROL_RPC],
  [53, CONTROL_DNS_STREAM],
  [88, CONTROL_KERBEROS_STREAM],
];

const byUdpPort = new Uint8Array(65536);
for (const [port, kind] of UDP_PORTS) byUdpPort[port] = kind;
const byTcpPort = new Uint8Array(65536);
for (const [port, kind] of TCP_PORTS) byTcpPort[port] = kind;

/** The kind of conversation that a datagram between two ports belongs to; CONTROL_NONE for nearly all. A TFTP client may have any port, 4011 too. */
export function controlKind(sourcePort: number, destinationPort: number): number {
  const asked = byUdpPort[destinationPort];
  return asked === CONTROL_TFTP ? asked : byUdpPort[sourcePort] || asked;
}

/** The kind of stream that a TCP segment between two ports belongs to; the lower port decides where both are known, so that both directions agree. */
export function streamKind(sourcePort: number, destinationPort: number): number {
  const from = byTcpPort[sourcePort];
  const to = byTcpPort[destinationPort];
  return from === CONTROL_NONE || to === CONTROL_NONE ? from | to : Math.min(from, to);
}
