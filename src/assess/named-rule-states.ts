import type { RuleStatus } from '../catalog/index.ts';
import type { Context } from './context.ts';
import type { InternetUse } from './internet-view.ts';
import { ruleOf, type StateAndReason } from './rule-report.ts';
import type { RuleReport } from './types.ts';
import { undecidedConnections } from './undecided.ts';
import { isLikelyBlocked, UNDECIDED_REASONS } from './verdicts.ts';

/** Uses of names of the internet, by the id of each rule that allows them. */
export function namedByRule({ internet }: Context): Map<string, InternetUse[]> {
  const byRule = new Map<string, InternetUse[]>();
  for (const use of internet.uses) {
    if (use.names.length === 0) continue;
    for (const { rule } of use.allowed) {
      const known = byRule.get(rule.id);
      if (known === undefined) byRule.set(rule.id, [use]);
      else known.push(use);
    }
  }
  return byRule;
}

/** A rule that names hosts goes by the connections that were made for them, also through a proxy. */
export function namedReport(status: RuleStatus, uses: readonly InternetUse[]): RuleReport {
  const connections = (...wanted: readonly string[]): number =>
    uses.reduce((sum, use) => sum + (wanted.includes(use.reach.state) ? use.connections : 0), 0);
  const open = uses.reduce(
    (sum, use) => sum + (use.reach.state === 'undecided' ? 0 : undecidedConnections(use, use.reach)),
    0,
  );
  const [works, undecided] = [connections('works', 'mixed') - open, connections('undecided') + open];
  const blocked = connections('blocked');
  const likely = uses.reduce((sum, { reach, connections }) => sum + (isLikelyBlocked(reach) ? connections : 0), 0);
  return { ...ruleOf(status), ...namedState(status, uses), works, blocked, blocked_likely: likely, undecided };
}

function namedState(status: RuleStatus, uses: readonly InternetUse[]): StateAndReason {
  if (uses.length === 0)
    return status.applies ? { state: 'not-seen', reason: null } : { state: 'not-applicable', reason: status.reason };
  const working = uses.filter(({ reach }) => reach.state === 'works' || reach.state === 'mixed');
  const reached = new Set(working.flatMap(({ client, names }) => names.map((name) => `${client.party} ${name}`)));
  const missing = uses.filter(
    ({ reach, client, names }) =>
      reach.state === 'blocked' && !names.some((name) => reached.has(`${client.party} ${name}`)),
  );
  if (missing.length > 0) return { state: working.length > 0 ? 'partly-blocked' : 'blocked', reason: null };
  if (working.length > 0) return { state: 'works', reason: null };
  for (const { reach } of uses)
    if (reach.state === 'undecided') return { state: 'undecided', reason: UNDECIDED_REASONS[reach.reason] };
  return { state: 'undecided', reason: null };
}
