/**
 * gzip: several members, what lies between them and behind the last one. gzip(1) says what they unpack to, but for members behind zeros: it leaves
 * them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { GunzipFeed } from '../../src/capture/gunzip.ts';
import { readCaptureHeader } from '../../src/capture/peek.ts';
import { readCapture } from '../../src/capture/source.ts';
import { concat, numbered, pcap, text } from './support/build.ts';
import { RecordingSink } from './support/recording-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-gunzip-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hasGzip = spawnSync('gzip', ['--version']).status === 0;
if (!hasGzip) console.warn('\nSKIPPED: some tests of gzip need the program gzip.\n');

async function unpack(bytes: Uint8Array, sizes: number[] = [bytes.length + 1]) {
  const pieces: Uint8Array[] = [];
  const feed = new GunzipFeed((piece) => pieces.push(piece.slice()));
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    if (!(await feed.write(bytes.slice(at, at + size)))) break;
    at += size;
  }
  const end = await feed.end();
  return {
    unpacked: concat(...pieces),
    end,
    codes: feed.problems().map(({ code }) => code),
    problems: feed.problems(),
  };
}

/** What gzip(1) makes of it. */
function gzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(spawnSync('gzip', ['-dc'], { input: bytes, maxBuffer: 2 ** 30 }).stdout);
}

/** A member with every field that a header can have. */
function fullMember(bytes: Uint8Array): Uint8Array {
  const head = concat(
    new Uint8Array([0x1f, 0x8b, 8, 0x1f, 1, 2, 3, 4, 2, 3, 5, 0, 9, 0, 0x1f, 0x8b, 0]),
    text('name\0and what it is about\0'),
  );
  const trailer = new Uint8Array(8);
  new DataView(trailer.buffer).setUint32(0, crc32(bytes), true);
  new DataView(trailer.buffer).setUint32(4, bytes.length, true);
  const headCrc = crc32(head);
  return concat(head, new Uint8Array([headCrc & 0xff, (headCrc >> 8) & 0xff]), deflateRawSync(bytes), trailer);
}

const small = text('a member of its own ');
const large = pcap(numbered(60_000));
const packed = gzipSync(large);
const zeros = (length: number): Uint8Array => new Uint8Array(length);
const changed = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === (at + bytes.length) % bytes.length ? byte ^ 0xff : byte));

const many = (bytes: Uint8Array): Uint8Array => concat(...Array<Uint8Array>(3000).fill(bytes));
const BEHIND_ZEROS = /behind zeros|and zeros/;
const WHOLE: [string, Uint8Array, Uint8Array][] = [
  ['one member', packed, large],
  [
    'several members',
    concat(gzipSync(small), packed, gzipSync(zeros(0)), packed, gzipSync(small)),
    concat(small, large, large, small),
  ],
  ['zeros at the end', concat(packed, zeros(700)), large],
  [
    'members behind zeros',
    concat(gzipSync(small), zeros(1), packed, zeros(10_240), gzipSync(small), zeros(3)),
    concat(small, large, small),
  ],
  ['a header with all fields', concat(fullMember(small), fullMember(large), packed), concat(small, large, large)],
  ['many small members', concat(many(gzipSync(small)), packed), concat(many(small), large)],
  ['many small members and zeros', concat(many(gzipSync(small)), zeros(99), packed), concat(many(small), large)],
];

describe.each(WHOLE)('%s', (name, bytes, expected) => {
  test.each([[[]], [[1000]], [[1, 4, 65_536]]])('in chunks of %j bytes', async (sizes) => {
    const { unpacked, end, codes } = await unpack(bytes, sizes.length === 0 ? undefined : sizes);
    expect([end, codes]).toEqual(['whole', []]);
    expect(Buffer.compare(unpacked, expected)).toBe(0);
    if (hasGzip && !BEHIND_ZEROS.test(name)) expect(Buffer.compare(unpacked, gzip(bytes))).toBe(0);
  });
});

