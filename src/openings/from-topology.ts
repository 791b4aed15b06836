/** The openings that a whole topology needs by the catalog and its own expectations, without any capture. */

import type { Candidate } from '../catalog/candidate.ts';
import type { RuleIndex } from '../catalog/index.ts';
import { toRule } from '../catalog/site-rules.ts';
import type { Need, Transport } from '../catalog/types.ts';
import type { Endpoint, Selector, Site, SiteRule } from '../site/index.ts';
import { dynamicNote, tftpAnswers } from './companions.ts';
import { ANYBODY, endOfEndpoint, endOfName, keyOfEnd } from './ends.ts';
import type { Demand, Party } from './gather.ts';
import type { End } from './types.ts';

/** Needs from which one may choose how much to open. */
export const OPEN_NEEDS = ['required', 'conditional', 'optional'] as const satisfies readonly Need[];
export type OpenNeed = (typeof OPEN_NEEDS)[number];

const TRANSPORTS: readonly Transport[] = ['tcp', 'udp', 'icmp'];

/** Endpoints between which no rule of the catalog can tell a difference. */
interface Alike {
  first: Endpoint;
  party: Party;
}

/** @param least the weakest need that is opened */
export function demandsOfTopology(site: Site, index: RuleIndex, least: OpenNeed): Demand[] {
  const wanted = (need: Need): boolean => {
    const rank = OPEN_NEEDS.indexOf(need as OpenNeed);
    return rank >= 0 && rank <= OPEN_NEEDS.indexOf(least);
  };
  const groups = alikeEndpoints(site);
  const demands: Demand[] = [];
  for (const client of groups) {
    for (const server of groups) {
      // One host alone needs no firewall towards itself.
      if (client === server && (client.party.ends.length === 1 || client.first.kind === 'internet')) continue;
      for (const transport of TRANSPORTS) {
        for (const candidate of index.between(client.first, server.first, transport)) {
          if (candidate.rule.catalog === 'site' || candidate.via === 'group' || !wanted(candidate.need)) continue;
          demands.push(...demandsOf(candidate, client, server));
        }
      }
    }
  }
  const order = new Map(index.rulesFor().map(({ rule }, place) => [rule.id, place]));
  demands.sort((one, other) => order.get(one.rule.id)! - order.get(other.rule.id)!);
  const own = site.model.expect.filter(({ need }) => wanted(need)).map((rule) => ownDemand(rule, site));
  return [...own, ...demands];
}

function demandsOf(candidate: Candidate, client: Alike, server: Alike): Demand[] {
  const { rule, need, ports, relation, reversed, via, host } = candidate;
  const named = host !== null && rule.endpoint !== null && server.first.kind === 'internet';
  const target = named ? nameParty(rule.endpoint!.host) : server.party;
  const demand: Demand = {
    rule,
    need,
    client: client.party,
    server: target,
    ports,
    relation,
    sourcePorts: null,
    sense: via === 'proxy' ? 'proxy' : reversed ? 'reversed' : 'direct',
    firstSeen: null,
    finding: null,
    outcome: null,
    notes: [
      ...(rule.condition === null ? [] : [`Needed where: ${rule.condition}.`]),
      ...(relation === 'any' && ports.length > 1
        ? ['One of these ports is enough: the topology can say which one it is.']
        : []),
      ...(rule.alternatives === null ? [] : ['One of several ways: rules of the same group stand in for one another.']),
      ...dynamicNote(ports),
    ],
  };
  const answers = tftpAnswers(demand, server.first);
  return [demand, ...(answers === null ? [] : [answers])];
}

function nameParty(host: string): Party {
  return { key: `name ${host}`, ends: [endOfName(host)], roles: new Set() };
}

/** Hosts, networks and the internet, put together where catalog rules treat them alike. */
function alikeEndpoints(site: Site): Alike[] {
  const groups = new Map<string, { first: Endpoint; ends: End[] }>();
  for (const endpoint of site.endpoints) {
    if (endpoint.base !== endpoint.index) continue;
    const end = endOfEndpoint(endpoint, site);
    if (end === null) continue;
    const { kind, allRoles, os, settings, proxyPorts, siteInitiatedOnly } = endpoint;
    const key = JSON.stringify([kind, [...allRoles].sort(), os, settings, proxyPorts, siteInitiatedOnly]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: endpoint, ends: [end] });
    else known.ends.push(end);
  }
  return [...groups].map(([key, { first, ends }]) => ({ first, party: { key, ends, roles: first.allRoles } }));
}

function ownDemand(own: SiteRule, site: Site): Demand {
  const rule = toRule(own, 'expect');
  return {
    rule,
    need: own.need,
    client: selected(own.from, own.fromText, site),
    server: selected(own.to, own.toText, site),
    ports: own.ports,
    relation: rule.relation,
    sourcePorts: null,
    sense: 'direct',
    firstSeen: null,
    finding: null,
    outcome: null,
    notes: dynamicNote(own.ports),
  };
}

function selected(selectors: readonly Selector[], text: string, site: Site): Party {
  const ends = new Map<string, End>();
  for (const end of selectors.flatMap((selector) => endsOfSelector(selector, site))) ends.set(keyOfEnd(end), end);
  return { key: text, ends: [...ends.values()], roles: new Set() };
}

function endsOfSelector(selector: Selector, site: Site): End[] {
  const bases = site.endpoints.filter(({ base, index, name }) => base === index && name !== null);
  const ends = (wanted: (endpoint: Endpoint) => boolean): End[] =>
    bases.filter(wanted).flatMap((endpoint) => endOfEndpoint(endpoint, site) ?? []);
  switch (selector.kind) {
    case 'any':
      return [ANYBODY];
    case 'internet':
      return [{ ...ANYBODY, kind: 'internet' }];
    case 'role':
      return ends(({ allRoles }) => allRoles.has(selector.role));
    case 'host':
      return ends(({ kind, name }) => kind === 'host' && name === selector.name);
    case 'area': {
      const interval = site.model.areas[selector.area];
      const network = site.model.networks.find(
        (one) =>
          one.interval.family === interval.family &&
          one.interval.first === interval.first &&
          one.interval.last === interval.last,
      );
      return [
        network === undefined
          ? { kind: 'address', name: null, intervals: [interval], isWindows: false }
          : { kind: 'network', name: network.name, intervals: [interval], isWindows: true },
      ];
    }
  }
}
