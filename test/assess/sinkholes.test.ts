/** Answers of DNS that lead nowhere: told where nothing better came for the same client and name, and in no other case. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leadsNowhere } from '../../src/assess/sinkholes.ts';
import type { Finding } from '../../src/assess/types.ts';
import { Observation } from '../../src/track/observation.ts';
import { merge, partOf } from '../track/analyze.ts';
import { type TestFrame, tcp, udp } from '../track/frames.ts';
import { clientHello, type DnsOptions, dnsMessage } from '../track/openings.ts';
import { DC, held, inTime, judged, SITE_SERVER, until } from './traffic.ts';

const SECOND = '10.0.0.51';
const WEB = '203.0.113.5';
const NAME = 'download.microsoft.com';
const A = 1;
const AAAA = 28;
const NOWHERE6 = new Array<number>(16).fill(0);
const LOOPBACK6 = [...new Array<number>(15).fill(0), 1];
const GOOD6 = [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 5];

const TOPOLOGY = `
version: 1
catalogs: { configmgr: true, windows-server: true, hybrid-identity: false, internet-endpoints: true }
hosts:
  - { name: CM01, addresses: [${SITE_SERVER}], roles: [site-server, scp, cmg-connection-point] }
  - { name: MP01.contoso.com, addresses: [10.0.0.20], roles: [management-point] }
  - { name: DC01, addresses: [${DC}], roles: [domain-controller, dns-server] }
  - { name: DC02, addresses: [${SECOND}], roles: [domain-controller, dns-server] }
networks:
  - { name: clients, cidr: 10.1.0.0/24, roles: [client] }
`;

let port = 40_000;

interface Asked extends DnsOptions {
  name?: string;
  client?: string;
  server?: string;
  type?: number;
  /** What the server answers; null: nothing. */
  data?: readonly number[] | null;
}

function ask(time: number, { name = NAME, client = SITE_SERVER, server = DC, type = A, data = null, ...more }: Asked) {
  const own = port++;
  const query = udp(
    { source: client, destination: server, sourcePort: own, destinationPort: 53, time },
    dnsMessage(name, { type }),
  );
  if (data === null && more.rcode === undefined) return [query];
  const answers = data === null ? [] : [{ name, type, data }];
  return [
    query,
    udp(
      { source: server, destination: client, sourcePort: 53, destinationPort: own, time: time + 0.01 },
      dnsMessage(name, { type, answers, ...more }),
    ),
  ];
}
const ipv4 = (text: string): number[] => text.split('.').map(Number);

function found(frames: readonly TestFrame[]): Finding[] {
  return held(frames, TOPOLOGY).findings.filter(({ kind }) => kind.endsWith('-unresolved'));
}

describe('told', () => {
  test.each(['0.0.0.0', '127.0.0.1', '127.255.0.9'])('%s: what the answer was, by whom, and where', (address) => {
    const [finding, ...rest] = found(ask(1, { data: ipv4(address) }));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'endpoint-unresolved',
      severity: 'medium',
      certainty: 'proven',
      src_ip: SITE_SERVER,
      dest_ip: DC,
      frames: [1, 2],
      count: 1,
      attempts: 1,
    });
    expect(finding!.message).toContain(`DC01 (${DC}) answers ${address} (frame 2)`);
    expect(finding!.remedy).toContain(`off the block list of DC01 (${DC})`);
  });

  test('with the same for IPv6, nothing for IPv6, or an error for it', () => {
    const sunk = ask(1, { data: [0, 0, 0, 0] });
    const [both] = found([...sunk, ...ask(2, { type: AAAA, data: NOWHERE6 })]);
    expect(both!.message).toContain('answers 0.0.0.0 and ::');
    expect(both!.frames).toEqual([1, 2, 3, 4]);
    expect(found([...sunk, ...ask(2, { type: AAAA, data: LOOPBACK6 })])).toHaveLength(1);
    expect(found([...sunk, ...ask(2, { type: AAAA, rcode: 0 })])).toHaveLength(1);
    expect(found([...sunk, ...ask(2, { type: AAAA, rcode: 3 })])).toHaveLength(1);
  });

  test('of the server that said so, where another was asked first', () => {
    const [finding] = found([
      ...ask(1, { server: SECOND }),
      ...ask(2, { data: [0, 0, 0, 0] }),
      ...ask(3, { server: SECOND, rcode: 2 }),
    ]);
    expect(finding).toMatchObject({ dest_ip: DC });
    expect(finding!.message).toContain(`DC01 (${DC}) answers 0.0.0.0 (frame 3)`);
  });

  test('of the client that was told it, whatever another was told', () => {
    const told = found([
      ...ask(1, { data: [0, 0, 0, 0] }),
      ...ask(2, { client: '10.1.0.11', data: ipv4(WEB) }),
      ...ask(3, { client: '10.0.0.20', data: ipv4(WEB) }),
    ]);
    expect(told.map(({ src_ip }) => src_ip)).toEqual([SITE_SERVER]);
  });

  test('as likely where the capture lost packets then', () => {
    const report = judged([...ask(1, { data: [0, 0, 0, 0] }), until(60)], TOPOLOGY, [{ fromSeconds: 0, toSeconds: 3 }]);
    expect(report.findings.find(({ kind }) => kind === 'endpoint-unresolved')).toMatchObject({ certainty: 'likely' });
  });
});

