/** Whether captures can be read and reports written here. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';
import { analyze } from '../../engine/analyze.ts';
import { DEFAULT_MAX_MEMORY } from '../../engine/memory.ts';
import { DEMO_URL } from '../../product.ts';
import { printable } from '../../report/printable.ts';
import { counted, size } from '../../report/quantity.ts';
import { type Check, failed, limited, ok } from './types.ts';

/** `engines` of package.json. */
export const LEAST_NODE = '20.19.0';
/** Sizes that are proposed are multiples of it. */
const STEP = 64 * 2 ** 20;
/** A report of a large site with its page, and some evidence. */
const LEAST_DISK = 200e6;

export function nodeCheck(version: string): Check {
  const found = `${version}; ${LEAST_NODE.replace(/\.0$/, '')} or later is needed`;
  if (isAtLeast(version, LEAST_NODE)) return ok('node', 'Node.js', found);
  return failed(
    'node',
    'Node.js',
    found,
    'Install a newer one (https://nodejs.org), or use the package that brings its own (npm run package:windows, package:linux).',
  );
}

function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.replace(/^v/, '').split('.').map(Number));
  const at = need!.findIndex((part, index) => part !== have![index]);
  return at < 0 || have![at]! > need![at]!;
}

/** Reads the capture that comes along, with a thread, as large ones are read. */
export async function engineCheck(): Promise<Check> {
  const path = fileURLToPath(DEMO_URL);
  const [id, title] = ['engine', 'Reading'];
  if (!existsSync(path)) return limited(id, title, 'not tried: the capture that comes along is missing', REINSTALL);
  try {
    const { captures, observation } = await analyze([path], { workers: 1 });
    const frames = captures.reduce((sum, { summary }) => sum + summary.frames, 0);
    return ok(
      id,
      title,
      `a capture of ${counted(frames, 'frame')} with ${counted(observation.count, 'connection')} was read by a thread`,
    );
  } catch (error) {
    return failed(id, title, `the capture that comes along could not be read (${printable(String(error))})`, REINSTALL);
  }
}
const REINSTALL = 'Install pcapcheck again: a part of it is missing or damaged.';

export function processorCheck(count = availableParallelism()): Check {
  return ok('processors', 'Processors', `${counted(count, 'processor')}; large captures are read with as many threads`);
}

/** @param available bytes that this process may still take, within the limit of its container */
export function memoryCheck(maxMemory = DEFAULT_MAX_MEMORY, available = process.availableMemory()): Check {
  const found = `${size(available)} available; a run takes up to ${size(maxMemory)} (--max-memory ${maxMemory / 2 ** 20}m)`;
  if (available >= maxMemory) return ok('memory', 'Memory', found);
  const fitting = Math.max(STEP, Math.floor(available / STEP) * STEP) / 2 ** 20;
  return limited(
    'memory',
    'Memory',
    found,
    `Nothing for captures with few connections. For others add --max-memory ${fitting}m, or close other programs.`,
  );
}

export function zstdCheck(hasNative = 'createZstdDecompress' in zlib): Check {
  const [id, title] = ['zstd', 'zstd'];
  if (hasNative) return ok(id, title, 'unpacked by Node.js');
  return limited(
    id,
    title,
    'unpacked by pcapcheck itself, which is slower; captures packed with windows of more than 32 MiB (zstd --ultra, --long) cannot be read',
    'Use Node.js 22.15 or later, or unpack such captures first: zstd -d --long=31 FILE',
  );
}

/** Writes an empty file and takes it away again: on Windows nothing else tells. */
export async function folderCheck(folder: string): Promise<Check> {
  const [id, title] = ['folder', 'Reports'];
  const shown = printable(folder);
  const file = join(folder, `.pcapcheck-${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeFileSync(file, '', { flag: 'wx' });
    rmSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return limited(
      id,
      title,
      `nothing can be written in ${shown} (${code ?? 'unknown'})`,
      'Write reports elsewhere, such as --output html=PATH, or redirect what is printed.',
    );
  }
  const free = await freeSpace(folder);
  if (free === null) return ok(id, title, `can be written in ${shown}`);
  if (free >= LEAST_DISK) return ok(id, title, `can be written in ${shown}; ${size(free)} free`);
  return limited(
    id,
    title,
    `only ${size(free)} free in ${shown}`,
    'Write reports and evidence to another disk, or make room.',
  );
}

async function freeSpace(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
