// The fields of one kept message (payload-log.ts).
/** Number of the connection in the part. */
export const PAYLOAD_CONNECTION = 0;
/**
 * Side that sent it (bit 0: 0 A, 1 B), kind of conversation (bits 1-7, control-ports.ts), whether a budget cut it (bit 8), and what a segment is
 * to an opening (bits 9 and 10, openings.ts).
 */
export const PAYLOAD_KIND_SIDE = 1;
export const PAYLOAD_CUT = 0x100;
export const PAYLOAD_PLACE = 0x600;
export const PAYLOAD_FRAME = 2;
export const PAYLOAD_SECONDS = 3;
export const PAYLOAD_NANOSECONDS = 4;
/** Where the bytes begin in the store, and how many were kept. */
export const PAYLOAD_OFFSET = 5;
export const PAYLOAD_STORED = 6;
/** Bytes the payload had by the headers. */
export const PAYLOAD_LENGTH = 7;
/** TCP: sequence number of the first byte, signed; 0 for a datagram. */
export const PAYLOAD_SEQUENCE = 8;
export const PAYLOAD_WIDTH = 9;

/** What a message costs besides its bytes, so that a flood of tiny ones is bounded too. */
export const PAYLOAD_OVERHEAD = PAYLOAD_WIDTH * 4;

/** The kind of the message at `at`. */
export function payloadKind(values: Int32Array, at: number): number {
  return (values[at + PAYLOAD_KIND_SIDE] & 0xff) >>> 1;
}
