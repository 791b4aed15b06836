/** The name of a connection is found in whatever order the segments of its opening were captured, and whoever joins the parts. */
import { describe, expect, test } from 'vitest';
import { nameBookOf } from '../../src/names/name-book.ts';
import { Observation } from '../../src/track/observation.ts';
import { OPENING_WINDOW } from '../../src/track/openings.ts';
import { merge, partOf } from '../track/analyze.ts';
import { type TestFrame, tcp } from '../track/frames.ts';
import { clientHello, request } from '../track/openings.ts';

const CLIENT = '10.0.0.1';
const SERVER = '203.0.113.9';
/** Near the end of the numbers, so that what a client sends goes over it. */
const INITIAL = 0xffffffff - 700;

/** @param order of the segments' numbers: pieces of `content` of `size` bytes; a number below 0 is a frame of somebody else */
function talk(content: Uint8Array, size: number, order: readonly number[], handshake = true): TestFrame[] {
  const up = { source: CLIENT, destination: SERVER, sourcePort: 50_000, destinationPort: 443 };
  const down = { source: SERVER, destination: CLIENT, sourcePort: 443, destinationPort: 50_000 };
  const frames = handshake
    ? [
        tcp({ ...up, flags: 'S', sequence: INITIAL, time: 0 }),
        tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: INITIAL + 1, time: 0.01 }),
      ]
    : [];
  for (const [i, number] of order.entries()) {
    const time = 0.02 + i / 1e4;
    if (number < 0) {
      frames.push(tcp({ ...up, source: '10.0.0.7', time }, Uint8Array.of(1, 2)));
      continue;
    }
    const sequence = (INITIAL + 1 + number * size) >>> 0;
    const piece = content.subarray(number * size, (number + 1) * size);
    frames.push(tcp({ ...up, sequence, acknowledgment: 500, time }, piece));
  }
  return frames;
}

/** Names of the connection's visits, each once, the same whether it is read at once or in two parts cut anywhere. */
function namesIn(frames: readonly TestFrame[], cuts = frames.length): (string | null)[] {
  const of = (parts: TestFrame[][]): (string | null)[] => {
    const book = nameBookOf(new Observation(merge(parts.map((part) => partOf(part)))));
    return [...new Set(book.visits(0).map(({ kind, name }) => (kind === 'cut-hello' ? 'cut' : name)))];
  };
  const whole = of([[...frames]]);
  for (let cut = 1; cut < cuts; cut++)
    expect(of([frames.slice(0, cut), frames.slice(cut)]), `cut at ${cut}`).toEqual(whole);
  return whole;
}

const HELLO = clientHello('late.example', { padding: 900 });
const POST = request('POST /ccm_system/request HTTP/1.1', [
  'Host: mp.example',
  `X-Filling: ${'x'.repeat(600)}`,
  'Content-Length: 300',
]);
const BODY = new Uint8Array(300).fill(1);
const WITH_BODY = Uint8Array.from([...POST, ...BODY]);
const CONNECT = request('CONNECT far.example:443 HTTP/1.1', [`Proxy-Authorization: NTLM ${'x'.repeat(700)}`]);

describe.each([
  ['the hello of TLS', HELLO, 'late.example'],
  ['a request with its body', WITH_BODY, 'mp.example'],
  ['a CONNECT', CONNECT, 'far.example'],
] as const)('%s', (_, content, name) => {
  const orders: Record<string, number[]> = {
    'in order': [0, 1, 2, 3],
    'second before first': [1, 0, 2, 3],
    'first last': [1, 2, 3, 0],
    reversed: [3, 2, 1, 0],
    'first sent again': [0, 0, 1, 2, 3],
    'late, and sent again': [1, 0, 2, 0, 1, 3],
    'the last before all others': [3, 0, 1, 2],
    'with others between': [1, -1, -1, 0, -1, 2, -1, 3],
  };
  test.each(Object.entries(orders))('%s', (_, order) => {
    expect(namesIn(talk(content, Math.ceil(content.length / 4), order))).toEqual([name]);
  });

  test('within a bounded window alone', () => {
    const half = OPENING_WINDOW / 2;
    const late = (frames: number): number[] => [1, ...new Array<number>(frames).fill(-1), 0, 2, 3];
    expect(namesIn(talk(content, Math.ceil(content.length / 4), late(half - 1)), 1)).toEqual([name]);
    expect(namesIn(talk(content, Math.ceil(content.length / 4), late(half)), 1)).not.toContain('other');
  });
});

test('a whole request behind its own body is read', () => {
  const frames = (order: number[]) => talk(WITH_BODY, POST.length, order);
  expect(namesIn(frames([0, 1]))).toEqual(['mp.example']);
  expect(namesIn(frames([1, 0]))).toEqual(['mp.example']);
  expect(namesIn(frames([1, 0, 0]))).toEqual(['mp.example']);
});

test('of a connection whose handshake is not in the capture, what comes first is taken for the first', () => {
  expect(namesIn(talk(WITH_BODY, POST.length, [1, 0], false))).toEqual([]);
});

test('a first segment that never comes leaves no name, and nothing that is unfinished', () => {
  const frames = talk(HELLO, 300, [1, 2, 3]);
  expect(namesIn(frames)).toEqual([]);
  const { losses } = nameBookOf(new Observation(merge([partOf(frames)])));
  expect(losses).toMatchObject({ unfinishedOpenings: 0, dropped: 0 });
});

test('data of a SYN is the start of what its segments go on with', () => {
  const up = { source: CLIENT, destination: SERVER, sourcePort: 50_000, destinationPort: 443 };
  const frames = [
    tcp({ ...up, flags: 'S', sequence: 99, time: 0 }, HELLO.subarray(0, 500)),
    tcp({ ...up, sequence: 600, time: 0.1 }, HELLO.subarray(500)),
  ];
  expect(namesIn(frames)).toEqual(['late.example']);
});
