/** Expectations and prohibitions of the site's own, as rules. */

import type { Endpoint, Selector, SiteRule } from '../site/index.ts';
import { formatPortRange } from './ports.ts';
import type { Relation, Rule } from './types.ts';

const EVERY_PORT = '0-65535';

export function isSelected(endpoint: Endpoint, selectors: readonly Selector[]): boolean {
  return selectors.some((selector) => selects(selector, endpoint));
}

function selects(selector: Selector, endpoint: Endpoint): boolean {
  switch (selector.kind) {
    case 'any':
      return true;
    case 'internet':
      return endpoint.kind === 'internet';
    case 'role':
      return endpoint.allRoles.has(selector.role);
    case 'host':
      return endpoint.kind === 'host' && endpoint.name === selector.name;
    case 'area':
      return endpoint.areas.has(selector.area);
  }
}

/** `from` and `to` hold the words of the file, not role ids. */
export function toRule(own: SiteRule, section: 'expect' | 'forbid'): Rule {
  const ports = own.ports.length === 0 && own.transport !== 'icmp' ? [EVERY_PORT] : own.ports.map(formatPortRange);
  const relation: Relation = own.transport === 'icmp' ? 'none' : ports.length > 1 ? 'any' : 'range';
  return {
    id: own.id,
    catalog: 'site',
    from: [own.fromText],
    to: own.toText,
    direction: 'one-way',
    transport: own.transport,
    ports,
    relation: ports.length === 1 && !ports[0]!.includes('-') ? 'single' : relation,
    service: 'own',
    description: own.reason ?? (section === 'expect' ? 'an expectation of the topology' : 'forbidden here'),
    need: own.need,
    condition: null,
    phase: null,
    os: null,
    appliesTo: [],
    notes: [],
    configurable: false,
    setting: null,
    alternatives: null,
    fallback: [],
    needs: [],
    since: null,
    until: null,
    ended: null,
    versions: [],
    recovered: false,
    endpoint: null,
    feature: null,
    remark: null,
    source: { document: 'site.yaml', date: null, section },
  };
}
