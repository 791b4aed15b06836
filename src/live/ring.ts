/** Captured packets in files as they come: one file, or a ring of them in the manner of dumpcap. */
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { MAGIC_MICROSECONDS, MAGIC_NANOSECONDS, PCAP_HEADER_LENGTH } from '../capture/pcap-header.ts';
import { printable } from '../report/printable.ts';
import { CAPTURED_LENGTH, LITTLE, RECORD_HEADER } from './batch-record.ts';
import { LiveError } from './errors.ts';

/** When the next file begins, and how many are kept; null where nothing is said. */
export interface RingSettings {
  /** Bytes after which a file is full. */
  fileBytes: number | null;
  /** Seconds after which the next file begins. */
  seconds: number | null;
  /** Files kept; the oldest go. */
  files: number | null;
}

/** A file as it is begun. */
export interface CaptureHeader {
  linkType: number;
  snapshotLength: number;
  nanoseconds: boolean;
}

const ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the file system allows',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the file system is read-only',
  ENOENT: 'the folder does not exist',
  EEXIST:
    'it exists already, and captures are evidence: give another name, or a ring with -b, whose names carry the time',
  EIO: 'the disk fails',
  EBUSY: 'the file is open in another program',
  ENAMETOOLONG: 'the name is too long for the file system',
  ENOTDIR: 'the folder is a file',
};

/**
 * Writes batches of whole records; a file can be read at any moment, and whatever ends the process. A write that fails ends the file at
 * its last whole record.
 */
export class RingWriter {
  readonly #path: string;
  readonly #ring: RingSettings | null;
  readonly #header: CaptureHeader;
  readonly #now: () => Date;
  readonly #kept: string[] = [];
  #descriptor = -1;
  #number = 0;
  #began = 0;
  /** Bytes of the file in whole records. */
  #bytes = 0;
  /** Bytes that the write in progress, or the one that failed, brought into the file. */
  #written = 0;
  /** The file that is written; null where none is open. */
  file: string | null = null;
  /** Frames in it. */
  frames = 0;

  /** @param path as the user gave it; a ring puts number and time before its extension @param ring null for a single file */
  constructor(path: string, ring: RingSettings | null, header: CaptureHeader, now: () => Date = () => new Date()) {
    this.#path = path;
    this.#ring = ring;
    this.#header = header;
    this.#now = now;
  }

  /** Begins the first file, or the next one. @throws LiveError write-failed, file-exists */
  open(): void {
    this.close();
    const began = this.#now();
    const path = this.#ring === null ? this.#path : ringName(this.#path, ++this.#number, began);
    try {
      // A single file is begun once; after a failure it goes on under a name that says so.
      this.#descriptor = openSync(path, 'wx', 0o640);
      this.#bytes = 0;
      this.#writeAll(headerBytes(this.#header));
    } catch (error) {
      throw writeError(path, error);
    }
    this.file = path;
    this.frames = 0;
    this.#began = began.getTime();
    this.#kept.push(path);
    this.#forgetOldest();
  }

  /** Writes whole records. @throws LiveError write-failed; the file is closed then and ends with a whole record */
  write(bytes: Uint8Array, frames: number): void {
    if (this.file === null) return;
    try {
      this.#writeAll(bytes);
    } catch (error) {
      const path = this.file;
      this.frames += this.#cutToWhole(bytes);
      this.close();
      throw writeError(path, error);
    }
    this.frames += frames;
  }

