/**
 * Live capture by the real Windows node.exe and the Windows addon through Wine's own wpcap.dll, on a veth pair in a network namespace. Needs
 * root, iproute2 and tcpdump besides Wine. What it cannot show: Npcap itself.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT, Lab, SERVER, whyNoLab } from '../live/lab.ts';
import { type WineProcess, windowsPath, wine } from './wine.ts';

const windows = wine()!;
const reason = whyNoLab();
if (reason !== null) {
  console.warn(`SKIPPED: live capture under Wine (${reason})`);
  if (process.env.CI) throw new Error(`live capture under Wine is not skipped in CI: ${reason}`);
}

/** Packets in a capture, as tcpdump reads it. */
const packetsIn = (path: string): number =>
  execFileSync('tcpdump', ['-n', '-r', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')
    .length - 1;

describe.skipIf(windows === null || reason !== null)('live capture on Windows', () => {
  let lab: Lab;
  const live = (...args: string[]): WineProcess =>
    windows.start(['live', '-t', windowsPath(lab.site), ...args], { namespace: lab.server });

  beforeAll(() => {
    lab = new Lab();
    windows.restart();
  });
  afterAll(() => {
    windows?.restart();
    lab?.close();
  });

  test('lists the interfaces by the names that Windows gives them', async () => {
    const { code, out } = await windows.start(['interfaces'], { namespace: lab.server }).end();
    expect(code).toBe(0);
    expect(out).toMatch(/^ *\d+ +eth0 +up +.*10\.99\.0\.2\/24/m);
    expect(out).toContain('\\Device\\NPF_{');
  });

  test('every packet under a filter, saved and analyzed; Ctrl-C ends with the report', async () => {
    const saved = join(lab.folder, 'saved.pcap');
    const run = live('-i', 'eth0', '-f', 'udp dst port 7777', '-w', windowsPath(saved));
    await run.line(({ type }) => type === 'status');
    await Promise.all([lab.datagrams(3000, 2), lab.datagrams(500, 2, SERVER, 8888)]);
    await setTimeout(2000);
    run.interrupt();
    const { code, err } = await run.end();
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const { report } = run.lines.at(-1)!;
    expect(report.captures).toMatchObject([{ path: 'eth0', format: 'live', frames: 3000, problems: [], losses: [] }]);
    expect(packetsIn(saved)).toBe(3000);
  });

  test('tells a refusal while it runs, with the frames of a ring of files', async () => {
    const run = live('-i', 'eth0', '-w', `${windowsPath(lab.folder)}\\ring.pcap`, '-b', 'duration:2', '-b', 'files:4');
    await run.line(({ type }) => type === 'status');
    await lab.connects(SERVER, 443);
    const refused = await run.line(({ type, outcome }) => type === 'finding' && outcome === 'refused');
    expect(refused).toMatchObject({ state: 'new', kind: 'blocked-required', src_ip: CLIENT, dest_port: 443 });
    expect(refused.capture).toMatch(/^Z:\\.*\\ring_0000\d_\d{14}\.pcap$/);
    // Something to write into the next files.
    await lab.datagrams(40, 5);
    run.interrupt();
    expect((await run.end()).code).toBe(1);
    const files = readdirSync(lab.folder).filter((name) => name.startsWith('ring_'));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(packetsIn(join(lab.folder, file))).toBeGreaterThan(0);
  });

  test('killed in the middle, its file can be read', async () => {
    const saved = join(lab.folder, 'killed.pcap');
    const run = live('-i', 'eth0', '-w', windowsPath(saved));
    await run.line(({ type }) => type === 'status');
    await lab.datagrams(1000, 3);
    await setTimeout(1500);
    run.kill();
    await run.end();
    expect(packetsIn(saved)).toBeGreaterThan(900);
  });

  test.each([
    ['no such interface', ['-i', 'Ethernet 9'], /^pcapcheck: No interface is called Ethernet 9; there is .*eth0/],
    [
      "a filter: the library's own words",
      ['-i', 'eth0', '-f', 'port foo bar'],
      /The filter "port foo bar" is refused: .+/,
    ],
  ])('%s: one sentence and exit code 2', async (_, args, message) => {
    const { code, err } = await live(...args).end();
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(message);
  });

  test('ends by itself', async () => {
    // Nothing is said on this wire, so that nothing could be judged.
    const { code, err } = await live('-i', 'eth0', '--duration', '2s').end();
    expect(code).toBe(2);
    expect(err).toMatch(/^pcapcheck: the captures? holds? no (frames|TCP or UDP connection)\.\r?\n$/);
  });
});
