import type { Explanation } from './match.ts';

/**
 * Where our connections differ from the sessions of Arkime, and why. A file that is not named here agrees in every session. The
 * counts are exact: a difference more or less fails the suite.
 */
export const EXPLAINED: Record<string, Explanation> = {
  'arkime/wireshark-dhcp.pcap': {
    reason:
      'Arkime joins DHCP by its transaction: the answers to the address leased belong to the broadcast asked with',
    counts: { packets: 1, bytes: 1, extra: 1 },
  },
  'arkime/y2038-bgp.pcap': {
    reason:
      'Arkime ends a session between the two sides, for a time stamp jumps by years; packets and bytes are the same in sum',
    counts: { connections: 1 },
  },
  'suricata/output-eve-tftp-01.pcap': {
    reason: 'the data of a TFTP server, from a port of its own: the source is who sent first, the client who asked',
    counts: { client: 1 },
  },
  'zeek/tunnels__vxlan.pcap': {
    reason:
      'ARP through VXLAN is a session of the tunnel to Arkime, without ports; we count such frames by what is inside',
    counts: { missing: 1 },
  },
};
