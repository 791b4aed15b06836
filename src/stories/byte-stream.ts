import type { Observation } from '../track/observation.ts';
import type { Payloads } from '../track/part.ts';
import {
  PAYLOAD_CONNECTION,
  PAYLOAD_FRAME,
  PAYLOAD_KIND_SIDE,
  PAYLOAD_LENGTH,
  PAYLOAD_NANOSECONDS,
  PAYLOAD_OFFSET,
  PAYLOAD_SECONDS,
  PAYLOAD_SEQUENCE,
  PAYLOAD_STORED,
  PAYLOAD_WIDTH,
  payloadKind,
} from '../track/payload-fields.ts';
import type { Socket } from './kept-messages.ts';
import { later, type Moment } from './moment.ts';

/** How far a segment may be from the one before it, in bytes: a window of TCP without scaling, many times over. Others are no part of the stream. */
export const STREAM_WINDOW = 2 ** 20;

/** One segment of a stream: `bytes[offset, offset + length)`, and what it had by its headers. */
export interface StreamPiece extends Moment {
  /** Sequence number of the first byte, any 32 bits. */
  sequence: number;
  bytes: Uint8Array;
  offset: number;
  length: number;
  /** Bytes on the wire; more than `length` where the capture or a budget cut it. */
  wireLength: number;
}

/** Bytes of one direction without a gap. */
export interface StreamRun {
  bytes: Uint8Array;
  /** Bytes of the stream that are missing before this run; 0 for the first one. */
  missingBefore: number;
  /** When bytes [from, to) of the run had all been seen. */
  momentOf(from: number, to: number): Moment;
}

/** A TCP connection whose payload was kept. */
export interface KeptStreams {
  connection: number;
  /** The ends by side, A first. */
  ends: readonly [Socket, Socket];
  /** What each side sent. */
  sides: readonly [StreamRun[], StreamRun[]];
}

interface Placed {
  /** Place in the stream, in bytes from an arbitrary start. */
  at: number;
  piece: StreamPiece;
}

/**
 * Puts the segments of one direction in order: out of order, sent again, overlapping (what lies first in the stream is taken), with
 * gaps where some are missing.
 * @param pieces in the order of the capture
 */
export function joinPieces(pieces: readonly StreamPiece[]): StreamRun[] {
  const [only] = pieces;
  if (pieces.length === 1) return [runOfOne(only)];
  const placed: Placed[] = [];
  let last = 0;
  let lastSequence = pieces.length === 0 ? 0 : pieces[0].sequence;
  let end = 0;
  let follows = true;
  for (const piece of pieces) {
    const step = (piece.sequence - lastSequence) | 0;
    if (step > STREAM_WINDOW || step < -STREAM_WINDOW) continue;
    last += step;
    lastSequence = piece.sequence;
    if (last !== end) follows = false;
    end = last + piece.length;
    placed.push({ at: last, piece });
  }
  // Nearly always each begins where the one before it ends.
  if (follows && placed.length > 0) return [runOf(placed, 0)];
  // The sort is stable: of segments at one place the first one captured comes first.
  placed.sort((a, b) => a.at - b.at);
  return runsOf(placed);
}

function runsOf(placed: readonly Placed[]): StreamRun[] {
  const runs: StreamRun[] = [];
  let open: Placed[] = [];
  let end = 0;
  let missing = 0;
  for (const one of placed) {
    const { at, piece } = one;
    if (open.length > 0 && at > end) {
      runs.push(runOf(open, missing));
      missing = at - end;
      open = [];
    }
    if (open.length > 0 && at + piece.length <= end) continue;
    open.push(one);
    end = at + piece.length;
  }
  if (open.length > 0) runs.push(runOf(open, missing));
  return runs;
}

/** Most openings are one segment. */
function runOfOne({ bytes, offset, length, seconds, nanoseconds, frame }: StreamPiece): StreamRun {
  return {
    bytes: bytes.subarray(offset, offset + length),
    missingBefore: 0,
    momentOf: () => ({ seconds, nanoseconds, frame }),
  };
}

