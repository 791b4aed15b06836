/** The same addresses in several VLANs or tunnels: judged apart only where the capture proves that they are two networks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, Report } from '../../src/assess/types.ts';
import { compare } from '../../src/compare/compare.ts';
import { inVlan, type TestFrame } from '../track/frames.ts';
import {
  CLIENT,
  DC,
  DP,
  type Ends,
  findingsOf,
  held,
  inTime,
  MP,
  OTHER_CLIENT,
  ruleOf,
  site,
  TCP_EVENTS,
  type TrafficEvent,
  traffic,
  UDP_EVENTS,
} from './traffic.ts';

const TOPOLOGY = site();
const SMB: Ends = { client: CLIENT, server: DC, port: 445 };
const DNS: Ends = { client: CLIENT, server: DC, port: 53 };
const LDAP: Ends = { client: CLIENT, server: DC, port: 389 };

const within = (vlan: number, frames: readonly TestFrame[]): TestFrame[] => frames.map((frame) => inVlan(frame, vlan));
const event = (vlan: number, what: TrafficEvent, ends: Ends, time: number): TestFrame[] =>
  vlan === 0 ? traffic(what, ends, time) : within(vlan, traffic(what, ends, time));
const blocked = (report: Report) => findingsOf(report, 'blocked-required');
const intermittent = (report: Report) => report.undecided.filter(({ reason }) => reason.startsWith('some connections'));

/** SMB works in VLAN 10 and is silent in VLAN 20, where other things work. */
const twoTenants = [
  ...event(10, 'established', SMB, 1),
  ...event(20, 'established', LDAP, 1),
  ...event(20, 'silent', SMB, 2),
  ...event(10, 'established', LDAP, 12),
];

describe('a service that works in one VLAN and is blocked in another', () => {
  test('is told of the VLAN where it is blocked, with a filter that shows it', () => {
    const report = held(twoTenants, TOPOLOGY);
    const [finding, ...more] = blocked(report);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'high',
      certainty: 'proven',
      network: 'VLAN 20',
      outcome: 'no-answer',
      count: 1,
      attempts: 4,
      display_filter: `ip.addr == ${CLIENT} && ip.addr == ${DC} && vlan.id == 20 && tcp.port == 445`,
    });
    expect(finding.message).toContain('on tcp/445 in VLAN 20');
    expect(finding.message).toContain('It works in VLAN 10.');
    expect(finding.remedy).toContain('tcp/445 in VLAN 20');
    expect(intermittent(report)).toEqual([]);
    expect(ruleOf(report, finding.rule[0]).state).toBe('partly-blocked');
    expect(report.pairs.filter(({ dest_port }) => dest_port === 445)).toEqual([
      { src: CLIENT, dest: 'dc01', proto: 'tcp', dest_port: 445, network: 'VLAN 10', state: 'works' },
      { src: CLIENT, dest: 'dc01', proto: 'tcp', dest_port: 445, network: 'VLAN 20', state: 'blocked' },
    ]);
    expect(report.endpoints.filter(({ ip }) => ip === CLIENT)).toHaveLength(1);
  });

  test('a rejection is told of its VLAN, too', () => {
    for (const outcome of ['refused', 'prohibited'] as const) {
      const frames = [...event(10, 'established', SMB, 1), ...event(20, outcome, SMB, 1)];
      expect(blocked(held(frames, TOPOLOGY))).toMatchObject([{ network: 'VLAN 20', outcome }]);
    }
  });

  test('the same in two VLANs is told of each', () => {
    const frames = [...twoTenants, ...event(30, 'refused', SMB, 4)];
    const told = blocked(held(frames, TOPOLOGY));
    expect(told.map(({ network, outcome }) => [network, outcome])).toEqual([
      ['VLAN 20', 'no-answer'],
      ['VLAN 30', 'refused'],
    ]);
  });

  test('an answer over UDP in one VLAN is none in the other', () => {
    const frames = [
      ...event(10, 'answered', DNS, 1),
      ...event(20, 'established', LDAP, 1),
      ...event(20, 'ignored', DNS, 2),
      ...event(20, 'answered', { ...DNS, client: OTHER_CLIENT }, 3),
      ...event(10, 'established', LDAP, 12),
    ];
    expect(blocked(held(frames, TOPOLOGY))).toMatchObject([
      { network: 'VLAN 20', proto: 'udp', dest_port: 53, certainty: 'proven', outcome: 'no-answer' },
    ]);
  });

  test('with the same ports in both, an answer over UDP in one VLAN is none in the other', () => {
    const ends = { ...DNS, clientPort: 53_000 };
    const frames = [
      ...event(10, 'answered', ends, 1),
      ...event(20, 'established', LDAP, 1),
      ...event(20, 'ignored', ends, 2),
      ...event(10, 'established', LDAP, 12),
    ];
    expect(blocked(held(frames, TOPOLOGY))).toMatchObject([
      { network: 'VLAN 20', proto: 'udp', dest_port: 53, certainty: 'likely', outcome: 'no-answer', attempts: 4 },
    ]);
  });

  test('a comparison does not take what works in another VLAN for mended', () => {
    const before = held(twoTenants, TOPOLOGY);
    const became = (later: Report) =>
      compare(before, later, { before: 'a', after: 'b' }).changes.find(({ finding }) => finding.network === 'VLAN 20');
    const after = held([...event(10, 'established', SMB, 1), ...event(20, 'established', LDAP, 1)], TOPOLOGY);
    expect(became(after)).toMatchObject({ change: 'no-longer-seen' });
    const again = held(
      [
        ...event(10, 'established', SMB, 1),
        ...event(20, 'established', LDAP, 1),
        ...event(20, 'established', SMB, 2),
        ...event(10, 'refused', LDAP, 2),
      ],
      TOPOLOGY,
    );
    expect(became(again)).toMatchObject({ change: 'fixed' });
  });
});

