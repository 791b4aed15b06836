/**
 * Link types of frames that have none in the registry of tcpdump.org, whose values end at 65,535. Files cannot name them; readers of formats that
 * carry such frames do.
 */

/** No packet, but a note of the capturing program that Wireshark numbers as a frame: an event, the filter in force, a list of adapters. */
export const LINKTYPE_NO_PACKET = 0x1_0000;
/** Network Monitor: a header of its own, then IEEE 802.11. */
export const LINKTYPE_NETMON_WIFI = 0x1_0001;
/** A network that the format knows and we do not. */
export const LINKTYPE_UNKNOWN = 0x1_0002;
