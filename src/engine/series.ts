import { readCapture, STANDARD_INPUT } from '../capture/source.ts';
import type { FrameSink } from '../capture/types.ts';

/** Takes the time stamp of the first frame and nothing else. */
class FirstTime implements FrameSink {
  seconds = Number.POSITIVE_INFINITY;
  nanoseconds = 0;
  #seen = false;

  frame(_b: Uint8Array, _v: DataView, _o: number, _c: number, _l: number, seconds: number, nanoseconds: number): void {
    if (this.#seen) return;
    this.#seen = true;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }

  get seen(): boolean {
    return this.#seen;
  }
}

/**
 * The paths in the order of their first time stamp; equal ones keep the order given, and captures without a frame or on
 * standard input (which can be read only once) come last.
 * @throws CaptureError where one of several cannot be read
 */
export async function orderSeries(paths: readonly string[]): Promise<string[]> {
  if (paths.length < 2) return [...paths];
  const starts: { path: string; time: FirstTime }[] = [];
  for (const path of paths) {
    const time = new FirstTime();
    if (path !== STANDARD_INPUT) await readCapture(path, time, { onWindow: () => (time.seen ? 'stop' : 'go-on') });
    starts.push({ path, time });
  }
  const compare = (a: FirstTime, b: FirstTime): number =>
    a.seconds === b.seconds ? a.nanoseconds - b.nanoseconds : a.seconds < b.seconds ? -1 : 1;
  return starts.sort((a, b) => compare(a.time, b.time)).map(({ path }) => path);
}
