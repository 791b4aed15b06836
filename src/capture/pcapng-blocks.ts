/** Numbers of the pcapng format: draft-ietf-opsawg-pcapng. Fields have the byte order of their section. */

/** Block types (section 11.1); the Section Header Block reads the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
/** Obsolete Packet Block (appendix A). */
export const PACKET = 2;
export const SIMPLE_PACKET = 3;
export const NAME_RESOLUTION = 4;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;

/**
 * All blocks (section 3.1): type, total length, body, total length again. Lengths are multiples of 4; writers that do not count the padding in both
 * of them are read, as by Wireshark (wiretap/pcapng.c).
 */
export const BLOCK_TYPE = 0;
export const BLOCK_LENGTH = 4;
export const BLOCK_HEADER = 8;
export const BLOCK_TRAILER = 4;
export const SMALLEST_BLOCK = BLOCK_HEADER + BLOCK_TRAILER;

/** Section Header Block (section 4.1). */
export const BYTE_ORDER_MAGIC = 8;
export const BYTE_ORDER = 0x1a2b3c4d;
export const SECTION_MAJOR = 12;
export const SECTION_OPTIONS = 24;
/** Without options. */
export const SMALLEST_SECTION = SECTION_OPTIONS + BLOCK_TRAILER;

/** Interface Description Block (section 4.2). */
export const INTERFACE_LINK_TYPE = 8;
export const INTERFACE_SNAP_LENGTH = 12;
export const INTERFACE_OPTIONS = 16;

/** Enhanced Packet Block (section 4.3); the obsolete Packet Block differs in the first word only. */
export const PACKET_INTERFACE = 8;
/** Obsolete Packet Block: 16 bits of packets lost since the one before. */
export const PACKET_DROPS = 10;
export const PACKET_TIME_HIGH = 12;
export const PACKET_TIME_LOW = 16;
export const PACKET_CAPTURED = 20;
export const PACKET_ORIGINAL = 24;
export const PACKET_DATA = 28;

/** Simple Packet Block (section 4.4). */
export const SIMPLE_ORIGINAL = 8;
export const SIMPLE_DATA = 12;

/** Interface Statistics Block (section 4.6). */
export const STATISTICS_INTERFACE = 8;
export const STATISTICS_OPTIONS = 20;

/** Options (section 3.5): code and length of 16 bits, value padded to 32 bits. */
export const OPTION_HEADER = 4;
export const END_OF_OPTIONS = 0;
export const OPTION_COMMENT = 1;
export const IF_NAME = 2;
export const IF_TIME_RESOLUTION = 9;
export const IF_TIME_OFFSET = 14;
export const ISB_IF_DROP = 5;
export const ISB_OS_DROP = 7;
export const EPB_FLAGS = 2;
export const EPB_DROP_COUNT = 4;
export const EPB_PACKET_ID = 5;
export const EPB_VERDICT = 7;

/** Bytes that `length` bytes take with their padding to 32 bits; `length` is below 2^31. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
