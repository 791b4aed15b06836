import { randomInt } from 'node:crypto';
import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Losses } from '../assess/losses.ts';
import { LIVE_ANALYSIS_URL, LIVE_READER_URL } from '../product.ts';
import type { Observation } from '../track/observation.ts';
import { LiveError, type LiveFailure } from './errors.ts';
import { LossLog } from './loss-log.ts';
import {
  type AnalysisData,
  type AnalysisEvent,
  type AnalysisSource,
  CONTROL_GO,
  CONTROL_LENGTH,
  CONTROL_STOP,
  type FileRead,
  type LossEvent,
  type PipeChunk,
  type ReaderData,
  type ReaderEvent,
  type SaveSettings,
  type Taken,
} from './messages.ts';
import { Places } from './places.ts';
import { type LiveMoment, RetainedState } from './retained.ts';

/** An interface of the run. */
export interface LiveInterface {
  /** As the capture library knows it. */
  device: string;
  /** As the user called it. */
  label: string;
  save: SaveSettings | null;
}

export interface LiveSettings {
  interfaces: LiveInterface[];
  /** Standard input as another source; null where it is none. */
  pipe: Readable | null;
  /** A folder whose capture files are followed; null where there is none. */
  folder: string | null;
  filter: string;
  snapshotLength: number;
  promiscuous: boolean;
  /** The kernel's buffer of each interface, in bytes. */
  bufferBytes: number;
  /** Most connections that are followed at a time, and most rows of those that are summed up. */
  limit: number;
  fateLimit: number;
}

/** Something that happened in the run and that the user should know. */
export type LiveNote =
  | { kind: 'warning'; label: string; text: string }
  | { kind: 'interface'; label: string; state: 'down' | 'gone' | 'back'; at: number; reason: string }
  | LossEvent
  | { kind: 'file'; label: string; path: string }
  | { kind: 'saving-failed'; label: string; failure: LiveFailure }
  | FileRead
  | { kind: 'remark'; text: string };

/** What one interface has brought so far. */
export interface InterfaceCounters {
  label: string;
  nanoseconds: boolean;
  packets: number;
  bytes: number;
  kernel: number;
  interface: number;
  ours: number;
}

/** How long the kernel may hold packets back, in milliseconds. */
const HOLD_MS = 100;
/** Batches of 1 MiB on their way from one reader: half a second of a full 1 Gbit/s link and more. */
const BATCHES = 64;
/** Bytes of standard input on their way; beyond them it is not read, and its writer waits. */
const PIPE_AHEAD = 16 * 2 ** 20;
/** Files of a folder whose summaries are kept for the report; of more, the latest. */
const MOST_FILES = 1000;

