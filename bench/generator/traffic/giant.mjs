import { ACK, PSH, SYN } from '../frames.mjs';
import { fill } from '../noise.mjs';
import { recordHeader, tls } from '../protocols/tls.mjs';
import { CLIENTS, DP } from '../site.mjs';

const CLIENT = CLIENTS + 4242;
const CLIENT_PORT = 50_123;
const PORT = 443;
/** A TLS record of this many full segments. */
const SEGMENTS_PER_RECORD = 11;
/** Of so many segments one is sent again. */
const LOSS = 20_000;
/** Microseconds a frame: about a gigabit a second. */
const PACE = 9;

/** One download that outlives the capture; its sequence numbers wrap. */
export class Giant {
  /** @param {import('../frames.mjs').Frames} frames */
  constructor(frames) {
    this.frames = frames;
    this.now = 0;
    this.opened = 1;
    this.segment = 0;
    this.owed = 0;
    this.clientSeq = 0x1000_0001;
    this.serverSeq = 0x2000_0001;
    this.greeting = 0;
  }

  next() {
    this.now += PACE;
    if (this.greeting < 5) this.greet(this.greeting++);
    else if (this.owed === 2) this.acknowledge();
    else this.data();
    return true;
  }

  /** @param {number} step */
  greet(step) {
    const { frames, clientSeq: c, serverSeq: s } = this;
    if (step === 0) return frames.end(this.up(c - 1, 0, SYN), this.now);
    if (step === 1) return frames.end(this.down(s - 1, c, SYN | ACK), this.now);
    if (step === 2) return frames.end(this.up(c, s, ACK), this.now);
    if (step === 3) {
      const size = tls.requestSize(0, true);
      frames.end(tls.request(frames.buf, this.up(c, s, ACK | PSH), size, true, 0), this.now);
      this.clientSeq += size;
      return;
    }
    const size = tls.responseSize(0, true);
    const at = this.down(s, c, ACK | PSH);
    fill(frames.buf, tls.response(frames.buf, at, size, true, 0), at + size, s);
    frames.end(at + size, this.now);
    this.serverSeq += size;
  }

  /**
   * @param {number} seq
   * @param {number} ack
   * @param {number} flags
   */
  up(seq, ack, flags) {
    return this.frames.tcp(CLIENT, DP, CLIENT_PORT, PORT, seq, ack, flags);
  }

  /**
   * @param {number} seq
   * @param {number} ack
   * @param {number} flags
   */
  down(seq, ack, flags) {
    return this.frames.tcp(DP, CLIENT, PORT, CLIENT_PORT, seq, ack, flags);
  }

  acknowledge() {
    this.owed = 0;
    this.frames.end(this.up(this.clientSeq, this.serverSeq, ACK), this.now);
  }

  data() {
    const { frames, segment } = this;
    const { mss } = frames.stack;
    let at = this.down(this.serverSeq, this.clientSeq, ACK);
    const end = at + mss;
    if (segment % SEGMENTS_PER_RECORD === 0) at = recordHeader(frames.buf, at, SEGMENTS_PER_RECORD * mss);
    fill(frames.buf, at, end, Math.imul(segment, 0x9e3779b1) >>> 8);
    frames.end(end, this.now);
    this.owed++;
    if (segment % LOSS === LOSS - 1 && !this.again) {
      this.again = true;
      return;
    }
    this.again = false;
    this.segment++;
    this.serverSeq = (this.serverSeq + mss) >>> 0;
  }
}
