import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../src/capture/source.ts';
import { Anonymizer } from '../../src/evidence/anonymizer.ts';
import { writeEvidence } from '../../src/evidence/write-evidence.ts';
import { DEMO_CAPTURE, reportOf } from '../assess/demo.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-evidence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Frame {
  time: string;
  linkType: number;
  bytes: string;
  length: number;
}

async function framesOf(path: string): Promise<{ frames: Frame[]; comments: string[]; problems: number }> {
  const frames: Frame[] = [];
  const summary = await readCapture(path, {
    frame(bytes, _view, offset, captured, length, seconds, nanoseconds, linkType) {
      const kept = Buffer.from(bytes.subarray(offset, offset + captured)).toString('hex');
      frames.push({ time: `${seconds}.${nanoseconds}`, linkType, bytes: kept, length });
    },
  });
  return { frames, comments: summary.comments, problems: summary.problemCount };
}

const ALL = { framesPerFinding: 40, snapLength: 0, anonymize: false };

describe('evidence', () => {
  test('holds frames of the capture as they are, and tells each finding once', async () => {
    const report = await reportOf([DEMO_CAPTURE]);
    const path = join(folder, 'all.pcapng');
    const written = await writeEvidence(path, report, ALL);
    const original = await framesOf(DEMO_CAPTURE);
    const evidence = await framesOf(path);
    expect(evidence.problems).toBe(0);
    expect(evidence.frames).toHaveLength(written);
    const known = new Set(original.frames.map((frame) => JSON.stringify(frame)));
    for (const frame of evidence.frames) expect(known.has(JSON.stringify(frame))).toBe(true);
    const told = report.findings.filter(({ frames }) => frames.length > 0).map(({ fingerprint }) => fingerprint);
    expect(told.length).toBeGreaterThan(5);
    for (const fingerprint of told)
      expect(
        evidence.comments.filter((comment) => comment.includes(fingerprint)),
        fingerprint,
      ).toHaveLength(1);
    const wanted = report.findings.flatMap(({ frames }) => frames).map((frame) => original.frames[frame - 1].bytes);
    const kept = new Set(evidence.frames.map(({ bytes }) => bytes));
    expect(wanted.filter((bytes) => !kept.has(bytes))).toEqual([]);
  });

  test('names the frames of a finding by their numbers in the capture, and nothing in a comment is obeyed', async () => {
    const report = await reportOf([DEMO_CAPTURE]);
    const [first] = report.findings;
    const hostile = { ...first!, message: 'the host \u202eexe.10SW\u001b[31m is silent' };
    const path = join(folder, 'hostile.pcapng');
    await writeEvidence(path, { ...report, findings: [hostile] }, ALL);
    const { comments } = await framesOf(path);
    const told = comments.filter((comment) => comment.includes(hostile.fingerprint));
    expect(told).toEqual([expect.stringContaining('the host \\u{202e}exe.10SW\\x1b[31m is silent')]);
    expect(told[0]).toMatch(new RegExp(`Frames ${hostile.frames.join(', ')} of .*demo\\.pcap\\.$`));
  });

  test('cuts frames to the snap length and keeps their length', async () => {
    const path = join(folder, 'short.pcapng');
    await writeEvidence(path, await reportOf([DEMO_CAPTURE]), { ...ALL, snapLength: 60 });
    const { frames } = await framesOf(path);
    expect(Math.max(...frames.map(({ bytes }) => bytes.length / 2))).toBe(60);
    expect(frames.some(({ length }) => length > 60)).toBe(true);
  });

  test('made anonymous, holds no address, no name and no payload of the capture', async () => {
    const report = await reportOf([DEMO_CAPTURE]);
    const path = join(folder, 'anonymous.pcapng');
    await writeEvidence(path, report, { ...ALL, anonymize: true });
    const { frames, problems } = await framesOf(path);
    expect(problems).toBe(0);
    expect(frames.length).toBeGreaterThan(20);
    for (const { bytes } of frames) expect(bytes.length / 2).toBeLessThanOrEqual(60);
    const file = readFileSync(path);
    const addresses = new Set(report.findings.flatMap(({ src_ip, dest_ip }) => [src_ip, dest_ip]));
    for (const address of addresses) {
      if (address === null || !/^\d+\./.test(address)) continue;
      expect(file.includes(address), address).toBe(false);
      expect(
        frames.some(({ bytes }) => bytes.includes(Buffer.from(address.split('.').map(Number)).toString('hex'))),
      ).toBe(false);
    }
    expect(file.includes('demo.pcap')).toBe(false);
  });

  test('opens in Wireshark without complaint', async () => {
    if (spawnSync('capinfos', ['-v']).status !== 0)
      return console.warn('SKIPPED: capinfos (Debian: wireshark-common) is not installed');
    const path = join(folder, 'wireshark.pcapng');
    const written = await writeEvidence(path, await reportOf([DEMO_CAPTURE]), ALL);
    const text = execFileSync('capinfos', ['-c', '-M', '-T', '-r', path], { encoding: 'utf8' });
    expect(text.trim().split('\t')[1]).toBe(String(written));
  });
});

describe('other addresses', () => {
  const bits = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const shared = (a: string, b: string): number => [...a].findIndex((bit, i) => bit !== b[i]);
  const host = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }).filter((bytes) => bytes[0] < 224 && bytes[0] > 0),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((bytes) => bytes[0] !== 0xff && bytes[0] > 0),
  );

  test('share a prefix exactly as far as the true ones do', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), host, host, (key, a, b) => {
        fc.pre(a.length === b.length);
        const anonymizer = new Anonymizer(key);
        const [x, y] = [anonymizer.address(a), anonymizer.address(b)];
        expect(shared(bits(x), bits(y))).toBe(shared(bits(a), bits(b)));
        expect(anonymizer.address(a)).toEqual(x);
      }),
      { numRuns: 60 },
    );
  });

  test('leave what is no host as it is', () => {
    const anonymizer = new Anonymizer();
    for (const bytes of [
      [0, 0, 0, 0],
      [255, 255, 255, 255],
      [224, 0, 0, 251],
      [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ])
      expect([...anonymizer.address(Uint8Array.from(bytes))]).toEqual(bytes);
  });
});
