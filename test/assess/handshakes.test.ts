/** Alerts of TLS in the clear: told as a note where no handshake of the two got through, and never as a block. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/assess/types.ts';
import { Observation } from '../../src/track/observation.ts';
import { merge, partOf } from '../track/analyze.ts';
import { type TestFrame, tcp } from '../track/frames.ts';
import { clientHello, request } from '../track/openings.ts';
import {
  CLIENT,
  DP,
  held,
  inTime,
  judged,
  MP,
  OTHER_CLIENT,
  ruleOf,
  SITE_SERVER,
  SQL,
  site,
  until,
} from './traffic.ts';

const KIND = 'tls-handshake-failed';
const alert = (description: number, level = 2): Uint8Array => Uint8Array.from([0x15, 3, 3, 0, 2, level, description]);
const serverHello = (): Uint8Array =>
  Uint8Array.from([0x16, 3, 3, 0, 44, 2, 0, 0, 40, ...new Array<number>(40).fill(3)]);
/** An alert of TLS 1.2 under keys: 26 bytes. */
const encryptedAlert = (): Uint8Array => Uint8Array.from([0x15, 3, 3, 0, 26, ...new Array<number>(26).fill(2)]);
const hello = (name: string | null = 'mp01.contoso.com', version = 0x0301): Uint8Array =>
  clientHello(name, { version });

let port = 42_000;

interface Ends {
  client?: string;
  server?: string;
  serverPort?: number;
  /** Seen from its middle: no handshake of TCP. */
  isMiddle?: boolean;
}
/** What the sides say in turn, each a segment. */
type Talk = readonly (readonly ['client' | 'server', Uint8Array])[];

function connection(time: number, talk: Talk, { client = CLIENT, server = MP, serverPort = 443, isMiddle }: Ends = {}) {
  const own = port++;
  const up = { source: client, destination: server, sourcePort: own, destinationPort: serverPort };
  const down = { source: server, destination: client, sourcePort: serverPort, destinationPort: own };
  const frames: TestFrame[] = isMiddle
    ? []
    : [
        tcp({ ...up, flags: 'S', sequence: 99, time }),
        tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: 100, time: time + 0.01 }),
      ];
  const at = { client: 100, server: 500 };
  talk.forEach(([side, bytes], i) => {
    const [ends, sequence, acknowledgment] =
      side === 'client' ? [up, at.client, at.server] : [down, at.server, at.client];
    frames.push(tcp({ ...ends, sequence, acknowledgment, time: time + 0.02 + i / 100 }, bytes));
    at[side] += bytes.length;
  });
  return frames;
}
const refused = (description = 70, first = hello()): Talk => [
  ['client', first],
  ['server', alert(description)],
];
const works = (first = hello()): Talk => [
  ['client', first],
  ['server', serverHello()],
];

function found(frames: readonly TestFrame[], more = ''): Finding[] {
  return held(frames, site(more)).findings.filter(({ kind }) => kind === KIND);
}

describe('told', () => {
  test('an alert of the server, with its name, its frame and what the client offers; the rule works', () => {
    const report = held(connection(1, refused()), site());
    const [finding, ...rest] = report.findings.filter(({ kind }) => kind === KIND);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'info',
      certainty: 'proven',
      src_ip: CLIENT,
      dest_ip: MP,
      proto: 'tcp',
      dest_port: 443,
      outcome: null,
      frames: [4],
      count: 1,
      service: 'tls',
    });
    expect(finding!.message).toContain('the server ends the handshake with the alert protocol_version (70) (frame 4)');
    expect(finding!.message).toContain('The client offers TLS 1.0 at most. The port is open.');
    expect(finding!.remedy).toContain('How to enable TLS 1.2');
    expect(report.connections.blocked).toBe(0);
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(ruleOf(report, finding!.rule[0]!).state).toBe('works');
  });

  test.each([
    [40, 'handshake_failure (40)', 'cipher suite'],
    [48, 'unknown_ca (48)', 'certificate for client authentication'],
    [49, 'access_denied (49)', 'access rules'],
    [80, 'internal_error (80)', 'another version of TLS'],
    [112, 'unrecognized_name (112)', 'Require Server Name Indication'],
  ])('alert %i of the server: %s', (description, name, remedy) => {
    const [finding] = found(connection(1, refused(description)));
    expect(finding!.message).toContain(name);
    expect(finding!.remedy).toContain(remedy);
  });

  test('one that comes after its hello, as for a certificate of the client', () => {
    const [finding] = found(connection(1, [...works(), ['client', serverHello()], ['server', alert(42)]]));
    expect(finding!.message).toContain('the server ends the handshake with the alert bad_certificate (42) (frame 6)');
    expect(finding!.message).toContain('refuses the certificate of a client');
  });

  test('one of the client, which does not trust what arrives', () => {
    const [finding] = found(connection(1, [...works(), ['client', alert(48)]]));
    expect(finding!.message).toContain('the client ends the handshake with the alert unknown_ca (48) (frame 5)');
    expect(finding!.remedy).toContain('something inspects TLS on the way');
  });

  test('many connections as one, and each client for itself', () => {
    const told = found([
      ...connection(1, refused()),
      ...connection(3, refused(70, hello('mp01.contoso.com', 0x0302))),
      ...connection(5, refused(), { client: OTHER_CLIENT }),
      ...connection(7, works(), { client: SITE_SERVER }),
    ]);
    expect(told.map(({ src_ip, count }) => [src_ip, count])).toEqual([
      [CLIENT, 2],
      [OTHER_CLIENT, 1],
    ]);
    expect(told[0]!.message).toContain('(frame 4, 2 connections)');
    expect(told[0]!.message).toContain('TLS 1.0 or TLS 1.1 at most');
  });

  test('of one name, where another name of the address works', () => {
    const told = found([...connection(1, refused(112)), ...connection(3, works(hello('other.contoso.com')))]);
    expect(told).toHaveLength(1);
  });
});

