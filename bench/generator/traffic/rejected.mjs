import { SYN } from '../frames.mjs';
import { CLIENT_COUNT, CLIENTS, ROUTER, SERVICES } from '../site.mjs';

/** A firewall rejects whatever any client asks for: an ICMP error for each attempt, and each conversation one that was expected. */
export class Rejected {
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
    const { frames, opened } = this;
    const client = CLIENTS + 1 + (opened % CLIENT_COUNT);
    const { server, port } = SERVICES[Math.floor(opened / CLIENT_COUNT) % SERVICES.length];
    const clientPort = 1024 + (Math.floor(opened / CLIENT_COUNT / SERVICES.length) % 64_000);
    const sequence = this.random.next();
    const now = opened * 4;
    frames.end(frames.tcp(client, server, clientPort, port, sequence, 0, SYN), now);
    frames.end(frames.unreachable(ROUTER, client, server, clientPort, port, sequence, true), now + 2);
    this.opened++;
    return true;
  }
}
