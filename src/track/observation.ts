import type { Outcome } from '../assess/types.ts';
import { PROTOCOL_TCP } from '../decode/packet.ts';
import { FRAGMENT, ICMP_ERROR, REASONS, TCP, UDP } from '../decode/reason.ts';
import { SERVICE_NONE, SERVICE_UNSEEN } from '../protocols/first-bytes.ts';
import { ipv4Text, ipv6Text } from './address-text.ts';
import { ApartNetworks, areProven } from './apart-networks.ts';
import type { BeginningCounts } from './beginnings.ts';
import { CaptureSpans } from './capture-spans.ts';
import type { ConnectionTable } from './connection-table.ts';
import { type ConnectionView, newConnectionView } from './connection-view.ts';
import { heedDrops } from './drop-outcome.ts';
import { AHEAD, FateTable } from './fate-table.ts';
import { type DropVerdict, joinDrops } from './join-drops.ts';
import { joinFragments } from './join-fragments.ts';
import { joinHandshakes } from './join-handshakes.ts';
import { type IcmpVerdict, type IcmpVerdicts, isExpired, isPortUnreachable, joinIcmpErrors } from './join-icmp.ts';
import { joinLog, type LogDrops, type LogJoin } from './join-log.ts';
import { type JoinedNetworks, joinNetworks } from './join-networks.ts';
import type { MergedPart } from './merge.ts';
import { NetworkSets } from './network-sets.ts';
import { tunnelText, vlanOf } from './networks.ts';
import { type CaptureEnd, carriedBothWays, repeatsUnheard, tcpEnded, tcpOutcome, udpOutcome } from './outcome.ts';
import type { Messages, Names, Payloads, TftpMeters } from './part.ts';
import {
  ABSORBED,
  ABSORBED_INTO,
  ADDRESS_A,
  ADDRESS_B,
  ANSWER_NANOSECONDS,
  ANSWER_SECONDS,
  bytesOf,
  CLIENT_IS_B,
  COUNTS,
  DATA_A,
  END_MASK,
  FIRST_ATTEMPT_NANOSECONDS,
  FIRST_ATTEMPT_SECONDS,
  FIRST_FRAME,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  HANDSHAKE,
  KIND,
  KIND_GROUP,
  KIND_IPV6,
  LAST_ATTEMPT_FRAME,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  nanosecondsBetween,
  networkOf,
  PACKETS_A,
  PORTS,
  RECORD_INTS,
  RESET_A,
  RESET_FRAME,
  SPOKE_A,
  STATE,
  SYN_SEEN,
  SYNACK_A,
  serviceOf,
} from './record.ts';
import { compareAsServer, guessServer, wantsNoAnswer } from './service-ports.ts';
import { type Span, spanAt, spansOf } from './stretches.ts';
import { symptomOf } from './symptoms.ts';
import { findTftpTransfers, type TftpTransfers } from './tftp-transfers.ts';

/** The ends of a connection by side, A first. Addresses as in a record of the family. */
export interface Sockets {
  family: 4 | 6;
  addresses: readonly [number, number];
  ports: readonly [number, number];
}

/** About as many connections share a conversation and a fate, where there are many of them. */
const CONNECTIONS_PER_FATE = 4;
/** Where there are no more than this, most have a conversation of their own. */
const FEW_CONNECTIONS = 2 ** 17;

/** What a capture shows once all of it is read: connections with their outcomes, and where every frame went. */
export class Observation {
  readonly #table: ConnectionTable;
  readonly #part: MergedPart;
  readonly #icmp: IcmpVerdicts;
  readonly #icmpConnections: Int32Array;
  readonly #drops: Map<number, DropVerdict>;
  readonly #dropConnections: Int32Array;
  readonly #tftp: TftpTransfers;
  readonly #spans: readonly Span[];
  /** Null where all frames are of one capture. */
  readonly #captures: CaptureSpans | null;
  /** Networks that the capture keeps apart; null where there are not two of them, or what was set aside may show that they are one. */
  readonly networks: ApartNetworks | null;
  /** Connections whose network is not sure. */
  readonly #unsure: ReadonlySet<number>;
  /** Frames that belong to a judged connection, and the others by reason id. */
  readonly judgedFrames: number;
  readonly notJudgedFrames: Record<string, number>;
  /** Fragments that bring other bytes for a place of their datagram than those before them. */
  readonly overlappingFragments: number;

