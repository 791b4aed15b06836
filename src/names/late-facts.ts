import { joinRecords } from '../protocols/tls-hello.ts';
import { joinPieces, keptStreams, piecesOf, type StreamPiece, type StreamRun } from '../stories/byte-stream.ts';
import { CONTROL_DNS_STREAM } from '../track/control-ports.ts';
import { NameFacts } from '../track/name-facts.ts';
import { SOURCE_DNS } from '../track/name-fields.ts';
import type { Observation } from '../track/observation.ts';
import { isOpeningStart, openingExtent } from '../track/openings.ts';
import type { Names } from '../track/part.ts';

/** What several segments hold together: hellos, requests and DNS messages over TCP. */
export interface LateFacts {
  names: Names;
  /** Hellos and requests of which the capture does not hold enough. */
  unfinished: number;
}

/** Reads what the workers kept of openings and of DNS over TCP. */
export function lateFacts(observation: Observation): LateFacts {
  const facts = new NameFacts(0);
  const unfinished = readOpenings(observation, facts);
  readDnsStreams(observation, facts);
  return { names: facts.finish(), unfinished };
}

interface Group {
  connection: number;
  side: 0 | 1;
  /** Null while only segments are known that were captured before it. */
  start: StreamPiece | null;
  pieces: StreamPiece[];
}

/** @returns openings that stay unfinished */
function readOpenings(observation: Observation, facts: NameFacts): number {
  let unfinished = 0;
  for (const { connection, side, pieces } of openingsOf(observation)) {
    const [run] = joinPieces(pieces);
    if (run === undefined || !isOpeningStart(run.bytes, 0, run.bytes.length)) continue;
    const bytes = run.bytes[0] === 0x16 ? joinRecords(run.bytes) : run.bytes;
    const { seconds, nanoseconds, frame } = run.momentOf(0, run.bytes.length);
    if (bytes !== null && facts.opening(bytes, connection, side, seconds, nanoseconds, frame)) continue;
    unfinished++;
    if (run.bytes[0] === 0x16) facts.cutHello(connection, side, seconds, nanoseconds, frame);
  }
  return unfinished;
}

/** The segments of each opening: a start, and what goes on with it, captured before or after it, until the next start that is none of its repeats. */
function openingsOf(observation: Observation): Group[] {
  const groups: Group[] = [];
  const open = new Map<number, Group>();
  for (const { connection, side, piece } of piecesOf(observation.names.openings.log)) {
    const key = connection * 2 + side;
    const known = open.get(key);
    const isStart = isOpeningStart(piece.bytes, piece.offset, piece.length);
    if (isStart && !(known?.start && isWithin(known.start, piece))) {
      const before = known?.start === null ? known.pieces.filter((one) => isWithin(piece, one)) : [];
      const group: Group = { connection, side, start: piece, pieces: [...before, piece] };
      groups.push(group);
      open.set(key, group);
    } else if (known !== undefined) known.pieces.push(piece);
    else open.set(key, { connection, side, start: null, pieces: [piece] });
  }
  return groups;
}

/** True where a piece holds some of the bytes that a start asks for. */
function isWithin(start: StreamPiece, { sequence }: StreamPiece): boolean {
  const distance = (sequence - start.sequence) | 0;
  return distance >= 0 && distance < openingExtent(start.bytes, start.offset);
}

/** RFC 1035 section 4.2.2: a length of two bytes before each message. */
const DNS_LENGTH = 2;

function readDnsStreams(observation: Observation, facts: NameFacts): void {
  for (const { ends, sides } of keptStreams(observation, CONTROL_DNS_STREAM))
    for (const side of [0, 1] as const)
      for (const run of sides[side])
        readDnsRun(run, facts, ends[side].family, ends[side].address, ends[1 - side].address);
}

function readDnsRun(run: StreamRun, facts: NameFacts, family: 4 | 6, from: number, to: number): void {
  const { bytes } = run;
  for (let at = 0; at + DNS_LENGTH < bytes.length; ) {
    const length = (bytes[at] << 8) | bytes[at + 1];
    const start = at + DNS_LENGTH;
    at = start + length;
    if (at > bytes.length) return;
    const { seconds, nanoseconds, frame } = run.momentOf(start, at);
    facts.dns.message(bytes, start, length, SOURCE_DNS, family === 6 ? 1 : 0, from, to, seconds, nanoseconds, frame);
  }
}
