/** What is kept of a flood does not depend on where the capture was cut, and never exceeds its budget. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Packet } from '../../src/decode/packet.ts';
import type { PayloadBudget } from '../../src/track/control-ports.ts';
import { PAYLOAD_OVERHEAD, PAYLOAD_STORED, PAYLOAD_WIDTH, payloadKind } from '../../src/track/payload-fields.ts';
import { PayloadLog } from '../../src/track/payload-log.ts';

interface Sent {
  connection: number;
  length: number;
}

const BUDGETS: PayloadBudget[] = [
  { message: 30, connection: 3 * PAYLOAD_OVERHEAD + 40, total: 6 * PAYLOAD_OVERHEAD + 100 },
  { message: 50, connection: 1000, total: 500 },
];
/** A connection has one kind. */
const kindOf = (connection: number): number => connection & 1;
const STORE = Uint8Array.from({ length: 64 }, (_, i) => i);

function logOf(sent: readonly Sent[], firstFrame = 1): PayloadLog {
  const log = new PayloadLog(BUDGETS);
  const packet = new Packet();
  for (const [i, { connection, length }] of sent.entries()) {
    packet.payloadLength = packet.payloadCaptured = length;
    log.add(packet, STORE, kindOf(connection), connection, connection & 1, 1, 2, firstFrame + i, i);
  }
  return log;
}

function joined(...logs: readonly { log: PayloadLog; frames: number }[]): PayloadLog {
  const all = new PayloadLog(BUDGETS);
  const numbers = Int32Array.from({ length: 8 }, (_, i) => i);
  let before = 0;
  for (const { log, frames } of logs) {
    all.append(log, numbers, new Uint8Array(8), before);
    before += frames;
  }
  return all;
}

const plain = (log: PayloadLog) => ({
  values: Array.from(log.values.subarray(0, log.count * PAYLOAD_WIDTH)),
  bytes: Array.from(log.bytes.subarray(0, log.used)),
  lost: Array.from(log.lost),
});

const messages = fc.array(fc.record({ connection: fc.nat(5), length: fc.constantFrom(0, 1, 7, 29, 30, 31, 60) }), {
  minLength: 1,
  maxLength: 40,
});

test('cut anywhere, joined in any grouping: what one pass keeps', () => {
  fc.assert(
    fc.property(messages, fc.nat(40), fc.nat(40), (sent, a, b) => {
      const whole = plain(logOf(sent));
      const [first, second] = [Math.min(a, b, sent.length), Math.min(Math.max(a, b), sent.length)];
      const cuts = [sent.slice(0, first), sent.slice(first, second), sent.slice(second)];
      const parts = cuts.map((piece, i) => {
        const log = logOf(piece);
        // The sequence numbers of logOf begin anew; the frames do too, and are moved by the join.
        for (let at = 8, n = 0; n < log.count; n++, at += PAYLOAD_WIDTH) log.values[at] += [0, first, second][i];
        return { log, frames: piece.length };
      });
      expect(plain(joined(...parts))).toEqual(whole);
      const right = { log: joined(parts[1], parts[2]), frames: parts[1].frames + parts[2].frames };
      expect(plain(joined(parts[0], right))).toEqual(whole);
    }),
    { numRuns: 5000 },
  );
});

test('a flood of one kind leaves the other its room', () => {
  const flood = Array.from({ length: 100_000 }, () => ({ connection: 2, length: 30 }));
  const log = logOf([...flood, { connection: 1, length: 20 }]);
  const kept = Array.from({ length: log.count }, (_, i) => payloadKind(log.values, i * PAYLOAD_WIDTH));
  expect(kept.filter((kind) => kind === 1)).toEqual([1]);
  expect(log.values[(log.count - 1) * PAYLOAD_WIDTH + PAYLOAD_STORED]).toBe(20);
  // Two whole ones and the one that crossed the limit of its connection.
  expect(log.count).toBe(4);
  expect(log.lost[0]).toBe(100_000 - 2);
  expect(log.lost[1]).toBe(0);
});
