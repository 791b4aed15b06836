/** Traffic with the internet, judged by the names it was made for. */
import { describe, expect, test } from 'vitest';
import type { Finding, Report } from '../../src/assess/types.ts';
import { verdict } from '../../src/report/terminal/verdict.ts';
import { PartMerger } from '../../src/track/merge.ts';
import { Observation } from '../../src/track/observation.ts';
import { OPENING_WINDOW } from '../../src/track/openings.ts';
import { partOf } from '../track/analyze.ts';
import { type TestFrame, tcp, udp } from '../track/frames.ts';
import { clientHello, dnsMessage, request } from '../track/openings.ts';
import { DC, held, judged, SITE_SERVER, until } from './traffic.ts';

const WEB = '203.0.113.5';
const OTHER = '203.0.113.6';
const PROXY = '10.0.0.90';

function topology(more = ''): string {
  return `
version: 1
catalogs: { configmgr: true, windows-server: true, hybrid-identity: false, internet-endpoints: true }
hosts:
  - { name: CM01, addresses: [${SITE_SERVER}], roles: [site-server, scp, cmg-connection-point] }
  - { name: DC01, addresses: [${DC}], roles: [domain-controller, dns-server] }
  - { name: PROXY01, addresses: [${PROXY}], roles: [proxy-server] }
networks:
  - { name: clients, cidr: 10.1.0.0/24, roles: [client] }
${more}`;
}

let port = 40_000;

/** A question and its answer. */
function lookup(name: string, address: string | null, time: number, rcode?: number, client = SITE_SERVER): TestFrame[] {
  const own = port++;
  const ask = { source: client, destination: DC, sourcePort: own, destinationPort: 53 };
  const answer = { source: DC, destination: client, sourcePort: 53, destinationPort: own };
  const query = udp({ ...ask, time }, dnsMessage(name));
  if (rcode === undefined && address === null) return [query];
  const data = address?.split('.').map(Number) ?? [];
  const answers = address === null ? [] : [{ name, type: 1, data }];
  return [
    query,
    udp({ ...answer, time: time + 0.01 }, dnsMessage(name, { answers, ...(rcode === undefined ? {} : { rcode }) })),
  ];
}

interface ConnectionOptions {
  client?: string;
  server?: string;
  serverPort?: number;
  /** What the client sends first. */
  first?: Uint8Array;
  /** SYNs only; reset: a reset answers what the client sends first. */
  end?: 'works' | 'silent' | 'reset';
}

function connection(time: number, options: ConnectionOptions = {}): TestFrame[] {
  const { client = SITE_SERVER, server = WEB, serverPort = 443, end = 'works' } = options;
  const own = port++;
  const up = { source: client, destination: server, sourcePort: own, destinationPort: serverPort };
  const down = { source: server, destination: client, sourcePort: serverPort, destinationPort: own };
  const syn = (after: number, id: number) => tcp({ ...up, flags: 'S', sequence: 99, time: time + after, id });
  if (end === 'silent') return [syn(0, 1), syn(1, 2), syn(3, 3), syn(7, 4)];
  const opened = [
    syn(0, 1),
    tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: 100, time: time + 0.01 }),
    tcp({ ...up, sequence: 100, acknowledgment: 500, time: time + 0.02 }, options.first ?? clientHello('x.example')),
  ];
  if (end === 'reset') return [...opened, tcp({ ...down, flags: 'R', sequence: 500, time: time + 0.03 })];
  return [
    ...opened,
    tcp({ ...down, sequence: 500, acknowledgment: 300, time: time + 0.05 }, new Uint8Array(50).fill(7)),
  ];
}

/** Something at the end, so that silence is silence. */
const later = (): TestFrame[] => lookup('late.example', WEB, 90);

function findings(frames: TestFrame[], more = ''): Finding[] {
  return held([...frames, ...later()], topology(more)).findings.filter(
    ({ kind }) => kind.startsWith('endpoint-') || kind === 'unknown-endpoint' || kind === 'blocked-required',
  );
}
const kinds = (frames: TestFrame[], more = ''): string[] => findings(frames, more).map(({ kind }) => kind);

