import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { DIRECTION_IN, DIRECTION_OUT } from '../../src/capture/frame-notes.ts';
import { ipv6Text } from '../../src/track/address-text.ts';
import { type ConnectionView, newConnectionView } from '../../src/track/connection-view.ts';
import { LOG_DIRECTION, LOG_LINE, LOG_SECONDS, LOG_SOURCE, LOG_WIDTH } from '../../src/track/join-log.ts';
import { type FirewallLog, readFirewallLog } from '../../src/witness/firewall-log.ts';
import { ipv4Number, ipv6Words } from '../../src/witness/ip-words.ts';
import { LOCAL_ZONE, offsetText, parseZone } from '../../src/witness/log-zone.ts';
import { observe } from '../track/analyze.ts';
import { type TestFrame, tcp, udp } from '../track/frames.ts';

const folder = mkdtempSync(join(tmpdir(), 'witness-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = [
  '#Version: 1.5',
  '#Software: Microsoft Windows Firewall',
  '#Time Format: Local',
  '#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path',
  '',
];
const UTC = parseZone('utc')!;
let files = 0;

async function read(content: string | Uint8Array, zone = UTC): Promise<FirewallLog> {
  const path = join(folder, `${files++}.log`);
  writeFileSync(path, content);
  return readFirewallLog(path, zone);
}

const logOf = (rows: string[], zone = UTC) => read([...HEAD, ...rows, ''].join('\r\n'), zone);
const field = (log: FirewallLog, row: number, name: number) => log.kept.values[row * LOG_WIDTH + name];

/** The test captures begin at this second. */
const START = 1_700_000_000;
const stamp = (time: number) => new Date((START + time) * 1000).toISOString().slice(0, 19).replace('T', ' ');
const drop = (time: number, more: { from?: string; to?: string; proto?: string; path?: string } = {}) => {
  const [a, aPort] = (more.from ?? '10.0.0.1 50000').split(' ');
  const [b, bPort] = (more.to ?? '10.0.0.2 443').split(' ');
  return `${stamp(time)} DROP ${more.proto ?? 'TCP'} ${a} ${b} ${aPort} ${bPort} 52 S 1000 0 64240 - - - ${more.path ?? 'RECEIVE'}`;
};

describe('a log of the firewall', () => {
  test('rows by what they say', async () => {
    const log = await logOf([
      drop(0),
      drop(1, { path: 'SEND' }),
      `${stamp(2)} ALLOW UDP 10.0.0.1 10.0.0.2 5000 53 0 - - - - - - - SEND`,
      `${stamp(3)} DROP ICMP 10.0.0.1 10.0.0.2 - - 60 - - - - 8 0 - RECEIVE`,
      `${stamp(4)} INFO-EVENTS-LOST - - - - - - - - - - - - 17 -`,
      `${stamp(5)} DROP TCP 10.0.0.1 nonsense 1 2 3`,
      'what is this',
      `${stamp(6)} CLOSE TCP 10.0.0.1 10.0.0.2 1 2 - - - - - - - - -`,
    ]);
    expect(log).toMatchObject({
      drops: 2,
      otherDrops: 1,
      allows: 1,
      lost: 17,
      unreadable: 2,
      others: 1,
      zone: 'UTC',
      offset: 0,
    });
    expect(log).toMatchObject({ first: START, last: START + 6 });
    expect(field(log, 0, LOG_LINE)).toBe(6);
    expect(field(log, 0, LOG_SECONDS)).toBe(START);
    expect(field(log, 0, LOG_SOURCE)).toBe(0x0a000001);
    expect([0, 1].map((row) => field(log, row, LOG_DIRECTION))).toEqual([DIRECTION_IN, DIRECTION_OUT]);
  });
  test('the columns that #Fields names, in any order, and new ones', async () => {
    const log = await read(
      `#Fields: time date pid action dst-port src-port dst-ip src-ip protocol path\n05:06:07 2023-11-14 4 DROP 443 50000 10.0.0.2 10.0.0.1 6 SEND\n`,
    );
    expect(log).toMatchObject({ drops: 1, first: Date.UTC(2023, 10, 14, 5, 6, 7) / 1000 });
  });
  test('a log without a head, with a byte order mark, in UTF-16, without a last line break', async () => {
    expect(await read(drop(0))).toMatchObject({ drops: 1 });
    expect(await read(`\ufeff${HEAD.join('\n')}\n${drop(0)}`)).toMatchObject({ drops: 1, unreadable: 0 });
    const wide = Buffer.from(`\ufeff${HEAD.join('\r\n')}\r\n${drop(0)}\r\n`, 'utf16le');
    expect(await read(new Uint8Array(wide))).toMatchObject({ drops: 1, unreadable: 0 });
  });
  test('a log of a quiet server', async () => {
    expect(await logOf([])).toMatchObject({ drops: 0, first: null, last: null, offset: null });
  });
  test.each([
    ['nothing', ''],
    ['text', 'Dear Sir or Madam,\n'.repeat(2000)],
    ['bytes', new Uint8Array(5000).fill(7)],
    ['one endless line', 'x'.repeat(3_000_000)],
  ])('%s is no log, in one sentence', async (_, content) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'not-a-log',
      message: expect.stringMatching(/no log of the Windows firewall; name .*\.$/),
    });
  });
  test('a path that is none', async () => {
    await expect(readFirewallLog(join(folder, 'nope'), UTC)).rejects.toMatchObject({ code: 'not-readable' });
    await expect(readFirewallLog(folder, UTC)).rejects.toMatchObject({ code: 'not-readable' });
  });
  test('endless and hostile lines are passed over, what follows is read', async () => {
    const log = await logOf([
      `${stamp(0)} DROP TCP ${'9'.repeat(2_500_000)}`,
      '\u001b[2J',
      '__proto__ '.repeat(50),
      drop(1),
    ]);
    expect(log).toMatchObject({ drops: 1, unreadable: 3 });
    expect(field(log, 0, LOG_LINE)).toBe(9);
  });
  test('any text: nothing thrown but that it is no log', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string(), fc.constant(drop(0)), fc.constant(HEAD[3])), { maxLength: 20 }),
        async (lines) => {
          try {
            const log = await read(lines.join('\n'));
            expect(log.kept.count).toBe(log.drops);
          } catch (error) {
            expect(error).toMatchObject({ code: 'not-a-log' });
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('its times', () => {
  const at = (zone: string, [year, month, day, hour]: [number, number, number, number]) =>
    new Date(parseZone(zone)!.hour(year, month, day, hour) * 1000).toISOString().slice(0, 19);
  test.each([
    ['utc', [2026, 7, 1, 12], '2026-07-01T12:00:00'],
    ['+02:00', [2026, 7, 1, 12], '2026-07-01T10:00:00'],
    ['-0530', [2026, 7, 1, 12], '2026-07-01T17:30:00'],
    ['+01:00:07', [2026, 7, 1, 12], '2026-07-01T10:59:53'],
    ['Europe/Berlin', [2026, 7, 1, 12], '2026-07-01T10:00:00'],
    ['Europe/Berlin', [2026, 12, 1, 12], '2026-12-01T11:00:00'],
    ['America/New_York', [2026, 3, 8, 1], '2026-03-08T06:00:00'],
    ['America/New_York', [2026, 3, 8, 3], '2026-03-08T07:00:00'],
    ['Asia/Kathmandu', [2026, 1, 1, 0], '2025-12-31T18:15:00'],
  ] as const)('%s %j', (zone, local, utc) => {
    expect(at(zone, [...local])).toBe(utc);
  });
  test.each(['', 'berlin', '+30:00', '+1:75', 'Europe/Nowhere', '../../etc', 'Europe/Berlin; rm'])(
    '"%s" is no zone',
    (text) => {
      expect(parseZone(text)).toBeNull();
    },
  );
  test('the zone of this machine is that of its clock', () => {
    expect(LOCAL_ZONE.hour(2026, 7, 1, 12)).toBe(new Date(2026, 6, 1, 12).getTime() / 1000);
    expect(LOCAL_ZONE.name).toContain('the machine that ran pcapcheck');
  });
  test('an offset as the option takes it', () => {
    expect([0, 3600, -19_800, 7207].map(offsetText)).toEqual(['+00:00', '+01:00', '-05:30', '+02:00:07']);
  });
});

describe('addresses', () => {
  test.each(['::', '::1', 'fe80::3680:dff:fe01:9e88', '2001:db8:1:2:3:4:5:6', '1::', 'fd00:10::13'])('%s', (text) => {
    expect(ipv6Text(Int32Array.from(ipv6Words(text)!), 0)).toBe(text);
  });
  test('with a zone, with dotted decimals, and none', () => {
    expect(ipv6Words('fe80::1%12')).toEqual(ipv6Words('fe80::1'));
    expect(ipv6Words('::ffff:10.0.0.1')).toEqual([0, 0, 0xffff, 0x0a000001]);
    expect(ipv6Words('1.2.3.4')).toBeNull();
    expect(ipv4Number('255.255.255.255')).toBe(-1);
    expect(ipv4Number('1.2.3')).toBeNull();
  });
});

describe('joined to connections', () => {
  const CLIENT = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 50_000, destinationPort: 443 };
  const syn = (time: number, sequence = 1000) =>
    tcp({ ...CLIENT, flags: 'S', sequence, id: Math.round(time * 100) + sequence, time });
  const end = udp({ source: '10.9.0.1', destination: '10.9.0.2', sourcePort: 5000, destinationPort: 5001, time: 60 });
  async function heeded(frames: TestFrame[], rows: string[]) {
    const observation = observe([...frames, end]);
    const result = observation.heedLog((await logOf(rows)).kept);
    const views: ConnectionView[] = Array.from({ length: observation.count }, (_, i) => ({
      ...observation.read(i, newConnectionView()),
    }));
    return { join: result, views };
  }

  test('silence that the log explains is dropped, with the line that says so', async () => {
    const { join: result, views } = await heeded([syn(0.5), syn(1.5)], [drop(0), drop(1)]);
    expect(result).toMatchObject({ joined: 2, connections: 1, outside: 0, unmatched: [] });
    expect(views[0]).toMatchObject({
      outcome: 'dropped',
      drop: { by: 'firewall-log', cause: 'filter', direction: DIRECTION_IN, packets: 2, log: { line: 6 } },
    });
  });
  test('the connection of that second, where ports were used again', async () => {
    const { views } = await heeded([syn(0), syn(1), syn(30, 5000), syn(31, 5000)], [drop(30)]);
    expect(views.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['no-answer', 'dropped']);
  });
  test('clocks in step may differ by two seconds, not by more', async () => {
    expect((await heeded([syn(10), syn(11)], [drop(8)])).join.joined).toBe(1);
    const { join: late, views } = await heeded([syn(10), syn(11)], [drop(14)]);
    expect(late).toMatchObject({ joined: 0, unmatched: [0] });
    expect([...late.shifts]).toEqual([[0, 1]]);
    expect(views[0].outcome).toBe('no-answer');
  });
  test('another zone is noticed', async () => {
    const rows = [0, 1, 3].map((time) => drop(time + 7200));
    const { join: result } = await heeded([syn(0), syn(1), syn(3)], rows);
    expect(result).toMatchObject({ joined: 0, outside: 3 });
    expect([...result.shifts]).toEqual([[7200, 3]]);
  });
  test('other ports, other addresses, the other protocol: unmatched', async () => {
    const rows = [drop(0, { to: '10.0.0.2 444' }), drop(0, { from: '10.0.0.9 50000' }), drop(0, { proto: 'UDP' })];
    expect((await heeded([syn(0), syn(1)], rows)).join).toMatchObject({ joined: 0, unmatched: [0, 1, 2] });
  });
  test('IPv6 that the capture does not have', async () => {
    const rows = [drop(0, { from: 'fd00::1 50000', to: 'fd00::2 443' })];
    expect((await heeded([syn(0)], rows)).join).toMatchObject({ joined: 0, unmatched: [0] });
  });
  test('a connection that works does not care', async () => {
    const back = { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 443, destinationPort: 50_000 };
    const frames = [
      syn(0),
      syn(1),
      tcp({ ...back, flags: 'SA', sequence: 1, acknowledgment: 1001, time: 1.01 }),
      tcp({ ...CLIENT, flags: 'A', sequence: 1001, acknowledgment: 2, time: 1.02 }),
    ];
    expect((await heeded(frames, [drop(0)])).views[0]).toMatchObject({ outcome: 'established', drop: null });
  });
  test('a log that says nothing proves nothing', async () => {
    expect((await heeded([syn(0), syn(1)], [])).views[0]).toMatchObject({ outcome: 'no-answer', drop: null });
  });
});
