/**
 * The layout of one connection in the table: 32 integers (128 bytes) of an Int32Array. A is the side that sent the first packet
 * seen, B the other one; who is client is told by the handshake (CLIENT_IS_B) or inferred at the end.
 *
 * The first 16 integers, one cache line, are all that most packets touch; the other line is for first packets, handshakes and resets.
 *
 * Every field is chosen so that two records of the same connection, one from each side of a cut, can be joined into what one
 * pass over both would have written (merge.ts); where order matters, the field says how.
 */
export const RECORD_INTS = 32;

/** IPv4 address in network order, or the number of an IPv6 address in the address table. */
export const ADDRESS_A = 0;
export const ADDRESS_B = 1;
/** Port of A in the upper 16 bits, port of B in the lower. */
export const PORTS = 2;
/**
 * Protocol (bits 0-7), family (bit 8: IPv6), group (bit 9: a frame went to a group address), service by the first payload of A (bits 10-13) and of
 * B (bits 28-31), a record beside another (bit 14), the number of the network that its frames were in (bits 15-27; networks.ts).
 */
export const KIND = 3;
/** Frames sent by A and by B. */
export const PACKETS_A = 4;
export const PACKETS_B = 5;
/** Bytes sent by A and by B, whole frames as on the wire: the lower 32 bits (see addBytes). */
export const BYTES_A = 6;
export const BYTES_B = 7;
/** The bits below. */
export const STATE = 8;
/** Attempts (SYNs; for UDP the datagrams of A before B speaks) in bits 16-31, repeats of the same data segment by A in bits 0-7, by B in bits 8-15. */
export const COUNTS = 9;
/** Time of the latest frame, in the order of the capture: seconds as an unsigned 32-bit number, then nanoseconds. */
export const LAST_SECONDS = 10;
export const LAST_NANOSECONDS = 11;
/** Sequence number of the latest data segment of A and of B. */
export const RUN_SEQUENCE_A = 12;
export const RUN_SEQUENCE_B = 13;
/** Latest acknowledgment number that A and B sent, resets included. */
export const ACKNOWLEDGED_A = 14;
export const ACKNOWLEDGED_B = 15;

/** Number of the first frame, from 1, within the part, and its time. ABSORBED where the record went into another: look-ups by frame pass it over. */
export const FIRST_FRAME = 16;
export const ABSORBED = -1;
export const FIRST_SECONDS = 17;
export const FIRST_NANOSECONDS = 18;
/** Initial sequence number of the client, from its SYN; where SYN_SEEN is not set, the acknowledgment of the SYN-ACK less one. */
export const INITIAL_SEQUENCE = 19;
/** Time of the first and of the latest attempt. */
export const FIRST_ATTEMPT_SECONDS = 20;
export const FIRST_ATTEMPT_NANOSECONDS = 21;
export const LAST_ATTEMPT_SECONDS = 22;
export const LAST_ATTEMPT_NANOSECONDS = 23;
/** IP identification of the first (upper 16 bits) and latest attempt: copies of a mirror share it. */
export const ATTEMPT_IDS = 24;
/** Time of the first SYN-ACK. */
export const ANSWER_SECONDS = 25;
export const ANSWER_NANOSECONDS = 26;
/** Frame of the latest attempt that counted, and of the first RST; 0 where there is none. */
export const LAST_ATTEMPT_FRAME = 27;
export const RESET_FRAME = 28;
/** Of an ABSORBED record: the number of the record that it went into. */
export const ABSORBED_INTO = RESET_FRAME;
/** Number + 1 of the earlier connection on the same four values, 0 where there is none. Of a record beside another: number + 1 of that one. */
export const PREVIOUS = 29;
/** Bytes sent by A and by B: the upper 32 bits. */
export const BYTES_HIGH_A = 30;
export const BYTES_HIGH_B = 31;

/** Adds to the bytes that `side` sent; `length` is below 2^32. */
export function addBytes(records: Int32Array, at: number, side: number, length: number): void {
  const sum = (records[at + BYTES_A + side] >>> 0) + length;
  records[at + BYTES_A + side] = sum;
  if (sum > 0xffffffff) records[at + BYTES_HIGH_A + side]++;
}

/** Bytes that `side` sent. */
export function bytesOf(records: Int32Array, at: number, side: number): number {
  return records[at + BYTES_HIGH_A + side] * 2 ** 32 + (records[at + BYTES_A + side] >>> 0);
}

/** KIND: the part that belongs to the key. */
export const KIND_KEY_MASK = 0x1ff;
export const KIND_IPV6 = 0x100;
export const KIND_GROUP = 0x200;
const KIND_SERVICE_MASK = 0xf;
/** Frames of the connection in another network than that of its record, which PREVIOUS names. */
export const KIND_BESIDE = 0x4000;
const KIND_NETWORK_SHIFT = 15;
const KIND_NETWORK_MASK = 0x1fff;
/** Networks that can be told apart: those beyond share this number. */
export const OTHER_NETWORKS = KIND_NETWORK_MASK;

