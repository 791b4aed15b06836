/**
 * The events that carry packets: Microsoft-Windows-PktMon (pktmon, Windows Server 2019 and later), and
 * Microsoft-Windows-NDIS-PacketCapture (netsh trace). Their fields as the manifests of these providers name them.
 */
import * as etl from './etl-buffers.ts';
import type { EtlFrame } from './etl-frames.ts';
import { DIRECTION_IN, DIRECTION_OUT, DIRECTION_UNKNOWN, NO_DROP_REASON } from './frame-notes.ts';

/** The first, second, … 32 bits of a provider's GUID. */
type Provider = readonly [number, number, number, number];
/** {4D4F80D9-C8BD-4D73-BB5B-19C90402C5AC} */
const PKTMON: Provider = [0x4d4f80d9, 0x4d73c8bd, 0xc9195bbb, 0xacc50204];
/** {2ED6006E-4729-4609-B423-3EE7BCD678EF} */
const NDIS: Provider = [0x2ed6006e, 0x46094729, 0xe73e23b4, 0xef78d6bc];

// PktMon event ids.
const COMPONENT_INFO = 20;
const FRAME_PAYLOAD = 160;
const FRAME_DROP_PAYLOAD = 170;

// PktMon_FramePayload and PktMon_FrameDropPayload.
const GROUP_ID = 0;
const PACKET_NUMBER = 8;
const DIRECTION = 12;
const PACKET_TYPE = 14;
const COMPONENT = 16;
const DROP_REASON = 22;
const DROP_LOCATION = 26;
const ORIGINAL_SIZE = 30;
const LOGGED_SIZE = 32;
const FRAME_BYTES = 34;

/** PktMon_PacketType: Ethernet, Wi-Fi, IP without a link layer. */
const LINK_TYPES: Readonly<Record<number, number>> = { 1: 1, 2: 105, 3: 101 };
/** PktMon_PacketDirectionTag: in, out, received, transmitted, ingress, egress. */
const DIRECTIONS = [
  DIRECTION_UNKNOWN,
  DIRECTION_IN,
  DIRECTION_OUT,
  DIRECTION_IN,
  DIRECTION_OUT,
  DIRECTION_IN,
  DIRECTION_OUT,
];

/** What pktmon keeps of a packet where nobody says `--pkt-size 0`. */
const PKTMON_CUT = 128;

// NDIS-PacketCapture event ids, and their fields.
const PACKET_FRAGMENT = 1001;
const VM_SWITCH_FRAGMENT = 1003;
const LOWER_INTERFACE = 4;
const FRAGMENT_SIZE = 8;
const FRAGMENT = 12;
/** VMSwitch: the size comes behind a port number, three texts, and the destinations (a count, and two words each). */
const VM_SWITCH_TEXTS = 12;
const VM_SWITCH_TEXT_COUNT = 3;
const VM_SWITCH_MOST_DESTINATIONS = 64;

// Bits of the keyword: the lower half, then the upper.
const KEYWORD_WWAN = 0x200;
const KEYWORD_WIFI = 0x1_0000;
const KEYWORD_END = 0x8000_0000;
const KEYWORD_SEND = 1;
const KEYWORD_RECEIVE = 2;

const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;
const LINKTYPE_WIFI = 105;
/** Frame control, second byte. Windows decrypts what it captures and leaves the bit set. */
const WIFI_PROTECTED = 0x40;

/** Largest packet that is joined from fragments. */
const LARGEST_PACKET = 256 * 1024;
/** Packets whose fragments may lie interleaved. */
const MOST_PARTIAL = 256;

const COMPONENTS_KEPT = 1024;
const NAME_CHARACTERS = 64;

interface Partial {
  bytes: Uint8Array;
  length: number;
}

/** Finds packets among events. */
export class EtlPackets {
  /** Names of PktMon components by their number. They come from the capture: escape them where they are shown. */
  readonly components: Record<number, string> = {};
  /** Packets, and those that pktmon cut at 128 bytes. */
  packets = 0;
  cutByDefault = 0;
  /** Events that are shorter than they say, and fragments that never became a packet. */
  broken = 0;
  readonly #frame: EtlFrame;
  readonly #take: (frame: EtlFrame, bytes: Uint8Array, from: number) => void;
  readonly #partial = new Map<string, Partial>();
  #namesLeft = COMPONENTS_KEPT;

  /** @param frame filled for each packet @param take gets it; `captured` bytes from `from` */
  constructor(frame: EtlFrame, take: (frame: EtlFrame, bytes: Uint8Array, from: number) => void) {
    this.#frame = frame;
    this.#take = take;
  }

