/**
 * The rules compiled for one site. `match` is asked once for each distinct pair of endpoints, transport and port; what
 * can apply between two kinds of endpoints is worked out once and kept.
 */

import type { Endpoint, Site } from '../site/index.ts';
import { applyRule, type Candidate, type RuleMatch, type Standing } from './candidate.ts';
import { hostPattern } from './host-pattern.ts';
import { formatPortRange, inRanges } from './ports.ts';
import { profilesOf } from './profiles.ts';
import { resolvePorts } from './resolve-ports.ts';
import { isSelected, toRule } from './site-rules.ts';
import { editionOf, endsOf, missingEnds } from './standing.ts';
import type { Catalog, Need, PortRange, Rule, Transport } from './types.ts';

/** A rule and whether it stands at the site. */
export interface RuleStatus {
  readonly rule: Rule;
  readonly applies: boolean;
  /** Why it does not apply; where it applies, a remark such as "history since …", or null. */
  readonly reason: string | null;
  readonly need: Need;
  /** Resolved for every server of the site, each once; with no server at hand, for the site's settings. */
  readonly ports: readonly PortRange[];
  readonly portsText: readonly string[];
}

const NEED_ORDER: Readonly<Record<Need, number>> = {
  required: 0,
  conditional: 1,
  optional: 2,
  historic: 3,
  nominal: 4,
};
const TRANSPORTS: readonly Transport[] = ['tcp', 'udp', 'icmp'];

