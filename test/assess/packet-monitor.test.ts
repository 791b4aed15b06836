/** The whole way of a Packet Monitor trace of a management point: packets at several components, drops, findings. `vitest -u` writes the golden: read it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { VERSION } from '../../src/product.ts';
import { FORMATS } from '../../src/report/formats.ts';
import { loadSite } from '../../src/site/index.ts';
import { componentEvent, type EtlEvent, EtlWriter, pktMonEvent } from '../capture/support/etl.ts';
import { type Segment, tcp } from '../track/frames.ts';
import { DEMO_SITE } from './demo.ts';

const directory = mkdtempSync(join(tmpdir(), 'pcapcheck-packet-monitor-'));
afterAll(() => rmSync(directory, { recursive: true }));

const MP01 = '10.20.0.10';
const [WS01, WS02, WS03] = ['10.10.0.11', '10.10.0.12', '10.10.0.13'];
const NIC = 10;
const TCPIP = 60;
const IN = 1;
const OUT = 2;
const INSPECT_DROP = 1207;
const NO_LISTENER = 1204;
const NOT_OF_THIS_HOST = 902;

let group = 0;
/** A packet as each component passed it on; with a reason, as the last of them dropped it. */
function packet(time: number, direction: number, spec: Partial<Segment>, reason?: number): EtlEvent[] {
  const frame = tcp({ ...spec, time } as Segment);
  const data = frame.bytes;
  group++;
  const seen = (component: number, after: number, dropped?: number) =>
    pktMonEvent({
      data,
      time: time + after,
      group,
      component,
      direction,
      ...(dropped === undefined ? {} : { reason: dropped, location: 0xe000_4136 }),
    });
  const order = direction === IN ? [NIC, TCPIP] : [TCPIP, NIC];
  const events = order.map((component, i) => seen(component, i / 100_000));
  return reason === undefined ? events : [...events, seen(TCPIP, 0.000_03, reason)];
}

let id = 1;
const toServer = (client: string, port: number, time: number, flags: string, sequence: number, reason?: number) =>
  packet(
    time,
    IN,
    {
      source: client,
      destination: MP01,
      sourcePort: 50_000,
      destinationPort: port,
      flags,
      sequence,
      acknowledgment: 5001,
      id: id++,
    },
    reason,
  );
const toClient = (client: string, port: number, time: number, acknowledgment: number) =>
  packet(time, OUT, {
    source: MP01,
    destination: client,
    sourcePort: port,
    destinationPort: 50_000,
    flags: 'SA',
    sequence: 5000,
    acknowledgment,
    id: id++,
  });

function trace(compress?: 'matches'): Uint8Array {
  group = 0;
  id = 1;
  const answered = [
    toServer(WS01, 80, 0, 'S', 1000),
    toClient(WS01, 80, 0.001, 1001),
    toServer(WS01, 80, 0.002, 'A', 1001),
  ];
  const filtered = [0.5, 1.5, 3.5, 7.5].map((time) => toServer(WS02, 443, time, 'S', 2000, INSPECT_DROP));
  const unheard = [0.6, 1.6, 3.6, 7.6].map((time) => toServer(WS03, 10123, time, 'S', 3000, NO_LISTENER));
  const ordinary = [toServer(WS03, 80, 0.7, 'S', 4000, NOT_OF_THIS_HOST), toServer(WS03, 80, 0.7, 'S', 4000)];
  const goesOn = [toClient(WS03, 80, 0.701, 4001), toServer(WS03, 80, 0.702, 'A', 4001)];
  const end = toServer(WS01, 80, 20, 'A', 1001);
  const options = compress === undefined ? {} : { compress };
  // The buffers of two processors, the later one first in the file.
  return new EtlWriter()
    .buffer([componentEvent(NIC, 'Intel(R) 82574L'), componentEvent(TCPIP, 'tcpip.sys')])
    .buffer([...filtered.flat(), ...unheard.flat(), ...end], { ...options, processor: 1 })
    .buffer([...answered.flat(), ...ordinary.flat(), ...goesOn.flat()], { ...options, processor: 0 })
    .bytes();
}

async function reportOf(bytes: Uint8Array, segmentBytes?: number): Promise<Report> {
  const path = join(directory, 'mp01.etl');
  writeFileSync(path, bytes);
  const cut = segmentBytes === undefined ? {} : { segmentBytes };
  const analysis = await analyze([path], { workers: 0, ...cut });
  return assess({ ...evidenceOf(analysis) }, await loadSite(DEMO_SITE), loadCatalog());
}

async function terminal(report: Report): Promise<string> {
  const options = { width: 100, color: false, verbose: false, bom: false };
  // Before the text is wrapped: the length of the name of the directory is none of its business.
  const here = JSON.parse(
    JSON.stringify(report).replaceAll(JSON.stringify(directory + sep).slice(1, -1), ''),
  ) as Report;
  return [...(await FORMATS.terminal.load())(here, options)].join('').replaceAll(VERSION, '0.0.0');
}

describe('a trace of Packet Monitor on the management point', () => {
  test('names what the server itself dropped, and why', async () => {
    const report = await reportOf(trace());
    const at = (port: number) => report.findings.filter(({ dest_port, count }) => dest_port === port && count > 0);
    expect(at(443)).toMatchObject([
      {
        outcome: 'dropped',
        certainty: 'proven',
        drop: { by: 'capture', reason: INSPECT_DROP, cause: 'filter', packets: 4 },
      },
    ]);
    expect(at(10123)).toMatchObject([{ outcome: 'no-answer', drop: { reason: NO_LISTENER, cause: 'no-listener' } }]);
    expect(at(80)).toEqual([]);
    const text = await terminal(report);
    await expect(text).toMatchFileSnapshot('../golden/packet-monitor-100.txt');
  });
  test('says the same when its buffers are packed, and for any cut', async () => {
    const whole = await terminal(await reportOf(trace()));
    const strip = (text: string) => text.replaceAll(/\d[\d.,]* [kKMG]?i?B\b/g, 'SIZE');
    expect(strip(await terminal(await reportOf(trace('matches'))))).toBe(strip(whole));
    expect(await terminal(await reportOf(trace(), 512))).toBe(whole);
  });
});
