/** The addon: the binaries are what the source gives, and the source minds its memory. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab, whyNoLab } from './lab.ts';

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const build = (option: string) =>
  spawnSync(process.execPath, ['native-bindings/build.mjs', option], { encoding: 'utf8' });
const prebuilt = (target: string): string => `native-bindings/prebuilds/${target}/pcapcheck-capture.node`;

test('the shipped binaries are those of the manifest, made of this source', () => {
  expect(build('--hashes')).toMatchObject({ status: 0, stderr: '' });
});

const compilers = ['gcc', 'x86_64-w64-mingw32-gcc'].every(has);
if (!compilers) console.warn('SKIPPED: building the addon (gcc or gcc-mingw-w64-x86-64 is not installed)');
test.skipIf(!compilers)('building them anew gives the same bytes', () => {
  const { status, stdout, stderr } = build('--check');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/linux-x64: (the same|builds with)/);
  expect(stdout).toMatch(/win32-x64: (the same|builds with)/);
});

test('the Linux binary asks for nothing that an old glibc lacks, and for no other library', () => {
  const text = readFileSync(prebuilt('linux-x64'), 'latin1');
  const versions = [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  expect(Math.max(...versions)).toBeLessThanOrEqual(17);
  expect([...new Set(text.match(/lib[a-z]+\.so\.\d+/g))]).toEqual(['libc.so.6']);
});

test('the Windows binary imports what every Windows has, and exports what Node asks for', () => {
  const text = readFileSync(prebuilt('win32-x64'), 'latin1');
  const imports = new Set([...text.matchAll(/([A-Za-z0-9_-]+\.dll)\0/g)].map(([, name]) => name.toLowerCase()));
  expect([...imports].sort()).toEqual(['kernel32.dll', 'msvcrt.dll']);
  expect(text).toContain('napi_register_module_v1');
});

const reason = whyNoLab() ?? (has('gcc') ? null : 'gcc is not installed');
if (reason !== null) console.warn(`SKIPPED: the addon under AddressSanitizer (${reason})`);

describe.skipIf(reason !== null)('under AddressSanitizer and UndefinedBehaviorSanitizer', { timeout: 120_000 }, () => {
  let lab: Lab;
  beforeAll(() => {
    lab = new Lab();
  });
  afterAll(() => lab?.close());

  const SANITIZE = ['-std=gnu11', '-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const source = (name: string): string => `native-bindings/source/${name}.c`;
  const inServer = (command: string[], env: Record<string, string> = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const child = lab.start(lab.server, ['env', ...variables, ...command], 'pipe');
      let text = '';
      child.stdout?.on('data', (data) => {
        text += data;
      });
      let errors = '';
      child.stderr?.on('data', (data) => {
        errors += data;
      });
      child.once('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`${code}: ${text}${errors}`))));
    });

  test('reading, failing and closing leave no trace', async () => {
    const program = join(lab.folder, 'exercise');
    const sources = ['capture', 'devices', 'library'].map(source);
    execFileSync('gcc', [
      ...SANITIZE,
      '-Inative-bindings/source',
      'test/live/native/exercise.c',
      ...sources,
      '-o',
      program,
    ]);
    const sending = lab.datagrams(20_000, 9);
    const seen = await inServer([program, 'eth0', '3']);
    await sending;
    expect(Number(seen)).toBeGreaterThan(1000);
  });

  test('calls from JavaScript, right and wrong ones', async () => {
    const addon = join(lab.folder, 'sanitized.node');
    const sources = ['addon', 'capture', 'devices', 'library', 'napi-table'].map(source);
    const headers = '-Inode_modules/node-api-headers/include';
    execFileSync('gcc', [...SANITIZE, '-shared', '-fPIC', '-fvisibility=hidden', headers, ...sources, '-o', addon]);
    const libraries = ['libasan.so', 'libubsan.so'].map((name) =>
      execFileSync('gcc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
    );
    const sending = lab.datagrams(10_000, 6);
    // V8 keeps what it likes until the process ends: leaks are looked for without it, above.
    const env = { LD_PRELOAD: libraries.join(':'), ASAN_OPTIONS: 'detect_leaks=0' };
    const seen = await inServer([process.execPath, 'test/live/native/exercise.cjs', addon, 'eth0'], env);
    await sending;
    expect(Number(seen)).toBeGreaterThan(1000);
  });
});
