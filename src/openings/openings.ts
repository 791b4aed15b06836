/** Change requests: from a report, or from a whole topology. */
import type { Report } from '../assess/types.ts';
import { compile } from '../catalog/index.ts';
import type { Catalog } from '../catalog/types.ts';
import type { Site } from '../site/index.ts';
import { demandsOfReport } from './from-findings.ts';
import { demandsOfTopology, type OpenNeed } from './from-topology.ts';
import { type Demand, gatherOpenings } from './gather.ts';
import type { Openings } from './types.ts';

/** What everybody of this site needs by the catalog and by its own expectations. */
export function openingsOfTopology(site: Site, catalog: Catalog, least: OpenNeed): Openings {
  const demands = demandsOfTopology(site, compile(catalog, site), least);
  return {
    site: nameOf(site),
    basis: `the whole topology ${site.path}`,
    openings: gatherOpenings(demands),
    failsLater: [],
    leftOut: [],
  };
}

/**
 * What is blocked and required by a report.
 * @param wholeRoles open the ports of blocked rules for all hosts and networks of their roles, not only those whose attempts failed
 */
export function openingsOfReport(report: Report, site: Site, catalog: Catalog, wholeRoles: boolean): Openings {
  const index = compile(catalog, site);
  const { demands, failsLater, leftOut } = demandsOfReport(report, site, index);
  const wide = (): Demand[] =>
    demandsOfTopology(site, index, 'optional').flatMap((demand) => likeBlocked(demand, demands));
  return {
    site: nameOf(site),
    basis: report.captures.map(({ path }) => (path === '-' ? 'standard input' : path)).join(', '),
    openings: gatherOpenings(wholeRoles ? wide() : demands),
    failsLater: gatherOpenings(failsLater),
    leftOut: leftOut.map(({ kind, message }) => `${kind}: ${message}`),
  };
}

/** The demand on those of its ports that were blocked for somebody; none where none was. */
function likeBlocked(demand: Demand, blocked: readonly Demand[]): Demand[] {
  const alike = blocked.filter(({ rule, sense }) => rule.id === demand.rule.id && sense === demand.sense);
  const ports = demand.ports.filter(({ first, last }) =>
    alike.some((one) => one.ports.some((range) => range.first <= last && first <= range.last)),
  );
  if (alike.length === 0 || (ports.length === 0 && demand.ports.length > 0)) return [];
  const [{ firstSeen, notes }] = alike;
  return [{ ...demand, ports, relation: ports.length === 1 ? 'single' : demand.relation, firstSeen, notes }];
}

function nameOf(site: Site): string {
  return site.name ?? site.path;
}
