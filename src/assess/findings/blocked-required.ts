import type { Need } from '../../catalog/types.ts';
import { type Context, type Judged, pairKey, type RuleUse, standIn, useIsBlocked } from '../context.ts';
import { type Fate, isBlocked } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { findingOf } from '../new-finding.ts';
import { remedyOf } from '../remedies.ts';
import type { Certainty, Finding, Severity } from '../types.ts';
import { called, portText, ruleText, whatHappened } from '../wording.ts';

/** Nominal and historic rules are not needed: what they speak of may fail. */
const SEVERITY_BY_NEED: Partial<Record<Need, Severity>> = { required: 'high', conditional: 'medium', optional: 'low' };
const WEAKER: Record<Severity, Severity> = { high: 'medium', medium: 'low', low: 'info', info: 'info' };

/** Traffic that a rule requires, was tried, and did not get through. */
export const blockedRequired: Kind = {
  meta: { id: 'blocked-required', title: 'Required traffic is blocked', severity: 'high' },
  find(context) {
    const findings: Finding[] = [];
    for (const judged of context.judged) {
      if (judged.verdict.kind !== 'expected' || judged.reach.state !== 'blocked') continue;
      const uses = usesOf(judged, context).filter(
        (use) => useIsBlocked(use) && SEVERITY_BY_NEED[use.match.need] !== undefined,
      );
      if (uses.length > 0) findings.push(...tell(judged, uses, judged.reach.certainty, context));
    }
    return findings;
  },
};

/** The rules that expect this conversation, the most binding first, as the match lists them. */
function usesOf(judged: Judged, context: Context): RuleUse[] {
  const { client, server } = judged.conversation;
  const uses = [
    ...(context.usesByPair.get(pairKey(client, server)) ?? []),
    ...(context.usesByPair.get(pairKey(server, client)) ?? []),
  ].filter((use) => use.judged.includes(judged));
  const order = judged.verdict.kind === 'expected' ? judged.verdict.matches.map(({ rule }) => rule.id) : [];
  return uses.sort((a, b) => order.indexOf(a.rule.id) - order.indexOf(b.rule.id));
}

function tell(judged: Judged, uses: RuleUse[], certainty: Certainty, context: Context): Finding[] {
  const standIns = uses.map((use) => standIn(use, context));
  // Another alternative works: nothing that is required is missing. The rule's state says which one works.
  if (standIns.some((other) => other?.by === 'alternative')) return [];
  const { conversation } = judged;
  const use = uses[0];
  const fallback = standIns.find((other) => other?.by === 'fallback');
  const fates = conversation.fates.filter((fate) => isBlocked(fate) || fate.symptom !== null);
  const strongest = SEVERITY_BY_NEED[use.match.need]!;
  const isSymptom = fates.every(({ symptom }) => symptom !== null);
  const severity = fallback || isSymptom ? WEAKER[strongest] : strongest;
  const notes = [
    use.match.need === 'conditional' && use.rule.condition !== null ? `Needed where: ${use.rule.condition}.` : null,
    fallback ? `${portText(fallback.use.judged[0].conversation)} works in its place (${fallback.use.rule.id}).` : null,
    certainty === 'likely' && !isSymptom ? likelyNote(fates) : null,
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

function likelyNote(fates: Fate[]): string {
  return fates.some(({ outcome }) => outcome === 'half-open')
    ? 'The fault lies between the capture point and the client.'
    : 'The server says nothing at all in this capture: it may also be down.';
}

/** One finding an outcome: a reset and silence have different causes. */
function byOutcome(fates: Fate[]): Fate[][] {
  return fates.map((fate) => [fate]);
}