describe('what does not prove that they are two networks is judged as one', () => {
  const joined = (frames: readonly TestFrame[]): void => {
    const report = held(frames, TOPOLOGY);
    expect(report.findings.filter(({ network }) => network !== undefined)).toEqual([]);
    expect(blocked(report).filter(({ dest_port }) => dest_port === 445)).toEqual([]);
    expect(intermittent(report)).toHaveLength(1);
  };

  test('one connection shows in both', () => {
    const shared = traffic('established', { client: OTHER_CLIENT, server: MP, port: 80 }, 5);
    joined([...twoTenants, ...within(10, shared), ...within(20, shared)]);
  });

  test('one connection goes there in one and comes back in the other', () => {
    const shared = traffic('established', { client: OTHER_CLIENT, server: MP, port: 80 }, 5);
    joined([...twoTenants, ...shared.map((frame, i) => inVlan(frame, [10, 20, 10, 10, 20, 10, 20][i]))]);
  });

  test('by way of a third network', () => {
    const one = traffic('established', { client: OTHER_CLIENT, server: MP, port: 80 }, 5);
    const other = traffic('established', { client: OTHER_CLIENT, server: DP, port: 80 }, 5);
    joined([...twoTenants, ...within(10, one), ...within(30, one), ...within(30, other), ...within(20, other)]);
  });

  test('an exchange over UDP shows in both', () => {
    const shared = traffic('answered', { client: OTHER_CLIENT, server: DC, port: 53 }, 5);
    joined([...twoTenants, ...within(10, shared), ...within(20, shared)]);
  });

  test.each<[string, Parameters<typeof event>[]]>([
    [
      'a network shows no answer between the two addresses',
      [
        [10, 'established', SMB, 1],
        [20, 'silent', SMB, 2],
        [20, 'established', { ...LDAP, client: OTHER_CLIENT }, 1],
        [10, 'established', LDAP, 12],
      ],
    ],
    [
      'one of the networks has no tag',
      [
        [10, 'established', SMB, 1],
        [0, 'established', LDAP, 1],
        [0, 'silent', SMB, 2],
        [10, 'established', LDAP, 12],
      ],
    ],
    [
      'one network comes after the other: the same hosts may have moved',
      [
        [20, 'established', LDAP, 1],
        [20, 'silent', SMB, 2],
        [10, 'established', SMB, 30],
        [10, 'established', LDAP, 40],
      ],
    ],
  ])('%s', (_, events) => joined(events.flatMap((one) => event(...one))));

  test('a connection shares its frames between one of them and frames without tag', () => {
    const shared = traffic('established', { client: OTHER_CLIENT, server: MP, port: 80 }, 5);
    joined([...twoTenants, ...shared.map((frame, i) => (i % 2 === 0 ? inVlan(frame, 20) : frame))]);
  });

  test('a question over UDP with the same ports, where nothing else shows two networks', () => {
    const ends = { ...DNS, clientPort: 53_000 };
    const report = held([...event(10, 'answered', ends, 1), ...event(20, 'ignored', ends, 2)], TOPOLOGY);
    expect(blocked(report)).toEqual([]);
    expect(report.findings.filter(({ network }) => network !== undefined)).toEqual([]);
  });
});