describe('a site system and a name on its list', () => {
  test('works: nothing to tell', () => {
    const frames = [
      ...lookup('download.microsoft.com', WEB, 0),
      ...connection(1, { first: clientHello('download.microsoft.com') }),
    ];
    expect(kinds(frames)).toEqual([]);
  });

  test('looked up, and silent: blocked, by the name', () => {
    const [finding, ...rest] = findings([
      ...lookup('download.microsoft.com', WEB, 0),
      ...connection(1, { end: 'silent' }),
    ]);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ kind: 'endpoint-blocked', certainty: 'likely', dest_ip: WEB, dest_port: 443 });
    expect(finding!.message).toContain('download.microsoft.com');
    expect(finding!.rule).toContain('ie.scp-updates.download-microsoft');
  });

  test('reset right after the hello: a filter that reads names', () => {
    const first = clientHello('download.microsoft.com');
    const told = findings([...connection(1, { first, end: 'reset' })]);
    expect(told.map(({ kind }) => kind)).toEqual(['endpoint-blocked']);
    expect(told[0]!.message).toContain('that read the name');
  });

  describe('the first half of a hello is lost, and sent again after more frames than are looked through', () => {
    /** @param wait frames between the handshake and the second half, too: then it is not awaited any more */
    const late = (name: string, wait: boolean, more: TestFrame[] = []): TestFrame[] => {
      const hello = clientHello(name, { padding: 900 });
      const half = Math.ceil(hello.length / 2);
      const [syn, answer] = connection(1);
      const up = { source: SITE_SERVER, destination: WEB, sourcePort: port - 1, destinationPort: 443 };
      const down = { source: WEB, destination: SITE_SERVER, sourcePort: 443, destinationPort: port - 1 };
      const others = (from: number): TestFrame[] =>
        Array.from({ length: OPENING_WINDOW }, (_, i) =>
          tcp({ ...up, source: '10.0.0.77', time: from + i / 1e4 }, Uint8Array.of(1, 2)),
        );
      return [
        ...more,
        syn!,
        answer!,
        ...(wait ? others(1.02) : []),
        tcp({ ...up, sequence: 100 + half, acknowledgment: 500, time: 1.3 }, hello.subarray(half)),
        ...others(1.4),
        tcp({ ...up, sequence: 100, acknowledgment: 500, time: 2 }, hello.subarray(0, half)),
        tcp({ ...down, sequence: 500, acknowledgment: 100 + hello.length, time: 2.01 }, new Uint8Array(50).fill(7)),
      ];
    };
    const messages = (frames: TestFrame[]) => findings(frames).map(({ message }) => message);
    test('the name is known where the second half was awaited, and else there is none: nothing is told by it', () => {
      const unlisted =
        'CM01 (10.0.0.10) talks to evil.example on tcp/443, which is on no list of endpoints for its roles.';
      expect(messages(late('evil.example', false))).toEqual([unlisted]);
      expect(messages(late('evil.example', true))).toEqual([]);
      expect(messages(late('download.microsoft.com', true))).toEqual([]);
    });
    test('the name of DNS stands in for it, and the finding says so', () => {
      expect(messages(late('evil.example', true, lookup('evil.example', WEB, 0)))).toEqual([
        'CM01 (10.0.0.10) talks to evil.example on tcp/443, which is on no list of endpoints for its roles. By DNS it is this name; the connection itself does not say.',
      ]);
    });
  });

  test('not where connections that were set aside, whose names are forgotten, got through to the same port', () => {
    const first = clientHello('download.microsoft.com');
    const over = connection(1, { first, server: WEB });
    const own = { source: SITE_SERVER, destination: WEB, sourcePort: port - 1, destinationPort: 443 };
    const frames = [
      ...over,
      tcp({ ...own, flags: 'FA', sequence: 300, acknowledgment: 550, time: 1.5 }),
      ...[10, 20, 30, 40].flatMap((time) => lookup('late.example', OTHER, time)),
      ...connection(50, { first, server: WEB, end: 'reset' }),
      until(90),
    ];
    const merger = new PartMerger(7, 3, 1000);
    merger.append(partOf(frames, 7, 3));
    const tight = new Observation(merger.finish());
    expect(tight.beginnings).not.toBeNull();
    const kindsOf = ({ findings: all }: Report) =>
      all.map(({ kind }) => kind).filter((kind) => kind.startsWith('endpoint-') || kind === 'blocked-required');
    expect(kindsOf(judged(frames, topology()))).toEqual([]);
    expect(kindsOf(judged(frames, topology(), 0, '2026-11-21', tight))).toEqual([]);
  });

  test('silence without a name is told by the port alone', () => {
    expect(kinds(connection(1, { end: 'silent' }))).toEqual(['blocked-required']);
  });

  test('what the topology allows is allowed: a name, a pattern, a range', () => {
    const frames = connection(1, { first: clientHello('tool.contoso.com') });
    expect(kinds(frames)).toEqual(['endpoint-unlisted']);
    for (const allow of ['tool.contoso.com', '"*.contoso.com"', '203.0.113.0/24'])
      expect(kinds(frames, `internet: { allow: [${allow}] }`)).toEqual([]);
  });

  test('aka.ms and go.microsoft.com are always allowed, whatever the features', () => {
    const frames = [
      ...connection(1, { first: clientHello('aka.ms') }),
      ...connection(2, { first: request('GET /fwlink HTTP/1.1', ['Host: go.microsoft.com']), serverPort: 80 }),
    ];
    expect(kinds(frames, 'features: []')).toEqual([]);
  });

  test('a feature that is off makes its names unlisted', () => {
    const frames = connection(1, { first: clientHello('dc.services.visualstudio.com') });
    expect(kinds(frames, 'features: [tenant-attach]').filter((kind) => kind !== 'endpoint-not-seen')).toEqual([]);
    const [finding] = findings(frames, 'features: [updates]').filter(({ kind }) => kind !== 'endpoint-not-seen');
    expect(finding).toMatchObject({ kind: 'endpoint-unlisted', severity: 'medium' });
    expect(finding!.message).toContain('listed for other roles or features');
  });

  test('clouds: the other one is not allowed', () => {
    const frames = connection(1, { first: clientHello('management.usgovcloudapi.net') });
    expect(kinds(frames, 'internet: { cloud: usgov }')).toEqual([]);
    expect(kinds(frames, 'internet: { cloud: public }')).toEqual(['endpoint-unlisted']);
  });

  test('placeholders: any label, or the names of the site', () => {
    const frames = connection(1, { first: clientHello('contosocdp.table.core.windows.net') });
    expect(kinds(frames)).toEqual([]);
    expect(kinds(frames, 'internet: { names: [contosocdp] }')).toEqual([]);
    expect(kinds(frames, 'internet: { names: [fabrikam] }')).toEqual(['endpoint-unlisted']);
  });
});

