import { describe, expect, test } from 'vitest';
import { icmpError, type TestFrame, tcp, udp } from '../track/frames.ts';
import {
  CLIENT,
  DC,
  DP,
  FIREWALL,
  findingsOf,
  held,
  inTime,
  judged,
  LONGEST,
  MP,
  OTHER_CLIENT,
  ruleOf,
  SITE_SERVER,
  SQL,
  SUP,
  site,
  TCP_EVENTS,
  told,
  traffic,
  until,
} from './traffic.ts';

const to = (server: string, port: number, client = CLIENT) => ({ client, server, port });

/** Something that worked both ways, so that the capture evidently sees answers. */
const bothWays = traffic('answered', to(DC, 53), 0);
/** The same server answers somebody else. */
const alive = (server: string, port = 80) => traffic('established', to(server, port, OTHER_CLIENT), 0);

const why = (reason: string, example: string) => [{ reason, count: 1, examples: [example] }];

test('what several documents ask for and nobody tried is told once, with all of its rules', () => {
  const notes = findingsOf(held(bothWays, site()), 'required-not-seen');
  const facts = notes.map(({ src_roles, dest_roles, proto, dest_port, message }) =>
    JSON.stringify([src_roles, dest_roles, proto, dest_port ?? message]),
  );
  expect(new Set(facts).size).toBe(facts.length);
  const kerberos = notes.filter(({ dest_port }) => dest_port === 88);
  expect(kerberos.map(({ rule }) => rule)).toEqual([['cm.winsrv.kerberos', 'ws.dc.kerberos']]);
});

