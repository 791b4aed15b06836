/**
 * Numbers that a system uses for a device (DLT_), where they differ from those of files (LINKTYPE_): https://www.tcpdump.org/linktypes.html,
 * dlt_to_linktype of libpcap.
 */
const TO_LINK_TYPE: Readonly<Record<number, number>> = {
  // DLT_RAW, here and on OpenBSD.
  12: 101,
  14: 101,
  // DLT_ATM_RFC1483, DLT_C_HDLC of BSD/OS.
  11: 100,
  // DLT_PPP_BSDOS is another number in files.
  16: 50,
};

/** The number that a file has for the link type of a device. */
export function linkTypeOf(deviceType: number): number {
  return TO_LINK_TYPE[deviceType] ?? deviceType;
}
