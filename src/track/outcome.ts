import type { Ended, Outcome } from '../assess/types.ts';
import type { IcmpVerdict } from './join-icmp.ts';
import {
  ACKED_A,
  ACKNOWLEDGED_A,
  CLIENT_IS_B,
  COUNTS,
  DATA_A,
  EARLY_RESET_B,
  END_FIN,
  END_MASK,
  END_RESET_A,
  FIN_A,
  FIRST_ATTEMPT_NANOSECONDS,
  FIRST_ATTEMPT_SECONDS,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  HANDSHAKE,
  INITIAL_SEQUENCE,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  MAX_REPEATS,
  nanosecondsBetween,
  PACKETS_A,
  PLAIN_A,
  RESET_A,
  RUN_SEQUENCE_A,
  SINGLE_RUN_A,
  SPOKE_A,
  STATE,
  SYN_SEEN,
  SYNACK_A,
} from './record.ts';

/**
 * How long after the first attempt silence counts as no answer, and how long after the last one: the first retransmission of a
 * SYN comes after 1 s (RFC 6298 section 2.1; 3 s in older systems), a DNS client asks again after 1 s.
 */
export const ANSWER_PATIENCE_NANOSECONDS = 3e9;
export const LAST_ATTEMPT_PATIENCE_NANOSECONDS = 1e9;

/** A data segment sent this often after the first time, and not acknowledged, is stalled: a timer doubles from 0.2 s, so at least 1.4 s passed. */
const STALLED_REPEATS = 3;

/** End of the capture, or of the time in which it went on: the moment up to which an answer could have been seen. */
export interface CaptureEnd {
  /** When that time began. */
  startSeconds: number;
  seconds: number;
  nanoseconds: number;
}

/**
 * What became of a TCP connection (DESIGN.md, Outcomes). Only what packets of the connection show, and the ICMP error that
 * answered it; whether the capture could have shown more is for the verdict.
 * @param client 0 where A is the client, 1 where B is
 */
export function tcpOutcome(
  records: Int32Array,
  at: number,
  client: number,
  icmp: IcmpVerdict | undefined,
  end: CaptureEnd,
): Outcome {
  const state = records[at + STATE];
  const server = 1 - client;
  const answered = (state & (SYNACK_A << server)) !== 0;
  // A client that sends a SYN-ACK answers a SYN that crossed its own (join-handshakes.ts).
  const clientWentOn = (state & ((PLAIN_A | SYNACK_A) << client)) !== 0;
  const serverWentOn = (state & (PLAIN_A << server)) !== 0;
  const serverReset = (state & (RESET_A << server)) !== 0;
  if ((state & SYN_SEEN) === 0) {
    if (answered) {
      if (clientWentOn) return 'established';
      return serverWentOn || records[at + PACKETS_A + client] === 0 ? 'one-sided' : 'half-open';
    }
    const spoke = state & (SPOKE_A | (SPOKE_A << 1));
    const isTwoWay = records[at + PACKETS_A] > 0 && records[at + PACKETS_A + 1] > 0;
    // A reset says nothing of what it resets: a closed port sends one to a stray segment, and an open connection ends with one.
    if (isTwoWay) return spoke === (SPOKE_A | (SPOKE_A << 1)) ? 'midstream' : 'undecided';
    return spoke === 0 ? 'undecided' : 'one-sided';
  }
  if (answered) {
    if (clientWentOn || serverWentOn) return 'established';
    if (isResetBeforeAnswer(records, at, client)) return 'refused';
    const clientReset = (state & (RESET_A << client)) !== 0;
    return clientReset || sinceLast(records, at, end) >= ANSWER_PATIENCE_NANOSECONDS ? 'half-open' : 'undecided';
  }
  if (clientWentOn) {
    // The SYN-ACK is missing from the capture, but the client went on: it was answered.
    return serverWentOn || serverReset ? 'established' : 'one-sided';
  }
  if (icmp !== undefined) return icmp.outcome;
  if (serverReset && !serverWentOn) {
    if ((state & (ACKED_A << server)) !== 0) return 'refused';
    // A client ignores a reset that acknowledges nothing (RFC 9293 section 3.10.7.3), and waits on.
    return silence(records, at, end) === 'no-answer' ? 'half-open' : 'undecided';
  }
  if (serverWentOn) return 'half-open';
  return silence(records, at, end);
}

/** Both a reset and a SYN-ACK answered the one SYN, which came first, and the reset before the SYN-ACK: that is what the client heard. */
function isResetBeforeAnswer(records: Int32Array, at: number, client: number): boolean {
  const state = records[at + STATE];
  const beginsWithSyn = client === 0 && (state & (HANDSHAKE | CLIENT_IS_B)) === HANDSHAKE;
  return beginsWithSyn && (state & EARLY_RESET_B) !== 0 && records[at + COUNTS] >>> 16 === 1;
}

