/** Openings over several segments: what is kept of them does not depend on where the capture was cut. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Packet } from '../../src/decode/packet.ts';
import { isOpeningStart, OpeningLog } from '../../src/track/openings.ts';
import type { Openings } from '../../src/track/part.ts';
import { PAYLOAD_FRAME, PAYLOAD_OVERHEAD, PAYLOAD_STORED, PAYLOAD_WIDTH } from '../../src/track/payload-fields.ts';
import { clientHello } from './openings.ts';

/** Small, so that starts grow too old. */
const WINDOW = 5;
const HELLO = clientHello('a.example', { padding: 40 });
const PIECES = [
  { from: 0, to: 30 },
  { from: 30, to: 60 },
  { from: 60, to: HELLO.length },
  { from: 2, to: 9 },
];

interface Sent {
  connection: number;
  side: number;
  piece: number;
}

function logOf(sent: readonly Sent[]): OpeningLog {
  const log = new OpeningLog(WINDOW);
  const packet = new Packet();
  for (const [i, { connection, side, piece }] of sent.entries()) {
    const { from, to } = PIECES[piece];
    packet.payloadOffset = from;
    packet.payloadCaptured = packet.payloadLength = to - from;
    packet.sequence = from - 10;
    const isStart = isOpeningStart(HELLO, from, to - from);
    log[isStart ? 'start' : 'follow'](packet, HELLO, connection, side, 1, 2, i + 1);
  }
  return log;
}

function joined(...parts: readonly { openings: Openings; frames: number }[]): Openings {
  const all = new OpeningLog(WINDOW);
  let before = 0;
  for (const { openings, frames } of parts) {
    all.append(openings, Int32Array.from([0, 1, 2]), new Uint8Array(3), before);
    before += frames;
  }
  return all.finish();
}

const frames = ({ values, count }: Openings['log']): number[] =>
  Array.from({ length: count }, (_, i) => values[i * PAYLOAD_WIDTH + PAYLOAD_FRAME]);
const plain = ({ log, edge }: Openings) => ({
  log: Array.from(log.values.subarray(0, log.count * PAYLOAD_WIDTH)),
  bytes: Array.from(log.bytes.subarray(0, log.used)),
  edge: frames(edge),
});

test('cut anywhere, joined in any grouping: what one pass keeps', () => {
  const segments = fc.array(fc.record({ connection: fc.nat(2), side: fc.nat(1), piece: fc.nat(3) }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(segments, fc.nat(20), fc.nat(20), (sent, a, b) => {
      const whole = plain(logOf(sent).finish());
      const [first, second] = [Math.min(a, b, sent.length), Math.min(Math.max(a, b), sent.length)];
      const cuts = [sent.slice(0, first), sent.slice(first, second), sent.slice(second)];
      const parts = cuts.map((piece) => ({ openings: logOf(piece).finish(), frames: piece.length }));
      expect(plain(joined(...parts))).toEqual(whole);
      const right = { openings: joined(parts[1], parts[2]), frames: parts[1].frames + parts[2].frames };
      expect(plain(joined(parts[0], right))).toEqual(whole);
    }),
    { numRuns: 3000 },
  );
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
