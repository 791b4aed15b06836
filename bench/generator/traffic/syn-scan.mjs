import { SYN } from '../frames.mjs';
import { host, MP } from '../site.mjs';

const SCANNER = host('10.1.66.6');
const TARGETS = host('10.20.0.0');

/** @typedef {'ports' | 'addresses' | 'sources'} Sweep what each packet has anew */

/**
 * SYNs that nobody answers, each a flow of its own, in no order: one host looks through the ports of 65,536 addresses, or at one port of all
 * addresses there are, or one server is flooded with made-up sources.
 */
export class SynScan {
  /**
   * @param {import('../frames.mjs').Frames} frames
   * @param {import('../random.mjs').Random} random
   * @param {Sweep} sweep
   */
  constructor(frames, random, sweep) {
    this.frames = frames;
    this.random = random;
    this.sweep = sweep;
    this.opened = 0;
  }

  next() {
    const probe = Math.imul(this.opened, 0x9e3779b1) >>> 0;
    const sourcePort = 1024 + (this.opened % 64_000);
    const end =
      this.sweep === 'ports'
        ? this.syn(SCANNER, TARGETS + (probe & 0xffff), sourcePort, 1 + ((probe >>> 16) % 65_535))
        : this.sweep === 'addresses'
          ? this.syn(SCANNER, probe, sourcePort, 445)
          : this.syn(probe, MP, sourcePort, 443);
    this.frames.end(end, this.opened * 2);
    this.opened++;
    return true;
  }

  /**
   * @param {number} source
   * @param {number} target
   * @param {number} sourcePort
   * @param {number} targetPort
   */
  syn(source, target, sourcePort, targetPort) {
    return this.frames.tcp(source, target, sourcePort, targetPort, this.random.next(), 0, SYN);
  }
}
