/** What holds for any capture and any topology. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNKNOWN_SERVICE } from '../../src/assess/rpc-report.ts';
import type { Report } from '../../src/assess/types.ts';
import { ROLES } from '../../src/catalog/index.ts';
import { FORMAT_NAMES, FORMATS } from '../../src/report/formats.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { parseSite } from '../../src/site/index.ts';
import type { TestFrame } from '../track/frames.ts';
import {
  CLIENT,
  DC,
  DP,
  type Ends,
  FIREWALL,
  findingsOf,
  inTime,
  judged,
  LONGEST,
  MP,
  OTHER_CLIENT,
  SITE_SERVER,
  SQL,
  SUP,
  site,
  TCP_EVENTS,
  type TrafficEvent,
  traffic,
  UDP_EVENTS,
  until,
} from './traffic.ts';

const ADDRESSES = [CLIENT, OTHER_CLIENT, MP, DP, SUP, DC, SQL, SITE_SERVER, '10.7.0.1', '93.184.216.34'];
const PORTS = [23, 53, 67, 69, 80, 88, 135, 389, 443, 445, 514, 1433, 3268, 4444, 8530, 8531, 10_123, 49_200];
const WORKING = ['established', 'answered', 'tftp', 'midstream'] as const;
const MINUTE = 60;

const ends: fc.Arbitrary<Ends> = fc
  .record({
    client: fc.constantFrom(...ADDRESSES),
    server: fc.constantFrom(...ADDRESSES, '239.1.2.3', '255.255.255.255'),
    port: fc.constantFrom(...PORTS),
  })
  .filter(({ client, server }) => client !== server);

/** Frames of some events, all of which are over before the minute is. */
function capture(events: readonly TrafficEvent[], most = 12): fc.Arbitrary<TestFrame[]> {
  const one = fc.record({
    event: fc.constantFrom(...events),
    ends,
    time: fc.integer({ min: 0, max: (MINUTE - LONGEST) * 10 }),
  });
  return fc
    .array(one, { minLength: 1, maxLength: most })
    .map((list) => inTime(list.flatMap(({ event, ends, time }) => traffic(event, portsOf(event, ends), time / 10))));
}

const portsOf = (event: TrafficEvent, ends: Ends): Ends => (event === 'tftp' ? { ...ends, port: 69 } : ends);

const ALL_EVENTS = [...TCP_EVENTS, ...UDP_EVENTS];
const TOPOLOGY = site('forbid:\n  - { id: no-telnet, from: any, to: any, transport: tcp, ports: [23] }');

const source = (frame: TestFrame): string => frame.bytes.slice(12, 16).join('.');
const destination = (frame: TestFrame): string => frame.bytes.slice(16, 20).join('.');
const isTold = (outcome: string | null): boolean => outcome === 'prohibited' || outcome === 'unreachable';

