import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { CaptureError } from '../../src/capture/errors.ts';
import { PcapReader, parsePcapHeader } from '../../src/capture/pcap.ts';
import type { PcapHeader } from '../../src/capture/pcap-header.ts';
import { readCaptureHeader } from '../../src/capture/peek.ts';
import { readCapture, readPart } from '../../src/capture/source.ts';
import { unprivileged } from '../support/unprivileged.ts';
import { concat, numbered, pcap, pcapHeader, pcapng } from './support/build.ts';
import { readBytes } from './support/read.ts';
import { RecordingSink } from './support/recording-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function read(path: string) {
  const sink = new RecordingSink();
  const summary = await readCapture(path, sink);
  return { frames: sink.frames, summary };
}

async function refusal(path: string): Promise<CaptureError> {
  try {
    await read(path);
  } catch (error) {
    if (error instanceof CaptureError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const frames = numbered(2000);
const captures: [string, Uint8Array][] = [
  ['pcap', pcap(frames)],
  ['pcapng', pcapng(frames)],
];

describe.each(captures)('%s', (format, bytes) => {
  const expected = readBytes(bytes).frames;

  test('from a plain file, whatever its name', async () => {
    const path = file(`${format}.bin`, bytes);
    const { frames: got, summary } = await read(path);
    expect(got).toEqual(expected);
    expect(summary).toMatchObject({
      path,
      format,
      compression: null,
      fileBytes: bytes.length,
      captureBytes: bytes.length,
      complete: true,
      problemCount: 0,
    });
  });

  test('from gzip', async () => {
    const packed = gzipSync(bytes);
    const { frames: got, summary } = await read(file(`${format}.gz`, packed));
    expect(got).toEqual(expected);
    expect(summary).toMatchObject({
      compression: 'gzip',
      fileBytes: packed.length,
      captureBytes: bytes.length,
      problemCount: 0,
    });
  });

  test('from gzip of several members', async () => {
    const packed = concat(
      gzipSync(bytes.subarray(0, 777)),
      gzipSync(bytes.subarray(777, 90_000)),
      gzipSync(bytes.subarray(90_000)),
    );
    expect((await read(file(`${format}-members.gz`, packed))).frames).toEqual(expected);
  });

  test('from gzip that ends early: all that could be unpacked', async () => {
    const packed = gzipSync(bytes);
    for (const keep of [0.2, 0.5, 0.9, 0.999]) {
      const cut = packed.subarray(0, Math.floor(packed.length * keep));
      const { frames: got, summary } = await read(file(`${format}-cut.gz`, cut));
      expect(got).toEqual(expected.slice(0, got.length));
      expect(got.length).toBeGreaterThan(expected.length * (keep - 0.15));
      expect(summary.problems.at(-1)).toMatchObject({ code: 'cut-short', offset: summary.captureBytes });
    }
  });

  test('from gzip with damage: all in front of it', async () => {
    const packed = gzipSync(bytes);
    const middle = packed.length >>> 1;
    packed.fill(0xff, middle, middle + 200);
    const { frames: got, summary } = await read(file(`${format}-damaged.gz`, packed));
    expect(got).toEqual(expected.slice(0, got.length));
    // Damage may unpack to something; its checksum is wrong then.
    expect(['broken-compression', 'wrong-checksum']).toContain(summary.problems.at(-1)!.code);
  });

  test('first time without reading it through', async () => {
    for (const path of [file(`${format}-peek`, bytes), file(`${format}-peek.gz`, gzipSync(bytes))]) {
      expect(await readCaptureHeader(path)).toMatchObject({
        path,
        format,
        compression: path.endsWith('.gz') ? 'gzip' : null,
        firstSeconds: expected[0]!.seconds,
        firstNanoseconds: expected[0]!.nanoseconds,
        linkType: 1,
      });
    }
  });

  test('progress is told, and reading can be ended between two windows', async () => {
    const path = file(`${format}-long`, format === 'pcap' ? pcap(numbered(80_000)) : pcapng(numbered(80_000)));
    const told: number[] = [];
    const sink = new RecordingSink();
    const whole = await readCapture(path, sink, { onProgress: (done, total) => told.push(done / total!) });
    expect(told.at(-1)).toBe(1);
    expect(told.length).toBeGreaterThan(1);
    const stopped = await readCapture(path, new RecordingSink(), { onWindow: () => 'stop' });
    expect(stopped.complete).toBe(false);
    expect(stopped.frames).toBeGreaterThan(0);
    expect(stopped.frames).toBeLessThan(whole.frames);
  });
});

test('a part of a file', () => {
  const bytes = captures[0]![1];
  const path = file('part.pcap', bytes);
  const sink = new RecordingSink();
  const header = parsePcapHeader(bytes.subarray(0, 24)) as PcapHeader;
  const left = new PcapReader(header, sink);
  left.stopAt = 100_000;
  const at = readPart(path, left, 24);
  expect(at).toBeGreaterThanOrEqual(100_000);
  expect(at).toBeLessThan(100_400);
  expect(readPart(path, new PcapReader(header, sink), at)).toBe(bytes.length);
  expect(sink.frames).toEqual(readBytes(bytes).frames);
});

describe('standard input', () => {
  // A program of its own, since a test cannot be given another standard input.
  const program = join(folder, 'stdin.mjs');
  buildSync({
    stdin: {
      contents: `import { readCapture } from './src/capture/source.ts';
        let original = 0;
        const sink = { frame(...frame) { original += frame[4]; } };
        readCapture('-', sink).then(
          ({ frames, problemCount, compression }) => console.log(JSON.stringify({ frames, problemCount, compression, original })),
          ({ code }) => console.log(JSON.stringify({ code })),
        );`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
  const pipe = (input: Uint8Array) =>
    JSON.parse(spawnSync(process.execPath, [program], { input, encoding: 'utf8' }).stdout);
  const original = frames.reduce((sum, frame) => sum + frame.data.length, 0);

  test.each(captures)('%s, plain and compressed', (_format, bytes) => {
    expect(pipe(bytes)).toEqual({ frames: 2000, problemCount: 0, compression: null, original });
    expect(pipe(gzipSync(bytes))).toEqual({ frames: 2000, problemCount: 0, compression: 'gzip', original });
  });

  test('what is no capture', () => {
    expect(pipe(new Uint8Array(0))).toEqual({ code: 'empty-file' });
    expect(pipe(new Uint8Array([1]))).toEqual({ code: 'unknown-kind' });
  });
});

describe.skipIf(process.platform === 'win32')('pipes', () => {
  test('a named pipe', async () => {
    const path = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    for (const bytes of [captures[0]![1], gzipSync(captures[1]![1])]) {
      const plain = file('plain', bytes);
      const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', plain, path]);
      const { frames: got } = await read(path);
      expect(got.length).toBe(2000);
      await new Promise((resolve) => (writer.exitCode === null ? writer.once('exit', resolve) : resolve(null)));
    }
  });
});

describe('what cannot be read is told in one sentence', () => {
  const sentence = /^[^\n]+[^\n.]\.$/;

  test.each([
    ['nothing there', () => join(folder, 'absent.pcap'), 'not-found', /does not exist/],
    ['a directory', () => folder, 'is-directory', /is a directory/],
    ['an empty file', () => file('empty', new Uint8Array(0)), 'empty-file', /is empty/],
    ['half a header', () => file('half', pcapHeader().subarray(0, 11)), 'header-cut-short', /after 11 bytes/],
    ['an old version', () => file('old', pcapHeader({ major: 1 })), 'unsupported-version', /version 1/],
    [
      'Network Monitor, too short',
      () => file('x.cap', new TextEncoder().encode('GMBU....')),
      'header-cut-short',
      /after 8 bytes, within the 32 bytes of its Network Monitor header/,
    ],
    [
      'Network Monitor 9',
      () => file('x9.cap', new TextEncoder().encode('GMBU\0\x09'.padEnd(64, '\0'))),
      'unsupported-version',
      /version 9, and only version 1 and 2/,
    ],
    ['text', () => file('x.txt', new TextEncoder().encode('hello')), 'unsupported-kind', /tcpdump -w/],
    ['bytes', () => file('x.bin', new Uint8Array([1, 2, 3, 4, 5])), 'unknown-kind', /01 02 03 04/],
    ['one byte', () => file('y.bin', new Uint8Array([0x01])), 'unknown-kind', /begins with 01/],
    ['gzip of text', () => file('x.gz', gzipSync('hello')), 'unsupported-kind', /is text/],
    ['gzip in gzip', () => file('xx.gz', gzipSync(gzipSync(pcapHeader()))), 'unsupported-kind', /twice/],
    ['gzip of nothing', () => file('n.gz', gzipSync('')), 'empty-file', /is empty/],
    ['no gzip behind the magic', () => file('z.gz', new Uint8Array([0x1f, 0x8b, 9, 9, 9, 9])), 'damaged-gzip', /gzip/],
  ])('%s', async (_name, make, code, message) => {
    const path = make();
    const error = await refusal(path);
    expect(error.code).toBe(code);
    expect(error.path).toBe(path);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(sentence);
    await expect(readCaptureHeader(path)).rejects.toMatchObject({ code });
  });

  test.skipIf(process.platform === 'win32')('no permission', async () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'x', { mode: 0 });
    chmodSync(folder, 0o755);
    expect((await unprivileged(() => refusal(path))).code).toBe('no-permission');
  });

  test('a path through a file', async () => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    expect((await refusal(join(file('plainfile', new Uint8Array(1)), 'x.pcap'))).code).toBe('not-found');
  });
});
