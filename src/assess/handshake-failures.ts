import { connectionNames, type NamedBy } from '../names/connection-names.ts';
import type { HandshakeAlert } from '../names/handshake-alerts.ts';
import type { NameBook } from '../names/name-book.ts';
import { alertName } from '../protocols/tls-alert.ts';
import { type ConnectionView, newConnectionView } from '../track/connection-view.ts';
import type { Observation } from '../track/observation.ts';
import type { Peer, Peers } from './peers.ts';

/** Handshakes of TLS between one client and one port of a server, for the same names, that all ended with the same alert. */
export interface HandshakeFailure {
  client: Peer;
  server: Peer;
  port: number;
  /** As in ConnectionNames. */
  names: readonly string[];
  targetPort: number | null;
  /** Who sent the alert. */
  by: 'client' | 'server';
  /** `protocol_version (70)`, and the number alone. */
  alert: string;
  description: number;
  /** Highest versions that the client's hellos offer, each once; empty where none could be read. */
  offers: readonly string[];
  connections: number;
  /** The first few alerts, over the whole series. */
  frames: readonly number[];
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
}

interface Growing extends Omit<HandshakeFailure, 'client' | 'server' | 'offers' | 'frames'> {
  family: 4 | 6;
  clientAddress: number;
  serverAddress: number;
  /** Addresses and port. */
  way: string;
  isNamed: boolean;
  offers: string[];
  frames: number[];
}

/** Groups that are kept; further ones are not told. */
const MOST_GROUPS = 2 ** 12;
/** Frames of evidence. */
const FRAMES = 5;
const IPV6 = 2 ** 48;
/** Names that the connection itself says. */
const OWN_NAMES: ReadonlySet<NamedBy | null> = new Set(['tls', 'connect', 'proxied']);

/** Gathers handshakes that failed, and which others between the same two did not. */
export class HandshakeFailures {
  readonly #book: NameBook;
  readonly #observation: Observation;
  readonly #alerts: ReadonlyMap<number, HandshakeAlert>;
  /** Addresses and ports of servers with such connections: of all others nothing is looked at. */
  readonly #servers = new Set<number>();
  readonly #groups = new Map<string, Growing>();
  /** Names for which something came of a connection, by addresses and port; '' where it does not say its name. */
  readonly #working = new Map<string, Set<string>>();

  constructor(book: NameBook, observation: Observation) {
    this.#book = book;
    this.#observation = observation;
    // Of connections that were set aside nobody knows what came of them.
    this.#alerts = observation.beginnings === null ? book.handshakeAlerts() : new Map();
    const view = newConnectionView();
    for (const connection of this.#alerts.keys()) this.#servers.add(serverKey(observation.read(connection, view)));
  }

  /** Looks at one connection. */
  see(view: ConnectionView): void {
    if (this.#servers.size === 0 || view.proto !== 'tcp' || !this.#servers.has(serverKey(view))) return;
    const alert = this.#alerts.get(view.number);
    if (alert !== undefined) this.#failed(view, alert);
    else if (view.serverSentData) this.#worked(view);
  }

  #worked(view: ConnectionView): void {
    const { names, by } = connectionNames(this.#book, view, this.#observation);
    const way = wayOf(view);
    let working = this.#working.get(way);
    if (working === undefined) {
      working = new Set();
      this.#working.set(way, working);
    }
    for (const name of OWN_NAMES.has(by) ? names : ['']) working.add(name);
  }

  #failed(view: ConnectionView, { by, description, offers, frame }: HandshakeAlert): void {
    const alert = alertName(description);
    // From the middle of a connection nobody knows who is client.
    if (alert === null || view.clientInferred || view.outcome !== 'established') return;
    const { names, by: namedBy, targetPort } = connectionNames(this.#book, view, this.#observation);
    const way = wayOf(view);
    const key = `${way} ${by} ${description} ${targetPort} ${names.join(' ')}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size === MOST_GROUPS) return;
      group = begin(view, way, { names, targetPort, by, alert, description, isNamed: OWN_NAMES.has(namedBy) });
      this.#groups.set(key, group);
    }
    group.connections++;
    if (offers !== null && !group.offers.includes(offers)) group.offers.push(offers);
    if (group.frames.length < FRAMES) group.frames.push(frame);
    if (view.lastSeconds > group.lastSeconds) {
      group.lastSeconds = view.lastSeconds;
      group.lastNanoseconds = view.lastNanoseconds;
    }
  }

  /** Those after, before and beside which nothing better came, in the order of first appearance. */
  gather(peers: Peers): HandshakeFailure[] {
    return [...this.#groups.values()]
      .filter(({ way, names, isNamed }) => {
        const working = this.#working.get(way);
        if (working === undefined) return true;
        return isNamed && !working.has('') && !names.some((name) => working.has(name));
      })
      .map(({ family, clientAddress, serverAddress, way: _way, isNamed: _isNamed, ...rest }) => ({
        ...rest,
        client: peers.of(family, clientAddress),
        server: peers.of(family, serverAddress),
      }));
  }
}

function begin(
  view: ConnectionView,
  way: string,
  what: Pick<Growing, 'names' | 'targetPort' | 'by' | 'alert' | 'description' | 'isNamed'>,
): Growing {
  const { family, client, server, serverPort, firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = view;
  const times = { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds };
  const ends = { family, clientAddress: client, serverAddress: server, port: serverPort, way };
  return { ...what, ...ends, ...times, offers: [], connections: 0, frames: [] };
}

/** A number for address and port, below 2^53: at most 2^26 IPv6 addresses. */
function serverKey({ family, server, serverPort }: ConnectionView): number {
  return (family === 6 ? IPV6 : 0) + (server >>> 0) * 2 ** 16 + serverPort;
}

function wayOf({ family, client, server, serverPort }: ConnectionView): string {
  return `${family} ${client} ${server} ${serverPort}`;
}