describe('silence', () => {
  const example = '10.1.0.11 (in clients) -> MP01 (10.0.0.20) tcp/443';
  test('repeated SYNs without an answer, of a server that answers others: blocked, proven', () => {
    const report = held([...traffic('silent', to(MP, 443), 1), ...alive(MP)], site());
    expect(told(report)).toMatchObject([
      { kind: 'blocked-required', severity: 'high', certainty: 'proven', outcome: 'no-answer', count: 1, attempts: 4 },
    ]);
    expect(ruleOf(report, 'cm.client-mp.https')).toMatchObject({ state: 'blocked', works: 0, blocked: 1 });
  });
  test('of a server that never says a word: likely, and the finding says that it may be down', () => {
    const report = held([...traffic('silent', to(MP, 443), 1), ...bothWays], site());
    expect(told(report)).toMatchObject([{ kind: 'blocked-required', certainty: 'likely' }]);
    expect(told(report)[0].message).toContain('it may also be down');
  });
  describe('what is said long before or after the attempts does not speak for their time', () => {
    const web = (time: number) => traffic('established', to(MP, 80, OTHER_CLIENT), time);
    const dns = (time: number) => traffic('answered', to(DC, 53, OTHER_CLIENT), time);
    const syns = traffic('silent', to(MP, 443), 300);
    const questions = [300, 301, 305].map((time) =>
      udp({ source: CLIENT, destination: DC, sourcePort: 50_000 + time, destinationPort: 53, time }),
    );
    test.each([
      ['213 s later', [213 + 300], 'likely'],
      ['a minute before', [240], 'likely'],
      // It may have been down between the two.
      ['a minute before and 213 s later', [240, 213 + 300], 'likely'],
      ['a minute before, 20 s before and 213 s later', [240, 280, 213 + 300], 'proven'],
      ['20 s before', [280], 'proven'],
      ['20 s later', [325], 'proven'],
      ['meanwhile', [303], 'proven'],
    ] as const)('%s', (_, times, certainty) => {
      for (const frames of [
        [...syns, ...times.flatMap(web), ...bothWays],
        [...questions, ...times.flatMap(dns), ...alive(MP)],
      ]) {
        const findings = findingsOf(judged([...inTime(frames), until(600)], site()), 'blocked-required');
        expect(findings).toMatchObject([{ certainty, outcome: 'no-answer' }]);
        expect(findings[0].message.includes('within 30 s of the attempts: it may have been down then')).toBe(
          certainty === 'likely',
        );
      }
    });
  });
  describe('hours before and hours after the attempts', () => {
    const HOURS = 20_000;
    const web = (time: number) => traffic('established', to(MP, 80, OTHER_CLIENT), time);
    const everySecond = (step: number) => Array.from({ length: HOURS / step }, (_, i) => until(i * step));
    const certaintyOf = (frames: Parameters<typeof inTime>[0]) => {
      const findings = findingsOf(judged(inTime([...frames, ...everySecond(1000)]), site()), 'blocked-required');
      expect(findings).toHaveLength(1);
      return [findings[0].certainty, findings[0].message] as const;
    };
    /** One connection of another client that goes on from `from` to `to`, with data both ways at either end. */
    const longLived = (from: number, until: number, end: 'FA' | 'R' | 'client R'): TestFrame[] => {
      const up = { source: OTHER_CLIENT, destination: MP, sourcePort: 50_999, destinationPort: 80 };
      const down = { source: MP, destination: OTHER_CLIENT, sourcePort: 80, destinationPort: 50_999 };
      const data = { ...up, sequence: 101, acknowledgment: 501, payload: 20 };
      return [
        tcp({ ...up, flags: 'S', sequence: 100, time: from }),
        tcp({ ...down, flags: 'SA', sequence: 500, acknowledgment: 101, time: from + 0.01 }),
        tcp({ ...data, time: from + 0.02 }),
        tcp({ ...down, sequence: 501, acknowledgment: 121, payload: 20, time: from + 0.03 }),
        tcp({ ...data, sequence: 121, acknowledgment: 521, time: until }),
        end === 'client R'
          ? tcp({ ...up, flags: 'R', sequence: 141, time: until + 1 })
          : tcp({ ...down, flags: end, sequence: 521, acknowledgment: 141, time: until + 0.01 }),
      ];
    };
    const silent = traffic('silent', to(MP, 443), 9000);
    const MAY_BE_DOWN =
      'The server is not heard in this capture within 30 s of the attempts: it may have been down then.';

    test('the server is heard, and nothing between: likely, since it may have been down', () => {
      const [certainty, message] = certaintyOf([...silent, ...web(10), ...web(19_000)]);
      expect(certainty).toBe('likely');
      expect(message).toContain(MAY_BE_DOWN);
    });
    test('the server is heard all the time: proven', () => {
      const minutes = Array.from({ length: HOURS / 60 }, (_, i) => web(i * 60)).flat();
      expect(certaintyOf([...silent, ...minutes])[0]).toBe('proven');
    });
    test('the server is heard but for the minutes around the attempts: likely', () => {
      const times = Array.from({ length: HOURS / 60 }, (_, i) => i * 60).filter((at) => at < 8950 || at > 9050);
      expect(certaintyOf([...silent, ...times.flatMap(web)])[0]).toBe('likely');
    });
    test.each([
      ['FA', 'proven'],
      // Who was started anew in between answers so, and who finds nobody there any more says so.
      ['R', 'likely'],
      ['client R', 'likely'],
    ] as const)('a connection to it lasts from before to after, and ends with %s: %s', (end, certainty) => {
      expect(certaintyOf([...silent, ...longLived(10, 19_000, end)])[0]).toBe(certainty);
    });
    test('attempts hours before and hours after the one time at which it is heard: likely', () => {
      const tries = [1000, 18_000].flatMap((time) => traffic('silent', to(MP, 443), time));
      const [certainty, message] = certaintyOf([...tries, ...web(9000)]);
      expect(certainty).toBe('likely');
      expect(message).toContain(MAY_BE_DOWN);
    });
    test('attempts all the time, and it is heard for a minute of it: proven by those of that minute', () => {
      const tries = Array.from({ length: 30 }, (_, i) => traffic('silent', to(MP, 443), 10 + i * 600)).flat();
      expect(certaintyOf([...tries, ...web(3000), ...web(3040)])[0]).toBe('proven');
    });
    test('one attempt while it is heard, the others when it is not: likely, and that is said', () => {
      const tries = [1000, 9000, 18_000].flatMap((time) => traffic('one-syn', to(MP, 443), time));
      const [certainty, message] = certaintyOf([...tries, ...web(9000)]);
      expect(certainty).toBe('likely');
      expect(message).toContain('within 30 s of more than one of the attempts: it may have been down then');
    });
    test('the same of questions over UDP, each from a port of its own or all from one', () => {
      const asked = (sourcePort: number, times: readonly number[]) =>
        times.map((time) => udp({ source: CLIENT, destination: DC, sourcePort, destinationPort: 53, time }));
      const others = (time: number) => traffic('answered', to(DC, 53, OTHER_CLIENT), time);
      const near = [...asked(50_001, [9000]), ...asked(50_002, [9001]), ...asked(50_003, [9005])];
      expect(certaintyOf([...near, ...others(10), ...others(19_000), ...alive(MP)])[0]).toBe('likely');
      expect(certaintyOf([...near, ...others(10), ...others(9020), ...others(19_000)])[0]).toBe('proven');
      const all = asked(50_001, [1000, 9000, 18_000]);
      expect(certaintyOf([...all, ...others(9000)])[0]).toBe('likely');
      expect(certaintyOf([...all, ...others(1010), ...others(17_990)])[0]).toBe('proven');
    });
  });
  test('one attempt: undecided', () => {
    const report = held([...traffic('one-syn', to(MP, 443), 1), ...alive(MP)], site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toEqual(why('one attempt without an answer proves nothing', example));
    expect(ruleOf(report, 'cm.client-mp.https')).toMatchObject({ state: 'undecided', undecided: 1 });
  });
  test('the capture ends too soon: undecided', () => {
    const report = judged([...alive(MP), ...traffic('one-syn', to(MP, 443), 1)], site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toEqual(why('the capture ends too soon after the last attempt', example));
  });
  test('the capturing system lost packets: undecided', () => {
    const report = held([...traffic('silent', to(MP, 443), 1), ...alive(MP)], site(), 1);
    expect(told(report)).toEqual([]);
    expect(report.undecided).toEqual(why('the capture lost packets, and the answer may be among them', example));
  });
  test.each(['stalled', 'reset', 'answer-lost'] as const)(
    'the capturing system lost packets: %s is undecided',
    (event) => {
      const report = held([...traffic(event, to(MP, 443), 1), ...alive(MP)], site(), 1);
      expect(told(report)).toEqual([]);
      expect(report.undecided).toEqual(why('the capture lost packets, and the answer may be among them', example));
      expect(report.connections).toMatchObject({ blocked: 0, undecided: 1 });
    },
  );
  test('packets lost at another time say nothing of a silence', () => {
    const silence = [...traffic('silent', to(MP, 443), 10), ...alive(MP)];
    const clean = [
      { fromSeconds: 0, toSeconds: 9 },
      { fromSeconds: 21, toSeconds: 40 },
    ];
    expect(told(held(silence, site(), clean))).toMatchObject([{ kind: 'blocked-required', certainty: 'proven' }]);
    const report = held(silence, site(), [...clean, { fromSeconds: 12, toSeconds: 12 }]);
    expect(told(report)).toEqual([]);
    expect(report.undecided).toEqual(why('the capture lost packets, and the answer may be among them', example));
  });
  test('a silence without losses counts, and the one with losses beside it does not', () => {
    const answers = traffic('established', to(MP, 80, OTHER_CLIENT), 30);
    const silence = [...traffic('silent', to(MP, 443), 10), ...traffic('silent', to(MP, 443), 40), ...answers];
    const report = held(silence, site(), [{ fromSeconds: 11, toSeconds: 12 }]);
    expect(told(report)).toMatchObject([{ kind: 'blocked-required', certainty: 'proven', count: 1, attempts: 4 }]);
  });
  test('lost packets do not unsay a refusal', () => {
    const report = held([...traffic('refused', to(MP, 443), 1), ...alive(MP)], site(), 1);
    expect(told(report)).toMatchObject([{ kind: 'blocked-required', certainty: 'proven', outcome: 'refused' }]);
  });
  test('no connection shows both directions: undecided', () => {
    const report = held(traffic('silent', to(MP, 443), 1), site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toEqual(
      why('the capture shows one direction only: an answer may have taken a way past it', example),
    );
  });
  test('another connection of the same server worked, and shows one direction: undecided', () => {
    const asymmetric = traffic('established', to(MP, 80, OTHER_CLIENT), 1).filter(
      (_, i) => i !== 1 && i !== 4 && i !== 6,
    );
    const report = held([...traffic('silent', to(MP, 443), 1), ...asymmetric, ...bothWays], site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toMatchObject(
      why('the capture shows one direction only: an answer may have taken a way past it', example),
    );
  });
  describe('three questions of a DNS client, each on a port of its own, are blocked', () => {
    const questions = [1, 2, 3].map((time) =>
      udp({ source: CLIENT, destination: DC, sourcePort: 50_000 + time, destinationPort: 53, time }),
    );
    const dns = traffic('answered', to(DC, 53, OTHER_CLIENT), 1);
    const answerOnly = traffic('answered', to(DC, 88, OTHER_CLIENT), 2).slice(1);
    test.each([
      ['the server answers TCP of another', alive(DC, 389), 'likely', 'Nobody gets an answer of this service'],
      [
        'it answers the client over TCP',
        traffic('established', to(DC, 53), 1),
        'likely',
        'Over TCP the service answers',
      ],
      ['the server answers another on this port', dns, 'proven', null],
      [
        'answers of the server are there without questions',
        [...dns, ...answerOnly],
        'likely',
        'without their questions',
      ],
    ] as const)('%s: %s', (_, others, certainty, words) => {
      const report = held([...questions, ...others], site());
      const findings = findingsOf(report, 'blocked-required');
      expect(findings).toMatchObject([{ certainty, proto: 'udp', dest_port: 53, count: 3, attempts: 3 }]);
      if (words !== null) expect(findings[0].message).toContain(words);
    });
  });
});

describe('what blocks', () => {
  test.each([
    ['refused', 'high', 'proven', 'refused'],
    ['prohibited', 'high', 'proven', 'prohibited'],
    ['unreachable', 'high', 'proven', 'unreachable'],
    ['stalled', 'medium', 'likely', 'established'],
    ['reset', 'medium', 'likely', 'established'],
    ['answer-lost', 'high', 'likely', 'half-open'],
  ] as const)('%s: %s, %s', (event, severity, certainty, outcome) => {
    const report = held([...traffic(event, to(MP, 80), 1), ...bothWays], site());
    expect(told(report)).toMatchObject([{ kind: 'blocked-required', severity, certainty, outcome, count: 1 }]);
    expect(told(report)[0].rule[0]).toBe('cm.client-mp.http');
    expect(report.connections).toMatchObject({ blocked: 1, expected: 1, unexpected: 0, undecided: 0 });
  });
  test.each(['prohibited', 'unreachable'] as const)('%s names who said so', (event) => {
    const [finding] = told(held(traffic(event, to(MP, 80), 1), site()));
    expect(finding.message).toContain(`${FIREWALL} (ICMP type 3`);
    expect(finding.remedy).toContain(FIREWALL);
    expect(finding.frames).toEqual([1, 2]);
  });
  test('a reset in front of the SYN-ACK: proven, and not told as the word of the server', () => {
    const [finding, ...others] = told(held(traffic('forged-reset', to(MP, 80), 1), site()));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'blocked-required', certainty: 'proven', outcome: 'refused' });
    expect(finding.message).toContain("a SYN-ACK came behind it: not both are the server's own");
    expect(finding.remedy).toContain('Find what sends resets in the name of MP01 (10.0.0.20)');
  });
  test('a routing loop is told as such, not as silence', () => {
    const [syn, again, ...rest] = traffic('silent', to(MP, 80), 1);
    const told11 = (frame: typeof syn, time: number) => icmpError(FIREWALL, CLIENT, 11, 0, frame, time);
    const frames = [syn, told11(syn, 1.01), again, told11(again, 2.01), ...rest, ...alive(MP, 443)];
    const [finding, ...others] = told(held(frames, site()));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'blocked-required', certainty: 'proven', outcome: 'unreachable' });
    expect(finding.message).toContain(
      `${FIREWALL} (ICMP type 11 code 0) said that the packet's time to live ran out on the way`,
    );
    expect(finding.remedy).toContain(`Look for a routing loop around ${FIREWALL}`);
  });
  test.each([
    ['answer-prohibited', 'prohibited', 13, 'that it is administratively prohibited'],
    ['answer-unreachable', 'unreachable', 3, 'that the port is unreachable'],
  ] as const)('%s: answers that a router turns away: proven, with the router', (event, outcome, code, words) => {
    const [finding, ...others] = told(held(traffic(event, to(MP, 80), 1), site()));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'blocked-required',
      certainty: 'proven',
      outcome,
      icmp: { sender: FIREWALL, code, packets_of: 'server' },
    });
    expect(finding.message).toContain(`${FIREWALL} (ICMP type 3 code ${code}) said of the server's answer ${words}`);
    expect(finding.remedy).toContain(`${FIREWALL} does not let the answer pass`);
  });
  test.each([
    ['stalled-later', 'data of both sides passed, then what one side sent was repeated and never acknowledged'],
    ['old-connection', 'the server answered the SYN with an ACK alone'],
    ['not-taken-up', 'nothing of the client was captured after it'],
    ['reset-ignored', 'all that came back are resets that do not acknowledge the SYN'],
    ['unheard', 'the capture shows one direction only'],
  ] as const)('%s: undecided, nobody is accused', (event, reason) => {
    const report = held([...traffic(event, to(MP, 80), 1), ...alive(MP, 443)], site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toMatchObject([{ reason: expect.stringContaining(reason), count: 1 }]);
    expect(ruleOf(report, 'cm.client-mp.http')).toMatchObject({ state: 'undecided', works: 0, blocked: 0 });
    const beside = held([...traffic(event, to(MP, 80), 1), ...traffic('established', to(MP, 80), 20)], site());
    expect(told(beside)).toEqual([]);
    expect(ruleOf(beside, 'cm.client-mp.http')).toMatchObject({ state: 'works', works: 1, undecided: 1 });
  });
  test('answers over UDP that somebody else than the client rejects as "port unreachable": undecided', () => {
    const report = held(traffic('answer-rejected', to(DC, 53), 1), site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toMatchObject([
      { reason: expect.stringContaining('each answer was rejected as "port unreachable"'), count: 1 },
    ]);
    expect(report.connections).toMatchObject({ blocked: 0, undecided: 1 });
  });
  test('prohibited by the server itself: the remedy names its own firewall', () => {
    const [syn] = traffic('one-syn', to(MP, 80), 1);
    const [finding] = told(held([syn, icmpError(MP, CLIENT, 3, 10, syn, 1.01)], site()));
    expect(finding).toMatchObject({ certainty: 'proven', outcome: 'prohibited' });
    expect(finding.remedy).toContain('in the firewall of MP01 (10.0.0.20) itself');
  });
  test('an ICMP port unreachable for UDP', () => {
    const report = held(traffic('port-unreachable', to(DC, 53), 1), site());
    expect(told(report)).toMatchObject([
      { kind: 'blocked-required', certainty: 'proven', proto: 'udp', dest_port: 53, outcome: 'unreachable' },
    ]);
    expect(told(report)[0].remedy).toContain('see that the service listens on udp/53');
  });
  test('some got through and others did not: undecided, with its reason', () => {
    const report = held([...traffic('refused', to(MP, 80), 1), ...traffic('established', to(MP, 80), 3)], site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toEqual([
      {
        reason: 'some connections got through and others did not, so nothing blocks it for good',
        count: 1,
        examples: ['10.1.0.11 (in clients) -> MP01 (10.0.0.20) tcp/80'],
      },
    ]);
    expect(report.connections).toMatchObject({ expected: 1, blocked: 0, undecided: 1 });
    expect(ruleOf(report, 'cm.client-mp.http')).toMatchObject({
      state: 'works',
      reason: 'some connections failed',
      works: 1,
      undecided: 1,
    });
  });
  test('a connection of which nobody can tell is not counted as working beside one that works', () => {
    const report = judged([...traffic('established', to(MP, 80), 1), ...traffic('one-syn', to(MP, 80), 5)], site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toMatchObject([{ reason: 'the capture ends too soon after the last attempt', count: 1 }]);
    expect(report.connections).toMatchObject({ expected: 1, undecided: 1 });
    expect(ruleOf(report, 'cm.client-mp.http')).toMatchObject({ state: 'works', reason: null, works: 1, undecided: 1 });
  });
  test('a client that resets before the answer gave up: nobody is accused', () => {
    const report = held([...traffic('gave-up', to(MP, 80), 1), ...bothWays], site());
    expect(told(report)).toEqual([]);
    expect(ruleOf(report, 'cm.client-mp.http')).toMatchObject({ state: 'works', works: 1, blocked: 0 });
  });
  test('a rule that is nominal only is not missed', () => {
    const report = held([...traffic('refused', to(DP, 8005), 1), ...alive(DP)], site());
    expect(told(report)).toEqual([]);
  });
});

test.each(['stalled', 'reset'] as const)('the role matrix counts what opened and then failed: %s', (event) => {
  const frames = [...traffic(event, to(MP, 80), 1), ...traffic('established', to(MP, 80, OTHER_CLIENT), 1)];
  const [row, ...others] = held(frames, site()).matrix.filter(({ verdict }) => verdict === 'expected');
  expect(others).toEqual([]);
  expect(row).toMatchObject({ connections: 2, outcomes: { established: 2 }, symptoms: 1 });
});

describe('slow to open', () => {
  test('answered at the third SYN: works, and how slow it was is told, once for the ends and port', () => {
    const frames = [1, 20].flatMap((time) => traffic('slow', to(MP, 443), time));
    const report = held([...frames, ...traffic('established', to(MP, 443), 30)], site());
    const [finding, ...others] = told(report);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'slow-connect',
      severity: 'info',
      dest_port: 443,
      outcome: 'established',
      count: 2,
      attempts: 6,
      frames: [1, 3, 6, 8],
    });
    expect(finding.rule[0]).toBe('cm.client-mp.https');
    expect(finding.message).toContain('2 of 3 connections opened only after a repeated SYN, the slowest after 3.2 s.');
    expect(ruleOf(report, 'cm.client-mp.https')).toMatchObject({ state: 'works', works: 3, blocked: 0 });
  });
  test('a copy of the SYN is no repeat, and an unexpected port is told as such', () => {
    expect(told(held(traffic('established', to(MP, 443), 1), site()))).toEqual([]);
    expect(told(held(traffic('slow', to(SQL, 1433), 1), site()))).toMatchObject([{ kind: 'unexpected-port' }]);
  });
});