/** What became of a UDP exchange. */
export function udpOutcome(
  records: Int32Array,
  at: number,
  client: number,
  icmp: IcmpVerdict | undefined,
  toGroup: boolean,
  wantsNoAnswer: boolean,
  end: CaptureEnd,
): Outcome {
  const toServer = records[at + PACKETS_A + client];
  const toClient = records[at + PACKETS_A + 1 - client];
  if (toServer > 0 && toClient > 0) return 'answered';
  if (toGroup) return 'one-way';
  if (toServer === 0) return wantsNoAnswer ? 'one-way' : 'one-sided';
  if (icmp !== undefined) return icmp.outcome;
  if (wantsNoAnswer) return 'one-way';
  return silence(records, at, end);
}

function silence(records: Int32Array, at: number, end: CaptureEnd): Outcome {
  const attempted = records[at + COUNTS] >>> 16 > 0;
  const firstSeconds = records[at + (attempted ? FIRST_ATTEMPT_SECONDS : FIRST_SECONDS)];
  const firstNanoseconds = records[at + (attempted ? FIRST_ATTEMPT_NANOSECONDS : FIRST_NANOSECONDS)];
  const last = sinceLast(records, at, end);
  // An attempt from before a pause of the capture says nothing of how long an answer was waited for.
  const isSeen = firstSeconds >>> 0 >= end.startSeconds;
  const first = isSeen ? nanosecondsBetween(firstSeconds, firstNanoseconds, end.seconds, end.nanoseconds) : last;
  const patient = first >= ANSWER_PATIENCE_NANOSECONDS && last >= LAST_ATTEMPT_PATIENCE_NANOSECONDS;
  return patient ? 'no-answer' : 'undecided';
}

function sinceLast(records: Int32Array, at: number, end: CaptureEnd): number {
  return nanosecondsBetween(records[at + LAST_SECONDS], records[at + LAST_NANOSECONDS], end.seconds, end.nanoseconds);
}

/** How a TCP connection ended that was established or seen from the middle. */
export function tcpEnded(records: Int32Array, at: number, client: number): Ended {
  const state = records[at + STATE];
  const end = state & END_MASK;
  const resetBy = end >= END_RESET_A ? (end === END_RESET_A ? 0 : 1) : -1;
  for (const side of [0, 1]) if (resetBy !== 1 - side && isStalled(records, at, side)) return 'stalled';
  if (end === 0) return 'open';
  if (end === END_FIN) return 'fin';
  return resetBy === client ? 'reset-by-client' : 'reset-by-server';
}

/** True where what `side` sent last was repeated and never acknowledged, although the other side is seen in the capture. */
function isStalled(records: Int32Array, at: number, side: number): boolean {
  const state = records[at + STATE];
  const other = 1 - side;
  if ((state & (DATA_A << side)) === 0 || (state & (SPOKE_A << other)) === 0) return false;
  // Who has closed its side may be gone by the time the other one sends its last words.
  if ((state & (FIN_A << other)) !== 0) return false;
  if (repeatsOf(records, at, side) < STALLED_REPEATS) return false;
  const acknowledged =
    (state & (ACKED_A << other)) !== 0 &&
    ((records[at + ACKNOWLEDGED_A + other] - records[at + RUN_SEQUENCE_A + side]) | 0) > 0;
  return !acknowledged;
}

/** How often `side` repeated the data segment that it sent last. */
function repeatsOf(records: Int32Array, at: number, side: number): number {
  return (records[at + COUNTS] >>> (side << 3)) & MAX_REPEATS;
}

/** Of a stalled connection whose handshake was seen: true where it carried data both ways before, as far as the capture can tell. */
export function carriedBothWays(records: Int32Array, at: number, client: number): boolean {
  const state = records[at + STATE];
  const server = 1 - client;
  if ((state & (DATA_A << client)) === 0 || (state & (DATA_A << server)) === 0) return false;
  if (isStalled(records, at, client))
    return ((records[at + ACKNOWLEDGED_A + server] - records[at + INITIAL_SEQUENCE]) | 0) > 1;
  // The first sequence number of the server is not kept: what it sent besides may have been acknowledged or not.
  return (state & (SINGLE_RUN_A << server)) === 0;
}

/** Of a connection of which one side was captured: true where it repeated what it sent last as often as if nobody had acknowledged it. */
export function repeatsUnheard(records: Int32Array, at: number): boolean {
  return repeatsOf(records, at, 0) >= STALLED_REPEATS || repeatsOf(records, at, 1) >= STALLED_REPEATS;
}
