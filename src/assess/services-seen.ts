import { SERVICES, type Service } from '../protocols/first-bytes.ts';
import type { ConnectionView } from '../track/connection-view.ts';
import type { Peer, Peers } from './peers.ts';

/** One service on one port of one address. */
export interface ServiceSeen {
  server: Peer;
  proto: 'tcp' | 'udp';
  port: number;
  service: Service;
  connections: number;
  /** The first few clients that used it. */
  clients: readonly Peer[];
  frames: readonly number[];
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
}

interface Growing extends Omit<ServiceSeen, 'server' | 'clients' | 'frames'> {
  family: 4 | 6;
  serverAddress: number;
  clientAddresses: number[];
  frames: number[];
}

/** Ports whose services are kept; further ones are not told. */
const MOST_PORTS = 2 ** 17;
const CLIENTS = 8;
const FRAMES = 5;
const IPV6 = 2 ** 48;

/** What ran on which port of which address, by the first bytes of connections whose beginning was captured. */
export class ServicesSeen {
  /** By address and port; nearly all have one service. */
  readonly #ports = new Map<number, Growing[]>();

  see(view: ConnectionView): void {
    if (view.service === 0) return;
    // From the middle of a connection, any bytes may look like a beginning.
    if (view.proto === 'tcp' && view.clientInferred) return;
    const key = keyOf(view.family, view.server, view.serverPort, view.proto);
    let known = this.#ports.get(key);
    if (known === undefined) {
      if (this.#ports.size === MOST_PORTS) return;
      known = [];
      this.#ports.set(key, known);
    }
    const service = SERVICES[view.service]!;
    let seen = known.find((one) => one.service === service);
    if (seen === undefined) {
      seen = begin(view, service);
      known.push(seen);
    }
    seen.connections++;
    if (seen.frames.length < FRAMES) seen.frames.push(view.firstFrame);
    if (seen.clientAddresses.length < CLIENTS && !seen.clientAddresses.includes(view.client))
      seen.clientAddresses.push(view.client);
    if (view.lastSeconds > seen.lastSeconds) {
      seen.lastSeconds = view.lastSeconds;
      seen.lastNanoseconds = view.lastNanoseconds;
    }
  }

  /** Everything that was seen, in the order of first appearance. */
  gather(peers: Peers): ServiceSeen[] {
    return [...this.#ports.values()].flat().map(({ family, serverAddress, clientAddresses, ...rest }) => ({
      ...rest,
      server: peers.of(family, serverAddress),
      clients: clientAddresses.map((address) => peers.of(family, address)),
    }));
  }
}

function begin(view: ConnectionView, service: Service): Growing {
  const { family, proto, server, serverPort, firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = view;
  const times = { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds };
  return {
    family,
    proto,
    serverAddress: server,
    port: serverPort,
    service,
    connections: 0,
    clientAddresses: [],
    frames: [],
    ...times,
  };
}

/** A number for address, port and protocol, below 2^53: at most 2^26 IPv6 addresses. */
function keyOf(family: 4 | 6, address: number, port: number, proto: 'tcp' | 'udp'): number {
  const place = (address >>> 0) * 2 ** 17 + port * 2 + (proto === 'udp' ? 1 : 0);
  return family === 4 ? place : IPV6 * 2 + place;
}

/** Looks up the services of a port, the most used first. */
export function servicesByPort(
  all: readonly ServiceSeen[],
): (server: Peer, proto: 'tcp' | 'udp', port: number) => readonly Service[] {
  const byPort = new Map<string, ServiceSeen[]>();
  for (const seen of all) {
    const key = `${seen.server.number} ${seen.proto} ${seen.port}`;
    const known = byPort.get(key);
    if (known === undefined) byPort.set(key, [seen]);
    else known.push(seen);
  }
  return (server, proto, port) =>
    (byPort.get(`${server.number} ${proto} ${port}`) ?? [])
      .sort((a, b) => b.connections - a.connections)
      .map(({ service }) => service);
}
