/** Interactive shells on a terminal of their own, to press Tab in. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

const READY = 'READY>';
const PATIENCE_MS = 20_000;

export class Shell {
  readonly #child: ChildProcessWithoutNullStreams;
  #text = '';

  /** @param command the shell, without the files that it would read at its start @param setUp lines that are run first */
  constructor(command: string, setUp: readonly string[], cwd: string) {
    // util-linux' script gives a terminal to what it runs.
    this.#child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd,
      env: { ...process.env, TERM: 'xterm', PS1: READY, PROMPT: READY, LC_ALL: 'C.UTF-8', HISTFILE: '' },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
    });
    for (const line of setUp) this.#child.stdin.write(`${line}\n`);
    // What a command line became, an argument each.
    this.#child.stdin.write(`pcapcheck() { printf 'G''OT<%s>' "$@"; echo; echo "E""ND"; }\necho "SET""UP"\n`);
  }

  /** The arguments that a line has after Tab and Enter. */
  async complete(line: string): Promise<string[]> {
    await this.#until('SETUP');
    const from = this.#text.length;
    this.#child.stdin.write(`${line}\t\n`);
    await this.#until('END\r\n', from);
    const got = this.#text.slice(from);
    return [...got.matchAll(/GOT<([^>]*)>/g)].map(([, text]) => text!);
  }

  /** What is offered where several go on from the line. */
  async offered(line: string): Promise<string> {
    await this.#until('SETUP');
    const from = this.#text.length;
    this.#child.stdin.write(`${line}\t\t`);
    await setTimeout(700);
    // Ctrl-U: the line is taken back.
    this.#child.stdin.write('\u0015pcapcheck\n');
    await this.#until('END\r\n', from);
    return this.#text.slice(from);
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  async #until(mark: string, from = 0): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!this.#text.includes(mark, from)) {
      if (Date.now() > end) throw new Error(`no ${mark.trim()} in: ${this.#text.slice(from)}`);
      await setTimeout(20);
    }
  }
}
