/** The names of one part joined to those of the parts before it: what is known stays, what is new follows. */
import type { Joined } from './merge.ts';
import type { NameFacts } from './name-facts.ts';
import {
  ALIAS_FRAME,
  ALIAS_NAME,
  ALIAS_PORT,
  ALIAS_TARGET,
  ALIAS_TYPE,
  ALIAS_WIDTH,
  ANSWER_ADDRESS,
  ANSWER_CLIENT,
  ANSWER_FRAME,
  ANSWER_IPV6,
  ANSWER_KIND,
  ANSWER_NAME,
  ANSWER_SERVER,
  ANSWER_WIDTH,
  CLIENT_IPV6,
  LOOKUP_CLIENT,
  LOOKUP_FAIL_FRAME,
  LOOKUP_FIRST_FRAME,
  LOOKUP_KIND,
  LOOKUP_NAME,
  LOOKUP_OTHER_CODE,
  LOOKUP_QUERIES,
  LOOKUP_QUERY_FRAME,
  LOOKUP_QUERY_SECONDS,
  LOOKUP_REFUSED,
  LOOKUP_SERVER,
  LOOKUP_TYPE,
  LOOKUP_WIDTH,
  NAME_COUNTERS,
  VISIT_ALERT,
  VISIT_ANSWER,
  VISIT_CONNECT,
  VISIT_CONNECTION,
  VISIT_DETAIL,
  VISIT_FRAME,
  VISIT_KIND_SIDE,
  VISIT_NAME,
  VISIT_NANOSECONDS,
  VISIT_PORT,
  VISIT_PROXIED,
  VISIT_SECONDS,
  VISIT_TLS,
  VISIT_VERSION,
  VISIT_WIDTH,
} from './name-fields.ts';
import { NAME_ROWS } from './name-limits.ts';
import type { NameTable } from './name-table.ts';
import type { NameBytes, Names } from './part.ts';

/** Joins the facts of the part that follows. @param joined where its connections went @param addresses numbers of its IPv6 addresses here */
export function joinNames(
  facts: NameFacts,
  part: Names,
  joined: Joined,
  addresses: Int32Array,
  framesBefore: number,
): void {
  facts.openings.append(part.openings, joined.numbers, joined.flipped, joined.spoke, framesBefore);
  const names = translateNames(facts.names, part.names);
  const hosts = new Int32Array(part.hostCount);
  for (let i = 0; i < hosts.length; i++) {
    const at = i * 4;
    hosts[i] = facts.hosts.internWords(part.hosts[at], part.hosts[at + 1], part.hosts[at + 2], part.hosts[at + 3]);
  }
  joinLookups(facts, part, names, addresses, framesBefore);
  joinAnswers(facts, part, names, addresses, hosts, framesBefore);
  joinAliases(facts, part, names, framesBefore);
  joinVisits(facts, part, names, joined, framesBefore);
  for (let i = 0; i < NAME_COUNTERS; i++) facts.counters[i] += part.counters[i];
  facts.names.dropped += part.names.dropped;
  facts.details.dropped += part.details.dropped;
  facts.hosts.dropped += part.hostsDropped;
  facts.firsts.dropped += part.firsts.dropped;
  for (const rows of NAME_ROWS) facts[rows].dropped += part[rows].dropped;
}

