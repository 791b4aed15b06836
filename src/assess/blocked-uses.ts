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
export function otherWay({ conversation }: Judged, uses: readonly RuleUse[]): Conversation | null {
  const { proto, port } = conversation;
  for (const { judged } of uses)
    for (const { conversation: other, reach } of judged)
      if (reach.state === 'works' && other.proto === proto && other.port === port) return other;
  return null;
}
