/** Every capture at hand through every command, with and without threads, in any cuts: an answer, and no frame lost on the way. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import { CaptureError } from '../../src/capture/errors.ts';
import { commandLine } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { readBytes } from '../capture/support/read.ts';
import { expectAccounted, inProcess } from '../support/in-process.ts';
import { CAPTURES, hasOracles, oracles } from './oracles.ts';

const SITE = 'captures/demo/site.yaml';
const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a command needs beside captures. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { '--topology': ['-t', SITE], '--quiet': ['-q'] };

/** Every command of the program that takes captures, in every format that it writes. */
const COMMANDS = commandLine({ out: () => true, err: () => {} } as unknown as Terminal, () => {}).commands.flatMap(
  (command) => {
    if (!command.registeredArguments.some((argument) => argument.variadic && argument.name() === 'capture')) return [];
    const needed = Object.entries(NEEDED).flatMap(([long, args]) =>
      command.options.some((option) => option.long === long) ? args : [],
    );
    const formats = command.options.find(({ long }) => long === '--format')?.argChoices ?? [];
    const alone = [command.name(), ...needed];
    return formats.length === 0 ? [alone] : formats.map((format) => [...alone, '-f', format]);
  },
);
/** Threads beside none. A pool takes its time to start; `PCAPCHECK_SWEEP=full` tries more of them. */
const THREADS = process.env.PCAPCHECK_SWEEP === 'full' ? ['1', '2', '5'] : ['2'];
/** Bytes of the chunks that a pipe may give; a byte at a time for small captures only. */
const CHUNKS = [7, 1460, 65_536];
const SMALL = 20_000;

describe.skipIf(!hasOracles)('every capture', () => {
  const figures = { captures: 0, frames: 0, runs: 0 };
  afterAll(() => {
    const { captures, frames, runs } = figures;
    console.log(
      `sweep: ${captures} captures with ${frames} frames, ${runs} runs of the program, none crashed or lost a frame`,
    );
  });

  test('goes through every command that takes captures', () => {
    const names = new Set(COMMANDS.map(([command]) => command));
    for (const known of ['check', 'flows', 'pxe', 'firewall']) expect(names).toContain(known);
  });

  test.each(Object.keys(oracles()))('%s', async (name) => {
    const path = join(CAPTURES, name);
    const exits = new Set<number>();
    for (const [command, ...rest] of COMMANDS) {
      const { code, out, err } = await inProcess([command!, path, ...rest, '-j', '0']);
      // The topology is of another network than most of these captures: the report says so, and is written all the same.
      const nothingJudged =
        code === 2 && (err.includes(`${SITE} lists no end of the `) || /^pcapcheck: the capture holds /.test(err));
      exits.add(code === 2 && !nothingJudged ? 2 : 0);
      figures.runs++;
      if (nothingJudged) expect(err).toMatch(/^pcapcheck: [^\n]+\n$/);
      else if (code === 2) expect([out, err]).toEqual(['', expect.stringMatching(/^pcapcheck: [^\n]+\n$/)]);
    }
    // Either all commands can read it, or none.
    expect(exits.size).toBe(1);
    const check = ['check', path, '-t', SITE, '-q', '-f', 'json'];
    const alone = await inProcess([...check, '-j', '0']);
    for (const threads of THREADS) expect(await inProcess([...check, '-j', threads])).toEqual(alone);
    figures.runs += 1 + THREADS.length;
    figures.captures++;
    if (alone.out === '') return;
    const report = JSON.parse(alone.out) as Report;
    expectAccounted(report);
    figures.frames += report.coverage.frames;
  });

  test.each(Object.keys(oracles()))('%s in chunks', (name) => {
    const bytes = new Uint8Array(readFileSync(join(CAPTURES, name)));
    if (name.endsWith('.gz')) return;
    const read = (size: number): unknown => {
      try {
        return readBytes(bytes, [size]);
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
        return (error as CaptureError).code;
      }
    };
    const whole = read(bytes.length);
    for (const size of bytes.length <= SMALL ? [1, ...CHUNKS] : CHUNKS) expect(read(size)).toEqual(whole);
  });
});
