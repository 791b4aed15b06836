/**
 * Ports that DCOM hands out agree with tshark: in captures of others, where Windows activates objects (RemoteCreateInstance), and for the calls
 * that none of them holds in the clear (ResolveOxid2, RemoteActivation), in bytes made by hand.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ACTIVATOR, OBJECT_EXPORTER, OLD_ACTIVATOR } from '../../src/protocols/dcom.ts';
import { MAPPER_PORT, rpcStories } from '../../src/stories/rpc-stories.ts';
import type { Observation } from '../../src/track/observation.ts';
import { talk } from '../assess/rpc-traffic.ts';
import { pcap } from '../capture/support/build.ts';
import * as rpc from '../protocols/rpc-build.ts';
import { observe } from '../track/analyze.ts';
import type { TestFrame } from '../track/frames.ts';
import { observationOf } from './messages.ts';
import { CAPTURES, hasOracles, oracles } from './oracles.ts';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('\nSKIPPED: DCOM is held against tshark (Debian: tshark), which is not here.\n');

interface BindRow {
  dport: number;
  uuid: string;
}
/** Captures in which somebody asks DCOM on port 135. */
const ASKED = [OBJECT_EXPORTER, ACTIVATOR, OLD_ACTIVATOR];
const captures = Object.entries(oracles()).filter(([, { tshark }]) =>
  ((tshark as { dcerpc_binds?: BindRow[] } | undefined)?.dcerpc_binds ?? []).some(
    ({ dport, uuid }) => dport === MAPPER_PORT && ASKED.includes(uuid),
  ),
);

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-dcom-'));
afterAll(() => rmSync(folder, { recursive: true }));
let told = 0;
afterAll(() => console.log(`dcom: ${told} ports that answers hand out, all equal to tshark's`));

/** `client server port`, each once, of what DCOM handed out. */
const ours = (observation: Observation): string[] =>
  rpcStories(observation)
    .mappings.filter(({ way }) => way === 'dcom')
    .map(({ client, server, port }) => `${client} ${server} ${port}`)
    .sort();

const FIELDS = ['ip.src', 'ip.dst', 'dcom.dualstringarray.tower_id', 'dcom.dualstringarray.network_addr'];

/** tshark shows big-endian text as the digits of its units. */
function textOf(address: string): string {
  if (!/^([0-9A-F]{4})+0000$/.test(address)) return address;
  return address
    .match(/.{4}/g)!
    .slice(0, -1)
    .map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
    .join('');
}

function tsharks(file: string): string[] {
  const { stdout } = spawnSync(
    'tshark',
    [
      ...['-n', '-2', '-r', file, '-Y', `dcerpc.pkt_type == 2 && tcp.srcport == ${MAPPER_PORT}`, '-T', 'fields'],
      ...[
        '-E',
        'separator=/t',
        '-E',
        'occurrence=a',
        '-E',
        'aggregator=|',
        ...FIELDS.flatMap((field) => ['-e', field]),
      ],
    ],
    { encoding: 'utf8' },
  );
  const found = new Set<string>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [server, client, towers, addresses] = line.split('\t').map((field) => field.split('|'));
    addresses!.forEach((address, i) => {
      const port = /\[(\d+)\]$/.exec(textOf(address))?.[1];
      if (port !== undefined && Number(towers![i]) === 7) found.add(`${client} ${server} ${port}`);
    });
  }
  return [...found].sort();
}

describe.skipIf(!hasOracles || !hasTshark)('in captures of others', () => {
  for (const [file] of captures) {
    test(file, async () => {
      const expected = tsharks(join(CAPTURES, file));
      told += expected.length;
      expect(expected).not.toEqual([]);
      expect(ours(await observationOf(file))).toEqual(expected);
    });
  }

  test('there are some', () => {
    expect(captures.length).toBeGreaterThan(1);
  });
});

describe.skipIf(!hasTshark).each([true, false])('made by hand, little-endian %s', (little) => {
  const style = { little, wide: false };
  const bindings = rpc.dualStringArray(
    style,
    [7, 'SERVER[49724]'],
    [7, '10.0.0.50[49724]'],
    [0x0f, 'SERVER[\\pipe\\x]'],
  );
  const nothing = new Array<number>(40).fill(0);

  test.each([
    ['ResolveOxid2', OBJECT_EXPORTER, 4, rpc.resolvedOxid(style, bindings, true)],
    ['RemoteActivation', OLD_ACTIVATOR, 0, rpc.activated(style, bindings)],
  ])('%s', (name, id, operation, body) => {
    const frames = talk(
      { client: '10.0.0.10', server: '10.0.0.50', at: 1 },
      [rpc.bind(1, [id], [rpc.NDR], style, 11, 0), rpc.request(2, 0, operation, nothing, style)],
      [rpc.bindAck(1, [rpc.NDR], style), rpc.response(2, 0, body, style)],
    );
    const file = join(folder, `${name}-${little}.pcap`);
    writeFileSync(file, captureOf(frames));
    expect(tsharks(file)).toEqual(['10.0.0.10 10.0.0.50 49724']);
    expect(ours(observe(frames))).toEqual(tsharks(file));
  });
});

function captureOf(frames: readonly TestFrame[]): Uint8Array {
  return pcap(
    frames.map(({ bytes: data, seconds, nanoseconds }) => ({
      data,
      seconds,
      fraction: Math.floor(nanoseconds / 1000),
    })),
    { linkType: 101 },
  );
}
