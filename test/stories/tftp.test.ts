/** Transfers made by hand: what becomes of a request, whatever port answers and however blocks repeat. */
import { describe, expect, test } from 'vitest';
import { tftpStories } from '../../src/stories/tftp-stories.ts';
import type { TftpStory } from '../../src/stories/tftp-story.ts';
import { transferPort } from '../../src/stories/tftp-story.ts';
import { observe } from '../track/analyze.ts';
import { type TestFrame, tftp, udp } from '../track/frames.ts';

const CLIENT = '10.1.0.11';
const SERVER = '10.0.0.30';
const text = (...parts: string[]): Uint8Array => new TextEncoder().encode(parts.map((part) => `${part}\0`).join(''));

/** Packets between the client's port and a port of the server. */
function ends(serverPort = 49152, clientPort = 2070) {
  const toServer = { source: CLIENT, destination: SERVER, sourcePort: clientPort, destinationPort: serverPort };
  const toClient = { source: SERVER, destination: CLIENT, sourcePort: serverPort, destinationPort: clientPort };
  let id = 1;
  const frame = (
    way: typeof toServer,
    opcode: number,
    block: number,
    time: number,
    content: Uint8Array | number,
  ): TestFrame =>
    typeof content === 'number'
      ? tftp({ ...way, time, id: id++, payload: content }, opcode, block)
      : tftp({ ...way, time, id: id++ }, opcode, block, content);
  /** Packets whose strings begin where others have a block number. */
  const strings = (way: typeof toServer, opcode: number, time: number, content: Uint8Array): TestFrame =>
    frame(way, opcode, (content[0] << 8) | content[1], time, content.subarray(2));
  return {
    read: (time: number, file = 'boot.wim', ...options: string[]) =>
      strings({ ...toServer, destinationPort: 69 }, 1, time, text(file, 'octet', ...options)),
    write: (time: number, file = 'up.log') =>
      strings({ ...toServer, destinationPort: 69 }, 2, time, text(file, 'netascii')),
    oack: (time: number, ...options: string[]) => strings(toClient, 6, time, text(...options)),
    data: (block: number, time: number, length = 512) => frame(toClient, 3, block & 0xffff, time, length),
    ack: (block: number, time: number) => frame(toServer, 4, block & 0xffff, time, 0),
    sent: (block: number, time: number, length = 512) => frame(toServer, 3, block & 0xffff, time, length),
    taken: (block: number, time: number) => frame(toClient, 4, block & 0xffff, time, 0),
    error: (code: number, time: number, by: 'client' | 'server' = 'server') =>
      frame(by === 'server' ? toClient : toServer, 5, code, time, text('no')),
  };
}

/** The stories of a capture that goes on for a minute after its last frame. */
function stories(frames: TestFrame[]): TftpStory[] {
  const last = frames[frames.length - 1];
  const end = udp({ source: '10.9.0.1', destination: '10.9.0.2', sourcePort: 5000, destinationPort: 5001 });
  return tftpStories(observe([...frames, { ...end, seconds: last.seconds + 60 }])).stories;
}