describe('alternatives and fallbacks', () => {
  test('HTTP refused, HTTPS works: nothing is blocked, and the state says which one works', () => {
    const report = held([...traffic('refused', to(MP, 80), 1), ...traffic('established', to(MP, 443), 1)], site());
    expect(told(report)).toEqual([]);
    expect(ruleOf(report, 'cm.client-mp.http')).toMatchObject({
      state: 'works',
      reason: 'tcp/443 works in place of tcp/80',
    });
    expect(ruleOf(report, 'cm.client-mp.https')).toMatchObject({ state: 'works', reason: null });
  });
  test('an alternative that works for somebody else does not help', () => {
    const report = held([...traffic('refused', to(MP, 80), 1), ...alive(MP, 443)], site());
    expect(told(report)).toMatchObject([{ kind: 'blocked-required', severity: 'high', dest_port: 80 }]);
  });
  test('refused at one address of a host, works at another: medium, and it says which one works', () => {
    const topology = site().replace(`addresses: [${MP}]`, `addresses: [${MP}, 10.0.0.21]`);
    const frames = [...traffic('refused', to(MP, 443), 1), ...traffic('established', to('10.0.0.21', 443), 1)];
    const report = held(frames, topology);
    expect(told(report)).toMatchObject([
      { kind: 'blocked-required', severity: 'medium', certainty: 'proven', dest_ip: MP, dest_port: 443, count: 1 },
    ]);
    expect(told(report)[0].message).toContain('It works over 10.0.0.21.');
    expect(ruleOf(report, 'cm.client-mp.https').state).toBe('works');
  });
  test('an alternative that works at another address of the host is one', () => {
    const topology = site().replace(`addresses: [${MP}]`, `addresses: [${MP}, 10.0.0.21]`);
    const frames = [...traffic('refused', to(MP, 80), 1), ...traffic('established', to('10.0.0.21', 443), 1)];
    expect(told(held(frames, topology))).toEqual([]);
  });
  test.each([
    [8530, 80],
    [80, 8530],
  ])('WSUS on %i refused, on %i works: the rule works and says by which port', (refused, open) => {
    const frames = [...traffic('refused', to(SUP, refused), 1), ...traffic('established', to(SUP, open), 1)];
    const report = held(frames, site());
    expect(told(report)).toEqual([]);
    expect(ruleOf(report, 'cm.client-sup.http')).toMatchObject({
      state: 'works',
      reason: `tcp/${open} works in place of tcp/${refused}`,
    });
  });
  test('80 or 8530, both refused: one finding each', () => {
    const report = held([...traffic('refused', to(SUP, 8530), 1), ...traffic('refused', to(SUP, 80), 1)], site());
    expect(findingsOf(report, 'blocked-required').map(({ dest_port }) => dest_port)).toEqual([8530, 80]);
    expect(ruleOf(report, 'cm.client-sup.http').state).toBe('blocked');
  });
  test('ports that are needed all: one that works does not make up for one that is blocked', () => {
    const topology = `
version: 1
catalogs: { configmgr: false, windows-server: false, hybrid-identity: { version: 2017-02 }, internet-endpoints: false }
hosts:
  - { name: AGENT, addresses: [10.0.0.1], roles: [pta-agent] }
`;
    const cloud = '40.0.0.1';
    const frames = [
      ...traffic('established', to(cloud, 9352, '10.0.0.1'), 1),
      ...traffic('refused', to(cloud, 5671, '10.0.0.1'), 1),
    ];
    const report = held(frames, topology);
    expect(told(report)).toMatchObject([
      { kind: 'blocked-required', severity: 'high', dest_port: 5671, rule: ['hy.t6a.service-bus'] },
    ]);
    expect(ruleOf(report, 'hy.t6a.service-bus')).toMatchObject({ state: 'blocked', works: 1, blocked: 1 });
  });
  test('notification refused, HTTP works: medium, and the fallback is named', () => {
    const report = held([...traffic('refused', to(MP, 10123), 1), ...traffic('established', to(MP, 80), 1)], site());
    expect(told(report)).toMatchObject([
      {
        kind: 'blocked-required',
        severity: 'medium',
        certainty: 'proven',
        dest_port: 10123,
        rule: ['cm.client-mp.notification'],
      },
    ]);
    expect(told(report)[0].message).toContain('tcp/80 works in its place (cm.client-mp.http)');
  });
  test('WSUS over HTTPS without HTTP: one finding names the pair', () => {
    const frames = [...traffic('refused', to(SUP, 8530), 1), ...traffic('established', to(SUP, 8531), 1)];
    const pair = told(held(frames, site('', 'wsus_http_port: 8530')));
    expect(pair).toMatchObject([
      { kind: 'wsus-port-pair', severity: 'high', certainty: 'proven', dest_port: 8530, outcome: 'refused', count: 1 },
    ]);
    expect(pair[0].rule).toEqual(expect.arrayContaining(['cm.client-sup.http', 'cm.client-sup.https']));
    expect(pair[0].message).toContain('over tcp/8531, but not over tcp/8530');
  });
  test.each([
    ['stalled', 'medium', 'likely', 'never acknowledged'],
    ['answer-lost', 'high', 'likely', 'between the capture point and the client'],
    ['silent', 'high', 'proven', 'nothing came back'],
  ] as const)('half of a WSUS pair is as certain as what happened to it: %s', (event, severity, certainty, words) => {
    const frames = [...traffic(event, to(SUP, 8530), 1), ...traffic('established', to(SUP, 8531), 1)];
    const findings = told(held(frames, site('', 'wsus_http_port: 8530')));
    expect(findings).toMatchObject([{ kind: 'wsus-port-pair', severity, certainty, dest_port: 8530 }]);
    expect(findings[0].message).toContain(words);
  });
  test('half of a WSUS pair on a port that serves more: all rules are named, once', () => {
    const topology = site('', 'wsus_http_port: 80').replace('roles: [sup]', 'roles: [sup, mp]');
    const frames = [...traffic('refused', to(SUP, 80), 1), ...traffic('established', to(SUP, 443), 1)];
    const [finding, ...others] = told(held(frames, topology));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'wsus-port-pair', dest_port: 80 });
    expect(new Set(finding.rule).size).toBe(finding.rule.length);
    expect(finding.rule[0]).toBe('cm.client-sup.http');
  });
  test('WSUS over HTTPS, HTTP not tried: nothing is wrong', () => {
    const report = held(traffic('established', to(SUP, 8531), 1), site('', 'wsus_http_port: 8530'));
    expect(told(report)).toEqual([]);
  });
});