  /**
   * @param moment in the middle of a capture fragments wait for those that follow; the part may then be read on, and the observation is
   * good until that
   */
  constructor(part: MergedPart, moment: 'at the end' | 'in the middle' = 'at the end') {
    this.#part = part;
    this.#table = part.table;
    this.#spans = spansOf(part.stretches, { seconds: part.lastSeconds, nanoseconds: part.lastNanoseconds });
    const { captures = [] } = part;
    this.#captures = captures.length > 1 ? new CaptureSpans(captures) : null;
    const { apart, unsure, networks } = joinAllNetworks(part);
    this.networks = networks;
    this.#unsure = unsure;
    joinHandshakes(part.table);
    const { verdicts, joined, connections } = joinIcmpErrors(part.table, part.icmpErrors, apart);
    const { joined: fragments, overlapping } =
      moment === 'at the end' ? joinFragments(part.table, part.fragments) : { joined: 0, overlapping: 0 };
    this.overlappingFragments = overlapping;
    this.#icmp = verdicts;
    this.#icmpConnections = connections;
    const errors = joined + (part.folded?.icmpErrors ?? 0);
    const drops = joinDrops(part.table, part.drops);
    this.#drops = drops.verdicts;
    this.#dropConnections = drops.connections;
    this.#tftp = findTftpTransfers(part.table);
    this.judgedFrames = part.reasons[TCP] + part.reasons[UDP] + errors + fragments;
    this.notJudgedFrames = notJudged(part.reasons, errors, fragments);
  }

  /** Connections are numbered from 0 to count - 1, in the order of their first frame; not every number is one (`has`). */
  get count(): number {
    return this.#table.count;
  }

  /** False for the number of a record that went into another connection. */
  has(number: number): boolean {
    return this.#table.has(number);
  }

  /** The connection that record `number` is part of: itself, or the one that it went into. */
  connectionOf(number: number): number {
    const { records } = this.#table;
    let at = number;
    while (records[at * RECORD_INTS + FIRST_FRAME] === ABSORBED) at = records[at * RECORD_INTS + ABSORBED_INTO];
    return at;
  }

  /** Number of the connection that ICMP error `i` of the part quotes, -1 where it is not known. */
  connectionOfIcmpError(i: number): number {
    return this.#icmpConnections[i];
  }

  /** Number of the connection that drop `i` of the part speaks of, -1 where it is not known. */
  connectionOfDrop(i: number): number {
    return this.#dropConnections[i];
  }

