import { Random } from '../random.mjs';
import { CLIENTS } from '../site.mjs';
import { ms, Wheel } from '../wheel.mjs';
import { boot } from './pxe-client.mjs';
import { PxeNetwork } from './pxe-network.mjs';

const CLIENT_COUNT = 500;
/** Until the last client has been switched on, in milliseconds. */
const RAMP = 20_000;

/** A class room of clients is switched on and installs itself. */
export class Pxe {
  /**
   * @param {import('../frames.mjs').Frames} frames
   * @param {Random} random
   * @param {number} packets that all clients together need; a client loads a boot image of the size that takes them
   * @param {typeof boot} [story] what each client does
   */
  constructor(frames, random, packets, story = boot) {
    this.opened = 0;
    this.wheel = new Wheel(CLIENT_COUNT);
    const perClient = Math.ceil((packets / CLIENT_COUNT) * 1.045);
    this.stories = Array.from({ length: CLIENT_COUNT }, (_, index) => {
      const network = new PxeNetwork(frames, this.wheel, CLIENTS + 0x8001 + index, random.next());
      this.wheel.schedule(index, ms(random.below(RAMP)));
      return story(network, index, perClient, new Random(random.next()));
    });
  }

  next() {
    const index = this.wheel.next();
    if (index < 0) return false;
    const { value: delay, done } = this.stories[index].next();
    if (done) this.opened++;
    else this.wheel.schedule(index, delay);
    return true;
  }
}
