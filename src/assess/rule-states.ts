import type { RuleStatus } from '../catalog/index.ts';
import { type Context, type Judged, type RuleUse, standIn, useIsBlocked, useWorks } from './context.ts';
import { namedByRule, namedReport } from './named-rule-states.ts';
import { ruleOf, type StateAndReason } from './rule-report.ts';
import type { RuleReport } from './types.ts';
import { undecidedConnections } from './undecided.ts';
import { isLikelyBlocked, UNDECIDED_REASONS } from './verdicts.ts';
import { portText } from './wording.ts';

/** The state of every rule of the catalog and of the site's own, in the order of the catalog. */
export function ruleStates(context: Context): RuleReport[] {
  const usesByRule = new Map<string, RuleUse[]>();
  for (const use of context.uses) {
    const known = usesByRule.get(use.rule.id);
    if (known === undefined) usesByRule.set(use.rule.id, [use]);
    else known.push(use);
  }
  const plain = plainByRule(context);
  const named = namedByRule(context);
  return context.index.rulesFor().map((status) => {
    const { id, endpoint } = status.rule;
    return endpoint === null
      ? reportOf(status, usesByRule.get(id) ?? [], plain.get(id) ?? 0, context)
      : namedReport(status, named.get(id) ?? []);
  });
}

/** Connections that simply work, by the id of each rule that expects them. */
export function plainByRule({ plain }: Context): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { verdict, connections } of plain) {
    for (const { rule } of verdict.matches) counts.set(rule.id, (counts.get(rule.id) ?? 0) + connections);
  }
  return counts;
}

/** @param plain connections under the rule that simply work */
function reportOf(status: RuleStatus, uses: RuleUse[], plain: number, context: Context): RuleReport {
  const { state, reason } = stateOf(status, uses, plain > 0, context);
  const counts = { works: plain, blocked: 0, blocked_likely: 0, undecided: 0 };
  for (const { judged } of uses) for (const one of judged) count(one, counts);
  return { ...ruleOf(status), state, reason, ...counts };
}

function count(
  { conversation, reach }: Judged,
  counts: Pick<RuleReport, 'works' | 'blocked' | 'blocked_likely' | 'undecided'>,
): void {
  const { connections } = conversation;
  if (reach.state === 'works' || reach.state === 'mixed') {
    // Of what gets through, connections that nobody can tell of, or that failed now and then.
    const open = undecidedConnections(conversation, reach);
    counts.works += connections - open;
    counts.undecided += open;
  } else if (reach.state === 'blocked') {
    counts.blocked += connections;
    if (isLikelyBlocked(reach)) counts.blocked_likely += connections;
  } else counts.undecided += connections;
}

function stateOf(status: RuleStatus, uses: RuleUse[], worksPlainly: boolean, context: Context): StateAndReason {
  if (uses.length === 0) {
    if (worksPlainly) return { state: 'works', reason: null };
    if (!status.applies) return { state: 'not-applicable', reason: status.reason };
    return { state: 'not-seen', reason: status.rule.transport === 'icmp' ? 'echo requests are not followed' : null };
  }
  const working = uses.filter(useWorks);
  const blocked = uses.filter((use) => useIsBlocked(use));
  const replaced = blocked.flatMap((use) => {
    const other = standIn(use, context);
    return other?.by === 'alternative' ? [{ use, by: other.use }] : [];
  });
  const missing = blocked.length - replaced.length;
  if (missing > 0) return { state: worksPlainly || working.length > 0 ? 'partly-blocked' : 'blocked', reason: null };
  if (replaced.length > 0)
    return { state: 'works', reason: `${portsOf(replaced[0].by)} works in place of ${portsOf(replaced[0].use)}` };
  if (worksPlainly || working.length > 0) {
    const reason =
      alternativeWithin(working) ?? (!worksPlainly && isIntermittent(uses) ? 'some connections failed' : null);
    return { state: 'works', reason };
  }
  return { state: 'undecided', reason: undecidedReason(uses) };
}

/** "80 or 8530": which of the ports works where the other is blocked, or null. */
function alternativeWithin(working: RuleUse[]): string | null {
  for (const { match, judged } of working) {
    if (match.relation !== 'any') continue;
    const open = judged.filter(({ reach }) => reach.state === 'works');
    const closed = judged.filter(({ reach }) => reach.state === 'blocked');
    if (open.length > 0 && closed.length > 0) return `${portsText(open)} works in place of ${portsText(closed)}`;
  }
  return null;
}

/** True where of each conversation some connections got through, and others did not. */
function isIntermittent(uses: RuleUse[]): boolean {
  return uses.every(({ judged }) => judged.every(({ reach }) => reach.state === 'mixed'));
}

function portsOf(use: RuleUse): string {
  return portsText(use.judged);
}

function portsText(judged: Judged[]): string {
  return [...new Set(judged.map(({ conversation }) => portText(conversation)))].join(', ');
}

function undecidedReason(uses: RuleUse[]): string | null {
  for (const { judged } of uses)
    for (const { reach } of judged) if (reach.state === 'undecided') return UNDECIDED_REASONS[reach.reason];
  return null;
}
