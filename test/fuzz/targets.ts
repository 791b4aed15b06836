/** What is fuzzed: how an input is made from a number, and what must hold of it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Report } from '../../src/assess/types.ts';
import { ChunkFeeder } from '../../src/capture/chunk-feeder.ts';
import { compressionOf } from '../../src/capture/compression.ts';
import { CaptureError } from '../../src/capture/errors.ts';
import { openUnpacker } from '../../src/capture/unpack.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { concat, interfaceBlock, packet, section } from '../capture/support/build.ts';
import { readBytes } from '../capture/support/read.ts';
import { expectAccounted, inProcess } from '../support/in-process.ts';
import { mutate } from './mutate.ts';
import { conversations, frames } from './payloads.ts';
import { Random } from './random.ts';
import { loadSeeds, packedSeeds, type Seed } from './seeds.ts';

/** One input: files by their names, and what to do with them. */
export interface Input {
  /** What was mutated. */
  from: string;
  bytes: Uint8Array;
  /** Other numbers of the case, as JSON can hold them. */
  settings: Record<string, unknown>;
}

export interface Target {
  name: string;
  /** How often it is chosen. */
  weight: number;
  make(random: Random): Input;
  /** Throws where something does not hold. */
  check(input: Input, scratch: Scratch): Promise<void>;
}

