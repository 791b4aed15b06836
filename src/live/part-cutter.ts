import type { FrameNotes } from '../capture/frame-notes.ts';
import type { FrameSink } from '../capture/types.ts';
import { FrameAnalyzer } from '../track/frame-analyzer.ts';
import type { Part } from '../track/part.ts';
import type { Place } from './messages.ts';

/** Connections that tables are made for at the start of a part: a second's worth. */
const EXPECTED = 1024;

/** Analyzes frames that never end, in parts: each part begins with an empty table and goes to whoever merges them. */
export class PartCutter implements FrameSink {
  readonly #seed: number;
  readonly #limit: number;
  readonly #fateLimit: number;
  #analyzer: FrameAnalyzer;
  /** Frames of the parts that were cut off. */
  #framesBefore = 0;
  #places: Place[] = [];
  #path: string | null = null;
  /** Number in the run of a frame less its number in its capture, where that is known. */
  #shift = Number.NaN;

  /**
   * @param seed the same for all parts of a run
   * @param limit most connections that one part follows at a time
   * @param fateLimit most rows of those that are summed up
   */
  constructor(seed: number, limit: number, fateLimit: number) {
    this.#fateLimit = fateLimit;
    this.#seed = seed;
    this.#limit = limit;
    this.#analyzer = new FrameAnalyzer(seed, EXPECTED, limit, fateLimit);
  }

  /** Frames of the run so far. */
  get frames(): number {
    return this.#framesBefore + this.#analyzer.frames;
  }

  /** The next frame is frame `before` + 1 of `path`. */
  place(path: string, before: number): void {
    const shift = this.frames - before;
    if (path === this.#path && shift === this.#shift) return;
    this.#path = path;
    this.#shift = shift;
    this.#places.push({ framesBefore: this.frames, path, before });
  }

  frame(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
    interfaceId: number,
  ): void {
    this.#analyzer.frame(
      bytes,
      view,
      offset,
      capturedLength,
      originalLength,
      seconds,
      nanoseconds,
      linkType,
      interfaceId,
    );
  }

  note(notes: FrameNotes): void {
    this.#analyzer.note(notes);
  }

  /** All frames since the last cut as a part, null where there was none; and where they are found again. */
  cut(): { part: Part | null; places: Place[] } {
    const places = this.#places;
    this.#places = [];
    if (this.#analyzer.frames === 0) return { part: null, places };
    const part = this.#analyzer.finish();
    this.#framesBefore += part.frames;
    this.#analyzer = new FrameAnalyzer(this.#seed, EXPECTED, this.#limit, this.#fateLimit);
    return { part, places };
  }
}
