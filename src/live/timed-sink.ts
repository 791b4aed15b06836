import type { FrameNotes } from '../capture/frame-notes.ts';
import type { FrameSink } from '../capture/types.ts';
import type { Time } from '../engine/analyze.ts';

/** Hands frames on and keeps the earliest and the latest time stamp: of one file among many. */
export class TimedSink implements FrameSink {
  readonly #sink: FrameSink;
  #frames = 0;
  #firstSeconds = 0;
  #firstNanoseconds = 0;
  #lastSeconds = 0;
  #lastNanoseconds = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Null where no frame came. */
  get first(): Time | null {
    return this.#frames === 0 ? null : { seconds: this.#firstSeconds, nanoseconds: this.#firstNanoseconds };
  }

  get last(): Time | null {
    return this.#frames === 0 ? null : { seconds: this.#lastSeconds, nanoseconds: this.#lastNanoseconds };
  }

  note(notes: FrameNotes): void {
    this.#sink.note?.(notes);
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
    const isFirst = this.#frames++ === 0;
    if (
      isFirst ||
      seconds < this.#firstSeconds ||
      (seconds === this.#firstSeconds && nanoseconds < this.#firstNanoseconds)
    ) {
      this.#firstSeconds = seconds;
      this.#firstNanoseconds = nanoseconds;
    }
    if (
      isFirst ||
      seconds > this.#lastSeconds ||
      (seconds === this.#lastSeconds && nanoseconds > this.#lastNanoseconds)
    ) {
      this.#lastSeconds = seconds;
      this.#lastNanoseconds = nanoseconds;
    }
    this.#sink.frame(bytes, view, offset, capturedLength, originalLength, seconds, nanoseconds, linkType, interfaceId);
  }
}
