import { hostPattern } from '../../catalog/host-pattern.ts';
import type { RuleStatus } from '../../catalog/index.ts';
import { roleName } from '../../catalog/roles.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { endsOf } from '../new-finding.ts';
import type { Finding } from '../types.ts';
import { counted } from '../wording.ts';

const NAMES_IN_MESSAGE = 6;

/** Names of features that the topology switches on, of which the capture shows neither a lookup nor a connection. */
export const endpointNotSeen: Kind = {
  meta: { id: 'endpoint-not-seen', title: 'Internet endpoints that were not seen', severity: 'info' },
  find(context) {
    const { features, names: own } = context.site.model.internet;
    // Of names that were not kept, nobody knows which they are.
    if (features === null || context.names.losses.dropped > 0) return [];
    const seen = namesSeen(context);
    const missing = new Map<string, { all: number; rules: RuleStatus[] }>();
    for (const status of context.index.rulesFor()) {
      const { rule, applies, need } = status;
      if (!applies || rule.endpoint === null || rule.feature === null || need === 'historic' || need === 'nominal')
        continue;
      const key = `${rule.feature} ${rule.from.join(' ')}`;
      const group = missing.get(key) ?? { all: 0, rules: [] };
      missing.set(key, group);
      group.all++;
      const pattern = hostPattern(rule.endpoint.host, own);
      if (!seen.some((name) => pattern.test(name))) group.rules.push(status);
    }
    return [...missing.values()].flatMap(({ all, rules }) => (rules.length === 0 ? [] : [tell(all, rules)]));
  },
};

function namesSeen({ names, internet }: Context): string[] {
  const seen = new Set(internet.uses.flatMap((use) => use.names));
  for (const { name } of names.lookups) seen.add(name);
  if (names.losses.setAside > 0) for (const name of names.everyName()) seen.add(name);
  return [...seen];
}

function tell(all: number, missing: readonly RuleStatus[]): Finding {
  const { rule } = missing[0]!;
  const hosts = [...new Set(missing.map((one) => one.rule.endpoint!.host))];
  const named = hosts.slice(0, NAMES_IN_MESSAGE).join(', ');
  const more = hosts.length > NAMES_IN_MESSAGE ? `, and ${hosts.length - NAMES_IN_MESSAGE} more` : '';
  return {
    kind: endpointNotSeen.meta.id,
    severity: 'info',
    certainty: 'proven',
    message: `${counted(missing.length, 'of the endpoints', 'of the endpoints')} for ${rule.feature} (${all} in all) of ${rule.from.map(roleName).join(' or ')} ${missing.length === 1 ? 'was' : 'were'} neither looked up nor used: ${named}${more}.`,
    remedy: 'Capture where this traffic passes, and while the feature is used.',
    rule: missing.map((one) => one.rule.id),
    source: rule.source,
    ...endsOf(null, null),
    src_roles: [...rule.from],
    dest_roles: [rule.to],
    proto: 'tcp',
    dest_port: null,
    outcome: null,
    count: 0,
    attempts: 0,
    frames: [],
    capture: null,
    first_ts: null,
    last_ts: null,
    display_filter: null,
    drop: null,
    subject: `${rule.feature} ${rule.from.join(' ')}`,
  };
}