  /** Takes what a log of the Windows firewall says of dropped packets into account; to be done before anything is read. */
  heedLog(log: LogDrops): LogJoin {
    const { start, end } = this;
    return joinLog(this.#table, this.#drops, log, this.#numbersOf(log), start.seconds, end.seconds);
  }

  /** Number here of each IPv6 address of a log; -1 where the capture does not have it. */
  #numbersOf({ addresses, addressCount }: LogDrops): Int32Array {
    const known = new Map<string, number>();
    if (addressCount > 0)
      for (let i = 0; i < this.#part.addressCount; i++) known.set(wordsKey(this.addressWords, i), i);
    return Int32Array.from({ length: addressCount }, (_, i) => known.get(wordsKey(addresses, i)) ?? -1);
  }

  /** Connections that were set aside for want of memory before they came to an end, as far as the capture had shown. */
  get setAside(): number {
    return this.#part.folded?.open ?? 0;
  }

  /** Most rows of `fates`. */
  get fateLimit(): number {
    return this.#part.fateLimit;
  }

  /** When the connections began that `fates` does not show one by one; null where there are none. */
  get beginnings(): BeginningCounts | null {
    return this.#part.folded?.beginnings ?? null;
  }

  /**
   * What the verdicts need of all connections, summed up by conversation and fate.
   * @param see is shown each connection, and says whether it may have failed for want of packets that the capture lost; the view is filled
   * again for the next one
   */
  fates(see: (connection: ConnectionView) => boolean): FateTable {
    const expected = Math.max(this.count / CONNECTIONS_PER_FATE, Math.min(this.count, FEW_CONNECTIONS));
    const fates = new FateTable(this.#part.seed, this.#part.fateLimit, expected);
    const { folded } = this.#part;
    if (folded !== null) fates.append(folded.fates, this.#ownAddresses(), 0);
    const views = Array.from({ length: AHEAD }, newConnectionView);
    const lossy = new Uint8Array(AHEAD);
    let staged = 0;
    for (let number = 0; number < this.count; number++) {
      if (!this.has(number)) continue;
      lossy[staged] = see(this.read(number, views[staged])) ? 1 : 0;
      if (++staged < AHEAD) continue;
      fates.addAll(views, lossy, staged);
      staged = 0;
    }
    fates.addAll(views, lossy, staged);
    if (folded !== null) fates.sort();
    return fates;
  }

  #ownAddresses(): Int32Array {
    return Int32Array.from({ length: this.#part.addressCount }, (_, number) => number);
  }

  get frames(): number {
    return this.#part.frames;
  }

  /** Bytes on the wire of all frames. */
  get bytes(): number {
    return this.#part.bytes;
  }

  /** ICMP errors and fragments that went beyond what is kept (MAX_MESSAGES). */
  get messagesDropped(): number {
    return this.#part.icmpErrors.dropped + this.#part.fragments.dropped + this.#part.drops.dropped;
  }

  /** Payloads of control conversations (payload-log.ts), in the order of the frames; PAYLOAD_CONNECTION is a number of `read`. */
  get payloads(): Payloads {
    return this.#part.payloads;
  }

  /** Names that packets speak of, but for those that several segments hold together (src/names). */
  get names(): Names {
    return this.#part.names;
  }

  /** TFTP transfers as their packets were metered (tftp-meter.ts); METER_CHAIN names a number of `sockets`. */
  get tftpMeters(): TftpMeters {
    return this.#part.tftp;
  }

  /** Fragments of TCP and UDP datagrams (fragments.ts). */
  get fragments(): Messages {
    return this.#part.fragments;
  }

  /** Earliest time stamp. */
  get start(): { seconds: number; nanoseconds: number } {
    return { seconds: this.#part.firstSeconds, nanoseconds: this.#part.firstNanoseconds };
  }

  /** TCP connections that opened and did not end. */
  openConnections(): number {
    const { records, count } = this.#table;
    let open = 0;
    for (let number = 0; number < count; number++) {
      if (!this.has(number)) continue;
      const at = number * RECORD_INTS;
      const state = records[at + STATE];
      const isTcp = (records[at + KIND] & 0xff) === PROTOCOL_TCP;
      if (isTcp && (state & END_MASK) === 0 && (state & (SYNACK_A | (SYNACK_A << 1))) !== 0) open++;
    }
    return open;
  }

  /** Latest time stamp. */
  get end(): { seconds: number; nanoseconds: number } {
    return { seconds: this.#part.lastSeconds, nanoseconds: this.#part.lastNanoseconds };
  }

  /**
   * Up to when the capture went on that shows something at that second: where frames come an hour later or years, by a clock that was set
   * or a damaged time stamp, they do not show how long anything stayed silent.
   * @param seconds since 1970
   * @param frame of a series, where it is known: another capture may go on longer, but not at its place; else that does not count
   */
  endAfter(seconds: number, frame = 0): CaptureEnd {
    return this.#captures === null || frame === 0 ? spanAt(this.#spans, seconds) : this.#captures.at(frame, seconds);
  }

  /** The two sockets of connection `number`, as its record has them: side 0 is A. */
  sockets(number: number): Sockets {
    const records = this.#table.records;
    const at = number * RECORD_INTS;
    const ports = records[at + PORTS];
    return {
      family: (records[at + KIND] & KIND_IPV6) !== 0 ? 6 : 4,
      addresses: [records[at + ADDRESS_A], records[at + ADDRESS_B]],
      ports: [ports >>> 16, ports & 0xffff],
    };
  }

  /** Numbers of the connections of which one end is in these sets, of addresses as records hold them. */
  connectionsOf(v4: ReadonlySet<number>, v6: ReadonlySet<number>): number[] {
    const { records } = this.#table;
    const found: number[] = [];
    for (let number = 0; number < this.count; number++) {
      if (!this.has(number)) continue;
      const at = number * RECORD_INTS;
      const wanted = (records[at + KIND] & KIND_IPV6) !== 0 ? v6 : v4;
      if (wanted.has(records[at + ADDRESS_A]) || wanted.has(records[at + ADDRESS_B])) found.push(number);
    }
    return found;
  }

  /** The first ICMP error that quotes a packet of `side` of connection `number` and says that it did not get through. */
  icmpAbout(number: number, side: 0 | 1): IcmpVerdict | null {
    const verdict = this.#icmp.of(number, side);
    return verdict === undefined || isExpired(verdict) ? null : verdict;
  }

  /** The four integers of an IPv6 address by its number, at `number * 4`, network order. */
  get addressWords(): Int32Array {
    return this.#part.addresses;
  }

  /** Text of an address as records and views hold it. */
  addressText(family: 4 | 6, address: number): string {
    return family === 4 ? ipv4Text(address) : ipv6Text(this.addressWords, address * 4);
  }

  /** Fills `view` with connection `number`. */
  read(number: number, view: ConnectionView): ConnectionView {
    const records = this.#table.records;
    const at = number * RECORD_INTS;
    const kind = records[at + KIND];
    const state = records[at + STATE];
    const isTcp = (kind & 0xff) === PROTOCOL_TCP;
    const client = this.#clientSide(number, at, isTcp, view);
    const server = 1 - client;
    const ports = records[at + PORTS];
    view.number = number;
    view.proto = isTcp ? 'tcp' : 'udp';
    view.family = (kind & KIND_IPV6) !== 0 ? 6 : 4;
    view.client = records[at + ADDRESS_A + client];
    view.server = records[at + ADDRESS_A + server];
    view.clientPort = client === 0 ? ports >>> 16 : ports & 0xffff;
    view.serverPort = client === 0 ? ports & 0xffff : ports >>> 16;
    view.packetsToServer = records[at + PACKETS_A + client] >>> 0;
    view.packetsToClient = records[at + PACKETS_A + server] >>> 0;
    view.bytesToServer = bytesOf(records, at, client);
    view.bytesToClient = bytesOf(records, at, server);
    view.firstFrame = records[at + FIRST_FRAME] >>> 0;
    view.lastAttemptFrame = records[at + LAST_ATTEMPT_FRAME] >>> 0;
    view.resetFrame = records[at + RESET_FRAME] >>> 0;
    view.firstSeconds = records[at + FIRST_SECONDS] >>> 0;
    view.firstNanoseconds = records[at + FIRST_NANOSECONDS];
    view.lastSeconds = records[at + LAST_SECONDS] >>> 0;
    view.lastNanoseconds = records[at + LAST_NANOSECONDS];
    view.vlan = vlanOf(this.#part.networks, networkOf(kind));
    view.tunnel = tunnelText(this.#part.networks, networkOf(kind));
    view.network = this.networks === null || this.#unsure.has(number) ? 0 : this.networks.standsFor(networkOf(kind));
    view.toGroup = (kind & KIND_GROUP) !== 0;
    view.service = known(serviceOf(kind, client)) || known(serviceOf(kind, server));
    view.requestUnseen = serviceOf(kind, client) === SERVICE_UNSEEN;
    view.clientSentData = (state & (DATA_A << client)) !== 0;
    view.serverSentData = (state & (DATA_A << server)) !== 0;
    view.serverOnlyReset = (state & ((RESET_A | SPOKE_A) << server)) === RESET_A << server;
    const icmp = this.#icmpAboutAttempts(number, client, records[at + COUNTS] >>> 16);
    const isOneSpan = this.#captures === null && this.#spans.length === 1;
    const end = isOneSpan ? this.#spans[0] : this.endAfter(view.lastSeconds, view.lastAttemptFrame || view.firstFrame);
    view.attempts = records[at + COUNTS] >>> 16;
    view.answerNanoseconds = this.#answerTime(at, state, server);
    view.stall = null;
    view.transfer = null;
    view.isTransfer = !isTcp && this.#tftp.clientSide.has(number);
    if (isTcp) {
      view.outcome = tcpOutcome(records, at, client, icmp, end);
      view.ended = hasEnding(view.outcome) ? tcpEnded(records, at, client) : null;
      if (view.ended === 'stalled' && carriedBothWays(records, at, client)) view.stall = 'later';
      else if (view.outcome === 'one-sided' && repeatsUnheard(records, at)) view.stall = 'unseen';
    } else {
      if (!view.toGroup) view.toGroup = this.#isGroupAddress(kind & KIND_IPV6, view.server);
      view.outcome = udpOutcome(records, at, client, icmp, view.toGroup, wantsNoAnswer(view.serverPort), end);
      view.ended = null;
      // Counted are the datagrams of A until B speaks: where B is the client, it asked at least once.
      if (client === 1) view.attempts = view.packetsToServer > 0 ? 1 : 0;
      const transfer = this.#tftp.transferOf.get(number);
      if (transfer !== undefined) {
        view.transfer = transfer;
        if (view.outcome !== 'answered') view.outcome = 'answered';
      }
    }
    view.icmp = icmp !== undefined && view.outcome === icmp.outcome ? icmp : null;
    this.#heedRejectedAnswers(number, server as 0 | 1, view);
    view.drop = null;
    view.dropOfAnswers = false;
    if (this.#drops.size > 0)
      heedDrops(view, this.#drops.get(number * 2 + client), this.#drops.get(number * 2 + server));
    view.symptom = symptomOf(view);
    return view;
  }

  /** One packet that lived too short may be a probe of traceroute; what a program repeats is meant to arrive. */
  #icmpAboutAttempts(number: number, client: number, attempts: number): IcmpVerdict | undefined {
    const icmp = this.#icmp.of(number, client);
    return icmp !== undefined && attempts < 2 && isExpired(icmp) ? undefined : icmp;
  }

  /** An answer that a router says it let nobody have did not arrive, however well it looks where it was captured. */
  #heedRejectedAnswers(number: number, server: 0 | 1, view: ConnectionView): void {
    const icmp = this.#icmp.of(number, server);
    if (icmp === undefined) return;
    const isRejected = isPortUnreachable(icmp) && icmp.sender !== view.client;
    if (icmp.outcome !== 'prohibited' && !isRejected) return;
    // A client that resets has heard the answer.
    if (isRejected && view.resetFrame > 0) return;
    // An exchange over UDP may be many questions: only where each answer was turned away is it sure that none arrived.
    const unheard =
      view.proto === 'tcp'
        ? view.outcome === 'half-open'
        : view.outcome === 'answered' &&
          !view.isTransfer &&
          view.transfer === null &&
          this.#icmp.turnedAway(number, server) >= view.packetsToClient;
    if (!unheard) return;
    // Over UDP nobody can tell a filter from a client that has closed its socket, behind a translation of addresses (symptoms.ts).
    if (view.proto === 'tcp' || !isRejected) view.outcome = icmp.outcome;
    view.icmp = { ...icmp, ofAnswers: true };
  }

  #clientSide(number: number, at: number, isTcp: boolean, view: ConnectionView): number {
    const records = this.#table.records;
    const ports = records[at + PORTS];
    view.clientInferred = false;
    if (isTcp) {
      const state = records[at + STATE];
      if ((state & HANDSHAKE) !== 0) return (state & CLIENT_IS_B) !== 0 ? 1 : 0;
      view.clientInferred = true;
      return guessServer(ports >>> 16, ports & 0xffff) > 0 ? 1 : 0;
    }
    const transfer = this.#tftp.clientSide.get(number);
    if (transfer !== undefined) return transfer;
    const server = compareAsServer(ports >>> 16, ports & 0xffff);
    view.clientInferred = server >= 0;
    // Nobody sends from a group address: what is sent to one was sent by the client of that exchange, whatever the ports say.
    if (server > 0 && this.#isGroupAddress(records[at + KIND] & KIND_IPV6, records[at + ADDRESS_B])) return 0;
    return server > 0 ? 1 : 0;
  }

  /** Multicast by either address (RFC 5771, RFC 4291 section 2.7), or the limited broadcast address (RFC 919). */
  #isGroupAddress(isV6: number, address: number): boolean {
    return isV6 !== 0 ? this.addressWords[address * 4] >>> 24 === 0xff : address >>> 28 === 0xe || address === -1;
  }

  #answerTime(at: number, state: number, server: number): number | null {
    if ((state & SYN_SEEN) === 0 || (state & (SYNACK_A << server)) === 0) return null;
    const records = this.#table.records;
    return nanosecondsBetween(
      records[at + FIRST_ATTEMPT_SECONDS],
      records[at + FIRST_ATTEMPT_NANOSECONDS],
      records[at + ANSWER_SECONDS],
      records[at + ANSWER_NANOSECONDS],
    );
  }
}

/** Decides which networks are one, and with it which connections are. */
function joinAllNetworks(part: MergedPart): JoinedNetworks & { networks: ApartNetworks | null } {
  const { table } = part;
  const sets = new NetworkSets();
  const newNetworks = (): ApartNetworks => new ApartNetworks(table, part.networks, part.networkCount, sets);
  let networks: ApartNetworks | null = null;
  const joined = joinNetworks(table, part.networks, part.networkCount, sets, (exchanges) => {
    networks = newNetworks();
    return areProven(table, networks, exchanges);
  });
  // The networks of connections that were set aside are forgotten, and what they showed with them.
  if (part.networkCount < 2 || part.folded !== null) return { ...joined, networks: null };
  networks ??= newNetworks();
  return { ...joined, networks: networks.count > 1 ? networks : null };
}

function wordsKey(words: Int32Array, number: number): string {
  return words.subarray(number * 4, number * 4 + 4).join(' ');
}

/** Outcomes of connections that evidently worked: how they ended is a fact of its own. */
function hasEnding(outcome: Outcome): boolean {
  return outcome === 'established' || outcome === 'midstream' || outcome === 'one-sided';
}

function known(service: number): number {
  return service === SERVICE_UNSEEN ? SERVICE_NONE : service;
}

function notJudged(reasons: Float64Array, icmpJoined: number, fragmentsJoined: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < REASONS.length; i++) {
    if (i === TCP || i === UDP) continue;
    let frames = reasons[i];
    if (i === ICMP_ERROR) frames -= icmpJoined;
    if (i === FRAGMENT) frames -= fragmentsJoined;
    if (frames > 0) counts[REASONS[i]] = frames;
  }
  return counts;
}
