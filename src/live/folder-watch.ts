import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ChunkFeeder } from '../capture/chunk-feeder.ts';
import { CaptureError } from '../capture/errors.ts';
import { Input } from '../capture/input.ts';
import { readCapture } from '../capture/source.ts';
import type { ReaderSummary } from '../capture/types.ts';
import { LiveError } from './errors.ts';
import type { AnalysisEvent } from './messages.ts';
import type { PartCutter } from './part-cutter.ts';
import { TimedSink } from './timed-sink.ts';

/** Names of captures. Others are left alone: a ring may share its folder. */
const CAPTURES = /\.(?:pcap|pcapng|cap|etl|pcap\.gz|pcapng\.gz)$/i;
/** Formats that are read while they grow; the others once nothing was written for some time. */
const GROWING = /\.(?:pcap|pcapng|cap)$/i;
const QUIET_MS = 5000;
/** Reads in one go before others get their turn. */
const READS = 64;
/** `name_00001_20260302090112.pcapng` of dumpcap and of pcapcheck: ring, number, time. The next number says that a file is complete. */
const RING_NAME = /^(.*)_(\d{5,9})_\d{14}(\.[a-z]+)$/i;
/** Files of other names are left open in case they grow, the latest so many. */
const LEFT_OPEN = 32;

interface Found {
  path: string;
  /** The ring that it belongs to, null for a file by itself. */
  ring: string | null;
  number: number;
  inode: number;
  size: number;
  modified: number;
}

/**
 * Follows the capture files that other programs write into a folder: each ring of files in the order of its numbers, every other file by
 * itself, as they grow. What is there at the start is read first, the oldest first.
 */
export class FolderWatch {
  readonly #folder: string;
  readonly #cutter: PartCutter;
  readonly #tell: (event: AnalysisEvent) => void;
  readonly #open = new Map<string, OpenFile>();
  readonly #done = new Map<string, { inode: number; size: number }>();
  /** The last file begun of each ring. */
  readonly #latest = new Map<string, { number: number; modified: number }>();
  readonly #troubled = new Set<string>();

  /** @throws LiveError where there is no such folder */
  constructor(folder: string, cutter: PartCutter, tell: (event: AnalysisEvent) => void) {
    this.#folder = folder;
    this.#cutter = cutter;
    this.#tell = tell;
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new LiveError('no-such-folder', `${folder} is no folder: --watch follows the capture files in a folder.`);
  }

  /** Reads some of what is there. @param atEnd true where no more will be waited for @returns false where there was nothing to do */
  async step(atEnd: boolean): Promise<boolean> {
    const files = this.#list();
    this.#followRenamed(files);
    let didSomething = false;
    for (const file of files) {
      const opened = this.#open.get(file.path);
      if (opened !== undefined) {
        if (this.#readOn(opened, file, files, atEnd)) didSomething = true;
      } else if (this.#isNew(file) && !this.#waitsForItsTurn(file)) {
        if (await this.#begin(file, atEnd)) didSomething = true;
      }
    }
    for (const [path, opened] of this.#open) if (!files.some((file) => file.path === path)) this.#end(opened);
    this.#forget(files);
    return didSomething;
  }

  /** Some rings give a file its last name when it is full: it goes on being the same file. */
  #followRenamed(files: readonly Found[]): void {
    for (const [path, opened] of [...this.#open]) {
      const { inode } = opened.found;
      if (inode === 0 || files.some((file) => file.path === path && file.inode === inode)) continue;
      const renamed = files.find((file) => file.inode === inode);
      if (renamed === undefined) continue;
      const replaced = this.#open.get(renamed.path);
      if (replaced !== undefined) this.#end(replaced);
      this.#open.delete(path);
      opened.found = renamed;
      this.#open.set(renamed.path, opened);
    }
    for (const file of files) {
      const known = [...this.#done].find(([path, done]) => done.inode === file.inode && path !== file.path);
      if (known !== undefined && file.inode !== 0 && known[1].size === file.size && !this.#done.has(file.path))
        this.#done.set(file.path, known[1]);
    }
  }

  /** Captures in the folder, the oldest first; those of a ring by their numbers. */
  #list(): Found[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return [];
    }
    const found: Found[] = [];
    for (const name of names) {
      if (!CAPTURES.test(name)) continue;
      const path = join(this.#folder, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats?.isFile()) continue;
      const match = RING_NAME.exec(name);
      const ring = match === null ? null : `${match[1]}${match[3]}`;
      const number = match === null ? 0 : Number(match[2]);
      found.push({ path, ring, number, inode: stats.ino, size: stats.size, modified: stats.mtimeMs });
    }
    return found.sort((a, b) =>
      a.ring !== null && a.ring === b.ring
        ? a.number - b.number || (a.path < b.path ? -1 : 1)
        : a.modified - b.modified || (a.path < b.path ? -1 : 1),
    );
  }

  #isNew({ path, inode, size }: Found): boolean {
    const known = this.#done.get(path);
    return known === undefined || known.inode !== inode || size < known.size;
  }

  /** Of a ring one file is read at a time. */
  #waitsForItsTurn({ ring }: Found): boolean {
    return ring !== null && [...this.#open.values()].some(({ found }) => found.ring === ring);
  }

  async #begin(file: Found, atEnd: boolean): Promise<boolean> {
    if (!GROWING.test(file.path)) {
      if (!atEnd && Date.now() - file.modified < QUIET_MS) return false;
      this.#checkNumber(file);
      await this.#readWhole(file);
      return true;
    }
    const opened = this.#guarded(file.path, () => new OpenFile(file, this.#cutter));
    if (opened === null) return false;
    this.#troubled.delete(file.path);
    this.#checkNumber(file);
    this.#open.set(file.path, opened);
    return true;
  }

  /** @returns false where it has nothing new */
  #readOn(opened: OpenFile, file: Found, files: readonly Found[], atEnd: boolean): boolean {
    const isAnother = file.inode !== opened.found.inode || file.size < opened.bytes;
    const read = isAnother ? 0 : this.#guarded(file.path, () => opened.read());
    if (read !== null && read > 0) return true;
    const isFollowed = files.some(({ ring, number }) => ring !== null && ring === file.ring && number > file.number);
    const isTooMany = this.#open.size > LEFT_OPEN && Date.now() - file.modified >= QUIET_MS;
    if (read !== null && !isAnother && !isFollowed && !isTooMany && !atEnd) return false;
    this.#end(opened);
    return true;
  }

  /** A ring that goes around faster than it is read loses whole files. */
  #checkNumber({ ring, number, path, modified }: Found): void {
    if (ring === null) return;
    const last = this.#latest.get(ring);
    if (last !== undefined && number > last.number + 1) {
      const none = { kernel: 0, interface: 0, ours: 0 };
      this.#tell({ kind: 'loss', label: path, from: last.modified, until: modified, ...none, blind: 'overwritten' });
    }
    this.#latest.set(ring, { number, modified });
  }

