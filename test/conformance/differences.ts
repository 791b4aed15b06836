/**
 * Where our connections differ from the rows of tshark, and why. A file that is not named here agrees in every row. The counts
 * are exact: a difference more or less fails the suite.
 */

/** Files that are refused, and why. */
export const NOT_READ: Record<string, string> = {
  'libpcap/pcap-invalid-version-1.pcap': 'refused: pcap of version 1 does not exist, and tshark refuses it too',
};

export interface Explanation {
  reason: string;
  /** Differences by what differs. */
  counts: Partial<Record<'missing' | 'extra' | 'packets' | 'bytes' | 'client' | 'outcome' | 'syns', number>>;
}

const FRAGMENTS =
  'tshark counts a reassembled datagram once, with the fragment that completes it; each fragment is a frame to us';
const COPIES = 'the same SYN captured twice is one attempt';
const TFTP = 'a TFTP server answers from another port; by addresses and ports alone the request looks unanswered';
const LEAPS = 'the capture goes on more than an hour later: how long nothing came is not known';
const WENT_ON = 'only the SYN-ACK was captured, but the client went on after it: established';

const ONLY_RESETS =
  'a closed port answers stray segments (FIN, none, FIN+PSH+URG of a scan) with resets: both directions, and no sign of an open connection';

const INNER_ONLY =
  'the oracle has a row for the tunnel where it carries no TCP or UDP (ARP, LLC); we count such frames by what is inside';
const TEREDO =
  'router discovery of Teredo is UDP to us, for the tunnel is what it asks for; the oracle has it under ICMPv6 and in no row';