// STATE. The bit of B is the bit of A shifted left by one, so that code can be written once for both sides.
/** Sent a segment with neither SYN nor RST. */
export const PLAIN_A = 1 << 0;
export const PLAIN_B = 1 << 1;
export const SYNACK_A = 1 << 2;
export const SYNACK_B = 1 << 3;
export const RESET_A = 1 << 4;
export const RESET_B = 1 << 5;
export const FIN_A = 1 << 6;
export const FIN_B = 1 << 7;
/** Sent payload (outside of a reset). */
export const DATA_A = 1 << 8;
export const DATA_B = 1 << 9;
/** Sent anything but resets. */
export const SPOKE_A = 1 << 10;
export const SPOKE_B = 1 << 11;
/** ACKNOWLEDGED_ is known. */
export const ACKED_A = 1 << 12;
export const ACKED_B = 1 << 13;
/** All data segments of this side so far carry RUN_SEQUENCE_: a run that may have begun before the cut. */
export const SINGLE_RUN_A = 1 << 14;
export const SINGLE_RUN_B = 1 << 15;
/** The client's SYN was seen. */
export const SYN_SEEN = 1 << 16;
/** INITIAL_SEQUENCE is known: the record began with a SYN or a SYN-ACK. */
export const HANDSHAKE = 1 << 17;
/** Where HANDSHAKE: the client is B. */
export const CLIENT_IS_B = 1 << 18;
/** What ended the connection first: nothing, a FIN, a reset by A, a reset by B. */
export const END_SHIFT = 19;
export const END_MASK = 3 << END_SHIFT;
export const END_FIN = 1 << END_SHIFT;
export const END_RESET_A = 2 << END_SHIFT;
export const END_RESET_B = 3 << END_SHIFT;
/** A reset came before any end and before this side said anything else (since the start of the part). */
export const EARLY_RESET_A = 1 << 21;
export const EARLY_RESET_B = 1 << 22;
/** Of two early resets the one of B came first. */
export const EARLY_RESET_B_FIRST = 1 << 23;
/** The first packet of the record carried the first payload. */
export const FIRST_HAS_DATA = 1 << 24;
/** The first payload of this side came within REPEAT_WINDOW_NANOSECONDS of the record's packet before it. */
export const SOON_A = 1 << 25;
export const SOON_B = 1 << 26;

/** The client's SYN carried data (RFC 7413, TCP Fast Open): the SYN-ACK may acknowledge it too. */
export const SYN_HAS_DATA = 1 << 27;

// Of a record that has others beside it, what those saw; a join drops these bits of the right part and finds them again.
/** Sent payload in another network. */
export const BESIDE_DATA_A = 1 << 28;
export const BESIDE_DATA_B = 1 << 29;
/** The client's SYN carried data in another network. */
export const BESIDE_SYN_DATA = 1 << 30;
export const BESIDE_BITS = BESIDE_DATA_A | BESIDE_DATA_B | BESIDE_SYN_DATA;

/** A frame that repeats the previous attempt within this time, with the same IP identification, is its copy (mirror port, "any" interface). */
export const COPY_WINDOW_NANOSECONDS = 100e6;
/** The same of an identification that is not 0, where the mirror is remote and late: a SYN is repeated after 1 s (RFC 6298 section 2.1), so is a question of DNS. */
export const LATE_COPY_NANOSECONDS = 900e6;
/** A data segment repeated sooner than this after the connection's previous packet is no retransmission by timer (RFC 6298: at least 200 ms in practice). */
export const REPEAT_WINDOW_NANOSECONDS = 20e6;
/** Repeats are counted up to here. */
export const MAX_REPEATS = 0xff;
export const MAX_ATTEMPTS = 0xffff;

/** Nanoseconds from one time stamp to another, exact enough (a double) for comparisons with the windows above. */
export function nanosecondsBetween(
  fromSeconds: number,
  fromNanoseconds: number,
  toSeconds: number,
  toNanoseconds: number,
): number {
  return ((toSeconds >>> 0) - (fromSeconds >>> 0)) * 1e9 + (toNanoseconds - fromNanoseconds);
}

/** The service that the first payload of `side` told (first-bytes.ts). */
export function serviceOf(kind: number, side: number): number {
  return (kind >>> (side === 0 ? 10 : 28)) & KIND_SERVICE_MASK;
}

/** The number of the network that the frames of a record with this KIND were in. */
export function networkOf(kind: number): number {
  return (kind >>> KIND_NETWORK_SHIFT) & KIND_NETWORK_MASK;
}

/** KIND with the number of a network instead of the one it had. */
export function withNetwork(kind: number, network: number): number {
  return (kind & ~(KIND_NETWORK_MASK << KIND_NETWORK_SHIFT)) | (network << KIND_NETWORK_SHIFT);
}

/** KIND with the service of `side`, which had none. */
export function withService(kind: number, side: number, service: number): number {
  return kind | (service << (side === 0 ? 10 : 28));
}

/** Marks a record that went into another one. */
export function absorb(records: Int32Array, number: number, into: number): void {
  records[number * RECORD_INTS + FIRST_FRAME] = ABSORBED;
  records[number * RECORD_INTS + ABSORBED_INTO] = into;
}
