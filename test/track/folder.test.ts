import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FateView, newFateView } from '../../src/track/fate-view.ts';
import { FrameAnalyzer } from '../../src/track/frame-analyzer.ts';
import { PartMerger } from '../../src/track/merge.ts';
import { LOOKUP_CLIENT, LOOKUP_QUERIES, LOOKUP_WIDTH } from '../../src/track/name-fields.ts';
import { Observation } from '../../src/track/observation.ts';
import type { Part } from '../../src/track/part.ts';
import { TCP_EVENTS, traffic, UDP_EVENTS, until } from '../assess/traffic.ts';
import { overIpv6, type TestFrame, tcp, udp } from './frames.ts';

const MANY = 1 << 20;

function read(frames: readonly TestFrame[], limit: number, fateLimit = MANY): Part {
  const analyzer = new FrameAnalyzer(7, 0, limit, fateLimit);
  for (const { bytes, length, seconds, nanoseconds, linkType } of frames) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    analyzer.frame(bytes, view, 0, bytes.length, length, seconds, nanoseconds, linkType, 0);
  }
  return analyzer.finish();
}

function observe(parts: readonly Part[], limit: number, fateLimit = MANY): Observation {
  const merger = new PartMerger(7, limit, fateLimit);
  for (const part of parts) merger.append(part);
  return new Observation(merger.finish());
}

function rows(observation: Observation): { fates: FateView[]; beyond: number } {
  const table = observation.fates(() => false);
  const fates = Array.from({ length: table.count }, (_, row) => structuredClone(table.read(row, newFateView())));
  // Which of many frames are kept as evidence depends on what ended when.
  for (const fate of fates) fate.frames.fill(0);
  return { fates, beyond: table.beyond.reduce((sum, count) => sum + count, 0) };
}

const connections = (fates: readonly FateView[]): number => fates.reduce((sum, fate) => sum + fate.connections, 0);

/** Conversations one after the other, each long over when the next begins. */
const oneAfterTheOther = (firstPort: number) =>
  fc
    .array(
      fc.record({
        event: fc.constantFrom(...TCP_EVENTS, ...UDP_EVENTS.filter((event) => event !== 'tftp')),
        client: fc.constantFrom('10.1.0.11', '10.1.0.12', '10.1.0.13'),
        server: fc.constantFrom('10.0.0.20', '10.0.0.30'),
        port: fc.constantFrom(80, 443, 8530),
      }),
      { minLength: 1, maxLength: 30 },
    )
    .map((list) =>
      list.flatMap(({ event, client, server, port }, i) =>
        traffic(event, { client, server, port, clientPort: firstPort + i }, 1000 * i),
      ),
    );