describe('no list', () => {
  test('a name on no list, told once for all its connections and addresses', () => {
    const first = clientHello('evil.example');
    const told = findings([
      ...connection(1, { first }),
      ...connection(2, { first }),
      ...connection(3, { first, server: OTHER }),
    ]);
    expect(told.map(({ kind, count }) => [kind, count])).toEqual([['endpoint-unlisted', 3]]);
  });

  test('a hello without a name goes by address', () => {
    const [finding] = findings(connection(1, { first: clientHello(null) }));
    expect(finding).toMatchObject({ kind: 'endpoint-unlisted' });
    expect(finding!.message).toContain(`the address ${WEB}`);
    expect(finding!.remedy).toContain('the name or the address');
    expect(kinds(connection(1, { first: clientHello(null) }), `internet: { allow: [${WEB}] }`)).toEqual([]);
  });

  test('the headline speaks of names nowhere, since some endpoints have none', () => {
    const headline = (...hellos: (string | null)[]): string =>
      verdict(
        held(
          hellos.flatMap((name, i) => connection(i, { first: clientHello(name), server: i % 2 === 0 ? WEB : OTHER })),
          topology(),
        ),
      )
        .map(({ text }) => text)
        .join(' ');
    expect(headline(null)).toContain('1 internet endpoint on no list');
    expect(headline('evil.example')).toContain('1 internet endpoint on no list');
    expect(headline('evil.example', null)).toContain('2 internet endpoints on no list');
    for (const one of [headline(null), headline(null, null)]) expect(one).not.toMatch(/\bnames?\b/);
  });

  test('what Windows itself asks for accuses nobody, and is told once', () => {
    const frames = [
      ...connection(1, {
        first: request('GET /connecttest.txt HTTP/1.1', ['Host: www.msftconnecttest.com']),
        serverPort: 80,
      }),
      ...connection(2, { first: clientHello('wdcp.microsoft.com') }),
      ...connection(3, { first: clientHello('evil.example'), server: OTHER }),
    ];
    const told = findings(frames).map(({ kind, severity }) => `${kind} ${severity}`);
    expect(told).toEqual(['endpoint-unlisted medium', 'endpoint-unlisted info']);
    expect(findings(frames)[1]!.message).toContain(
      'the test of the internet connection, Microsoft Defender: www.msftconnecttest.com',
    );
    const lookalike = connection(1, { first: clientHello('wdcp.microsoft.com.evil.example') });
    expect(findings(lookalike)[0]!.severity).toBe('medium');
  });

  test('many of them are one finding', () => {
    const frames = Array.from({ length: 30 }, (_, i) => connection(i, { first: clientHello(`n${i}.example`) })).flat();
    expect(kinds(frames)).toEqual(['endpoint-unlisted']);
  });

  test('people at clients go anywhere', () => {
    expect(kinds(connection(1, { client: '10.1.0.11', first: clientHello('news.example') }))).toEqual([]);
  });

  test('QUIC to the address of an allowed name is no address on no list', () => {
    const quic = (server: string, id: number) => {
      const up = { source: SITE_SERVER, destination: server, sourcePort: port, destinationPort: 443, id };
      const down = { source: server, destination: SITE_SERVER, sourcePort: 443, destinationPort: port++ };
      // An Initial of version 1 (RFC 9000 section 17.2.2).
      const initial = new Uint8Array(1200).fill(7);
      initial.set([0xc3, 0, 0, 0, 1, 8]);
      return [udp({ ...up, time: 2 }, initial), udp({ ...down, time: 2.01 }, initial)];
    };
    const report = held(
      [...lookup('download.microsoft.com', WEB, 0), ...quic(WEB, 1), ...quic(OTHER, 2), ...later()],
      topology(),
    );
    const strangers = report.findings.filter(({ kind }) => kind === 'unknown-endpoint');
    expect(strangers.map(({ dest_ip }) => dest_ip)).toEqual([OTHER]);
    expect(report.coverage.not_judged).toMatchObject({ quic: 2 });
  });

  test('hostile names: escaped, bounded, and no pattern', () => {
    const name = `\u001b[31m${'a'.repeat(200)}.microsoft.com`;
    const [finding] = findings(connection(1, { first: clientHello(name) }));
    expect(finding!.kind).toBe('endpoint-unlisted');
    expect(kinds(connection(1, { first: clientHello('download.microsoft.com.evil.example') }))).toEqual([
      'endpoint-unlisted',
    ]);
  });
});

