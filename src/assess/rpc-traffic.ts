import { dynamicRange, inRanges, type RuleIndex, type RuleMatch } from '../catalog/index.ts';
import type { Judged } from './context.ts';
import { type Conversation, works } from './conversations.ts';
import type { Peer } from './peers.ts';
import { type RpcConnections, type RpcUse, rpcRules } from './rpc-connections.ts';
import type { RpcExplanation, RpcView } from './rpc-view.ts';

/** What the capture shows of RPC: ports handed out, connections to them, and which findings tell them. */
export class RpcTraffic {
  readonly view: RpcView;
  /** In the order of their first connection. */
  readonly uses: readonly RpcUse[];
  /** Connections beyond what is kept. */
  readonly dropped: number;
  readonly #index: RuleIndex;
  readonly #useByConversation = new Map<string, RpcUse>();
  readonly #byPair = new Map<string, RpcUse[]>();
  readonly #told: ReadonlySet<Judged>;

  constructor(view: RpcView, connections: RpcConnections, judged: readonly Judged[], index: RuleIndex) {
    this.view = view;
    this.uses = connections.uses;
    this.dropped = connections.dropped;
    this.#index = index;
    for (const use of this.uses) {
      this.#useByConversation.set(keyOf(use.client, use.server, use.port), use);
      const pair = keyOf(use.client, use.server, 0);
      const known = this.#byPair.get(pair);
      if (known === undefined) this.#byPair.set(pair, [use]);
      else known.push(use);
    }
    this.#told = new Set(judged.filter((one) => this.#failsAfterMapping(one)));
  }

  /** Conversations that are blocked although the same client was told the port before: rpc-dynamic-blocked tells them, and nobody else has to. */
  get blocked(): ReadonlySet<Judged> {
    return this.#told;
  }

  /** Why a conversation is RPC; null where nobody was told its port, or it is another protocol. */
  explanationOf({ client, server, proto, port }: Conversation): RpcExplanation | null {
    if (proto !== 'tcp') return null;
    return this.#useByConversation.get(keyOf(client, server, port))?.explanation ?? null;
  }

  /** Rules that let two ends use RPC, those of the interface first. */
  rules(client: Peer, server: Peer, explanation: RpcExplanation | null): RuleMatch[] {
    return rpcRules(this.#index, client, server, explanation);
  }

  /** True for a port that the topology does not take for a dynamic port of this server. */
  isOutOfRange(server: Peer, port: number): boolean {
    return !inRanges(port, [dynamicRange(server.endpoint)]);
  }

  /** A connection of the same client to another port of the server that was handed out for the same interface, and got through. */
  otherPort(conversation: Conversation): RpcUse | null {
    const id = this.explanationOf(conversation)?.mapping.interface;
    if (id === undefined) return null;
    for (const use of this.#byPair.get(keyOf(conversation.client, conversation.server, 0)) ?? []) {
      if (use.port === conversation.port) continue;
      if (use.explanation?.mapping.interface === id && (use.outcomes.get('established') ?? 0) > 0) return use;
    }
    return null;
  }

  #failsAfterMapping({ conversation, verdict, reach }: Judged): boolean {
    if (reach.state !== 'blocked' || verdict.kind !== 'expected') return false;
    const explanation = this.explanationOf(conversation);
    return explanation?.own === true && explanation.before && !conversation.fates.some(works);
  }
}

function keyOf(client: Peer, server: Peer, port: number): string {
  return `${client.number} ${server.number} ${port}`;
}
