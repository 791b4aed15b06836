/** The same addresses and ports in two VLANs or two VXLAN networks: one report, whoever reads how much of the capture at a time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { type AnalyzeOptions, analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { renderJson } from '../../src/report/json.ts';
import { parseSite } from '../../src/site/index.ts';
import {
  CLIENT,
  DC,
  DP,
  type Ends,
  inTime,
  OTHER_CLIENT,
  site,
  TCP_EVENTS,
  type TrafficEvent,
  traffic,
  UDP_EVENTS,
  until,
} from '../assess/traffic.ts';
import { pcap } from '../capture/support/build.ts';
import { readBytes } from '../capture/support/read.ts';
import { ensureBuilt } from '../cli/program.ts';
import { inVlan, inVxlan, type TestFrame } from '../track/frames.ts';

/** Threads run the bundle. */
beforeAll(ensureBuilt);

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-networks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WORKERS = [1, 2, 3, 8];
/** Into how many segments a capture is cut. */
const CUTS = [2, 3, 5, 9, 17, 40];
/** Bytes that a pipe may give at once. */
const CHUNKS = [1, 7, 64, 1460, 65_536];
const NANOSECONDS = 0xa1b23c4d;
const TOPOLOGY = parseSite(site());

function fileOf(frames: readonly TestFrame[]): Uint8Array {
  const records = frames.map(({ bytes, length, seconds, nanoseconds }) => ({
    data: bytes,
    original: length,
    seconds,
    fraction: nanoseconds,
  }));
  return pcap(records, { magic: NANOSECONDS });
}

/** The whole report as it is printed, and the rows of `flows`. */
async function told(path: string, options: AnalyzeOptions): Promise<{ json: string; report: Report; flows: string }> {
  const analysis = await analyze([path], options);
  const flows = JSON.stringify([...flowRows(analysis)]);
  const report = assess(evidenceOf(analysis, '2026-11-21'), TOPOLOGY, loadCatalog());
  return { json: [...renderJson(report)].join(''), report, flows };
}

const SMB: Ends = { client: CLIENT, server: DC, port: 445 };
const LDAP: Ends = { client: CLIENT, server: DC, port: 389 };
/** Both networks give out the same ports to clients. */
const CLIENT_PORTS = [50_001, 50_002, 50_003];

const TCP = 6;
const ACK = 0x10;

/** The frame with sequence numbers of its own network, as two hosts choose them that know nothing of each other; raw IPv4. */
function renumbered(frame: TestFrame, network: number): TestFrame {
  if (frame.bytes[9] !== TCP) return frame;
  const bytes = frame.bytes.slice();
  const view = new DataView(bytes.buffer);
  const fields = (bytes[33]! & ACK) === 0 ? [24] : [24, 28];
  for (const at of fields) view.setUint32(at, view.getUint32(at) + network * 1_000_000);
  return { ...frame, bytes };
}

type Within = (frame: TestFrame, network: number) => TestFrame;
const KINDS: readonly [name: string, within: Within, first: string, second: string][] = [
  ['VLANs', (frame, network) => inVlan(frame, 10 * network), 'VLAN 10', 'VLAN 20'],
  ['VXLAN networks', (frame, network) => inVxlan(frame, 5000 + network), 'vxlan 5001', 'vxlan 5002'],
];

describe.each(KINDS)('two %s with the same addresses', (_, within, first, second) => {
  const event = (network: number, what: TrafficEvent, ends: Ends, time: number): TestFrame[] =>
    traffic(what, ends, time).map((frame) => within(renumbered(frame, network), network));
  let files = 0;

  async function expectOneReport(frames: readonly TestFrame[], workers: readonly number[]): Promise<Report> {
    const path = join(folder, `${first}-${files++}.pcap`);
    const bytes = fileOf([...inTime(frames), within(until(60), 1)]);
    writeFileSync(path, bytes);
    const whole = await told(path, { workers: 0 });
    const expectSame = async (options: AnalyzeOptions): Promise<void> => {
      const { json, flows } = await told(path, options);
      expect(json, JSON.stringify(options)).toBe(whole.json);
      expect(flows, JSON.stringify(options)).toBe(whole.flows);
    };
    for (const cuts of CUTS) await expectSame({ workers: 0, segmentBytes: Math.ceil(bytes.length / cuts) });
    for (const [i, count] of workers.entries())
      await expectSame({ workers: count, segmentBytes: Math.ceil(bytes.length / CUTS[i]!) });
    const read = readBytes(bytes);
    for (const size of CHUNKS) expect(readBytes(bytes, [size])).toEqual(read);
    const packed = `${path}.gz`;
    writeFileSync(packed, gzipSync(bytes));
    const unpacked = await told(packed, { workers: workers[0] ?? 0 });
    expect(unpacked.report.findings.map(({ message }) => message)).toEqual(
      whole.report.findings.map(({ message }) => message),
    );
    return whole.report;
  }

  test('what is blocked in one of them, by any number of workers', async () => {
    const frames = [
      ...event(1, 'established', { ...SMB, clientPort: 50_001 }, 1),
      ...event(2, 'silent', { ...SMB, clientPort: 50_001 }, 1),
      ...event(2, 'established', { ...LDAP, clientPort: 50_002 }, 1),
      ...event(1, 'established', { ...LDAP, clientPort: 50_002 }, 12),
    ];
    const report = await expectOneReport(frames, WORKERS);
    const blocked = report.findings.filter(({ kind }) => kind === 'blocked-required');
    expect(blocked).toMatchObject([{ network: second, dest_port: 445, outcome: 'no-answer', count: 1 }]);
    expect(blocked[0]!.message).toContain(`It works in ${first}.`);
  });

  const happening = fc.record({
    what: fc.constantFrom<TrafficEvent>(...TCP_EVENTS, ...UDP_EVENTS),
    ends: fc.record({
      client: fc.constantFrom(CLIENT, OTHER_CLIENT),
      server: fc.constantFrom(DC, DP),
      port: fc.constantFrom(53, 80, 389, 445),
      clientPort: fc.constantFrom(...CLIENT_PORTS),
    }),
    time: fc.integer({ min: 0, max: 300 }),
    // Where there are two, each frame is captured twice, as before and after a router.
    networks: fc.constantFrom([1], [2], [3], [1, 2], [2, 3]),
  });

  test('whatever happens in them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 2, maxLength: 14 }),
        fc.constantFrom(...WORKERS),
        async (list, workers) => {
          const frames = list.flatMap(({ what, ends, time, networks }) => {
            const once = traffic(what, what === 'tftp' ? { ...ends, port: 69 } : ends, time / 10);
            return networks.flatMap((network) => once.map((frame) => within(renumbered(frame, networks[0]!), network)));
          });
          await expectOneReport(frames, [workers]);
        },
      ),
      { numRuns: Number(process.env.PCAPCHECK_CUTS ?? 15) },
    );
  });
});
