import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding, FlowRow, Report } from '../../src/assess/types.ts';
import { CaptureError } from '../../src/capture/errors.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { hashFiles } from '../../src/engine/hash-files.ts';
import { beginPool, openPool, SMALL_SERIES } from '../../src/engine/pool.ts';
import { WORKER_URL } from '../../src/product.ts';
import { renderJson } from '../../src/report/json.ts';
import { DEMO, DEMO_CAPTURE, reportOf } from '../assess/demo.ts';
import { without } from '../assess/without.ts';
import { ensureBuilt, run } from '../cli/program.ts';
import { pcapFile } from './pcap-file.ts';

/** Threads run the bundle. */
beforeAll(ensureBuilt);

const FRAMES_IN_A_FILE = 50;
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;

/** A pcap file (little-endian, as the demo is) cut into files of so many frames. */
function split(capture: Buffer, frames: number): Buffer[] {
  const header = capture.subarray(0, PCAP_HEADER);
  const files: Buffer[] = [];
  let [start, at, count] = [PCAP_HEADER, PCAP_HEADER, 0];
  while (at < capture.length) {
    at += RECORD_HEADER + capture.readUInt32LE(at + 8);
    count++;
    if (count === frames || at === capture.length) {
      files.push(Buffer.concat([header, capture.subarray(start, at)]));
      [start, count] = [at, 0];
    }
  }
  return files;
}

/** Of the capture that pcapFile makes. */
const LARGE_SITE = `version: 1
hosts:
  - { name: MP01, addresses: [10.0.0.2], roles: [management-point] }
networks:
  - { name: LAN, cidr: 10.0.0.0/16, roles: [client] }
`;

const json = (report: Report): string => [...renderJson(report)].join('');
const flowsOf = async (paths: readonly string[], workers: number): Promise<FlowRow[]> => [
  ...flowRows(await analyze(paths, { workers })),
];

const WORKERS = [0, 1, 2, 3, 8];

describe.each(['demo.pcap', 'demo.pcapng', 'demo.pcap.gz', 'demo-any.pcap'])('%s', (name) => {
  const path = `${DEMO}/${name}`;
  test.each(WORKERS)('the same report through %i workers', async (workers) => {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const report = await reportOf([path], { workers, hash: true });
    expect(report.captures.map((capture) => capture.sha256)).toEqual([sha256]);
    expect(json(report)).toBe(json(await reportOf([path], { workers: 0, hash: true })));
    expect(await flowsOf([path], workers)).toEqual(await flowsOf([path], 0));
  });
});

test.each([0, 1, 3])(
  'through %i workers, a file that is gone when it is to be hashed is told by its name',
  async (workers) => {
    const pool = await openPool(workers);
    try {
      const files = [DEMO_CAPTURE, 'gone.pcap'].map((path) => ({ path, size: 1 }));
      const error: CaptureError = await hashFiles(files, pool).catch((reason) => reason);
      expect(error).toBeInstanceOf(CaptureError);
      expect(error.message).toContain('gone.pcap');
    } finally {
      await pool.close();
    }
  },
);

test('a pool that was begun ahead reads as any other does; who wants more threads than it has gets another', async () => {
  const expected = json(await reportOf([DEMO_CAPTURE], { workers: 0, hash: true }));
  await beginPool();
  for (const workers of [availableParallelism() + 1, availableParallelism(), 1])
    expect(json(await reportOf([DEMO_CAPTURE], { workers, hash: true }))).toBe(expected);
});

/** Opens pools and ends them while their threads start, a little later each time. */
const ENDS_POOLS = `
  import { setTimeout } from 'node:timers/promises';
  import { Piscina } from 'piscina';
  for (let wait = 0; wait < 80; wait++) {
    const pool = new Piscina({ filename: process.argv[1], minThreads: 3, maxThreads: 3, atomics: 'disabled' });
    await setTimeout(wait);
    await pool.destroy();
  }
`;

