import { dnsAnswerFor, dnsQueryFor } from '../protocols/dns.mjs';
import { CLIENT_COUNT, CLIENTS, DC } from '../site.mjs';

/** Clients that ask for a name of its own each time, and are told an address that no other name has. */
export class ManyNames {
  /** @param {import('../frames.mjs').Frames} frames */
  constructor(frames) {
    this.frames = frames;
    this.opened = 0;
  }

  next() {
    const { frames } = this;
    const label = (Math.imul(this.opened, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
    const client = CLIENTS + 1 + (this.opened % CLIENT_COUNT);
    const port = 1024 + (Math.floor(this.opened / CLIENT_COUNT) % 64_000);
    const id = this.opened & 0xffff;
    const now = this.opened * 4;
    frames.end(dnsQueryFor(frames.buf, frames.udp(client, DC, port, 53), id, label), now);
    frames.end(dnsAnswerFor(frames.buf, frames.udp(DC, client, 53, port), id, label, this.opened), now + 2);
    this.opened++;
    return true;
  }
}
