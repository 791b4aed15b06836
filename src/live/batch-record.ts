/** A record of a batch as the addon writes it: a pcap record (draft-ietf-opsawg-pcap section 5) in the byte order of this machine. */

/** Offsets in its header, in bytes, of 32-bit numbers. */
export const SECONDS = 0;
export const FRACTION = 4;
export const CAPTURED_LENGTH = 8;
export const ORIGINAL_LENGTH = 12;
/** Bytes before the captured ones. */
export const RECORD_HEADER = 16;

export const LITTLE = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