describe('not told', () => {
  test.each<[string, Talk]>([
    [
      'a warning',
      [
        ['client', hello()],
        ['server', alert(112, 1)],
        ['server', serverHello()],
      ],
    ],
    [
      'a warning alone',
      [
        ['client', hello()],
        ['server', alert(70, 1)],
      ],
    ],
    ['an alert under keys', [...works(), ['server', encryptedAlert()]]],
    ['close_notify', [...works(), ['client', alert(0, 1)]]],
    ['user_canceled', [...works(), ['client', alert(90)]]],
    ['a number that is no alert', [...works(), ['server', alert(200)]]],
    [
      'an alert without a hello',
      [
        ['client', request('GET / HTTP/1.1', ['Host: a'])],
        ['server', alert(70)],
      ],
    ],
  ])('%s', (_, talk) => {
    expect(found(connection(1, talk))).toEqual([]);
  });

  test('where a handshake of the same two got through, before or after', () => {
    expect(found([...connection(1, refused()), ...connection(3, works())])).toEqual([]);
    expect(found([...connection(1, works()), ...connection(3, refused())])).toEqual([]);
  });

  test('where one got through of which nobody knows the name', () => {
    expect(found([...connection(1, refused()), ...connection(3, works(hello(null)))])).toEqual([]);
    expect(found([...connection(1, refused(40, hello(null))), ...connection(3, works())])).toEqual([]);
    const middle: Talk = [
      ['client', encryptedAlert()],
      ['server', encryptedAlert()],
    ];
    expect(found([...connection(1, refused()), ...connection(3, middle, { isMiddle: true })])).toEqual([]);
  });

  test('seen from the middle, nobody knows who is client', () => {
    expect(found(connection(1, refused(), { isMiddle: true }))).toEqual([]);
  });

  test('where no rule expects the traffic, or another protocol', () => {
    expect(found(connection(1, refused(), { server: DP, serverPort: 8443 }))).toEqual([]);
    expect(found(connection(1, refused(), { client: SITE_SERVER, server: SQL, serverPort: 445 }))).toEqual([]);
    expect(found(connection(1, refused(), { client: '192.0.2.9' }))).toEqual([]);
  });
});

test('however the capture is cut, and in whatever order, the same is told: a failure stands where nothing better came', () => {
  const event = fc.record({
    client: fc.constantFrom(CLIENT, OTHER_CLIENT),
    what: fc.constantFrom('refused', 'works', 'client', 'late') as fc.Arbitrary<
      'refused' | 'works' | 'client' | 'late'
    >,
  });
  const talks: Record<'refused' | 'works' | 'client' | 'late', () => Talk> = {
    refused: () => refused(),
    works: () => works(),
    client: () => [...works(), ['client', alert(42)]],
    late: () => [...works(), ['server', alert(40)]],
  };
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), fc.nat(), (events, cut) => {
      const frames = inTime([
        ...events.flatMap(({ client, what }, i) => connection(i, talks[what](), { client })),
        until(60),
      ]);
      const at = cut % (frames.length + 1);
      const parts = [partOf(frames.slice(0, at), 3), partOf(frames.slice(at), 5)];
      const halves = judged(frames, site(), 0, undefined, new Observation(merge(parts)));
      const whole = judged(frames, site());
      expect(halves.findings).toEqual(whole.findings);
      for (const client of [CLIENT, OTHER_CLIENT]) {
        const own = events.filter((one) => one.client === client).map(({ what }) => what);
        const kinds = own.includes('works') ? 0 : new Set(own).size;
        expect(whole.findings.filter(({ kind, src_ip }) => kind === KIND && src_ip === client)).toHaveLength(kinds);
      }
    }),
    { numRuns: 100 },
  );
});
