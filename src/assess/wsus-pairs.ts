import { type Context, type Judged, pairKey, type RuleUse, useIsBlocked, useWorks } from './context.ts';
import type { Conversation } from './conversations.ts';

/** One port of a pair is blocked between two hosts, and the other one works. */
export interface BlockedHalf {
  judged: Judged;
  /** The rules of the blocked port and those that need it, in turn; the first is of the blocked one. */
  uses: RuleUse[];
  /** A conversation on the port that works. */
  works: Conversation;
}

/** Blocked halves of pairs of ports, as rules name them in their `needs`. Several tables list the same pair: it is one. */
export function blockedHalves(context: Context): Map<Conversation, BlockedHalf> {
  const halves = new Map<Conversation, BlockedHalf>();
  for (const use of context.uses) {
    if (use.rule.needs.length === 0 || !useWorks(use)) continue;
    const works = use.judged.find(({ reach }) => reach.state === 'works' || reach.state === 'mixed')!.conversation;
    for (const partner of context.usesByPair.get(pairKey(use.client, use.server)) ?? []) {
      if (!use.rule.needs.includes(partner.rule.id) || !useIsBlocked(partner)) continue;
      if (partner.network !== use.network) continue;
      for (const judged of partner.judged) {
        if (judged.reach.state !== 'blocked') continue;
        const half = halves.get(judged.conversation) ?? { judged, uses: [], works };
        halves.set(judged.conversation, half);
        half.uses.push(partner, use);
      }
    }
  }
  return halves;
}