test('threads that are ended while they start do not end the program (Node.js 20 aborts in the require of an ES module)', () => {
  // It aborts about once in 150 pools: what is sure is the kind of the file.
  expect(WORKER_URL.pathname).toMatch(/\.cjs$/);
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', ENDS_POOLS, '--', fileURLToPath(WORKER_URL)],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('the program, which begins threads ahead where a word is a large file', async () => {
  const place = mkdtempSync(join(tmpdir(), 'pcapcheck-ahead-'));
  try {
    const capture = join(place, 'large.pcap');
    const bytes = pcapFile(8000, 0, 1200);
    expect(bytes.length).toBeGreaterThan(SMALL_SERIES);
    writeFileSync(capture, bytes);
    const site = join(place, 'site.yaml');
    writeFileSync(site, LARGE_SITE);
    const args = [capture, '--topology', site, '--format', 'json'];
    const here = await run([...args, '--workers', '0']);
    expect(here.code).toBe(1);
    for (const more of [[], ['--workers=3']]) expect(await run([...args, ...more])).toEqual(here);
    // What is wrong with the command line is said as if there were no thread.
    const { code, err } = await run([capture, '--topology', 'missing.yaml']);
    expect({ code, err }).toEqual({ code: 2, err: 'pcapcheck: missing.yaml: no such file\n' });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

describe('a series', () => {
  let place: string;
  let files: string[];
  let whole: Report;
  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'pcapcheck-series-'));
    // Names whose order is not that of the times.
    files = split(readFileSync(DEMO_CAPTURE), FRAMES_IN_A_FILE).map((bytes, i) => {
      const path = join(place, `${(i * 7) % 10}-part.pcap`);
      writeFileSync(path, bytes);
      return path;
    });
    whole = await reportOf([DEMO_CAPTURE]);
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  const ofAll = (report: Report) =>
    without(report, ['captures', 'capture', 'frames', 'request_frames', 'frame', 'first_frame']);
  /** Number over the whole series of a frame of one of its files. */
  const overall = (capture: string | null, frame: number): number =>
    files.indexOf(capture ?? '') * FRAMES_IN_A_FILE + frame;
  const inFile = (frame: number): number => Math.floor((frame - 1) / FRAMES_IN_A_FILE);

  test('is as long as the capture', () => {
    expect(files).toHaveLength(10);
    expect(new Set(files).size).toBe(10);
  });

  test.each(WORKERS)('in any order, through %i workers, gives the report of the whole', async (workers) => {
    const expected = json(await reportOf(files, { workers: 0 }));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(files, { minLength: files.length }), async (order) => {
        const report = await reportOf(order, { workers });
        expect(ofAll(report)).toEqual(ofAll(whole));
        expect(report.captures.map(({ path }) => path)).toEqual(files);
        expect(json(report)).toBe(expected);
      }),
      { numRuns: 5 },
    );
  });

  test('the frames of a finding are those of the file that it names', async () => {
    const report = await reportOf([...files].reverse(), { workers: 2 });
    const evidence = (finding: Finding) => finding.frames.map((frame) => overall(finding.capture, frame));
    report.findings.forEach((finding, i) => {
      const frames = whole.findings[i].frames;
      if (frames.length === 0) expect(finding).toMatchObject({ frames: [], capture: null });
      else {
        expect(finding.capture).toBe(files[inFile(frames[0])]);
        expect(evidence(finding)).toEqual(frames.filter((frame) => inFile(frame) === inFile(frames[0])));
      }
    });
  });

  test('the first frame of a connection is the one of the file that it names', async () => {
    const rows = await flowsOf([...files].reverse(), 3);
    const one = await flowsOf([DEMO_CAPTURE], 0);
    expect(rows.map(({ capture, first_frame }) => overall(capture, first_frame))).toEqual(
      one.map((row) => row.first_frame),
    );
    const rest = (flows: FlowRow[]) => flows.map(({ capture: _, first_frame: __, ...row }) => row);
    expect(rest(rows)).toEqual(rest(one));
  });

  test('of one connection a file at a time gives the whole as well', async () => {
    const single = split(readFileSync(DEMO_CAPTURE), 1).slice(0, 60);
    const paths = single.map((bytes, i) => {
      const path = join(place, `frame-${i}.pcap`);
      writeFileSync(path, bytes);
      return path;
    });
    const together = join(place, 'together.pcap');
    writeFileSync(together, split(readFileSync(DEMO_CAPTURE), 60)[0]);
    const rest = (flows: FlowRow[]) => flows.map(({ capture: _, first_frame: __, ...row }) => row);
    expect(rest(await flowsOf(paths, 8))).toEqual(rest(await flowsOf([together], 0)));
  });

  test.each([0, 2])('one file that cannot be read ends it with its own error, %i workers', async (workers) => {
    const error = await analyze([...files, join(place, 'none.pcap')], { workers }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CaptureError);
    expect(error).toMatchObject({ code: 'not-found', path: join(place, 'none.pcap') });
  });

  test.each([1, 4])('a file that turns out to be unreadable in a worker, %i of them', async (workers) => {
    const path = join(place, 'text.pcap');
    writeFileSync(path, 'This is no capture, whatever its name says.');
    const error = await analyze([path], { workers }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CaptureError);
    expect(error).toMatchObject({ path });
  });
});