describe('not told', () => {
  const sunk = () => ask(5, { data: [0, 0, 0, 0] });

  test('where a good address came before or after, from any server, for either family', () => {
    expect(found([...sunk(), ...ask(8, { data: ipv4(WEB) })])).toEqual([]);
    expect(found([...ask(2, { data: ipv4(WEB) }), ...sunk()])).toEqual([]);
    expect(found([...sunk(), ...ask(8, { server: SECOND, data: ipv4(WEB) })])).toEqual([]);
    expect(found([...sunk(), ...ask(8, { type: AAAA, data: GOOD6 })])).toEqual([]);
    expect(found([...ask(5, { data: ipv4(WEB) }), ...ask(6, { type: AAAA, data: NOWHERE6 })])).toEqual([]);
  });

  test('for IPv6 alone: the address of IPv4 may be in the cache', () => {
    expect(found(ask(5, { type: AAAA, data: NOWHERE6 }))).toEqual([]);
    expect(found([...ask(5, { type: AAAA, data: LOOPBACK6 }), ...ask(6, {})])).toEqual([]);
  });

  test.each([
    '10.0.0.90',
    '192.168.1.1',
    '169.254.1.1',
    '100.64.0.1',
    '146.112.61.104',
    '0.0.0.1',
    '1.0.0.0',
    '128.0.0.1',
  ])('%s may be what the site wants: split DNS, a cache of its own, a gateway, a page that says why', (address) => {
    expect(found(ask(5, { data: ipv4(address) }))).toEqual([]);
  });

  test('where an answer refers to TCP, which the capture does not hold', () => {
    expect(found([...ask(5, { type: AAAA, data: NOWHERE6 }), ...ask(6, { truncated: true, rcode: 0 })])).toEqual([]);
  });

  test('for names that nobody lists, hosts of the site among them, and clients outside of the topology', () => {
    expect(found(ask(5, { name: 'ads.example', data: [0, 0, 0, 0] }))).toEqual([]);
    expect(found(ask(5, { name: 'mp01.contoso.com', client: '10.0.0.20', data: ipv4('127.0.0.1') }))).toEqual([]);
    expect(found(ask(5, { name: 'settings-win.data.microsoft.com', data: [0, 0, 0, 0] }))).toEqual([]);
    expect(found(ask(5, { client: '192.0.2.7', data: [0, 0, 0, 0] }))).toEqual([]);
  });

  test('where the client gets to the name all the same', () => {
    const up = { source: SITE_SERVER, destination: WEB, sourcePort: port, destinationPort: 443 };
    const down = { source: WEB, destination: SITE_SERVER, sourcePort: 443, destinationPort: port++ };
    const connection = [
      tcp({ ...up, flags: 'S', sequence: 99, time: 8 }),
      tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: 100, time: 8.01 }),
      tcp({ ...up, sequence: 100, acknowledgment: 500, time: 8.02 }, clientHello(NAME)),
      tcp({ ...down, sequence: 500, acknowledgment: 300, time: 8.03 }, new Uint8Array(50).fill(7)),
    ];
    expect(found([...sunk(), ...connection])).toEqual([]);
  });
});

test('a host that the topology gives by name alone does not get the address of a filter', () => {
  const named = `${TOPOLOGY.replace('addresses: [10.0.0.20], ', '')}`;
  const frames = ask(5, { name: 'mp01.contoso.com', data: [0, 0, 0, 0] });
  const { endpoints } = held(frames, named);
  expect(endpoints.map(({ ip }) => ip)).not.toContain('0.0.0.0');
});

test('what leads nowhere is the unspecified address and the host itself, and nothing else', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(leadsNowhere(address)).toBe(address === '0.0.0.0' || Number(address.split('.')[0]) === 127);
    }),
  );
});

test('however the capture is cut, and in whatever order one client is told, the same is told', () => {
  const event = fc.constantFrom<Asked>(
    { data: [0, 0, 0, 0] },
    { data: ipv4('127.0.0.1') },
    { type: AAAA, data: NOWHERE6 },
    { rcode: 3 },
    { server: SECOND, data: [0, 0, 0, 0] },
    { data: ipv4(WEB) },
    { type: AAAA, data: GOOD6 },
    {},
  );
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), fc.nat(), (events, cut) => {
      const frames = inTime([...events.flatMap((one, i) => ask(i, one)), until(60)]);
      const at = cut % (frames.length + 1);
      const parts = [partOf(frames.slice(0, at), 3), partOf(frames.slice(at), 5)];
      const halves = judged(frames, TOPOLOGY, 0, undefined, new Observation(merge(parts)));
      const whole = judged(frames, TOPOLOGY);
      expect(halves.findings).toEqual(whole.findings);
      const answers = events.filter(({ data }) => data !== undefined);
      const good = answers.some(({ data }) => data!.join() === ipv4(WEB).join() || data === GOOD6);
      const sunkIpv4 = answers.some(({ type, data }) => type === undefined && (data![0] === 0 || data![0] === 127));
      const told = whole.findings.some(
        ({ kind, message }) => kind === 'endpoint-unresolved' && message.includes('leads nowhere'),
      );
      expect(told).toBe(sunkIpv4 && !good);
    }),
    { numRuns: 100 },
  );
});
