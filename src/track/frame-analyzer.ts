import type { FrameNotes } from '../capture/frame-notes.ts';
import type { FrameSink } from '../capture/types.ts';
import { decodeFrame } from '../decode/frame.ts';
import { Packet, PROTOCOL_TCP, TCP_RST } from '../decode/packet.ts';
import { FRAGMENT, ICMP, ICMP_ERROR, ICMPV6, REASONS, SAME_PACKET, TABLE_FULL, TCP, UDP } from '../decode/reason.ts';
import { tcpService, udpService } from '../protocols/first-bytes.ts';
import { AddressTable, addressLimit } from './address-table.ts';
import { countAttempt } from './attempts.ts';
import { ConnectionTable } from './connection-table.ts';
import { CONTROL_NONE, CONTROL_TFTP, controlKind, streamKind } from './control-ports.ts';
import { nameSource } from './dns-facts.ts';
import { DROP_WIDTH, logDrop } from './drops.ts';
import { Folder } from './folder.ts';
import { FRAGMENT_WIDTH, isFollowed, logCarrier, logFragment } from './fragments.ts';
import { ICMP_MESSAGE_WIDTH, logIcmpError } from './icmp-errors.ts';
import { MessageLog, messageLimit } from './message-log.ts';
import { NameFacts } from './name-facts.ts';
import { nameLimits } from './name-limits.ts';
import { NetworkTable } from './networks.ts';
import type { Part, TftpMeters } from './part.ts';
import { PayloadLog } from './payload-log.ts';
import {
  addBytes,
  BESIDE_DATA_A,
  DATA_A,
  FIRST_FRAME,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  KIND,
  KIND_GROUP,
  KIND_IPV6,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  networkOf,
  PACKETS_A,
  PACKETS_B,
  RECORD_INTS,
  STATE,
  withNetwork,
  withService,
} from './record.ts';
import { DROPPED_BEFORE, SamePackets } from './same-packet.ts';
import { Stretches } from './stretches.ts';
import { beginHandshake, isHandshake, noteBeside, tcpConnection, updateTcp } from './tcp.ts';
import { TftpMeter } from './tftp-meter.ts';
import { TFTP_ERROR, tftpOpcode } from './tftp-packets.ts';

/** Where fewer than one connection in so many can be set aside, that is not tried again soon. */
const FEW = 16;
/** As many as keep the memory busy; 16 and 128 are no slower or faster. */
const FRAMES_AHEAD = 32;
/**
 * Addresses get their numbers ahead of their frames while there is room for so many more than there are: as long as none are forgotten
 * (folder.ts), which they are only where more than half of the room is taken.
 */
const NUMBERS_AHEAD = FRAMES_AHEAD * 8;
const NO_BYTES = new Uint8Array(0);

/**
 * The packet loop: decodes each frame, finds its connection and writes it there. One instance reads one segment, from the first
 * frame to the last, and ends as a part. Nothing is allocated for a packet.
 */
export class FrameAnalyzer implements FrameSink {
  frames = 0;
  bytes = 0;
  readonly reasons = new Float64Array(REASONS.length);
  firstSeconds = 0;
  firstNanoseconds = 0;
  lastSeconds = 0;
  lastNanoseconds = 0;
  readonly stretches = new Stretches();
  readonly connections: ConnectionTable;
  readonly addresses: AddressTable;
  readonly networks: NetworkTable;
  readonly icmpErrors: MessageLog;
  readonly fragments: MessageLog;
  readonly drops: MessageLog;
  readonly payloads = new PayloadLog();
  readonly tftp = new TftpMeter();
  readonly names: NameFacts;
  readonly #packet = new Packet();
  /** Frames that were decoded and wait to be taken, in the order of the capture, and the window that they lie in. */
  readonly #ahead = Array.from({ length: FRAMES_AHEAD }, () => new Packet());
  readonly #aheadHashes = new Int32Array(FRAMES_AHEAD);
  #aheadCount = 0;
  #aheadBytes: Uint8Array = NO_BYTES;
  #aheadView: DataView = new DataView(NO_BYTES.buffer);
  readonly #folder: Folder | null;
  readonly #same = new SamePackets();
  /** What the capture says of the frame that comes next. */
  #notes: FrameNotes | null = null;
  /** Frame before which no room can be made. */
  #fullUntil = 0;
  /** What is known of the noted frame at hand: SEEN_BEFORE and DROPPED_BEFORE; it has ports. */
  #before = 0;
  #hasPorts = false;