  #end(opened: OpenFile): void {
    const { found, bytes } = opened;
    const { path, ring, number } = found;
    this.#open.delete(path);
    this.#done.set(path, { inode: found.inode, size: bytes });
    if (ring !== null) this.#latest.set(ring, { number, modified: opened.lastRead });
    const summary = this.#guarded(path, () => opened.end());
    if (summary === null) return;
    const whole = { ...summary, path, compression: null, fileBytes: bytes, captureBytes: bytes, complete: true };
    const { first, last } = opened.sink;
    this.#tell({ kind: 'file-read', path, summary: whole, first, last });
  }

  async #readWhole({ path, inode, size }: Found): Promise<void> {
    this.#cutter.place(path, 0);
    this.#done.set(path, { inode, size });
    try {
      const sink = new TimedSink(this.#cutter);
      const summary = await readCapture(path, sink);
      this.#tell({ kind: 'file-read', path, summary, first: sink.first, last: sink.last });
    } catch (error) {
      this.#remark(path, error);
    }
  }

  /** Null where it failed, which is told once for each file: one that another program holds is tried again. */
  #guarded<T>(path: string, action: () => T): T | null {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof CaptureError) || error.code !== 'empty-file') this.#remark(path, error);
      return null;
    }
  }

  #remark(path: string, error: unknown): void {
    if (this.#troubled.has(path)) return;
    this.#troubled.add(path);
    this.#tell({ kind: 'remark', text: error instanceof Error ? error.message : String(error) });
  }

  /** What is gone from the folder is not remembered. */
  #forget(files: readonly Found[]): void {
    const present = new Set(files.map(({ path }) => path));
    for (const path of this.#done.keys()) if (!present.has(path)) this.#done.delete(path);
    for (const path of this.#troubled) if (!present.has(path)) this.#troubled.delete(path);
  }
}

/** One file on its way. */
class OpenFile {
  found: Found;
  readonly sink: TimedSink;
  readonly #input: Input;
  readonly #feeder: ChunkFeeder;
  readonly #cutter: PartCutter;
  /** Bytes read. */
  bytes = 0;
  /** Milliseconds since 1970. */
  lastRead = Date.now();

  constructor(found: Found, cutter: PartCutter) {
    this.found = found;
    this.#input = new Input(found.path);
    this.sink = new TimedSink(cutter);
    this.#feeder = new ChunkFeeder(this.sink, found.path);
    this.#cutter = cutter;
  }

  /** Reads what is at hand, or a good part of it. @returns bytes */
  read(): number {
    this.#place();
    let total = 0;
    for (let i = 0; i < READS; i++) {
      const count = this.#input.readNow(this.#feeder.space());
      if (count === 0) break;
      total += count;
      this.bytes += count;
      this.lastRead = Date.now();
      this.#feeder.wrote(count);
    }
    if (total === 0) this.#feeder.flush();
    return total;
  }

  #place(): void {
    this.#cutter.place(this.found.path, this.#feeder.reader === null ? 0 : this.#feeder.summary().frames);
  }

  /** @throws CaptureError where it was no capture */
  end(): ReaderSummary {
    this.#place();
    this.#input.close();
    return this.#feeder.end();
  }
}
