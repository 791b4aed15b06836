import type { Explanation } from './match.ts';

/**
 * Where our connections differ from the flows of nDPI, and why. A file that is not named here agrees in every flow. The counts are
 * exact: a difference more or less fails the suite.
 */
export const EXPLAINED: Record<string, Explanation> = {
  'ndpi/dns_fragmented.pcap': {
    reason: 'a fragment after the first has no ports: nDPI leaves it out, to us it is a frame of the connection',
    counts: { packets: 7, bytes: 7 },
  },
  'ndpi/fuzz-2021-10-13.pcap': {
    reason:
      'the one record claims 524501 bytes and a time beyond the second, and its loopback header names no protocol: we pass it over, tshark sees no IP in it, nDPI takes it for IPv6',
    counts: { missing: 1 },
  },
};