describe('lookups', () => {
  test('of an allowed name that does not exist', () => {
    const [finding] = findings(lookup('download.microsoft.com', null, 0, 3));
    expect(finding).toMatchObject({ kind: 'endpoint-unresolved', certainty: 'proven', dest_ip: DC });
    expect(finding!.message).toContain('NXDOMAIN');
  });

  test('that nobody answers, asked twice and waited for', () => {
    const told = findings([...lookup('download.microsoft.com', null, 0), ...lookup('download.microsoft.com', null, 2)]);
    expect(told.map(({ kind, certainty }) => [kind, certainty])).toEqual([['endpoint-unresolved', 'proven']]);
    expect(kinds(lookup('download.microsoft.com', null, 0))).toEqual([]);
  });

  test('a later success, or an empty answer, tells nothing', () => {
    expect(
      kinds([...lookup('download.microsoft.com', null, 0, 2), ...lookup('download.microsoft.com', WEB, 5)]),
    ).toEqual([]);
    expect(kinds(lookup('download.microsoft.com', null, 0, 0))).toEqual([]);
  });

  test.each([
    [1, 'FORMERR'],
    [4, 'NOTIMP'],
    [5, 'REFUSED'],
    [9, 'error 9'],
  ])('an error is told by its own name: code %i is %s', (code, name) => {
    const [finding] = findings(lookup('download.microsoft.com', null, 0, code));
    expect(finding!.message).toContain(`the server could not say (${name})`);
  });

  test('an error that does not repeat the question is an answer: nobody is said to be silent', () => {
    const frames = [0, 2].flatMap((time) => {
      const asked = lookup('download.microsoft.com', null, time);
      const answer = { source: DC, destination: SITE_SERVER, sourcePort: 53, destinationPort: port - 1 };
      // RFC 1035 section 4.1.1: a response, FORMERR, and no section.
      return [...asked, udp({ ...answer, time: time + 0.1 }, Uint8Array.from([0, 1, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0]))];
    });
    const [finding] = findings(frames);
    expect(finding).toMatchObject({ kind: 'endpoint-unresolved', certainty: 'likely' });
    expect(finding!.message).toContain('errors that do not repeat the question (FORMERR)');
    expect(finding!.message).not.toContain('nobody');
  });

  test('what Windows itself asks for is no revocation list of a wide pattern', () => {
    expect(kinds(lookup('settings-win.data.microsoft.com', null, 0, 2))).toEqual([]);
    expect(kinds(lookup('crl.microsoft.com', null, 0, 2))).toEqual(['endpoint-unresolved']);
  });

  test('of names on no list tell nothing', () => {
    expect(kinds(lookup('nowhere.example', null, 0, 3))).toEqual([]);
  });
});

