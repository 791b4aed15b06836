/** Failures that keep a capture from being read at all. Each has a stable code and one sentence: what, where, how to mend it. */

import type { Compression } from './compression.ts';

export type CaptureErrorCode =
  | 'not-found'
  | 'in-use'
  | 'is-directory'
  | 'no-permission'
  | 'read-failed'
  | 'empty-file'
  | 'header-cut-short'
  | 'unsupported-version'
  | 'unsupported-kind'
  | 'unknown-kind'
  | 'damaged-gzip'
  | 'damaged-zstd'
  | 'damaged-lz4'
  | 'window-too-large'
  | 'too-large-to-hold';

/** Meant for users: show the message, never the stack. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly code: CaptureErrorCode;
  /** The path as the user gave it; `-` for standard input. */
  readonly path: string;

  constructor(code: CaptureErrorCode, path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

/** How a path is called in a sentence. */
export function nameOf(path: string): string {
  return path === '-' ? 'Standard input' : path;
}

/** An error of node:fs or of a stream, as a CaptureError. */
export function fromSystemError(path: string, error: unknown): CaptureError {
  if (error instanceof CaptureError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const name = nameOf(path);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CaptureError('not-found', path, `${name} does not exist; check the path.`);
    case 'EISDIR':
      return directory(path);
    case 'EACCES':
    case 'EPERM':
      return new CaptureError(
        'no-permission',
        path,
        `${name} may not be read by this user; change its permissions or run as one who may.`,
      );
    case 'EBUSY':
      return new CaptureError(
        'in-use',
        path,
        `${name} is open in another program that lets nobody else read it; end that capture (pktmon stop), or name a copy.`,
      );
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new CaptureError('read-failed', path, `${name} could not be read (${reason}); try a copy of the file.`);
    }
  }
}

export function damagedCompression(path: string, compression: Compression): CaptureError {
  return new CaptureError(
    `damaged-${compression}`,
    path,
    `${nameOf(path)} is ${compression} without a readable beginning; copy it again, or try "${compression} -t" on it.`,
  );
}

/** @param window bytes that the file asks to be kept @param limit bytes that are kept */
export function windowTooLarge(path: string, window: number, limit: number): CaptureError {
  const [asked, allowed] = [window, limit].map((bytes) => Math.ceil(bytes / 2 ** 20));
  const message =
    `${nameOf(path)} was made by zstd with a window of ${asked} MiB (--ultra or --long), and the limit is ${allowed} MiB on this Node.js; ` +
    `unpack it with "zstd -d --memory=${asked}MiB ${argumentOf(path)}", and name what that gives.`;
  return new CaptureError('window-too-large', path, message);
}

export function directory(path: string): CaptureError {
  return new CaptureError('is-directory', path, `${path} is a directory; name the captures in it.`);
}

export function emptyFile(path: string): CaptureError {
  return new CaptureError(
    'empty-file',
    path,
    `${nameOf(path)} is empty; the capture may not have been started, or not been saved.`,
  );
}

export function headerCutShort(path: string, found: number, format: string, length: number): CaptureError {
  const message = `${nameOf(path)} ends after ${found} bytes, within the ${length} bytes of its ${format} header; copy or capture it again.`;
  return new CaptureError('header-cut-short', path, message);
}

/** @param known the versions that are read, as words */
export function unsupportedVersion(path: string, format: string, version: number, known: string): CaptureError {
  const message = `${nameOf(path)} is ${format} of version ${version}, and only version ${known} is known; make the capture again with a current tool.`;
  return new CaptureError('unsupported-version', path, message);
}

/** A format that must be read as a whole before its first frame is known, from a source that can be read only once. */
export function tooLargeToHold(path: string, format: string, limit: number): CaptureError {
  const message =
    `${nameOf(path)} is a ${format} capture of more than ${limit / 2 ** 20} MiB, the limit where it comes compressed or through a pipe, ` +
    'since the list of its frames is at its end; unpack or save it to a file, and name that.';
  return new CaptureError('too-large-to-hold', path, message);
}

/**
 * @param looksLike what the first bytes say, such as "a Sniffer capture"
 * @param remedy an imperative clause; `{in}` in it stands for the path
 */
export function unsupportedKind(path: string, looksLike: string, remedy: string): CaptureError {
  const clause = remedy.replaceAll('{in}', () => argumentOf(path));
  return new CaptureError(
    'unsupported-kind',
    path,
    `${nameOf(path)} is ${looksLike}, not a capture of a kind that is read; ${clause}.`,
  );
}

/** The path as an argument of a command. */
function argumentOf(path: string): string {
  if (path === '-') return 'in';
  return /^[\w./:\\+-]+$/.test(path) ? path : `'${path}'`;
}

export function unknownKind(path: string, firstBytes: string): CaptureError {
  const message =
    `${nameOf(path)} is not a capture of a known kind (it begins with ${firstBytes}); ` +
    `if Wireshark opens it, convert it with "editcap -F pcapng ${argumentOf(path)} out.pcapng".`;
  return new CaptureError('unknown-kind', path, message);
}