export class RuleIndex {
  readonly #site: Site;
  readonly #standing: ReadonlyMap<Transport, readonly Standing[]>;
  readonly #statuses: readonly RuleStatus[];
  readonly #expect: readonly { readonly standing: Standing; readonly matches: (c: Endpoint, s: Endpoint) => boolean }[];
  readonly #forbid: readonly {
    readonly rule: Rule;
    readonly ranges: readonly PortRange[];
    readonly matches: (c: Endpoint, s: Endpoint) => boolean;
  }[];
  /** Roles that exist at the site: servers behind a broadcast. */
  readonly #present: ReadonlySet<string>;
  /** Endpoints with equal facts share a profile; the cache goes by pairs of profiles. */
  readonly #profiles: Int32Array;
  readonly #candidates = new Map<number, readonly Candidate[]>();
  /** What `match` said without a name, by port. At most as many ports as a capture shows between two kinds of endpoints. */
  readonly #matches = new Map<readonly Candidate[], Map<number, readonly RuleMatch[]>>();

  constructor(catalog: Catalog, site: Site) {
    this.#site = site;
    const bases = site.endpoints.filter((endpoint) => endpoint.base === endpoint.index);
    this.#present = new Set(bases.flatMap((endpoint) => [...endpoint.allRoles]));
    const byTransport = new Map<Transport, Standing[]>(TRANSPORTS.map((t) => [t, []]));
    const statuses: RuleStatus[] = [];
    catalog.rules.forEach((rule, order) => {
      const edition = editionOf(rule, catalog, site);
      if (!edition.stands) {
        statuses.push(this.#status(rule, false, edition.why, rule.need, []));
        return;
      }
      const ends = endsOf(edition.rule, bases);
      const missing = missingEnds(edition.rule, ends);
      statuses.push(this.#status(edition.rule, missing === null, missing ?? edition.note, edition.need, ends.to));
      if (ends.from.length === 0 || ends.to.length === 0) return;
      const host = edition.rule.endpoint ? hostPattern(edition.rule.endpoint.host, site.model.internet.names) : null;
      byTransport.get(rule.transport)!.push({ rule: edition.rule, need: edition.need, order, host });
    });
    this.#standing = byTransport;
    this.#expect = site.model.expect.map((own) => {
      const rule = toRule(own, 'expect');
      statuses.push(this.#status(rule, true, null, rule.need, []));
      return {
        standing: { rule, need: rule.need, order: -1, host: null },
        matches: (c: Endpoint, s: Endpoint) => isSelected(c, own.from) && isSelected(s, own.to),
      };
    });
    this.#forbid = site.model.forbid.map((own) => {
      const rule = toRule(own, 'forbid');
      return {
        rule,
        ranges: resolvePorts(rule, { settings: {}, os: null }).ranges,
        matches: (c: Endpoint, s: Endpoint) => isSelected(c, own.from) && isSelected(s, own.to),
      };
    });
    this.#statuses = statuses;
    this.#profiles = profilesOf(site.endpoints);
  }

  /** Every rule of the catalog and of the site's own expectations, in the order of the catalog. */
  rulesFor(): readonly RuleStatus[] {
    return this.#statuses;
  }

  /**
   * Rules that expect a connection from `client` to `port` of `server`, the most binding first: a rule of the site's own,
   * then by need, then in catalog order. `serverName` is the name under which the client knows the server (DNS, TLS):
   * with it, rules that name another host are left out; without it, they come last and say `name: 'unknown'`.
   * For ICMP the port is ignored.
   */
  match(
    client: Endpoint,
    server: Endpoint,
    transport: Transport,
    port: number,
    serverName?: string,
  ): readonly RuleMatch[] {
    const candidates = this.#between(client, server, transport);
    if (serverName !== undefined) return matching(candidates, transport, port, serverName);
    let byPort = this.#matches.get(candidates);
    if (byPort === undefined) {
      byPort = new Map();
      this.#matches.set(candidates, byPort);
    }
    let matches = byPort.get(port);
    if (matches === undefined) {
      matches = matching(candidates, transport, port);
      byPort.set(port, matches);
    }
    return matches;
  }

  /** The first prohibition that a connection breaks, or null. For ICMP the port is ignored. */
  forbidden(client: Endpoint, server: Endpoint, transport: Transport, port: number): Rule | null {
    for (const { rule, ranges, matches } of this.#forbid) {
      if (rule.transport !== transport || !matches(client, server)) continue;
      if (transport === 'icmp' || inRanges(port, ranges)) return rule;
    }
    return null;
  }

  /** Prohibitions, for reports. */
  get prohibitions(): readonly Rule[] {
    return this.#forbid.map(({ rule }) => rule);
  }

  /** Everything that can be expected of `client` towards `server`, whatever the port: what would have to be open between the two. */
  between(client: Endpoint, server: Endpoint, transport: Transport): readonly Candidate[] {
    return this.#work(client, server, transport);
  }

  #status(rule: Rule, applies: boolean, reason: string | null, need: Need, servers: readonly Endpoint[]): RuleStatus {
    const facts = servers.length > 0 ? servers : [{ settings: this.#site.model.settings, os: null }];
    const texts = new Map<string, PortRange>();
    for (const server of facts) {
      for (const range of resolvePorts(rule, server).ranges) texts.set(formatPortRange(range), range);
    }
    return { rule, applies, reason, need, ports: [...texts.values()], portsText: [...texts.keys()] };
  }

  #between(client: Endpoint, server: Endpoint, transport: Transport): readonly Candidate[] {
    const [c, s] = [this.#profiles[client.index]!, this.#profiles[server.index]!];
    const key = (c * this.#site.endpoints.length + s) * TRANSPORTS.length + TRANSPORTS.indexOf(transport);
    let candidates = this.#candidates.get(key);
    if (!candidates) {
      candidates = this.#work(client, server, transport);
      this.#candidates.set(key, candidates);
    }
    return candidates;
  }

  #work(client: Endpoint, server: Endpoint, transport: Transport): Candidate[] {
    const candidates: Candidate[] = [];
    for (const { standing, matches } of this.#expect) {
      if (standing.rule.transport !== transport || !matches(client, server)) continue;
      const { ranges, relation } = resolvePorts(standing.rule, server);
      candidates.push({ ...standing, ports: ranges, relation, reversed: false, via: 'direct' });
    }
    for (const standing of this.#standing.get(transport)!) {
      const candidate = applyRule(standing, client, server, this.#present);
      if (candidate) candidates.push(candidate);
    }
    return candidates;
  }
}

/** Compiles the catalog for a site. */
export function compile(catalog: Catalog, site: Site): RuleIndex {
  return new RuleIndex(catalog, site);
}

function rank({ rule, need, name }: RuleMatch): number {
  return (rule.catalog === 'site' ? -10 : 0) + NEED_ORDER[need] + (name === 'unknown' ? 10 : 0);
}

/** The candidates that speak of a port, in the order of `match`. */
function matching(
  candidates: readonly Candidate[],
  transport: Transport,
  port: number,
  serverName?: string,
): readonly RuleMatch[] {
  const found: { match: RuleMatch; order: number }[] = [];
  for (const candidate of candidates) {
    if (transport !== 'icmp' && !inRanges(port, candidate.ports)) continue;
    const { host, order, ...match } = candidate;
    if (host === null) found.push({ match: { ...match, name: 'not-needed' }, order });
    else if (serverName === undefined) found.push({ match: { ...match, name: 'unknown' }, order });
    else if (host.test(serverName)) found.push({ match: { ...match, name: 'matches' }, order });
  }
  return found.sort((a, b) => rank(a.match) - rank(b.match) || a.order - b.order).map(({ match }) => match);
}