  /** A manifest event at `at`, whose header is at hand; it ends at `end`. @param units its time */
  event(bytes: Uint8Array, view: DataView, at: number, end: number, units: number): void {
    const isPktMon = isProvider(view, at, PKTMON);
    if (!isPktMon && !isProvider(view, at, NDIS)) return;
    const payload = payloadOf(view, at, end);
    if (payload < 0) {
      this.broken++;
      return;
    }
    this.#frame.units = units;
    const id = view.getUint16(at + etl.EVENT_ID, true);
    if (!isPktMon) this.#ndis(id, bytes, view, at, payload, end);
    else if (id === FRAME_PAYLOAD || id === FRAME_DROP_PAYLOAD) this.#pktMon(id, bytes, view, payload, end);
    else if (id === COMPONENT_INFO) this.#name(bytes, view, payload, end);
  }

  /** No more events follow. */
  finish(): void {
    this.broken += this.#partial.size;
    this.#partial.clear();
  }

  #pktMon(id: number, bytes: Uint8Array, view: DataView, at: number, end: number): void {
    if (end - at < FRAME_BYTES) {
      this.broken++;
      return;
    }
    const frame = this.#frame;
    const logged = view.getUint16(at + LOGGED_SIZE, true);
    const original = view.getUint16(at + ORIGINAL_SIZE, true);
    const captured = Math.min(logged, end - at - FRAME_BYTES);
    if (captured < logged) this.broken++;
    this.packets++;
    if (captured === PKTMON_CUT && original > captured) this.cutByDefault++;
    const type = view.getUint16(at + PACKET_TYPE, true);
    frame.captured = captured;
    frame.original = Math.max(original, captured);
    frame.linkType = LINK_TYPES[type] ?? LINKTYPE_ETHERNET;
    frame.component = view.getUint16(at + COMPONENT, true);
    frame.interfaceId = frame.component;
    // One group holds several packets.
    frame.packetIdLow = view.getInt32(at + GROUP_ID, true);
    frame.packetIdHigh = view.getInt32(at + GROUP_ID + 4, true) ^ (view.getUint16(at + PACKET_NUMBER, true) << 16);
    frame.direction = DIRECTIONS[view.getUint16(at + DIRECTION, true)] ?? DIRECTION_UNKNOWN;
    frame.dropped = id === FRAME_DROP_PAYLOAD;
    frame.dropReason = frame.dropped ? view.getInt32(at + DROP_REASON, true) : NO_DROP_REASON;
    frame.dropLocation = frame.dropped ? view.getUint32(at + DROP_LOCATION, true) : 0;
    this.#take(frame, bytes, at + FRAME_BYTES);
  }

  #ndis(id: number, bytes: Uint8Array, view: DataView, event: number, at: number, end: number): void {
    let size: number;
    if (id === PACKET_FRAGMENT) size = at + FRAGMENT_SIZE;
    else if (id === VM_SWITCH_FRAGMENT) size = vmSwitchSize(view, at, end);
    else return;
    if (size < 0 || size + 4 > end || at + FRAGMENT > end) {
      this.broken++;
      return;
    }
    const from = size + 4;
    const stated = view.getUint32(size, true);
    const length = Math.min(stated, end - from);
    if (length < stated) this.broken++;
    const frame = this.#frame;
    const low = view.getUint32(event + etl.EVENT_KEYWORD, true);
    const high = view.getUint32(event + etl.EVENT_KEYWORD + 4, true);
    frame.interfaceId = view.getUint32(at + LOWER_INTERFACE, true);
    frame.component = 0;
    frame.packetIdHigh = frame.packetIdLow = 0;
    frame.dropped = false;
    frame.dropReason = NO_DROP_REASON;
    frame.dropLocation = 0;
    frame.direction = (high & KEYWORD_SEND) !== 0 ? DIRECTION_OUT : (high & KEYWORD_RECEIVE) !== 0 ? DIRECTION_IN : 0;
    frame.linkType =
      (low & KEYWORD_WIFI) !== 0 ? LINKTYPE_WIFI : (low & KEYWORD_WWAN) !== 0 ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
    const key = `${view.getUint32(event + etl.EVENT_THREAD, true)} ${frame.interfaceId}`;
    const started = this.#partial.size > 0 ? this.#partial.get(key) : undefined;
    const isLast = (low & KEYWORD_END) !== 0;
    if (started === undefined && isLast) this.#whole(frame, bytes, view, from, length);
    else this.#fragment(key, started, isLast, bytes, from, length);
  }

  #whole(frame: EtlFrame, bytes: Uint8Array, view: DataView, from: number, length: number): void {
    this.packets++;
    if (frame.linkType === LINKTYPE_WIFI && length > 1) bytes[from + 1] &= ~WIFI_PROTECTED;
    frame.captured = length;
    frame.original = originalLength(frame.linkType, bytes, view, from, length);
    this.#take(frame, bytes, from);
  }

  #fragment(
    key: string,
    started: Partial | undefined,
    isLast: boolean,
    bytes: Uint8Array,
    from: number,
    length: number,
  ): void {
    const partial = started ?? { bytes: new Uint8Array(2048), length: 0 };
    const sum = partial.length + length;
    if (sum > LARGEST_PACKET || (started === undefined && this.#partial.size >= MOST_PARTIAL)) {
      this.#partial.delete(key);
      this.broken++;
      return;
    }
    if (sum > partial.bytes.length) {
      const grown = new Uint8Array(Math.max(sum, partial.bytes.length * 2));
      grown.set(partial.bytes);
      partial.bytes = grown;
    }
    partial.bytes.set(bytes.subarray(from, from + length), partial.length);
    partial.length = sum;
    if (!isLast) {
      this.#partial.set(key, partial);
      return;
    }
    this.#partial.delete(key);
    const view = new DataView(partial.bytes.buffer);
    this.#whole(this.#frame, partial.bytes, view, 0, partial.length);
  }

  /** PktMon_ComponentInfo: number, kind, name, description. */
  #name(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    if (end - at < 4) return;
    const id = view.getUint16(at, true);
    if (id === 0 || this.#namesLeft === 0 || Object.hasOwn(this.components, id)) return;
    const stop = textEnd(view, at + 4, end);
    const length = Math.min(stop < 0 ? end - at - 4 : stop - at - 4, NAME_CHARACTERS * 2) & ~1;
    this.components[id] = Buffer.from(bytes.subarray(at + 4, at + 4 + length)).toString('utf16le');
    this.#namesLeft--;
  }
}

