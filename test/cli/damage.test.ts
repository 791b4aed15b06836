/** Captures with damage in the middle, through the program itself: nobody is accused for want of frames that the damage may have held. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import { DEMO, ensureBuilt, folder, run, SITE } from './program.ts';

beforeAll(ensureBuilt);

const SILENT = new Set(['no-answer', 'half-open']);
const LOST = 'the capture lost packets, and the answer may be among them';

async function report(path: string): Promise<Report> {
  const { code, out, err } = await run([path, '-t', SITE, '--format', 'json']);
  expect(code, err).toBe(1);
  return JSON.parse(out) as Report;
}

test('where bytes in the middle cannot be read, silence is undecided, and answers that were seen still count', async () => {
  const bytes = Uint8Array.from(readFileSync(DEMO));
  bytes.fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 3000);
  const path = join(folder(), 'damaged.pcap');
  writeFileSync(path, bytes);
  const whole = await report(DEMO);
  const damaged = await report(path);
  const blocked = ({ findings }: Report): (string | null)[] =>
    findings.filter(({ kind }) => kind === 'blocked-required').map(({ outcome }) => outcome);
  expect(blocked(whole).some((outcome) => SILENT.has(outcome!))).toBe(true);
  expect(blocked(damaged).filter((outcome) => SILENT.has(outcome!))).toEqual([]);
  expect(blocked(damaged).length).toBeGreaterThan(0);
  expect(damaged.undecided.map(({ reason }) => reason)).toContain(LOST);
  expect(damaged.captures[0].problems.at(-1)).toBe(
    'Frames may have been lost where bytes were skipped; silence proves nothing in this capture.',
  );
});

test('a capture that ends in the middle of a frame accuses as before', async () => {
  const bytes = readFileSync(DEMO);
  const path = join(folder(), 'cut.pcap');
  writeFileSync(path, bytes.subarray(0, bytes.length - 10));
  const { findings, captures } = await report(path);
  expect(findings.some(({ outcome, kind }) => kind === 'blocked-required' && outcome === 'no-answer')).toBe(true);
  expect(captures[0].problems).toHaveLength(1);
});
