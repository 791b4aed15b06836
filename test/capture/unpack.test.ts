/** zstd and lz4: against the programs themselves, and frames made by hand. gzip is in source.test.ts. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { compressionOf } from '../../src/capture/compression.ts';
import { CaptureError } from '../../src/capture/errors.ts';
import { Lz4Feed, unpackBlock } from '../../src/capture/lz4.ts';
import { readCaptureHeader } from '../../src/capture/peek.ts';
import { readCapture } from '../../src/capture/source.ts';
import { checkRatio, UnpackedTooFar } from '../../src/capture/unpack.ts';
import type { UnpackEnd, Unpacker } from '../../src/capture/unpacker.ts';
import { XxHash32, xxHash32 } from '../../src/capture/xxhash32.ts';
import { XxHash64 } from '../../src/capture/xxhash64.ts';
import { ZstdFeed } from '../../src/capture/zstd.ts';
import { concat, netmon, numbered, pcap, pcapng, snoop, text } from './support/build.ts';
import { readBytes } from './support/read.ts';
import { RecordingSink } from './support/recording-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-unpack-'));
afterAll(() => rmSync(folder, { recursive: true }));

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const programs = ['zstd', 'lz4'].filter(has);
if (programs.length < 2)
  console.warn('\nSKIPPED: some tests of compressed captures need zstd and lz4 (Debian packages).\n');

function pack(program: string, bytes: Uint8Array, ...options: string[]): Uint8Array {
  const { stdout, status, stderr } = spawnSync(program, [...options, '-c', '-q'], { input: bytes, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(String(stderr));
  return new Uint8Array(stdout);
}

/** Unpacks in chunks of these sizes in turn. */
async function unpack(
  make: (consume: (piece: Uint8Array) => void) => Unpacker,
  bytes: Uint8Array,
  sizes: number[] = [bytes.length + 1],
): Promise<{ unpacked: Uint8Array; end: UnpackEnd }> {
  const pieces: Uint8Array[] = [];
  const unpacker = make((piece) => pieces.push(piece.slice()));
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    if (!(await unpacker.write(bytes.slice(at, at + size)))) break;
    at += size;
  }
  const end = await unpacker.end();
  return { unpacked: concat(...pieces), end };
}
const lz4 = (consume: (piece: Uint8Array) => void): Unpacker => new Lz4Feed(consume);
const zstd = (consume: (piece: Uint8Array) => void): Unpacker => new ZstdFeed('test', consume);
/** The way of a Node.js that has no zstd. */
const own = (consume: (piece: Uint8Array) => void): Unpacker => new ZstdFeed('test', consume, false);

const capture = pcap(numbered(600));
/** Compresses well, badly, and with matches far back. */
const mixed = concat(
  new Uint8Array(300_000),
  capture,
  capture.map((byte, at) => (byte * 7 + at) ^ (at >> 3)),
  capture,
);

describe('checksums', () => {
  test('of the specification', () => {
    // Values of xxhsum.
    expect(xxHash32(text(''))).toBe(0x02cc5d05);
    expect(xxHash32(text('a'))).toBe(0x550d7456);
    expect(xxHash32(text('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
    const low = (value: string): number => {
      const hash = new XxHash64();
      hash.update(text(value));
      return hash.digestLow();
    };
    expect(low('')).toBe(0x51d8e999);
    expect(low('a')).toBe(0xa98c6e5b);
    expect(low('abc')).toBe(0xad770999);
    expect(low('Nobody inspects the spammish repetition')).toBe(0x8a378bf1);
  });

  test('in any pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.integer({ min: 0, max: 300 })), (bytes, cuts) => {
        const [small, large, wholeLarge] = [new XxHash32(), new XxHash64(), new XxHash64()];
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        for (let index = 1; index < places.length; index++) {
          const piece = bytes.subarray(places[index - 1], places[index]);
          small.update(piece);
          large.update(piece);
        }
        wholeLarge.update(bytes);
        expect(small.digest()).toBe(xxHash32(bytes));
        expect(large.digestLow()).toBe(wholeLarge.digestLow());
      }),
    );
  });
});