describe('a full table', () => {
  test('shows the same of connections that are over as one that has room for all', () => {
    fc.assert(
      fc.property(oneAfterTheOther(50_000), fc.integer({ min: 2, max: 8 }), (frames, limit) => {
        const roomy = observe([read(frames, MANY)], MANY);
        const tight = observe([read(frames, limit)], limit);
        expect(rows(tight)).toEqual(rows(roomy));
        expect(tight.judgedFrames).toBe(roomy.judgedFrames);
        expect(tight.notJudgedFrames).toEqual(roomy.notJudgedFrames);
      }),
      { numRuns: 600 },
    );
  });

  test('shows it over IPv6, too', () => {
    fc.assert(
      fc.property(oneAfterTheOther(50_000), fc.integer({ min: 2, max: 8 }), (list, limit) => {
        const frames = list.map(overIpv6);
        const roomy = observe([read(frames, MANY)], MANY);
        const tight = observe([read(frames, limit)], limit);
        expect(rows(tight)).toEqual(rows(roomy));
        expect(tight.notJudgedFrames).toEqual(roomy.notJudgedFrames);
      }),
      { numRuns: 200 },
    );
  });

  test('shows it of captures that are joined, too', () => {
    fc.assert(
      fc.property(oneAfterTheOther(50_000), oneAfterTheOther(51_000), (first, second) => {
        const later = second.map((frame) => ({ ...frame, seconds: frame.seconds + 100_000 }));
        // So that the first capture ends long after what it shows.
        const whole = [...first, until(90_000)];
        const roomy = observe([read(whole, MANY), read(later, MANY)], MANY);
        const seen = (observation: Observation) =>
          rows(observation).fates.filter(({ serverPort }) => serverPort !== 6001);
        expect(seen(observe([read(whole, 4), read(later, 4)], 4))).toEqual(seen(roomy));
      }),
      { numRuns: 80 },
    );
  });

  test('sets aside what has ended before what is silent, and counts what was still open', () => {
    const open = tcp({ source: '10.1.0.1', destination: '10.0.0.1', sourcePort: 1, destinationPort: 80, flags: 'PA' });
    const frames = [open];
    for (let i = 0; i < 20; i++) {
      const ends = { source: '10.1.0.2', destination: '10.0.0.1', sourcePort: 100 + i, destinationPort: 80 };
      const back = { source: '10.0.0.1', destination: '10.1.0.2', sourcePort: 80, destinationPort: 100 + i };
      frames.push(tcp({ ...ends, flags: 'S', time: i + 1 }), tcp({ ...back, flags: 'RA', time: i + 1 }));
    }
    const again = tcp({
      source: '10.1.0.1',
      destination: '10.0.0.1',
      sourcePort: 1,
      destinationPort: 80,
      flags: 'PA',
      time: 30,
    });
    const observation = observe([read([...frames, again], 8)], 8);
    expect(observation.setAside).toBe(0);
    const { fates } = rows(observation);
    expect(fates.map(({ outcome, connections: count }) => [outcome, count])).toEqual([
      ['one-sided', 1],
      ['refused', 20],
    ]);
    expect(fates[0].packetsToServer).toBe(2);
  });

  test('never loses a frame from the accounting, and finds its numbers again', () => {
    const anyFrame = fc
      .record({
        source: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
        destination: fc.constantFrom('10.0.0.1', '10.0.0.2'),
        sourcePort: fc.integer({ min: 1, max: 12 }),
        destinationPort: fc.constantFrom(67, 80, 135),
        flags: fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'R'),
        sequence: fc.constantFrom(100, 101, 5000),
        acknowledgment: fc.constantFrom(101, 5001),
        payload: fc.constantFrom(0, 8),
        time: fc.integer({ min: 0, max: 400 }),
        isUdp: fc.boolean(),
      })
      .map(({ isUdp, ...segment }) => (isUdp ? udp(segment) : tcp(segment)));
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 120 }), fc.integer({ min: 1, max: 10 }), (frames, limit) => {
        const observation = observe([read(frames, limit)], limit);
        const { fates } = rows(observation);
        const packets = fates.reduce((sum, fate) => sum + fate.packetsToServer + fate.packetsToClient, 0);
        const full = observation.notJudgedFrames['table-full'] ?? 0;
        expect(packets + full).toBe(frames.length);
        expect(observation.judgedFrames).toBe(packets);
        // Payloads of stories still lead to their connections.
        for (let i = 0; i < observation.payloads.count; i++) {
          const ports = observation.sockets(observation.payloads.values[i * 9]).ports;
          expect(ports.some((port) => port === 67 || port === 135)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('more conversations than there is room for', () => {
  test('what a scan has beyond its share is counted, and others are kept', () => {
    const frames: TestFrame[] = [];
    for (let i = 0; i < 3000; i++) {
      frames.push(
        tcp({
          source: '10.9.9.9',
          destination: '10.0.0.1',
          sourcePort: 40_000,
          destinationPort: 1 + i,
          flags: 'S',
          time: i,
        }),
      );
      if (i % 100 === 0)
        frames.push(
          tcp({
            source: `10.1.0.${1 + i / 100}`,
            destination: '10.0.0.2',
            sourcePort: 9,
            destinationPort: 443,
            flags: 'S',
            time: i,
          }),
        );
    }
    const { fates, beyond } = rows(observe([read(frames, 64, 256)], 64, 256));
    expect(fates.length).toBeLessThanOrEqual(256);
    expect(connections(fates) + beyond).toBe(3030);
    expect(connections(fates.filter(({ serverPort }) => serverPort === 443))).toBeGreaterThanOrEqual(16);
    expect(fates.map(({ firstFrame }) => firstFrame)).toEqual(
      fates.map(({ firstFrame }) => firstFrame).sort((a, b) => a - b),
    );
  });
});

/** A query for the address of a name (RFC 1035 section 4.1). */
function dnsQuestion(name: string): Uint8Array {
  const labels = name.split('.').map((label) => String.fromCharCode(label.length) + label);
  return Buffer.from(`\0\x01\x01\0\0\x01\0\0\0\0\0\0${labels.join('')}\0\0\x01\0\x01`, 'latin1');
}

describe('a scan of ever new IPv6 addresses', () => {
  const LIMIT = 64;
  const FATES = 256;
  const SCANNED = 12_000;
  /** Three conversations that go on among the scan, with an ICMP error now and then, and names that are asked for. */
  const withOthers = (): { frames: TestFrame[]; others: TestFrame[] } => {
    const frames: TestFrame[] = [];
    const others: TestFrame[] = [];
    for (let i = 0; i < SCANNED; i++) {
      const target = `10.${100 + (i >> 16)}.${(i >> 8) & 0xff}.${i & 0xff}`;
      frames.push(
        tcp({ source: '10.9.9.9', destination: target, sourcePort: 40_000, destinationPort: 445, flags: 'S', time: i }),
      );
      if (i % 500 !== 0) continue;
      const client = `10.1.0.${1 + ((i / 500) % 3)}`;
      let clientPort = 50_000 + i;
      for (const event of ['prohibited', 'established', 'answered'] as const)
        others.push(...traffic(event, { client, server: '10.0.0.2', port: 443, clientPort: clientPort++ }, i + 0.5));
      const ends = { source: client, destination: '10.0.0.3', sourcePort: clientPort, destinationPort: 53, time: i };
      others.push(udp(ends, dnsQuestion('mp01.contoso.example')));
    }
    others.push(until(SCANNED + 100));
    frames.push(...others);
    frames.sort((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
    return { frames: frames.map(overIpv6), others: others.map(overIpv6) };
  };

  test('leaves room for others, and their addresses stay theirs', () => {
    const { frames, others } = withOthers();
    const alone = observe([read(others, MANY)], MANY);
    const scanned = observe([read(frames, LIMIT, FATES)], LIMIT, FATES);
    expect(scanned.addressWords.length / 4).toBeLessThanOrEqual(2048);
    const told = (observation: Observation) => {
      const text = (address: number): string => observation.addressText(6, address);
      return rows(observation)
        .fates.filter(({ serverPort }) => serverPort !== 445)
        .map(({ client, server, serverPort, outcome, connections: count, icmp }) =>
          [text(client), text(server), serverPort, outcome, count, icmp && text(icmp.sender)].join(' '),
        )
        .sort();
    };
    expect(told(scanned)).toEqual(told(alone));
    expect(told(scanned).some((line) => line.includes('prohibited'))).toBe(true);
    const { lookups } = scanned.names;
    const asked = Array.from({ length: lookups.count }, (_, i) => [
      scanned.addressText(6, lookups.values[i * LOOKUP_WIDTH + LOOKUP_CLIENT]),
      lookups.values[i * LOOKUP_WIDTH + LOOKUP_QUERIES],
    ]);
    expect(asked).toEqual([
      ['fd00::a01:1', 8],
      ['fd00::a01:2', 8],
      ['fd00::a01:3', 8],
    ]);
    const { fates, beyond } = rows(scanned);
    expect(connections(fates) + beyond).toBe(SCANNED + connections(rows(alone).fates));
  });

  test('is counted where nothing may be set aside', () => {
    const { frames } = withOthers();
    const observation = observe([read(frames, LIMIT, 0)], LIMIT, 0);
    expect(observation.addressWords.length / 4).toBeLessThanOrEqual(2048);
    const judged = observation.judgedFrames + (observation.notJudgedFrames['table-full'] ?? 0);
    expect(judged + (observation.notJudgedFrames['icmp-error'] ?? 0)).toBe(frames.length);
  });
});