const PORTS = [53, 80, 88, 389, 443, 445];
const ends: fc.Arbitrary<Ends> = fc.record({
  client: fc.constantFrom(CLIENT, OTHER_CLIENT),
  server: fc.constantFrom(DC, MP),
  port: fc.constantFrom(...PORTS),
});
const happenings = fc.array(
  fc.record({
    what: fc.constantFrom<TrafficEvent>(...TCP_EVENTS, ...UDP_EVENTS.filter((one) => one !== 'tftp')),
    ends,
    time: fc.integer({ min: 0, max: 300 }),
  }),
  { minLength: 2, maxLength: 14 },
);
const framesOf = (list: readonly { what: TrafficEvent; ends: Ends; time: number }[]): TestFrame[][] =>
  list.map(({ what, ends: between, time }) => traffic(what, between, time / 10));
const essence = ({ kind, src_ip, dest_ip, proto, dest_port, outcome }: Finding): string =>
  [kind, src_ip, dest_ip, proto, dest_port, outcome].join(' ');

describe('never a wrong "blocked"', () => {
  const WORKING = ['established', 'answered', 'midstream', 'slow'] as const;
  const working = fc.array(
    fc.record({ what: fc.constantFrom(...WORKING), ends, time: fc.integer({ min: 0, max: 300 }) }),
    { minLength: 1, maxLength: 14 },
  );
  const numRuns = Number(process.env.PCAPCHECK_CUTS ?? 100);

  test('whatever tag each frame of working traffic carries, and however often it shows', () => {
    fc.assert(
      fc.property(
        working,
        fc.infiniteStream(fc.constantFrom([0], [10], [20], [10, 20], [30, 10], [0, 10])),
        (list, tags) => {
          const frames = inTime(framesOf(list).flat()).flatMap((frame) =>
            tags.next().value.map((vlan: number) => (vlan === 0 ? frame : inVlan(frame, vlan))),
          );
          expect(blocked(held(frames, TOPOLOGY))).toEqual([]);
        },
      ),
      { numRuns },
    );
  });

  test('a network is accused of nothing that its own frames alone do not show', () => {
    fc.assert(
      fc.property(happenings, happenings, (one, other) => {
        const networks = new Map([
          ['VLAN 10', framesOf(one).flat()],
          ['VLAN 20', framesOf(other).flat()],
        ]);
        const frames = [...within(10, networks.get('VLAN 10')!), ...within(20, networks.get('VLAN 20')!)];
        for (const finding of blocked(held(frames, TOPOLOGY))) {
          if (finding.network === undefined) continue;
          const alone = blocked(held(networks.get(finding.network)!, TOPOLOGY));
          expect(alone.map(essence)).toContain(essence(finding));
        }
      }),
      { numRuns },
    );
  });

  test('one network with tags by direction, by connection or as routed copies accuses nobody who is not accused without tags', () => {
    const ways = fc.constantFrom<(frame: TestFrame, connection: number) => number[]>(
      (frame) => [frame.bytes[12 + 3] === 11 ? 10 : 20],
      (_, connection) => [10, 10 + 10 * (connection % 2)],
      () => [10, 20],
      (_, connection) => (connection === 0 ? [10, 20] : [10 + 10 * (connection % 2)]),
    );
    fc.assert(
      fc.property(happenings, ways, (list, way) => {
        const all = [traffic('established', { client: OTHER_CLIENT, server: DP, port: 80 }, 0.5), ...framesOf(list)];
        const tagged = all.flatMap((frames, i) =>
          frames.flatMap((frame) => [...new Set(way(frame, i))].map((vlan) => inVlan(frame, vlan))),
        );
        const plain = blocked(held(all.flat(), TOPOLOGY)).map(essence);
        for (const finding of blocked(held(tagged, TOPOLOGY)))
          if (finding.network === undefined) expect(plain).toContain(essence(finding));
      }),
      { numRuns },
    );
  });

  test('a tag on every frame changes no finding', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        const frames = framesOf(list).flat();
        const { captures: _, ...plain } = held(frames, TOPOLOGY);
        const { captures: __, ...tagged } = held(within(10, frames), TOPOLOGY);
        const bytes = (report: Partial<Report>): string => JSON.stringify(report).replaceAll(/"bytes":\d+/g, '');
        expect(bytes(tagged)).toBe(bytes(plain));
      }),
      { numRuns },
    );
  });
});
