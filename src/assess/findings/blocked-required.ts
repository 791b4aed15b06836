import { KERBEROS_PORT } from '../../stories/kerberos.ts';
import { inOtherNetworks, neededUses, otherWay, worksOverTcp } from '../blocked-uses.ts';
import { type Context, type Judged, type RuleUse, standIn, useIsBlocked } from '../context.ts';
import { accuses, type Conversation, type Fate, isBlocked } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { isSymptom, severityOf } from '../need-severity.ts';
import { findingOf } from '../new-finding.ts';
import { remedyOf } from '../remedies.ts';
import type { Certainty, Finding } from '../types.ts';
import { called, likelyNote, portText, ruleText, whatHappened } from '../wording.ts';
import { blockedHalves } from '../wsus-pairs.ts';
import { isToldByName } from './endpoint-blocked.ts';

/** Traffic that a rule requires, was tried, and did not get through. */
export const blockedRequired: Kind = {
  meta: { id: 'blocked-required', title: 'Required traffic is blocked', severity: 'high' },
  find(context) {
    const findings: Finding[] = [];
    const halves = blockedHalves(context);
    for (const judged of context.judged) {
      if (judged.verdict.kind !== 'expected' || judged.reach.state !== 'blocked') continue;
      // Network boot and TFTP have findings of their own, which say more.
      if (context.storyReach.isTold(judged.conversation)) continue;
      // So has a port that RPC handed out.
      if (context.rpc.blocked.has(judged)) continue;
      // So has the half of a pair of ports.
      if (halves.has(judged.conversation)) continue;
      // So has what is known by its name.
      if (context.internet.usesOf(judged.conversation).some(isToldByName)) continue;
      const needed = neededUses(judged, context);
      const other = otherWay(judged, needed, context);
      const uses = other === null ? needed.filter(useIsBlocked) : needed;
      if (uses.length > 0) findings.push(...tell(judged, uses, other, judged.reach.certainty, context));
    }
    return findings;
  },
};

/** @param other the same port over other addresses of the two, which works */
function tell(
  judged: Judged,
  uses: RuleUse[],
  other: Conversation | null,
  certainty: Certainty,
  context: Context,
): Finding[] {
  const standIns = uses.map((use) => standIn(use, context));
  // Another alternative works: nothing that is required is missing. The rule's state says which one works.
  if (standIns.some((instead) => instead?.by === 'alternative')) return [];
  const { conversation } = judged;
  const use = uses[0];
  const fallback = standIns.find((instead) => instead?.by === 'fallback');
  const fates = conversation.fates.filter((fate) => isBlocked(fate) || accuses(fate));
  const severity = severityOf(use.match.need, fates, other !== null || Boolean(fallback));
  const notes = [
    use.match.need === 'conditional' && use.rule.condition !== null ? `Needed where: ${use.rule.condition}.` : null,
    other === null ? null : worksOver(other, conversation),
    worksIn(inOtherNetworks(judged, uses, context)),
    fallback ? `${portText(fallback.use.judged[0].conversation)} works in its place (${fallback.use.rule.id}).` : null,
    sentToTcp(conversation, context),
    certainty === 'likely' && !isSymptom(fates)
      ? likelyNote(conversation, fates, worksOverTcp(conversation, context))
      : null,
  ];
  return byOutcome(fates).map((group) =>
    findingOf(
      {
        kind: blockedRequired.meta.id,
        severity,
        certainty,
        message: [
          `${called(conversation.client)} does not reach ${called(conversation.server)} on ${portText(conversation)}, ${ruleText(use.rule)}: ${whatHappened(group[0])}.`,
          ...notes.filter((note) => note !== null),
        ].join(' '),
        remedy: remedyOf(conversation, group[0]),
        rule: uses.map(({ rule }) => rule.id),
        source: use.rule.source,
      },
      conversation,
      group,
      context,
    ),
  );
}

/** Kerberos over UDP works, and says itself that it does not suffice. */
function sentToTcp({ client, server, proto, port }: Conversation, context: Context): string | null {
  if (proto !== 'tcp' || port !== KERBEROS_PORT) return null;
  const told = context.stories.tooBigForUdp.get(`${client.ip} ${server.ip}`);
  if (told === undefined) return null;
  return `Over UDP the server answered that its answer is too big (frame ${context.place(told.frame).frame}): the client has to go on over TCP.`;
}

/** One finding an outcome: a reset and silence have different causes. */
function byOutcome(fates: Fate[]): Fate[][] {
  return fates.map((fate) => [fate]);
}

function worksIn(others: readonly Conversation[]): string | null {
  return others.length === 0 ? null : `It works in ${others.map(({ network }) => network!.text).join(' and in ')}.`;
}

function worksOver({ client, server }: Conversation, blocked: Conversation): string {
  return server === blocked.server ? `It works from ${client.ip}.` : `It works over ${server.ip}.`;
}