describe('ports of the site', () => {
  test('an alternate port replaces the default', () => {
    const frames = [...traffic('established', to(MP, 8080), 1), ...traffic('established', to(MP, 80), 1)];
    const report = held(frames, site('', 'client_http_port: 8080'));
    expect(told(report)).toMatchObject([{ kind: 'unexpected-port', dest_port: 80 }]);
    expect(ruleOf(report, 'cm.client-mp.http')).toMatchObject({ state: 'works', ports: ['8080'], works: 1 });
  });
  test('an alternate port that is blocked is the required one', () => {
    const report = held([...traffic('refused', to(MP, 8080), 1), ...bothWays], site('', 'client_http_port: 8080'));
    expect(told(report)).toMatchObject([{ kind: 'blocked-required', severity: 'high', dest_port: 8080 }]);
  });
  test('the port of HTTPS for WSUS follows HTTP', () => {
    const report = held(traffic('established', to(SUP, 8533), 1), site('', 'wsus_http_port: 8532'));
    expect(told(report)).toEqual([]);
    expect(ruleOf(report, 'cm.client-sup.https')).toMatchObject({ state: 'works', ports: ['8533'] });
  });
});

describe('forbidden', () => {
  const forbid = (ports = '[23]') =>
    site(`forbid:\n  - { id: no-telnet, from: any, to: any, transport: tcp, ports: ${ports}, reason: clear text }`);
  test.each([
    ['established', 'high', 'uses tcp/23'],
    ['midstream', 'high', 'uses tcp/23'],
    ['stalled', 'high', 'uses tcp/23'],
    ['refused', 'low', 'It did not get through.'],
    ['prohibited', 'low', 'It did not get through.'],
    ['silent', 'low', 'It did not get through.'],
  ] as const)('%s: %s', (event, severity, words) => {
    const report = held([...traffic(event, to(DP, 23), 1), ...alive(DP)], forbid());
    expect(told(report)).toMatchObject([
      { kind: 'forbidden', severity, rule: ['site.forbid.no-telnet'], dest_port: 23 },
    ]);
    expect(told(report)[0].message).toContain(words);
  });
  test('a single SYN is no use, and nobody saw it stopped', () => {
    const [finding] = told(held([...traffic('one-syn', to(DP, 23), 1), ...alive(DP)], forbid()));
    expect(finding).toMatchObject({ kind: 'forbidden', severity: 'medium' });
    expect(finding.message).toMatch(/tried tcp\/23 .* The capture does not show whether it got through\.$/);
  });
  test('silence in a capture of one direction is not called stopped', () => {
    const [finding] = told(held(traffic('silent', to(DP, 23), 1), forbid()));
    expect(finding).toMatchObject({ kind: 'forbidden', severity: 'medium' });
  });
  test('a prohibition is stronger than an expectation', () => {
    const report = held(traffic('established', to(MP, 80), 1), forbid('[80]'));
    expect(told(report)).toMatchObject([{ kind: 'forbidden', severity: 'high' }]);
  });
});

