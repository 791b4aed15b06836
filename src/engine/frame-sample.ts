import { NO_GUESS } from '../capture/boundary.ts';
import { readPart } from '../capture/source.ts';
import type { FrameSink } from '../capture/types.ts';
import { guessStart, middleReader, type Place } from './middle.ts';

/** Places of a capture that are looked at, at equal distances, and the bytes of frames at each. */
const PLACES = 3;
const SAMPLE_BYTES = 256 * 1024;

/** Adds up the sizes of frames. */
class Sizes implements FrameSink {
  frames = 0;
  bytes = 0;

  frame(_bytes: Uint8Array, _view: DataView, _offset: number, capturedLength: number): void {
    this.frames++;
    this.bytes += capturedLength;
  }
}

/**
 * Captured bytes of a frame on the average of some from the middle of a capture; 0 where none is found. Those at its beginning are often
 * small, as they open connections.
 * @throws CaptureError where the file cannot be read
 */
export function sampledFrameBytes({ path, size, state }: Omit<Place, 'from'>): number {
  const sizes = new Sizes();
  for (let place = 1; place <= PLACES; place++) {
    const from = guessStart({ path, from: Math.floor((size * place) / (PLACES + 1)), size, state });
    if (from === NO_GUESS) continue;
    const reader = middleReader(state, sizes);
    reader.stopAt = from + SAMPLE_BYTES;
    readPart(path, reader, from);
  }
  return sizes.frames === 0 ? 0 : sizes.bytes / sizes.frames;
}
