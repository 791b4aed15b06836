/** Captures larger than a window and than what a search looks at: chunks, segments, and damage that spans them. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { GUESS_BYTES, guessBlock, guessRecord, NO_GUESS } from '../../src/capture/boundary.ts';
import { ChunkFeeder } from '../../src/capture/chunk-feeder.ts';
import { PcapReader, parsePcapHeader } from '../../src/capture/pcap.ts';
import type { PcapHeader } from '../../src/capture/pcap-header.ts';
import { PcapngReader } from '../../src/capture/pcapng.ts';
import type { FrameSink } from '../../src/capture/types.ts';
import { concat, numbered, pcap, pcapng } from './support/build.ts';

/** Adds up what it gets, so that two readings can be compared without keeping them. */
class DigestSink implements FrameSink {
  digest = 0;
  frames = 0;

  frame(
    bytes: Uint8Array,
    _view: DataView,
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
    interfaceId: number,
  ): void {
    this.frames++;
    let digest = this.digest;
    for (const part of [capturedLength, originalLength, seconds, nanoseconds, linkType, interfaceId]) {
      digest = (Math.imul(digest, 31) + part) | 0;
    }
    const end = offset + Math.min(capturedLength, 64);
    for (let at = offset; at < end; at++) digest = (Math.imul(digest, 31) + bytes[at]!) | 0;
    this.digest = digest;
  }
}

function digestOf(file: Uint8Array, sizes: number[]) {
  const sink = new DigestSink();
  const feeder = new ChunkFeeder(sink, 'test');
  for (let at = 0, turn = 0; at < file.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    feeder.push(file.subarray(at, at + size));
    at += size;
  }
  const summary = feeder.end();
  return { digest: sink.digest, frames: sink.frames, summary };
}

const FRAMES = 60_000;
const files = new Map<string, Uint8Array>();

beforeAll(() => {
  const frames = numbered(FRAMES);
  files.set('pcap', pcap(frames));
  files.set('pcapng', concat(pcapng(frames.slice(0, 20_000)), pcapng(frames.slice(20_000), false)));
});

describe.each(['pcap', 'pcapng'])('%s of 8 MB', (format) => {
  const places = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 200_000 })), {
    minLength: 1,
    maxLength: 12,
  });
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 1000, max: 60_000 }), fc.integer({ min: 60_000, max: 9_000_000 })),
    {
      minLength: 1,
      maxLength: 6,
    },
  );

  test('damaged, the same in any chunks', () => {
    const file = files.get(format)!;
    fc.assert(
      fc.property(places, fc.constantFrom(0, 0xff, 0x41), sizes, (list, filler, chunks) => {
        const bytes = file.slice();
        for (const [place, length] of list) {
          // Not in the first bytes, which tell what the file is.
          const at = 400 + Math.floor(place * bytes.length);
          bytes.fill(filler, at, at + length);
        }
        expect(digestOf(bytes, chunks)).toEqual(digestOf(bytes, [bytes.length]));
      }),
      { numRuns: 25 },
    );
  });

  test('in segments, each from a guess, the same frames', () => {
    const file = files.get(format)!;
    const header = parsePcapHeader(file.subarray(0, 24)) as PcapHeader;
    const window = (from: number) => new DataView(file.buffer, from, Math.min(GUESS_BYTES, file.length - from));
    const whole = digestOf(file, [file.length]);
    const sink = new DigestSink();
    // The readers share a sink here, so that the order is that of the file; each starts where the one before it ended.
    let at = format === 'pcap' ? 24 : 0;
    let state: ReturnType<PcapngReader['state']> | undefined;
    for (const cut of [500_000, 1_000_001, 2_222_222, 4_500_003, 7_000_000, Number.POSITIVE_INFINITY]) {
      const reader = format === 'pcap' ? new PcapReader(header, sink) : new PcapngReader(sink, state);
      reader.stopAt = cut;
      const rest = file.subarray(at);
      const restView = new DataView(file.buffer, file.byteOffset + at, rest.length);
      at += reader.read(rest, restView, rest.length, at, true);
      if (reader instanceof PcapngReader) state = reader.state();
      if (cut > file.length) break;
      const seen = window(cut);
      const atEnd = cut + seen.byteLength === file.length;
      const little = state?.littleEndian ?? true;
      const guess =
        format === 'pcap' ? guessRecord(header, seen, atEnd, 1_700_000_000) : guessBlock(little, seen, atEnd);
      expect(guess === NO_GUESS ? guess : cut + guess).toBe(at);
    }
    expect(at).toBe(file.length);
    expect({ digest: sink.digest, frames: sink.frames }).toEqual({ digest: whole.digest, frames: FRAMES });
  });
});

test('times that jump with every frame are read, in time', () => {
  const frames = numbered(FRAMES).map((frame, index) => ({ ...frame, seconds: index % 2 ? 1_700_000_000 : 1000 }));
  const file = pcap(frames);
  const { summary } = digestOf(file, [file.length]);
  expect(summary).toMatchObject({ frames: FRAMES, problemCount: 0 });
});