describe('unexpected', () => {
  test('between known roles', () => {
    const report = held(traffic('established', to(SQL, 1433), 1), site());
    expect(told(report)).toMatchObject([
      {
        kind: 'unexpected-port',
        severity: 'medium',
        certainty: 'proven',
        rule: [],
        src_ip: CLIENT,
        dest_name: 'SQL01',
      },
    ]);
    expect(report.matrix.filter(({ verdict }) => verdict === 'unexpected')).toMatchObject([
      {
        src_role: 'client',
        dest_role: 'sql-server',
        proto: 'tcp',
        dest_port: 1433,
        rules: [],
        outcomes: { established: 1 },
      },
    ]);
  });
  test.each([
    ['refused', 'did not get through; no rule expects it.'],
    ['one-syn', 'the capture does not show whether it got through; no rule expects it.'],
  ] as const)('%s: low', (event, words) => {
    const [finding] = told(held([...traffic(event, to(SQL, 1433), 1), ...bothWays], site()));
    expect(finding).toMatchObject({ kind: 'unexpected-port', severity: 'low' });
    expect(finding.message).toContain(words);
  });
  test('twenty ports of one server are twenty findings, one more is a scan', () => {
    const scan = (ports: number) =>
      held(Array.from({ length: ports }, (_, i) => traffic('refused', to(SQL, 2000 + i), 1)).flat(), site());
    expect(told(scan(20))).toHaveLength(20);
    const [finding, ...others] = told(scan(21));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'unexpected-port',
      dest_port: null,
      count: 21,
      src_ip: CLIENT,
      dest_ip: SQL,
    });
    expect(finding.message).toContain(
      'tried 21 ports of SQL01 (10.0.0.60) that no rule expects, as a port scan does; 0 of them answered',
    );
  });
  test('of a scan, the ports that answered are named', () => {
    const frames = Array.from({ length: 300 }, (_, i) =>
      traffic(i === 170 ? 'established' : 'refused', to(SQL, 2000 + i), 1),
    );
    const [finding, ...others] = told(held(frames.flat(), site()));
    expect(others).toEqual([]);
    expect(finding.message).toContain('1 of them answered (tcp/2170).');
    expect(finding.remedy).toContain('Find out what runs on 10.1.0.11 (in clients): a scanner of your own');
    expect(finding.frames.length).toBeLessThanOrEqual(5);
  });
  test('the same ports of two servers are no scan', () => {
    const frames = [SQL, DP].flatMap((server) =>
      Array.from({ length: 12 }, (_, i) => traffic('refused', to(server, 2000 + i), 1)),
    );
    expect(told(held(frames.flat(), site()))).toHaveLength(24);
  });
});