  /**
   * @param seed mixed into the hashes, so that nobody can prepare packets that collide
   * @param expected connections that the capture may hold; a guess that only saves time
   * @param limit most connections that are followed at a time; frames of others are counted as TABLE_FULL
   * @param fateLimit most rows of fates of connections that are set aside to make room; 0 where none may be
   * @param share of the memory that names and messages may take elsewhere, from 0 to 1
   */
  constructor(seed: number, expected = 0, limit?: number, fateLimit = 0, share = 1) {
    this.#folder = fateLimit > 0 ? new Folder(seed, fateLimit) : null;
    this.connections = new ConnectionTable(seed, expected, limit);
    this.addresses = new AddressTable(seed, undefined, addressLimit(limit));
    this.networks = new NetworkTable(seed);
    this.names = new NameFacts(seed, nameLimits(share), this.connections);
    this.icmpErrors = new MessageLog(ICMP_MESSAGE_WIDTH, messageLimit(share));
    this.fragments = new MessageLog(FRAGMENT_WIDTH, messageLimit(share));
    this.drops = new MessageLog(DROP_WIDTH, messageLimit(share));
  }

  /** Sets connections aside where the table is full. @returns false where it stays full */
  #makeRoom(): boolean {
    if (this.#folder === null || this.frames < this.#fullUntil) return false;
    const { connections: table, addresses, icmpErrors, drops } = this;
    const taken = this.#folder.makeRoom({
      ...this.#part(this.tftp.inWork()),
      table,
      icmpErrors,
      drops,
      nameFacts: this.names,
      addressTable: addresses,
      fateLimit: 0,
    });
    // A pass over everything for each few that may go would take for ever.
    const few = Math.floor(table.limit / FEW);
    if (taken < few || addresses.room < few) this.#fullUntil = this.frames + few;
    return taken > 0;
  }

  /** What was read so far, as a part that shares the analyzer's memory: the analyzer must not read on. */
  finish(): Part {
    return this.#part(this.tftp.finish());
  }

  #part(tftp: TftpMeters): Part {
    return {
      frames: this.frames,
      bytes: this.bytes,
      reasons: this.reasons,
      firstSeconds: this.firstSeconds,
      firstNanoseconds: this.firstNanoseconds,
      lastSeconds: this.lastSeconds,
      lastNanoseconds: this.lastNanoseconds,
      stretches: this.stretches.rows(),
      records: this.connections.records,
      connectionCount: this.connections.count,
      slots: this.connections.slots,
      slotsUsed: this.connections.keys,
      seed: this.connections.seed,
      addresses: this.addresses.words,
      addressCount: this.addresses.count,
      networks: this.networks.words,
      networkCount: this.networks.count,
      icmpErrors: { values: this.icmpErrors.values, count: this.icmpErrors.count, dropped: this.icmpErrors.dropped },
      fragments: { values: this.fragments.values, count: this.fragments.count, dropped: this.fragments.dropped },
      drops: { values: this.drops.values, count: this.drops.count, dropped: this.drops.dropped },
      payloads: this.payloads.finish(),
      names: this.names.finish(),
      tftp,
      folded: this.#folder?.folded ?? null,
    };
  }

  frame(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
    _interfaceId: number,
  ): void {
    this.settle();
    const packet = this.#packet;
    const frame = this.#count(originalLength, seconds, nanoseconds);
    let reason = decodeFrame(packet, bytes, view, offset, capturedLength, originalLength, linkType);
    packet.isNumbered = 0;
    packet.hash = this.#hashOf(packet, reason);
    const notes = this.#notes;
    if (notes !== null) reason = this.#heed(notes, reason, view, seconds, nanoseconds);
    reason = this.#take(packet, reason, bytes, view, originalLength, seconds, nanoseconds, frame);
    if (notes?.dropped) this.#noteDrop(notes, reason, view, frame);
  }

  frameAhead(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
    interfaceId: number,
  ): void {
    if (this.#notes !== null) {
      this.frame(bytes, view, offset, capturedLength, originalLength, seconds, nanoseconds, linkType, interfaceId);
      return;
    }
    const packet = this.#ahead[this.#aheadCount];
    const reason = decodeFrame(packet, bytes, view, offset, capturedLength, originalLength, linkType);
    packet.isNumbered = 0;
    if (packet.family === 6 || packet.carrierFamily !== 0) {
      if (numbersOthers(packet, reason)) {
        this.settle();
        packet.hash = this.#hashOf(packet, reason);
        const frame = this.#count(originalLength, seconds, nanoseconds);
        this.#take(packet, reason, bytes, view, originalLength, seconds, nanoseconds, frame);
        return;
      }
      if ((reason === TCP || reason === UDP) && this.addresses.room - this.addresses.count > NUMBERS_AHEAD)
        this.#number(packet, view);
    }
    packet.reason = reason;
    packet.hash = this.#hashOf(packet, reason);
    this.#aheadHashes[this.#aheadCount] = packet.hash;
    packet.frameLength = originalLength | 0;
    packet.seconds = seconds | 0;
    packet.nanoseconds = nanoseconds;
    if (this.#aheadCount === 0) {
      this.#aheadBytes = bytes;
      this.#aheadView = view;
    }
    if (++this.#aheadCount === FRAMES_AHEAD) this.settle();
  }

  settle(): void {
    const count = this.#aheadCount;
    if (count === 0) return;
    this.#aheadCount = 0;
    const packets = this.#ahead;
    const bytes = this.#aheadBytes;
    const view = this.#aheadView;
    this.connections.touch(this.#aheadHashes, count);
    for (let i = 0; i < count; i++) {
      const packet = packets[i];
      const length = packet.frameLength >>> 0;
      const seconds = packet.seconds >>> 0;
      const nanoseconds = packet.nanoseconds;
      const frame = this.#count(length, seconds, nanoseconds);
      this.#take(packet, packet.reason, bytes, view, length, seconds, nanoseconds, frame);
    }
  }

  /** Gives the addresses of IPv6 their numbers: in the order of the frames, whatever else gives any. */
  #number(packet: Packet, view: DataView): void {
    packet.source = this.addresses.intern(view, packet.sourceOffset);
    packet.destination = this.addresses.intern(view, packet.destinationOffset);
    packet.isNumbered = 1;
  }

  /** 0 where it cannot be known before the packet is taken. */
  #hashOf(packet: Packet, reason: number): number {
    if ((reason !== TCP && reason !== UDP) || (packet.family !== 4 && packet.isNumbered === 0)) return 0;
    const { source, destination, sourcePort, destinationPort } = packet;
    return this.connections.hash(keyOf(packet), source, destination, sourcePort, destinationPort);
  }

  /** @returns the number of the frame */
  #count(length: number, seconds: number, nanoseconds: number): number {
    const frame = ++this.frames;
    this.bytes += length;
    this.#seeTime(frame, seconds, nanoseconds);
    return frame;
  }

  /** Does with a decoded frame what its kind asks for. @returns the reason under which it is counted */
  #take(
    packet: Packet,
    decoded: number,
    bytes: Uint8Array,
    view: DataView,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): number {
    let reason = decoded;
    if (reason === TCP || reason === UDP) {
      this.#track(packet, bytes, view, originalLength, seconds, nanoseconds, frame);
      if (packet.moreFragments !== 0) this.#logFragment(packet, view, originalLength, seconds, nanoseconds, frame);
      if (packet.carrierFamily !== 0)
        logCarrier(this.fragments, this.addresses, packet, view, originalLength, seconds, nanoseconds, frame);
    } else if (reason === ICMP_ERROR) {
      const network = this.#networkOf(packet);
      if (!logIcmpError(this.icmpErrors, this.addresses, packet, network, bytes, view, seconds, nanoseconds, frame)) {
        reason = packet.family === 4 ? ICMP : ICMPV6;
      }
    } else if (reason === FRAGMENT && isFollowed(packet.fragmentProtocol)) {
      this.#logFragment(packet, view, originalLength, seconds, nanoseconds, frame);
    }
    this.reasons[reason]++;
    return reason;
  }

  note(notes: FrameNotes): void {
    this.#notes = notes;
  }

  #networkOf(packet: Packet): number {
    return packet.vlan < 0 && packet.tunnel === 0 ? 0 : this.networks.numberOf(packet);
  }

  /** A packet that was seen before, at another place, is not tracked again. */
  #heed(notes: FrameNotes, reason: number, view: DataView, seconds: number, nanoseconds: number): number {
    this.#notes = null;
    this.#before = 0;
    if (reason !== TCP && reason !== UDP && reason !== FRAGMENT) return reason;
    this.#before = this.#same.see(this.#packet, view, reason === FRAGMENT, notes, seconds, nanoseconds);
    this.#hasPorts = reason !== FRAGMENT;
    return this.#before === 0 ? reason : SAME_PACKET;
  }

  /** Keeps the drop of a packet that has ports, once its connection is known. */
  #noteDrop(notes: FrameNotes, reason: number, view: DataView, frame: number): void {
    if (reason === TCP || reason === UDP || (reason === SAME_PACKET && this.#hasPorts))
      logDrop(this.drops, this.addresses, this.#packet, view, notes, (this.#before & DROPPED_BEFORE) !== 0, frame);
  }

  #logFragment(
    packet: Packet,
    view: DataView,
    length: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    logFragment(this.fragments, this.addresses, packet, view, length, seconds, nanoseconds, frame);
  }

  #seeTime(frame: number, seconds: number, nanoseconds: number): void {
    if (seconds !== this.stretches.second) this.stretches.tick(seconds);
    if (frame === 1) {
      this.firstSeconds = this.lastSeconds = seconds;
      this.firstNanoseconds = this.lastNanoseconds = nanoseconds;
    } else if (seconds > this.lastSeconds || (seconds === this.lastSeconds && nanoseconds > this.lastNanoseconds)) {
      this.lastSeconds = seconds;
      this.lastNanoseconds = nanoseconds;
    } else if (seconds < this.firstSeconds || (seconds === this.firstSeconds && nanoseconds < this.firstNanoseconds)) {
      this.firstSeconds = seconds;
      this.firstNanoseconds = nanoseconds;
    }
  }

  #track(
    packet: Packet,
    bytes: Uint8Array,
    view: DataView,
    length: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const table = this.connections;
    const isV4 = packet.family === 4;
    if (!isV4 && packet.isNumbered === 0) {
      this.#number(packet, view);
      packet.hash = this.#hashOf(packet, packet.protocol === PROTOCOL_TCP ? TCP : UDP);
    }
    const { source, destination } = packet;
    const key = keyOf(packet);
    const isTcp = packet.protocol === PROTOCOL_TCP;
    const network = this.#networkOf(packet);
    const isLost = !isV4 && (source < 0 || destination < 0);
    const number = isLost
      ? -1
      : isTcp
        ? tcpConnection(table, packet, key, source, destination)
        : udpConnection(table, packet, key, source, destination);
    const side = table.direction;
    let record = number;
    if (
      number >= 0 &&
      networkOf(table.records[number * RECORD_INTS + KIND]) !== network &&
      !isFresh(table.records, number * RECORD_INTS)
    )
      record = besideConnection(table, packet, number, network, source, destination);
    if (record < 0) {
      if (this.#makeRoom()) {
        packet.isNumbered = 0;
        this.#track(packet, bytes, view, length, seconds, nanoseconds, frame);
        return;
      }
      this.reasons[isTcp ? TCP : UDP]--;
      this.reasons[TABLE_FULL]++;
      return;
    }
    // The record that takes the frame, and the sender's side there; what the payload says is told of the connection, by `number` and `side`.
    const at = record * RECORD_INTS;
    const own = table.direction;
    const records = table.records;
    if (isFresh(records, at)) {
      records[at + FIRST_FRAME] = frame;
      records[at + FIRST_SECONDS] = seconds;
      records[at + FIRST_NANOSECONDS] = nanoseconds;
      records[at + KIND] = withNetwork(records[at + KIND], network);
    }
    records[at + PACKETS_A + own]++;
    addBytes(records, at, own, length);
    if (packet.toGroup !== 0) records[at + KIND] |= KIND_GROUP;
    if (isTcp) {
      const isFirst = (records[at + STATE] & (DATA_A << own)) === 0;
      const isOpening = (records[number * RECORD_INTS + STATE] & ((DATA_A | BESIDE_DATA_A) << side)) === 0;
      updateTcp(records, at, own, packet, seconds, nanoseconds, frame);
      if (record !== number) noteBeside(records, number * RECORD_INTS, side, packet);
      // What a reset carries is no payload.
      if (packet.payloadLength > 0 && packet.tcpFlags >= 0 && (packet.tcpFlags & TCP_RST) === 0) {
        if (isFirst) {
          const service = tcpService(bytes, packet.payloadOffset, packet.payloadCaptured, packet.payloadLength);
          records[at + KIND] = withService(records[at + KIND], own, service);
        }
        if (packet.payloadCaptured > 0)
          this.names.segment(packet, bytes, number, side, isOpening, seconds, nanoseconds, frame);
        const kind = streamKind(packet.sourcePort, packet.destinationPort);
        if (kind !== CONTROL_NONE)
          this.payloads.add(packet, bytes, kind, number, side, seconds, nanoseconds, frame, packet.sequence);
      }
    } else {
      if (records[at + PACKETS_A + own] === 1) {
        const service = udpService(bytes, packet.payloadOffset, packet.payloadCaptured, packet.payloadLength);
        records[at + KIND] = withService(records[at + KIND], own, service);
      }
      if (records[at + PACKETS_B] === 0) countAttempt(records, at, packet.identification, seconds, nanoseconds, frame);
      // No DHCP message begins with a zero byte, as TFTP does.
      const opcode = tftpOpcode(packet, bytes);
      const isInStep =
        opcode !== 0 && this.tftp.keepsPace(packet, bytes, opcode, number, side, seconds, nanoseconds, frame);
      const names = isInStep ? 0 : nameSource(packet.sourcePort, packet.destinationPort);
      if (names !== 0) {
        const length = packet.payloadCaptured;
        const from = packet.payloadOffset;
        const isV6 = isV4 ? 0 : 1;
        this.names.dns.message(bytes, from, length, names - 1, isV6, source, destination, seconds, nanoseconds, frame);
      }
      if (opcode !== 0) {
        if (!isInStep) this.tftp.add(packet, bytes, opcode, number, side, seconds, nanoseconds, frame);
        if (opcode >= TFTP_ERROR)
          this.payloads.add(packet, bytes, CONTROL_TFTP, number, side, seconds, nanoseconds, frame, 0);
      } else {
        const kind = controlKind(packet.sourcePort, packet.destinationPort);
        if (kind !== CONTROL_NONE) this.payloads.add(packet, bytes, kind, number, side, seconds, nanoseconds, frame, 0);
      }
    }
    records[at + LAST_SECONDS] = seconds;
    records[at + LAST_NANOSECONDS] = nanoseconds;
  }
}

