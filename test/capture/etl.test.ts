import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EtlReader } from '../../src/capture/etl.ts';
import { EtlFrame, EtlFrames } from '../../src/capture/etl-frames.ts';
import { BAD_INPUT, decompressLz77 } from '../../src/capture/etl-lz77.ts';
import type { FrameNotes } from '../../src/capture/frame-notes.ts';
import type { FrameSink } from '../../src/capture/types.ts';
import { ipv4 } from '../track/frames.ts';
import { componentEvent, EtlWriter, ndisEvents, packLiterals, packLz77, pktMonEvent } from './support/etl.ts';
import { readBytes } from './support/read.ts';
import { type RecordedFrame, RecordingSink } from './support/recording-sink.ts';

const unpack = (packed: Uint8Array, room: number) => {
  const output = new Uint8Array(room);
  const length = decompressLz77(packed, 0, packed.length, output);
  return length === BAD_INPUT ? null : output.subarray(0, length);
};

/** Compressible bytes: runs, repeats and noise. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 400 })).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.constant(new Uint8Array(Buffer.from('GET /SMS_MP/.sms_aut?mplist HTTP/1.1\r\n'))),
    ),
    { maxLength: 30 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('plain LZ77', () => {
  test('what [MS-XCA] section 3 gives as examples', () => {
    const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz');
    const first = Buffer.from(`3f000000${letters.toString('hex')}`, 'hex');
    expect(unpack(new Uint8Array(first), 26)).toEqual(new Uint8Array(letters));
    const second = Buffer.from('ffffff1f61626317000fff2601', 'hex');
    expect(unpack(new Uint8Array(second), 300)).toEqual(new Uint8Array(Buffer.from('abc'.repeat(100))));
  });
  test('what was packed comes out', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(unpack(packLz77(bytes), bytes.length)).toEqual(bytes);
        expect(unpack(packLiterals(bytes), bytes.length)).toEqual(bytes);
      }),
    );
  });
  test('matches of all lengths, up to those that need 32 bits', () => {
    for (const length of [3, 9, 10, 24, 25, 279, 280, 281, 65_536 + 2, 65_536 + 3, 70_000]) {
      const bytes = new Uint8Array(length + 1).fill(7);
      expect(unpack(packLz77(bytes), bytes.length)).toEqual(bytes);
    }
  });
  test('never writes past its room, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(300), (bytes, room) => {
        const output = new Uint8Array(room);
        const length = decompressLz77(bytes, 0, bytes.length, output);
        expect(length).toBeLessThanOrEqual(room);
      }),
    );
  });
});

/** A raw IPv4 packet that holds its number. */
function numbered(number: number, size = 40): Uint8Array {
  const payload = new Uint8Array(size);
  new DataView(payload.buffer).setUint32(8, number);
  return ipv4('10.0.0.1', '10.0.0.2', 253, payload, number & 0xffff);
}

const numbersOf = (frames: RecordedFrame[]) =>
  frames.map(({ captured }) => Buffer.from(captured, 'latin1').readUInt32BE(28));

const seen = (number: number, time: number, more: object = {}) =>
  pktMonEvent({ data: numbered(number), time, group: number + 1, ...more });

