/** Findings about RPC ports: each is found, and each condition keeps it away. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENDPOINT_MAPPER, NOT_REGISTERED } from '../../src/protocols/endpoint-mapper.ts';
import * as rpc from '../protocols/rpc-build.ts';
import type { TestFrame } from '../track/frames.ts';
import { ask, talk } from './rpc-traffic.ts';
import {
  CLIENT,
  DC,
  DP,
  findingsOf,
  held,
  judged,
  OTHER_CLIENT,
  ruleOf,
  SITE_SERVER,
  site,
  told,
  traffic,
} from './traffic.ts';

const who = { client: CLIENT, server: DC };
const PORT = 49664;
const to = (port: number, client = CLIENT) => ({ client, server: DC, port });
const report = (frames: TestFrame[], topology = site(), dropped = 0) => held(frames, topology, dropped);
const kinds = (frames: TestFrame[], topology = site()) => told(report(frames, topology)).map(({ kind }) => kind);

describe('a port that was handed out', () => {
  const works = [...ask({ ...who, at: 1 }, rpc.NETLOGON, [PORT, 49700]), ...traffic('established', to(PORT), 2)];

  test('explains the connection to it', () => {
    const { rpc_connections, undecided } = report(works);
    expect(rpc_connections).toMatchObject([
      {
        src_ip: CLIENT,
        dest_ip: DC,
        dest_port: PORT,
        interfaces: [{ name: 'logon', told_by: 'endpoint-mapper', told_to_client: true, frame: 7 }],
        connections: 1,
        outcomes: { established: 1 },
        first_frame: 11,
      },
    ]);
    expect(rpc_connections[0].rules[0]).toBe('ws.dc.rpc-dynamic');
    expect(kinds(works)).toEqual([]);
    expect(undecided).toEqual([]);
  });

  test('explains it to others too, and a port that was told later', () => {
    const other = report([...works, ...traffic('established', to(PORT, OTHER_CLIENT), 3)]);
    expect(other.rpc_connections.map(({ interfaces }) => interfaces[0].told_to_client)).toEqual([true, false]);
    const later = report([...traffic('established', to(PORT), 1), ...ask({ ...who, at: 5 }, rpc.SAMR, [PORT])]);
    expect(later.rpc_connections).toMatchObject([{ interfaces: [{ name: 'samr' }], first_frame: 1 }]);
    expect(told(later)).toEqual([]);
  });

  test.each([
    { little: true, wide: true },
    { little: false, wide: false },
    { little: false, wide: true },
  ])('in any byte order and marshalling: %j', (style) => {
    const frames = [...ask({ ...who, at: 1 }, rpc.DRSUAPI, [PORT], 0, style), ...traffic('established', to(PORT), 2)];
    expect(report(frames).rpc_connections).toMatchObject([{ interfaces: [{ name: 'drsuapi' }] }]);
  });

  test('in segments of any size, and in fragments of RPC', () => {
    for (const segment of [1, 7, 100]) {
      const frames = [...ask({ ...who, at: 1, segment }, rpc.DRSUAPI, [PORT]), ...traffic('established', to(PORT), 20)];
      expect(report(frames).rpc_connections).toHaveLength(1);
    }
    const body = rpc.mapResponse([{ interface: rpc.DRSUAPI, port: PORT }]);
    const pieces = [body.slice(0, 32), body.slice(32, 80), body.slice(80)].map((piece, i) =>
      rpc.response(2, 0, piece, rpc.PLAIN, i === 0 ? 1 : i === 2 ? 2 : 0),
    );
    const answer = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    const [asked] = rpc.mapped(rpc.DRSUAPI, []);
    const frames = talk({ ...who, at: 1 }, asked, [rpc.bindAck(1, [rpc.NDR]), answer]);
    expect(report([...frames, ...traffic('established', to(PORT), 2)]).rpc_connections).toHaveLength(1);
  });

  test('a connection whose bind is not in the capture is read where it makes sense', () => {
    const frames = ask({ ...who, at: 1 }, rpc.DRSUAPI, [PORT], 0, { little: true, wide: true });
    const midstream = [...frames.slice(5), ...traffic('established', to(PORT), 2)];
    expect(report(midstream).rpc_connections).toMatchObject([{ interfaces: [{ name: 'drsuapi' }] }]);
  });

  test('an answer that lists everything (ept_lookup) explains all of it', () => {
    const listed = [
      { interface: rpc.SAMR, port: PORT },
      { interface: rpc.SVCCTL, port: 49700 },
    ];
    const frames = talk(
      { ...who, at: 1 },
      [rpc.bind(1, [ENDPOINT_MAPPER]), rpc.request(2, 0, 2, new Array<number>(64).fill(0))],
      [rpc.bindAck(1, [rpc.NDR]), rpc.response(2, 0, rpc.lookupResponse(listed))],
    );
    const { rpc_connections } = report([...frames, ...traffic('established', to(49700), 2)]);
    expect(rpc_connections).toMatchObject([{ interfaces: [{ name: 'svcctl' }] }]);
  });
});

describe('rpc-dynamic-blocked', () => {
  const asked = ask({ ...who, at: 1 }, rpc.NETLOGON, [PORT]);

  test.each([
    ['silent', 'likely', 'no-answer'],
    ['refused', 'proven', 'refused'],
    ['prohibited', 'proven', 'prohibited'],
  ] as const)('135 answered, the port %s', (event, _certainty, outcome) => {
    const result = report([...asked, ...traffic(event, to(PORT), 2)]);
    expect(told(result)).toMatchObject([
      {
        kind: 'rpc-dynamic-blocked',
        severity: 'high',
        certainty: 'proven',
        dest_port: PORT,
        outcome,
        rule: ['ws.dc.rpc-dynamic'],
        capture: 'capture',
      },
    ]);
    const [finding] = told(result);
    expect(finding.message).toContain('Netlogon (logon) listens on tcp/49664 (frame 7)');
    expect(finding.frames).toContain(7);
    expect(finding.remedy).toContain('49152-65535');
    expect(finding.display_filter).toContain('tcp.port in {135, 49664}');
    expect(ruleOf(result, 'ws.dc.rpc-dynamic').state).toBe('blocked');
  });

  test('twice the same traffic is one finding', () => {
    const twice = [
      ...asked,
      ...traffic('silent', to(PORT), 2),
      ...ask({ ...who, at: 20 }, rpc.NETLOGON, [PORT]),
      ...traffic('silent', to(PORT), 21),
    ];
    expect(told(report(twice))).toMatchObject([{ kind: 'rpc-dynamic-blocked', count: 2 }]);
  });

  test('the range of the topology is the one to open', () => {
    const topology = site('', 'dynamic_rpc_range: 49500-49999');
    expect(told(report([...asked, ...traffic('silent', to(PORT), 2)], topology))[0].remedy).toContain(
      'tcp 49500-49999',
    );
  });

  test('less severe where the interface works on another of its ports', () => {
    const two = ask({ ...who, at: 1 }, rpc.NETLOGON, [PORT, 49700]);
    const frames = [...two, ...traffic('silent', to(PORT), 2), ...traffic('established', to(49700), 12)];
    expect(told(report(frames))).toMatchObject([{ kind: 'rpc-dynamic-blocked', severity: 'medium' }]);
    expect(told(report(frames))[0].message).toContain('works on tcp/49700');
  });

  test('not where the port was told to somebody else, or afterwards: then it is blocked as any other', () => {
    const other = ask({ client: OTHER_CLIENT, server: DC, at: 1 }, rpc.NETLOGON, [PORT]);
    expect(kinds([...other, ...traffic('silent', to(PORT), 2)])).toEqual(['blocked-required']);
    const after = [...traffic('silent', to(PORT), 1), ...ask({ ...who, at: 20 }, rpc.NETLOGON, [PORT])];
    expect(kinds(after)).toEqual(['blocked-required']);
  });

  test('not where some connections to the port worked, nor where the capture proves nothing', () => {
    expect(kinds([...asked, ...traffic('established', to(PORT), 2), ...traffic('silent', to(PORT), 4)])).toEqual([]);
    expect(kinds([...asked, ...traffic('one-syn', to(PORT), 2)])).toEqual([]);
    expect(told(report([...asked, ...traffic('silent', to(PORT), 2)], site(), 5))).toEqual([]);
  });

  test('not between ends of which no rule speaks: there the port is unexpected, and named', () => {
    const pair = { client: CLIENT, server: DP };
    const frames = [
      ...ask({ ...pair, at: 1 }, rpc.SVCCTL, [49700]),
      ...traffic('established', { ...pair, port: 49700 }, 2),
    ];
    const unexpected = findingsOf(report(frames), 'unexpected-port');
    expect(unexpected.map(({ dest_port }) => dest_port)).toEqual([135, 49700]);
    expect(unexpected[1].message).toContain('handed it out for service control (svcctl) (frame 7)');
  });
});

describe('rpc-port-out-of-range', () => {
  const fixed = ask({ ...who, at: 1 }, rpc.DRSUAPI, [5722]);

  test('a fixed port is told once, and the connection to it is expected', () => {
    const frames = [
      ...fixed,
      ...ask({ ...who, client: OTHER_CLIENT, at: 3 }, rpc.DRSUAPI, [5722]),
      ...traffic('established', to(5722), 5),
    ];
    const result = report(frames);
    expect(told(result)).toMatchObject([
      {
        kind: 'rpc-port-out-of-range',
        severity: 'low',
        certainty: 'proven',
        dest_ip: DC,
        dest_port: 5722,
        count: 2,
        src_ip: null,
      },
    ]);
    expect(result.matrix.find(({ dest_port }) => dest_port === 5722)?.verdict).toBe('expected');
    expect(result.rpc_connections).toHaveLength(1);
  });

  test('blocked, it is told with its port', () => {
    const result = report([...fixed, ...traffic('silent', to(5722), 2)]);
    expect(told(result).map(({ kind }) => kind)).toEqual(['rpc-dynamic-blocked', 'rpc-port-out-of-range']);
    expect(told(result)[0].remedy).toContain('49152-65535 and tcp/5722');
  });

  test('an old range is called that; a range of the topology keeps it away, and so does one for old servers', () => {
    const old = ask({ ...who, at: 1 }, rpc.DRSUAPI, [1026]);
    expect(told(report(old))[0].message).toContain('before Server 2008');
    expect(kinds(old, site('', 'dynamic_rpc_range: 1025-5000'))).toEqual([]);
    expect(kinds(ask({ ...who, at: 1 }, rpc.DRSUAPI, [PORT]))).toEqual([]);
  });

  test('not for other transports, nor for servers that the topology does not name', () => {
    const towers = [
      { interface: rpc.DRSUAPI, port: 593, floor: 0x1f },
      { interface: rpc.DRSUAPI, port: 500, floor: 0x08 },
    ];
    expect(kinds(talk({ ...who, at: 1 }, ...rpc.mapped(rpc.DRSUAPI, towers)))).toEqual([]);
    expect(
      findingsOf(
        report(ask({ client: CLIENT, server: '10.77.0.1', at: 1 }, rpc.DRSUAPI, [5722])),
        'rpc-port-out-of-range',
      ),
    ).toEqual([]);
  });
});

describe('rpc-mapper-refused', () => {
  const refused = ask({ ...who, at: 1 }, rpc.DRSUAPI, [], NOT_REGISTERED);

  test('no endpoint: the service does not run; twice is one finding', () => {
    const result = report([...refused, ...ask({ ...who, at: 5 }, rpc.DRSUAPI, [], NOT_REGISTERED)]);
    expect(told(result)).toMatchObject([
      {
        kind: 'rpc-mapper-refused',
        severity: 'medium',
        certainty: 'proven',
        dest_port: 135,
        count: 2,
        frames: [6, 7, 17],
      },
    ]);
    expect(told(result)[0].message).toContain('directory replication (drsuapi)');
  });

  test('another interface that was refused is another finding; one that nobody knows matters less', () => {
    const unknown = ask({ ...who, at: 5 }, '01234567-0000-1111-2222-333344445555', [], NOT_REGISTERED);
    expect(told(report([...refused, ...unknown])).map(({ severity }) => severity)).toEqual(['medium', 'low']);
  });

  test('access denied, and other faults', () => {
    const fault = (status: number) => {
      const [asked] = rpc.mapped(rpc.DRSUAPI, []);
      return talk({ ...who, at: 1 }, asked, [rpc.bindAck(1, [rpc.NDR]), rpc.fault(2, 0, status)]);
    };
    expect(told(report(fault(5)))[0].message).toContain('it denied access');
    expect(told(report(fault(0x1c010003)))[0].message).toContain('0x1c010003');
    expect(told(report(fault(0x1c00001f)))[0].message).toContain('the fault 0x1c00001f. ');
  });

  test('a mapper that is too busy has not denied access (nca_server_too_busy)', () => {
    const [asked] = rpc.mapped(rpc.DRSUAPI, []);
    const busy = talk({ ...who, at: 1 }, asked, [rpc.bindAck(1, [rpc.NDR]), rpc.fault(2, 0, 0x1c010014)]);
    const [{ message, remedy }] = told(report(busy));
    expect(message).toContain('the fault 0x1c010014, it is too busy');
    expect(`${message} ${remedy}`).not.toMatch(/denied|Restrict/);
  });

  test('not where the service came up later, nor at the end of a list, nor over other transports, nor outside the topology', () => {
    expect(kinds([...refused, ...ask({ ...who, at: 9 }, rpc.DRSUAPI, [PORT])])).toEqual([]);
    const more = talk(
      { ...who, at: 1 },
      [
        rpc.bind(1, [ENDPOINT_MAPPER]),
        rpc.request(2, 0, 3, rpc.mapRequest(rpc.DRSUAPI, rpc.PLAIN, new Array<number>(20).fill(1))),
      ],
      [rpc.bindAck(1, [rpc.NDR]), rpc.response(2, 0, rpc.mapResponse([], NOT_REGISTERED))],
    );
    expect(kinds(more)).toEqual([]);
    const stranger = ask({ client: '10.88.0.1', server: DC, at: 1 }, rpc.DRSUAPI, [], NOT_REGISTERED);
    expect(findingsOf(report(stranger), 'rpc-mapper-refused')).toEqual([]);
    expect(kinds(refused.slice(0, 6))).toEqual([]);
  });
});

describe('rpc-port-unmapped', () => {
  const asked = ask({ ...who, at: 1 }, rpc.NETLOGON, [PORT]);
  const elsewhere = traffic('established', to(50_123), 5);
  const undecided = (frames: TestFrame[], dropped = 0) =>
    report(frames, site(), dropped).undecided.filter(({ reason }) => reason.startsWith('a port in the dynamic range'));

  test('the mapper was asked, and did not tell this port', () => {
    const result = report([...asked, ...elsewhere, ...traffic('established', to(50_124), 8)]);
    expect(told(result)).toMatchObject([
      {
        kind: 'rpc-port-unmapped',
        severity: 'info',
        certainty: 'likely',
        src_ip: CLIENT,
        dest_ip: DC,
        count: 2,
        dest_port: null,
      },
    ]);
    expect(told(result)[0].message).toContain('tcp/50123, 50124');
    expect(result.undecided).toEqual([]);
  });

  test('undecided where the client did not ask in this capture, or asked later', () => {
    for (const frames of [elsewhere, [...elsewhere, ...ask({ ...who, at: 9 }, rpc.NETLOGON, [PORT])]]) {
      expect(kinds(frames)).toEqual([]);
      expect(undecided(frames)).toMatchObject([{ count: 1 }]);
    }
  });

  test('undecided where an answer could not be read: encrypted, cut short, lost', () => {
    const sealed = Uint8Array.from([
      ...rpc.response(2, 0, [1, 2, 3, 4]),
      9,
      6,
      0,
      0,
      0,
      0,
      0,
      0,
      ...new Array<number>(16).fill(0),
    ]);
    sealed[8] = sealed.length;
    sealed[10] = 16;
    const [question] = rpc.mapped(rpc.NETLOGON, []);
    const hidden = talk({ ...who, at: 2 }, question, [rpc.bindAck(1, [rpc.NDR]), sealed]);
    expect(undecided([...asked, ...hidden, ...elsewhere])).toMatchObject([{ count: 1 }]);
    const cut = asked.map((frame, i) => (i === 6 ? { ...frame, bytes: frame.bytes.subarray(0, 100) } : frame));
    expect(undecided([...cut, ...elsewhere])).toMatchObject([{ count: 1 }]);
    expect(undecided([...asked, ...elsewhere], 7)).toMatchObject([{ count: 1 }]);
  });

  test('not where anybody was told the port, not for attempts that failed, not for other rules, not between other roles', () => {
    const other = ask({ client: OTHER_CLIENT, server: DC, at: 3 }, rpc.SAMR, [50_123]);
    expect(kinds([...asked, ...other, ...elsewhere])).toEqual([]);
    expect(kinds([...asked, ...traffic('silent', to(50_123), 5)])).toEqual(['blocked-required']);
    const pair = { client: CLIENT, server: DP };
    const frames = [
      ...ask({ ...pair, at: 1 }, rpc.SVCCTL, [49700]),
      ...traffic('established', { ...pair, port: 50_123 }, 2),
    ];
    expect(kinds(frames)).toEqual(['unexpected-port', 'unexpected-port']);
  });
});

describe('hostile words on port 135', () => {
  test('endless fragments, garbage and floods are survived, and nothing is invented', () => {
    const endless = Array.from({ length: 300 }, (_, i) => rpc.response(2, 0, [1, 2, 3, 4], rpc.PLAIN, i === 0 ? 1 : 0));
    const [question] = rpc.mapped(rpc.NETLOGON, []);
    const garbage = Uint8Array.from({ length: 3000 }, (_, i) => (i * 31) & 0xff);
    const flood = Array.from({ length: 200 }, (_, i) =>
      ask({ ...who, at: 10 + i / 100 }, rpc.NETLOGON, [49152 + i]),
    ).flat();
    const frames = [
      ...talk({ ...who, at: 1 }, question, [rpc.bindAck(1, [rpc.NDR]), ...endless]),
      ...talk({ ...who, at: 5 }, [garbage], [garbage]),
      ...flood,
      ...traffic('established', to(49152 + 199), 20),
    ];
    const { rpc_connections } = report(frames);
    expect(rpc_connections).toHaveLength(1);
  });

  test('any change of any byte of an answer', () => {
    const frames = [...ask({ ...who, at: 1 }, rpc.NETLOGON, [PORT]), ...traffic('silent', to(PORT), 2)];
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (place, value) => {
        const changed = frames.map((frame, i) => {
          if (i < 3 || i > 6) return frame;
          const bytes = Uint8Array.from(frame.bytes);
          bytes[40 + (place % (bytes.length - 40))] = value;
          return { ...frame, bytes };
        });
        for (const { kind } of told(report(changed)))
          expect(['rpc-dynamic-blocked', 'blocked-required', 'rpc-port-out-of-range', 'rpc-mapper-refused']).toContain(
            kind,
          );
      }),
      { numRuns: 60 },
    );
  });

  test('a port is told by the capture as it is, whatever stands in for it: the site server', () => {
    const frames = [
      ...ask({ client: SITE_SERVER, server: DC, at: 1 }, rpc.SAMR, [PORT]),
      ...traffic('silent', to(PORT, SITE_SERVER), 2),
    ];
    expect(told(judged([...frames, ...traffic('established', to(445), 50)], site()))[0].rule).toContain(
      'ws.dc.rpc-dynamic',
    );
  });
});
