/**
 * Where our connections differ from the checks of flow events in suricata-verify, and why. Keys are the file and the test. A test
 * that is not named here agrees in every check that can be compared. The counts are exact: a difference more or less fails the suite.
 */

export interface CheckExplanation {
  reason: string;
  /** Checks that another number of our connections fits, and checks that only fit with the ends exchanged. */
  counts: { count?: number; client?: number };
}

const ICMP = 'flows of all protocols: the other one is a ping';
const TUNNEL = 'Suricata has a flow for each tunnel too; we have the connections in it';
const FIRST_SENDER =
  'no handshake was captured, and to Suricata who sent first is the client; one port is that of a known service, which it answered from';

/** Tests with checks that differ for a reason. */
export const EXPLAINED: Record<string, CheckExplanation> = {
  'suricata/bug-4663-03__icmp_and_ssh.pcap bug-4663-03': { reason: ICMP, counts: { count: 1 } },
  'suricata/bug-4663-03__icmp_and_ssh.pcap issue-5466-alert-then-pass-01': { reason: ICMP, counts: { count: 1 } },
  'suricata/bug-4663-03__icmp_and_ssh.pcap issue-5466-alert-then-pass-03-drop-pass': {
    reason: ICMP,
    counts: { count: 1 },
  },
  'suricata/bug-4663-03__icmp_and_ssh.pcap issue-5466-alert-then-pass-04-drop-alert': {
    reason: ICMP,
    counts: { count: 1 },
  },
  'suricata/vxlan-decoder-01.pcap vxlan-decoder-01': { reason: FIRST_SENDER, counts: { client: 1 } },
  'suricata/vxlan-decoder-02__vxlan.pcap vxlan-decoder-02': { reason: TUNNEL, counts: { count: 1 } },
  'suricata/vxlan-decoder-02__vxlan.pcap vxlan-decoder-04': { reason: TUNNEL, counts: { count: 1 } },
  'suricata/vxlan-decoder-02__vxlan.pcap vxlan-decoder-07-arp': { reason: TUNNEL, counts: { count: 1 } },
  'zeek/tunnels__Teredo.pcap decode-teredo-01': {
    reason: `${FIRST_SENDER}. One flow of Teredo has an echo request in it, which we count by what is inside`,
    counts: { client: 3, count: 1 },
  },
};