/** A folder of one worker. */
export class Scratch {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  write(name: string, bytes: Uint8Array | string): string {
    const path = `${this.folder}/${name}`;
    writeFileSync(path, bytes);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Settings for the program where it needs a topology; its addresses are those of the demo and of payloads.ts. */
const SITE = `version: 1
hosts:
  - { name: A, addresses: [10.0.0.1], roles: [client] }
  - { name: B, addresses: [10.0.0.2], roles: [MP, DP, domain-controller] }
networks:
  - { name: all, cidr: 10.0.0.0/8, roles: [client] }
`;
const COMMANDS: readonly string[][] = [
  ...['terminal', 'json', 'ndjson', 'csv', 'matrix-csv', 'html'].map((format) => [
    'check',
    '-t',
    '{site}',
    '-q',
    '-f',
    format,
  ]),
  ...['table', 'ndjson', 'csv'].map((format) => ['flows', '-f', format]),
  ['pxe'],
  ['learn', '-q'],
  ['learn', '-q', '-t', '{site}'],
  ['check', '-t', '{site}', '-q', '-f', 'json', '--max-memory', '1m'],
  ['firewall', '-t', '{site}'],
];

/** @param folders captures to mutate */
export function targets(folders: readonly string[]): Target[] {
  const captures = loadSeeds(folders);
  const packed = packedSeeds();
  const taken = framesOf(captures);
  const damaged = (random: Random, seeds: readonly Seed[], most: number): Input => {
    const seed = random.pick(seeds);
    return { from: seed.name, bytes: mutate(seed.bytes, random, random.between(1, most)), settings: {} };
  };
  return [
    {
      name: 'reader',
      weight: 5,
      make(random) {
        const input = damaged(random, captures, 12);
        const count = random.between(1, 6);
        return {
          ...input,
          settings: { sizes: Array.from({ length: count }, () => random.between(1, random.pick([9, 400, 90_000]))) },
        };
      },
      async check({ bytes, settings }) {
        const whole = outcome(bytes);
        // Byte by byte costs too much for large inputs.
        const sizes = (settings.sizes as number[]).map((size) => Math.max(size, bytes.length >> 12));
        same(outcome(bytes, sizes), whole, 'chunks show');
      },
    },
    {
      name: 'unpack',
      weight: 2,
      make: (random) => damaged(random, packed, 6),
      async check({ bytes }) {
        const compression = compressionOf(bytes);
        if (compression === null) return;
        let unpacked = 0;
        const unpacker = openUnpacker(compression, 'fuzz', (piece) => {
          unpacked += piece.length;
          if (unpacked > 2 ** 28) throw new Error('a small input unpacks to 256 MiB');
        });
        try {
          for (let at = 0; at < bytes.length; at += 1000)
            if (!(await unpacker.write(bytes.subarray(at, at + 1000)))) break;
          await unpacker.end();
        } catch (error) {
          if (!(error instanceof CaptureError)) throw error;
        } finally {
          unpacker.close();
        }
      },
    },
    {
      name: 'frames',
      weight: 3,
      make(random) {
        const list = frames(random, taken);
        const interfaces = list.map(({ linkType }) => interfaceBlock(true, linkType));
        const packets = list.map(({ bytes }, index) =>
          packet(true, index, 1_700_000_000_000_000n + BigInt(index), bytes),
        );
        return {
          from: 'samples',
          bytes: concat(section(), ...interfaces, ...packets),
          settings: { command: random.below(2) },
        };
      },
      check: (input, scratch) =>
        runProgram(input, [['flows', '-f', 'ndjson'], COMMANDS[1]!][input.settings.command as number]!, scratch),
    },
    {
      name: 'payloads',
      weight: 4,
      make: (random) => ({
        from: 'conversations',
        bytes: conversations(random, taken),
        settings: { command: random.below(COMMANDS.length) },
      }),
      check: (input, scratch) => runProgram(input, COMMANDS[input.settings.command as number]!, scratch),
    },
    {
      name: 'program',
      weight: 3,
      make: (random) => ({
        ...damaged(random, random.once(4) ? packed : captures, 8),
        settings: { command: random.below(COMMANDS.length) },
      }),
      check: (input, scratch) => runProgram(input, COMMANDS[input.settings.command as number]!, scratch),
    },
    {
      name: 'cuts',
      weight: 2,
      make: (random) => ({ ...damaged(random, captures, 3), settings: { parts: random.between(2, 7) } }),
      async check({ bytes, settings }, scratch) {
        const path = scratch.write('cut', bytes);
        const [whole, cut] = [await rows(path), await rows(path, Math.ceil(bytes.length / (settings.parts as number)))];
        same(cut, whole, 'cuts show');
      },
    },
    {
      name: 'topology',
      weight: 1,
      make: (random) => ({
        from: 'topology',
        bytes: mutate(Buffer.from(SITE), random, random.between(1, 6)),
        settings: {},
      }),
      async check({ bytes }, scratch) {
        const path = scratch.write('site.yaml', bytes);
        await inProcess(['topology', 'check', path]);
      },
    },
    {
      name: 'firewall-log',
      weight: 1,
      make: (random) => ({
        from: 'log',
        bytes: mutate(Buffer.from(FIREWALL_LOG), random, random.between(1, 10)),
        settings: {},
      }),
      async check({ bytes }, scratch) {
        const log = scratch.write('pfirewall.log', bytes);
        const capture = scratch.write('capture', conversations(new Random(1), []));
        await inProcess([
          'check',
          capture,
          '-t',
          scratch.write('site.yaml', SITE),
          '-q',
          '-f',
          'json',
          '--firewall-log',
          log,
          '-j',
          '0',
        ]);
      },
    },
  ];
}

const FIREWALL_LOG = `#Version: 1.5
#Software: Microsoft Windows Firewall
#Time Format: Local
#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path

2023-11-14 22:13:20 DROP TCP 10.0.0.1 10.0.0.2 50000 443 52 S 100 0 64240 - - - RECEIVE
2023-11-14 22:13:21 ALLOW UDP 10.0.0.1 10.0.0.2 50001 53 0 - - - - - - - SEND
2023-11-14 22:13:22 DROP ICMP fe80::1 ff02::1 - - 48 - - - - 135 0 - RECEIVE
`;

function framesOf(seeds: readonly Seed[]): Uint8Array[] {
  const taken: Uint8Array[] = [];
  for (const { bytes } of seeds) {
    let count = 0;
    const keep = (all: Uint8Array, _view: DataView, offset: number, captured: number): void => {
      if (count++ % 17 === 0 && taken.length < 4000) taken.push(all.slice(offset, offset + captured));
    };
    const feeder = new ChunkFeeder({ frame: keep }, 'seed');
    try {
      feeder.push(bytes);
      feeder.end();
    } catch {
      // Seeds may be damaged as well.
    }
  }
  return taken;
}

function outcome(bytes: Uint8Array, sizes?: number[]): unknown {
  try {
    const { frames: list, summary } = readBytes(bytes, sizes);
    if (summary.frames !== list.length) throw new Error(`${summary.frames} frames counted, ${list.length} handed on`);
    const kinds = new Set(summary.problems.map(({ code, skippedBytes }) => `${code} ${skippedBytes > 0}`)).size;
    if (summary.problems.length > 100 + kinds)
      throw new Error('more problems are kept than 100 and the first of each kind');
    return { list, summary };
  } catch (error) {
    if (error instanceof CaptureError) return error.code;
    throw error;
  }
}

async function rows(path: string, segmentBytes?: number): Promise<unknown> {
  try {
    const settings = segmentBytes === undefined ? { workers: 0 } : { workers: 0, segmentBytes };
    const analysis = await analyze([path], settings);
    const { summary } = analysis.captures[0]!;
    return {
      rows: [...flowRows(analysis)],
      frames: summary.frames,
      problems: summary.problems,
      notJudged: analysis.observation.notJudgedFrames,
    };
  } catch (error) {
    if (error instanceof CaptureError) return error.code;
    throw error;
  }
}

function same(one: unknown, other: unknown, what: string): void {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a === b) return;
  let at = 0;
  while (a[at] === b[at]) at++;
  throw new Error(
    `${what}: …${a.slice(Math.max(0, at - 150), at + 150)}… instead of …${b.slice(Math.max(0, at - 150), at + 150)}…`,
  );
}

/** What src/report/nothing-judged.ts says. */
const NOTHING_JUDGED =
  /so nothing was judged|holds? no (frames|TCP or UDP connection)|and none that the topology and the rules speak of/;

async function runProgram(input: Input, command: readonly string[], scratch: Scratch): Promise<void> {
  const site = scratch.write('site.yaml', SITE);
  const capture = scratch.write('capture', input.bytes);
  const [name, ...rest] = command.map((word) => word.replace('{site}', site));
  const { code, out, err } = await inProcess([name!, capture, ...rest, '-j', '0']);
  // A report of which nothing was judged is written all the same.
  const isReport = NOTHING_JUDGED.test(err);
  // One sentence, and nothing on standard output.
  if (code === 2 && ((out !== '' && !isReport) || !/^pcapcheck: [^\n]+\n$/.test(err)))
    throw new Error(`exit code 2 with ${out.length} bytes of output: ${err}`);
  if (out !== '' && rest.includes('json')) expectAccounted(JSON.parse(out) as Report);
}
