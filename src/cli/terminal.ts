import { writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { chunks } from '../report/chunks.ts';
import { discardUnfinished } from '../report/output-file.ts';

/** What a command may write to and ask about; the process itself, or a test's stand-in. */
export interface Terminal {
  /** Data. Returns false once nobody reads any more. */
  out(data: string | Uint8Array): boolean;
  /** Everything else. */
  err(text: string): void;
  readonly stdout: { readonly isTTY: boolean; readonly columns: number; readonly rows: number };
  stderr: NodeJS.WriteStream | { isTTY: boolean; columns: number; write(text: string): unknown };
  env: Readonly<Record<string, string | undefined>>;
  /** Calls `stop` when the user interrupts, and then ends the process the way signals do; returns how to stop listening. */
  onInterrupt(stop: () => void): () => void;
  /** Calls `stop` when the process is asked to end, and leaves the ending to it; returns how to stop listening. */
  onStop(stop: (signal: NodeJS.Signals) => void): () => void;
  /** Standard input as a stream, for whoever wants it as it comes. */
  stdin(): Readable;
}

/** Ctrl-C; the end that service managers ask for; Ctrl-Break, and the closing of the window, on Windows. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;

/** What ends a command that has nothing to report yet. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;
/** With what Windows ends a program at Ctrl-C ([MS-ERREF] 2.3.1). */
const STATUS_CONTROL_C_EXIT = 0xc000_013a;

/** Columns where standard output is no terminal. */
const PIPE_WIDTH = 100;
const PIPE_HEIGHT = 24;
/** Below this nothing can be laid out. */
const LEAST_WIDTH = 20;

/** The width that the environment asks for, as shells and `watch` set it: only a number of columns that a line can have. */
export function wantedWidth(columns: string | undefined): number {
  const width = /^\d{1,4}$/.test(columns ?? '') ? Number(columns) : 0;
  return width >= LEAST_WIDTH ? width : PIPE_WIDTH;
}

/** The terminal of this process. Writing is synchronous: data is out before the process ends, whatever it is piped to. */
export function processTerminal(): Terminal {
  let open = true;
  return {
    out(data) {
      if (open) open = writeAll(1, data);
      return open;
    },
    err: (text) => void writeAll(2, text),
    stdout: {
      isTTY: process.stdout.isTTY === true,
      // Windows of terminals change their size.
      get columns() {
        return process.stdout.columns ?? wantedWidth(process.env.COLUMNS);
      },
      get rows() {
        return process.stdout.rows ?? PIPE_HEIGHT;
      },
    },
    stderr: process.stderr,
    stdin: () => process.stdin,
    onStop(stop) {
      for (const signal of STOP_SIGNALS) process.on(signal, stop);
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, stop);
      };
    },
    env: process.env,
    onInterrupt(stop) {
      const handler = (signal: NodeJS.Signals): void => {
        discardUnfinished();
        stop();
        stopListening();
        // Windows has no signals to end by, and what Node.js does there instead ends with 1, which would mean findings.
        if (process.platform === 'win32') process.exit(STATUS_CONTROL_C_EXIT);
        // Nobody listens any more: the process ends by the signal, so that shells and loops see an interruption.
        process.kill(process.pid, signal);
      };
      const stopListening = (): void => {
        for (const signal of INTERRUPTIONS) process.off(signal, handler);
      };
      for (const signal of INTERRUPTIONS) process.on(signal, handler);
      return stopListening;
    },
  };
}

/** Standard output or standard error could not be written, which is nothing that the program can mend. */
export class StandardStreamError extends Error {
  override readonly name = 'StandardStreamError';
  readonly code: string;

  constructor(code: string, descriptor: number) {
    const stream = descriptor === 1 ? 'standard output' : 'standard error';
    super(
      `cannot write to ${stream}: ${code === 'ENOSPC' ? 'the disk is full' : `the operating system says ${code}`}.`,
    );
    this.code = code;
  }
}

/** Prints pieces of text in few system calls, until the reader is gone. */
export function printPieces(pieces: Iterable<string>, terminal: Pick<Terminal, 'out'>): void {
  let open = true;
  const collected = chunks((text) => {
    open = terminal.out(text);
  });
  for (const piece of pieces) {
    collected.add(piece);
    if (!open) return;
  }
  collected.flush();
}

/** False where the reader of a pipe has gone (`pcapcheck … | head`), which is no error of ours. */
function writeAll(descriptor: 1 | 2, data: string | Uint8Array): boolean {
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  if (process.platform === 'win32' && stream.isTTY) {
    // A console takes bytes for its code page, and text for what it is. This does not wait there either.
    stream.write(data);
    return true;
  }
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EOF') return false;
      if (code !== 'EAGAIN') throw new StandardStreamError(code ?? 'EIO', descriptor);
      // A pipe that is full and does not block: give its reader a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return true;
}