describe('a transfer', () => {
  const { read, write, oack, data, ack, sent, taken, error } = ends();

  test('without options: 512 bytes a block, the last one is shorter', () => {
    const [story] = stories([read(0), data(1, 0.1), ack(1, 0.2), data(2, 0.3, 100), ack(2, 0.4)]);
    expect(story).toMatchObject({ outcome: 'complete', bytes: 612, blocks: 2, accepted: null, mode: 'octet' });
    expect(transferPort(story)).toBe(49152);
  });

  test('the last block is judged by the negotiated size: 512 bytes may be the end, or not', () => {
    const long = [
      read(0, 'a', 'blksize', '1024'),
      oack(0.1, 'blksize', '1024'),
      ack(0, 0.2),
      data(1, 0.3, 1024),
      ack(1, 0.4),
    ];
    expect(stories(long)[0].outcome).toBe('stalled');
    expect(stories([...long, data(2, 0.5, 512), ack(2, 0.6)])[0]).toMatchObject({ outcome: 'complete', bytes: 1536 });
    const short = [
      read(0, 'a', 'blksize', '256'),
      oack(0.1, 'blksize', '256'),
      ack(0, 0.2),
      data(1, 0.3, 256),
      ack(1, 0.4),
    ];
    expect(stories(short)[0].outcome).toBe('stalled');
  });

  test('block numbers roll over', () => {
    const frames = [read(0)];
    for (let block = 1; block <= 65_540; block++) {
      const time = block / 1000;
      frames.push(data(block, time, block === 65_540 ? 0 : 512), ack(block, time + 0.0004));
    }
    expect(stories(frames)[0]).toMatchObject({
      outcome: 'complete',
      blocks: 65_540,
      bytes: 65_539 * 512,
      retransmissions: 0,
    });
  });

  test('a window is sent again from its start; that is no new transfer', () => {
    const options = ['blksize', '1024', 'windowsize', '4'];
    const window = (first: number, time: number) => [0, 1, 2, 3].map((i) => data(first + i, time + i / 1000, 1024));
    const frames = [read(0, 'a', ...options), oack(0.1, ...options), ack(0, 0.2), ...window(1, 0.3), ...window(1, 2)];
    const rest = [ack(4, 2.1), data(5, 2.2, 10), ack(5, 2.3)];
    const told = stories([...frames, ...rest]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ outcome: 'complete', blocks: 5, retransmissions: 4 });
  });

  test("the Sorcerer's Apprentice sends each block twice and is complete", () => {
    const frames = [read(0)];
    for (let block = 1; block <= 5; block++) {
      const length = block === 5 ? 1 : 512;
      frames.push(
        data(block, block, length),
        data(block, block + 0.2, length),
        ack(block, block + 0.3),
        ack(block, block + 0.4),
      );
    }
    expect(stories(frames)[0]).toMatchObject({ outcome: 'complete', blocks: 5, retransmissions: 5 });
  });

  test('copies of a mirror port are neither repeats nor more bytes', () => {
    const once = [read(0), data(1, 0.1), ack(1, 0.2), data(2, 0.3, 100), ack(2, 0.4)];
    const twice = once.flatMap((frame) => [frame, { ...frame, nanoseconds: frame.nanoseconds + 50_000 }]);
    expect(stories(twice)[0]).toMatchObject({ outcome: 'complete', bytes: 612, retransmissions: 0, requests: [{}] });
  });

  test('two files one after the other between the same ports are two transfers', () => {
    const second = [read(5, 'b'), data(1, 5.1), ack(1, 5.2), data(2, 5.3), ack(2, 5.4), data(3, 5.5, 7), ack(3, 5.6)];
    const first = [read(0, 'a'), data(1, 0.1), ack(1, 0.2), data(2, 0.3), ack(2, 0.4), data(3, 0.5, 9), ack(3, 0.6)];
    expect(stories([...first, ...second]).map(({ file, outcome, bytes }) => [file, outcome, bytes])).toEqual([
      ['a', 'complete', 1033],
      ['b', 'complete', 1031],
    ]);
  });

  test('files of one block between the same ports cannot be told apart: the second is undecided, never unanswered', () => {
    const frames = [read(0, 'a'), data(1, 0.1, 9), ack(1, 0.2), read(5, 'b'), data(1, 5.1, 9), ack(1, 5.2)];
    expect(stories(frames).map(({ file, outcome }) => [file, outcome])).toEqual([
      ['a', 'complete'],
      ['b', 'undecided'],
    ]);
    // A request after the last packet is another matter.
    expect(stories([...frames.slice(0, 3), read(5, 'b'), read(9, 'b')]).map(({ outcome }) => outcome)).toEqual([
      'complete',
      'no-answer',
    ]);
  });

  test('a size probe is ended by the client, and the same ports are used again', () => {
    const options = ['tsize', '0'];
    const probe = [read(0, 'a', ...options), oack(0.1, 'tsize', '600'), error(0, 0.2, 'client')];
    const told = stories([...probe, read(1, 'a'), data(1, 1.1), ack(1, 1.2), data(2, 1.3, 88), ack(2, 1.4)]);
    expect(told.map(({ outcome, bytes }) => [outcome, bytes])).toEqual([
      ['aborted', 0],
      ['complete', 600],
    ]);
  });

  test('a server that says no', () => {
    expect(stories([read(0), error(1, 0.1)])[0]).toMatchObject({
      outcome: 'refused',
      failure: { code: 1, text: 'no', by: 'server' },
    });
  });

  test('a server that writes what it gets', () => {
    const [story] = stories([write(0), taken(0, 0.1), sent(1, 0.2), taken(1, 0.3), sent(2, 0.4, 3), taken(2, 0.5)]);
    expect(story).toMatchObject({ outcome: 'complete', write: true, bytes: 515, mode: 'netascii' });
    expect(transferPort(story)).toBe(49152);
  });

  test('answers from a port for each request: one transfer, never acknowledged', () => {
    const again = ends(49153);
    const frames = [read(0), data(1, 0.1), read(2), again.data(1, 2.1), data(1, 3), again.data(1, 4), read(6)];
    const told = stories(frames);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ outcome: 'not-acknowledged', requests: [{}, {}, {}], chains: [{}, {}] });
  });

  test('single-port servers answer from 69', () => {
    const single = ends(69);
    const [story] = stories([single.read(0), single.data(1, 0.1, 20), single.ack(1, 0.2)]);
    expect(story.outcome).toBe('complete');
    expect(transferPort(story)).toBe(69);
  });

  test('a single-port server: an error about the second file is none about the first', () => {
    const single = ends(69);
    const frames = [
      single.read(0, 'a.efi'),
      single.oack(0.1, 'blksize', '1432'),
      single.ack(0, 0.2),
      single.data(1, 0.3, 1432),
      single.ack(1, 0.4),
      single.read(20, 'b.efi'),
      single.error(1, 20.1),
    ];
    const told = stories(frames);
    expect(told.map(({ file, outcome }) => `${file} ${outcome}`)).toEqual(['a.efi stalled', 'b.efi refused']);
    expect(told[0].failure).toBeNull();
    expect(told[0].last.frame).toBe(5);
  });
  test('silence is no answer only after patience', () => {
    expect(stories([read(0), read(4)])[0].outcome).toBe('no-answer');
    expect(tftpStories(observe([read(0)])).stories[0].outcome).toBe('undecided');
    expect(tftpStories(observe([read(0), data(1, 0.1), ack(1, 0.2)])).stories[0].outcome).toBe('undecided');
  });
});