describe('what is no member', () => {
  const tails: [string, Uint8Array, number][] = [
    ['a byte', text('x'), 0],
    ['text', text('-- signature --\n'), 0],
    ['more than a chunk', new Uint8Array(200_000).fill(0x5a), 0],
    ['text behind zeros', concat(zeros(900), text('text')), 900],
    ['the magic number alone', new Uint8Array([0x1f, 0x8b, 0xff, 1, 2, 3]), 0],
    ['a member of reserved flags', new Uint8Array([0x1f, 0x8b, 8, 0x80, 0, 0, 0, 0, 0, 0, 0]), 0],
  ];
  test.each(tails)('%s costs nothing, and is told', async (_, tail, from) => {
    const bytes = concat(gzipSync(small), packed, tail);
    for (const sizes of [[bytes.length], [1000], [7, 65_536]]) {
      const { unpacked, end, problems } = await unpack(bytes, sizes);
      expect(end).toBe('whole');
      expect(Buffer.compare(unpacked, concat(small, large))).toBe(0);
      const at = bytes.length - tail.length + from;
      const count = bytes.length - at;
      const passed = count === 1 ? 'the byte there was' : `the ${count} bytes from there on were`;
      expect(problems).toEqual([
        {
          code: 'trailing-bytes',
          offset: unpacked.length,
          skippedBytes: 0,
          message: `At byte ${at} of the gzip file something follows that is not gzip; ${passed} passed over.`,
        },
      ]);
    }
    if (hasGzip && tail.length > 1) expect(gzip(bytes).length).toBe(small.length + large.length);
  });

  test('behind thousands of small members, where zlib finds them: what could be unpacked is read', async () => {
    const bytes = concat(many(gzipSync(small)), text('text'));
    const { unpacked, end } = await unpack(bytes);
    expect(end).toBe('damaged');
    expect(unpacked.length).toBeGreaterThan(1000 * small.length);
  });
});

describe('damage', () => {
  test.each([
    ['checksum', -8],
    ['size', -1],
  ])('a wrong %s is told, and costs nothing', async (_, at) => {
    const bytes = concat(gzipSync(small), changed(packed, at), gzipSync(small), changed(gzipSync(small), at));
    const { unpacked, end, problems } = await unpack(bytes, [5000]);
    expect(end).toBe('whole');
    expect(Buffer.compare(unpacked, concat(small, large, small, small))).toBe(0);
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      [
        'wrong-checksum',
        `The gzip file has 2 members, the first of which at byte ${gzipSync(small).length}, that do not fit their checksums; what they unpack to was read.`,
      ],
    ]);
  });

  test('a member that ends early', async () => {
    const first = gzipSync(small);
    const bytes = concat(first, packed);
    for (let length = first.length + 1; length < bytes.length; length += length < first.length + 40 ? 1 : 99_999) {
      const cut = bytes.subarray(0, length);
      const { unpacked, end } = await unpack(cut, [10_000]);
      expect(end, `at ${length}`).toBe('cut');
      expect(Buffer.compare(unpacked, concat(small, large).subarray(0, unpacked.length))).toBe(0);
      if (hasGzip) expect(unpacked.length).toBeGreaterThanOrEqual(gzip(cut).length);
    }
    expect((await unpack(bytes.subarray(0, -1))).unpacked.length).toBe(small.length + large.length);
  });

  test('any bytes behind a member, in any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(gzipSync(small), zeros(5), zeros(600)))),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        async (parts, sizes) => {
          const bytes = concat(gzipSync(small), ...parts);
          const [one, other] = [await unpack(bytes), await unpack(bytes, sizes)];
          expect(other).toEqual(one);
          expect(Buffer.from(one.unpacked).toString().startsWith(Buffer.from(small).toString())).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a name without an end is no header', async () => {
    const head = new Uint8Array([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
    const { end, codes } = await unpack(concat(gzipSync(small), head, new Uint8Array(2 ** 21).fill(65)));
    expect([end, codes]).toEqual(['whole', ['trailing-bytes']]);
  });
});

test('of a capture: the frames of all members, and one problem', async () => {
  const path = join(folder, 'capture.gz');
  writeFileSync(path, concat(packed, zeros(512), text('end of tape')));
  const sink = new RecordingSink();
  const summary = await readCapture(path, sink);
  expect(summary).toMatchObject({ frames: 60_000, captureBytes: large.length, problemCount: 1 });
  expect(summary.problems[0]!.code).toBe('trailing-bytes');
  expect(await readCaptureHeader(path)).toMatchObject({ compression: 'gzip', format: 'pcap' });
});
