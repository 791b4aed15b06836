import type { Packet } from '../decode/packet.ts';
import { nameSource } from './dns-facts.ts';
import type { TftpMeters } from './part.ts';
import { keepPace, PACE_INTS, setPace, settlePace } from './tftp-pace.ts';
import { TFTP_ACK, TFTP_DATA, TFTP_ERROR, TFTP_HEADER_LENGTH, TFTP_OACK } from './tftp-packets.ts';
import {
  blockStep,
  countBlock,
  joinRuns,
  RUN_COUNT,
  RUN_FIRST_BLOCK,
  RUN_FIRST_LENGTH,
  RUN_FRAME_FIELDS,
  RUN_INTS,
  RUN_LAST_BLOCK,
  RUN_LAST_LENGTH,
} from './tftp-run.ts';

// The fields of one transfer.
/** Number of the connection << 1 | side that sends DATA and OACK: 0 A, 1 B. */
export const METER_CHAIN = 0;
/** The first and the latest packet that tells one transfer from the next: nothing, OACK, DATA, ERROR (opcodes). */
export const METER_FIRST_EVENT = 1;
export const METER_LAST_EVENT = 2;
export const METER_FIRST_FRAME = 3;
/** OACKs of the sender and ERRORs of either side, copies counted; their texts are in the payload log. */
export const METER_OACKS = 4;
export const METER_ERRORS = 5;
/** All datagrams counted here. */
export const METER_DATAGRAMS = 6;
/** Runs (tftp-run.ts): DATA of the sender, ACK of the other side. */
export const METER_DATA = 7;
export const METER_ACK = METER_DATA + RUN_INTS;
export const METER_INTS = METER_ACK + RUN_INTS;

/** Most transfers followed in one capture (54 MB); the datagrams of later ones are counted only. The first ones are kept, whatever the cuts. */
export const MAX_METERS = 1 << 18;

const NONE = -1;
const CLOSED = -2;

/** RFC 1350: what a block holds where no option says otherwise. */
const DEFAULT_BLOCK_SIZE = 512;
const UDP_HEADER_LENGTH = 8;
/** A window (RFC 7440) is sent again from its start after a loss; larger ones than this are not in use. */
const LARGEST_WINDOW = 64;

/** The pace of DATA, then that of ACK: one cache line a transfer. */
const PACES_INTS = PACE_INTS * 2;

/**
 * Follows TFTP transfers without keeping their packets: a few integers for each. Two sockets may carry several transfers one after the
 * other (a client with fixed ports, a server that answers from 69), and one begins where an OACK follows DATA, where anything follows an
 * ERROR, and where block 1 comes again as no window would repeat it. Each of these rules looks at two neighbouring packets only, so
 * that it holds across a cut.
 */
export class TftpMeter {
  #values = new Int32Array(METER_INTS * 4);
  #count = 0;
  #dropped = 0;
  /** Latest transfer + 1 by chain; 0 none, -1 closed. */
  #latest = new Int32Array(0);
  /** What the packets in step have added to each transfer, and is not written yet (tftp-pace.ts). */
  #paces = new Int32Array(PACES_INTS * 4);

