// https://www.iana.org/assignments/ieee-802-numbers/

/** Values below are lengths of an LLC frame (IEEE 802.3 clause 3.2.6). */
export const FIRST_ETHERTYPE = 0x0600;

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;
/** ERSPAN type III; GRE only. */
export const ETHERTYPE_ERSPAN_3 = 0x22eb;
/** Transparent Ethernet bridging: an Ethernet frame follows. */
export const ETHERTYPE_BRIDGED = 0x6558;
export const ETHERTYPE_RARP = 0x8035;
export const ETHERTYPE_VLAN = 0x8100;
export const ETHERTYPE_IPV6 = 0x86dd;
export const ETHERTYPE_PPP = 0x880b;
/** WCCP redirection; GRE only. */
export const ETHERTYPE_WCCP = 0x883e;
export const ETHERTYPE_MPLS = 0x8847;
/** MPLS with an upstream-assigned label (RFC 5332), once "multicast". */
export const ETHERTYPE_MPLS_UPSTREAM = 0x8848;
export const ETHERTYPE_PPPOE_DISCOVERY = 0x8863;
export const ETHERTYPE_PPPOE_SESSION = 0x8864;
export const ETHERTYPE_SERVICE_VLAN = 0x88a8;
/** ERSPAN types I and II; GRE only. */
export const ETHERTYPE_ERSPAN = 0x88be;
export const ETHERTYPE_LLDP = 0x88cc;
export const ETHERTYPE_MACSEC = 0x88e5;
/** IEEE 802.1ah, provider backbone bridges. */
export const ETHERTYPE_PBB = 0x88e7;
export const ETHERTYPE_FABRIC_PATH = 0x8903;
export const ETHERTYPE_CISCO_METADATA = 0x8909;
export const ETHERTYPE_VN_TAG = 0x8926;
export const ETHERTYPE_E_TAG = 0x893f;
export const ETHERTYPE_OLD_QINQ = 0x9100;
export const ETHERTYPE_OLD_QINQ_2 = 0x9200;

/** True for the tags that hold a VLAN id and another EtherType. */
export function isVlanTag(etherType: number): boolean {
  return (
    etherType === ETHERTYPE_VLAN ||
    etherType === ETHERTYPE_SERVICE_VLAN ||
    etherType === ETHERTYPE_OLD_QINQ ||
    etherType === ETHERTYPE_OLD_QINQ_2
  );
}
