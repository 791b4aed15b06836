/** What servers hand out over port 135: which interface listens on which port, and who was told. */
import { handsOutPorts, isPortGiver, readPortHandOut } from '../protocols/dcom.ts';
import {
  ENDPOINT_MAPPER,
  EPT_LOOKUP,
  EPT_MAP,
  type MapAnswer,
  type MapRequest,
  NOT_REGISTERED,
  readLookupResponse,
  readMapRequest,
  readMapResponse,
} from '../protocols/endpoint-mapper.ts';
import type { Reading } from '../protocols/reading.ts';
import type { Tower } from '../protocols/rpc-tower.ts';
import { CONTROL_RPC } from '../track/control-ports.ts';
import type { Observation } from '../track/observation.ts';
import { keptStreams } from './byte-stream.ts';
import type { Socket } from './kept-messages.ts';
import { compareMoments, earlier, later, type Moment } from './moment.ts';
import { type RpcAnswer, type RpcCall, rpcConversation } from './rpc-calls.ts';

export const MAPPER_PORT = 135;

/** Most ports, refusals and askers that are kept each: a site has a few for each server and client. */
const MAX_KEPT = 1 << 16;
const NO_ADDRESS = '0.0.0.0';
/** nca_s_fault_access_denied, which is Windows' ERROR_ACCESS_DENIED (MS-RPCE section 2.2.1.1.2). */
const ACCESS_DENIED = 5;

/** `endpoint-mapper`: an answer to ept_map or ept_lookup; `dcom`: the bindings of an object exporter. */
export type RpcWay = 'endpoint-mapper' | 'dcom';

/** The two ends of a conversation with port 135. Addresses as texts. */
export interface RpcPair {
  client: string;
  server: string;
}

/** A port that a server told a client. */
export interface RpcMapping extends RpcPair {
  /** UUID in lower case; null where DCOM handed out the port of a whole process. */
  interface: string | null;
  port: number;
  way: RpcWay;
  /** Other addresses than `server` that the answer names. */
  otherAddresses: string[];
  /** The first answer that told it, and the last one. */
  first: Moment;
  last: Moment;
  /** Answers that told it. */
  count: number;
}

/** An ept_map over TCP that was answered without a port. */
export interface RpcRefusal extends RpcPair {
  interface: string;
  reason: 'not-registered' | 'access-denied' | 'fault';
  status: number;
  /** The first question. */
  asked: Moment;
  /** The first answer, and the last one. */
  first: Moment;
  last: Moment;
  /** Answers that refused. */
  count: number;
}

/** A client that talked with port 135 of a server. */
export interface RpcAsker extends RpcPair {
  first: Moment;
  /** Questions that were answered in the clear, whatever the answer. */
  answered: number;
  /** Answers that may hand out a port and cannot be read: encrypted, or not whole. */
  unread: number;
}

export interface RpcStories {
  /** In the order of the first answer. */
  mappings: RpcMapping[];
  refusals: RpcRefusal[];
  askers: RpcAsker[];
  malformed: number;
  /** Segments that went beyond what is kept of port 135, and conversations beyond what is played. */
  dropped: number;
}

/** Plays all that was kept of port 135. */
export function rpcStories(observation: Observation): RpcStories {
  const teller = new Teller(observation);
  for (const streams of keptStreams(observation, CONTROL_RPC)) {
    const server = streams.ends[1].port === MAPPER_PORT ? 1 : 0;
    const { calls, malformed } = rpcConversation(streams, server);
    teller.malformed += malformed;
    if (calls.length === 0) continue;
    const pair = teller.pair(streams.ends[1 - server], streams.ends[server]);
    for (const call of calls) teller.tell(pair, call);
  }
  return teller.stories(observation.payloads.lost[CONTROL_RPC]);
}

/** Two ends, and what was told of them so far. */
interface Pair {
  ends: RpcPair;
  asker: RpcAsker | null;
  /** By interface and port, and by interface and status. */
  mappings: Map<string, RpcMapping>;
  refusals: Map<string, RpcRefusal>;
}

/** IPv4 addresses by themselves, those of IPv6 by their number behind them. */
const FIRST_IPV6 = 2 ** 32;

