/** Conversations whose payload is kept for later. */
export const CONTROL_NONE = 0;
export const CONTROL_DHCP = 1;
export const CONTROL_TFTP = 2;
export const CONTROL_DHCPV6 = 3;

/** By UDP port, at either end: RFC 2131 section 4.1 and PXE 2.1 (67, 68, 4011), RFC 1350 section 4 (69), RFC 8415 section 7.2 (546, 547). */
const PORTS: readonly (readonly [number, number])[] = [
  [67, CONTROL_DHCP],
  [68, CONTROL_DHCP],
  [4011, CONTROL_DHCP],
  [69, CONTROL_TFTP],
  [546, CONTROL_DHCPV6],
  [547, CONTROL_DHCPV6],
];

const byPort = new Uint8Array(65536);
for (const [port, kind] of PORTS) byPort[port] = kind;

/** The kind of conversation that a datagram between two ports belongs to; CONTROL_NONE for nearly all. A TFTP client may have any port, 4011 too. */
export function controlKind(sourcePort: number, destinationPort: number): number {
  const asked = byPort[destinationPort];
  return asked === CONTROL_TFTP ? asked : byPort[sourcePort] || asked;
}