/** Rows that differ for a reason. */
export const EXPLAINED: Record<string, Explanation> = {
  'arkime/y2038-bgp.pcap': { reason: WENT_ON, counts: { outcome: 1 } },
  'ndpi/instagram.pcap': { reason: `${WENT_ON}; ${LEAPS}`, counts: { outcome: 2 } },
  'ndpi/tcp_scan.pcapng': { reason: ONLY_RESETS, counts: { outcome: 3 } },
  'pcapplusplus/ipv6_options.pcap': { reason: LEAPS, counts: { outcome: 1 } },
  'chrissanders/nowebaccess3.pcapng': { reason: `${COPIES} (same IP identification, 5 ms apart)`, counts: { syns: 1 } },
  'ndpi/kerberos-login.pcap': { reason: COPIES, counts: { syns: 1 } },
  'zeek/rdp__rdp-no-cookie-mstshash.pcap': { reason: COPIES, counts: { syns: 1 } },
  'zeek/vlan-collisions.pcap': { reason: COPIES, counts: { syns: 1 } },
  'gopacket/tests__le__test901.pcapng': {
    reason:
      'a section of an unknown version lies in the file: tshark stops there, we pass it over and read the section behind it',
    counts: { packets: 1, bytes: 1 },
  },
  'suricata/bug-1450-04__tls_DER-incomplete-header.pcap': {
    reason: 'a record with a wrong length lies in the file: tshark stops there, we go on behind it',
    counts: { packets: 1, bytes: 1 },
  },
  'filesamples/teardrop.pcap': { reason: FRAGMENTS, counts: { packets: 1, bytes: 1 } },
  'msprotod/MS-CCROD_Example1_Win2016_X64_Win10_X64_Domain.cap': {
    reason: FRAGMENTS,
    counts: { packets: 2, bytes: 2 },
  },
  'msprotod/MS-CCROD_Example1_Win2016_X64_Win10_X64_Domain.eth.pcapng': {
    reason: FRAGMENTS,
    counts: { packets: 2, bytes: 2 },
  },
  'msprotod/MS-RMSOD_Example2_Win2016_X64_Win10_X64_Domain_v-yvrich.cap': {
    reason: `${FRAGMENTS}; the oracle's row of port 0 are the other fragments`,
    counts: { packets: 6, bytes: 6, missing: 1 },
  },
  'msprotod/MS-RMSOD_Example2_Win2016_X64_Win10_X64_Domain_v-yvrich.eth.pcapng': {
    reason: `${FRAGMENTS}; the oracle's row of port 0 are the other fragments`,
    counts: { packets: 6, bytes: 6, missing: 1 },
  },
  'msprotod/MS-WMOD_Example2_WS2016_X64_Win10_X64_Domain_Hagala.cap': {
    reason: `${FRAGMENTS}; the oracle's row of port 0 are the other fragments`,
    counts: { packets: 1, bytes: 1, missing: 1 },
  },
  'msprotod/MS-WMOD_Example2_WS2016_X64_Win10_X64_Domain_Hagala.eth.pcapng': {
    reason: `${FRAGMENTS}; the oracle's row of port 0 are the other fragments`,
    counts: { packets: 1, bytes: 1, missing: 1 },
  },
  'ndpi/dns_fragmented.pcap': { reason: FRAGMENTS, counts: { packets: 7, bytes: 7 } },
  'packetnet/udp-ip-fragmented.pcap': { reason: FRAGMENTS, counts: { packets: 1, bytes: 1 } },
  'pcapplusplus/ip4_fragments.pcap': { reason: FRAGMENTS, counts: { packets: 1, bytes: 1 } },
  'suricata/defrag__bug-6887-defrag-eth-vlan-ipv4-tcp-syn__frag-eth-vlan-ip-tcp-syn.pcap': {
    reason: `${FRAGMENTS}; the first fragment ends before the TCP flags, so that the SYN is not seen`,
    counts: { packets: 1, bytes: 1, client: 1, syns: 1 },
  },
  'suricata/defrag__bug-6887-defrag-ipv6-tcp__frag-ip-tcp.pcap': {
    reason: FRAGMENTS,
    counts: { packets: 1, bytes: 1 },
  },
  'zeek/ipv4__fragmented-1.pcap': { reason: FRAGMENTS, counts: { packets: 1, bytes: 1 } },
  'zeek/ipv4__fragmented-3.pcap': {
    reason: `${FRAGMENTS}; this one never completes and is in no row of tshark's`,
    counts: { extra: 1 },
  },
  'zeek/ipv4__fragmented-syn.pcap': { reason: FRAGMENTS, counts: { packets: 1, bytes: 1 } },
  'msprotod/MS-FASOD_Example1_Win2019v2004_X64_Win10v2004_X64_Workgroup.pcapng': {
    reason: 'the ICMP error quotes an answer from LLMNR: the asker had closed its socket, nothing is blocked',
    counts: { outcome: 1 },
  },
  'ndpi/gnutella.pcap': {
    reason: 'the oracle takes any address ending in .255 for a broadcast',
    counts: { outcome: 1 },
  },
  'pcapplusplus/null_loopback.pcap': {
    reason: 'the oracle takes any address ending in .255 for a broadcast; the loopback header tells nothing',
    counts: { outcome: 1 },
  },
  'suricata/geneve-decoder.pcap': { reason: INNER_ONLY, counts: { missing: 2 } },
  'suricata/vxlan-decoder-02__vxlan.pcap': { reason: INNER_ONLY, counts: { missing: 2 } },
  'zeek/tunnels__vxlan.pcap': { reason: INNER_ONLY, counts: { missing: 2 } },
  'zeek/tunnels__Teredo.pcap': { reason: TEREDO, counts: { packets: 1, bytes: 1, outcome: 1, extra: 1 } },
  'zeek/tunnels__gtp__gtp8_teredo.pcap': { reason: TEREDO, counts: { extra: 2 } },
  'zeek/tunnels__gtp__gtp2_different_udp_port.pcap': {
    reason: `${FRAGMENTS}; here the fragments are those of the tunnel`,
    counts: { packets: 1, bytes: 1 },
  },
  'tcpdump/bigtcp-ipv4-geneve-ipv6.pcap': {
    reason: 'lengths of 0 outside and inside (BIG TCP): tshark stops at the tunnel, we read the connection in it',
    counts: { missing: 1, extra: 1 },
  },
  'zeek/cisco-fabric-path.pcap': {
    reason: `${COPIES} (each once whole and once cut, a millisecond apart)`,
    counts: { syns: 16 },
  },
  'zeek/nflog-http.pcap': { reason: `${COPIES} (logged by three rules of netfilter)`, counts: { syns: 1 } },
  'ndpi/tftp.pcap': { reason: `${TFTP}; ${LEAPS}`, counts: { outcome: 4 } },
  'spicy-tftp/tftp_oack.pcap': { reason: TFTP, counts: { outcome: 1 } },
  'suricata/output-eve-tftp-01.pcap': { reason: TFTP, counts: { outcome: 1 } },
  'tcpdump/tftp.pcap': { reason: TFTP, counts: { outcome: 1 } },
};