/** A run of live capture: its threads, and what they have brought together. */
export class LiveRun {
  readonly #settings: LiveSettings;
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * 4));
  readonly #retained: RetainedState;
  readonly #seed = randomInt(2 ** 31);
  readonly #onNote: (note: LiveNote) => void;
  readonly #workers: Worker[] = [];
  readonly #counters = new Map<string, InterfaceCounters>();
  #analysis: Worker | null = null;
  #pipePort: MessagePort | null = null;
  #finish!: () => void;
  #fail!: (error: Error) => void;
  #isDone = false;
  #until: number | null = null;
  /** Fulfilled when all sources have ended and everything is merged; fails where the run cannot go on. */
  readonly done: Promise<void>;
  readonly places = new Places();
  readonly lossLog = new LossLog();
  /** Files and pipes that were read to their end, the latest MOST_FILES. */
  readonly files: FileRead[] = [];
  filesForgotten = 0;
  /** Bytes read of files and pipes, records and all; of interfaces, batches. */
  bytes = 0;
  /** Wall clock of the last packet, in milliseconds since 1970. */
  lastPacketAt = Date.now();

  constructor(settings: LiveSettings, onNote: (note: LiveNote) => void) {
    this.#settings = settings;
    this.#onNote = onNote;
    this.#retained = new RetainedState(this.#seed, settings.limit, settings.fateLimit);
    this.done = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    this.done.catch(() => {});
  }

  /** Opens all interfaces; nothing is read yet. @throws LiveError */
  async open(): Promise<void> {
    const sources: AnalysisSource[] = [];
    const transfer: MessagePort[] = [];
    const opened: Promise<void>[] = [];
    for (const one of this.#settings.interfaces) {
      const none = { packets: 0, bytes: 0, kernel: 0, interface: 0, ours: 0 };
      this.#counters.set(one.label, { label: one.label, nanoseconds: true, ...none });
      const { port1, port2 } = new MessageChannel();
      sources.push({ kind: 'interface', label: one.label, port: port1 });
      transfer.push(port1);
      opened.push(this.#startReader(one, port2));
    }
    if (this.#settings.pipe !== null) {
      const { port1, port2 } = new MessageChannel();
      sources.push({ kind: 'pipe', path: '-', port: port1 });
      transfer.push(port1);
      this.#pipePort = port2;
    }
    if (this.#settings.folder !== null) sources.push({ kind: 'folder', path: this.#settings.folder });
    try {
      await Promise.all(opened);
    } catch (error) {
      await this.#terminate();
      throw error;
    }
    const { limit, fateLimit } = this.#settings;
    const data: AnalysisData = { seed: this.#seed, limit, fateLimit, control: this.#control, sources };
    this.#analysis = new Worker(LIVE_ANALYSIS_URL, { workerData: data, transferList: transfer });
    this.#analysis.on('message', (event: AnalysisEvent) => this.#onAnalysis(event));
    this.#analysis.on('error', (error) => this.#abandon(error));
  }

  /** Lets the readers begin: after rights were given up. */
  go(): void {
    Atomics.store(this.#control, CONTROL_GO, 1);
    Atomics.notify(this.#control, CONTROL_GO);
    if (this.#settings.pipe !== null) this.#feed(this.#settings.pipe, this.#pipePort!);
  }

  /** Ends the capture; what was captured is still analyzed, then `done` is fulfilled. */
  stop(): void {
    Atomics.store(this.#control, CONTROL_STOP, 1);
    Atomics.notify(this.#control, CONTROL_STOP);
    Atomics.store(this.#control, CONTROL_GO, 1);
    Atomics.notify(this.#control, CONTROL_GO);
    this.#settings.pipe?.destroy();
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    this.stop();
    await this.#terminate();
  }

  /** Ends without a report: `done` fails. */
  abandon(): void {
    this.#fail(new LiveError('interrupted', 'Interrupted.'));
  }

  /** What is watched, as the user called it. */
  get sources(): string[] {
    const { interfaces, pipe, folder } = this.#settings;
    const others = [pipe === null ? null : 'standard input', folder].filter((name) => name !== null);
    return [...interfaces.map(({ label }) => label), ...others];
  }

  /** Packets so far: captured, where there are interfaces; else analyzed. */
  get packets(): number {
    return this.#counters.size === 0 ? this.frames : this.counters.reduce((sum, { packets }) => sum + packets, 0);
  }

  /** Bytes of these packets; of files and pipes, of their records. */
  get packetBytes(): number {
    return this.#counters.size === 0 ? this.bytes : this.counters.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get frames(): number {
    return this.#retained.frames;
  }

  get counters(): InterfaceCounters[] {
    return [...this.#counters.values()];
  }

  /** What the run shows up to now. */
  observe(): Observation {
    return this.#retained.observe(this.#moment());
  }

  /** Boots before this moment are forgotten; null where all are there. */
  get bootsBefore(): number | null {
    return this.#retained.bootsBefore;
  }

  /** When packets were lost. */
  losses(): Losses {
    return this.lossLog.losses(this.files.reduce((sum, { summary }) => sum + summary.droppedByCapture, 0));
  }

  #moment(): LiveMoment | null {
    if (this.#until === null || !Number.isFinite(this.#until)) return null;
    const seconds = Math.floor(this.#until / 1000);
    return { seconds, nanoseconds: Math.floor((this.#until - seconds * 1000) * 1e6) };
  }

  #startReader({ device, label, save }: LiveInterface, port: MessagePort): Promise<void> {
    const { filter, snapshotLength, promiscuous, bufferBytes } = this.#settings;
    const options = {
      device,
      filter,
      snapshotLength,
      promiscuous,
      bufferBytes,
      timeoutMilliseconds: HOLD_MS,
      nanoseconds: true,
    };
    const data: ReaderData = { options, label, control: this.#control, port, save, batches: BATCHES };
    const worker = new Worker(LIVE_READER_URL, { workerData: data, transferList: [port] });
    this.#workers.push(worker);
    return new Promise((resolve, reject) => {
      worker.on('error', (error) => {
        reject(error);
        this.#abandon(error);
      });
      worker.on('message', (event: ReaderEvent) => {
        if (event.kind === 'opened') {
          this.#counters.get(label)!.nanoseconds = event.nanoseconds;
          if (event.warning !== '') this.#onNote({ kind: 'warning', label, text: event.warning });
          resolve();
        } else if (event.kind === 'failed') {
          const error = new LiveError(event.failure.code, event.failure.message);
          reject(error);
          this.#abandon(error);
        } else if (event.kind === 'counters') {
          const known = this.#counters.get(label)!;
          if (event.packets > known.packets) this.lastPacketAt = Date.now();
          Object.assign(known, event);
        } else {
          if (event.kind === 'loss') this.lossLog.add(event);
          this.#onNote(event);
        }
      });
    });
  }

  #onAnalysis(event: AnalysisEvent): void {
    switch (event.kind) {
      case 'part':
        this.places.add(event.places);
        if (event.part !== null) this.#retained.append(event.part);
        this.places.frames = this.#retained.frames;
        if (event.bytes > this.bytes) this.lastPacketAt = Date.now();
        this.bytes = event.bytes;
        if (event.until !== null && Number.isFinite(event.until)) this.#until = event.until;
        this.#analysis?.postMessage({ kind: 'merged' });
        if (event.last) {
          this.#isDone = true;
          this.#finish();
        }
        return;
      case 'file-read':
        this.files.push(event);
        if (this.files.length > MOST_FILES) {
          this.files.shift();
          this.filesForgotten++;
        }
        this.#onNote(event);
        return;
      case 'loss':
        this.lossLog.add(event);
        this.#onNote(event);
        return;
      case 'remark':
        this.#onNote(event);
        return;
      case 'failed':
        this.#abandon(new LiveError(event.failure.code, event.failure.message));
    }
  }

  /** Standard input goes to the analysis as it comes; where that is behind, the writer waits. */
  #feed(pipe: Readable, port: MessagePort): void {
    let ahead = 0;
    let isOpen = true;
    const end = (): void => {
      if (isOpen) port.postMessage({ kind: 'ended' } satisfies PipeChunk);
      isOpen = false;
    };
    port.on('message', ({ taken }: Taken) => {
      ahead -= taken;
      if (ahead < PIPE_AHEAD && pipe.isPaused()) pipe.resume();
    });
    pipe.on('data', (chunk: Uint8Array) => {
      // A copy: what the stream hands out may be part of a larger pool.
      const bytes = Uint8Array.from(chunk);
      ahead += bytes.length;
      port.postMessage({ kind: 'chunk', bytes } satisfies PipeChunk, [bytes.buffer]);
      if (ahead >= PIPE_AHEAD) pipe.pause();
    });
    pipe.on('end', end);
    pipe.on('close', end);
    pipe.on('error', end);
  }

  #abandon(error: Error): void {
    if (this.#isDone) return;
    this.#fail(error);
  }

  async #terminate(): Promise<void> {
    this.#isDone = true;
    this.#pipePort?.close();
    await Promise.all([...this.#workers, this.#analysis].map((worker) => worker?.terminate()));
  }
}