  /**
   * Counts a datagram that `tftpOpcode` took for TFTP where it is the one that its transfer expects next: nearly all are.
   * @param side that sent it: 0 A, 1 B
   * @returns false where it is not; then `add` counts it
   */
  keepsPace(
    packet: Packet,
    bytes: Uint8Array,
    opcode: number,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): boolean {
    // DATA of one side and ACK of the other belong to one chain.
    const isAck = opcode === TFTP_ACK;
    const chain = (connection << 1) | (isAck ? side ^ 1 : side);
    const latest = chain < this.#latest.length ? this.#latest[chain] : 0;
    if (latest <= 0 || opcode > TFTP_ACK || packet.moreFragments !== 0) return false;
    const from = packet.payloadOffset;
    const block = (bytes[from + 2] << 8) | bytes[from + 3];
    const pace = (latest - 1) * PACES_INTS + (isAck ? PACE_INTS : 0);
    const length = packet.payloadLength - TFTP_HEADER_LENGTH;
    return keepPace(this.#paces, pace, block, length, packet.identification, seconds, nanoseconds, frame);
  }

  /** Counts any other datagram that `tftpOpcode` took for TFTP. @param side that sent it: 0 A, 1 B */
  add(
    packet: Packet,
    bytes: Uint8Array,
    opcode: number,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const sent = (connection << 1) | side;
    const from = packet.payloadOffset;
    const block = (bytes[from + 2] << 8) | bytes[from + 3];
    if (opcode === TFTP_ACK) {
      const at = this.#at(sent ^ 1, false, frame);
      if (at < 0) return;
      this.#values[at + METER_DATAGRAMS]++;
      this.#countBlock(packet, at, METER_ACK, block, 0, seconds, nanoseconds, frame);
      return;
    }
    // The IP length of a first fragment is that of the fragment; the UDP header speaks of the datagram (RFC 768).
    const length =
      packet.moreFragments === 0
        ? packet.payloadLength - TFTP_HEADER_LENGTH
        : Math.max(0, ((bytes[from - 4] << 8) | bytes[from - 3]) - UDP_HEADER_LENGTH - TFTP_HEADER_LENGTH);
    const at = this.#event(sent, opcode, block, length, frame);
    if (opcode === TFTP_DATA && at >= 0)
      this.#countBlock(packet, at, METER_DATA, block, length, seconds, nanoseconds, frame);
    if (opcode === TFTP_ERROR) this.#event(sent ^ 1, opcode, block, length, frame);
  }

  #countBlock(
    packet: Packet,
    at: number,
    run: number,
    block: number,
    length: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const { identification: id, moreFragments } = packet;
    const pace = this.#settle(at, run);
    const values = this.#values;
    const isFirst = values[at + run + RUN_COUNT] === 0;
    const step = isFirst ? 0 : blockStep(values[at + run + RUN_LAST_BLOCK], block);
    countBlock(values, at + run, block, length, moreFragments, id, seconds, nanoseconds, frame);
    // On the ports of names every datagram is read for names too, so that none may be passed over as one in step.
    if (nameSource(packet.sourcePort, packet.destinationPort) === 0) setPace(this.#paces, pace, values, at + run, step);
  }

  /** Writes what a pace has added into its run. @returns the offset of the pace, which is stopped */
  #settle(at: number, run: number): number {
    const pace = (at / METER_INTS) * PACES_INTS + (run === METER_ACK ? PACE_INTS : 0);
    this.#values[at + METER_DATAGRAMS] += settlePace(this.#paces, pace, this.#values, at + run);
    return pace;
  }

  /** Counts what tells transfers apart. @returns the offset of the transfer that it belongs to, or NONE */
  #event(chain: number, opcode: number, block: number, length: number, frame: number): number {
    const latest = this.#find(chain);
    if (latest >= 0) this.#settle(latest, METER_DATA);
    const known = this.#values;
    const isNew =
      latest >= 0 &&
      (known[latest + METER_LAST_EVENT] !== TFTP_DATA || opcode !== TFTP_DATA || block === 1) &&
      beginsTransfer(
        known[latest + METER_LAST_EVENT],
        known[latest + METER_DATA + RUN_LAST_BLOCK],
        known[latest + METER_DATA + RUN_LAST_LENGTH],
        opcode,
        block,
        length,
      );
    const at = latest >= 0 && !isNew ? latest : this.#at(chain, isNew, frame);
    if (at >= 0) countEvent(this.#values, at, opcode);
    return at;
  }