  /** True where the next records belong into another file. */
  isFull(): boolean {
    const ring = this.#ring;
    if (ring === null || this.file === null) return false;
    if (ring.fileBytes !== null && this.#bytes >= ring.fileBytes) return true;
    return ring.seconds !== null && this.#now().getTime() - this.#began >= ring.seconds * 1000;
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
    this.file = null;
  }

  #writeAll(bytes: Uint8Array): void {
    this.#written = 0;
    while (this.#written < bytes.length) this.#written += writeSync(this.#descriptor, bytes, this.#written);
    this.#bytes += bytes.length;
  }

  /** Ends the file after the last record that was written whole. @returns how many records of `bytes` those are */
  #cutToWhole(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, this.#written);
    let end = 0;
    let frames = 0;
    while (end + RECORD_HEADER <= this.#written) {
      const next = end + RECORD_HEADER + view.getUint32(end + CAPTURED_LENGTH, LITTLE);
      if (next > this.#written) break;
      end = next;
      frames++;
    }
    this.#bytes += end;
    try {
      ftruncateSync(this.#descriptor, this.#bytes);
    } catch {
      // Then it ends in the middle of a record, which every reader tolerates.
    }
    return frames;
  }

  #forgetOldest(): void {
    const most = this.#ring?.files ?? Number.POSITIVE_INFINITY;
    while (this.#kept.length > most) rmSync(this.#kept.shift()!, { force: true });
  }
}

/** `rollout_00001_20260302090112.pcap`, as dumpcap names them; the time is local. */
export function ringName(path: string, number: number, began: Date): string {
  const extension = extname(path);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${began.getFullYear()}${two(began.getMonth() + 1)}${two(began.getDate())}`;
  const time = `${two(began.getHours())}${two(began.getMinutes())}${two(began.getSeconds())}`;
  const name = `${basename(path, extension)}_${String(number).padStart(5, '0')}_${day}${time}${extension}`;
  return join(dirname(path), name);
}

/** The file header (draft-ietf-opsawg-pcap section 4) in the byte order of this machine, as the addon writes its records. */
function headerBytes({ linkType, snapshotLength, nanoseconds }: CaptureHeader): Uint8Array {
  const bytes = new Uint8Array(PCAP_HEADER_LENGTH);
  const words = new Uint32Array(bytes.buffer);
  words[0] = nanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS;
  new Uint16Array(bytes.buffer).set([2, 4], 2);
  words[4] = snapshotLength;
  words[5] = linkType;
  return bytes;
}

function writeError(path: string, error: unknown): LiveError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const why = ERRORS[code] ?? `the operating system says ${code || String(error)}`;
  return new LiveError(code === 'EEXIST' ? 'file-exists' : 'write-failed', `Cannot write ${printable(path)}: ${why}.`);
}

const UNITS: Readonly<Record<string, number>> = { '': 1000, k: 1000, m: 1e6, g: 1e9 };
const LEAST_FILE = 64 * 1024;

/**
 * Rotation as dumpcap takes it: `filesize:KILOBYTES` (also 100m, 1g), `duration:SECONDS`, `files:COUNT`, each given once with -b.
 * @throws LiveError bad-usage
 */
export function parseRing(options: readonly string[]): RingSettings | null {
  if (options.length === 0) return null;
  const ring: RingSettings = { fileBytes: null, seconds: null, files: null };
  for (const option of options) {
    const match = /^(filesize|duration|files):(\d{1,9})([kmg]?)$/i.exec(option.trim());
    if (match === null) throw badRing(option);
    const [, key, digits, unit] = match;
    const value = Number(digits);
    if (value === 0 || (unit !== '' && key !== 'filesize')) throw badRing(option);
    if (key === 'filesize') ring.fileBytes = Math.max(LEAST_FILE, value * UNITS[unit.toLowerCase()]);
    else if (key === 'duration') ring.seconds = value;
    else ring.files = value;
  }
  if (ring.fileBytes === null && ring.seconds === null)
    throw new LiveError(
      'bad-usage',
      'A ring of files needs to know when the next one begins: add -b filesize:100m or -b duration:3600.',
    );
  return ring;
}

function badRing(option: string): LiveError {
  return new LiveError(
    'bad-usage',
    `-b ${printable(option)} is not understood: write filesize:100m, duration:3600 (seconds) or files:24.`,
  );
}
