/** The package as it is published: packed, installed somewhere else, and run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { check, ensureBuilt, folder, ROOT, run } from './program.ts';

beforeAll(ensureBuilt);

const npm = (args: readonly string[], cwd: string) =>
  spawnSync('npm', [...args], { cwd, encoding: 'utf8', shell: process.platform === 'win32' });

/** No registry in reach: nothing that this test is about. */
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED/;

test('the tarball installs elsewhere, and the installed program does the main job with threads', async ({ skip }) => {
  const place = folder();
  // Without scripts: prepack would build anew under the other tests' feet.
  const packed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', place], ROOT);
  expect(packed.status, packed.stderr).toBe(0);
  const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
  const names = files.map(({ path }) => path);
  expect(names).toEqual(
    expect.arrayContaining(['dist/pcapcheck.js', 'dist/worker.cjs', 'package.json', 'README.md', 'LICENSE']),
  );
  expect(names.filter((name) => /^(src|test|bench|node_modules)\//.test(name))).toEqual([]);

  writeFileSync(join(place, 'package.json'), '{ "private": true }');
  const installed = npm(['install', '--no-audit', '--no-fund', '--prefer-offline', join(place, filename)], place);
  if (installed.status !== 0 && OFFLINE.test(installed.stderr)) {
    console.warn('SKIPPED: no registry in reach to install the dependencies of the package');
    skip();
  }
  expect(installed.status, installed.stderr).toBe(0);

  cpSync(join(ROOT, 'captures/demo'), join(place, 'captures/demo'), { recursive: true });
  const program = join(place, 'node_modules/pcapcheck/dist/pcapcheck.js');
  const args = ['captures/demo/demo.pcap', '-t', 'captures/demo/site.yaml'];
  const here = await check();
  expect(await run([...args, '--workers', '2'], { program, cwd: place })).toEqual(here);
  const series = [...args, 'captures/demo/demo.pcapng', '--workers', '2', '-f', 'json'];
  const several = await run(series, { program, cwd: place });
  expect(several.err).toBe('');
  expect((JSON.parse(several.out) as { captures: object[] }).captures).toHaveLength(2);
  for (const kind of readdirSync(join(ROOT, 'docs/findings')).map((name) => name.replace('.md', ''))) {
    if (kind.includes('.') || kind === 'README') continue;
    expect(await run(['explain', kind], { program, cwd: place })).toMatchObject({ code: 0, err: '' });
  }

  // The command that npm makes of it.
  const command = join(place, 'node_modules/.bin', process.platform === 'win32' ? 'pcapcheck.cmd' : 'pcapcheck');
  expect(existsSync(command)).toBe(true);
  const shell = process.platform === 'win32';
  expect(execFileSync(command, ['--version'], { cwd: place, encoding: 'utf8', shell })).toMatch(/^\d+\.\d+\.\d+\n$/);
}, 180_000);
