/** What may happen between two hosts, frame by frame, and the judgement of it. */
import { assess } from '../../src/assess/assess.ts';
import { Losses, type LossWindow } from '../../src/assess/losses.ts';
import type { Finding, Report, RuleReport } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { parseSite, type Site } from '../../src/site/index.ts';
import type { Observation } from '../../src/track/observation.ts';
import { timeText } from '../../src/track/time-text.ts';
import { observe } from '../track/analyze.ts';
import { icmpError, START, type TestFrame, tcp, udp } from '../track/frames.ts';

/** Who talks to whom; source ports are given out one by one where the test does not care. */
export interface Ends {
  client: string;
  server: string;
  port: number;
  clientPort?: number;
}

export const TCP_EVENTS = [
  'established',
  'refused',
  'silent',
  'one-syn',
  'prohibited',
  'unreachable',
  'stalled',
  'reset',
  'gave-up',
  'slow',
  'answer-lost',
  'midstream',
  'forged-reset',
  'answer-prohibited',
  'answer-unreachable',
  'reset-ignored',
  'stalled-later',
  'unheard',
  'old-connection',
  'not-taken-up',
] as const;
export const UDP_EVENTS = ['answered', 'ignored', 'port-unreachable', 'answer-rejected', 'tftp'] as const;
export type TcpEvent = (typeof TCP_EVENTS)[number];
export type UdpEvent = (typeof UDP_EVENTS)[number];
export type TrafficEvent = TcpEvent | UdpEvent;

export const FIREWALL = '10.9.9.9';
/** The longest event, in seconds. */
export const LONGEST = 16;

let nextPort = 50_000;
let nextId = 1;

/** The frames of one event that begins at `time` (seconds), both directions. */
export function traffic(event: TrafficEvent, ends: Ends, time: number): TestFrame[] {
  const port = ends.clientPort ?? nextPort++;
  if (nextPort > 60_000) nextPort = 50_000;
  return isUdp(event)
    ? udpTraffic(event, { ...ends, clientPort: port }, time)
    : tcpTraffic(event, { ...ends, clientPort: port }, time);
}

const isUdp = (event: TrafficEvent): event is UdpEvent => (UDP_EVENTS as readonly string[]).includes(event);

function tcpTraffic(event: TcpEvent, ends: Required<Ends>, time: number): TestFrame[] {
  const send = (
    direction: '>' | '<',
    flags: string,
    after: number,
    payload = 0,
    sequence = 1,
    heard = 1,
  ): TestFrame => {
    const toServer = direction === '>';
    const own = (toServer ? 1000 : 9000) + (flags.includes('S') ? 0 : sequence);
    return tcp({
      source: toServer ? ends.client : ends.server,
      destination: toServer ? ends.server : ends.client,
      sourcePort: toServer ? ends.clientPort : ends.port,
      destinationPort: toServer ? ends.port : ends.clientPort,
      flags,
      sequence: own,
      acknowledgment: flags.includes('A') ? (toServer ? 9000 : 1000) + heard : 0,
      payload,
      id: nextId++ & 0xffff,
      time: time + after,
    });
  };
  const handshake = () => [send('>', 'S', 0), send('<', 'SA', 0.01), send('>', 'A', 0.02)];
  const syns = () => [0, 1, 3, 7].map((after) => send('>', 'S', after));
  const told = (type: number, code: number): TestFrame[] => {
    const syn = send('>', 'S', 0);
    return [syn, icmpError(FIREWALL, ends.client, type, code, syn, time + 0.01)];
  };
  switch (event) {
    case 'established':
      return [
        ...handshake(),
        send('>', 'PA', 0.03, 80),
        send('<', 'PA', 0.04, 200),
        send('>', 'FA', 0.05, 0, 81),
        send('<', 'FA', 0.06, 0, 201),
      ];
    case 'refused':
      return [send('>', 'S', 0), send('<', 'RA', 0.01)];
    case 'silent':
      return syns();
    case 'one-syn':
      return [send('>', 'S', 0)];
    case 'prohibited':
      return told(3, 13);
    case 'unreachable':
      return told(3, 1);
    case 'stalled':
      return [...handshake(), ...[0.1, 0.4, 1, 2.2, 4.6, 9.4].map((after) => send('>', 'PA', after, 300))];
    case 'reset':
      return [...handshake(), send('>', 'PA', 0.1, 300), send('<', 'RA', 0.11)];
    case 'gave-up':
      return [...handshake(), send('>', 'PA', 0.1, 300), send('<', 'A', 0.11, 0, 1), send('>', 'RA', 4, 0, 301)];
    case 'slow':
      return [send('>', 'S', 0), send('>', 'S', 1), send('>', 'S', 3), send('<', 'SA', 3.2), send('>', 'A', 3.21)];
    case 'answer-lost':
      return [0, 1, 3, 7].flatMap((after) => [send('>', 'S', after), send('<', 'SA', after + 0.01)]);
    case 'reset-ignored':
      return [0, 1, 3, 7].flatMap((after) => [send('>', 'S', after), send('<', 'R', after + 0.01)]);
    case 'forged-reset':
      return [send('>', 'S', 0), send('<', 'RA', 0.001), send('<', 'SA', 0.01), send('>', 'R', 0.011)];
    case 'answer-prohibited':
    case 'answer-unreachable':
      return [0, 1, 3].flatMap((after) => {
        const answer = send('<', 'SA', after + 0.01);
        const code = event === 'answer-prohibited' ? 13 : 3;
        return [send('>', 'S', after), answer, icmpError(FIREWALL, ends.server, 3, code, answer, time + after + 0.02)];
      });
    case 'stalled-later':
      return [
        ...handshake(),
        send('>', 'PA', 0.03, 80),
        send('<', 'PA', 0.04, 200, 1, 81),
        ...[5, 5.3, 5.9, 7.1, 9.5].map((after) => send('>', 'PA', after, 80, 81, 201)),
      ];
    case 'unheard':
      return [0, 0.3, 0.9, 2.1, 4.5].map((after) => send('>', 'PA', after, 80, 5000));
    case 'old-connection':
      return [0, 1, 3, 7].flatMap((after) => [send('>', 'S', after), send('<', 'A', after + 0.01, 0, 7000)]);
    case 'not-taken-up':
      return [send('>', 'S', 0), ...[0.01, 1, 3].map((after) => send('<', 'SA', after))];
    case 'midstream':
      return [send('>', 'PA', 0, 100, 5000), send('<', 'A', 0.01, 0, 5000), send('<', 'PA', 0.02, 100, 5000)];
  }
}