const CASES: [string, string, string[]][] = [
  ['lz4', 'as it comes', []],
  ['lz4', 'with linked blocks and all checksums', ['-BD', '-B4', '-BX', '--content-size']],
  ['lz4', 'in large blocks', ['-9', '-B7']],
  ['lz4', 'without checksums', ['--no-frame-crc']],
  ['lz4', 'of the old format', ['-l']],
  ['zstd', 'as it comes', []],
  ['zstd', 'level 19', ['-19']],
  ['zstd', 'fast', ['--fast=5']],
  ['zstd', 'without a checksum', ['--no-check']],
  ['zstd', 'with a size in front', ['--single-thread', `--stream-size=${mixed.length}`]],
];

describe.each(CASES.filter(([program]) => programs.includes(program)))('%s %s', (program, _name, options) => {
  const packed = pack(program, mixed, ...options);
  const make = program === 'lz4' ? [lz4] : [zstd, own];

  test('is told by its first bytes', () => {
    expect(compressionOf(packed.subarray(0, 4))).toBe(program);
  });

  test('gives what was packed, in any chunks', async () => {
    for (const one of make) {
      for (const sizes of [[packed.length], [1000], [1, 4, 65_536]]) {
        const { unpacked, end } = await unpack(one, packed, sizes);
        expect(end).toBe('whole');
        expect(Buffer.compare(unpacked, mixed)).toBe(0);
      }
    }
  });

  test('several frames, others between them', async () => {
    const skipped = new Uint8Array([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    for (const one of make) {
      const { unpacked, end } = await unpack(one, concat(skipped, packed, skipped, packed), [777]);
      expect(end).toBe('whole');
      expect(unpacked.length).toBe(2 * mixed.length);
    }
  });

  test('cut: all in front of the cut, and no error', async () => {
    for (const one of make) {
      for (const length of [1, 5, 6, 7, 11, 20, 100, packed.length >> 1, packed.length - 5, packed.length - 1]) {
        const { unpacked, end } = await unpack(one, packed.subarray(0, length));
        // The old format of lz4 has no end, so a cut between two blocks does not show.
        if (!options.includes('-l')) expect(end, `at ${length}`).toBe('cut');
        expect(Buffer.compare(unpacked, mixed.subarray(0, unpacked.length))).toBe(0);
      }
    }
  });

  test('damaged anywhere: an end, never an exception, never more than there is', async () => {
    let noticed = 0;
    for (let at = 4; at < packed.length; at += Math.ceil(packed.length / 25)) {
      const damaged = packed.slice();
      damaged[at]! ^= 0x55;
      for (const one of make) {
        try {
          const { unpacked, end } = await unpack(one, damaged);
          if (end !== 'whole' || unpacked.length !== mixed.length) noticed++;
          expect(unpacked.length).toBeLessThan(2 * mixed.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'window-too-large' });
          noticed++;
        }
      }
    }
    const isChecked = !options.some((option) => ['-l', '--no-check', '--no-frame-crc'].includes(option));
    expect(noticed).toBeGreaterThanOrEqual(isChecked ? 24 : 1);
  });
});

describe.skipIf(!programs.includes('zstd'))('zstd by its own decoder, against the program', () => {
  /** Bytes of few values, of all values, repeated near and far. */
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.integer(), fc.integer({ min: 1, max: 60_000 }), fc.constantFrom(0x01, 0x0f, 0xff))
      .map(([seed, length, mask]) =>
        Uint8Array.from({ length }, (_, at) => (Math.imul(at ^ seed, 0x9e3779b1) >>> 21) & mask),
      ),
    fc
      .tuple(fc.nat(255), fc.integer({ min: 1, max: 300_000 }))
      .map(([byte, length]) => new Uint8Array(length).fill(byte)),
  );
  const content = fc
    .tuple(fc.array(piece, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(7), { maxLength: 12 }))
    .map(([pieces, again]) => concat(...pieces, ...again.map((index) => pieces[index % pieces.length]!)));
  const level = fc.constantFrom(['-1'], ['-3'], ['-9'], ['-19'], ['--fast=9'], ['--ultra', '-22', '--zstd=wlog=22']);
  const window = fc.constantFrom([], ['--zstd=wlog=10'], ['--zstd=wlog=15'], ['--zstd=wlog=18']);

  test('gives what was packed: any content, level and window', async () => {
    await fc.assert(
      fc.asyncProperty(content, level, window, fc.integer({ min: 1, max: 70_000 }), async (bytes, at, wide, size) => {
        const packed = pack('zstd', bytes, ...at, ...wide);
        const { unpacked, end } = await unpack(own, packed, [Math.max(size, packed.length >> 8)]);
        expect(end).toBe('whole');
        expect(Buffer.compare(unpacked, bytes)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe.skipIf(programs.length < 2)('captures', () => {
  const plain = readBytes(capture).frames;
  test.each(['zstd', 'lz4'] as const)(
    '%s: the frames, the time of the first, and what is said of the file',
    async (program) => {
      for (const [format, bytes] of [
        ['pcap', capture],
        ['pcapng', pcapng(numbered(600))],
      ] as const) {
        const path = join(folder, `capture.${program}`);
        const packed = pack(program, bytes);
        writeFileSync(path, packed);
        const sink = new RecordingSink();
        const summary = await readCapture(path, sink);
        expect(sink.frames).toEqual(plain);
        expect(summary).toMatchObject({
          format,
          compression: program,
          fileBytes: packed.length,
          captureBytes: bytes.length,
          complete: true,
          problemCount: 0,
        });
        expect(await readCaptureHeader(path)).toMatchObject({
          format,
          compression: program,
          firstSeconds: plain[0]!.seconds,
        });
      }
    },
  );

  test.skipIf(programs.length < 2)('files that begin with frames to be skipped are told by what follows', async () => {
    const skipped = (size: number): Uint8Array =>
      concat(new Uint8Array([0x53, 0x2a, 0x4d, 0x18, size, 0, 0, 0]), new Uint8Array(size).fill(7));
    for (const program of ['zstd', 'lz4'] as const) {
      const packed = concat(skipped(20), skipped(0), pack(program, capture));
      expect(compressionOf(packed)).toBe(program);
      const path = join(folder, `skipped.${program}`);
      writeFileSync(path, packed);
      const sink = new RecordingSink();
      const summary = await readCapture(path, sink);
      expect(summary).toMatchObject({ frames: 600, compression: program, problems: [] });
    }
  });
  test.skipIf(process.platform === 'win32').each(['zstd', 'lz4'])('%s through a named pipe', async (program) => {
    const path = join(folder, `pipe.${program}`);
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    for (const bytes of [capture, netmon(numbered(600)), snoop(numbered(600))]) {
      const stored = join(folder, 'stored');
      writeFileSync(stored, pack(program, bytes));
      const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', stored, path]);
      const sink = new RecordingSink();
      expect(await readCapture(path, sink)).toMatchObject({ compression: program, frames: 600, problemCount: 0 });
      expect(sink.frames.length).toBe(600);
      if (writer.exitCode === null) await new Promise((resolve) => writer.once('exit', resolve));
    }
  });

  test.each(['zstd', 'lz4'])('%s: cut or damaged is told, and what is in front of it is read', async (program) => {
    const large = pcap(numbered(20_000));
    const packed = pack(program, large);
    const path = join(folder, `cut.${program}`);
    writeFileSync(path, packed.subarray(0, packed.length - 10));
    const cut = await readCapture(path, new RecordingSink());
    expect(cut.problems.at(-1)).toMatchObject({ code: 'cut-short' });
    expect(cut.problems.at(-1)!.message).toContain(`The ${program} file ends early`);
    expect(cut.frames).toBeGreaterThan(5000);
    writeFileSync(path, packed.fill(0xff, packed.length - 60_000, packed.length - 59_000));
    const damaged = await readCapture(path, new RecordingSink());
    expect(damaged.problems.at(-1)).toMatchObject({ code: 'broken-compression' });
    expect(damaged.frames).toBeGreaterThan(0);
  });
});

describe('by hand', () => {
  test('lz4 blocks: any bytes give an end within bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 100 }), (block, history) => {
        const output = new Uint8Array(history + 1000).fill(7);
        const end = unpackBlock(block, output, history, history + 300);
        expect(end < 0 ? -1 - end : end).toBeLessThanOrEqual(history + 300);
        expect(output.subarray(0, history).every((byte) => byte === 7)).toBe(true);
        expect(output.subarray(history + 300).every((byte) => byte === 7)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a match that reaches into itself repeats', () => {
    const output = new Uint8Array(64);
    // Two literals, then 18 bytes from two back, then a literal.
    const end = unpackBlock(new Uint8Array([0x2e, 65, 66, 2, 0, 0x10, 67]), output, 0, 64);
    expect(Buffer.from(output.subarray(0, end)).toString()).toBe(`${'AB'.repeat(10)}C`);
  });

  test('zstd: any bytes behind the magic end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const file = concat(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), bytes);
        for (const make of [zstd, own]) {
          const { unpacked } = await unpack(make, file, [100]);
          expect(unpacked.length).toBeLessThan(400 * 128 * 1024);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** Magic and a header without checksum; the window is 2^(10 + exponent). */
  const zstdHeader = (exponent: number): Uint8Array => new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, exponent << 3]);
  const zstdBlock = (type: number, isLast: boolean, content: Uint8Array): Uint8Array => {
    const field = (content.length << 3) | (type << 1) | (isLast ? 1 : 0);
    return concat(new Uint8Array([field & 0xff, (field >> 8) & 0xff, field >> 16]), content);
  };

  test('zstd: a block that claims to give gigabytes is damage at its first match', async () => {
    // No literals; 60,000 sequences, whose codes are the same: no literal, the latest offset, a match of 65,539 bytes and 16 bits more.
    const count = 60_000;
    const rest = count - 0x7f00;
    const sequences = new Uint8Array([0, 255, rest & 0xff, rest >> 8, 0x54, 0, 0, 52]);
    const lengths = new Uint8Array(2 * count + 1).fill(0xff, 0, 2 * count).fill(1, 2 * count);
    const file = concat(
      zstdHeader(15),
      zstdBlock(0, false, text('captured')),
      zstdBlock(2, true, concat(sequences, lengths)),
    );
    const { unpacked, end } = await unpack(own, file);
    expect([Buffer.from(unpacked).toString(), end]).toEqual(['captured', 'damaged']);
  });

  test('zstd: a large window costs what is in it, not what it is for', async () => {
    const block = zstdBlock(0, false, text('a'));
    const blocks = concat(zstdHeader(15), ...new Array<Uint8Array>(100_000).fill(block), zstdBlock(0, true, text('z')));
    expect(await unpack(own, blocks, [65_536])).toMatchObject({ end: 'whole', unpacked: { length: 100_001 } });
    const frame = concat(zstdHeader(15), zstdBlock(0, true, text('a')));
    const frames = concat(...new Array<Uint8Array>(20_000).fill(frame));
    expect(await unpack(own, frames, [65_536])).toMatchObject({ end: 'whole', unpacked: { length: 20_000 } });
  });

  test('zstd: a window beyond the limit is told with the limit', async () => {
    // Window descriptor: exponent 31 - 10, no mantissa: 2 GiB.
    const file = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0, 0, 0, 0]);
    const error = await unpack(own, file).catch((thrown: unknown) => thrown as CaptureError);
    expect(error).toBeInstanceOf(CaptureError);
    expect((error as CaptureError).message).toMatch(/window of 2048 MiB .* limit is 32 MiB .*zstd -d --memory=2048MiB/);
  });

  test('what unpacks beyond belief', () => {
    expect(() => checkRatio(1000, 2 ** 30)).not.toThrow();
    expect(() => checkRatio(1000, 2 ** 30 + 1)).toThrow(UnpackedTooFar);
    expect(() => checkRatio(2 ** 20, 2 ** 32)).not.toThrow();
    expect(() => checkRatio(2 ** 20, 2 ** 32 + 1)).toThrow(UnpackedTooFar);
  });
});
