import { type Context, pairKey, type RuleUse, useIsBlocked, useWorks } from '../context.ts';
import { isBlocked } from '../conversations.ts';
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
    return context.uses.flatMap((use) => {
      if (use.rule.needs.length === 0 || !useWorks(use)) return [];
      const partners = context.usesByPair.get(pairKey(use.client, use.server)) ?? [];
      return partners
        .filter((partner) => use.rule.needs.includes(partner.rule.id) && useIsBlocked(partner))
        .flatMap((partner) => tell(use, partner, context));
    });
  },
};

function tell(use: RuleUse, partner: RuleUse, context: Context): Finding[] {
  const works = use.judged.find(({ reach }) => reach.state === 'works' || reach.state === 'mixed')!.conversation;
  return partner.judged
    .filter(({ reach }) => reach.state === 'blocked')
    .map(({ conversation }) =>
      findingOf(
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
      ),
    );
}
