/** Largest snapshot length, in bytes: that of libpcap. A batch holds one record of it at least. */
export const MAX_SNAPSHOT = 262_144;