class Teller {
  malformed = 0;
  readonly #observation: Observation;
  /** By server, then by client. */
  readonly #pairs = new Map<number, Map<number, Pair>>();
  readonly #mappings: RpcMapping[] = [];
  readonly #refusals: RpcRefusal[] = [];
  readonly #askers: RpcAsker[] = [];
  #dropped = 0;

  constructor(observation: Observation) {
    this.#observation = observation;
  }

  pair(client: Socket, server: Socket): Pair {
    const clients = this.#pairs.get(keyOf(server)) ?? new Map<number, Pair>();
    this.#pairs.set(keyOf(server), clients);
    let pair = clients.get(keyOf(client));
    if (pair === undefined) {
      const text = ({ family, address }: Socket): string => this.#observation.addressText(family, address);
      const ends = { client: text(client), server: text(server) };
      pair = { ends, asker: null, mappings: new Map(), refusals: new Map() };
      clients.set(keyOf(client), pair);
    }
    return pair;
  }

  tell(pair: Pair, call: RpcCall): void {
    const { answer } = call;
    const asker = this.#asker(pair, call.asked ?? answer!.at);
    if (asker === null || answer === null) return;
    if (isPortGiver(call.interface)) this.#tellDcom(pair, asker, call, answer);
    else if (call.interface === ENDPOINT_MAPPER || call.interface === null) this.#tellMapper(pair, asker, call, answer);
  }

