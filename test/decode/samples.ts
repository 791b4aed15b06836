/**
 * One frame for each way of wrapping a packet: the header of the protocol byte for byte, around a TCP SYN from 10.0.0.1:54321 to
 * 10.0.0.2:80 (or from 2001:db8::1 to 2001:db8::2). `tshark` is what tshark 4.0 calls the layers of the same bytes.
 */

export interface Sample {
  name: string;
  linkType: number;
  bytes: Uint8Array;
  tshark: string;
  /** Id of the reason (reason.ts); tcp where it is left out. */
  reason?: string;
  /** Address that the packet comes from; 10.0.0.1 where it is left out. */
  from?: string;
  tunnel?: string;
  tunnelId?: number;
  vlan?: number;
  /** A number that keeps networks apart was seen. */
  isSeparate?: boolean;
}

export function hex(...texts: string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(texts.join('').replaceAll(/\s/g, ''), 'hex'));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** 54321 → 80, SYN. */
const SYN = hex('d431 0050 00000001 00000000 5002 2000 0000 0000');

/** IPv4 without options, checksum not filled in. */
export function ipv4(from: string, to: string, protocol: number, payload: Uint8Array, fragment = 0): Uint8Array {
  const header = hex('4500 0000 1234 0000 40 00 0000 00000000 00000000');
  header.set(uint16(header.length + payload.length), 2);
  header.set(uint16(fragment), 6);
  header[9] = protocol;
  header.set(from.split('.').map(Number), 12);
  header.set(to.split('.').map(Number), 16);
  return join(header, payload);
}

export function ipv6(nextHeader: number, payload: Uint8Array): Uint8Array {
  const header = hex('6000 0000 0000 00 40 20010db8 000000000000000000000001 20010db8 000000000000000000000002');
  header.set(uint16(payload.length), 4);
  header[6] = nextHeader;
  return join(header, payload);
}

export const INNER = ipv4('10.0.0.1', '10.0.0.2', 6, SYN);
export const INNER6 = ipv6(6, SYN);

/** The packet between the ends of a tunnel. */
export function outer(protocol: number, payload: Uint8Array, fragment = 0): Uint8Array {
  return ipv4('192.0.2.1', '192.0.2.2', protocol, payload, fragment);
}

export function udp(destinationPort: number, payload: Uint8Array, sourcePort = 50000): Uint8Array {
  return outer(17, join(uint16(sourcePort), uint16(destinationPort), uint16(payload.length + 8), hex('0000'), payload));
}

export function ethernet(type: number, payload: Uint8Array): Uint8Array {
  return join(hex('001b21000002 001b21000001'), uint16(type), payload);
}

/** An 802.3 frame: length in the place of the type, padded to 60 bytes. */
export function ieee8023(llc: Uint8Array): Uint8Array {
  return join(ethernet(llc.length, llc), new Uint8Array(Math.max(0, 46 - llc.length)));
}

const SNAP_IPV4 = hex('aa aa 03 000000 0800');
const INNER_FRAME = ethernet(0x0800, INNER);
const NO_LINK_LAYER = 101;
const ETHERNET = 1;

