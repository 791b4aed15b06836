/** Files, named pipes and standard input as bytes. Errors of the system become sentences here. */
import { closeSync, fstatSync, openSync, read, readSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as errors from './errors.ts';

/** The path that means standard input. */
export const STANDARD_INPUT = '-';
const STANDARD_INPUT_DESCRIPTOR = 0;
/** Time to wait where a pipe that does not block has nothing yet, in milliseconds. */
const RETRY_AFTER = 5;
const readAsync = promisify(read);

/** One open source. */
export class Input {
  readonly path: string;
  /** Bytes of a plain file; null for a pipe, which cannot be read twice either. */
  readonly size: number | null;
  readonly #descriptor: number;

  /** @throws CaptureError where it cannot be opened */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = path === STANDARD_INPUT ? STANDARD_INPUT_DESCRIPTOR : openFile(path);
    const stats = this.#guard(() => fstatSync(this.#descriptor));
    if (stats.isDirectory()) {
      this.close();
      throw errors.directory(path);
    }
    this.size = stats.isFile() ? stats.size : null;
  }

  /**
   * Fills a part of `space`, and waits (blocking) for at least a byte.
   * @param position offset in the file, or null to go on where the last read ended
   * @returns bytes read, 0 at the end
   */
  readNow(space: Uint8Array, position: number | null = null): number {
    return this.#guard(() => readSync(this.#descriptor, space, 0, space.length, position));
  }

  /** As `readNow`, without blocking the thread. */
  async read(space: Uint8Array): Promise<number> {
    for (;;) {
      try {
        return (await readAsync(this.#descriptor, space, 0, space.length, null)).bytesRead;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // So Windows reports a pipe whose writer is gone.
        if (code === 'EOF') return 0;
        if (code !== 'EAGAIN') throw errors.fromSystemError(this.path, error);
      }
      await setTimeout(RETRY_AFTER);
    }
  }

  close(): void {
    if (this.path !== STANDARD_INPUT) closeSync(this.#descriptor);
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw errors.fromSystemError(this.path, error);
    }
  }
}

/** True for what can be read twice. Nothing is opened: a named pipe whose only reader goes away loses its writer, and what that had to say. */
export function isPlainFile(path: string): boolean {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw errors.directory(path);
    return stats.isFile();
  } catch (error) {
    throw errors.fromSystemError(path, error);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw errors.fromSystemError(path, error);
  }
}
