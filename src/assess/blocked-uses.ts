import { type Context, type Judged, pairKey, type RuleUse, useIsBlocked } from './context.ts';
import { isNeeded } from './need-severity.ts';

/** The rules that need this conversation and are blocked between its ends, the most binding first, as the match lists them. */
export function blockedUses(judged: Judged, context: Context): RuleUse[] {
  const { client, server } = judged.conversation;
  const uses = [
    ...(context.usesByPair.get(pairKey(client, server)) ?? []),
    ...(context.usesByPair.get(pairKey(server, client)) ?? []),
  ].filter((use) => use.judged.includes(judged));
  const order = judged.verdict.kind === 'expected' ? judged.verdict.matches.map(({ rule }) => rule.id) : [];
  return uses
    .sort((a, b) => order.indexOf(a.rule.id) - order.indexOf(b.rule.id))
    .filter((use) => useIsBlocked(use) && isNeeded(use.match.need));
}
