import type { MessagePort } from 'node:worker_threads';
import { ChunkFeeder } from '../capture/chunk-feeder.ts';
import { partBuffers } from '../track/part.ts';
import { type BatchSource as Batches, BatchSource, walkInOrder } from './batch-source.ts';
import { failureOf, type LiveErrorCode } from './errors.ts';
import { FolderWatch } from './folder-watch.ts';
import {
  type AnalysisData,
  type AnalysisEvent,
  type Batch,
  CONTROL_STOP,
  type PipeChunk,
  type ToAnalysis,
} from './messages.ts';
import { PartCutter } from './part-cutter.ts';
import { TimedSink } from './timed-sink.ts';

/** A part this often, in milliseconds. */
const PART_MS = 1000;
/** An interface that says nothing holds the others back for so long. */
const PATIENCE_MS = 2000;
const FOLDER_MS = 300;
/** A pipe that says nothing for so long pauses. */
const QUIET_MS = 500;
/** Parts that may wait for the merge; beyond them the current part just grows. */
const PARTS_AHEAD = 2;

type Tell = (event: AnalysisEvent, transfer?: ArrayBuffer[]) => void;

/** Analyzes what all sources of a run bring, on a thread of its own, and gives a part a second to the main thread. */
export class LiveAnalysis {
  readonly #data: AnalysisData;
  readonly #tell: Tell;
  readonly #cutter: PartCutter;
  readonly #batches: Batches[] = [];
  readonly #ports: MessagePort[] = [];
  readonly #labels: string[] = [];
  #bytes = 0;
  #running = 0;
  #unmerged = 0;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(data: AnalysisData, tell: Tell) {
    this.#data = data;
    this.#tell = tell;
    this.#cutter = new PartCutter(data.seed, data.limit, data.fateLimit);
  }

  start(): void {
    this.#timer = setInterval(() => this.#pulse(), PART_MS);
    for (const source of this.#data.sources) {
      this.#running++;
      if (source.kind === 'interface') this.#listen(source.port, source.label);
      else if (source.kind === 'pipe') void this.#ending(source.path, this.#readPipe(source.path, source.port));
      else void this.#ending(source.path, this.#readFolder(source.path));
    }
  }

  /** The main thread has merged a part. */
  merged(): void {
    this.#unmerged--;
    if (this.#isOver) this.#finish();
  }

  get #stopped(): boolean {
    return Atomics.load(this.#data.control, CONTROL_STOP) !== 0;
  }

  #listen(port: MessagePort, label: string): void {
    const source = new BatchSource(this.#batches.length);
    this.#batches.push(source);
    this.#ports.push(port);
    this.#labels.push(label);
    port.on('message', (message: ToAnalysis) => {
      if (message.kind === 'batch') source.push(message);
      else if (message.kind === 'idle') source.until = message.until;
      else {
        source.ended = true;
        port.close();
      }
      this.#drain();
      if (message.kind === 'ended') this.#ended();
    });
  }

  #drain(): void {
    const patience = this.#batches.length > 1 ? PATIENCE_MS : 0;
    walkInOrder(this.#batches, this.#cutter, Date.now(), patience, this.#before, this.#done);
  }

  readonly #before = (batch: Batch, source: Batches): void => {
    // Over several interfaces frames are numbered in the order of their time, and no file has them so.
    if (this.#batches.length > 1) this.#cutter.place(this.#labels.join(', '), this.#cutter.frames);
    else if (batch.file !== null) this.#cutter.place(batch.file.path, batch.file.before + source.framesDone);
    else this.#cutter.place(this.#labels[0], this.#cutter.frames);
  };

  readonly #done = (batch: Batch, source: Batches): void => {
    this.#bytes += batch.bytes;
    const { buffer } = batch;
    if (!source.ended) this.#ports[source.number].postMessage({ buffer }, [buffer]);
  };

  #readPipe(path: string, port: MessagePort): Promise<void> {
    const sink = new TimedSink(this.#cutter);
    const feeder = new ChunkFeeder(sink, path);
    this.#cutter.place(path, 0);
    let isQuiet = false;
    const quiet = setInterval(() => {
      if (isQuiet) feeder.flush();
      isQuiet = true;
    }, QUIET_MS);
    const reading = new Promise<void>((resolve, reject) => {
      const finish = (): void => {
        port.close();
        const { received } = feeder;
        const summary = feeder.end();
        const whole = { path, compression: null, fileBytes: received, captureBytes: received, complete: true };
        const { first, last } = sink;
        this.#tell({ kind: 'file-read', path, summary: { ...summary, ...whole }, first, last });
        resolve();
      };
      port.on('message', (message: PipeChunk) => {
        try {
          if (message.kind === 'ended') return finish();
          isQuiet = false;
          this.#bytes += message.bytes.length;
          feeder.push(message.bytes);
          port.postMessage({ taken: message.bytes.length });
        } catch (error) {
          port.close();
          reject(error);
        }
      });
    });
    return reading.finally(() => clearInterval(quiet));
  }

  async #readFolder(path: string): Promise<void> {
    const watch = new FolderWatch(path, this.#cutter, (event) => {
      if (event.kind === 'file-read') this.#bytes += event.summary.captureBytes;
      this.#tell(event);
    });
    while (!this.#stopped) {
      const wait = (await watch.step(false)) ? 0 : FOLDER_MS;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    while (await watch.step(true));
  }

  async #ending(label: string, reading: Promise<void>): Promise<void> {
    try {
      await reading;
    } catch (error) {
      const known = error instanceof Error && 'code' in error && typeof error.code === 'string';
      const failure = known ? { code: error.code as LiveErrorCode, message: error.message } : failureOf(error);
      this.#tell({ kind: 'failed', label, failure });
    }
    this.#ended();
  }

  #ended(): void {
    if (--this.#running > 0) return;
    this.#isOver = true;
    clearInterval(this.#timer ?? undefined);
    this.#finish();
  }

  #pulse(): void {
    this.#drain();
    if (!this.#isOver && this.#unmerged < PARTS_AHEAD) this.#cut(false);
  }

  #finish(): void {
    if (this.#unmerged < PARTS_AHEAD) {
      this.#isOver = false;
      this.#cut(true);
    }
  }

  #cut(last: boolean): void {
    const { part, places } = this.#cutter.cut();
    const event: AnalysisEvent = { kind: 'part', part, places, until: this.#until(), bytes: this.#bytes, last };
    this.#unmerged++;
    this.#tell(event, part === null ? [] : partBuffers(part));
  }

  /** Up to when everything is in the parts. */
  #until(): number | null {
    if (this.#batches.length === 0) return null;
    return this.#batches.reduce((earliest, source) => {
      if (source.ended) return earliest;
      const until = source.current() === null ? source.until : source.nextSeconds() * 1000;
      return Math.min(earliest, until);
    }, Number.POSITIVE_INFINITY);
  }
}
