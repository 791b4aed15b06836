/** From single needs (this end, that end, this port) to lines of a change request. */
import { createHash } from 'node:crypto';
import type { Outcome } from '../assess/types.ts';
import { roleName } from '../catalog/roles.ts';
import type { Need, PortRange, Relation, Rule } from '../catalog/types.ts';
import { compareEnds, keyOfEnd } from './ends.ts';
import type { End, Opening } from './types.ts';

/** One or more ends that are opened alike. */
export interface Party {
  key: string;
  ends: readonly End[];
  roles: ReadonlySet<string>;
}

/** What one party needs of another. */
export interface Demand {
  rule: Rule;
  need: Need;
  client: Party;
  server: Party;
  ports: readonly PortRange[];
  relation: Relation;
  sourcePorts: readonly PortRange[] | null;
  /** By which roles the sides are called: those of the rule, turned round, or a proxy in place of the internet. */
  sense: 'direct' | 'reversed' | 'proxy';
  firstSeen: string | null;
  finding: string | null;
  outcome: Outcome | null;
  notes: readonly string[];
}

/** Servers of one demand with those who need them. */
interface Served {
  server: Party;
  clients: Map<string, Party>;
  demands: Demand[];
}

/**
 * Lines in the order of the first demand of each rule. Servers that the same clients need on the same ports share a line; so no line
 * holds a pair that nobody asked for.
 */
export function gatherOpenings(demands: readonly Demand[]): Opening[] {
  const lines = new Map<string, Map<string, Served>>();
  for (const demand of demands) {
    const line = keyOfLine(demand);
    const servers = lines.get(line) ?? new Map<string, Served>();
    lines.set(line, servers);
    const served: Served = servers.get(demand.server.key) ?? { server: demand.server, clients: new Map(), demands: [] };
    servers.set(demand.server.key, served);
    served.clients.set(demand.client.key, demand.client);
    served.demands.push(demand);
  }
  const openings = [...lines.values()].flatMap((servers) => {
    const alike = new Map<string, Served[]>();
    for (const served of servers.values()) {
      const clients = [...served.clients.keys()].sort().join('\n');
      alike.set(clients, [...(alike.get(clients) ?? []), served]);
    }
    return [...alike.values()].map(openingOf);
  });
  return withoutRepeats(openings);
}

/** Several documents ask for the same port between the same ends: one line, the first rule speaks. */
function withoutRepeats(openings: readonly Opening[]): Opening[] {
  const lines = new Map<string, Opening>();
  for (const opening of openings) {
    const { from, to, proto, ports, sourcePorts } = opening;
    const key = JSON.stringify([from.ends.map(keyOfEnd), to.ends.map(keyOfEnd), proto, ports, sourcePorts]);
    const first = lines.get(key);
    lines.set(key, first === undefined ? opening : joined(first, opening));
  }
  return [...lines.values()];
}

function joined(first: Opening, other: Opening): Opening {
  return {
    ...first,
    otherRules: unique([...first.otherRules, other.rule, ...other.otherRules]).filter((rule) => rule !== first.rule),
    need: NEEDS.indexOf(other.need) < NEEDS.indexOf(first.need) ? other.need : first.need,
    firstSeen: [first.firstSeen, other.firstSeen].flatMap((time) => time ?? []).sort()[0] ?? null,
    findings: unique([...first.findings, ...other.findings]),
    outcomes: unique([...first.outcomes, ...other.outcomes]),
    notes: unique([...first.notes, ...other.notes]),
  };
}

const NEEDS: readonly Need[] = ['required', 'conditional', 'optional', 'historic', 'nominal'];

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const known = <T>(values: readonly (T | null)[]): T[] => values.flatMap((value) => (value === null ? [] : [value]));

function keyOfLine({ rule, ports, sourcePorts, sense }: Demand): string {
  return JSON.stringify([rule.id, ports, sourcePorts, sense]);
}

function openingOf(alike: Served[]): Opening {
  const demands = alike.flatMap((served) => served.demands);
  const [{ rule, need, ports, relation, sourcePorts, sense }] = demands;
  const clients = [...alike[0].clients.values()];
  const servers = alike.map(({ server }) => server);
  const from = { label: labelOf(rule, sense, 'from', clients), ends: endsOf(clients) };
  const to = { label: labelOf(rule, sense, 'to', servers), ends: endsOf(servers) };
  return {
    id: idOf(rule, sense, [ports, sourcePorts], [from.ends, to.ends]),
    rule: rule.id,
    otherRules: [],
    from,
    to,
    proto: rule.transport,
    ports,
    relation,
    sourcePorts,
    need,
    reason: rule.description,
    source: rule.source,
    firstSeen: known(demands.map(({ firstSeen }) => firstSeen)).sort()[0] ?? null,
    findings: unique(known(demands.map(({ finding }) => finding))),
    outcomes: unique(known(demands.map(({ outcome }) => outcome))),
    notes: notesOf(demands),
  };
}

/** Notes on one line; every router that answers has one of its own. */
const MOST_NOTES = 12;

function notesOf(demands: readonly Demand[]): string[] {
  const all = unique(demands.flatMap(({ notes }) => [...notes]));
  const more = all.length - MOST_NOTES;
  return more <= 0 ? all : [...all.slice(0, MOST_NOTES), `${more} more notes are at the findings.`];
}

function endsOf(parties: readonly Party[]): End[] {
  const ends = new Map(parties.flatMap((party) => party.ends.map((end) => [keyOfEnd(end), end])));
  return [...ends.values()].sort(compareEnds);
}

/** The roles of the rule that the ends play; an end that plays none is called by the rule's words. */
function labelOf(rule: Rule, sense: Demand['sense'], side: 'from' | 'to', parties: readonly Party[]): string {
  if (rule.catalog === 'site') return (side === 'from') === (sense !== 'reversed') ? rule.from.join(', ') : rule.to;
  if (sense === 'proxy' && parties.some(({ roles }) => roles.has('proxy-server'))) return roleName('proxy-server');
  const isFrom = (side === 'from') === (sense !== 'reversed');
  if (!isFrom) return roleName(rule.to);
  const played = rule.from.filter((role) => parties.some(({ roles }) => roles.has(role)));
  return (played.length > 0 ? played : rule.from).map(roleName).join(', ');
}

const HASH_DIGITS = 8;

function idOf(rule: Rule, sense: Demand['sense'], ports: unknown, ends: readonly (readonly End[])[]): string {
  const identity = JSON.stringify([sense, ports, ends.map((side) => side.map(keyOfEnd))]);
  return `${rule.id}-${createHash('sha256').update(identity).digest('hex').slice(0, HASH_DIGITS)}`;
}
