/** Picks rules by what somebody asks for. Each criterion narrows; none at all leaves every rule. */

import { DYNAMIC_SINCE_2008, overlaps, parsePortRange, portSpecRange } from './ports.ts';
import { expandRoles } from './roles.ts';
import type { Catalog, CatalogName, Need, PortRange, Rule, Transport } from './types.ts';

export interface RuleFilter {
  /** Role id: rules of which it can be an end, also by what it implies. */
  readonly role?: string | undefined;
  readonly ports?: PortQuery | undefined;
  readonly catalog?: CatalogName | undefined;
  readonly need?: Need | undefined;
  /** Every word must occur in the id, description, service, host, condition or section, in any case. */
  readonly text?: string | undefined;
  /** ISO date: rules as documented on that day. */
  readonly date?: string | undefined;
}

export interface PortQuery {
  readonly transport: Transport | null;
  readonly range: PortRange | null;
}

/** "443", "tcp/443", "udp/63000-64000" or "icmp"; undefined where it is none of these. */
export function parsePortQuery(text: string): PortQuery | undefined {
  const match = /^(?:(tcp|udp|icmp)(?:\/|$))?(.*)$/i.exec(text.trim());
  const transport = (match?.[1]?.toLowerCase() ?? null) as Transport | null;
  const rest = match?.[2] ?? '';
  if (rest === '') return transport ? { transport, range: null } : undefined;
  const range = parsePortRange(rest);
  return range && transport !== 'icmp' ? { transport, range } : undefined;
}

export function filterRules(catalog: Catalog, filter: RuleFilter): Rule[] {
  const roles = filter.role === undefined ? null : rolesOf(filter.role);
  const words = (filter.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return catalog.rules.filter(
    (rule) =>
      (filter.catalog === undefined || rule.catalog === filter.catalog) &&
      (filter.need === undefined || rule.need === filter.need) &&
      (roles === null || roles.has(rule.to) || rule.from.some((role) => roles.has(role))) &&
      (filter.ports === undefined || hasPort(rule, filter.ports)) &&
      (filter.date === undefined || standsOn(rule, filter.date)) &&
      words.every((word) => searchText(rule).includes(word)),
  );
}

/** With what the role implies, but without `any`: that would be no filter. */
function rolesOf(role: string): ReadonlySet<string> {
  if (role === 'any') return new Set(['any']);
  const roles = new Set(expandRoles([role]));
  roles.delete('any');
  return roles;
}

function hasPort(rule: Rule, { transport, range }: PortQuery): boolean {
  if (transport !== null && rule.transport !== transport) return false;
  if (range === null) return true;
  return rule.ports.some((spec) => overlaps(portSpecRange(spec, DYNAMIC_SINCE_2008), range));
}

function standsOn(rule: Rule, date: string): boolean {
  if (rule.versions.length > 0)
    return rule.versions.some((version) => version.source.date !== null && version.source.date <= date);
  return (rule.since === null || rule.since <= date) && (rule.until === null || date < rule.until);
}

function searchText(rule: Rule): string {
  const { id, description, service, endpoint, condition, source, remark } = rule;
  return [id, description, service, endpoint?.host, condition, source.section, remark].join('\n').toLowerCase();
}
