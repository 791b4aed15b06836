/** Whether a rule can expect traffic between two endpoints, and as what: before anybody looks at the port. */

import type { Endpoint } from '../site/index.ts';
import { isBefore2008 } from '../site/operating-systems.ts';
import { answerPorts, isGroup, mayBeSender, reachesGroup, sendsToGroup } from './group-traffic.ts';
import { needOfDirection } from './initiator.ts';
import { isBehindProxy, viaProxy } from './proxy.ts';
import { resolvePorts } from './resolve-ports.ts';
import type { Need, PortRange, Relation, Rule } from './types.ts';

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

/** A rule that stands at the site. */
export interface Standing {
  readonly rule: Rule;
  readonly need: Need;
  readonly order: number;
  readonly host: RegExp | null;
}

/** A match but for the port and the name. */
export type Candidate = Omit<RuleMatch, 'name'> & Pick<Standing, 'order' | 'host'>;

/** `present`: roles that exist at the site, for servers behind a broadcast. */
export function applyRule(
  standing: Standing,
  client: Endpoint,
  server: Endpoint,
  present: ReadonlySet<string>,
): Candidate | null {
  const { rule, need } = standing;
  const { ranges, relation } = resolvePorts(rule, server);
  const candidate = { ...standing, ports: ranges, relation, reversed: false };
  const starts = plays(client, rule.from) || mayBeSender(rule, client);
  if (isGroup(server)) {
    if (!reachesGroup(rule)) return null;
    const sender = starts || (sendsToGroup(rule) && serves(rule, client));
    return sender && present.has(rule.to) ? { ...candidate, via: 'group' } : null;
  }
  const proxyPorts = viaProxy(rule, server);
  if (starts && proxyPorts) return { ...candidate, ports: proxyPorts, relation: 'any', via: 'proxy', host: null };
  if (isBehindProxy(rule, client, server)) return { ...candidate, via: 'proxy' };
  if (!serves(rule, server)) return reverse(candidate, client, server);
  const direct = starts ? needOfDirection(rule, need, false, client) : null;
  return direct && osFits(rule, server)
    ? { ...candidate, need: direct, via: 'direct' }
    : reverse(candidate, client, server);
}

function reverse(candidate: Omit<Candidate, 'via'>, client: Endpoint, server: Endpoint): Candidate | null {
  const { rule } = candidate;
  const answers = answerPorts(rule);
  if (answers && serves(rule, client) && plays(server, rule.from)) {
    return { ...candidate, ports: answers, reversed: true, via: 'direct' };
  }
  if (rule.direction !== 'both' || !serves(rule, client) || !plays(server, rule.from)) return null;
  const need = needOfDirection(rule, candidate.need, true, client);
  return need === null ? null : { ...candidate, need, reversed: true, via: 'direct' };
}

const plays = (endpoint: Endpoint, roles: readonly string[]): boolean =>
  roles.some((role) => endpoint.allRoles.has(role));

function serves(rule: Rule, endpoint: Endpoint): boolean {
  return endpoint.allRoles.has(rule.to) && (rule.appliesTo.length === 0 || plays(endpoint, rule.appliesTo));
}

function osFits(rule: Rule, server: Endpoint): boolean {
  return rule.os === null || (rule.os === 'before-2008') === isBefore2008(server.os);
}
