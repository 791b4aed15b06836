import type { FrameSink } from '../../../src/capture/types.ts';

/** One frame as the tests compare it. */
export interface RecordedFrame {
  captured: string;
  original: number;
  seconds: number;
  nanoseconds: number;
  linkType: number;
  interfaceId: number;
}

/** Keeps a copy of every frame, and checks what every reader promises of its calls. */
export class RecordingSink implements FrameSink {
  readonly frames: RecordedFrame[] = [];

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
    if (view.buffer !== bytes.buffer || view.byteOffset !== bytes.byteOffset) throw new Error('bytes and view differ');
    if (!(offset >= 0 && capturedLength >= 0 && offset + capturedLength <= bytes.length))
      throw new Error('frame outside');
    if (!(originalLength >= 0)) throw new Error(`original length ${originalLength}`);
    if (!(seconds >= 0 && seconds < 2 ** 32 && Number.isInteger(seconds))) throw new Error(`seconds ${seconds}`);
    if (!(nanoseconds >= 0 && nanoseconds < 1e9 && Number.isInteger(nanoseconds))) throw new Error(`ns ${nanoseconds}`);
    const captured = Buffer.from(bytes.buffer, bytes.byteOffset + offset, capturedLength).toString('latin1');
    this.frames.push({ captured, original: originalLength, seconds, nanoseconds, linkType, interfaceId });
  }
}