export const SAMPLES: readonly Sample[] = [
  { name: 'Ethernet', linkType: ETHERNET, bytes: INNER_FRAME, tshark: 'eth:ethertype:ip:tcp' },
  {
    name: 'Ethernet, IPv6',
    linkType: ETHERNET,
    bytes: ethernet(0x86dd, INNER6),
    tshark: 'eth:ethertype:ipv6:tcp',
    from: '2001:db8::1',
  },
  {
    name: 'IEEE 802.1ad and 802.1Q',
    linkType: ETHERNET,
    bytes: ethernet(0x88a8, join(hex('0064 8100 00c8 0800'), INNER)),
    tshark: 'eth:ethertype:ieee8021ad:ethertype:vlan:ethertype:ip:tcp',
    vlan: 100,
    isSeparate: true,
  },
  {
    name: 'priority tag',
    linkType: ETHERNET,
    bytes: ethernet(0x8100, join(hex('a000 0800'), INNER)),
    tshark: 'eth:ethertype:vlan:ethertype:ip:tcp',
    vlan: 0,
  },
  {
    name: 'LLC and SNAP',
    linkType: ETHERNET,
    bytes: ieee8023(join(SNAP_IPV4, INNER)),
    tshark: 'eth:llc:ip:tcp',
  },
  {
    name: 'LLC without SNAP',
    linkType: ETHERNET,
    bytes: ieee8023(join(hex('06 06 03'), INNER)),
    tshark: 'eth:llc:ip:tcp',
  },
  {
    name: 'spanning tree',
    linkType: ETHERNET,
    bytes: ieee8023(
      hex('42 42 03 0000 00 00 00 8000 020000000001 00000000 8000 020000000001 8001 0000 1400 0200 0f00'),
    ),
    tshark: 'eth:llc:stp',
    reason: 'llc',
  },
  {
    name: 'ISL',
    linkType: ETHERNET,
    bytes: join(hex('01000c0000 00 020000000001 0046 aaaa03 00000c 00c8 0000 0000'), INNER_FRAME, hex('00000000')),
    tshark: 'eth:eth:ethertype:ip:tcp',
    vlan: 100,
    isSeparate: true,
  },
  {
    name: 'PPPoE session',
    linkType: ETHERNET,
    bytes: join(ethernet(0x8864, join(hex('11 00 0007 002a 0021'), INNER)), hex('0000000000000000')),
    tshark: 'eth:ethertype:pppoes:ppp:ip:tcp',
    tunnel: 'pppoe',
    tunnelId: 7,
    isSeparate: true,
  },
  {
    name: 'PPPoE session, echo of LCP',
    linkType: ETHERNET,
    bytes: ethernet(0x8864, hex('11 00 0007 000a c021 09 01 0008 12345678')),
    tshark: 'eth:ethertype:pppoes:ppp:lcp',
    reason: 'not-ip',
    tunnel: 'pppoe',
    tunnelId: 7,
    isSeparate: true,
  },
  {
    name: 'MPLS, two labels',
    linkType: ETHERNET,
    bytes: ethernet(0x8847, join(hex('000640fe 000c91fe'), INNER)),
    tshark: 'eth:ethertype:mpls:ip:tcp',
    tunnel: 'mpls',
    tunnelId: 201,
  },
  {
    name: 'MPLS, explicit null label of IPv6',
    linkType: ETHERNET,
    bytes: ethernet(0x8847, join(hex('000021fe'), INNER6)),
    tshark: 'eth:ethertype:mpls:ipv6:tcp',
    from: '2001:db8::1',
    tunnel: 'mpls',
    tunnelId: 2,
  },
  {
    name: 'MPLS, pseudowire with control word',
    linkType: ETHERNET,
    bytes: ethernet(0x8847, join(hex('00064102 00000000'), INNER_FRAME)),
    tshark: 'eth:ethertype:mpls:pwethheuristic:pwethcw:eth:ethertype:ip:tcp',
    tunnel: 'mpls',
    tunnelId: 100,
  },
  {
    name: 'MPLS, pseudowire without control word',
    linkType: ETHERNET,
    bytes: ethernet(0x8847, join(hex('00064102'), INNER_FRAME)),
    tshark: 'eth:ethertype:mpls:pwethheuristic:pwethnocw:eth:ethertype:ip:tcp',
    tunnel: 'mpls',
    tunnelId: 100,
  },
  {
    name: 'IEEE 802.1ah',
    linkType: ETHERNET,
    bytes: ethernet(0x88e7, join(hex('00 012345'), INNER_FRAME)),
    tshark: 'eth:ethertype:ieee8021ah:ethertype:ip:tcp',
    tunnel: 'pbb',
    tunnelId: 0x12345,
    isSeparate: true,
  },
  {
    name: 'VN tag and VLAN',
    linkType: ETHERNET,
    bytes: ethernet(0x8926, join(hex('80010002 8100 0064 0800'), INNER)),
    tshark: 'eth:ethertype:vntag:ethertype:vlan:ethertype:ip:tcp',
    vlan: 100,
    isSeparate: true,
  },
  {
    name: 'E-tag (IEEE 802.1BR)',
    linkType: ETHERNET,
    bytes: ethernet(0x893f, join(hex('0001 0002 0000 0800'), INNER)),
    tshark: 'eth:ethertype:etag:ethertype:ip:tcp',
  },
  {
    name: 'Cisco metadata',
    linkType: ETHERNET,
    bytes: ethernet(0x8909, join(hex('01 01 0001 0007 0800'), INNER)),
    tshark: 'eth:ethertype:cmd:ethertype:ip:tcp',
  },
  {
    name: 'Cisco FabricPath',
    linkType: ETHERNET,
    bytes: ethernet(0x8903, join(hex('0060'), INNER_FRAME, hex('00000000'))),
    tshark: 'eth:cfp:eth:ethertype:ip:tcp',
  },
  {
    name: 'MACsec, protected only',
    linkType: ETHERNET,
    bytes: ethernet(0x88e5, join(hex('20 2a 00000001 0200000000010001 0800'), INNER, new Uint8Array(16))),
    tshark: 'eth:ethertype:macsec:ethertype:ip:tcp',
  },
  {
    name: 'MACsec, encrypted',
    linkType: ETHERNET,
    bytes: ethernet(0x88e5, join(hex('2c 00 00000001 0200000000010001'), new Uint8Array(58))),
    tshark: 'eth:ethertype:macsec:data',
    reason: 'encrypted',
  },
  {
    name: 'PPP',
    linkType: 9,
    bytes: join(hex('ff 03 0021'), INNER),
    tshark: 'ppp:ip:tcp',
  },
  {
    name: 'PPP, short: no framing, compressed protocol',
    linkType: 9,
    bytes: join(hex('21'), INNER),
    tshark: 'ppp:ip:tcp',
  },
  {
    name: 'PPP, whole packet of a multilink',
    linkType: 9,
    bytes: join(hex('ff 03 003d c0000001 0021'), INNER),
    tshark: 'ppp:mp:ip:tcp',
  },
  {
    name: 'PPP, encrypted by MPPE',
    linkType: 9,
    bytes: hex('ff 03 00fd 9001 0102030405060708090a'),
    tshark: 'ppp:comp_data',
    reason: 'encrypted',
  },
  {
    name: 'PPP in HDLC',
    linkType: 50,
    bytes: join(hex('ff 03 0057'), INNER6),
    tshark: 'ppp:ipv6:tcp',
    from: '2001:db8::1',
  },
  { name: 'PPP with direction', linkType: 204, bytes: join(hex('00 ff 03 0021'), INNER), tshark: 'ppp:ip:tcp' },
  {
    name: 'PPPoE without Ethernet',
    linkType: 51,
    bytes: join(hex('11 00 0007 002a 0021'), INNER),
    tshark: 'pppoes:ppp:ip:tcp',
    tunnel: 'pppoe',
    tunnelId: 7,
    isSeparate: true,
  },
  { name: 'Cisco HDLC', linkType: 104, bytes: join(hex('0f 00 0800'), INNER), tshark: 'chdlc:ip:tcp' },
  {
    name: 'Cisco HDLC, keepalive',
    linkType: 104,
    bytes: hex('8f 00 8035 00000002 00000001 00000002 ffff'),
    tshark: 'chdlc:slarp',
    reason: 'not-ip',
  },
  {
    name: 'Cisco HDLC under the number of PPP',
    linkType: 50,
    bytes: join(hex('0f 00 0800'), INNER),
    tshark: 'ppp:chdlc:ip:tcp',
  },
  { name: 'Frame Relay', linkType: 107, bytes: join(hex('1841 03 cc'), INNER), tshark: 'fr:ip:tcp' },
  {
    name: 'Frame Relay, SNAP',
    linkType: 107,
    bytes: join(hex('1841 03 00 80 000000 0800'), INNER),
    tshark: 'fr:ip:tcp',
  },
  { name: 'Frame Relay, EtherType', linkType: 107, bytes: join(hex('1841 0800'), INNER), tshark: 'fr:ip:tcp' },
  {
    name: 'FDDI',
    linkType: 10,
    bytes: join(hex('50 020000000002 020000000001'), SNAP_IPV4, INNER),
    tshark: 'fddi:llc:ip:tcp',
  },
  { name: 'ATM, RFC 1483', linkType: 100, bytes: join(SNAP_IPV4, INNER), tshark: 'llc:ip:tcp' },
  {
    name: 'MPLS without link layer',
    linkType: 219,
    bytes: join(hex('00064140'), INNER),
    tshark: '(link type unknown)',
    tunnel: 'mpls',
    tunnelId: 100,
  },
  {
    name: 'IEEE 802.11',
    linkType: 105,
    bytes: join(hex('0802 0000 020000000002 020000000003 020000000001 1000'), SNAP_IPV4, INNER),
    tshark: 'wlan:llc:ip:tcp',
  },
  {
    name: 'IEEE 802.11, QoS, four addresses',
    linkType: 105,
    bytes: join(hex('8803 0000 020000000002 020000000003 020000000004 1000 020000000001 0000'), SNAP_IPV4, INNER),
    tshark: 'wlan:llc:ip:tcp',
  },
  {
    name: 'IEEE 802.11, aggregated',
    linkType: 105,
    bytes: join(
      hex('8802 0000 020000000002 020000000003 020000000001 1000 8000'),
      hex('020000000002 020000000001 0030'),
      SNAP_IPV4,
      INNER,
    ),
    tshark: 'wlan:llc:ip:tcp',
  },
  {
    name: 'IEEE 802.11, protected',
    linkType: 105,
    bytes: join(hex('0842 0000 020000000002 020000000003 020000000001 1000 00000020 00000000'), new Uint8Array(48)),
    tshark: 'wlan:data',
    reason: 'encrypted',
  },
  {
    name: 'IEEE 802.11, null function',
    linkType: 105,
    bytes: hex('4801 0000 020000000002 020000000003 020000000001 1000'),
    tshark: 'wlan',
    reason: 'not-ip',
  },
  {
    name: 'radiotap with time, flags and padding of the header',
    linkType: 127,
    bytes: join(
      hex('00 00 1200 03000000 0000000000000000 20 02'),
      hex('8802 0000 020000000002 020000000003 020000000001 1000 0000 0000'),
      SNAP_IPV4,
      INNER,
    ),
    tshark: 'radiotap:wlan_radio:wlan:llc:ip:tcp',
  },
  {
    name: 'Prism',
    linkType: 119,
    bytes: join(
      hex('44000000 90000000'),
      new Uint8Array(136),
      hex('0802 0000 020000000002 020000000003 020000000001 1000'),
      SNAP_IPV4,
      INNER,
    ),
    tshark: 'prism:wlan_radio:wlan:llc:ip:tcp',
  },
  {
    name: 'AVS',
    linkType: 163,
    bytes: join(
      hex('80211001 00000040'),
      new Uint8Array(56),
      hex('0802 0000 020000000002 020000000003 020000000001 1000'),
      SNAP_IPV4,
      INNER,
    ),
    tshark: 'wlancap:wlan_radio:wlan:llc:ip:tcp',
  },
  {
    name: 'NFLOG',
    linkType: 239,
    bytes: join(hex('02 00 0005 0800 0100 0800 03 00 0500 0a00 00 000000 2c00 0900'), INNER),
    tshark: 'nflog:ip:tcp',
  },
  {
    name: 'NFLOG of a bridge',
    linkType: 239,
    bytes: join(hex('07 00 0005 0800 0100 0800 03 00 2c00 0900'), INNER),
    tshark: 'nflog:ip:tcp',
  },
  {
    name: 'PKTAP',
    linkType: 258,
    bytes: join(hex('6c000000 01000000 01000000'), new Uint8Array(96), INNER_FRAME),
    tshark: 'pktap:pcap_pktdata:eth:ethertype:ip:tcp',
  },
  {
    name: 'PKTAP as macOS numbers it, raw IP',
    linkType: 149,
    bytes: join(hex('6c000000 01000000 0c000000'), new Uint8Array(96), INNER),
    tshark: 'user_dlt:pktap:pcap_pktdata:raw:ip:tcp',
  },
  {
    name: 'Linux cooked, LLC',
    linkType: 113,
    bytes: join(hex('0000 0001 0006 020000000001 0000 0004'), SNAP_IPV4, INNER),
    tshark: 'sll:llc:ip:tcp',
  },

  {
    name: 'IPv4 in IPv4',
    linkType: NO_LINK_LAYER,
    bytes: outer(4, INNER),
    tshark: 'raw:ip:ip:tcp',
    tunnel: 'ip-in-ip',
  },
  {
    name: 'IPv6 in IPv4',
    linkType: NO_LINK_LAYER,
    bytes: outer(41, INNER6),
    tshark: 'raw:ip:ipv6:tcp',
    from: '2001:db8::1',
    tunnel: 'ip-in-ip',
  },
  {
    name: 'IPv4 in IPv6',
    linkType: NO_LINK_LAYER,
    bytes: ipv6(4, INNER),
    tshark: 'raw:ipv6:ip:tcp',
    tunnel: 'ip-in-ip',
  },
  {
    name: 'authentication header',
    linkType: NO_LINK_LAYER,
    bytes: ipv4('10.0.0.1', '10.0.0.2', 51, join(hex('06 04 0000 00000100 00000001 000000000000000000000000'), SYN)),
    tshark: 'raw:ip:ah:tcp',
  },
  {
    name: 'ESP',
    linkType: NO_LINK_LAYER,
    bytes: ipv4('10.0.0.1', '10.0.0.2', 50, hex('00000100 00000001 0102030405060708090a0b0c')),
    tshark: 'raw:ip:esp',
    reason: 'encrypted',
  },
  {
    name: 'GRE',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('0000 0800'), INNER)),
    tshark: 'raw:ip:gre:ip:tcp',
    tunnel: 'gre',
  },
  {
    name: 'GRE with checksum, key and sequence number',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('b000 86dd 00000000 00000011 00000001'), INNER6)),
    tshark: 'raw:ip:gre:ipv6:tcp',
    from: '2001:db8::1',
    tunnel: 'gre',
    tunnelId: 17,
    isSeparate: true,
  },
  {
    name: 'GRE with routing',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('4000 0800 0000 0000 0800 00 04 c0000205 0000 00 00'), INNER)),
    tshark: 'raw:ip:gre:ip:tcp',
    tunnel: 'gre',
  },
  {
    name: 'GRE, redirected by WCCP 2',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('0000 883e 00000000'), INNER)),
    tshark: 'raw:ip:gre:ip:tcp',
    tunnel: 'gre',
  },
  {
    name: 'GRE, MPLS',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('0000 8847 00064140'), INNER)),
    tshark: 'raw:ip:gre:mpls:ip:tcp',
    tunnel: 'gre',
  },
  {
    name: 'GRE, keepalive',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, hex('0000 0000')),
    tshark: 'raw:ip:gre',
    reason: 'other-ip-protocol',
    from: '192.0.2.1',
  },
  {
    name: 'PPTP',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('3081 880b 002a 0009 00000001 00000000 21'), INNER)),
    tshark: 'raw:ip:gre:ppp:ip:tcp',
    tunnel: 'pptp',
    tunnelId: 9,
  },
  {
    name: 'PPTP, acknowledgment alone',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, hex('2081 880b 0000 0009 00000001')),
    tshark: 'raw:ip:gre',
    reason: 'other-ip-protocol',
    from: '192.0.2.1',
  },
  {
    name: 'NVGRE',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('2000 6558 012345 07'), INNER_FRAME)),
    tshark: 'raw:ip:gre:eth:ethertype:ip:tcp',
    tunnel: 'nvgre',
    tunnelId: 0x12345,
    isSeparate: true,
  },
  {
    name: 'ERSPAN I',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('0000 88be'), INNER_FRAME)),
    tshark: 'raw:ip:gre:erspan:eth:ethertype:ip:tcp',
    tunnel: 'erspan',
  },
  {
    name: 'ERSPAN II',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('1000 88be 00000001 1064 0005 00000000'), INNER_FRAME)),
    tshark: 'raw:ip:gre:erspan:eth:ethertype:ip:tcp',
    tunnel: 'erspan',
    tunnelId: 5,
  },
  {
    name: 'ERSPAN III with subheader',
    linkType: NO_LINK_LAYER,
    bytes: outer(47, join(hex('1000 22eb 00000001 2064 0005 00000000 0000 0001 0000000000000000'), INNER_FRAME)),
    tshark: 'raw:ip:gre:erspan:eth:ethertype:ip:tcp',
    tunnel: 'erspan',
    tunnelId: 5,
  },
  {
    name: 'Ethernet in IP',
    linkType: NO_LINK_LAYER,
    bytes: outer(97, join(hex('3000'), INNER_FRAME)),
    tshark: 'raw:ip:etherip:eth:ethertype:ip:tcp',
    tunnel: 'etherip',
  },
  {
    name: 'MPLS in IP',
    linkType: NO_LINK_LAYER,
    bytes: outer(137, join(hex('00064140'), INNER)),
    tshark: 'raw:ip:mpls:ip:tcp',
    tunnel: 'mpls',
    tunnelId: 100,
  },
  {
    name: 'L2TP 3 over IP, cookie of four bytes',
    linkType: NO_LINK_LAYER,
    bytes: outer(115, join(hex('00000019 01020304'), INNER_FRAME)),
    tshark: 'raw:ip:l2tp:data',
    tunnel: 'l2tp',
    tunnelId: 25,
  },
  {
    name: 'VXLAN',
    linkType: NO_LINK_LAYER,
    bytes: udp(4789, join(hex('08 000000 00007b 00'), INNER_FRAME)),
    tshark: 'raw:ip:udp:vxlan:eth:ethertype:ip:tcp',
    tunnel: 'vxlan',
    tunnelId: 123,
    isSeparate: true,
  },
  {
    name: 'VXLAN with group policy, on the port of old Linux',
    linkType: NO_LINK_LAYER,
    bytes: udp(8472, join(hex('88 48 0064 00007b 00'), INNER_FRAME)),
    tshark: 'raw:ip:udp:data',
    tunnel: 'vxlan',
    tunnelId: 123,
    isSeparate: true,
  },
  {
    name: 'VXLAN-GPE, IPv4 inside',
    linkType: NO_LINK_LAYER,
    bytes: udp(4790, join(hex('0c 0000 01 00007b 00'), INNER)),
    tshark: 'raw:ip:udp:ip:tcp',
    tunnel: 'vxlan',
    tunnelId: 123,
    isSeparate: true,
  },
  {
    name: 'VXLAN-GPE, IPv4 inside, flooded',
    linkType: NO_LINK_LAYER,
    bytes: udp(4790, join(hex('0e 0000 01 00007b 00'), INNER)),
    tshark: 'raw:ip:udp:ip:tcp',
    tunnel: 'vxlan',
    tunnelId: 123,
    isSeparate: true,
  },
  {
    name: 'VXLAN, ARP inside',
    linkType: NO_LINK_LAYER,
    bytes: udp(
      4789,
      join(
        hex('08 000000 00007b 00'),
        ethernet(0x0806, hex('0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002')),
      ),
    ),
    tshark: 'raw:ip:udp:vxlan:eth:ethertype:arp',
    reason: 'arp',
    from: '192.0.2.1',
    tunnel: 'vxlan',
    tunnelId: 123,
    isSeparate: true,
  },
  {
    name: 'Geneve with an option',
    linkType: NO_LINK_LAYER,
    bytes: udp(6081, join(hex('02 00 6558 00007b 00 0102 80 01 00000000'), INNER_FRAME)),
    tshark: 'raw:ip:udp:geneve:eth:ethertype:ip:tcp',
    tunnel: 'geneve',
    tunnelId: 123,
    isSeparate: true,
  },
  {
    name: 'GTP-U with sequence number and extension header',
    linkType: NO_LINK_LAYER,
    bytes: udp(2152, join(hex('36 ff 0030 00000042 0001 00 85 01 1005 00'), INNER)),
    tshark: 'raw:ip:udp:gtp:ip:tcp',
    tunnel: 'gtp-u',
    tunnelId: 0x42,
  },
  {
    name: 'GTP-U, echo request',
    linkType: NO_LINK_LAYER,
    bytes: udp(2152, hex('32 01 0004 00000000 0001 0000')),
    tshark: 'raw:ip:udp:gtp',
    reason: 'udp',
    from: '192.0.2.1',
  },
  {
    name: 'L2TP 2',
    linkType: NO_LINK_LAYER,
    bytes: udp(1701, join(hex('4002 0034 0001 0002 ff03 0021'), INNER)),
    tshark: 'raw:ip:udp:l2tp:ppp:ip:tcp',
    tunnel: 'l2tp',
    tunnelId: 2,
  },
  {
    name: 'L2TP 2 with sequence numbers and offset, from the port',
    linkType: NO_LINK_LAYER,
    bytes: udp(50000, join(hex('0a02 0001 0002 0001 0001 0002 0000 21'), INNER), 1701),
    tshark: 'raw:ip:udp:l2tp:ppp:ip:tcp',
    tunnel: 'l2tp',
    tunnelId: 2,
  },
  {
    name: 'L2TP 2, control',
    linkType: NO_LINK_LAYER,
    bytes: udp(1701, hex('c802 0014 0001 0000 0001 0001 8008 0000 0000 0006')),
    tshark: 'raw:ip:udp:l2tp',
    reason: 'udp',
    from: '192.0.2.1',
  },
  {
    name: 'L2TP 3 over UDP',
    linkType: NO_LINK_LAYER,
    bytes: udp(1701, join(hex('0003 0000 00000019'), INNER_FRAME)),
    tshark: 'raw:ip:udp:l2tp:data',
    tunnel: 'l2tp',
    tunnelId: 25,
  },
  {
    name: 'Teredo with authentication and origin',
    linkType: NO_LINK_LAYER,
    bytes: udp(50000, join(hex('0001 00 00 0000000000000000 00'), hex('0000 3caf 3ffffdfe'), INNER6), 3544),
    tshark: 'raw:ip:udp:teredo:ipv6:tcp',
    from: '2001:db8::1',
    tunnel: 'teredo',
  },
  {
    name: 'Teredo, bubble',
    linkType: NO_LINK_LAYER,
    bytes: udp(3544, ipv6(59, new Uint8Array(0))),
    tshark: 'raw:ip:udp:teredo:ipv6',
    reason: 'udp',
    from: '192.0.2.1',
  },
  {
    name: 'Teredo, router solicitation',
    linkType: NO_LINK_LAYER,
    bytes: udp(3544, ipv6(58, hex('85 00 0000 00000000'))),
    tshark: 'raw:ip:udp:teredo:ipv6:icmpv6',
    reason: 'udp',
    from: '192.0.2.1',
  },
  {
    name: 'GRE over UDP',
    linkType: NO_LINK_LAYER,
    bytes: udp(4754, join(hex('2000 0800 00000007'), INNER)),
    tshark: 'raw:ip:udp:gre:ip:tcp',
    tunnel: 'gre',
    tunnelId: 7,
    isSeparate: true,
  },
  {
    name: 'MPLS over UDP',
    linkType: NO_LINK_LAYER,
    bytes: udp(6635, join(hex('00064140'), INNER)),
    tshark: 'raw:ip:udp:mpls:ip:tcp',
    tunnel: 'mpls',
    tunnelId: 100,
  },
];
