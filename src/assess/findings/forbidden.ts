import type { Kind } from '../kind.ts';
import { findingOf } from '../new-finding.ts';
import type { Finding } from '../types.ts';
import { passageOf } from '../verdicts.ts';
import { called, portText } from '../wording.ts';

/** What is told, by whether it came through. */
const TOLD = {
  through: { severity: 'high', what: 'uses', end: '' },
  unknown: { severity: 'medium', what: 'tried', end: ' The capture does not show whether it got through.' },
  stopped: { severity: 'low', what: 'tried', end: ' It did not get through.' },
} as const;

/** Traffic that the topology forbids. */
export const forbidden: Kind = {
  meta: { id: 'forbidden', title: 'Forbidden traffic', severity: 'high' },
  find(context) {
    const findings: Finding[] = [];
    for (const { conversation, verdict, reach } of context.judged) {
      if (verdict.kind !== 'forbidden') continue;
      const { rule } = verdict;
      const { severity, what, end } = TOLD[passageOf(conversation, reach)];
      findings.push(
        findingOf(
          {
            kind: forbidden.meta.id,
            severity,
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