  /** Of a connection whose bind is not in the capture only what reads well as an answer of the mapper is taken for one. */
  #tellMapper(pair: Pair, asker: RpcAsker, call: RpcCall, answer: RpcAnswer): void {
    const isLookup = call.operation === EPT_LOOKUP;
    if (call.operation !== EPT_MAP && !isLookup && call.operation !== null) {
      if (call.interface === null) asker.unread++;
      return;
    }
    const request = isLookup ? null : requestOf(call);
    if (answer.fault !== null) {
      if (call.interface === null) return;
      asker.answered++;
      if (request !== null)
        this.#refuse(pair, call, request, answer.at, {
          reason: answer.fault === ACCESS_DENIED ? 'access-denied' : 'fault',
          status: answer.fault,
        });
      return;
    }
    const reading = answer.sealed ? null : answerOf(call, answer, isLookup ? readLookupResponse : readMapResponse);
    if (reading === null || reading.answer === 'not-for-us') {
      asker.unread++;
      if (call.interface !== null && !answer.sealed && answer.whole) this.malformed++;
      return;
    }
    if (reading.answer === 'unsure') asker.unread++;
    if (reading.answer === 'unsure' && answer.whole) this.malformed++;
    asker.answered++;
    const { towers, status } = reading.message;
    for (const tower of towers) this.#mapTower(pair, tower, answer.at);
    if (status === NOT_REGISTERED && towers.length === 0 && request !== null && !request.continued)
      this.#refuse(pair, call, request, answer.at, { reason: 'not-registered', status });
  }

  #tellDcom(pair: Pair, asker: RpcAsker, call: RpcCall, answer: RpcAnswer): void {
    if (call.operation !== null && !handsOutPorts(call.interface!, call.operation)) return;
    if (answer.fault !== null) return;
    const reading = answer.sealed ? null : readPortHandOut(answer.body, answer.little, call.interface!);
    if (reading === null || reading.answer !== 'certain') {
      asker.unread++;
      return;
    }
    asker.answered++;
    const ports = new Map<number, string[]>();
    for (const { host, port } of reading.message) {
      const hosts = ports.get(port) ?? [];
      ports.set(port, hosts);
      if (isIpv4(host)) hosts.push(host);
    }
    for (const [port, addresses] of ports)
      this.#map(pair, { interface: null, port, way: 'dcom', otherAddresses: addresses }, answer.at);
  }

  #mapTower(pair: Pair, { interface: id, transport, port, address }: Tower, at: Moment): void {
    if (transport !== 'tcp' || port === 0 || port === MAPPER_PORT) return;
    const otherAddresses = address === NO_ADDRESS ? [] : [address];
    this.#map(pair, { interface: id, port, way: 'endpoint-mapper', otherAddresses }, at);
  }

  #map(
    { ends, mappings }: Pair,
    told: Pick<RpcMapping, 'interface' | 'port' | 'way' | 'otherAddresses'>,
    { seconds, nanoseconds, frame }: Moment,
  ): void {
    const at: Moment = { seconds, nanoseconds, frame };
    const key = `${told.port} ${told.interface}`;
    const known = mappings.get(key);
    const others = told.otherAddresses.filter((address) => address !== ends.server);
    if (known === undefined) {
      if (this.#mappings.length >= MAX_KEPT) this.#dropped++;
      else {
        const { client, server } = ends;
        const { interface: id, port, way } = told;
        const mapping = {
          client,
          server,
          interface: id,
          port,
          way,
          otherAddresses: others,
          first: at,
          last: at,
          count: 1,
        };
        mappings.set(key, mapping);
        this.#mappings.push(mapping);
      }
      return;
    }
    known.count++;
    known.first = earlier(known.first, at);
    known.last = later(known.last, at);
    for (const address of others) {
      if (known.otherAddresses.length < MAX_ADDRESSES && !known.otherAddresses.includes(address))
        known.otherAddresses.push(address);
    }
  }

  #refuse(
    { ends, refusals }: Pair,
    { asked }: RpcCall,
    { tower }: MapRequest,
    at: Moment,
    told: Pick<RpcRefusal, 'reason' | 'status'>,
  ): void {
    // Over other transports nothing is told of ports.
    if (tower.transport !== 'tcp' || asked === null) return;
    const key = `${told.status} ${tower.interface}`;
    const known = refusals.get(key);
    if (known !== undefined) {
      known.count++;
      known.asked = earlier(known.asked, asked);
      known.first = earlier(known.first, at);
      known.last = later(known.last, at);
    } else if (this.#refusals.length >= MAX_KEPT) this.#dropped++;
    else {
      const refusal = { ...ends, interface: tower.interface, ...told, asked, first: at, last: at, count: 1 };
      refusals.set(key, refusal);
      this.#refusals.push(refusal);
    }
  }

  #asker(pair: Pair, at: Moment): RpcAsker | null {
    if (pair.asker === null) {
      if (this.#askers.length >= MAX_KEPT) {
        this.#dropped++;
        return null;
      }
      const { client, server } = pair.ends;
      pair.asker = { client, server, first: at, answered: 0, unread: 0 };
      this.#askers.push(pair.asker);
    }
    pair.asker.first = earlier(pair.asker.first, at);
    return pair.asker;
  }

  stories(lost: number): RpcStories {
    const inOrder = <Told extends { first: Moment }>(told: Told[]): Told[] =>
      told.sort((a, b) => compareMoments(a.first, b.first));
    return {
      mappings: inOrder(this.#mappings),
      refusals: inOrder(this.#refusals),
      askers: inOrder(this.#askers),
      malformed: this.malformed,
      dropped: lost + this.#dropped,
    };
  }
}

function keyOf({ family, address }: Socket): number {
  return family === 4 ? address >>> 0 : FIRST_IPV6 + address;
}

/** Addresses of one server that are kept. */
const MAX_ADDRESSES = 16;

function requestOf({ body, little, wide, sealed }: RpcCall): MapRequest | null {
  if (sealed) return null;
  const reading = either(wide, (isWide) => readMapRequest(body, { little, wide: isWide }));
  return reading.answer === 'certain' ? reading.message : null;
}

function answerOf(
  { wide }: RpcCall,
  { body, little }: RpcAnswer,
  read: (body: Uint8Array, marshalling: { little: boolean; wide: boolean }) => Reading<MapAnswer>,
): Reading<MapAnswer> {
  return either(wide, (isWide) => read(body, { little, wide: isWide }));
}

/** As the bind settled it; where the bind is not in the capture, the reading that makes sense. */
function either<Message>(wide: boolean | null, read: (wide: boolean) => Reading<Message>): Reading<Message> {
  if (wide !== null) return read(wide);
  const narrow = read(false);
  if (narrow.answer === 'certain') return narrow;
  const other = read(true);
  return other.answer === 'certain' ? other : { answer: 'not-for-us' };
}

function isIpv4(text: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
}