function joinLookups(
  facts: NameFacts,
  { lookups }: Names,
  names: Int32Array,
  addresses: Int32Array,
  framesBefore: number,
): void {
  const from = lookups.values;
  for (let i = 0; i < lookups.count; i++) {
    const right = i * LOOKUP_WIDTH;
    const kind = from[right + LOOKUP_KIND];
    const isV6 = (kind & CLIENT_IPV6) !== 0;
    const client = isV6 ? addresses[from[right + LOOKUP_CLIENT]] : from[right + LOOKUP_CLIENT];
    const server = isV6 ? addresses[from[right + LOOKUP_SERVER]] : from[right + LOOKUP_SERVER];
    const name = names[from[right + LOOKUP_NAME]];
    // There was no room for the name, or for an address.
    const isLost = name < 0 || (isV6 && (client < 0 || server < 0));
    const at = isLost ? -1 : facts.lookups.at(kind, client, name, from[right + LOOKUP_TYPE]);
    if (at < 0) continue;
    const values = facts.lookups.values;
    if (facts.lookups.isNew) {
      values[at + LOOKUP_SERVER] = server;
      for (let field = LOOKUP_FIRST_FRAME; field < LOOKUP_QUERY_FRAME; field++)
        values[at + field] = from[right + field];
      values[at + LOOKUP_FIRST_FRAME] += framesBefore;
    }
    for (let field = LOOKUP_QUERIES; field <= LOOKUP_REFUSED; field++) values[at + field] += from[right + field];
    if (from[right + LOOKUP_QUERY_FRAME] !== 0) {
      values[at + LOOKUP_QUERY_FRAME] = from[right + LOOKUP_QUERY_FRAME] + framesBefore;
      values[at + LOOKUP_QUERY_SECONDS] = from[right + LOOKUP_QUERY_SECONDS];
    }
    if (from[right + LOOKUP_FAIL_FRAME] !== 0)
      values[at + LOOKUP_FAIL_FRAME] = from[right + LOOKUP_FAIL_FRAME] + framesBefore;
    if (from[right + LOOKUP_OTHER_CODE] !== 0) values[at + LOOKUP_OTHER_CODE] = from[right + LOOKUP_OTHER_CODE];
  }
}

function joinAnswers(
  facts: NameFacts,
  { answers }: Names,
  names: Int32Array,
  addresses: Int32Array,
  hosts: Int32Array,
  framesBefore: number,
): void {
  const from = answers.values;
  for (let i = 0; i < answers.count; i++) {
    const right = i * ANSWER_WIDTH;
    const kind = from[right + ANSWER_KIND];
    const isClientV6 = (kind & CLIENT_IPV6) !== 0;
    const client = isClientV6 ? addresses[from[right + ANSWER_CLIENT]] : from[right + ANSWER_CLIENT];
    const server = isClientV6 ? addresses[from[right + ANSWER_SERVER]] : from[right + ANSWER_SERVER];
    const isV6 = (kind & ANSWER_IPV6) !== 0;
    const address = isV6 ? hosts[from[right + ANSWER_ADDRESS]] : from[right + ANSWER_ADDRESS];
    const name = names[from[right + ANSWER_NAME]];
    if (name < 0 || (isV6 && address < 0) || (isClientV6 && (client < 0 || server < 0))) continue;
    const at = facts.answers.at(kind, client, name, address);
    if (at < 0 || !facts.answers.isNew) continue;
    for (let field = ANSWER_FRAME; field < ANSWER_SERVER; field++)
      facts.answers.values[at + field] = from[right + field];
    facts.answers.values[at + ANSWER_FRAME] += framesBefore;
    facts.answers.values[at + ANSWER_SERVER] = server;
  }
}

function joinAliases(facts: NameFacts, { aliases }: Names, names: Int32Array, framesBefore: number): void {
  const from = aliases.values;
  for (let i = 0; i < aliases.count; i++) {
    const right = i * ALIAS_WIDTH;
    const name = names[from[right + ALIAS_NAME]];
    const target = names[from[right + ALIAS_TARGET]];
    if (name < 0 || target < 0) continue;
    const at = facts.aliases.at(from[right + ALIAS_TYPE], name, target, from[right + ALIAS_PORT]);
    if (at >= 0 && facts.aliases.isNew)
      facts.aliases.values[at + ALIAS_FRAME] = from[right + ALIAS_FRAME] + framesBefore;
  }
}

