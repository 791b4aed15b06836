import type { FrameNotes } from '../capture/frame-notes.ts';
import type { Packet } from '../decode/packet.ts';
import { COPY_WINDOW_NANOSECONDS, nanosecondsBetween } from './record.ts';

/** Packets remembered: the places where one packet is seen lie within milliseconds of each other. */
const SETS = 16_384;
const WAYS = 4;

// The fields of one packet.
const HASH = 0;
const SECOND_HASH = 1;
const ID_HIGH = 2;
const ID_LOW = 3;
const SECONDS = 4;
const NANOSECONDS = 5;
/** KNOWN, and DROPPED where one of its places was a drop. */
const STATE = 6;
const WIDTH = 7;

const KNOWN = 1;
const DROPPED = 2;

/** What `SamePackets.see` answers, as bits. */
export const SEEN_BEFORE = 1;
export const DROPPED_BEFORE = 2;

/**
 * Knows a packet again that a capture shows at several places (interfaces, the layers of a network stack, the point where it was dropped):
 * by its number where the capture gives one, and never by the number alone, since programs differ in what they count. Drops of pktmon have
 * numbers of their own: they are the packet of the same content just before, or the reverse.
 *
 * What it remembers depends on the packets before, so that captures with such notes are read by one reader from their first byte on
 * (src/engine/read-capture.ts).
 */
export class SamePackets {
  #entries = new Int32Array(0);
  #turn = 0;
  #hash = 0;
  #second = 0;

  /**
   * Notes one place of a packet with ports, or of a later fragment.
   * @param isFragment later fragments have no ports
   * @returns SEEN_BEFORE and DROPPED_BEFORE, or 0 for a packet that is new
   */
  see(
    packet: Packet,
    view: DataView,
    isFragment: boolean,
    notes: FrameNotes,
    seconds: number,
    nanoseconds: number,
  ): number {
    if (this.#entries.length === 0) this.#entries = new Int32Array(SETS * WAYS * WIDTH);
    const entries = this.#entries;
    this.#identify(packet, view, isFragment);
    const set = ((this.#hash >>> 8) & (SETS - 1)) * WAYS;
    const hasId = (notes.packetIdHigh | notes.packetIdLow) !== 0;
    for (let way = 0; way < WAYS; way++) {
      const at = (set + way) * WIDTH;
      if (entries[at + STATE] === 0) continue;
      if (entries[at + HASH] !== this.#hash || entries[at + SECOND_HASH] !== this.#second) continue;
      const state = entries[at + STATE];
      const isSameId =
        hasId && entries[at + ID_HIGH] === (notes.packetIdHigh | 0) && entries[at + ID_LOW] === (notes.packetIdLow | 0);
      const since = nanosecondsBetween(entries[at + SECONDS], entries[at + NANOSECONDS], seconds, nanoseconds);
      const isDrop = notes.dropped || (state & DROPPED) !== 0;
      if (!isSameId && !(isDrop && Math.abs(since) < COPY_WINDOW_NANOSECONDS)) continue;
      if (notes.dropped) entries[at + STATE] |= DROPPED;
      else if (hasId) {
        entries[at + ID_HIGH] = notes.packetIdHigh;
        entries[at + ID_LOW] = notes.packetIdLow;
      }
      return (state & DROPPED) !== 0 ? SEEN_BEFORE | DROPPED_BEFORE : SEEN_BEFORE;
    }
    this.#turn = (this.#turn + 1) & (WAYS - 1);
    const at = (set + this.#turn) * WIDTH;
    entries[at + HASH] = this.#hash;
    entries[at + SECOND_HASH] = this.#second;
    entries[at + ID_HIGH] = notes.packetIdHigh;
    entries[at + ID_LOW] = notes.packetIdLow;
    entries[at + SECONDS] = seconds;
    entries[at + NANOSECONDS] = nanoseconds;
    entries[at + STATE] = notes.dropped ? KNOWN | DROPPED : KNOWN;
    return 0;
  }

  /** Two hashes over what no router changes. No secret: a packet made to collide is only taken for a copy of its own maker's. */
  #identify(packet: Packet, view: DataView, isFragment: boolean): void {
    this.#hash = packet.family;
    this.#second = packet.protocol;
    if (packet.family === 4) {
      this.#mix(packet.source);
      this.#mix(packet.destination);
    } else {
      for (let i = 0; i < 16; i += 4) {
        this.#mix(view.getInt32(packet.sourceOffset + i));
        this.#mix(view.getInt32(packet.destinationOffset + i));
      }
    }
    this.#mix(packet.identification);
    this.#mix((packet.fragmentOffset << 1) | packet.moreFragments);
    if (isFragment) return;
    this.#mix((packet.sourcePort << 16) | packet.destinationPort);
    this.#mix(packet.payloadLength);
    if (packet.protocol !== PROTOCOL_TCP) return;
    this.#mix(packet.sequence);
    this.#mix(packet.acknowledgment);
    this.#mix(packet.tcpFlags);
  }

  #mix(value: number): void {
    let hash = Math.imul(this.#hash ^ value, 0x9e3779b1);
    hash ^= hash >>> 15;
    this.#hash = hash;
    let second = Math.imul(this.#second + value, 0x85ebca6b);
    second ^= second >>> 13;
    this.#second = Math.imul(second, 0xc2b2ae35);
  }
}

const PROTOCOL_TCP = 6;
