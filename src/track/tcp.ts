import { type Packet, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../decode/packet.ts';
import { countAttempt } from './attempts.ts';
import type { ConnectionTable } from './connection-table.ts';
import {
  ACKED_A,
  ACKNOWLEDGED_A,
  ANSWER_NANOSECONDS,
  ANSWER_SECONDS,
  BESIDE_DATA_A,
  BESIDE_SYN_DATA,
  CLIENT_IS_B,
  COUNTS,
  DATA_A,
  EARLY_RESET_A,
  EARLY_RESET_B,
  EARLY_RESET_B_FIRST,
  END_FIN,
  END_MASK,
  END_RESET_A,
  END_RESET_B,
  FIN_A,
  FIRST_HAS_DATA,
  HANDSHAKE,
  INITIAL_SEQUENCE,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  MAX_REPEATS,
  nanosecondsBetween,
  PACKETS_A,
  PACKETS_B,
  PLAIN_A,
  RECORD_INTS,
  REPEAT_WINDOW_NANOSECONDS,
  RESET_A,
  RESET_FRAME,
  RUN_SEQUENCE_A,
  SINGLE_RUN_A,
  SOON_A,
  SPOKE_A,
  STATE,
  SYN_HAS_DATA,
  SYN_SEEN,
  SYNACK_A,
} from './record.ts';

const HANDSHAKE_FLAGS = TCP_SYN | TCP_RST;

/**
 * The connection that a segment belongs to, made where there is none. A SYN or SYN-ACK that does not belong to the handshake of
 * the connection on the same four values begins a new one (RFC 9293 section 3.6.1); every other segment belongs to the latest.
 * @returns the number of the record, -1 where the table is full; `table.direction` says which side sent the segment
 */
export function tcpConnection(
  table: ConnectionTable,
  packet: Packet,
  key: number,
  source: number,
  destination: number,
): number {
  const found = table.find(key, source, destination, packet.sourcePort, packet.destinationPort, packet.hash);
  if (!isHandshake(packet.tcpFlags)) {
    if (found >= 0) return found;
    table.direction = 0;
    return table.append(key, source, destination, packet.sourcePort, packet.destinationPort, -1, packet.hash);
  }
  const isAnswer = (packet.tcpFlags & TCP_ACK) !== 0;
  const initialSequence = initialSequenceOf(packet);
  if (found >= 0) {
    const at = found * RECORD_INTS;
    const client = isAnswer ? 1 - table.direction : table.direction;
    const kind = isAnswer ? HANDSHAKE : HANDSHAKE | SYN_SEEN;
    if (isSameHandshake(table.records[at + STATE], table.records[at + INITIAL_SEQUENCE], kind, initialSequence, client))
      return found;
  }
  table.direction = 0;
  const number = table.append(key, source, destination, packet.sourcePort, packet.destinationPort, found, packet.hash);
  if (number < 0) return number;
  beginHandshake(table.records, number * RECORD_INTS, packet);
  return number;
}

/** True for a SYN or SYN-ACK. @param flags -1 where the header is cut before them */
export function isHandshake(flags: number): boolean {
  return flags >= 0 && (flags & HANDSHAKE_FLAGS) === TCP_SYN;
}

/** Writes into a new record that it begins with this SYN or SYN-ACK, sent by side A. */
export function beginHandshake(records: Int32Array, at: number, packet: Packet): void {
  records[at + INITIAL_SEQUENCE] = initialSequenceOf(packet);
  records[at + STATE] = (packet.tcpFlags & TCP_ACK) !== 0 ? HANDSHAKE | CLIENT_IS_B : HANDSHAKE | SYN_SEEN;
}

/** The initial sequence number of the client, as far as a SYN or SYN-ACK tells it. */
function initialSequenceOf(packet: Packet): number {
  return (packet.tcpFlags & TCP_ACK) !== 0 ? (packet.acknowledgment - 1) | 0 : packet.sequence;
}

/** Notes in a record what a segment in another network, written into the record beside it, means to both. @param side the sender there */
export function noteBeside(records: Int32Array, at: number, side: number, packet: Packet): void {
  const flags = packet.tcpFlags;
  if (flags < 0 || (flags & TCP_RST) !== 0 || packet.payloadLength === 0) return;
  records[at + STATE] |= BESIDE_DATA_A << side;
  if ((flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) records[at + STATE] |= BESIDE_SYN_DATA;
}

/** More data than a SYN carries (RFC 7413 section 4.1.1: at most one segment). */
const MAX_SYN_DATA = 0xffff;

/**
 * True where a handshake segment, or a record that began with one, goes on with an earlier record. A SYN repeats the sequence
 * number of its SYN; a SYN-ACK acknowledges the SYN, with its data where it had some, or repeats the SYN-ACK before it. (A
 * SYN-ACK that was captured before its SYN is joined at the end: join-handshakes.ts.)
 * @param state STATE of the earlier record, with INITIAL_SEQUENCE `sequence`
 * @param laterState bits SYN_SEEN of what comes later, with the sequence number `laterSequence`
 * @param laterClient the client of what comes later, as a side of the earlier record
 */
export function isSameHandshake(
  state: number,
  sequence: number,
  laterState: number,
  laterSequence: number,
  laterClient: number,
): boolean {
  if ((state & HANDSHAKE) === 0 || ((state & CLIENT_IS_B) !== 0 ? 1 : 0) !== laterClient) return false;
  if ((state & SYN_SEEN) !== (laterState & SYN_SEEN) && (state & SYN_SEEN) === 0) return false;
  const difference = (laterSequence - sequence) | 0;
  if (difference === 0) return true;
  const hadData = (state & (SYN_HAS_DATA | BESIDE_SYN_DATA)) !== 0;
  return (laterState & SYN_SEEN) === 0 && hadData && difference > 0 && difference <= MAX_SYN_DATA;
}

/**
 * Writes one segment into its record, before the record's latest time is moved on.
 * @param side 0 where A sent it, 1 where B did
 */
export function updateTcp(
  records: Int32Array,
  at: number,
  side: number,
  packet: Packet,
  seconds: number,
  nanoseconds: number,
  frame: number,
): void {
  const flags = packet.tcpFlags;
  // A header cut before its flags says nothing but that there was a segment.
  if (flags < 0) return;
  let state = records[at + STATE];
  if ((flags & TCP_RST) !== 0) {
    if (records[at + RESET_FRAME] === 0) records[at + RESET_FRAME] = frame;
    state = afterReset(state, side);
    if ((flags & TCP_ACK) !== 0) {
      records[at + ACKNOWLEDGED_A + side] = packet.acknowledgment;
      state |= ACKED_A << side;
    }
    records[at + STATE] = state;
    return;
  }
  if ((flags & TCP_SYN) !== 0) {
    if ((flags & TCP_ACK) !== 0) {
      if ((state & (SYNACK_A | (SYNACK_A << 1))) === 0) {
        records[at + ANSWER_SECONDS] = seconds;
        records[at + ANSWER_NANOSECONDS] = nanoseconds;
      }
      state |= SYNACK_A << side;
    } else {
      state |= packet.payloadLength > 0 ? SYN_SEEN | SYN_HAS_DATA : SYN_SEEN;
      countAttempt(records, at, packet.identification, seconds, nanoseconds, frame);
    }
  } else state |= PLAIN_A << side;
  state |= SPOKE_A << side;
  if ((flags & TCP_FIN) !== 0) {
    state |= FIN_A << side;
    if ((state & END_MASK) === 0) state |= END_FIN;
  }
  if ((flags & TCP_ACK) !== 0) {
    records[at + ACKNOWLEDGED_A + side] = packet.acknowledgment;
    state |= ACKED_A << side;
  }
  if (packet.payloadLength > 0) state = countRepeat(records, at, side, packet.sequence, state, seconds, nanoseconds);
  records[at + STATE] = state;
}

/** A reset ends a connection where its sender has spoken before; else it answers a SYN, or what came before is not in this part. */
function afterReset(state: number, side: number): number {
  const next = state | (RESET_A << side);
  if ((state & END_MASK) !== 0) return next;
  if ((state & (SPOKE_A << side)) !== 0) return next | (side === 0 ? END_RESET_A : END_RESET_B);
  if (side === 0) return next | EARLY_RESET_A;
  return next | EARLY_RESET_B | ((state & EARLY_RESET_A) === 0 ? EARLY_RESET_B_FIRST : 0);
}

/** Follows runs of the same data segment: what is sent again and again, and never acknowledged, is stalled. */
function countRepeat(
  records: Int32Array,
  at: number,
  side: number,
  sequence: number,
  state: number,
  seconds: number,
  nanoseconds: number,
): number {
  const shift = side << 3;
  if ((state & (DATA_A << side)) === 0) {
    records[at + RUN_SEQUENCE_A + side] = sequence;
    const isFirst = records[at + PACKETS_A] + records[at + PACKETS_B] === 1;
    const soon = isFirst ? FIRST_HAS_DATA : isSoon(records, at, seconds, nanoseconds) ? SOON_A << side : 0;
    return state | (DATA_A << side) | (SINGLE_RUN_A << side) | soon;
  }
  if (records[at + RUN_SEQUENCE_A + side] !== sequence) {
    records[at + RUN_SEQUENCE_A + side] = sequence;
    records[at + COUNTS] &= ~(MAX_REPEATS << shift);
    return state & ~(SINGLE_RUN_A << side);
  }
  if (!isSoon(records, at, seconds, nanoseconds) && ((records[at + COUNTS] >>> shift) & MAX_REPEATS) < MAX_REPEATS) {
    records[at + COUNTS] += 1 << shift;
  }
  return state;
}

function isSoon(records: Int32Array, at: number, seconds: number, nanoseconds: number): boolean {
  return (
    nanosecondsBetween(records[at + LAST_SECONDS], records[at + LAST_NANOSECONDS], seconds, nanoseconds) <
    REPEAT_WINDOW_NANOSECONDS
  );
}
