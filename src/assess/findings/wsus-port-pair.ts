import { type Context, pairKey, type RuleUse, useIsBlocked, useWorks } from '../context.ts';
import { type Conversation, isBlocked } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { findingOf } from '../new-finding.ts';
import type { Finding } from '../types.ts';
import { called, portText } from '../wording.ts';

/**
 * WSUS ports come in pairs (note 3 of the port page): a client that uses HTTPS needs the HTTP port too, for what is not encrypted.
 * The rules say so in their `needs`.
 */
export const wsusPortPair: Kind = {
  meta: { id: 'wsus-port-pair', title: 'Half of a pair of WSUS ports', severity: 'medium' },
  find(context) {
    // Several tables list the same pair of ports: one finding names all of their rules.
    const told = new Map<Conversation, Finding>();
    for (const use of context.uses) {
      if (use.rule.needs.length === 0 || !useWorks(use)) continue;
      const partners = context.usesByPair.get(pairKey(use.client, use.server)) ?? [];
      for (const partner of partners) {
        if (!use.rule.needs.includes(partner.rule.id) || !useIsBlocked(partner)) continue;
        for (const { conversation, reach } of partner.judged) {
          if (reach.state !== 'blocked') continue;
          const known = told.get(conversation);
          if (known === undefined) told.set(conversation, tell(use, partner, conversation, context));
          else known.rule.push(partner.rule.id, use.rule.id);
        }
      }
    }
    return [...told.values()];
  },
};

function tell(use: RuleUse, partner: RuleUse, conversation: Conversation, context: Context): Finding {
  const works = use.judged.find(({ reach }) => reach.state === 'works' || reach.state === 'mixed')!.conversation;
  return findingOf(
    {
      kind: wsusPortPair.meta.id,
      severity: 'medium',
      certainty: 'proven',
      message: `${called(use.client)} reaches WSUS on ${called(use.server)} over ${portText(works)}, but not over ${portText(conversation)}. Both are needed: licence terms and other unencrypted content come over HTTP.`,
      remedy: `Open ${portText(conversation)} from ${called(use.client)} to ${called(use.server)} besides ${portText(works)}.`,
      rule: [partner.rule.id, use.rule.id],
      source: partner.rule.source,
    },
    conversation,
    conversation.fates.filter((fate) => isBlocked(fate) || fate.symptom !== null),
    context,
  );
}
