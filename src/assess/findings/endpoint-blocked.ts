import type { Context } from '../context.ts';
import { isBlocked } from '../conversations.ts';
import type { InternetUse } from '../internet-view.ts';
import type { Kind } from '../kind.ts';
import { isNeeded, isSymptom, severityOf } from '../need-severity.ts';
import { findingOf } from '../new-finding.ts';
import { remedyOf } from '../remedies.ts';
import type { Finding } from '../types.ts';
import { called, likelyNote, listText, whatHappened } from '../wording.ts';

/** A name that is allowed was used, and its connection did not get through. */
export const endpointBlocked: Kind = {
  meta: { id: 'endpoint-blocked', title: 'Internet endpoints that are blocked', severity: 'high' },
  find(context) {
    const worked = namesThatWork(context.internet.uses);
    return context.internet.uses.flatMap((use) => {
      if (use.reach.state !== 'blocked' || use.names.length === 0 || use.allowed.length === 0) return [];
      return tell(use, worked, context);
    });
  },
};

/** True where a blocked conversation is told here by its names, and nowhere else. */
export function isToldByName(use: InternetUse): boolean {
  return use.reach.state === 'blocked' && use.names.length > 0 && use.allowed.length > 0;
}

/** Client and name that got through over another address: names of content networks have many. */
function namesThatWork(uses: readonly InternetUse[]): Set<string> {
  const working = uses.filter(({ reach }) => reach.state === 'works' || reach.state === 'mixed');
  return new Set(working.flatMap(({ client, names }) => names.map((name) => `${client.party} ${name}`)));
}

function tell(use: InternetUse, worked: ReadonlySet<string>, context: Context): Finding[] {
  const { client, server, names, allowed, fates, port, targetPort, conversation } = use;
  const match = allowed.find(({ need }) => isNeeded(need)) ?? allowed[0]!;
  const failed = fates.filter((fate) => isBlocked(fate) || (fate.symptom !== null && !fate.lossy));
  const elsewhere = names.some((name) => worked.has(`${client.party} ${name}`));
  const certainty = use.reach.state === 'blocked' ? use.reach.certainty : 'likely';
  const name = names.join(' or ');
  const way =
    targetPort === null
      ? `${name} (${server.ip}) on tcp/${port}`
      : `${name} on tcp/${targetPort} through ${called(server)}`;
  return failed.map((fate) => {
    const notes = [
      match.need === 'conditional' && match.rule.condition !== null ? `Needed where: ${match.rule.condition}.` : null,
      elsewhere ? 'The name works over another address.' : null,
      fate.symptom === 'reset-after-request'
        ? 'A reset right after the first request is how filters work that read the name (TLS inspection, web filters).'
        : null,
      certainty === 'likely' && !isSymptom([fate]) ? likelyNote(conversation, [fate]) : null,
    ];
    return {
      ...findingOf(
        {
          kind: endpointBlocked.meta.id,
          severity: severityOf(match.need, [fate], elsewhere),
          certainty,
          message: [
            `${called(client)} does not reach ${way}, ${listText(match.rule)}: ${whatHappened(fate)}.`,
            ...notes.filter((note) => note !== null),
          ].join(' '),
          remedy: `${remedyOf(conversation, fate)} Allow the name, not the address: it changes.`,
          rule: allowed.map(({ rule }) => rule.id),
          source: match.rule.source,
        },
        conversation,
        [fate],
        context,
      ),
      subject: `${client.endpoint.name ?? client.ip} ${name} tcp/${targetPort ?? port} ${fate.symptom ?? fate.outcome}`,
    };
  });
}