describe('through a proxy', () => {
  const through = (host: string, end: ConnectionOptions['end'] = 'works') =>
    connection(1, {
      server: PROXY,
      serverPort: 8080,
      first: request(`CONNECT ${host}:443 HTTP/1.1`, [`Host: ${host}:443`]),
      end,
    });

  test('the host of the CONNECT counts', () => {
    expect(kinds(through('download.microsoft.com'))).toEqual([]);
    const [finding] = findings(through('evil.example'));
    expect(finding).toMatchObject({ kind: 'endpoint-unlisted', dest_ip: PROXY });
    expect(finding!.message).toContain('evil.example on tcp/443 through PROXY01');
  });

  /** A CONNECT that is acknowledged, and given up after so many seconds. */
  const givenUp = (time: number, seconds: number): TestFrame[] => {
    const frames = connection(time, {
      server: PROXY,
      serverPort: 8080,
      first: request('CONNECT download.microsoft.com:443 HTTP/1.1', ['Host: download.microsoft.com:443']),
    });
    const own = port - 1;
    const up = { source: SITE_SERVER, destination: PROXY, sourcePort: own, destinationPort: 8080 };
    const down = { source: PROXY, destination: SITE_SERVER, sourcePort: 8080, destinationPort: own };
    const end = { flags: 'FA', sequence: 200, acknowledgment: 500, time: time + seconds };
    return [
      ...frames.slice(0, 3),
      tcp({ ...down, sequence: 500, acknowledgment: 200, time: time + 0.03 }),
      tcp({ ...up, ...end }),
      tcp({ ...down, sequence: 500, acknowledgment: 201, time: time + seconds + 0.01 }),
    ];
  };

  test('a CONNECT without any answer is no success, and is told where the client waited for long', () => {
    expect(findings(givenUp(1, 20))).toMatchObject([
      { kind: 'endpoint-blocked', certainty: 'likely', dest_ip: PROXY, dest_port: 8080 },
    ]);
    const short = held([...givenUp(1, 2), ...later()], topology());
    expect(short.findings.filter(({ kind }) => kind.startsWith('endpoint-'))).toEqual([]);
    const rule = short.rules.find(({ id }) => id === 'ie.scp-updates.download-microsoft')!;
    expect(rule).toMatchObject({ state: 'undecided', works: 0 });
    expect(rule.reason).toContain('had not answered');
    expect(kinds([...givenUp(1, 20), ...through('download.microsoft.com')])).toEqual([]);
  });

  const CONNECT = 'CONNECT download.microsoft.com:443 HTTP/1.1';
  const LOGON = '407 Proxy Authentication Required';
  /** What is said on one connection to the proxy, in turns; the client begins. @param copies of each frame, as a mirror may make */
  const dialogue = (time: number, said: readonly string[], copies = 1): TestFrame[] => {
    const own = port++;
    const up = { source: SITE_SERVER, destination: PROXY, sourcePort: own, destinationPort: 8080 };
    const down = { source: PROXY, destination: SITE_SERVER, sourcePort: 8080, destinationPort: own };
    const sequences = [100, 500];
    const frames = [
      tcp({ ...up, flags: 'S', sequence: 99, time }),
      tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: 100, time: time + 0.001 }),
    ];
    for (const [i, line] of said.entries()) {
      const side = i % 2;
      const bytes = request(side === 0 ? line : `HTTP/1.1 ${line}`);
      const [sequence, acknowledgment] = [sequences[side]!, sequences[1 - side]!];
      frames.push(
        tcp({ ...(side === 0 ? up : down), sequence, acknowledgment, id: i, time: time + 0.01 * (i + 1) }, bytes),
      );
      sequences[side]! += bytes.length;
    }
    return frames.flatMap((frame) => new Array<TestFrame>(copies).fill(frame));
  };

  test.each([
    ['302 Found', 'to another address instead'],
    ['401 Unauthorized', 'is a proxy that takes CONNECT'],
    ['403 Forbidden', 'Allow download.microsoft.com on tcp/443'],
    ['404 Not Found', 'is a proxy that takes CONNECT'],
    ['501 Not Implemented', 'is a proxy that takes CONNECT'],
    ['503 Service Unavailable', 'could not get there itself'],
    ['511 x', 'could not get there itself'],
  ])('whatever is no 2xx is no tunnel: %s', (status, remedy) => {
    const [finding, ...rest] = findings(dialogue(1, [CONNECT, status]));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ kind: 'endpoint-blocked', certainty: 'proven', dest_ip: PROXY, dest_port: 8080 });
    expect(finding!.message).toMatch(
      `does not reach download.microsoft.com on tcp/443 through PROXY01 (${PROXY}), listed for`,
    );
    expect(finding!.message).toContain(`answers its CONNECT with ${status.replace(' x', '')}`);
    expect(finding!.remedy).toContain(remedy);
    const report = held([...dialogue(1, [CONNECT, status]), ...later()], topology());
    expect(report.rules.find(({ id }) => id === 'ie.scp-updates.download-microsoft')).toMatchObject({
      state: 'blocked',
      works: 0,
    });
  });

  test('any 2xx is a tunnel, and what is answered in it is no answer of the proxy', () => {
    for (const status of ['200 Connection established', '204 x'])
      for (const inside of ['401 Unauthorized', '404 Not Found', '503 x'])
        expect(kinds(dialogue(1, [CONNECT, status, 'GET / HTTP/1.1', inside]))).toEqual([]);
  });

  test('a 407 that is followed by a logon tells nothing, on the same connection or another', () => {
    expect(kinds(dialogue(1, [CONNECT, LOGON, CONNECT, '200 x']))).toEqual([]);
    expect(kinds([...dialogue(1, [CONNECT, LOGON]), ...dialogue(2, [CONNECT, '200 x'])])).toEqual([]);
    const step = `${LOGON}\r\nProxy-Authenticate: NTLM TlRMTVNTUAAC`;
    expect(kinds(dialogue(1, [CONNECT, LOGON, CONNECT, step, CONNECT, '200 x']))).toEqual([]);
    const get = 'GET http://download.microsoft.com/a HTTP/1.1';
    const page = '200 OK\r\nContent-Length: 9';
    expect(kinds(dialogue(1, [get, LOGON, get, step, get, page]))).toEqual([]);
  });

  test('a 407 and no logon is told, and as likely where one may be missing from the capture', () => {
    const told = (frames: TestFrame[]) => findings(frames).map(({ kind, certainty }) => `${kind} ${certainty}`);
    expect(told(dialogue(1, [CONNECT, LOGON]))).toEqual(['endpoint-blocked proven']);
    expect(told(dialogue(1, [CONNECT, LOGON, CONNECT, LOGON]))).toEqual(['endpoint-blocked likely']);
    const atTheEnd = findings(dialogue(90, [CONNECT, LOGON]));
    expect(atTheEnd).toMatchObject([{ kind: 'endpoint-blocked', certainty: 'likely' }]);
    expect(atTheEnd[0]!.message).toContain('A second try with a logon may not be in the capture');
  });

  test('a logon, and a no all the same', () => {
    const [finding] = findings(dialogue(1, [CONNECT, LOGON, CONNECT, '403 Forbidden']));
    expect(finding).toMatchObject({ kind: 'endpoint-blocked', certainty: 'likely' });
    expect(finding!.message).toContain('403 Forbidden');
  });

  test('frames that a mirror shows twice are no second try', () => {
    expect(findings(dialogue(1, [CONNECT, '404 Not Found'], 2))).toMatchObject([{ certainty: 'proven' }]);
    expect(kinds(dialogue(1, [CONNECT, LOGON, CONNECT, '200 x'], 2))).toEqual([]);
  });

  test('a request that names its host', () => {
    const frames = connection(1, {
      server: PROXY,
      serverPort: 8080,
      first: request('GET http://evil.example/a HTTP/1.1', ['Host: evil.example']),
    });
    expect(findings(frames)[0]!.message).toContain('evil.example on tcp/80 through PROXY01');
  });
});