describe('event traces', () => {
  const plain = () =>
    new EtlWriter()
      .buffer([seen(3, 3), seen(5, 5.25)], { size: 4096 })
      .buffer([seen(1, 1), seen(2, 2), seen(4, 4)], { size: 4096, processor: 1 })
      .bytes();

  test('buffers of several processors are put in the order of time', () => {
    const { frames, summary } = readBytes(plain());
    expect(numbersOf(frames)).toEqual([1, 2, 3, 4, 5]);
    expect(frames[4]).toMatchObject({
      seconds: 1_700_000_005,
      nanoseconds: 250_000_000,
      linkType: 101,
      interfaceId: 1,
    });
    expect(summary).toMatchObject({ format: 'etl', frames: 5, linkTypes: [101], problems: [], droppedByCapture: 0 });
  });
  test.each(['literals', 'matches'] as const)('packed buffers, %s', (compress) => {
    const bytes = new EtlWriter()
      .buffer([seen(2, 2)], { compress })
      .buffer([seen(1, 1), seen(3, 3)], { compress })
      .bytes();
    const { frames, summary } = readBytes(bytes);
    expect(numbersOf(frames)).toEqual([1, 2, 3]);
    expect(summary.problems).toEqual([]);
  });
  test('any chunking gives the same', () => {
    const whole = readBytes(plain());
    for (const size of [1, 7, 72, 1000, 4096]) expect(readBytes(plain(), [size])).toEqual(whole);
  });
  test.each([1, 2, 3] as const)('clock %i', (clock) => {
    const bytes = new EtlWriter({ clock, start: 1_700_000_000.5 }).buffer([seen(1, 1.75)]).bytes();
    expect(readBytes(bytes).frames[0]).toMatchObject({ seconds: 1_700_000_002, nanoseconds: 250_000_000 });
  });
  test('a trace of a 32-bit system', () => {
    const bytes = new EtlWriter({ pointerSize: 4 }).buffer([seen(1, 1)]).bytes();
    expect(readBytes(bytes).frames[0]).toMatchObject({ seconds: 1_700_000_001 });
  });
  test('extended items before the payload', () => {
    const event = { ...seen(1, 1), items: [16, 3] };
    expect(numbersOf(readBytes(new EtlWriter().buffer([event, seen(2, 2)]).bytes()).frames)).toEqual([1, 2]);
  });
  test('events of other providers are passed over', () => {
    const other = { ...seen(9, 1), provider: 'ff'.repeat(16) };
    expect(numbersOf(readBytes(new EtlWriter().buffer([other, seen(1, 2)]).bytes()).frames)).toEqual([1]);
  });

  test('netsh trace: fragments of one packet, two packets interleaved', () => {
    const packets = [numbered(1), numbered(2)].map((ip) => {
      const bytes = new Uint8Array(14 + ip.length);
      bytes[12] = 8;
      bytes.set(ip, 14);
      return bytes;
    });
    const a = ndisEvents([packets[0].subarray(0, 20), packets[0].subarray(20)], 1, { thread: 1 });
    const b = ndisEvents([packets[1].subarray(0, 33), packets[1].subarray(33)], 1, { thread: 2 });
    const bytes = new EtlWriter().buffer([a[0], b[0], a[1], b[1]]).bytes();
    const { frames, summary } = readBytes(bytes);
    expect(frames.map(({ captured }) => captured)).toEqual(
      packets.map((packet) => Buffer.from(packet).toString('latin1')),
    );
    expect(frames[0]).toMatchObject({ linkType: 1, interfaceId: 9, original: packets[0].length });
    expect(summary.problems).toEqual([]);
  });
  test('netsh trace: a packet that was cut has the length that its IP header says', () => {
    const ip = numbered(1, 1000);
    const bytes = new Uint8Array(100);
    bytes[12] = 8;
    bytes.set(ip.subarray(0, 86), 14);
    const { frames } = readBytes(new EtlWriter().buffer(ndisEvents([bytes], 1)).bytes());
    expect(frames[0]).toMatchObject({ original: 14 + ip.length });
    expect(frames[0].captured.length).toBe(100);
  });

  describe('what it says of packets', () => {
    class Noting extends RecordingSink {
      readonly notes: (Partial<FrameNotes> & { before: number })[] = [];
      note(notes: FrameNotes): void {
        const { packetIdLow, dropped, dropReason, dropLocation, component, direction } = notes;
        this.notes.push({
          before: this.frames.length,
          packetIdLow,
          dropped,
          dropReason,
          dropLocation,
          component,
          direction,
        });
      }
    }
    test('number, direction, component, and of a drop its reason and place', () => {
      const bytes = new EtlWriter()
        .buffer([
          componentEvent(7, 'tcpip'),
          seen(1, 1),
          seen(1, 2, { group: 0, number: 0, component: 7, reason: 1207, location: 99 }),
        ])
        .bytes();
      const sink = new Noting();
      const reader = new EtlReader(sink);
      reader.read(bytes, new DataView(bytes.buffer), bytes.length, 0, true);
      expect(sink.notes).toEqual([
        { before: 0, packetIdLow: 2, dropped: false, dropReason: -1, dropLocation: 0, component: 1, direction: 1 },
        { before: 1, packetIdLow: 0, dropped: true, dropReason: 1207, dropLocation: 99, component: 7, direction: 1 },
      ]);
      expect(reader.summary().components).toEqual({ 7: 'tcpip' });
    });
    test('lost events, by the header or by the buffers', () => {
      const flagged = new EtlWriter().buffer([seen(1, 1)], { flags: 2 }).bytes();
      expect(readBytes(flagged).summary.droppedByCapture).toBe(1);
      expect(readBytes(new EtlWriter({ eventsLost: 12 }).bytes()).summary.droppedByCapture).toBe(12);
    });
    test('packets cut at 128 bytes by default', () => {
      const cut = pktMonEvent({ data: numbered(1, 108), time: 1, original: 600 });
      const { summary, frames } = readBytes(new EtlWriter().buffer([cut, seen(2, 2)]).bytes());
      expect(frames[0]).toMatchObject({ original: 600 });
      expect(summary.problems).toMatchObject([
        { code: 'cut-by-pktmon', message: expect.stringContaining('1 of 2 packets') },
      ]);
    });
    test('a trace of something else', () => {
      const { summary } = readBytes(new EtlWriter().buffer([{ ...seen(9, 1), id: 30 }]).bytes());
      expect(summary.problems).toMatchObject([{ code: 'no-packets' }]);
    });
  });

  describe('damage', () => {
    test('a buffer that makes no sense costs that buffer', () => {
      const bytes = plain();
      const second = 1024;
      bytes.fill(0xee, second, second + 60);
      const { frames, summary } = readBytes(bytes);
      expect(numbersOf(frames)).toEqual([1, 2, 4]);
      expect(summary.problems).toMatchObject([{ code: 'broken-buffer', offset: 1024, skippedBytes: 4096 }]);
    });
    test('a packed buffer that cannot be unpacked', () => {
      const bytes = new EtlWriter()
        .buffer([seen(1, 1)], { compress: 'matches' })
        .buffer([seen(2, 2)])
        .bytes();
      bytes.fill(0xff, 1024 + 72, 1024 + 80);
      const { frames, summary } = readBytes(bytes);
      expect(numbersOf(frames)).toEqual([2]);
      expect(summary.problems).toMatchObject([{ code: 'broken-compression', offset: 1024 }]);
    });
    test('cut at every byte: never more than there was, nothing thrown', () => {
      const bytes = plain();
      for (let length = 1024; length < bytes.length; length += 37) {
        const { frames, summary } = readBytes(bytes.subarray(0, length));
        expect(frames.length).toBeLessThanOrEqual(5);
        if (frames.length < 5 && length > 1024 + 72) expect(summary.problemCount).toBeGreaterThan(0);
      }
    });
    test('any bytes behind the header: bounded, nothing thrown', () => {
      const start = new EtlWriter().bytes();
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 500 }), (noise, size) => {
          const bytes = new Uint8Array(Buffer.concat([start, noise]));
          expect(readBytes(bytes, [size])).toEqual(readBytes(bytes));
        }),
      );
    });
    test('any bytes changed: bounded, nothing thrown, the same in any chunks', () => {
      const bytes = plain();
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1 - 200), fc.nat(255)), { maxLength: 8 }), (changes) => {
          const damaged = bytes.slice();
          for (const [at, value] of changes) damaged[at + 200] = value;
          expect(readBytes(damaged, [777])).toEqual(readBytes(damaged));
        }),
      );
    });
    test('a clock that does not run', () => {
      const { frames, summary } = readBytes(new EtlWriter({ frequency: 0 }).buffer([seen(1, 1)]).bytes());
      expect(frames[0]).toMatchObject({ seconds: 1_700_000_000 });
      expect(summary.problems).toMatchObject([{ code: 'no-clock' }]);
    });
    test('beyond the limit the older half is handed on, and what comes too late is counted', () => {
      const events = Array.from({ length: 10 }, (_, i) => seen(i, 20 - i));
      const bytes = new EtlWriter()
        .buffer(events)
        .buffer([seen(99, 100)])
        .bytes();
      const sink = new RecordingSink();
      const reader = new EtlReader(sink, { frames: 4, bytes: 1e9 });
      reader.read(bytes, new DataView(bytes.buffer), bytes.length, 0, true);
      expect(numbersOf(sink.frames).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99]);
      expect(reader.summary().problems).toMatchObject([{ code: 'out-of-order' }]);
    });
  });
});

describe('frames that wait for their order', () => {
  const unitsOf = (lengths: readonly number[]): number[][] => {
    const frames = new EtlFrames({ frames: 100, bytes: 64 * 1024 * 1024 });
    const bytes = new Uint8Array(5 * 1024 * 1024);
    for (const [units, captured] of lengths.entries())
      frames.add(Object.assign(new EtlFrame(), { units, captured, original: captured }), bytes, 0);
    const seen: number[][] = [];
    const tell = (seconds: number) => ({ seconds, nanoseconds: 0 });
    const frame: FrameSink['frame'] = (_bytes, _view, _offset, captured, _original, seconds) => {
      seen.push([seconds, captured]);
    };
    frames.handOn({ frame }, tell, false);
    frames.handOn({ frame }, tell, true);
    return seen;
  };

  test('frames without bytes come out, be they first or behind a piece that is full', () => {
    const full = 4 * 1024 * 1024;
    for (const lengths of [[0], [0, 0, 14], [full, 0], [full, 0, 0, full, 0]])
      expect(unitsOf(lengths)).toEqual(lengths.map((captured, units) => [units, captured]));
  });
});
