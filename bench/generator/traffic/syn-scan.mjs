import { SYN } from '../frames.mjs';
import { host } from '../site.mjs';

const SCANNER = host('10.1.66.6');
const TARGETS = host('10.20.0.0');

/** A scan of 65,536 addresses in no order: every packet is a flow of its own, and nobody answers. */
export class SynScan {
  /**
   * @param {import('../frames.mjs').Frames} frames
   * @param {import('../random.mjs').Random} random
   */
  constructor(frames, random) {
    this.frames = frames;
    this.random = random;
    this.opened = 0;
  }

  next() {
    const probe = Math.imul(this.opened, 0x9e3779b1) >>> 0;
    const target = TARGETS + (probe & 0xffff);
    const port = 1 + ((probe >>> 16) % 65_535);
    const end = this.frames.tcp(SCANNER, target, 1024 + (this.opened % 64_000), port, this.random.next(), 0, SYN);
    this.frames.end(end, this.opened * 2);
    this.opened++;
    return true;
  }
}
