import { type Context, type Judged, pairKey, type RuleUse, useIsBlocked } from './context.ts';
import type { Conversation } from './conversations.ts';
import { isNeeded } from './need-severity.ts';

/** The rules that need this conversation, the most binding first, as the match lists them. */
export function neededUses(judged: Judged, context: Context): RuleUse[] {
  const { client, server } = judged.conversation;
  const uses = [
    ...(context.usesByPair.get(pairKey(client, server)) ?? []),
    ...(context.usesByPair.get(pairKey(server, client)) ?? []),
  ].filter((use) => use.judged.includes(judged) && isNeeded(use.match.need));
  const order = judged.verdict.kind === 'expected' ? judged.verdict.matches.map(({ rule }) => rule.id) : [];
  return uses.sort((a, b) => order.indexOf(a.rule.id) - order.indexOf(b.rule.id));
}

/** Those of them that are blocked between the two hosts. */
export function blockedUses(judged: Judged, context: Context): RuleUse[] {
  return neededUses(judged, context).filter(useIsBlocked);
}

/** A conversation of the same two hosts on the same port that works over other addresses; null where there is none. */
export function otherWay(judged: Judged, uses: readonly RuleUse[], context: Context): Conversation | null {
  const { network } = judged.conversation;
  const isHere = (other: Conversation): boolean =>
    network === null || other.network === null || other.network.number === network.number;
  return thatWork(judged, uses, context).find(isHere) ?? null;
}

/** True of a conversation over UDP where the same two hosts get through on the same port over TCP. */
export function worksOverTcp({ client, server, proto, port }: Conversation, context: Context): boolean {
  if (proto !== 'udp') return false;
  const uses = context.usesByPair.get(pairKey(client, server)) ?? [];
  return uses.some(({ judged }) =>
    judged.some(
      ({ reach, conversation: other }) => reach.state === 'works' && other.proto === 'tcp' && other.port === port,
    ),
  );
}

/** Conversations of the same two hosts on the same port that work in other networks, each network once. */
export function inOtherNetworks(judged: Judged, uses: readonly RuleUse[], context: Context): Conversation[] {
  const { network } = judged.conversation;
  if (network === null) return [];
  const seen = new Set([network.number]);
  return thatWork(judged, uses, context).filter(
    (other) => other.network !== null && !seen.has(other.network.number) && seen.add(other.network.number),
  );
}

/** What these rules expect between the same two hosts on the same port, and works: over other addresses, or in other networks. */
function thatWork({ conversation }: Judged, uses: readonly RuleUse[], context: Context): Conversation[] {
  const { proto, port } = conversation;
  return uses
    .flatMap((use) =>
      (context.usesByPair.get(pairKey(use.client, use.server)) ?? []).filter(({ rule }) => rule.id === use.rule.id),
    )
    .flatMap(({ judged }) => judged)
    .filter(({ reach, conversation: other }) => reach.state === 'works' && other.proto === proto && other.port === port)
    .map((one) => one.conversation);
}
