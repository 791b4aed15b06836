/** Two hosts in network namespaces of their own, joined by a veth pair: real interfaces, for tests that run as root on Linux. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PROGRAM } from '../cli/program.ts';

export const CLIENT = '10.99.0.1';
export const SERVER = '10.99.0.2';
/** An address that the client finds at the server's interface, and that nobody has: what is sent there is never answered. */
export const SILENT = '10.99.0.3';
const SERVER_HARDWARE = '02:00:00:00:99:02';

/** Why the lab cannot be built here; null where it can. */
export function whyNoLab(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are a matter of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  for (const program of ['ip', 'tcpdump', 'mount', 'unshare'])
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `${program} is not installed`;
  return null;
}

const sh = (command: string): string => execFileSync('sh', ['-ec', command], { encoding: 'utf8' });

export class Lab {
  readonly tag = `pcl${process.pid}`;
  readonly client = `${this.tag}-c`;
  readonly server = `${this.tag}-s`;
  readonly folder = mkdtempSync(join(tmpdir(), 'pcapcheck-live-'));
  readonly site = join(this.folder, 'site.yaml');
  readonly #children: ChildProcess[] = [];

  constructor() {
    sh(`ip netns add ${this.client}; ip netns add ${this.server}`);
    this.connect('eth0', '10.99.0');
    sh(`ip -n ${this.client} neigh add ${SILENT} lladdr ${SERVER_HARDWARE} dev eth0 nud permanent`);
    writeFileSync(
      this.site,
      `version: 1
hosts:
  - { name: CLIENT, addresses: [${CLIENT}], roles: [client] }
  - { name: SERVER, addresses: [${SERVER}, ${SILENT}], roles: [management-point] }
`,
    );
    execFileSync('chmod', ['a+rx', this.folder]);
  }

  /** Joins the two by an interface of this name at both ends. */
  connect(name: string, network: string): void {
    const { client, server } = this;
    sh(`
ip link add ${name} netns ${client} type veth peer name ${name} netns ${server}
ip -n ${server} link set ${name} address ${name === 'eth0' ? SERVER_HARDWARE : '02:00:00:00:99:04'}
ip -n ${client} addr add ${network}.1/24 dev ${name}
ip -n ${server} addr add ${network}.2/24 dev ${name}
ip -n ${client} link set ${name} up
ip -n ${server} link set ${name} up
`);
  }

  ip(...words: string[]): void {
    execFileSync('ip', words);
  }

  /** A program in a namespace. */
  start(namespace: string, command: readonly string[], stdio: 'pipe' | 'ignore' = 'ignore'): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', namespace, ...command], { stdio: ['ignore', stdio, stdio] });
    this.#children.push(child);
    return child;
  }

  /** pcapcheck live at the server. */
  live(...args: string[]): Live {
    const child = this.start(this.server, [process.execPath, PROGRAM, 'live', '-t', this.site, ...args], 'pipe');
    return new Live(child);
  }

  /** So many datagrams from the client, evenly over the time. */
  async datagrams(count: number, seconds: number, to = SERVER, port = 7777): Promise<void> {
    const code = `
const socket = require('node:dgram').createSocket('udp4');
let sent = 0;
const began = Date.now();
const timer = setInterval(() => {
  const due = Math.min(${count}, Math.ceil(${count} * (Date.now() - began) / ${seconds * 1000}));
  for (; sent < due; sent++) socket.send(Buffer.alloc(100), ${port}, '${to}');
  if (sent === ${count}) { clearInterval(timer); setTimeout(() => socket.close(), 50); }
}, 5);`;
    await ended(this.start(this.client, [process.execPath, '-e', code]));
  }

  /** Attempts to connect from the client; what becomes of them is the server's affair. */
  async connects(to: string, port: number, times = 1, seconds = 1): Promise<void> {
    const code = `
let left = ${times};
const timer = setInterval(() => {
  const socket = require('node:net').connect(${port}, '${to}');
  socket.on('error', () => {});
  setTimeout(() => socket.destroy(), ${seconds * 1000});
  if (--left === 0) clearInterval(timer);
}, 100);`;
    await ended(this.start(this.client, [process.execPath, '-e', code]));
  }

  close(): void {
    for (const child of this.#children) if (child.exitCode === null) child.kill('SIGKILL');
    for (const namespace of [this.client, this.server]) spawnSync('ip', ['netns', 'del', namespace]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** biome-ignore lint/suspicious/noExplicitAny: lines of JSON of many shapes */
export type Line = Record<string, any>;

/** A run of pcapcheck live whose lines are read as they come. */
export class Live {
  readonly lines: Line[] = [];
  err = '';
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const pieces = (rest + text).split('\n');
      rest = pieces.pop() ?? '';
      for (const line of pieces) this.lines.push(JSON.parse(line) as Line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
  }

  /** ip netns exec becomes the program, so that this is its own process. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** The first line that fits; fails after the seconds. */
  async line(fits: (line: Line) => boolean, seconds = 30): Promise<Line> {
    for (let i = 0; i < seconds * 20; i++) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) break;
      await setTimeout(50);
    }
    const found = this.lines.find(fits);
    if (found !== undefined) return found;
    throw new Error(`no such line; there are ${JSON.stringify(this.lines).slice(0, 3000)} ${this.err}`);
  }

  /** Capturing has begun. */
  async ready(): Promise<this> {
    await this.line(({ type }) => type === 'status');
    return this;
  }

  /** Asked to end. @returns the exit code and the report */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<{ code: number | null; report: Line }> {
    this.#child.kill(signal);
    return this.end();
  }

  async end(): Promise<{ code: number | null; report: Line }> {
    const code = await ended(this.#child);
    await setTimeout(20);
    return { code, report: (this.lines.find(({ type }) => type === 'report')?.report ?? {}) as Line };
  }
}
