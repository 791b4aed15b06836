import { hostPattern } from '../catalog/host-pattern.ts';
import type { RuleIndex, RuleMatch } from '../catalog/index.ts';
import { toRule } from '../catalog/site-rules.ts';
import type { Catalog } from '../catalog/types.ts';
import { windowsPurpose } from '../catalog/windows-names.ts';
import type { NameBook } from '../names/name-book.ts';
import { parseAddress } from '../site/addresses.ts';
import type { Endpoint, Site } from '../site/index.ts';
import { type Conversation, works } from './conversations.ts';
import type { NamedTraffic } from './internet-traffic.ts';
import type { Peer } from './peers.ts';
import { type Reach, reachOf, type Trust, type Verdict } from './verdicts.ts';

/** Traffic with the internet, held against the lists of names. */
export interface InternetUse extends NamedTraffic {
  /** The conversation that it is part of. */
  conversation: Conversation;
  /** Rules, or the topology, that allow one of its names; empty where none does. */
  allowed: readonly RuleMatch[];
  reach: Reach;
}

/** Hosts that Microsoft's pages forward through; allowed for everybody (page "Internet access requirements", introduction). */
const ALWAYS: ReadonlyMap<string, string> = new Map([
  ['aka.ms', 'ie.global.aka-ms'],
  ['go.microsoft.com', 'ie.global.go-microsoft'],
]);

const HTTPS_PORT = 443;

/** What the names of a capture say of its traffic with the internet. */
export class InternetView {
  readonly uses: readonly InternetUse[];
  readonly #byConversation = new Map<string, InternetUse[]>();
  readonly #index: RuleIndex;
  readonly #outside: Endpoint;
  readonly #always: ReadonlyMap<string, RuleMatch>;
  readonly #allow: { readonly hosts: readonly RegExp[]; readonly match: RuleMatch };
  readonly #site: Site;
  readonly #names: NameBook;

  constructor(
    traffic: readonly NamedTraffic[],
    conversations: readonly Conversation[],
    site: Site,
    catalog: Catalog,
    index: RuleIndex,
    trust: Trust,
    names: NameBook,
  ) {
    this.#site = site;
    this.#names = names;
    this.#index = index;
    this.#outside = site.endpoints.find(({ kind }) => kind === 'internet')!;
    this.#always = new Map([...ALWAYS].map(([host, id]) => [host, directMatch(catalog.byId.get(id)!)] as const));
    this.#allow = {
      hosts: site.model.internet.allow.flatMap((one) => ('host' in one ? [hostPattern(one.host)] : [])),
      match: directMatch(ALLOWED_BY_SITE),
    };
    // Names are told of addresses, whatever the network.
    const byKey = new Map(
      conversations.map((one) => [
        keyOf(one.client, one.server, one.port),
        one.network === null ? one : { ...one, network: null },
      ]),
    );
    this.uses = traffic.map((one) => {
      const key = keyOf(one.client, one.server, one.port);
      const conversation = byKey.get(key) ?? plainConversation(one);
      const { fates, connections } = one;
      const use: InternetUse = {
        ...one,
        conversation,
        allowed: this.#allowed(one),
        reach: proxyReach(one) ?? reachOf({ ...conversation, fates, connections }, trust),
      };
      const known = this.#byConversation.get(key);
      if (known === undefined) this.#byConversation.set(key, [use]);
      else known.push(use);
      return use;
    });
    for (const together of this.#byConversation.values()) clearNamesNotToBlame(together);
  }

