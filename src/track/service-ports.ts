/**
 * Port numbers that servers listen on, for connections whose beginning the capture does not show. All system ports
 * (below 1024, RFC 6335 section 6) count, but for those that clients use by their protocol; above them only what Windows
 * networks and common tools serve.
 */
const REGISTERED_SERVICE_PORTS = [
  1433, 1434, 1494, 1521, 1701, 1723, 1812, 1813, 1900, 2049, 2055, 2383, 2701, 3128, 3268, 3269, 3306, 3389, 3478,
  3544, 3702, 4011, 4022, 4500, 4739, 4789, 5000, 5060, 5061, 5222, 5353, 5355, 5357, 5358, 5432, 5671, 5672, 5722,
  5900, 5985, 5986, 6081, 6343, 6379, 7680, 8000, 8003, 8004, 8005, 8080, 8081, 8443, 8530, 8531, 8888, 9100, 9350,
  9352, 9389, 9999, 10123, 25536, 27017,
];

/** DHCP and DHCPv6 clients listen on system ports too (RFC 2131 section 4.1, RFC 8415 section 7.2). */
const CLIENT_SYSTEM_PORTS = [68, 546];

/** Linux gives out 32768 and up, Windows 49152 and up (RFC 6335 section 6 says the latter). */
const FIRST_EPHEMERAL_PORT = 32768;

const isService = new Uint8Array(65536);
isService.fill(1, 1, 1024);
for (const port of REGISTERED_SERVICE_PORTS) isService[port] = 1;
for (const port of CLIENT_SYSTEM_PORTS) isService[port] = 0;

/** UDP services that send no answer to the sender's port, or where both ends use it, so that question and answer look alike (137): wake on LAN, DHCP, NetBIOS, SNMP traps, syslog, flow export, peer discovery. */
const ONE_WAY_PORTS = new Set([9, 67, 68, 137, 138, 162, 514, 546, 547, 2055, 4739, 6343, 8004, 9996]);

/** True for a UDP port whose datagrams want no answer. */
export function wantsNoAnswer(port: number): boolean {
  return ONE_WAY_PORTS.has(port);
}

/** 1 where only `port` looks like a server, -1 where only `other` does, 0 where the ports do not tell. */
export function compareAsServer(port: number, other: number): number {
  if (isService[port] !== isService[other]) return isService[port] - isService[other];
  return 0;
}

/** As compareAsServer, with the ephemeral range as the last resort; for TCP connections seen from the middle. */
export function guessServer(port: number, other: number): number {
  const known = compareAsServer(port, other);
  if (known !== 0) return known;
  if (port < FIRST_EPHEMERAL_PORT && other >= FIRST_EPHEMERAL_PORT) return 1;
  if (other < FIRST_EPHEMERAL_PORT && port >= FIRST_EPHEMERAL_PORT) return -1;
  return 0;
}