test('hostile requests: names without an end, 64 KiB of them, thousands of requests', () => {
  const way = { source: CLIENT, destination: SERVER, sourcePort: 2000, destinationPort: 69 };
  const long = tftp(way, 1, 0x4141, new Uint8Array(65_000).fill(0x41));
  const frames = [
    long,
    ...Array.from({ length: 3000 }, (_, i) => tftp({ ...way, sourcePort: 3000 + i }, 1, 0x4100, text('octet'))),
  ];
  const { stories: told, malformed } = tftpStories(observe(frames));
  expect(told).toHaveLength(3001);
  expect(told[0].file.length).toBeLessThanOrEqual(2048);
  expect(malformed).toBeLessThanOrEqual(1);
});

test('tens of thousands of transfers between the same ports cost no more than their number', () => {
  const { read, oack, error } = ends(69);
  // By its square this would take many minutes: the time limit of tests sees to that.
  const count = 60_000;
  const probes = Array.from({ length: count }, (_, i) => [
    read(i * 0.01, `f${i}`),
    oack(i * 0.01 + 0.001, 'tsize', `${i}`),
    error(0, i * 0.01 + 0.002, 'client'),
  ]).flat();
  const observation = observe([...probes, ...Array.from({ length: count }, (_, i) => read(count * 0.01 + i, `g${i}`))]);
  const { stories: told } = tftpStories(observation);
  expect(told).toHaveLength(2 * count);
  expect(
    told.slice(0, count).every((story, i) => story.outcome === 'aborted' && story.accepted?.tsize === `${i}`),
  ).toBe(true);
});
