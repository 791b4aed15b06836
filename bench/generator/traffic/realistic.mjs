import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFrames } from '../read-capture.mjs';
import { shiftAddresses } from '../shift-addresses.mjs';

/** What the captures are made to last, in microseconds: they all begin together. */
const SPAN = 10_000_000;
/** Larger captures would drown the others. */
const MOST = 5000;

/** Real captures, merged and played again and again, each time between other addresses. */
export class Realistic {
  /**
   * @param {import('../frames.mjs').Frames} frames
   * @param {string} folder with captures, at any depth
   */
  constructor(frames, folder) {
    this.frames = frames;
    this.opened = 0;
    this.replica = 0;
    this.index = 0;
    this.sample = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
      .sort()
      .flatMap((name) => timed(readFrames(join(folder, name)).slice(0, MOST)))
      .sort((a, b) => a.time - b.time);
    if (this.sample.length === 0) throw new Error(`there are no Ethernet captures in ${folder}`);
  }

  next() {
    const { time, bytes } = this.sample[this.index];
    const { buf, capture } = this.frames;
    const at = capture.open();
    bytes.copy(buf, at);
    if (this.replica > 0) shiftAddresses(buf, at, at + bytes.length, this.replica);
    this.frames.finish(at + bytes.length, this.replica * SPAN + time);
    if (++this.index === this.sample.length) {
      this.index = 0;
      this.replica++;
    }
    return true;
  }
}

/**
 * Squeezes a capture into the span that all share.
 *
 * @param {import('../read-capture.mjs').Frame[]} frames
 * @returns {import('../read-capture.mjs').Frame[]}
 */
function timed(frames) {
  if (frames.length === 0) return frames;
  const times = frames.map(({ time }) => time);
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  const scale = last - first > SPAN - 1 ? (SPAN - 1) / (last - first) : 1;
  return frames.map(({ time, bytes }) => ({ time: Math.floor((time - first) * scale), bytes }));
}