describe('addresses that the topology does not list', () => {
  test('an unknown address', () => {
    const report = held(traffic('established', to(MP, 80, '10.7.0.1'), 1), site());
    expect(told(report)).toMatchObject([
      { kind: 'unknown-endpoint', severity: 'low', src_ip: '10.7.0.1', src_name: null, dest_name: 'MP01', count: 1 },
    ]);
    expect(report.endpoints.map(({ ip, known_by }) => [ip, known_by])).toEqual([
      ['10.7.0.1', 'unknown'],
      [MP, 'host'],
    ]);
  });
  test('one finding an address, whatever it does', () => {
    const frames = [80, 443, 5985, 22].flatMap((port) => traffic('established', to(MP, port, '10.7.0.1'), 1));
    expect(told(held(frames, site()))).toMatchObject([{ kind: 'unknown-endpoint', count: 4, dest_port: null }]);
  });
  test('more than a hundred are summed up', () => {
    const strangers = (count: number) =>
      held(
        Array.from({ length: count }, (_, i) => traffic('refused', to(MP, 80, `10.7.${i >> 7}.${i & 127}`), 1)).flat(),
        site(),
      );
    expect(told(strangers(100))).toHaveLength(100);
    const findings = told(strangers(250));
    expect(findings).toHaveLength(101);
    expect(findings.reduce((sum, { count }) => sum + count, 0)).toBe(250);
    const rest = findings.find(({ src_ip, dest_ip }) => src_ip === null && dest_ip === null);
    expect(rest?.message).toBe('150 more addresses that the topology does not list have traffic with it.');
  });
  test('traffic among strangers is nobody’s business', () => {
    const report = held(traffic('established', to('10.7.0.1', 80, '10.7.0.2'), 1), site());
    expect(told(report)).toEqual([]);
    expect(report.coverage.not_judged).toEqual({ 'outside-the-topology': 8 });
    expect(report.endpoints).toEqual([]);
  });
});

