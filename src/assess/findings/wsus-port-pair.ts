import { blockedUses } from '../blocked-uses.ts';
import type { Context } from '../context.ts';
import { accuses, isBlocked } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { isSymptom, severityOf } from '../need-severity.ts';
import { findingOf } from '../new-finding.ts';
import { remedyOf } from '../remedies.ts';
import type { Finding } from '../types.ts';
import { called, likelyNote, portText, whatHappened } from '../wording.ts';
import { type BlockedHalf, blockedHalves } from '../wsus-pairs.ts';

/**
 * WSUS ports come in pairs (note 3 of the port page): a client that uses HTTPS needs the HTTP port too, for what is not encrypted.
 * The rules say so in their `needs`.
 */
export const wsusPortPair: Kind = {
  meta: { id: 'wsus-port-pair', title: 'Half of a pair of WSUS ports', severity: 'high' },
  find(context) {
    return [...blockedHalves(context).values()].map((half) => tell(half, context));
  },
};

function tell({ judged, uses, works }: BlockedHalf, context: Context): Finding {
  const { conversation, reach } = judged;
  const certainty = reach.state === 'blocked' ? reach.certainty : 'likely';
  const fates = conversation.fates.filter((fate) => isBlocked(fate) || accuses(fate));
  // The port may serve more than WSUS: nothing else tells of it.
  const others = blockedUses(judged, context);
  const binding = others[0] ?? uses[0];
  const server = called(conversation.server);
  return findingOf(
    {
      kind: wsusPortPair.meta.id,
      severity: severityOf(binding.match.need, fates, false),
      certainty,
      message: [
        `${called(conversation.client)} reaches WSUS on ${server} over ${portText(works)}, but not over ${portText(conversation)}: ${whatHappened(fates[0])}.`,
        'Both are needed: licence terms and other unencrypted content come over HTTP.',
        ...(certainty === 'likely' && !isSymptom(fates) ? [likelyNote(conversation, fates)] : []),
      ].join(' '),
      remedy: remedyOf(conversation, fates[0]),
      rule: [...new Set([...uses, ...others].map(({ rule }) => rule.id))],
      source: uses[0].rule.source,
    },
    conversation,
    fates,
    context,
  );
}
