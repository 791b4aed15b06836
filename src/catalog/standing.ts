/** Whether a rule stands at a site: its catalog, date, version, and whether both ends exist there. */

import type { Endpoint, Site } from '../site/index.ts';
import type { Catalog, Need, Rule } from './types.ts';

/** A rule as the chosen date or version has it, or why it does not stand at all. */
export type Edition =
  | { readonly stands: true; readonly rule: Rule; readonly need: Need; readonly note: string | null }
  | { readonly stands: false; readonly why: string };

/** The edition of a catalog rule that the site's choice of catalogs asks for. */
export function editionOf(rule: Rule, catalog: Catalog, site: Site): Edition {
  if (rule.catalog === 'site') return { stands: true, rule, need: rule.need, note: null };
  const choice = site.model.catalogs[rule.catalog];
  if (!choice.on) return { stands: false, why: `catalog ${rule.catalog} is off` };
  const { features, cloud } = site.model.internet;
  if (rule.feature !== null && features !== null && !features.includes(rule.feature))
    return { stands: false, why: `feature ${rule.feature} is not switched on` };
  const where = rule.endpoint?.cloud ?? 'any';
  if (where !== 'any' && cloud !== null && cloud !== where)
    return { stands: false, why: `of the ${where === 'usgov' ? 'US government' : 'public'} cloud` };
  const versions = catalog.versions.get(rule.catalog);
  return versions ? byVersion(rule, choice.version ?? versions.at(-1)!) : byDate(rule, choice.date);
}

function byVersion(rule: Rule, version: string): Edition {
  const held = rule.versions.find((v) => v.version === version);
  if (!held) return { stands: false, why: `not in version ${version} of the document` };
  const { need, condition, text, fallback } = held.changes;
  const edition: Rule = {
    ...rule,
    need: need ?? rule.need,
    condition: condition ?? rule.condition,
    description: text ?? rule.description,
    fallback: fallback ?? rule.fallback,
    recovered: held.recovered,
    source: held.source,
  };
  return { stands: true, rule: edition, need: edition.need, note: null };
}

/** `date` null: the newest documentation. */
function byDate(rule: Rule, date: string | null): Edition {
  if (rule.since !== null && date !== null && date < rule.since) {
    return { stands: false, why: `documented from ${rule.since} on, the catalog is asked as of ${date}` };
  }
  if (rule.until !== null && (date === null || date >= rule.until)) {
    return { stands: true, rule, need: 'historic', note: `history since ${rule.until}: ${rule.ended}` };
  }
  return { stands: true, rule, need: rule.need, note: null };
}

/** Endpoints that can be the two ends of a rule; bases only. */
export interface Ends {
  readonly from: readonly Endpoint[];
  readonly to: readonly Endpoint[];
}

export function endsOf(rule: Rule, bases: readonly Endpoint[]): Ends {
  const has = (endpoint: Endpoint, roles: readonly string[]) => roles.some((role) => endpoint.allRoles.has(role));
  return {
    from: bases.filter((e) => has(e, rule.from)),
    to: bases.filter((e) => e.allRoles.has(rule.to) && (rule.appliesTo.length === 0 || has(e, rule.appliesTo))),
  };
}

/** Why the rule has no pair of ends at the site, or null. */
export function missingEnds(rule: Rule, { from, to }: Ends): string | null {
  if (from.length === 0) return `no host or network has the role ${rule.from.join(' or ')}`;
  if (to.length === 0) return `no host or network has the role ${rule.to}`;
  const only = from[0]!;
  if (from.length === 1 && to.length === 1 && to[0] === only && only.kind === 'host') {
    return rule.from.includes(rule.to)
      ? `only ${only.name} has the role ${rule.to}`
      : `both roles are on ${only.name}, nothing goes over the network`;
  }
  return null;
}
