import { CLIENT_COUNT, CLIENTS, SERVICES } from '../site.mjs';
import { ms, Wheel } from '../wheel.mjs';
import { begin, join, step } from './script.mjs';

/**
 * What the connections of an input are like.
 *
 * @typedef {object} Profile
 * @property {number} active connections at a time
 * @property {readonly [number, number]} rounds requests, each with its response, a connection
 * @property {readonly [number, number]} request bytes
 * @property {readonly [number, number]} response bytes
 * @property {number} think milliseconds between two rounds, twice that at most
 */

/** Until all the first connections have begun, in milliseconds. */
const RAMP = 5000;

/** Of so many connections one is older than the capture. */
const OLDER = 50;

/** Many clients at work with the servers of a site, each connection at its own pace. */
export class Connections {
  /**
   * @param {import('../frames.mjs').Frames} frames
   * @param {import('../random.mjs').Random} random
   * @param {Profile} profile
   */
  constructor(frames, random, profile) {
    this.frames = frames;
    this.random = random;
    this.profile = profile;
    this.wheel = new Wheel(profile.active);
    this.services = lottery();
    this.nextPort = new Uint16Array(CLIENT_COUNT);
    this.opened = 0;

    const { active } = profile;
    this.begun = new Uint8Array(active);
    this.phase = new Uint8Array(active);
    this.service = new Uint8Array(active);
    this.client = new Uint32Array(active);
    this.clientPort = new Uint16Array(active);
    this.clientSeq = new Uint32Array(active);
    this.serverSeq = new Uint32Array(active);
    this.fate = new Uint8Array(active);
    this.attempt = new Uint8Array(active);
    this.roundsLeft = new Uint16Array(active);
    this.round = new Uint16Array(active);
    this.responseLeft = new Uint32Array(active);
    for (let slot = 0; slot < active; slot++) {
      this.open(slot);
      if (slot % OLDER === 0) join(this, slot);
      this.wheel.schedule(slot, ms(random.below(RAMP)));
    }
  }

  /** @param {number} slot */
  open(slot) {
    const { random } = this;
    const index = this.services[random.below(this.services.length)];
    const client = random.below(SERVICES[index].clients);
    this.begun[slot] = 0;
    this.service[slot] = index;
    this.client[slot] = CLIENTS + 256 + client;
    this.clientPort[slot] = 49_152 + (this.nextPort[client]++ & 0x3fff);
    this.clientSeq[slot] = random.next();
    this.serverSeq[slot] = random.next();
    this.attempt[slot] = 0;
    this.round[slot] = 0;
    this.roundsLeft[slot] = random.between(this.profile.rounds);
    begin(this, slot);
  }

  /** Writes one frame. */
  next() {
    const slot = this.wheel.next();
    if (this.begun[slot] === 0) {
      this.begun[slot] = 1;
      this.opened++;
    }
    const delay = step(this, slot);
    if (delay > 0) {
      this.wheel.schedule(slot, delay);
    } else {
      this.open(slot);
      this.wheel.schedule(slot, ms(1 + this.random.below(200)));
    }
    return true;
  }
}

/** @returns {Uint8Array} indexes of services, each as often as its weight says */
function lottery() {
  return Uint8Array.from(SERVICES.flatMap(({ weight }, index) => Array(weight).fill(index)));
}