  /** What allows a client to use a name on a port of the internet. @param server the address, where no proxy was asked */
  allowedName(client: Endpoint, server: Endpoint, port: number, name: string): readonly RuleMatch[] {
    const always = this.#always.get(name);
    const found = this.#index
      .match(client, server, 'tcp', port, name)
      .filter(({ rule, name: how }) => how === 'matches' || (how === 'not-needed' && this.#allowsAnyName(rule)));
    if (found.length > 0) return found;
    if (always !== undefined) return [always];
    return this.#allow.hosts.some((host) => host.test(name)) ? [this.#allow.match] : [];
  }

  /** The pages of ports speak of the internet as a whole; where the lists of names are in use, these say what is meant. */
  #allowsAnyName(rule: RuleMatch['rule']): boolean {
    return rule.catalog !== 'configmgr' || !this.hasLists;
  }

  #allowed({ client, server, port, names, targetPort }: NamedTraffic): readonly RuleMatch[] {
    if (targetPort === null && this.isAllowedAddress(server.ip)) return [this.#allow.match];
    const end = targetPort === null ? server.endpoint : this.#outside;
    for (const name of names) {
      const found = this.allowedName(client.endpoint, end, targetPort ?? port, name);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** True for an address that the topology allows. */
  isAllowedAddress(ip: string): boolean {
    const { allow } = this.#site.model.internet;
    if (!allow.some((one) => 'interval' in one)) return false;
    const parsed = parseAddress(ip);
    if (!parsed.ok) return false;
    const { family, first } = parsed.value;
    return allow.some(
      (one) =>
        'interval' in one &&
        one.interval.family === family &&
        one.interval.first <= first &&
        first <= one.interval.last,
    );
  }

  /** True where names are held against lists: the catalog of internet endpoints is in use. */
  get hasLists(): boolean {
    return this.#site.model.catalogs['internet-endpoints'].on;
  }

  /** True for udp/443 to an address that DNS told this client for a name that it may use. Initials are encrypted: they tell no name here. */
  #isQuicToAllowed({ client, server, port }: Conversation): boolean {
    if (port !== HTTPS_PORT) return false;
    const told = this.#names.namesOf(server.ip).filter((one) => one.source === 'dns' && one.client === client.ip);
    return told.some(({ name }) => this.allowedName(client.endpoint, server.endpoint, HTTPS_PORT, name).length > 0);
  }

  /** The endpoint that stands for every address outside. */
  get outside(): Endpoint {
    return this.#outside;
  }

  usesOf(conversation: Conversation): readonly InternetUse[] {
    return this.#byConversation.get(keyOf(conversation.client, conversation.server, conversation.port)) ?? [];
  }

  /** Names for which a client talked to an address, of a finding's ends. */
  namesBetween(client: Peer, server: Peer, port: number): string[] {
    const uses = this.#byConversation.get(keyOf(client, server, port)) ?? [];
    return [...new Set(uses.flatMap(({ names }) => names))];
  }

  /**
   * The verdict by names, where they settle it: expected where each connection is for a name that is allowed, unlisted where a site system
   * uses one that is on no list. Null where names are missing, or the client is nobody's server.
   */
  verdictOf(conversation: Conversation): Verdict | null {
    const { client, server, proto } = conversation;
    if (server.endpoint.kind !== 'internet') return null;
    if (this.isAllowedAddress(server.ip)) return { kind: 'expected', matches: [this.#allow.match] };
    if (proto === 'udp') return this.#isQuicToAllowed(conversation) ? { kind: 'not-judged', reason: 'quic' } : null;
    const uses = this.usesOf(conversation);
    const seen = uses.reduce((sum, { connections }) => sum + connections, 0);
    if (uses.length === 0 || seen < conversation.connections) return null;
    const unlisted = uses.filter((use) => use.allowed.length === 0 && !isOfWindows(use));
    const matches = distinct(uses.flatMap(({ allowed }) => allowed));
    if (unlisted.length === 0)
      return matches.length > 0 ? { kind: 'expected', matches } : { kind: 'not-judged', reason: 'windows-itself' };
    if (!unlisted.every(isNamed)) return null;
    if (!this.hasLists) return null;
    return isSiteSystem(client.endpoint)
      ? { kind: 'unlisted', connections: unlisted.reduce((sum, one) => sum + one.connections, 0) }
      : { kind: 'not-judged', reason: 'internet-of-others' };
  }
}

/** A connection to a proxy that works has reached nothing where the proxy refuses, or never answers. */
function proxyReach({ refusal, unanswered }: NamedTraffic): Reach | null {
  if (unanswered === 'short') return { state: 'undecided', reason: 'proxy-silent' };
  if (unanswered === 'long') return { state: 'blocked', certainty: 'likely' };
  return refusal && { state: 'blocked', certainty: refusal.doubt === null ? 'proven' : 'likely' };
}

/**
 * Where another connection to the same port of the address got through, nothing blocks it for good, and a name may have nothing to do with what
 * failed: what fails before the first byte fails for every name of the address, whatever DNS had told of it; and of connections that were
 * set aside nobody knows the names, so that what worked may have been for any.
 */
function clearNamesNotToBlame(together: readonly InternetUse[]): void {
  const { connections, fates } = together[0]!.conversation;
  const seen = together.reduce((sum, use) => sum + use.connections, 0);
  const workedUnseen = seen < connections && fates.some(works);
  const worked = workedUnseen || together.some(({ reach }) => reach.state === 'works' || reach.state === 'mixed');
  if (!worked) return;
  for (const use of together) {
    if (use.reach.state !== 'blocked' || use.refusal !== null || use.unanswered !== null) continue;
    if (workedUnseen || (use.by === 'dns' && use.fates.every(({ symptom }) => symptom === null)))
      use.reach = { state: 'mixed' };
  }
}

/** True for names that Windows itself asks for: the lists do not speak of them. */
export function isOfWindows({ names }: NamedTraffic): boolean {
  return names.length > 0 && names.every((name) => windowsPurpose(name) !== null);
}

/** True where it is known what the traffic was for: a name, or an address in place of one. */
export function isNamed({ names, byAddress }: NamedTraffic): boolean {
  return names.length > 0 || byAddress;
}

/** True for traffic that is held against the lists of names. */
export function isHeldToLists(client: Endpoint, server: Endpoint, { model }: Site): boolean {
  return server.kind === 'internet' && model.catalogs['internet-endpoints'].on && isSiteSystem(client);
}

/** Those whose traffic with the internet is held against the lists: site systems and servers of hybrid identity. People at clients go anywhere. */
export function isSiteSystem({ allRoles }: Endpoint): boolean {
  return HELD.some((role) => allRoles.has(role));
}
const HELD = ['site-system', 'aad-connect', 'adfs', 'wap', 'pta-agent', 'health-agent', 'cmg-connection-point'];

/** Traffic that nobody looked at one by one, since all of it is expected and works. */
function plainConversation({ client, server, port, connections, fates }: NamedTraffic): Conversation {
  const counts = { connections, bytes: 0, packets: 0, packetsToServer: 0, clientPort: 0 };
  return {
    client,
    server,
    proto: 'tcp',
    port,
    network: null,
    toGroup: false,
    isTransfer: false,
    fates,
    tries: null,
    ...counts,
  };
}

/** Traffic that the topology itself allows. */
export const ALLOWED_BY_SITE = toRule(
  {
    id: 'site.internet.allow',
    from: [],
    to: [],
    fromText: 'any',
    toText: 'internet',
    transport: 'tcp',
    ports: [],
    need: 'optional',
    reason: 'allowed by the topology',
  },
  'expect',
);

function directMatch(rule: RuleMatch['rule']): RuleMatch {
  return { rule, need: rule.need, ports: [], relation: rule.relation, reversed: false, via: 'direct', name: 'matches' };
}

function distinct(matches: readonly RuleMatch[]): RuleMatch[] {
  const seen = new Set<string>();
  return matches.filter(({ rule }) => !seen.has(rule.id) && seen.add(rule.id));
}

function keyOf(client: Peer, server: Peer, port: number): string {
  return `${client.number} ${server.number} ${port}`;
}
