/**
 * The rules compiled for one site. `match` is asked once for each distinct pair of endpoints, transport and port; what
 * can apply between two kinds of endpoints is worked out once and kept.
 */

import type { Endpoint, Site } from '../site/index.ts';
import { isBefore2008 } from '../site/operating-systems.ts';
import { answerPorts, isGroup, mayBeSender, reachesGroup, sendsToGroup } from './group-traffic.ts';
import { hostPattern } from './host-pattern.ts';
import { needOfDirection } from './initiator.ts';
import { formatPortRange, inRanges } from './ports.ts';
import { profilesOf } from './profiles.ts';
import { isBehindProxy, viaProxy } from './proxy.ts';
import { resolvePorts } from './resolve-ports.ts';
import { isSelected, toRule } from './site-rules.ts';
import { editionOf, endsOf, missingEnds } from './standing.ts';
import type { Catalog, Need, PortRange, Relation, Rule, Transport } from './types.ts';

/** A rule that expects a connection. */
export interface RuleMatch {
  readonly rule: Rule;
  /** Effective: after date, version, and direction. */
  readonly need: Need;
  /** Ports of the rule at this server; with `relation` says what else must be open. */
  readonly ports: readonly PortRange[];
  readonly relation: Relation;
  /** The connection runs against the printed direction of a rule that holds both ways. */
  readonly reversed: boolean;
  /** direct; proxy: the server stands for the internet, or the client is the proxy; group: broadcast or multicast. */
  readonly via: 'direct' | 'proxy' | 'group';
  /** Of rules that name a host: whether the name is known to be the right one. Others: not-needed. */
  readonly name: 'not-needed' | 'matches' | 'unknown';
}

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

interface Standing {
  readonly rule: Rule;
  readonly need: Need;
  readonly order: number;
  readonly host: RegExp | null;
}

type Candidate = Omit<RuleMatch, 'name'> & Pick<Standing, 'order' | 'host'>;

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
      const host = edition.rule.endpoint ? hostPattern(edition.rule.endpoint.host) : null;
      byTransport.get(rule.transport)!.push({ rule: edition.rule, need: edition.need, order, host });
    });
    this.#standing = byTransport;
    this.#expect = site.model.expect.map((own) => {
      const rule = toRule(own, 'expect', site.path);
      statuses.push(this.#status(rule, true, null, rule.need, []));
      return {
        standing: { rule, need: rule.need, order: -1, host: null },
        matches: (c: Endpoint, s: Endpoint) => isSelected(c, own.from) && isSelected(s, own.to),
      };
    });
    this.#forbid = site.model.forbid.map((own) => {
      const rule = toRule(own, 'forbid', site.path);
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
    const found: { match: RuleMatch; order: number }[] = [];
    for (const candidate of this.#between(client, server, transport)) {
      const { host, order, ...match } = candidate;
      if (transport !== 'icmp' && !inRanges(port, match.ports)) continue;
      if (host === null) found.push({ match: { ...match, name: 'not-needed' }, order });
      else if (serverName === undefined) found.push({ match: { ...match, name: 'unknown' }, order });
      else if (host.test(serverName)) found.push({ match: { ...match, name: 'matches' }, order });
    }
    return found.sort((a, b) => rank(a.match) - rank(b.match) || a.order - b.order).map(({ match }) => match);
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
      candidates.push({
        ...standing,
        ...resolvePorts(standing.rule, server),
        ports: resolvePorts(standing.rule, server).ranges,
        reversed: false,
        via: 'direct',
      });
    }
    for (const standing of this.#standing.get(transport)!) {
      const candidate = this.#apply(standing, client, server);
      if (candidate) candidates.push(candidate);
    }
    return candidates;
  }

  #apply(standing: Standing, client: Endpoint, server: Endpoint): Candidate | null {
    const { rule, need } = standing;
    const { ranges, relation } = resolvePorts(rule, server);
    const candidate = { ...standing, ports: ranges, relation, reversed: false };
    const starts = plays(client, rule.from) || mayBeSender(rule, client);
    if (isGroup(server)) {
      if (!reachesGroup(rule)) return null;
      const sender = starts || (sendsToGroup(rule) && serves(rule, client));
      return sender && this.#present.has(rule.to) ? { ...candidate, via: 'group' } : null;
    }
    const proxyPorts = viaProxy(rule, server);
    if (starts && proxyPorts) return { ...candidate, ports: proxyPorts, relation: 'any', via: 'proxy', host: null };
    if (isBehindProxy(rule, client, server)) return { ...candidate, via: 'proxy' };
    if (!serves(rule, server)) return this.#reverse(candidate, client, server);
    const direct = starts ? needOfDirection(rule, need, false, client) : null;
    return direct && osFits(rule, server)
      ? { ...candidate, need: direct, via: 'direct' }
      : this.#reverse(candidate, client, server);
  }

  #reverse(candidate: Omit<Candidate, 'via'>, client: Endpoint, server: Endpoint): Candidate | null {
    const { rule } = candidate;
    const answers = answerPorts(rule);
    if (answers && serves(rule, client) && plays(server, rule.from)) {
      return { ...candidate, ports: answers, reversed: true, via: 'direct' };
    }
    if (rule.direction !== 'both' || !serves(rule, client) || !plays(server, rule.from)) return null;
    const need = needOfDirection(rule, candidate.need, true, client);
    return need === null ? null : { ...candidate, need, reversed: true, via: 'direct' };
  }
}

/** Compiles the catalog for a site. */
export function compile(catalog: Catalog, site: Site): RuleIndex {
  return new RuleIndex(catalog, site);
}

const plays = (endpoint: Endpoint, roles: readonly string[]): boolean =>
  roles.some((role) => endpoint.allRoles.has(role));

function serves(rule: Rule, endpoint: Endpoint): boolean {
  return endpoint.allRoles.has(rule.to) && (rule.appliesTo.length === 0 || plays(endpoint, rule.appliesTo));
}

function osFits(rule: Rule, server: Endpoint): boolean {
  return rule.os === null || (rule.os === 'before-2008') === isBefore2008(server.os);
}

function rank({ rule, need, name }: RuleMatch): number {
  return (rule.catalog === 'site' ? -10 : 0) + NEED_ORDER[need] + (name === 'unknown' ? 10 : 0);
}
