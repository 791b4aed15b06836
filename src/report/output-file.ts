/** Files that appear whole or not at all: written beside their place under another name, then renamed. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { chunks } from './chunks.ts';
import { printable } from './printable.ts';

export type OutputFileCode =
  | 'no-such-folder'
  | 'no-permission'
  | 'disk-full'
  | 'is-a-directory'
  | 'read-only'
  | 'in-use'
  | 'name-too-long'
  | 'bad-name'
  | 'write-failed';

export class OutputFileError extends Error {
  override readonly name = 'OutputFileError';
  readonly code: OutputFileCode;
  readonly path: string;

  constructor(code: OutputFileCode, path: string, why: string, cause: unknown) {
    super(`Cannot write ${printable(path)}: ${why}`, { cause });
    this.code = code;
    this.path = path;
  }
}

/** What the operating system says, and what it means to the reader. */
const CAUSES: Readonly<Record<string, { code: OutputFileCode; why: (path: string) => string }>> = {
  ENOENT: { code: 'no-such-folder', why: (path) => `the folder ${printable(dirname(path))} does not exist.` },
  INVALID_NAME: { code: 'bad-name', why: () => 'this is no name for a file here (* ? " < > | : or too long).' },
  ENOTDIR: { code: 'no-such-folder', why: (path) => `${printable(dirname(path))} is not a folder.` },
  EACCES: { code: 'no-permission', why: () => 'no permission to write there.' },
  EPERM: { code: 'no-permission', why: () => 'no permission, or the file is open in another program.' },
  EBUSY: { code: 'in-use', why: () => 'the file is open in another program; close it and try again.' },
  ENOSPC: { code: 'disk-full', why: () => 'the disk is full.' },
  EDQUOT: { code: 'disk-full', why: () => 'the disk quota is used up.' },
  EFBIG: { code: 'disk-full', why: () => 'the file would be larger than the file system allows.' },
  EISDIR: { code: 'is-a-directory', why: () => 'it is a folder; name a file in it.' },
  EROFS: { code: 'read-only', why: () => 'the file system is read-only.' },
  ENAMETOOLONG: { code: 'name-too-long', why: () => 'the name is too long for the file system.' },
};

/** Files begun and not yet in place. */
const unfinished = new Set<string>();

/** Removes what was begun; for whoever ends the process in the middle of writing. */
export function discardUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true });
  unfinished.clear();
}

/**
 * Puts all that `produce` writes into the file at `path`. Until the end an earlier file of that name stays as it was, and
 * if anything fails it still is. What is no regular file (a device, a named pipe) is written straight to.
 * @throws OutputFileError when the file cannot be written; whatever `produce` throws
 */
export async function writeWhole(
  path: string,
  produce: (write: (text: string) => void) => void | Promise<void>,
): Promise<void> {
  await writeWholeBytes(path, async (write) => {
    const out = chunks((text) => write(Buffer.from(text)));
    await produce(out.add);
    out.flush();
  });
}

/** The same for bytes. */
export async function writeWholeBytes(
  path: string,
  produce: (write: (bytes: Uint8Array) => void) => void | Promise<void>,
): Promise<void> {
  const place = system(path, () => placeOf(path));
  const temporary = place.direct
    ? null
    : join(dirname(place.path), `.${basename(place.path).slice(0, 80)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = system(path, () => openSync(temporary ?? place.path, temporary === null ? 'w' : 'wx', place.mode));
  if (temporary !== null) unfinished.add(temporary);
  let open = true;
  try {
    await produce((bytes) => system(path, () => writeAll(file, bytes)));
    if (temporary !== null) system(path, () => fsyncSync(file));
    open = false;
    system(path, () => closeSync(file));
    if (temporary !== null) system(path, () => renameSync(temporary, place.path));
  } catch (error) {
    if (open) closeSync(file);
    if (temporary !== null) rmSync(temporary, { force: true });
    throw error;
  } finally {
    if (temporary !== null) unfinished.delete(temporary);
  }
}

/** Where the bytes go: behind a symbolic link, and with the permissions of the file that they replace. */
function placeOf(path: string): { path: string; mode: number; direct: boolean } {
  const known = statSync(path, { throwIfNoEntry: false });
  if (known === undefined) return { path, mode: 0o666, direct: false };
  if (known.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  accessSync(path, constants.W_OK);
  return known.isFile()
    ? { path: realpathSync(path), mode: known.mode & 0o777, direct: false }
    : { path, mode: 0o666, direct: true };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Runs a call to the operating system and tells its failure in the words of `CAUSES`. */
function system<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof OutputFileError) throw error;
    const code = causeOf(path, (error as NodeJS.ErrnoException).code ?? '');
    const known = CAUSES[code];
    if (known !== undefined) throw new OutputFileError(known.code, path, known.why(path), error);
    throw new OutputFileError('write-failed', path, `the operating system says ${code || String(error)}.`, error);
  }
}

/** Windows says ENOENT also of a folder that is a file, and of a name that cannot be one. */
function causeOf(path: string, code: string): string {
  if (code !== 'ENOENT') return code;
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (folder === undefined) return code;
  return folder.isDirectory() ? 'INVALID_NAME' : 'ENOTDIR';
}