function udpTraffic(event: UdpEvent, ends: Required<Ends>, time: number): TestFrame[] {
  const send = (direction: '>' | '<', after: number, serverPort = ends.port, payload = 40): TestFrame => {
    const toServer = direction === '>';
    return udp({
      source: toServer ? ends.client : ends.server,
      destination: toServer ? ends.server : ends.client,
      sourcePort: toServer ? ends.clientPort : serverPort,
      destinationPort: toServer ? serverPort : ends.clientPort,
      payload,
      id: nextId++ & 0xffff,
      time: time + after,
    });
  };
  const asked = () => [0, 1, 3, 7].map((after) => send('>', after));
  switch (event) {
    case 'answered':
      return [send('>', 0), send('<', 0.01)];
    case 'ignored':
      return asked();
    case 'port-unreachable': {
      const question = send('>', 0);
      return [question, icmpError(ends.server, ends.client, 3, 3, question, time + 0.01)];
    }
    case 'answer-rejected': {
      const answer = send('<', 0.01);
      return [send('>', 0), answer, icmpError(FIREWALL, ends.server, 3, 3, answer, time + 0.02)];
    }
    case 'tftp':
      return [
        send('>', 0),
        ...[1, 2, 3].flatMap((block) => [
          send('<', block / 100, 51_234, 516),
          send('>', block / 100 + 0.005, 51_234, 4),
        ]),
      ];
  }
}

/** Frames in the order of their time. */
export function inTime(frames: readonly TestFrame[]): TestFrame[] {
  return [...frames].sort((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
}

/** A frame of strangers, so that the capture goes on until `time`. */
export function until(time: number): TestFrame {
  return udp({ source: '10.99.0.1', destination: '10.99.0.2', sourcePort: 6000, destinationPort: 6001, time });
}

/** The report of a two-way capture that goes on for a minute, held against a topology. */
export function held(frames: readonly TestFrame[], topology: string, lost: number | readonly LossWindow[] = 0): Report {
  return judged([...inTime(frames), until(60)], topology, lost);
}

/** The report of exactly these frames. @param lost packets that the capture lost, or when it lost some, in seconds of the test */
export function judged(
  frames: readonly TestFrame[],
  topology: string,
  lost: number | readonly LossWindow[] = 0,
  day = '2026-11-21',
  observation: Observation = observe(frames),
): Report {
  return assess(
    {
      observation,
      captures: [],
      droppedByCapture: typeof lost === 'number' ? lost : lost.length,
      losses: typeof lost === 'number' ? Losses.anytime(lost) : Losses.during(lost.length, lost.map(inTestTime)),
      place: (frame) => ({ capture: 'capture', frame }),
      time: (seconds, nanoseconds) => timeText(seconds, nanoseconds, false),
      day,
    },
    siteOf(topology),
    loadCatalog(),
  );
}

const sites = new Map<string, Site>();

/** Reading a topology takes longer than judging ten frames by it; properties judge thousands of captures. */
function siteOf(topology: string): Site {
  const site = sites.get(topology) ?? parseSite(topology);
  sites.set(topology, site);
  return site;
}

function inTestTime({ fromSeconds, toSeconds }: LossWindow): LossWindow {
  return { fromSeconds: START + fromSeconds, toSeconds: START + toSeconds };
}

/** Findings but for required-not-seen, which a small capture is full of. */
export function told(report: Report): Finding[] {
  return report.findings.filter(({ kind }) => kind !== 'required-not-seen');
}

export function findingsOf(report: Report, kind: string): Finding[] {
  return report.findings.filter((finding) => finding.kind === kind);
}

export function ruleOf(report: Report, id: string): RuleReport {
  const rule = report.rules.find((known) => known.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
}

export const MP = '10.0.0.20';
export const DP = '10.0.0.30';
export const SUP = '10.0.0.40';
export const DC = '10.0.0.50';
export const SQL = '10.0.0.60';
export const SITE_SERVER = '10.0.0.10';
export const CLIENT = '10.1.0.11';
export const OTHER_CLIENT = '10.1.0.12';

/** A site with one server a role. @param more lines of YAML after it */
export function site(more = '', settings = ''): string {
  return `
version: 1
catalogs: { configmgr: true, windows-server: true, hybrid-identity: false, internet-endpoints: false }
settings: { ${settings} }
hosts:
  - { name: CM01, addresses: [${SITE_SERVER}], roles: [site-server, scp] }
  - { name: MP01, addresses: [${MP}], roles: [mp] }
  - { name: DP01, addresses: [${DP}], roles: [dp, dp-pxe] }
  - { name: SUP01, addresses: [${SUP}], roles: [sup] }
  - { name: DC01, addresses: [${DC}], roles: [domain-controller, dns-server, dhcp-server] }
  - { name: SQL01, addresses: [${SQL}], roles: [sql-server] }
networks:
  - { name: clients, cidr: 10.1.0.0/24, roles: [client] }
${more}`;
}