describe('the internet', () => {
  const online = () => site().replace('internet-endpoints: false', 'internet-endpoints: true');
  const cloud = '93.184.216.34';
  test('what rules expect of it', () => {
    const report = held(traffic('established', to(cloud, 443, SITE_SERVER), 1), online());
    expect(told(report)).toEqual([]);
    expect(report.connections).toMatchObject({ expected: 1, unexpected: 0 });
  });
  test('what they expect, and does not get through', () => {
    const report = held(traffic('refused', to(cloud, 443, SITE_SERVER), 1), online());
    expect(told(report)).toMatchObject([
      { kind: 'blocked-required', severity: 'medium', dest_ip: cloud, dest_port: 443 },
    ]);
    // None of the hundred rules that name a host is blocked for all that is known.
    expect(told(report)[0].rule.filter((id) => id.startsWith('ie.'))).toEqual([]);
  });
  test('what no rule expects', () => {
    const report = held(traffic('established', to(cloud, 25), 1), online());
    expect(told(report)).toMatchObject([{ kind: 'unknown-endpoint', dest_ip: cloud, dest_port: 25 }]);
    expect(told(report)[0].message).toContain('an internet address on no list');
  });
  test.each(['refused', 'established'] as const)(
    'rules that name a host say nothing of an address without a name: %s',
    (event) => {
      const report = held(traffic(event, to(cloud, 443), 1), online());
      expect(told(report)).toEqual([]);
      expect(Object.keys(report.coverage.not_judged)).toContain('name-unknown');
      expect(ruleOf(report, 'ie.global.aka-ms')).toMatchObject({ state: 'not-seen', works: 0, blocked: 0 });
    },
  );
});

describe('groups and hosts without an address', () => {
  test('multicast that no rule speaks of is not judged', () => {
    const report = held(traffic('ignored', to('239.1.2.3', 5000), 1), site());
    expect(told(report)).toEqual([]);
    expect(report.coverage.not_judged).toEqual({ 'multicast-or-broadcast': 4, 'outside-the-topology': 1 });
    expect(report.connections).toMatchObject({ not_judged: 2, undecided: 0 });
  });
  test('DHCP from a host without an address is expected, and that nobody is seen to answer is no fault', () => {
    const discover = udp({
      source: '0.0.0.0',
      destination: '255.255.255.255',
      sourcePort: 68,
      destinationPort: 67,
      time: 1,
    });
    const report = held([discover], site());
    expect(told(report)).toEqual([]);
    expect(report.connections).toMatchObject({ expected: 1, undecided: 0 });
    expect(report.undecided).toEqual([]);
  });
});

describe('TFTP', () => {
  test('the transfer from a port of the server is expected', () => {
    const report = held(traffic('tftp', to(DP, 69), 1), site());
    expect(told(report)).toEqual([]);
    expect(ruleOf(report, 'cm.client-dp-pxe.tftp')).toMatchObject({ state: 'works', blocked: 0 });
    expect(report.connections).toMatchObject({ expected: 2, unexpected: 0 });
  });
  test('the same datagrams without the request are not', () => {
    const report = held(traffic('tftp', to(DP, 69), 1).slice(1), site());
    expect(told(report)).toMatchObject([{ kind: 'unexpected-port', proto: 'udp' }]);
  });
});