test('endpoints of features in use that nobody asked for', () => {
  const frames = connection(1, { first: clientHello('download.microsoft.com') });
  const told = findings(frames, 'features: [windows-servicing]').filter(({ kind }) => kind === 'endpoint-not-seen');
  expect(told).toHaveLength(1);
  expect(told[0]!.message).toContain('dl.delivery.mp.microsoft.com');
  expect(told[0]!.message).not.toContain('download.microsoft.com');
});

describe('hosts that the topology lists by name', () => {
  const named = (host: string): string => `
version: 1
hosts:
  - { name: ${host}, roles: [mp] }
  - { name: DC01, addresses: [${DC}], roles: [domain-controller, dns-server] }
networks:
  - { name: clients, cidr: 10.1.0.0/24, roles: [client] }
`;
  const report = (host: string, name: string, address: string) =>
    held([...lookup(name, address, 0, undefined, '10.1.0.11'), ...later()], named(host)).endpoints.filter(
      ({ ip }) => ip === address,
    );

  const talk = (server: string) =>
    connection(1, { client: '10.1.0.11', server, serverPort: 80, first: request('GET / HTTP/1.1') });

  test('are found through the answers of the capture', () => {
    const frames = [...lookup('mp01.contoso.com', '10.0.0.77', 0, undefined, '10.1.0.11'), ...talk('10.0.0.77')];
    const { endpoints } = held(frames, named('MP01'));
    expect(endpoints.find(({ ip }) => ip === '10.0.0.77')).toMatchObject({ name: 'MP01', roles: ['mp'] });
  });

  test('an answer never takes an address that the topology gave to another', () => {
    const frames = [...lookup('mp01.contoso.com', DC, 0, undefined, '10.1.0.11'), ...talk(DC)];
    const { endpoints } = held(frames, named('MP01'));
    expect(endpoints.find(({ ip }) => ip === DC)).toMatchObject({ name: 'DC01' });
  });

  test('a short name is not every host of the world', () => {
    const frames = [...lookup('mp01.evil.example', WEB, 0, undefined, '10.1.0.11'), ...talk(WEB)];
    expect(held(frames, named('MP01')).endpoints.filter(({ name }) => name === 'MP01')).toEqual([]);
    expect(report('MP01', 'mp01.evil.example', WEB)).toEqual([]);
  });
});
