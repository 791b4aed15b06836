import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memory GiB
 * @property {string} node
 * @property {string} kernel
 * @property {string} system
 * @property {number} load one minute average before the first run
 */

/** @returns {Machine} */
export function machine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: `${type()} ${release()}`,
    system: systemName(),
    load: Math.round(loadavg()[0] * 100) / 100,
  };
}

function systemName() {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}

/** @param {Machine} m */
export const describeMachine = (m) =>
  `${m.cpu}, ${m.cores} cores, ${m.memory} GiB, ${m.system}, ${m.kernel}, Node ${m.node}, load ${m.load} before`;
