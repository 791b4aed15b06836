import type { RuleStatus } from '../catalog/index.ts';
import type { RuleReport, RuleState } from './types.ts';

export interface StateAndReason {
  state: RuleState;
  reason: string | null;
}

/** What a report tells of a rule whatever became of it. */
export function ruleOf({
  rule,
  need,
  portsText,
}: RuleStatus): Omit<RuleReport, keyof StateAndReason | 'works' | 'blocked' | 'blocked_likely' | 'undecided'> {
  return {
    id: rule.id,
    need,
    from: rule.from.join(', '),
    to: rule.to,
    proto: rule.transport,
    ports: [...portsText],
    source: rule.source,
  };
}