describe('a capture that shows one direction', () => {
  /** Of each pair of addresses the packets of one side, as asymmetric routing past a mirror port leaves them. */
  function oneDirection(frames: readonly TestFrame[], keepsLower: (pair: string) => boolean): TestFrame[] {
    return frames.filter((frame) => {
      const [low, high] = [source(frame), destination(frame)].sort();
      return (source(frame) === low) === keepsLower(`${low} ${high}`);
    });
  }
  const sides = fc.func(fc.boolean());

  test('accuses nobody of blocking, but where an ICMP error in the captured direction says so', () => {
    fc.assert(
      fc.property(capture(ALL_EVENTS), sides, (frames, keepsLower) => {
        const kept = [...oneDirection(frames, keepsLower), until(MINUTE)];
        const report = judged(kept, TOPOLOGY);
        const blocked = findingsOf(report, 'blocked-required');
        expect(blocked.filter(({ outcome }) => !isTold(outcome))).toEqual([]);
        // What an ICMP error says there, it says in the whole capture too, or some other connection got through.
        const whole = judged([...frames, until(MINUTE)], TOPOLOGY);
        const known = (key: string) =>
          [...findingsOf(whole, 'blocked-required'), ...intermittent(whole)].some((one) =>
            JSON.stringify(one).includes(key),
          );
        for (const { src_ip, dest_ip, proto, dest_port } of blocked) {
          expect(known(`"dest_ip":"${dest_ip}"`) || known(`${proto}/${dest_port}`), `${src_ip} ${dest_ip}`).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('without the ICMP errors, accuses nobody at all', () => {
    fc.assert(
      fc.property(capture(ALL_EVENTS), sides, (frames, keepsLower) => {
        const kept = oneDirection(frames, keepsLower).filter((frame) => frame.bytes[9] !== 1);
        const report = judged([...kept, until(MINUTE)], TOPOLOGY);
        expect(findingsOf(report, 'blocked-required')).toEqual([]);
        expect(findingsOf(report, 'wsus-port-pair')).toEqual([]);
        expect(report.connections.blocked).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test('never says of a forbidden or unexpected connection that it did not get through', () => {
    fc.assert(
      fc.property(capture(ALL_EVENTS), sides, (frames, keepsLower) => {
        const kept = oneDirection(frames, keepsLower).filter((frame) => frame.bytes[9] !== 1);
        const report = judged([...kept, until(MINUTE)], TOPOLOGY);
        expect(report.findings.filter(({ message }) => /did not get through|0 of them answered/.test(message))).toEqual(
          [],
        );
      }),
      { numRuns: 100 },
    );
  });
});

const intermittent = (report: Report) => report.undecided.filter(({ reason }) => reason.startsWith('some connections'));

describe('traffic that works', () => {
  test('is never called blocked, wherever the capture begins and ends', () => {
    fc.assert(
      fc.property(capture(WORKING), fc.nat(), fc.nat(), (frames, a, b) => {
        const [from, to] = [a % (frames.length + 1), b % (frames.length + 1)].sort((x, y) => x - y);
        const report = judged(frames.slice(from, to), TOPOLOGY);
        expect(findingsOf(report, 'blocked-required')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('each frame captured twice, the time to live one lower', () => {
  const copyOf = (frame: TestFrame): TestFrame => {
    const bytes = frame.bytes.slice();
    bytes[8]--;
    return { ...frame, bytes, nanoseconds: Math.min(frame.nanoseconds + 20_000, 999_999_999) };
  };
  const doubled = (frames: readonly TestFrame[]) => frames.flatMap((frame) => [frame, copyOf(frame)]);

  test('gives the same findings with the same counts', () => {
    const essence = (report: Report) => report.findings.map(({ frames: _, last_ts: __, ...rest }) => rest);
    fc.assert(
      fc.property(capture([...TCP_EVENTS, 'answered', 'ignored', 'port-unreachable']), (frames) => {
        const once = judged([...frames, until(MINUTE)], TOPOLOGY);
        const twice = judged([...doubled(frames), until(MINUTE)], TOPOLOGY);
        expect(essence(twice)).toEqual(essence(once));
        expect(twice.rules).toEqual(once.rules);
        expect(twice.undecided).toEqual(once.undecided);
      }),
      { numRuns: 100 },
    );
  });

  test('counts a question that was answered once', () => {
    const [finding] = findingsOf(
      judged(doubled(traffic('answered', { client: CLIENT, server: SQL, port: 23 }, 1)), TOPOLOGY),
      'unexpected-port',
    );
    expect(finding.attempts).toBe(1);
  });
});

const assignable = ROLES.map(({ id }) => id).filter((id) => {
  try {
    parseSite(JSON.stringify({ version: 1, hosts: [{ name: 'A', roles: [id] }] }));
    return true;
  } catch {
    return false;
  }
});

const portText = fc.oneof(fc.constantFrom(...PORTS), fc.constantFrom('1-1023', '49152-65535', '63000-64000'));
const own = fc.array(
  fc.record({
    from: fc.constantFrom('any', 'client', 'internet', '10.0.0.0/8', MP, 'H0'),
    to: fc.constantFrom('any', 'mp', 'internet', '10.1.0.0/16', DC, 'H0'),
    transport: fc.constantFrom('tcp', 'udp', 'icmp'),
    ports: fc.array(portText, { minLength: 1, maxLength: 3 }),
    need: fc.constantFrom('required', 'optional'),
  }),
  { maxLength: 4 },
);

/** Any valid topology about the addresses of the captures. */
const topology: fc.Arbitrary<string> = fc
  .record({
    catalogs: fc.record({
      configmgr: fc.constantFrom<unknown>(true, false, { date: '2020-05-01' }, { date: '2025-12-08' }),
      'windows-server': fc.boolean(),
      'hybrid-identity': fc.constantFrom<unknown>(true, false, { version: '2017-02' }, { version: '2025-04' }),
      'internet-endpoints': fc.boolean(),
    }),
    settings: fc.record(
      {
        client_http_port: fc.constantFrom(80, 8080),
        client_https_port: fc.constantFrom(443, 4444),
        wsus_http_port: fc.constantFrom(80, 8530, 65_535),
        sql_port: fc.constantFrom(1433, 49_200),
        dynamic_rpc_range: fc.constantFrom('49152-65535', '5000-6000'),
        tftp_port_range: fc.constantFrom('49152-65535', '60000-60010'),
      },
      { requiredKeys: [] },
    ),
    hosts: fc
      .array(
        fc.record({
          roles: fc.uniqueArray(fc.constantFrom(...assignable), { maxLength: 5 }),
          os: fc.constantFrom(undefined, 'windows-server-2022', 'windows-server-2003'),
        }),
        { minLength: 1, maxLength: ADDRESSES.length },
      )
      .map((list) => list.map((host, i) => ({ name: `H${i}`, addresses: [ADDRESSES[i]], ...host }))),
    networks: fc
      .uniqueArray(fc.constantFrom('10.0.0.0/8', '10.1.0.0/24', '10.7.0.0/16', '93.184.216.0/24'), { maxLength: 3 })
      .chain((cidrs) =>
        fc.tuple(
          ...cidrs.map((cidr, i) =>
            fc
              .uniqueArray(fc.constantFrom(...assignable), { maxLength: 3 })
              .map((roles) => ({ name: `N${i}`, cidr, roles })),
          ),
        ),
      ),
    expect: own,
    forbid: own,
  })
  .map(({ expect, forbid, ...rest }) => {
    const numbered = (rules: { transport: string; ports: unknown; need: string }[], keepNeed: boolean) =>
      rules.map(({ ports, need, ...rule }, i) => ({
        id: `own-${i}`,
        ...rule,
        ...(rule.transport === 'icmp' ? {} : { ports }),
        ...(keepNeed ? { need } : {}),
      }));
    return JSON.stringify({ version: 1, ...rest, expect: numbered(expect, true), forbid: numbered(forbid, false) });
  });

/** Frames as damage, offloading and other link types leave them. */
const anyFrame: fc.Arbitrary<TestFrame> = fc
  .record({
    bytes: fc.uint8Array({ maxLength: 120 }),
    extra: fc.nat(1500),
    time: fc.nat(59_000),
    linkType: fc.constantFrom(0, 1, 12, 101, 113, 147, 228, 229, 276),
  })
  .map(({ bytes, extra, time, linkType }) => ({
    bytes,
    length: bytes.length + extra,
    seconds: 1_700_000_000 + Math.floor(time / 1000),
    nanoseconds: (time % 1000) * 1_000_000,
    linkType,
  }));

/** Valid traffic, some frames of which are cut, changed, fragmented or moved to IPv6. */
const damaged: fc.Arbitrary<TestFrame[]> = capture(ALL_EVENTS).chain((frames) =>
  fc
    .array(
      fc.record({
        at: fc.nat(frames.length - 1),
        how: fc.constantFrom('cut', 'flip', 'fragment', 'ipv6'),
        value: fc.nat(255),
        where: fc.nat(200),
      }),
    )
    .map((changes) => {
      const result = [...frames];
      for (const { at, how, value, where } of changes) result[at] = change(result[at], how, value, where);
      return result;
    }),
);

function change(frame: TestFrame, how: string, value: number, where: number): TestFrame {
  const bytes = frame.bytes.slice();
  if (bytes.length < 20) return frame;
  if (how === 'cut') return { ...frame, bytes: bytes.slice(0, where % bytes.length) };
  if (how === 'flip') bytes[where % bytes.length] = value;
  else if (how === 'fragment') {
    bytes[6] = value & 0x20;
    bytes[7] = where & 1 ? 2 : 0;
  } else return overIpv6(frame);
  return { ...frame, bytes };
}

/** The same packet between addresses of fd00::/96 with the IPv4 ones behind. */
function overIpv6(frame: TestFrame): TestFrame {
  const payload = frame.bytes.slice(20);
  const bytes = new Uint8Array(40 + payload.length);
  bytes[0] = 0x60;
  new DataView(bytes.buffer).setUint16(4, payload.length);
  bytes[6] = frame.bytes[9];
  bytes[7] = 64;
  for (const at of [8, 24]) bytes[at] = 0xfd;
  bytes.set(frame.bytes.slice(12, 16), 20);
  bytes.set(frame.bytes.slice(16, 20), 36);
  bytes.set(payload, 40);
  return { ...frame, bytes, length: bytes.length };
}

describe('any frames against any topology', () => {
  const frames = fc.oneof(
    capture(ALL_EVENTS),
    damaged,
    fc.tuple(damaged, fc.array(anyFrame)).map(([one, other]) => inTime([...one, ...other])),
    fc.array(anyFrame),
  );

  test('give a report that fits its schema, in every format, and whose numbers add up', async () => {
    await fc.assert(
      fc.asyncProperty(frames, topology, fc.nat(1), async (list, yaml, dropped) => {
        const report = judged(list, yaml, dropped);
        reportSchema.parse(report);
        for (const name of FORMAT_NAMES) {
          for (const _piece of (await FORMATS[name].load())(report, {
            width: 80,
            color: true,
            verbose: true,
            bom: true,
          }));
        }
        const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
        const { coverage, connections, matrix, findings } = report;
        expect(coverage.frames).toBe(list.length);
        expect(coverage.judged).toBeGreaterThanOrEqual(0);
        expect(coverage.judged + sum(Object.values(coverage.not_judged))).toBe(list.length);
        const { total, blocked_likely: likely, forbidden, unknown_endpoint: unknown, ...parts } = connections;
        expect(likely).toBeLessThanOrEqual(parts.blocked);
        expect(forbidden + unknown).toBeLessThanOrEqual(parts.unexpected);
        expect(sum(Object.values(parts))).toBe(total);
        expect(sum(matrix.map((row) => row.connections))).toBe(total);
        expect(sum(matrix.flatMap(({ outcomes }) => Object.values(outcomes)))).toBe(total);
        // Of those it is told that nobody knows their service; whether they got through is known.
        const undecided = report.undecided.filter(({ reason }) => reason !== UNKNOWN_SERVICE);
        expect(sum(undecided.map(({ count }) => count))).toBe(connections.undecided);
        for (const finding of findings) {
          expect(finding.frames).toEqual([...new Set(finding.frames)].sort((a, b) => a - b));
          expect(finding.frames.every((frame) => frame >= 1 && frame <= list.length)).toBe(true);
          if (finding.first_ts !== null) expect(finding.first_ts <= finding.last_ts!).toBe(true);
        }
      }),
      { numRuns: 120 },
    );
  });

  test('one finding for the same kind, ends, port and outcome', () => {
    fc.assert(
      fc.property(frames, topology, (list, yaml) => {
        const seen = new Set<string>();
        for (const { kind, src_ip, dest_ip, proto, dest_port, outcome, rule, count } of judged(list, yaml).findings) {
          if (kind === 'required-not-seen' || src_ip === null || dest_ip === null) continue;
          expect(count).toBeGreaterThan(0);
          const key = JSON.stringify([kind, src_ip, dest_ip, proto, dest_port, outcome]);
          expect(seen.has(key), `${key} ${rule}`).toBe(false);
          seen.add(key);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('the firewall that sends the ICMP errors is no part of the site', () => {
  expect(TOPOLOGY).not.toContain(FIREWALL);
});
