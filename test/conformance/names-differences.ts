/** Rows that differ from those of tshark, and why: `+` ours, `-` tshark's. */
export const EXPLAINED: Record<
  string,
  { reason: string; differences: Partial<Record<'lookups' | 'answers' | 'tls' | 'http', string[]>> }
> = {
  'arkime/pppoe.pcap': {
    reason: 'a hello in the form of SSL 2.0, which has no names: it tells the service only',
    differences: { tls: ['- 172.202.246.57:1063 64.12.189.217:443 - -'] },
  },
  'communityid/tcp.pcap': {
    reason: 'the capture holds the first bytes of the request only, and not its Host: counted as unfinished',
    differences: { http: ['- 128.232.110.120:34855 66.35.250.204:80 GET -'] },
  },
  'msprotod/MS-WMOD_Example2_WS2016_X64_Win10_X64_Domain_Hagala.cap': {
    reason: 'tshark does not reassemble TCP in this file; in the same frames as Ethernet it finds the request',
    differences: { http: ['+ 2008::1:5985 2008::65:49760 POST sut01'] },
  },
  'msprotod/MS-WSUSOD_Example3_W2K16_X64_Win10_X64_Domain.cap': {
    reason: 'as above',
    differences: {
      http: [
        '+ 192.168.0.101:49747 192.168.0.1:8530 POST ms-wsusod-l-dss',
        '+ 192.168.0.101:49748 192.168.0.1:8530 POST ms-wsusod-l-dss',
        '+ 192.168.0.101:49749 192.168.0.1:8530 POST ms-wsusod-l-dss',
      ],
    },
  },
  'msprotod/MS-WSUSOD_Example4_W2K16_X64_Win10_X64_Domain.cap': {
    reason: 'as above',
    differences: {
      http: [
        '+ 192.168.0.101:49735 192.168.0.1:8530 POST ms-wsusod-l-dss',
        '+ 192.168.0.102:49735 192.168.0.1:8530 POST ms-wsusod-l-dss',
      ],
    },
  },
  'ndpi/badpackets.pcap': {
    reason: 'answers that the capture cut before their question: nobody knows what they answer',
    differences: { lookups: [...Array.from({ length: 7 }, () => '- 204.186.80.229   ok'), '- 75.97.168.116   ok'] },
  },
  'ndpi/gnutella.pcap': {
    reason: 'tshark takes port 6888 for BitTorrent and does not look for a hello',
    differences: { tls: ['+ 10.0.2.15:50314 80.7.252.192:6888 - -'] },
  },
  'suricata/vxlan-decoder-01.pcap': {
    reason: 'DNS on udp/32021, which tshark guesses; names are read on their own ports',
    differences: { lookups: ['- 185.27.115.6 localhost 1 query'] },
  },
};
