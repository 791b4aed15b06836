/** The built program as a child process, as a user starts it. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export const ROOT = resolve('.');
export const PROGRAM = resolve('dist/pcapcheck.js');
const LAST_OF_BUILD = resolve('dist/THIRD-PARTY-LICENSES.txt');

export const DEMO = 'captures/demo/demo.pcap';
export const SITE = 'captures/demo/site.yaml';

/** Builds where nobody has: `npm test` does it first. Several test files may ask at once; one of them builds. */
export async function ensureBuilt(): Promise<void> {
  if (existsSync(PROGRAM)) return;
  const lock = join(tmpdir(), `pcapcheck-build-${process.ppid}`);
  try {
    mkdirSync(lock);
  } catch {
    while (!existsSync(LAST_OF_BUILD)) await setTimeout(100);
    return;
  }
  try {
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT });
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Written to standard input piece by piece, then the end. */
  input?: readonly Uint8Array[];
  program?: string;
}

/** Starts the program with nothing in its environment that changes its output. */
export function start(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, ...env } = process.env;
  return spawn(process.execPath, [options.program ?? PROGRAM, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...env, ...options.env },
    stdio: 'pipe',
  });
}

export function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done({ code, signal, out, err }));
  });
}

/** Runs it to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(args, options);
  // Who ends early leaves the rest unread.
  child.stdin.on('error', () => {});
  const result = ended(child);
  for (const piece of options.input ?? []) {
    if (!child.stdin.write(piece))
      await Promise.race([new Promise((ready) => child.stdin.once('drain', ready)), result]);
  }
  child.stdin.end();
  return result;
}

/** The main job on the demo capture, with more arguments. */
export const check = (args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> =>
  run([DEMO, '-t', SITE, ...args], options);

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'pcapcheck-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
