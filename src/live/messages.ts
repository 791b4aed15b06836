/** What the threads of a live run say to each other. A reader for each interface, one analysis, the main thread. */
import type { MessagePort } from 'node:worker_threads';
import type { CaptureFileSummary } from '../capture/source.ts';
import type { Time } from '../engine/analyze.ts';
import type { Part } from '../track/part.ts';
import type { AddonOptions } from './addon.ts';
import type { LiveFailure } from './errors.ts';
import type { RingSettings } from './ring.ts';

/** Indexes of the Int32Array that all threads of a run share. */
export const CONTROL_STOP = 0;
/** Readers have opened their devices and wait until this is 1: rights are given up in between. */
export const CONTROL_GO = 1;
export const CONTROL_LENGTH = 2;

/** Where packets are saved. */
export interface SaveSettings {
  path: string;
  ring: RingSettings | null;
}

/** What a reader thread is given. */
export interface ReaderData {
  options: AddonOptions;
  /** How the user calls the device. */
  label: string;
  control: Int32Array<SharedArrayBuffer>;
  /** To the analysis. */
  port: MessagePort;
  save: SaveSettings | null;
  /** Batches of 1 MiB that may be on their way; beyond them packets are counted as lost by us. */
  batches: number;
}

/** From a reader to the analysis. */
export interface Batch {
  kind: 'batch';
  buffer: ArrayBuffer;
  bytes: number;
  packets: number;
  linkType: number;
  nanoseconds: boolean;
  /** Everything up to this moment (milliseconds since 1970) has been handed over. */
  until: number;
  /** The file that holds the batch, and the frames in it before this batch; null where nothing is saved. */
  file: { path: string; before: number } | null;
}
export type ToAnalysis = Batch | { kind: 'idle'; until: number } | { kind: 'ended' };
/** Back to the reader: an empty buffer. */
export interface Emptied {
  buffer: ArrayBuffer;
}

/** Packets lost in some seconds, and by whom. */
export interface LossEvent {
  kind: 'loss';
  /** Milliseconds since 1970. */
  from: number;
  until: number;
  /** Where: the interface or the folder. */
  label: string;
  kernel: number;
  interface: number;
  /** Captured, and not analyzed because the analysis was behind. */
  ours: number;
  /** Nothing could be captured: the interface was down or gone, or files were overwritten before they were read. */
  blind: 'down' | 'gone' | 'overwritten' | null;
}

/** From a reader to the main thread. */
export type ReaderEvent =
  | { kind: 'opened'; label: string; linkType: number; nanoseconds: boolean; snapshotLength: number; warning: string }
  | { kind: 'failed'; label: string; failure: LiveFailure }
  | { kind: 'counters'; label: string; packets: number; bytes: number; kernel: number; interface: number; ours: number }
  | LossEvent
  | { kind: 'interface'; label: string; state: 'down' | 'gone' | 'back'; at: number; reason: string }
  | { kind: 'file'; label: string; path: string }
  | { kind: 'saving-failed'; label: string; failure: LiveFailure };

/** From the main thread to the analysis: bytes of standard input. */
export type PipeChunk = { kind: 'chunk'; bytes: Uint8Array } | { kind: 'ended' };
/** Back: so many bytes were read. */
export interface Taken {
  taken: number;
}

/** What the analysis thread is given. */
export interface AnalysisData {
  seed: number;
  /** Most connections that one part follows at a time, and most rows of those that are summed up. */
  limit: number;
  fateLimit: number;
  control: Int32Array<SharedArrayBuffer>;
  sources: AnalysisSource[];
}
export type AnalysisSource =
  | { kind: 'interface'; label: string; port: MessagePort }
  /** Standard input, whose chunks the main thread hands over. */
  | { kind: 'pipe'; path: string; port: MessagePort }
  | { kind: 'folder'; path: string };

/** From frame `framesBefore` + 1 of the run on, frame n is frame n - framesBefore + before of `path`. */
export interface Place {
  framesBefore: number;
  path: string;
  before: number;
}

/** A capture file or pipe that was read to its end. */
export interface FileRead {
  kind: 'file-read';
  path: string;
  summary: CaptureFileSummary;
  /** Earliest and latest time stamp; null where it holds no frame. */
  first: Time | null;
  last: Time | null;
}

/** From the analysis to the main thread. */
export type AnalysisEvent =
  | {
      kind: 'part';
      /** Null where no frame came. */
      part: Part | null;
      places: Place[];
      /** Everything up to this moment (milliseconds since 1970) is in the parts; null where only packets tell the time. */
      until: number | null;
      bytes: number;
      /** No further part comes. */
      last: boolean;
    }
  | FileRead
  | { kind: 'remark'; text: string }
  | LossEvent
  | { kind: 'failed'; label: string; failure: LiveFailure };
/** Back to the analysis: the part was merged, the next one may come. */
export interface Merged {
  kind: 'merged';
}
