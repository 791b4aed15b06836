import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One run of a whole process.
 *
 * @typedef {object} Run
 * @property {number} wall seconds
 * @property {number} [cpu] seconds in all threads, user and system
 * @property {number} [peak] bytes resident at most
 * @property {string} [failure] why the figures are worth nothing
 */

const GNU_TIME = '/usr/bin/time';
const hasGnuTime = process.platform === 'linux' && existsSync(GNU_TIME);
const SHOWN = 300;

/**
 * Runs a command with its output thrown away. CPU time and memory come from GNU time where there is one, else from /proc
 * while the process lives (memory only), else they are left out.
 *
 * @param {string[]} command
 * @param {{ timeout: number, accepts?: (code: number) => boolean }} options timeout in milliseconds
 * @returns {Promise<Run>}
 */
export async function measure(command, { timeout, accepts = (code) => code === 0 }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const usage = join(folder, 'usage');
  const args = hasGnuTime ? [GNU_TIME, '-q', '-f', '%U %S %M', '-o', usage, ...command] : command;
  try {
    const begin = process.hrtime.bigint();
    const child = spawn(args[0], args.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    const memory = hasGnuTime ? undefined : watchMemory(child.pid);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-SHOWN);
    });
    const stop = () => child.pid && killGroup(child.pid);
    const timer = setTimeout(stop, timeout);
    process.once('exit', stop);
    const code = await new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('close', (status, signal) => resolve(status ?? signal));
    });
    const wall = Number(process.hrtime.bigint() - begin) / 1e9;
    clearTimeout(timer);
    process.off('exit', stop);
    /** @type {Run} */
    const run = { wall, ...(hasGnuTime ? readUsage(usage) : memory?.()) };
    if (typeof code !== 'number' || !accepts(code)) run.failure = `ended with ${code}: ${errors.trim()}`;
    if (wall * 1000 >= timeout) run.failure = `stopped after ${timeout / 1000} s`;
    return run;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path */
function readUsage(path) {
  if (!existsSync(path)) return {};
  const [user, system, kilobytes] = readFileSync(path, 'utf8').trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return Number.isNaN(kilobytes) ? {} : { cpu: user + system, peak: kilobytes * 1024 };
}

/**
 * @param {number | undefined} pid
 * @returns {() => { peak?: number }}
 */
function watchMemory(pid) {
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const match = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      if (match) peak = Math.max(peak, Number(match[1]) * 1024);
    } catch {
      clearInterval(timer);
    }
  }, 10);
  return () => {
    clearInterval(timer);
    return peak > 0 ? { peak } : {};
  };
}

/** Ends a command and what it started: it leads a process group of its own. @param {number} pid */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
