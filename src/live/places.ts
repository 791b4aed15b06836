import type { FramePlace } from '../assess/context.ts';
import type { Place } from './messages.ts';

/** Places that are remembered: of a ring that turns once a minute, some weeks. */
const MOST_PLACES = 65_536;
/** Records count frames in 32 bits. */
const WRAP = 2 ** 32;

/** In which capture a frame of the run is found again, and under which number. */
export class Places {
  readonly #places: Place[] = [];
  /** Frames of the run so far. */
  frames = 0;

  add(places: readonly Place[]): void {
    this.#places.push(...places);
    if (this.#places.length > MOST_PLACES) this.#places.splice(0, this.#places.length - MOST_PLACES / 2);
  }

  /** @param frame number in the run, modulo 2^32: of all frames that it can be, the latest is meant */
  of(frame: number): FramePlace {
    const number = frame + Math.max(0, Math.floor((this.frames - frame) / WRAP)) * WRAP;
    let low = 0;
    let high = this.#places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#places[middle].framesBefore < number) low = middle;
      else high = middle - 1;
    }
    const place = this.#places[low];
    if (place === undefined) return { capture: '', frame: number };
    return { capture: place.path, frame: Math.max(1, number - place.framesBefore + place.before) };
  }
}
