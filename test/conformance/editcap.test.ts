/** Wireshark's editcap writes a capture in each format it knows; what we make of the copy is what we make of the original. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { detectKind } from '../../src/capture/detect.ts';
import { CaptureError } from '../../src/capture/errors.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { CAPTURES, hasOracles } from './oracles.ts';

const hasEditcap = spawnSync('editcap', ['--version']).status === 0;
if (!hasEditcap)
  console.warn('\nSKIPPED: the comparison of formats needs editcap (Debian: wireshark-common), which is not here.\n');

/** Formats that we claim to read, and the digits of a second that they keep. */
const READ: Record<string, number> = {
  pcap: 6,
  pcapng: 9,
  nsecpcap: 9,
  modpcap: 6,
  nokiapcap: 6,
  rh6_1pcap: 6,
  suse6_3pcap: 6,
  netmon1: 3,
  netmon2: 6,
  snoop: 6,
};
/** Formats without a mark at their beginning: the message can only say that the kind is not known, and how to convert it. */
const WITHOUT_MARK = ['commview-ncf', 'commview-ncfx', 'erf'];

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-editcap-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OWN = [
  'captures/demo/demo.pcap',
  'captures/pxe/uefi-success-client.pcap.gz',
  'captures/pxe/fragments-dropped-server.pcap.gz',
];
const OTHERS = [
  'zeek/vlan-collisions.pcap',
  'samrlab/acl_3.2_users.pcapng',
  'tianocore/BZ-433-captur.pcap',
  'zeek/tcp__truncated-header.pcap',
  'msprotod/MS-WSUSOD_Example4_W2K16_X64_Win10_X64_Domain.eth.pcapng',
].map((name) => join(CAPTURES, name));
const originals = [...OWN, ...(hasOracles ? OTHERS : [])];

const listed = (): string[] =>
  [...spawnSync('editcap', ['-F'], { encoding: 'utf8' }).stdout.matchAll(/^ {4}(\S+) - /gm)].map(([, name]) => name!);

/** @returns path of the copy, or null where the format cannot hold this capture */
function convert(original: string, format: string): string | null {
  const path = join(folder, `copy.${format}`);
  const source = join(folder, 'original');
  const bytes = readFileSync(original);
  writeFileSync(source, original.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  rmSync(path, { force: true });
  // Network Monitor keeps local time.
  const { status } = spawnSync('editcap', ['-F', format, source, path], { env: { ...process.env, TZ: 'UTC' } });
  return status === 0 && existsSync(path) && statSync(path).size > 0 ? path : null;
}

/** The connections and what was not judged; the times of the connections apart, in nanoseconds. */
async function analysis(path: string) {
  const result = await analyze([path], { workers: 0 });
  const times: number[] = [];
  const rows = [...flowRows(result)].map(({ capture: _, first_ts, last_ts, ...row }) => {
    times.push(nanoseconds(first_ts), nanoseconds(last_ts));
    return row;
  });
  return {
    times,
    rest: { rows, notJudged: result.observation.notJudgedFrames, frames: result.captures[0]!.summary.frames },
  };
}

/** Since the beginning of the day: so that a double holds it. */
function nanoseconds(time: string): number {
  const [, hours, minutes, seconds, fraction] = /T(\d+):(\d+):(\d+)\.(\d+)Z$/.exec(time)!;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e9 + Number(fraction!.padEnd(9, '0'));
}

describe.skipIf(!hasEditcap)('every format that editcap writes', () => {
  test('is read, or is known not to be', () => {
    expect(listed().length).toBeGreaterThan(20);
    for (const format of Object.keys(READ)) expect(listed()).toContain(format);
  });

  describe.each(originals)('%s', (original) => {
    test.each(Object.entries(READ))('as %s: the same analysis', async (format, digits) => {
      const copy = convert(original, format);
      expect(copy).not.toBeNull();
      const [ours, theirs] = [await analysis(original), await analysis(copy!)];
      expect(theirs.rest).toEqual(ours.rest);
      // What a format cannot hold it rounds.
      const off = theirs.times.map((time, index) => Math.abs(time - ours.times[index]!));
      expect(Math.max(...off)).toBeLessThanOrEqual(digits === 9 ? 0 : 10 ** (9 - digits));
    });
  });

  test('what is not read names the command that converts it', async () => {
    const refused: string[] = [];
    for (const format of listed().filter((name) => !(name in READ))) {
      const copy = convert(OWN[0]!, format);
      if (copy === null) continue;
      const error = await analyze([copy], { workers: 0 }).then(
        () => null,
        (thrown: unknown) => thrown as CaptureError,
      );
      expect(error, format).toBeInstanceOf(CaptureError);
      expect(error!.message, format).toContain('editcap -F pcapng');
      const kind = detectKind(readFileSync(copy).subarray(0, 512)).kind;
      expect(kind, format).toBe(WITHOUT_MARK.includes(format) ? 'unknown' : 'other');
      refused.push(format);
    }
    expect(refused.length).toBeGreaterThan(5);
  });
});