/** @param placed each begins where the one before it ends, or earlier, and ends later */
function runOf(placed: readonly Placed[], missingBefore: number): StreamRun {
  const start = placed[0].at;
  const final = placed[placed.length - 1];
  const bytes = new Uint8Array(final.at + final.piece.length - start);
  const ends: number[] = [];
  let filled = 0;
  for (const { at, piece } of placed) {
    const skip = start + filled - at;
    bytes.set(piece.bytes.subarray(piece.offset + skip, piece.offset + piece.length), filled);
    filled += piece.length - skip;
    ends.push(filled);
  }
  return {
    bytes,
    missingBefore,
    momentOf(from, to) {
      let index = firstBehind(ends, from);
      let moment: Moment = placed[index].piece;
      while (ends[index] < to && index + 1 < placed.length) moment = later(moment, placed[++index].piece);
      const { seconds, nanoseconds, frame } = moment;
      return { seconds, nanoseconds, frame };
    },
  };
}

/** Index of the first end behind `place`, or of the last one. */
function firstBehind(ends: readonly number[], place: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A kept segment with the connection and the side that it belongs to. */
export interface KeptPiece {
  connection: number;
  side: 0 | 1;
  piece: StreamPiece;
}

/** The segments of a log in the order of the capture. */
export function* piecesOf(payloads: Payloads): Generator<KeptPiece> {
  for (let i = 0; i < payloads.count; i++) if (isKept(payloads, i)) yield pieceAt(payloads, i);
}

function isKept({ values }: Payloads, i: number): boolean {
  const at = i * PAYLOAD_WIDTH;
  return values[at + PAYLOAD_STORED] !== 0 && values[at + PAYLOAD_CONNECTION] >= 0;
}

function pieceAt({ values, bytes }: Payloads, i: number): KeptPiece {
  const at = i * PAYLOAD_WIDTH;
  return {
    connection: values[at + PAYLOAD_CONNECTION],
    side: (values[at + PAYLOAD_KIND_SIDE] & 1) as 0 | 1,
    piece: {
      sequence: values[at + PAYLOAD_SEQUENCE],
      bytes,
      offset: values[at + PAYLOAD_OFFSET],
      length: values[at + PAYLOAD_STORED],
      wireLength: values[at + PAYLOAD_LENGTH],
      seconds: values[at + PAYLOAD_SECONDS] >>> 0,
      nanoseconds: values[at + PAYLOAD_NANOSECONDS],
      frame: values[at + PAYLOAD_FRAME] >>> 0,
    },
  };
}

/**
 * Connections of which the workers kept payload of one kind (control-ports.ts), in the order of their first kept segment. One at a time:
 * a capture may have millions of segments.
 */
export function* keptStreams(observation: Observation, kind: number): Generator<KeptStreams> {
  const { payloads } = observation;
  /** The first segment of each connection, and for each segment 1 + the next one of the same connection. */
  const firsts: number[] = [];
  const next = new Int32Array(payloads.count);
  const latest = new Map<number, number>();
  for (let i = 0; i < payloads.count; i++) {
    const at = i * PAYLOAD_WIDTH;
    if (payloadKind(payloads.values, at) !== kind || !isKept(payloads, i)) continue;
    const connection = payloads.values[at + PAYLOAD_CONNECTION];
    const before = latest.get(connection);
    if (before === undefined) firsts.push(i);
    else next[before] = i + 1;
    latest.set(connection, i);
  }
  for (const first of firsts) {
    const sides: [StreamPiece[], StreamPiece[]] = [[], []];
    for (let i = first; i >= 0; i = next[i] - 1) {
      const { side, piece } = pieceAt(payloads, i);
      sides[side].push(piece);
    }
    const connection = payloads.values[first * PAYLOAD_WIDTH + PAYLOAD_CONNECTION];
    const { family, addresses, ports } = observation.sockets(connection);
    const end = (side: 0 | 1): Socket => ({ family, address: addresses[side], port: ports[side] });
    yield { connection, ends: [end(0), end(1)], sides: [joinPieces(sides[0]), joinPieces(sides[1])] };
  }
}
