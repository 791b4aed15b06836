/** Openings over several segments: what is kept of them does not depend on where the capture was cut. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Packet } from '../../src/decode/packet.ts';
import { isOpeningStart, OpeningLog } from '../../src/track/openings.ts';
import type { Openings } from '../../src/track/part.ts';
import { PAYLOAD_FRAME, PAYLOAD_OVERHEAD, PAYLOAD_STORED, PAYLOAD_WIDTH } from '../../src/track/payload-fields.ts';
import { FIRST_FRAME, HANDSHAKE, INITIAL_SEQUENCE, RECORD_INTS, STATE } from '../../src/track/record.ts';
import { clientHello, request } from './openings.ts';

/** Small, so that starts grow too old. */
const WINDOW = 5;
const HELLO = clientHello('a.example', { padding: 40 });
const REQUEST = request('GET /a HTTP/1.1', ['Host: a.example']);
/** Sequence number of a client's SYN: the start of what it sends is one behind. */
const INITIAL = -11;
const PIECES = [
  { from: 0, to: 30 },
  { from: 30, to: 60 },
  { from: 60, to: HELLO.length },
  { from: 2, to: 9 },
];
/** A whole request where the start is, and a SYN. */
const WHOLE = PIECES.length;
const SYN = WHOLE + 1;

interface Sent {
  connection: number;
  side: number;
  piece: number;
}

/** The log of a part, and what its records say of its connections. */
function partOf(sent: readonly Sent[]): { log: OpeningLog; records: Int32Array; spoke: Uint8Array } {
  const records = new Int32Array(3 * RECORD_INTS);
  const log = new OpeningLog(WINDOW, { records });
  const packet = new Packet();
  const spoke = new Uint8Array(3);
  for (const [i, { connection, side, piece }] of sent.entries()) {
    const at = connection * RECORD_INTS;
    const frame = i + 1;
    if (records[at + FIRST_FRAME] === 0) {
      records[at + FIRST_FRAME] = frame;
      // Side A is the client.
      if (piece === SYN && side === 0) {
        records[at + STATE] = HANDSHAKE;
        records[at + INITIAL_SEQUENCE] = INITIAL;
      }
    }
    if (piece === SYN) continue;
    const bytes = piece === WHOLE ? REQUEST : HELLO;
    const { from, to } = PIECES[piece] ?? { from: 0, to: REQUEST.length };
    packet.payloadOffset = from;
    packet.payloadCaptured = packet.payloadLength = to - from;
    packet.sequence = INITIAL + 1 + from;
    const isFirst = (spoke[connection]! & (1 << side)) === 0;
    spoke[connection]! |= 1 << side;
    if (piece === WHOLE) log.whole(packet, bytes, connection, side, 1, 2, frame);
    else if (isOpeningStart(bytes, from, to - from)) log.start(packet, bytes, connection, side, 1, 2, frame);
    else log.follow(packet, bytes, connection, side, isFirst, 1, 2, frame);
  }
  return { log, records, spoke };
}

const logOf = (sent: readonly Sent[]): OpeningLog => partOf(sent).log;

/** What joining the parts gives, whose frames are these. */
function joined(all: readonly Sent[], parts: readonly { openings: Openings; frames: number }[]): Openings {
  const records = new Int32Array(3 * RECORD_INTS);
  const log = new OpeningLog(WINDOW, { records });
  let before = 0;
  for (const { openings, frames } of parts) {
    const { spoke } = partOf(all.slice(0, before));
    records.set(partOf(all.slice(0, before + frames)).records);
    log.append(openings, Int32Array.from([0, 1, 2]), new Uint8Array(3), spoke, before);
    before += frames;
  }
  return log.finish();
}

const frames = ({ values, count }: Openings['log']): number[] =>
  Array.from({ length: count }, (_, i) => values[i * PAYLOAD_WIDTH + PAYLOAD_FRAME]);
const plain = ({ log, edge }: Openings) => ({
  log: Array.from(log.values.subarray(0, log.count * PAYLOAD_WIDTH)),
  bytes: Array.from(log.bytes.subarray(0, log.used)),
  edge: frames(edge),
});

test('cut anywhere, joined in any grouping: what one pass keeps', () => {
  const segments = fc.array(fc.record({ connection: fc.nat(2), side: fc.nat(1), piece: fc.nat(SYN) }), {
    minLength: 1,
    maxLength: 24,
  });
  fc.assert(
    fc.property(segments, fc.nat(24), fc.nat(24), (sent, a, b) => {
      const whole = plain(logOf(sent).finish());
      const [first, second] = [Math.min(a, b, sent.length), Math.min(Math.max(a, b), sent.length)];
      const cuts = [sent.slice(0, first), sent.slice(first, second), sent.slice(second)];
      const parts = cuts.map((piece) => ({ openings: logOf(piece).finish(), frames: piece.length }));
      expect(plain(joined(sent, parts))).toEqual(whole);
      const rest = sent.slice(first);
      const right = { openings: joined(rest, parts.slice(1)), frames: rest.length };
      expect(plain(joined(sent, [parts[0]!, right]))).toEqual(whole);
    }),
    { numRuns: 6000 },
  );
});

test('of a client whose start is captured late, what came before it is kept, soon after its handshake', () => {
  const of = (...pieces: readonly number[]): number[] =>
    frames(logOf(pieces.map((piece) => ({ connection: 0, side: 0, piece }))).finish().log);
  expect(of(SYN, 1, 0, 2)).toEqual([2, 3, 4]);
  expect(of(SYN, 2, 1, 0)).toEqual([2, 3, 4]);
  expect(of(SYN, 1, WHOLE, 2)).toEqual([2, 3]);
  // Without a handshake nobody knows that anything is missing; and not for ever.
  expect(of(1, 0, 2)).toEqual([2, 3]);
  expect(of(SYN, SYN, SYN, SYN, SYN, 1, 0)).toEqual([7]);
  expect(of(SYN, 1, SYN, SYN, SYN, 2, 0)).toEqual([2, 7]);
  // The server's side has no start of its own.
  const server = [1, 0].map((piece) => ({ connection: 0, side: 1, piece }));
  expect(frames(logOf([{ connection: 0, side: 0, piece: SYN }, ...server]).finish().log)).toEqual([3]);
});

test('only what goes on with a start, soon, is kept', () => {
  const other = { connection: 1, side: 0, piece: 1 };
  const sent = [
    { connection: 0, side: 0, piece: 1 },
    { connection: 0, side: 0, piece: 0 },
    other,
    { connection: 0, side: 0, piece: 2 },
    { connection: 0, side: 1, piece: 2 },
    other,
    other,
    { connection: 0, side: 0, piece: 1 },
  ];
  const { log } = logOf(sent).finish();
  expect(frames(log)).toEqual([2, 4]);
  expect(log.values[PAYLOAD_STORED]).toBe(30);
});

test('a flood of starts stays within its budget', () => {
  const log = new OpeningLog();
  const packet = new Packet();
  packet.payloadCaptured = packet.payloadLength = 30;
  for (let i = 0; i < 2_000_000; i++) log.start(packet, HELLO, i, 0, 1, 2, i + 1);
  const { used, count } = log.finish().log;
  expect(used + count * PAYLOAD_WIDTH * 4).toBeLessThanOrEqual(32 * 2 ** 20 + PAYLOAD_OVERHEAD);
});
