/** The Windows package with its real node.exe under Wine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inject } from 'vitest';
import type { Line } from '../live/lab.ts';

const LIMIT_MS = 300_000;

/** Why nothing can be run; null where it can. */
export function whyNoWine(): string | null {
  const missing = ['wine', 'wineboot', 'wineserver', 'unzip'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  return missing.length === 0 ? null : `${missing.join(', ')} is not installed`;
}

/** Environment of Wine with its prefix in a folder. */
export function wineEnvironment(folder: string): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, ...env } = process.env;
  return {
    ...env,
    WINEPREFIX: join(folder, 'wine'),
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    DISPLAY: '',
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
  };
}

export interface WineOptions {
  /** Of this machine; the folder of the program where none is given. */
  cwd?: string;
  env?: Record<string, string>;
  /** A network namespace; Wine's server must not run elsewhere. */
  namespace?: string;
  /** Milliseconds after which it is killed. */
  limit?: number;
}

export interface WineEnded {
  code: number | null;
  out: string;
  err: string;
}

/** As Windows calls a path of this machine: Wine shows all of it as drive Z. */
export const windowsPath = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;

export class Wine {
  readonly folder: string;
  /** Drive C. */
  readonly drive: string;
  /** The unpacked package, and the program in it. */
  readonly home: string;
  readonly app: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string) {
    this.folder = folder;
    this.drive = join(folder, 'wine/drive_c');
    this.home = join(this.drive, 'Program Files/pcapcheck');
    this.app = join(this.home, 'app');
    this.#env = wineEnvironment(folder);
  }

  /** pcapcheck with these arguments, to its end. */
  pcapcheck(args: readonly string[], options: WineOptions = {}): Promise<WineEnded> {
    return this.start(args, options).end();
  }

  /** pcapcheck with these arguments. */
  start(args: readonly string[], options: WineOptions = {}): WineProcess {
    return this.program(
      ['C:\\Program Files\\pcapcheck\\node.exe', 'C:\\Program Files\\pcapcheck\\app\\dist\\pcapcheck.js', ...args],
      options,
    );
  }

  /** Any program. Its output goes through files: pipes from outside are none that Node.js knows under Wine. */
  program(command: readonly string[], { cwd, env, namespace, limit }: WineOptions = {}): WineProcess {
    const place = mkdtempSync(join(this.folder, 'run-'));
    const [out, err] = [join(place, 'out'), join(place, 'err')];
    const whole = [...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]), 'wine', ...command];
    const child = spawn(whole[0], whole.slice(1), {
      cwd: cwd ?? this.app,
      env: { ...this.#env, ...env },
      stdio: ['ignore', openSync(out, 'w'), openSync(err, 'w')],
      timeout: limit ?? LIMIT_MS,
    });
    return new WineProcess(child, out, err);
  }

  /** pcapcheck on a console of its own. @returns what the terminal around it got */
  onConsole(args: readonly string[]): string {
    const quoted = ['C:\\Program Files\\pcapcheck\\node.exe', 'dist/pcapcheck.js', ...args].map((word) => `'${word}'`);
    const { stdout } = spawnSync('script', ['-qec', `wine ${quoted.join(' ')}`, '/dev/null'], {
      cwd: this.app,
      env: { ...this.#env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    return stdout;
  }

  /** Ends Wine's server, and with it everything in Wine; the next program starts another, in its own namespace. */
  restart(): void {
    spawnSync('wineserver', ['-k'], { env: this.#env });
    spawnSync('wineserver', ['-w'], { env: this.#env });
  }
}

export class WineProcess {
  readonly #child: ChildProcess;
  readonly #out: string;
  readonly #err: string;

  constructor(child: ChildProcess, out: string, err: string) {
    this.#child = child;
    this.#out = out;
    this.#err = err;
  }

  get out(): string {
    return readFileSync(this.#out, 'utf8');
  }

  get err(): string {
    return readFileSync(this.#err, 'utf8');
  }

  /** Lines of JSON so far. */
  get lines(): Line[] {
    const whole = this.out;
    return whole
      .slice(0, whole.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  /** The first line that fits. */
  async line(fits: (line: Line) => boolean, seconds = 60): Promise<Line> {
    for (let i = 0; i < seconds * 10; i++) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) break;
      await setTimeout(100);
    }
    throw new Error(`no such line; there is ${this.out.slice(0, 3000)} ${this.err}`);
  }

  /** Ctrl-C: Wine hands the signal to the program as that of a console. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async end(): Promise<WineEnded> {
    const { exitCode } = this.#child;
    const code = exitCode ?? (await new Promise<number | null>((done) => this.#child.once('exit', done)));
    return { code, out: this.out, err: this.err };
  }
}

/** The Wine of this run; null where there is none, which was told. */
export function wine(): Wine | null {
  const folder = inject('windowsFolder');
  return folder === null ? null : new Wine(folder);
}