function isProvider(view: DataView, at: number, provider: Provider): boolean {
  const from = at + etl.EVENT_PROVIDER;
  return (
    view.getUint32(from, true) === provider[0] &&
    view.getUint32(from + 4, true) === provider[1] &&
    view.getUint32(from + 8, true) === provider[2] &&
    view.getUint32(from + 12, true) === provider[3]
  );
}

/** Where the payload begins, behind the extended items; -1 where these run past the event. */
function payloadOf(view: DataView, event: number, end: number): number {
  let at = event + etl.EVENT_PAYLOAD;
  if ((view.getUint16(event + etl.EVENT_FLAGS, true) & etl.EVENT_IS_EXTENDED) === 0) return at;
  for (;;) {
    if (at + etl.ITEM_HEADER > end) return -1;
    const hasMore = (view.getUint16(at + etl.ITEM_LINKAGE, true) & 1) !== 0;
    const size = etl.ITEM_HEADER + view.getUint16(at + etl.ITEM_SIZE, true);
    at += (size + etl.EVENT_ALIGNMENT - 1) & ~(etl.EVENT_ALIGNMENT - 1);
    if (at > end) return -1;
    if (!hasMore) return at;
  }
}

/** Offset of the size in a VMSwitch fragment, or -1 where the event ends before it. */
function vmSwitchSize(view: DataView, at: number, end: number): number {
  let next = at + VM_SWITCH_TEXTS;
  for (let i = 0; i < VM_SWITCH_TEXT_COUNT; i++) {
    next = textEnd(view, next, end);
    if (next < 0) return -1;
    next += 2;
  }
  if (next + 4 > end) return -1;
  const destinations = view.getUint32(next, true);
  return destinations > VM_SWITCH_MOST_DESTINATIONS ? -1 : next + 4 + destinations * 8;
}

/** Offset of the 16-bit zero that ends a text, or -1. */
function textEnd(view: DataView, from: number, end: number): number {
  for (let at = from; at + 2 <= end; at += 2) if (view.getUint16(at, true) === 0) return at;
  return -1;
}

const ETHERNET_HEADER = 14;
const IPV6_HEADER = 40;

/** netsh trace can cut packets, and does not say so: what the IP header says (but for segmentation offload, where it says 0). */
function originalLength(linkType: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
  const link = linkType === LINKTYPE_ETHERNET ? ETHERNET_HEADER : linkType === LINKTYPE_RAW ? 0 : -1;
  if (link < 0 || length < link + IPV6_HEADER) return length;
  const version = bytes[from + link] >> 4;
  const etherType = link === 0 ? -1 : view.getUint16(from + 12);
  if (version === 4 && (link === 0 || etherType === 0x0800)) {
    return Math.max(length, link + view.getUint16(from + link + 2));
  }
  if (version === 6 && (link === 0 || etherType === 0x86dd)) {
    const payload = view.getUint16(from + link + 4);
    return payload === 0 ? length : Math.max(length, link + IPV6_HEADER + payload);
  }
  return length;
}
