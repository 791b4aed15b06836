import { isBlocked } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { findingOf } from '../new-finding.ts';
import type { Finding } from '../types.ts';
import { called, portText } from '../wording.ts';

/** Traffic that the topology forbids. */
export const forbidden: Kind = {
  meta: { id: 'forbidden', title: 'Forbidden traffic', severity: 'high' },
  find(context) {
    const findings: Finding[] = [];
    for (const { conversation, verdict } of context.judged) {
      if (verdict.kind !== 'forbidden') continue;
      const { rule } = verdict;
      const stopped = conversation.fates.every(isBlocked);
      const what = stopped ? 'tried' : 'uses';
      const end = stopped ? ' It did not get through.' : '';
      findings.push(
        findingOf(
          {
            kind: forbidden.meta.id,
            severity: stopped ? 'low' : 'high',
            certainty: 'proven',
            message: `${called(conversation.client)} ${what} ${portText(conversation)} of ${called(conversation.server)}, which the topology forbids: ${rule.description}.${end}`,
            remedy: `Stop the program on ${called(conversation.client)} that does this, or block ${portText(conversation)}; if it is allowed after all, change "${rule.id}" in the topology.`,
            rule: [rule.id],
            source: rule.source,
          },
          conversation,
          conversation.fates,
          context,
        ),
      );
    }
    return findings;
  },
};
