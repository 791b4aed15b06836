import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { table } from './table.mjs';

const SCRIPT = fileURLToPath(new URL('../counted.mjs', import.meta.url));
/** Room for young objects, in MiB, so that none is collected before it is counted. */
const ROOM = 256;

/**
 * Counts what the packet loop allocates, in a process of its own.
 *
 * @returns {{ text: string, isWithin: boolean }} false where it is more than it may be
 */
export function countedWork() {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', `--max-semi-space-size=${ROOM}`, SCRIPT],
    { encoding: 'utf8' },
  );
  /** @type {{ input: string, frames: number, bytesPerPacket: number, collections: number }[]} */
  const counted = stdout === '' ? [] : JSON.parse(stdout);
  if (counted.length === 0) return { text: `nothing was counted: ${stderr}`, isWithin: false };
  const rows = counted.map(({ input, frames, bytesPerPacket, collections }) => [
    input,
    String(frames),
    bytesPerPacket.toFixed(1),
    String(collections),
  ]);
  const heading = ['counted', 'packets', 'bytes allocated a packet', 'collections'];
  return { text: table([heading, ...rows]), isWithin: status === 0 };
}
