import { dynamicRange, type PortRange, type RuleIndex, type RuleMatch } from '../catalog/index.ts';
import type { FateView } from '../track/fate-view.ts';
import { isListed, type Peer } from './peers.ts';
import { type RpcExplanation, type RpcView, rpcGroupRules } from './rpc-view.ts';
import type { Outcome } from './types.ts';

/** Connections of one client to one RPC port of one server: a port that was handed out, or one in the dynamic range. */
export interface RpcUse {
  client: Peer;
  server: Peer;
  port: number;
  /** Of the first connection; null where nobody was told this port. */
  explanation: RpcExplanation | null;
  connections: number;
  outcomes: Map<Outcome, number>;
  /** Of the first connection. */
  firstFrame: number;
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
}

/** Most uses that are kept: more than a site of ten thousand hosts has. */
const MAX_USES = 1 << 17;
/** No RPC server listens on a system port but 135 and 593, which are no dynamic ports. */
const FIRST_PORT = 1024;

/** Gathers the connections to RPC ports while all fates are looked through. */
export class RpcConnections {
  readonly uses: RpcUse[] = [];
  /** Connections beyond MAX_USES. */
  dropped = 0;
  readonly #view: RpcView;
  readonly #byPair = new Map<number, Map<number, RpcUse>>();
  readonly #ranges: (PortRange | undefined)[] = [];

  constructor(view: RpcView) {
    this.#view = view;
  }

  /**
   * Looks at connections of one fate. Where the capture has the beginning of none of them they count only if their port was handed out: nobody
   * knows which end is the server.
   */
  see(view: FateView, client: Peer, server: Peer): void {
    const port = view.serverPort;
    if (view.proto !== 'tcp' || port < FIRST_PORT) return;
    const pairKey = client.number * PEER_LIMIT + server.number;
    let use = this.#byPair.get(pairKey)?.get(port);
    if (use === undefined) {
      const isMapped = this.#view.isMapped(server.ip, port);
      if (!isMapped && (view.inferred === view.connections || !this.#isDynamic(server, port))) return;
      if (this.uses.length >= MAX_USES) {
        this.dropped += view.connections;
        return;
      }
      use = this.#add(pairKey, view, client, server);
    }
    use.connections += view.connections;
    use.outcomes.set(view.outcome, (use.outcomes.get(view.outcome) ?? 0) + view.connections);
    if (
      view.lastSeconds > use.lastSeconds ||
      (view.lastSeconds === use.lastSeconds && view.lastNanoseconds > use.lastNanoseconds)
    ) {
      use.lastSeconds = view.lastSeconds;
      use.lastNanoseconds = view.lastNanoseconds;
    }
  }

  #add(pairKey: number, view: FateView, client: Peer, server: Peer): RpcUse {
    const start = { seconds: view.firstSeconds, nanoseconds: view.firstNanoseconds };
    const use: RpcUse = {
      client,
      server,
      port: view.serverPort,
      explanation: this.#view.explain(client.ip, server.ip, view.serverPort, start),
      connections: 0,
      outcomes: new Map(),
      firstFrame: view.firstFrame,
      firstSeconds: view.firstSeconds,
      firstNanoseconds: view.firstNanoseconds,
      lastSeconds: view.lastSeconds,
      lastNanoseconds: view.lastNanoseconds,
    };
    const pair = this.#byPair.get(pairKey) ?? new Map<number, RpcUse>();
    this.#byPair.set(pairKey, pair);
    pair.set(view.serverPort, use);
    this.uses.push(use);
    return use;
  }

  #isDynamic(server: Peer, port: number): boolean {
    if (!isListed(server)) return false;
    const { index } = server.endpoint;
    let range = this.#ranges[index];
    if (range === undefined) {
      range = dynamicRange(server.endpoint);
      this.#ranges[index] = range;
    }
    return port >= range.first && port <= range.last;
  }
}

/** More addresses than a capture can hold (2^26), so that a pair fits a double. */
const PEER_LIMIT = 2 ** 26;

/** Services of rules whose port the mapper hands out. */
const RPC_SERVICES = new Set(['rpc', 'rpc-dcom']);

/** The rules that let two ends use dynamic RPC ports, whichever port that is: those of the interface's use first. */
export function rpcRules(
  index: RuleIndex,
  client: Peer,
  server: Peer,
  explanation: RpcExplanation | null,
): RuleMatch[] {
  const { first } = dynamicRange(server.endpoint);
  const matches = index
    .match(client.endpoint, server.endpoint, 'tcp', first)
    .filter(({ rule, name }) => RPC_SERVICES.has(rule.service) && name !== 'unknown');
  const order = explanation === null ? [] : rpcGroupRules(explanation.mapping);
  const rank = ({ rule }: RuleMatch): number => {
    const place = order.indexOf(rule.id);
    return place < 0 ? order.length : place;
  };
  return matches.sort((a, b) => rank(a) - rank(b));
}