/** Rows of both tables in the order of their frames: what came first in its part may not be the first payload of its side. */
function joinVisits(facts: NameFacts, part: Names, names: Int32Array, joined: Joined, framesBefore: number): void {
  if (joined.isAdopted && copyVisits(facts, part, names)) return;
  const { firsts, visits } = part;
  const details = new Details(facts.details, part.details);
  let next = 0;
  for (let i = 0; i < firsts.count; i++) {
    const at = i * VISIT_WIDTH;
    const frame = firsts.values[at + VISIT_FRAME];
    for (; next < visits.count && visits.values[next * VISIT_WIDTH + VISIT_FRAME] < frame; next++)
      joinVisit(facts, details, visits.values, next * VISIT_WIDTH, false, names, joined, framesBefore);
    const connection = firsts.values[at + VISIT_CONNECTION];
    const kindSide = firsts.values[at + VISIT_KIND_SIDE];
    const isFirst = (joined.spoke[connection] & (1 << (kindSide & 1))) === 0;
    if (isFirst || isAlwaysKept(kindSide >>> 1))
      joinVisit(facts, details, firsts.values, at, isFirst, names, joined, framesBefore);
  }
  for (; next < visits.count; next++)
    joinVisit(facts, details, visits.values, next * VISIT_WIDTH, false, names, joined, framesBefore);
}

/** The visits of a part that is the first and keeps its numbers, as they are. @returns false where there is no room for all of it */
function copyVisits(facts: NameFacts, { firsts, visits, details }: Names, names: Int32Array): boolean {
  if (firsts.count > facts.firsts.room || visits.count > facts.visits.room) return false;
  if (!names.every((number, i) => number === i)) return false;
  facts.firsts.copy(firsts);
  facts.visits.copy(visits);
  translateNames(facts.details, details);
  return true;
}

/** Numbers here of the paths and protocols of a part: given when a row asks for them. */
class Details {
  readonly #table: NameTable;
  readonly #part: NameBytes;
  /** 1 + the number here, 0 where it is not known. */
  readonly #numbers: Int32Array;

  constructor(table: NameTable, part: NameBytes) {
    this.#table = table;
    this.#part = part;
    this.#numbers = new Int32Array(part.count);
  }

  /** 1 + the number; 0 where there is no room. */
  of(number: number): number {
    const known = this.#numbers[number];
    if (known !== 0) return known;
    const here = internFrom(this.#table, this.#part, number) + 1;
    this.#numbers[number] = here;
    return here;
  }
}

function joinVisit(
  facts: NameFacts,
  details: Details,
  from: Int32Array,
  right: number,
  isFirst: boolean,
  names: Int32Array,
  { numbers, flipped }: Joined,
  framesBefore: number,
): void {
  const connection = from[right + VISIT_CONNECTION];
  const name = from[right + VISIT_NAME] === 0 ? 0 : names[from[right + VISIT_NAME] - 1] + 1;
  if (numbers[connection] < 0 || (name === 0 && from[right + VISIT_NAME] !== 0)) return;
  const at = facts.visit(
    isFirst,
    numbers[connection],
    from[right + VISIT_KIND_SIDE] ^ flipped[connection],
    name,
    from[right + VISIT_PORT],
    from[right + VISIT_SECONDS],
    from[right + VISIT_NANOSECONDS],
    from[right + VISIT_FRAME] + framesBefore,
  );
  if (at < 0) return;
  const values = isFirst ? facts.firsts.values : facts.visits.values;
  const detail = from[right + VISIT_DETAIL];
  // Only of rows that are new: as one pass would have numbered them.
  values[at + VISIT_DETAIL] = detail === 0 ? 0 : details.of(detail - 1);
  values[at + VISIT_VERSION] = from[right + VISIT_VERSION];
}

const ALWAYS_KEPT: ReadonlySet<number> = new Set([VISIT_TLS, VISIT_PROXIED, VISIT_CONNECT, VISIT_ANSWER, VISIT_ALERT]);

/** True for what becomes a row although its side sent payload before. */
function isAlwaysKept(kind: number): boolean {
  return ALWAYS_KEPT.has(kind);
}

/** @returns the numbers here of the names of a part, -1 where there was no room */
function translateNames(table: NameTable, names: NameBytes): Int32Array {
  const numbers = new Int32Array(names.count);
  for (let i = 0; i < numbers.length; i++) numbers[i] = internFrom(table, names, i);
  return numbers;
}

function internFrom(table: NameTable, { bytes, offsets }: NameBytes, number: number): number {
  return table.intern(bytes, offsets[number], offsets[number + 1] - offsets[number]);
}
