/** What doctor says, on this machine and with parts of it taken away. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { LEAST_NODE, memoryCheck, nodeCheck, zstdCheck } from '../../src/cli/doctor/reading-checks.ts';
import type { Check } from '../../src/cli/doctor/types.ts';
import { ensureBuilt, folder, PROGRAM, ROOT, run } from './program.ts';

beforeAll(ensureBuilt);

interface Told {
  schema: string;
  can: { read: boolean; live: boolean };
  checks: Check[];
}

/** Runs it behind a command such as setpriv. */
function doctor(
  before: readonly string[],
  args: readonly string[] = [],
  cwd = ROOT,
): { code: number | null; told: Told } {
  const [command, ...rest] = [...before, process.execPath, PROGRAM, 'doctor', '--format', 'json', ...args];
  const { status, stdout, stderr } = spawnSync(command!, rest, { cwd, encoding: 'utf8' });
  expect(stderr).toBe('');
  return { code: status, told: JSON.parse(stdout) as Told };
}

const check = (told: Told, id: string): Check => told.checks.find((one) => one.id === id)!;

test('captures can be read here', () => {
  const { code, told } = doctor([]);
  expect(code).toBe(0);
  expect(told).toMatchObject({ schema: 'pcapcheck-doctor/1', can: { read: true } });
  expect(told.checks.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['node', 'engine', 'processors', 'memory', 'zstd', 'folder', 'addon']),
  );
  expect(check(told, 'engine').found).toBe('a capture of 472 frames with 44 connections was read by a thread');
  for (const { state, remedy } of told.checks) expect(remedy === null).toBe(state === 'ok');
});

test.each([40, 80, 200])('fits into %i columns', async (columns) => {
  const { out, err } = await run(['doctor'], { env: { COLUMNS: String(columns) } });
  expect(err).toBe('');
  expect(out).toContain('Captures can be read here');
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(columns, 55));
});

test('a part of the program is missing', async () => {
  const place = folder();
  cpSync('dist', join(place, 'dist'), { recursive: true });
  cpSync('captures/demo/demo.pcap', join(place, 'captures/demo/demo.pcap'));
  cpSync('package.json', join(place, 'package.json'));
  cpSync('node_modules/piscina', join(place, 'node_modules/piscina'), { recursive: true });
  rmSync(join(place, 'dist/worker.cjs'));
  const { code, out } = await run(['doctor'], { program: join(place, 'dist/pcapcheck.js') });
  expect(code).toBe(1);
  expect(out).toMatch(/failed +Reading/);
  expect(out).toContain('Captures cannot be read here');
});

describe('with parts of the machine taken away', () => {
  const library = (): string | undefined =>
    /libpcap\.so\.0\.8 .*=> (\S+)/.exec(spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  const reason =
    process.platform !== 'linux' || process.geteuid?.() !== 0
      ? 'this is not root on Linux'
      : library() === undefined
        ? 'libpcap0.8 is not installed'
        : spawnSync('unshare', ['-m', 'true']).status !== 0
          ? 'namespaces cannot be made here'
          : null;
  if (reason !== null) console.warn(`SKIPPED: doctor without rights, library or network (${reason})`);

  const NOBODY = [
    'setpriv',
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    '--inh-caps=-all',
    '--bounding-set=-all',
  ];

  test.skipIf(reason !== null)('root may capture', () => {
    const { code, told } = doctor([], ['--live']);
    expect({ code, ...told.can }).toEqual({ code: 0, read: true, live: true });
    expect(check(told, 'library').found).toMatch(/^libpcap version \d/);
  });
  test.skipIf(reason !== null)('without rights: files still, and the way to rights is told', () => {
    const { code, told } = doctor(NOBODY);
    expect({ code, ...told.can }).toEqual({ code: 0, read: true, live: false });
    expect(check(told, 'rights')).toMatchObject({ state: 'limited', remedy: expect.stringContaining('CAP_NET_RAW') });
    expect(doctor(NOBODY, ['--live']).code).toBe(1);
  });
  test.skipIf(reason !== null)('in a folder that belongs to others', () => {
    const place = folder();
    mkdirSync(join(place, 'theirs'));
    chmodSync(place, 0o755);
    const { code, told } = doctor(NOBODY, [], join(place, 'theirs'));
    expect(code).toBe(0);
    expect(check(told, 'folder')).toMatchObject({ state: 'limited', found: expect.stringContaining('EACCES') });
  });
  test.skipIf(reason !== null)('without libpcap', () => {
    const file = execFileSync('readlink', ['-f', library()!], { encoding: 'utf8' }).trim();
    const hidden = ['unshare', '-m', 'sh', '-c', `mount --bind /dev/null ${file} && exec "$@"`, 'sh'];
    const { code, told } = doctor(hidden);
    expect({ code, ...told.can }).toEqual({ code: 0, read: true, live: false });
    expect(check(told, 'library')).toMatchObject({
      state: 'limited',
      remedy: expect.stringContaining('apt install libpcap0.8'),
    });
    expect(check(told, 'rights')).toBeUndefined();
  });
  test.skipIf(reason !== null)('without a network', () => {
    expect(doctor(['unshare', '-n']).told.can).toEqual({ read: true, live: true });
  });
});

test('Node.js has to be as package.json says', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  expect(LEAST_NODE).toBe(`${engines.node.replace('>=', '')}.0`);
  for (const version of ['v20.19.0', 'v20.20.2', 'v22.0.0', 'v26.1.0']) expect(nodeCheck(version).state).toBe('ok');
  for (const version of ['v20.18.3', 'v18.20.0', 'v4.0.0']) expect(nodeCheck(version).state).toBe('failed');
});

test('memory is held against --max-memory', () => {
  expect(memoryCheck(2 ** 30, 4 * 2 ** 30).state).toBe('ok');
  expect(memoryCheck(2 ** 30, 2 ** 30 - 1)).toMatchObject({
    state: 'limited',
    remedy: expect.stringContaining('--max-memory 960m'),
  });
  expect(memoryCheck(2 ** 30, 2 ** 20).remedy).toContain('--max-memory 64m');
});

test('zstd without help from Node.js has its limit', () => {
  expect(zstdCheck(true).state).toBe('ok');
  expect(zstdCheck(false)).toMatchObject({ state: 'limited', found: expect.stringContaining('32 MiB') });
});