/** Protocol and family, as the key part of KIND. */
function keyOf({ family, protocol }: Packet): number {
  return family === 4 ? protocol : protocol | KIND_IPV6;
}

/** True where the taking of a packet, of IPv6 or carried by another, gives numbers to addresses that are not its own. */
function numbersOthers(packet: Packet, reason: number): boolean {
  return reason === ICMP_ERROR || reason === FRAGMENT || packet.carrierFamily !== 0;
}

/** True for a record that has no frame yet. */
function isFresh(records: Int32Array, at: number): boolean {
  return records[at + PACKETS_A] + records[at + PACKETS_B] === 0;
}

/**
 * The record for frames of a connection in another network than its record's, made where there is none: which networks are one, the whole
 * capture tells (join-networks.ts). `table.direction` says which side of that record sent the packet.
 * @returns its number, -1 where the table is full
 */
function besideConnection(
  table: ConnectionTable,
  packet: Packet,
  main: number,
  network: number,
  source: number,
  destination: number,
): number {
  const found = table.findBeside(main, network, source, packet.sourcePort, packet.destinationPort);
  if (found >= 0) return found;
  const number = table.appendBeside(main, network, source, destination, packet.sourcePort, packet.destinationPort);
  if (number >= 0 && packet.protocol === PROTOCOL_TCP && isHandshake(packet.tcpFlags))
    beginHandshake(table.records, number * RECORD_INTS, packet);
  return number;
}

/** The exchange between two UDP sockets, made where there is none. */
function udpConnection(
  table: ConnectionTable,
  packet: Packet,
  key: number,
  source: number,
  destination: number,
): number {
  const found = table.find(key, source, destination, packet.sourcePort, packet.destinationPort, packet.hash);
  if (found >= 0) return found;
  table.direction = 0;
  return table.append(key, source, destination, packet.sourcePort, packet.destinationPort, -1, packet.hash);
}
