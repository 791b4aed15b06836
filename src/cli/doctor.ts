import { VERSION } from '../product.ts';
import { printable, printableJson } from '../report/printable.ts';
import { painter, type Tone, useColor } from '../report/style.ts';
import { pad, wrap } from '../report/text-width.ts';
import { captureChecks } from './doctor/capture-checks.ts';
import {
  engineCheck,
  folderCheck,
  memoryCheck,
  nodeCheck,
  processorCheck,
  zstdCheck,
} from './doctor/reading-checks.ts';
import type { Check } from './doctor/types.ts';
import { EXIT_CLEAN, EXIT_FINDINGS } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface DoctorOptions {
  format: 'text' | 'json';
  live?: boolean;
  maxMemory?: number;
}

/** `pcapcheck doctor`: what this machine can do. Returns 1 where captures cannot be read, or with `live` not captured. */
export async function doctorCommand(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const reading = [
    nodeCheck(process.version),
    await engineCheck(),
    processorCheck(),
    memoryCheck(options.maxMemory),
    zstdCheck(),
    await folderCheck(process.cwd()),
  ];
  const capturing = captureChecks();
  const checks = [...reading, ...capturing];
  const can = {
    read: checks.every(({ state }) => state !== 'failed'),
    live: capturing.every(({ state }) => state === 'ok'),
  };
  if (options.format === 'json') {
    const { platform, arch, version: node } = process;
    const told = { schema: 'pcapcheck-doctor/1', version: VERSION, platform, arch, node, can, checks };
    terminal.out(`${printableJson(JSON.stringify(told, null, 2))}\n`);
  } else {
    terminal.out(`${textOf(checks, can, terminal).join('\n')}\n`);
  }
  return can.read && (can.live || !options.live) ? EXIT_CLEAN : EXIT_FINDINGS;
}

const TONES: Readonly<Record<Check['state'], Tone>> = { ok: 'good', limited: 'warn', failed: 'bad' };
const STATE_WIDTH = 'limited'.length;
const GAP = '  ';
/** What stands beside the first columns, at least. */
const LEAST_TEXT = 30;

function textOf(checks: readonly Check[], can: { read: boolean; live: boolean }, terminal: Terminal): string[] {
  const paint = painter(useColor(terminal.stdout, terminal.env));
  const titleWidth = Math.max(...checks.map(({ title }) => title.length));
  const margin = ' '.repeat(STATE_WIDTH + titleWidth + 2 * GAP.length);
  const width = Math.max(LEAST_TEXT, terminal.stdout.columns - margin.length);
  const lines = [`pcapcheck ${VERSION} on ${process.platform}-${process.arch}`, ''];
  for (const { state, title, found, remedy } of checks) {
    const [first, ...more] = wrap(found, width);
    lines.push(paint(TONES[state], pad(state, STATE_WIDTH)) + GAP + pad(title, titleWidth) + GAP + first);
    lines.push(...more.map((line) => margin + line));
    if (remedy !== null) lines.push(...wrap(printable(remedy), width).map((line) => margin + line));
  }
  const read = can.read ? 'Captures can be read here' : 'Captures cannot be read here';
  const live = can.live ? 'and captured live' : can.read ? 'but not captured live' : 'and not captured live';
  return [...lines, '', ...wrap(`${read}, ${live}.`, terminal.stdout.columns)];
}