describe('connections seen from the middle', () => {
  test('where the ports do not tell, a rule decides who is the client', () => {
    const topology = site('expect:\n  - { id: own, from: client, to: SQL01, transport: tcp, ports: [50111] }');
    // Both ports are in the ephemeral range, and the first packet is the server's.
    const [first, ...others] = traffic(
      'midstream',
      { client: SQL, server: CLIENT, port: 50_999, clientPort: 50_111 },
      1,
    );
    const report = held([first, ...others], topology);
    expect(told(report)).toEqual([]);
    expect(ruleOf(report, 'site.expect.own')).toMatchObject({ state: 'works', works: 1 });
  });
  test('turned around, rules that name a host say nothing of an address without a name either', () => {
    const topology = site().replace('internet-endpoints: false', 'internet-endpoints: true');
    // Port 80 is as good a server's port as 443.
    const frames = traffic('midstream', { client: '93.184.216.34', server: CLIENT, port: 80, clientPort: 443 }, 1);
    const report = held(frames, topology);
    expect(told(report)).toEqual([]);
    expect(report.coverage.not_judged).toMatchObject({ 'name-unknown': 3 });
    expect(report.rules.filter(({ works }) => works > 0)).toEqual([]);
  });
  test('an unexpected one is only likely', () => {
    const report = held(
      traffic('midstream', { client: SQL, server: CLIENT, port: 50_999, clientPort: 50_111 }, 1),
      site(),
    );
    expect(told(report)).toMatchObject([{ kind: 'unexpected-port', certainty: 'likely' }]);
  });
});

describe('counting', () => {
  test('findings of the same ends, port and outcome are one', () => {
    const frames = [1, 5, 9].flatMap((time) => traffic('refused', to(MP, 443), time));
    const report = held([...frames, ...alive(MP)], site());
    expect(told(report)).toMatchObject([
      { count: 3, attempts: 3, first_ts: '2023-11-14T22:13:21.000000Z', last_ts: '2023-11-14T22:13:29.010000Z' },
    ]);
    expect(told(report)[0].frames).toHaveLength(5);
  });
  test('another outcome is another finding', () => {
    const report = held([...traffic('refused', to(MP, 443), 1), ...traffic('prohibited', to(MP, 443), 5)], site());
    expect(told(report).map(({ outcome, count }) => [outcome, count])).toEqual([
      ['refused', 1],
      ['prohibited', 1],
    ]);
  });
  test('a display filter for each, both ways', () => {
    const [finding] = told(held(traffic('refused', to(MP, 443), 1), site()));
    expect(finding.display_filter).toBe('ip.addr == 10.1.0.11 && ip.addr == 10.0.0.20 && tcp.port == 443');
  });
  test('the most severe comes first', () => {
    const frames = [
      ...traffic('established', to(MP, 80, '10.7.0.1'), 1),
      ...traffic('established', to(SQL, 1433), 2),
      ...traffic('refused', to(MP, 10123), 3),
    ];
    expect(told(held(frames, site())).map(({ severity }) => severity)).toEqual(['high', 'medium', 'low']);
  });
});

describe('required-not-seen', () => {
  const missing = (report: ReturnType<typeof held>) =>
    findingsOf(report, 'required-not-seen').flatMap(({ rule }) => rule);
  test('rules whose ends exist and of which nothing is in the capture: information only', () => {
    const report = held(traffic('established', to(MP, 80), 1), site());
    expect(missing(report)).toContain('cm.client-mp.https');
    expect(missing(report)).not.toContain('cm.client-mp.http');
    expect(findingsOf(report, 'required-not-seen').every(({ severity }) => severity === 'info')).toBe(true);
    expect(ruleOf(report, 'cm.client-mp.https').state).toBe('not-seen');
  });
  test('the port is named where there is one', () => {
    const ports = new Map(
      findingsOf(held([], site()), 'required-not-seen').map(({ rule, dest_port }) => [rule[0], dest_port]),
    );
    expect(ports.get('cm.client-mp.http')).toBe(80);
    expect(ports.get('cm.client-sup.http')).toBeNull();
    expect(ports.get('cm.site-dp.rpc-dynamic')).toBeNull();
  });
  test('a rule that was tried and failed was seen', () => {
    expect(missing(held(traffic('refused', to(MP, 80), 1), site()))).not.toContain('cm.client-mp.http');
  });
  test('a reset alone is no attempt, and says so', () => {
    const [, reset] = traffic('refused', to(MP, 80), 1);
    const report = held([reset, ...bothWays], site());
    expect(told(report)).toEqual([]);
    expect(report.undecided).toEqual(
      why(
        'of one side nothing but resets was captured, or headers that end before their TCP flags: what was tried, and what became of it, is not in the capture',
        '10.1.0.11 (in clients) -> MP01 (10.0.0.20) tcp/80',
      ),
    );
    expect(missing(report)).toContain('cm.client-mp.http');
    expect(ruleOf(report, 'cm.client-mp.http').state).toBe('not-seen');
  });
  test('rules of roles that the site does not have are not applicable', () => {
    const report = held([], site());
    expect(missing(report)).not.toContain('cm.client-fsp.http');
    expect(ruleOf(report, 'cm.client-fsp.http').state).toBe('not-applicable');
  });
});

test('every event is over within the time that tests give it', () => {
  const times = TCP_EVENTS.flatMap((event) => traffic(event, to(MP, 80), 0)).map(
    (frame) => frame.seconds - 1_700_000_000,
  );
  expect(Math.max(...times)).toBeLessThan(LONGEST);
});
