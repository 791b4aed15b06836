import { describe, expect, test } from 'vitest';
import type { PxeClientReport, ReportedFinding } from '../../src/assess/types.ts';
import { findingLine, liveLine } from '../../src/report/live-lines.ts';
import { type LiveScreen, renderLiveScreen } from '../../src/report/live-screen.ts';
import { painter, paintNothing } from '../../src/report/style.ts';
import { textWidth } from '../../src/report/text-width.ts';
import { HOSTILE_NAMES, trouble } from './sample.ts';

const client = (last: number, reached: string, over: Partial<PxeClientReport> = {}): PxeClientReport => ({
  ...trouble.pxe_clients[0],
  hardware_address: `00:15:5d:01:02:0${last}`,
  uuid: null,
  architecture: 7,
  architecture_name: 'x64 UEFI',
  addresses: [`10.10.0.10${last}`],
  boots: 1,
  way: 'pxe',
  reached,
  times: { discover: 0, [reached]: 4.25 + last },
  last_ts: `2026-03-02T09:01:0${last}.000000Z`,
  ...over,
});

const screen: LiveScreen = {
  sources: ['eth0', 'eth1'],
  topology: 'site.yaml',
  elapsed: 3912,
  packets: 12_345_678,
  packetsPerSecond: 4321,
  bytesPerSecond: 2_345_678,
  lost: { kernel: 120, interface: 0, analysis: 7 },
  losing: false,
  connections: 4567,
  open: 89,
  clients: [
    client(1, 'windows-pe'),
    client(2, 'tftp-request'),
    client(3, 'discover', { addresses: [], architecture_name: null, architecture: null }),
  ],
  findings: trouble.findings,
  notes: ['09:01:12  eth1 went down; nothing can be captured until it is up again'],
  saving: 'rollout_00007_20260302090112.pcap',
};

describe('the screen of a live run', () => {
  test.each([
    [80, 24],
    [200, 40],
    [40, 24],
  ])('%i columns, %i lines', async (width, height) => {
    const lines = renderLiveScreen(screen, width, height, paintNothing);
    expect(lines.length).toBeLessThan(height);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/live-${width}.txt`);
  });

  test('before anything came', async () => {
    const empty: LiveScreen = {
      ...screen,
      sources: ['eth0'],
      elapsed: 1,
      packets: 0,
      packetsPerSecond: 0,
      bytesPerSecond: 0,
      lost: { kernel: 0, interface: 0, analysis: 0 },
      connections: 0,
      open: 0,
      clients: [],
      findings: [],
      notes: [],
      saving: null,
    };
    await expect(`${renderLiveScreen(empty, 80, 24, paintNothing).join('\n')}\n`).toMatchFileSnapshot(
      'golden/live-empty.txt',
    );
  });

  test.each(HOSTILE_NAMES.map((name, i) => [i, name] as const))('obeys nothing in hostile name %i', (_, name) => {
    const findings = trouble.findings.map(
      (finding): ReportedFinding => ({ ...finding, src_name: name, message: name }),
    );
    const clients = [client(1, 'discover', { uuid: name, addresses: [name], architecture_name: name })];
    const hostile = { ...screen, sources: [name], topology: name, notes: [name], saving: name, findings, clients };
    const text = renderLiveScreen(hostile, 80, 24, painter(false)).join('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  test('of any size is no larger than its terminal', () => {
    for (const height of [1, 2, 5, 10, 24])
      expect(renderLiveScreen(screen, 80, height, paintNothing).length).toBeLessThanOrEqual(Math.max(1, height - 1));
  });
});

test('a line of JSON is one line, and harmless on a terminal', () => {
  const [finding] = trouble.findings;
  const line = findingLine(Date.parse('2026-03-02T09:01:12.5Z'), 'new', { ...finding, message: 'a\nb\u009b\u202e' });
  expect(line.split('\n')).toHaveLength(2);
  expect(line).toMatch(/^\{"type":"finding","ts":"2026-03-02T09:01:12\.500Z","state":"new","kind":/);
  expect(line).toContain('a\\nb\\u009b\\u202e');
  expect(JSON.parse(liveLine('remark', 0, { message: 'x' }))).toEqual({
    type: 'remark',
    ts: '1970-01-01T00:00:00.000Z',
    message: 'x',
  });
});
