/** What is mutated: captures of this repository and of a folder, and inputs made here for what no capture holds. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { netmon, numbered, pcap, pcapng, snoop } from '../capture/support/build.ts';
import { componentEvent, EtlWriter, ndisEvents, pktMonEvent } from '../capture/support/etl.ts';

export interface Seed {
  name: string;
  bytes: Uint8Array;
}

/** Larger captures cost more time a case than they find. */
const LARGEST = 130_000;
const CAPTURE = /\.(pcap|pcapng|cap|etl|snoop|gz|zst|lz4)$/;

/** @param folders searched with the folders in them, in the order of their names */
export function loadSeeds(folders: readonly string[]): Seed[] {
  const seeds: Seed[] = [...madeHere()];
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && CAPTURE.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    for (const path of files) {
      const bytes = readFileSync(path);
      const plain = path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      if (plain.length <= LARGEST) seeds.push({ name: path, bytes: new Uint8Array(plain) });
    }
  }
  return seeds;
}

function* madeHere(): Generator<Seed> {
  const frames = numbered(80);
  yield { name: 'pcap', bytes: pcap(frames) };
  yield { name: 'pcap, big-endian, original length first', bytes: pcap(frames, { little: false, minor: 2 }) };
  yield { name: 'pcap, patched', bytes: pcap(frames, { magic: 0xa1b2cd34, extraHeader: 8 }) };
  yield { name: 'pcapng', bytes: pcapng(frames) };
  yield { name: 'pcapng, big-endian', bytes: pcapng(frames, false) };
  yield { name: 'snoop', bytes: snoop(frames) };
  yield { name: 'snoop of Shomiti', bytes: snoop(frames, { network: 18, extraPadding: 16, version: 5 }) };
  for (const version of ['1.1', '2.0', '2.1', '2.2', '2.3'] as const) {
    yield { name: `Network Monitor ${version}`, bytes: netmon(frames, { version, hole: 3 }) };
  }
  yield { name: 'gzip', bytes: new Uint8Array(gzipSync(pcap(frames))) };
  for (const compress of [undefined, 'matches'] as const)
    yield { name: `etl ${compress ?? 'plain'}`, bytes: etl(compress) };
}

function etl(compress: 'matches' | undefined): Uint8Array {
  const events = numbered(40).map(({ data }, index) =>
    pktMonEvent({
      data,
      time: index / 1000,
      group: index,
      component: 1 + (index % 3),
      type: 1,
      ...(index % 7 === 0 ? { reason: 919, location: 3 } : {}),
    }),
  );
  const options = compress === undefined ? {} : { compress };
  return new EtlWriter()
    .buffer([componentEvent(1, 'Ethernet'), ...events.slice(0, 20)], options)
    .buffer(
      [...events.slice(20), ...ndisEvents([events[1]!.payload.subarray(34, 60), events[1]!.payload.subarray(60)], 1)],
      options,
    )
    .bytes();
}

/** Compressed seeds: by the programs where they are there, gzip always. */
export function packedSeeds(): Seed[] {
  const bytes = pcap(numbered(400));
  const seeds: Seed[] = [{ name: 'gzip', bytes: new Uint8Array(gzipSync(bytes)) }];
  for (const [program, ...options] of [
    ['zstd'],
    ['zstd', '-19', '--no-check'],
    ['zstd', '--fast=3'],
    ['lz4', '-BD', '-B4'],
    ['lz4', '-9', '-BX'],
    ['lz4', '-l'],
  ]) {
    const { status, stdout } = spawnSync(program!, ['-q', '-c', ...options], { input: bytes });
    if (status === 0) seeds.push({ name: [program, ...options].join(' '), bytes: new Uint8Array(stdout) });
  }
  return seeds;
}
