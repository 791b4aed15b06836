/** The published JSON of a rule: names in snake_case, stable order of keys. */

import type { Rule } from './types.ts';

export function ruleJson(rule: Rule): Record<string, unknown> {
  return {
    id: rule.id,
    catalog: rule.catalog,
    section: rule.source.section,
    from: rule.from.join(', '),
    from_roles: rule.from,
    to: rule.to,
    direction: rule.direction,
    transport: rule.transport,
    ports: rule.ports,
    relation: rule.relation,
    service: rule.service,
    description: rule.description,
    need: rule.need,
    condition: rule.condition,
    phase: rule.phase,
    os: rule.os,
    applies_to: rule.appliesTo,
    notes: rule.notes,
    configurable: rule.configurable,
    setting: rule.setting,
    alternatives: rule.alternatives,
    fallback: rule.fallback,
    needs: rule.needs,
    since: rule.since,
    until: rule.until,
    ended: rule.ended,
    recovered: rule.recovered,
    versions: rule.versions.map(({ version, source, recovered, page, changes }) => ({
      version,
      ...source,
      recovered,
      page,
      changes,
    })),
    host: rule.endpoint?.host ?? null,
    path: rule.endpoint?.path ?? null,
    cloud: rule.endpoint?.cloud ?? null,
    remark: rule.remark,
    source: rule.source,
  };
}
