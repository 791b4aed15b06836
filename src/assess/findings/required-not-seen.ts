import type { RuleStatus } from '../../catalog/index.ts';
import { roleName } from '../../catalog/roles.ts';
import type { Kind } from '../kind.ts';
import { endsOf } from '../new-finding.ts';
import { plainByRule } from '../rule-states.ts';
import { isOnlyReset } from '../verdicts.ts';

/** Rules that are required and of whose traffic the capture shows nothing: no fault, but no proof either. */
export const requiredNotSeen: Kind = {
  meta: { id: 'required-not-seen', title: 'Required, but not seen', severity: 'info' },
  find(context) {
    const { index, uses } = context;
    const tried = uses.filter(({ judged }) => judged.some(({ conversation }) => !isOnlyReset(conversation)));
    const seen = new Set([...tried.map(({ rule }) => rule.id), ...plainByRule(context).keys()]);
    const missing = index
      .rulesFor()
      .filter(
        ({ rule, applies, need }) => applies && need === 'required' && rule.transport !== 'icmp' && !seen.has(rule.id),
      );
    return inFacts(missing).map((alike) => {
      const [{ rule, portsText }] = alike;
      return {
        kind: requiredNotSeen.meta.id,
        severity: 'info' as const,
        certainty: 'proven' as const,
        message: `No ${rule.transport}/${portsText.join(' or ')} from ${rule.from.map(roleName).join(' or ')} to ${roleName(rule.to)} is in the capture: ${rule.description} (rule ${rule.id}) can be neither confirmed nor denied.`,
        remedy: 'Capture where this traffic passes, and while it is used.',
        rule: alike.map((one) => one.rule.id),
        source: rule.source,
        ...endsOf(null, null),
        src_roles: [...rule.from],
        dest_roles: [rule.to],
        proto: rule.transport,
        dest_port: singlePort(portsText),
        outcome: null,
        drop: null,
        count: 0,
        attempts: 0,
        frames: [],
        capture: null,
        first_ts: null,
        last_ts: null,
        display_filter: null,
      };
    });
  },
};

/** Several documents ask for the same between the same roles: that is one fact, of which the first rule speaks. */
function inFacts(missing: readonly RuleStatus[]): RuleStatus[][] {
  const facts = new Map<string, RuleStatus[]>();
  for (const one of missing) {
    const { rule, portsText } = one;
    const fact = JSON.stringify([rule.from, rule.to, rule.transport, portsText]);
    const known = facts.get(fact);
    if (known === undefined) facts.set(fact, [one]);
    else known.push(one);
  }
  return [...facts.values()];
}

/** The port where there is exactly one. */
function singlePort(ports: readonly string[]): number | null {
  return ports.length === 1 && /^\d+$/.test(ports[0]) ? Number(ports[0]) : null;
}
