/** The numbers that we give to frames are Wireshark's: its editcap takes a frame out by number, and in it are the ends of our connection. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { FlowRow } from '../../src/assess/types.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { CAPTURES, oracles } from './oracles.ts';

const hasEditcap = spawnSync('editcap', ['--version']).status === 0;
if (!hasEditcap) console.warn('\nSKIPPED: frame numbers need editcap (Debian: wireshark-common), which is not here.\n');

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-numbers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Connections looked at in each capture, spread over all of them. */
const SAMPLES = 4;

const ours = ['demo', 'rpc'].flatMap((name) =>
  readdirSync(`captures/${name}`)
    .filter((file) => /\.(pcap|pcapng|pcap\.gz)$/.test(file))
    .map((file) => `captures/${name}/${file}`),
);
/** Of others, those that hold connections, and whose frames are of one link type: editcap writes no other. */
const others = Object.entries(oracles())
  .filter(([, { tshark }]) => tshark !== undefined && tshark.tcp.length + tshark.udp.length > 0)
  .filter(([, { capinfos }]) => capinfos?.encapsulation !== 'per-packet')
  .map(([name]) => join(CAPTURES, name));

/** What makes a connection, whoever sent the frame at hand. */
const ends = ({ proto, src_ip, src_port, dest_ip, dest_port }: FlowRow): string =>
  [proto, ...[`${src_ip} ${src_port}`, `${dest_ip} ${dest_port}`].sort()].join(' ');

async function flows(path: string): Promise<FlowRow[]> {
  return [...flowRows(await analyze([path], { workers: 0 }))];
}

describe.skipIf(!hasEditcap)('the first frame of a connection', () => {
  for (const path of [...ours, ...others]) {
    test(path.split('/').slice(-2).join('/'), async () => {
      const bytes = readFileSync(path);
      const plain = join(folder, 'plain');
      writeFileSync(plain, bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
      const rows = await flows(path);
      const step = Math.max(1, Math.floor(rows.length / SAMPLES));
      const picked = rows.filter((_, i) => i % step === 0).slice(0, SAMPLES);
      for (const row of picked) {
        const frame = join(folder, 'frame.pcapng');
        const { status } = spawnSync('editcap', ['-r', '-F', 'pcapng', plain, frame, String(row.first_frame)]);
        expect(status).toBe(0);
        expect((await flows(frame)).map(ends)).toEqual([ends(row)]);
      }
    });
  }
});
