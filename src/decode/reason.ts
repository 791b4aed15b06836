/**
 * What became of a frame in decoding: each frame of a capture is counted under exactly one of these.
 * The first are the frames that go on to the connection table; the rest name why a frame is not judged.
 */
export const REASONS = [
  'tcp',
  'udp',
  'icmp-error',
  'fragment',
  'icmp',
  'icmpv6',
  'arp',
  'igmp',
  'other-ip-protocol',
  'other-ethertype',
  'llc',
  'not-ip',
  'unsupported-link-type',
  'truncated',
  'malformed',
  'too-many-headers',
  'encrypted',
  'table-full',
  'not-a-packet',
  'same-packet',
] as const;

export type Reason = (typeof REASONS)[number];

export const TCP = 0;
export const UDP = 1;
/** An ICMP error that quotes a TCP or UDP packet. */
export const ICMP_ERROR = 2;
/** A fragment other than the first: it carries no ports. */
export const FRAGMENT = 3;
/** ICMP that quotes nothing of use: echo, redirect, errors about other protocols. */
export const ICMP = 4;
export const ICMPV6 = 5;
export const ARP = 6;
export const IGMP = 7;
export const OTHER_IP_PROTOCOL = 8;
export const OTHER_ETHERTYPE = 9;
export const LLC = 10;
/** A frame of a link type that carries other things than IP, and this one does. */
export const NOT_IP = 11;
export const UNSUPPORTED_LINK_TYPE = 12;
/** The capture holds fewer bytes than the headers need (snap length). */
export const TRUNCATED = 13;
/** The headers contradict themselves. */
export const MALFORMED = 14;
/** More tags, tunnels or extension headers than the limit allows. */
export const TOO_MANY_HEADERS = 15;
/** IPsec ESP, protected Wi-Fi, MACsec and the like: what is inside cannot be read. */
export const ENCRYPTED = 16;
/** The frame of a connection that did not fit into the table any more (src/track/connection-table.ts). */
export const TABLE_FULL = 17;
/** A note of the capturing program that has a frame number: what process a connection belongs to, a filter, an event. */
export const NOT_A_PACKET = 18;
/** The capture shows a packet once more, at another interface or component (src/track/same-packet.ts). */
export const SAME_PACKET = 19;

/** Not a reason but the answer of a tunnel that is known by its port alone: the bytes are not of this protocol, nothing was changed. */
export const NOT_FOR_US = -1;