  /** The transfers as far as they are written down: which connections they belong to is certain, the rest is not. */
  inWork(): TftpMeters {
    return { values: this.#values, count: this.#count, dropped: this.#dropped };
  }

  /** What was counted. The meter may go on; the result shares its memory. */
  finish(): TftpMeters {
    const metered = Math.min(this.#count, this.#paces.length / PACES_INTS);
    for (let i = 0; i < metered; i++) {
      this.#settle(i * METER_INTS, METER_DATA);
      this.#settle(i * METER_INTS, METER_ACK);
    }
    return { values: this.#values, count: this.#count, dropped: this.#dropped };
  }

  /** Joins the transfers of the part that follows. @param numbers of its connections here, @param flipped 1 where A and B changed places */
  append(meters: TftpMeters, numbers: Int32Array, flipped: Uint8Array, framesBefore: number): void {
    const from = meters.values;
    for (let i = 0; i < meters.count; i++) {
      const right = i * METER_INTS;
      const connection = from[right + METER_CHAIN] >>> 1;
      if (numbers[connection] < 0) continue;
      const chain = (numbers[connection] << 1) | ((from[right + METER_CHAIN] & 1) ^ flipped[connection]);
      const latest = this.#find(chain);
      if (latest >= 0 && !beginsTransferAt(this.#values, latest, from, right))
        this.#join(latest, from, right, framesBefore);
      else this.#take(chain, latest, from, right, framesBefore);
    }
    this.#dropped += meters.dropped;
  }

  #take(chain: number, latest: number, from: Int32Array, right: number, framesBefore: number): void {
    const at = this.#open(chain, latest, from[right + METER_DATAGRAMS]);
    if (at < 0) return;
    this.#values.set(from.subarray(right, right + METER_INTS), at);
    this.#values[at + METER_CHAIN] = chain;
    this.#values[at + METER_FIRST_FRAME] += framesBefore;
    shiftFrames(this.#values, at + METER_DATA, framesBefore);
    shiftFrames(this.#values, at + METER_ACK, framesBefore);
  }

  #join(at: number, from: Int32Array, right: number, framesBefore: number): void {
    const copy = from.slice(right, right + METER_INTS);
    shiftFrames(copy, METER_DATA, framesBefore);
    shiftFrames(copy, METER_ACK, framesBefore);
    const values = this.#values;
    if (copy[METER_LAST_EVENT] !== 0) values[at + METER_LAST_EVENT] = copy[METER_LAST_EVENT];
    for (const field of [METER_OACKS, METER_ERRORS, METER_DATAGRAMS]) values[at + field] += copy[field];
    joinRuns(values, at + METER_DATA, copy, METER_DATA);
    joinRuns(values, at + METER_ACK, copy, METER_ACK);
  }

  /** Offset of the latest transfer of a chain, NONE, or CLOSED where a later one had no room. */
  #find(chain: number): number {
    const number = chain < this.#latest.length ? this.#latest[chain] : 0;
    return number <= 0 ? number - 1 : (number - 1) * METER_INTS;
  }

  /** Offset of the transfer to count in, made where there is none or a new one begins; -1 where there is no room. */
  #at(chain: number, isNew: boolean, frame: number): number {
    const latest = this.#find(chain);
    if (latest >= 0 && !isNew) return latest;
    const at = this.#open(chain, latest, 1);
    if (at < 0) return at;
    this.#values[at + METER_FIRST_FRAME] = frame;
    if (this.#count * PACES_INTS > this.#paces.length) {
      const paces = new Int32Array(this.#paces.length * 2);
      paces.set(this.#paces);
      this.#paces = paces;
    }
    return at;
  }

  #open(chain: number, latest: number, datagrams: number): number {
    if (this.#count === MAX_METERS || latest === CLOSED) {
      if (latest >= 0) this.#latest[chain] = -1;
      this.#dropped += datagrams;
      return NONE;
    }
    const at = this.#count * METER_INTS;
    if (at === this.#values.length) {
      const values = new Int32Array(at * 2);
      values.set(this.#values);
      this.#values = values;
    }
    if (chain >= this.#latest.length) {
      const latest = new Int32Array(Math.max(256, (chain + 1) * 2));
      latest.set(this.#latest);
      this.#latest = latest;
    }
    this.#latest[chain] = ++this.#count;
    this.#values[at + METER_CHAIN] = chain;
    return at;
  }
}

function countEvent(values: Int32Array, at: number, opcode: number): void {
  if (values[at + METER_FIRST_EVENT] === 0) values[at + METER_FIRST_EVENT] = opcode;
  values[at + METER_LAST_EVENT] = opcode;
  values[at + METER_DATAGRAMS]++;
  if (opcode === TFTP_OACK) values[at + METER_OACKS]++;
  else if (opcode === TFTP_ERROR) values[at + METER_ERRORS]++;
}

/** True where a packet begins another transfer than the packet before it belongs to. */
function beginsTransfer(
  event: number,
  lastBlock: number,
  lastLength: number,
  opcode: number,
  block: number,
  length: number,
): boolean {
  if (event === 0) return true;
  if (event === TFTP_ERROR) return opcode !== TFTP_ERROR;
  if (event !== TFTP_DATA) return false;
  if (opcode === TFTP_OACK) return true;
  if (opcode !== TFTP_DATA || block !== 1) return false;
  const back = -blockStep(lastBlock, 1);
  if (back < 2) return false;
  return back > LARGEST_WINDOW || length <= DEFAULT_BLOCK_SIZE || lastLength < length;
}

function beginsTransferAt(values: Int32Array, latest: number, from: Int32Array, right: number): boolean {
  const opcode = from[right + METER_FIRST_EVENT];
  // Acknowledgments alone go with what they follow.
  if (opcode === 0) return false;
  return beginsTransfer(
    values[latest + METER_LAST_EVENT],
    values[latest + METER_DATA + RUN_LAST_BLOCK],
    values[latest + METER_DATA + RUN_LAST_LENGTH],
    opcode,
    from[right + METER_DATA + RUN_FIRST_BLOCK],
    from[right + METER_DATA + RUN_FIRST_LENGTH],
  );
}

function shiftFrames(values: Int32Array, run: number, framesBefore: number): void {
  if (values[run + RUN_COUNT] === 0) return;
  for (const field of RUN_FRAME_FIELDS) values[run + field] += framesBefore;
}
