import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { DEMO, ended, ensureBuilt, folder, SITE, start } from './program.ts';

beforeAll(ensureBuilt);

const demo = readFileSync(DEMO);
/** Without the file header, many times over. */
const records = Array<Buffer>(20).fill(demo.subarray(24));

// Windows has no signals: Ctrl-C cannot be sent to one child there.
describe.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test.each([
    ['check', ['-', '-t', SITE]],
    ['check without threads', ['-', '-t', SITE, '--workers', '0']],
    ['flows', ['flows', '-']],
  ])('%s, while a pipe is read: ends at once, one sentence, by the signal', async (_, args) => {
    const place = folder();
    const child = start([...args, ...(args[0] === 'flows' ? [] : ['-o', `json=${join(place, 'x.json')}`])]);
    const result = ended(child);
    // More than a pipe holds: once all of it is written, somebody is reading.
    await new Promise((written) => child.stdin.write(Buffer.concat([demo, ...records]), written));
    await setTimeout(200);
    child.kill(signal);
    // It waits for nothing: its input is still open.
    const { code, signal: by, out, err } = await result;
    // Ended by the signal, as shells expect: they report 128 + its number, and loops stop.
    expect({ code, by, out }).toEqual({ code: null, by: signal, out: '' });
    expect(err).toMatch(/^pcapcheck: Interrupted [^\n]+\n$/);
    expect(readdirSync(place)).toEqual([]);
  });
});
