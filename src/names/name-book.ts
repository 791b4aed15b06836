import { DNS_TYPE_SRV } from '../protocols/dns.ts';
import { HTTP_METHODS } from '../protocols/http-request.ts';
import { ipv4Text, ipv6Text } from '../track/address-text.ts';
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
  ANSWER_NANOSECONDS,
  ANSWER_SECONDS,
  ANSWER_SERVER,
  ANSWER_WIDTH,
  CLIENT_IPV6,
  COUNT_DNS,
  COUNT_DNS_MALFORMED,
  COUNT_SET_ASIDE,
  SOURCE_DNS,
  SOURCE_DNS_OWNER,
  SOURCE_LLMNR,
  SOURCE_MDNS,
  SOURCE_NETBIOS,
  SOURCE_SHIFT,
  VISIT_ALERT,
  VISIT_ANSWER,
  VISIT_BAD_HELLO,
  VISIT_BAD_REQUEST,
  VISIT_CONNECT,
  VISIT_CONNECTION,
  VISIT_CUT_HELLO,
  VISIT_DETAIL,
  VISIT_FRAME,
  VISIT_HTTP,
  VISIT_KIND_SIDE,
  VISIT_NAME,
  VISIT_NANOSECONDS,
  VISIT_PORT,
  VISIT_PROXIED,
  VISIT_SECONDS,
  VISIT_TLS,
  VISIT_VERSION,
  VISIT_WIDTH,
} from '../track/name-fields.ts';
import type { Observation } from '../track/observation.ts';
import type { Names } from '../track/part.ts';
import { type HandshakeAlert, handshakeAlerts, tlsVersion } from './handshake-alerts.ts';
import { lateFacts } from './late-facts.ts';
import { type Lookup, lookupsOf } from './lookups.ts';
import { nameText, nameTexts } from './name-text.ts';

/** How a connection said what it is for. */
export type VisitKind =
  | 'tls'
  | 'http'
  | 'proxied'
  | 'connect'
  | 'bad-hello'
  | 'bad-request'
  | 'answer'
  | 'cut-hello'
  | 'alert';

/** Visits that were read to their names. */
export const VISIT_KINDS_THAT_NAME: ReadonlySet<VisitKind> = new Set(['tls', 'http', 'proxied', 'connect']);

/** What a connection was opened for, by its own bytes. Names are as sent, in lower case, and hostile: escape them where they are shown. */
export interface Visit {
  kind: VisitKind;
  /** Server name, Host, or the host of the target; null where none was given. */
  name: string | null;
  /** Port of the target of a proxied request or a CONNECT, 0 where it names none; the status of an answer, the description of an alert. */
  port: number;
  /** HTTP: the first path, without its query. TLS: the first protocol of ALPN. Null where there is none. */
  detail: string | null;
  /** HTTP: the method. TLS: the highest version offered, `TLS 1.3`. Empty for others. */
  version: string;
  frame: number;
  seconds: number;
  nanoseconds: number;
}

/** Who says that an address has a name. */
export type NameSource = 'dns' | 'dns-alias' | 'llmnr' | 'mdns' | 'netbios';

/** A name of an address, as somebody was told it. */
export interface NamedAddress {
  name: string;
  source: NameSource;
  /** Address of the client that was told, null for what goes to all. */
  client: string | null;
  /** The DNS server that said so first, null for what goes to all. */
  server: string | null;
  address: string;
  /** The first frame that says so. */
  frame: number;
  seconds: number;
  nanoseconds: number;
}

/** A service of a domain and the host that has it, by an SRV record of DNS (RFC 2782). */
export interface NamedService {
  /** `_ldap._tcp.dc._msdcs.example.com` */
  service: string;
  host: string;
  port: number;
  /** The first frame that says so. */
  frame: number;
}

/** What is told of names that could not be read or kept. */
export interface NameLosses {
  /** Messages of DNS, LLMNR, mDNS and NetBIOS: all that were read, and those that break their rules or are cut. */
  dns: number;
  malformedDns: number;
  /** Hellos and requests that break their rules, and those of which the capture holds too little. */
  malformedOpenings: number;
  unfinishedOpenings: number;
  /** Names, answers, lookups, visits and pieces of openings beyond what is kept. */
  dropped: number;
  /** Of those, what may belong to lookups and their answers. */
  droppedLookups: number;
  /** Visits of connections that were set aside for want of memory: their names are known, and no longer who used them. */
  setAside: number;
}

const VISIT_KINDS: Readonly<Record<number, VisitKind>> = {
  [VISIT_TLS]: 'tls',
  [VISIT_HTTP]: 'http',
  [VISIT_PROXIED]: 'proxied',
  [VISIT_CONNECT]: 'connect',
  [VISIT_BAD_HELLO]: 'bad-hello',
  [VISIT_BAD_REQUEST]: 'bad-request',
  [VISIT_ANSWER]: 'answer',
  [VISIT_CUT_HELLO]: 'cut-hello',
  [VISIT_ALERT]: 'alert',
};
const SOURCES: Readonly<Record<number, NameSource>> = {
  [SOURCE_DNS]: 'dns',
  [SOURCE_DNS_OWNER]: 'dns-alias',
  [SOURCE_LLMNR]: 'llmnr',
  [SOURCE_MDNS]: 'mdns',
  [SOURCE_NETBIOS]: 'netbios',
};

/** A row of a table of visits: the facts and the offset in their `firsts` or `visits`. */
interface VisitRow {
  facts: Names;
  values: Int32Array;
  at: number;
}

/**
 * All names of a capture: what connections were opened for, what clients asked DNS and were told. Made once everything is read; what is
 * costly to gather is gathered when it is asked for.
 */
export class NameBook {
  readonly #observation: Observation;
  readonly #facts: readonly Names[];
  readonly #unfinished: number;
  #visits: Map<number, VisitRow | VisitRow[]> | null = null;
  #answers: NamedAddress[] | null = null;
  #lookups: Lookup[] | null = null;
  #losses: NameLosses | null = null;
  #byAddress: Map<string, NamedAddress[]> | null = null;
  #byName: Map<string, NamedAddress[]> | null = null;

  constructor(observation: Observation) {
    this.#observation = observation;
    const { names, unfinished } = lateFacts(observation);
    this.#facts = [observation.names, names];
    this.#unfinished = unfinished;
  }

  /** What a connection was opened for, and what a proxy may have answered, in the order of the capture; a name that is repeated is in it twice. */
  visits(connection: number): Visit[] {
    this.#visits ??= this.#gatherVisits();
    const rows = this.#visits.get(connection);
    if (rows === undefined) return [];
    return (Array.isArray(rows) ? rows : [rows]).map(visitOf).sort((a, b) => a.frame - b.frame);
  }

  #gatherVisits(): Map<number, VisitRow | VisitRow[]> {
    const byConnection = new Map<number, VisitRow | VisitRow[]>();
    for (const facts of this.#facts) {
      for (const { values, count } of [facts.firsts, facts.visits]) {
        for (let i = 0; i < count; i++) {
          const at = i * VISIT_WIDTH;
          const row = { facts, values, at };
          const connection = this.#observation.connectionOf(values[at + VISIT_CONNECTION]);
          const known = byConnection.get(connection);
          if (known === undefined) byConnection.set(connection, row);
          else if (Array.isArray(known)) known.push(row);
          else byConnection.set(connection, [known, row]);
        }
      }
    }
    return byConnection;
  }

  /** Handshakes of TLS that one side ended with a fatal alert in the clear, by connection: the first alert of each. */
  handshakeAlerts(): ReadonlyMap<number, HandshakeAlert> {
    return handshakeAlerts(this.#facts, this.#observation);
  }

  /** Everything that anybody was told of addresses, in the order of the capture. */
  get answers(): readonly NamedAddress[] {
    this.#answers ??= this.#facts
      .flatMap((facts) => answersOf(facts, this.#observation))
      .sort((a, b) => a.frame - b.frame);
    return this.#answers;
  }

  /** What anybody was told of an address, in the order of the capture. */
  namesOf(address: string): readonly NamedAddress[] {
    this.#byAddress ??= groupBy(this.answers, (answer) => answer.address);
    return this.#byAddress.get(address) ?? [];
  }

  /** What anybody was told of a name (in lower case, without a last dot), in the order of the capture. */
  addressesOf(name: string): readonly NamedAddress[] {
    this.#byName ??= groupBy(this.answers, (answer) => answer.name);
    return this.#byName.get(name) ?? [];
  }

  /** What clients asked DNS servers, each client, name and type once, in the order of the first question or answer. */
  get lookups(): readonly Lookup[] {
    this.#lookups ??= this.#facts
      .flatMap((facts) => lookupsOf(facts, this.#observation))
      .sort((a, b) => a.frame - b.frame);
    return this.#lookups;
  }

  /** Every name that the capture speaks of, whoever used it. */
  everyName(): string[] {
    return this.#facts.flatMap(({ names }) =>
      Array.from({ length: names.count }, (_, number) => nameText(names, number)),
    );
  }

  /** SRV records of all DNS answers, each once, in the order of the capture. */
  services(): NamedService[] {
    const seen = new Map<string, NamedService>();
    for (const one of this.#facts.flatMap(servicesOf).sort((a, b) => a.frame - b.frame)) {
      const key = `${one.service} ${one.host} ${one.port}`;
      if (!seen.has(key)) seen.set(key, one);
    }
    return [...seen.values()];
  }

  /** What could not be read or kept. */
  get losses(): NameLosses {
    this.#losses ??= this.#countLosses();
    return this.#losses;
  }

  #countLosses(): NameLosses {
    const sum = (count: (facts: Names) => number): number =>
      this.#facts.reduce((total, facts) => total + count(facts), 0);
    return {
      dns: sum(({ counters }) => counters[COUNT_DNS]),
      malformedDns: sum(({ counters }) => counters[COUNT_DNS_MALFORMED]),
      malformedOpenings: sum(({ firsts }) => badVisits(firsts.values, firsts.count)),
      unfinishedOpenings: this.#unfinished,
      dropped: sum(
        ({ names, hostsDropped, lookups, answers, aliases, firsts, visits, openings }) =>
          names.dropped +
          hostsDropped +
          [lookups, answers, aliases, firsts, visits, openings.log].reduce((n, { dropped }) => n + dropped, 0),
      ),
      droppedLookups: sum(
        ({ names, hostsDropped, lookups, answers }) => names.dropped + hostsDropped + lookups.dropped + answers.dropped,
      ),
      setAside: sum(({ counters }) => counters[COUNT_SET_ASIDE]),
    };
  }
}

const books = new WeakMap<Observation, NameBook>();

/** The book of an observation, made once. */
export function nameBookOf(observation: Observation): NameBook {
  const known = books.get(observation);
  if (known !== undefined) return known;
  const book = new NameBook(observation);
  books.set(observation, book);
  return book;
}

function badVisits(values: Int32Array, count: number): number {
  let bad = 0;
  for (let i = 0; i < count; i++) {
    const kind = values[i * VISIT_WIDTH + VISIT_KIND_SIDE] >>> 1;
    if (kind === VISIT_BAD_HELLO || kind === VISIT_BAD_REQUEST) bad++;
  }
  return bad;
}

function visitOf({ facts, values, at }: VisitRow): Visit {
  const kind = VISIT_KINDS[values[at + VISIT_KIND_SIDE] >>> 1];
  const version = values[at + VISIT_VERSION];
  const name = values[at + VISIT_NAME];
  const detail = values[at + VISIT_DETAIL];
  return {
    kind,
    name: name === 0 ? null : nameText(facts.names, name - 1),
    port: values[at + VISIT_PORT],
    detail: detail === 0 ? null : nameText(facts.details, detail - 1),
    version: versionOf(kind, version),
    frame: values[at + VISIT_FRAME] >>> 0,
    seconds: values[at + VISIT_SECONDS] >>> 0,
    nanoseconds: values[at + VISIT_NANOSECONDS],
  };
}

function versionOf(kind: VisitKind, version: number): string {
  if (kind === 'tls' || kind === 'bad-hello') return tlsVersion(version);
  return VISIT_KINDS_THAT_NAME.has(kind) ? (HTTP_METHODS[version] ?? '') : '';
}

function answersOf(facts: Names, observation: Observation): NamedAddress[] {
  const { values, count } = facts.answers;
  const textOf = nameTexts(facts.names);
  // Most have the server of the one before.
  let server = '';
  let serverFamily = 0;
  let serverNumber = 0;
  return Array.from({ length: count }, (_, i): NamedAddress => {
    const at = i * ANSWER_WIDTH;
    const kind = values[at + ANSWER_KIND];
    const source = SOURCES[kind >>> SOURCE_SHIFT];
    const isToAll = source !== 'dns' && source !== 'dns-alias';
    const address = values[at + ANSWER_ADDRESS];
    const family = (kind & CLIENT_IPV6) !== 0 ? 6 : 4;
    if (!isToAll && (family !== serverFamily || values[at + ANSWER_SERVER] !== serverNumber)) {
      serverFamily = family;
      serverNumber = values[at + ANSWER_SERVER];
      server = observation.addressText(family, serverNumber);
    }
    return {
      name: textOf(values[at + ANSWER_NAME]),
      source,
      client: isToAll ? null : observation.addressText(family, values[at + ANSWER_CLIENT]),
      server: isToAll ? null : server,
      address: (kind & ANSWER_IPV6) !== 0 ? ipv6Text(facts.hosts, address * 4) : ipv4Text(address),
      frame: values[at + ANSWER_FRAME] >>> 0,
      seconds: values[at + ANSWER_SECONDS] >>> 0,
      nanoseconds: values[at + ANSWER_NANOSECONDS],
    };
  });
}

function servicesOf({ aliases: { values, count }, names }: Names): NamedService[] {
  const services: NamedService[] = [];
  for (let at = 0; at < count * ALIAS_WIDTH; at += ALIAS_WIDTH) {
    if (values[at + ALIAS_TYPE] !== DNS_TYPE_SRV) continue;
    services.push({
      service: nameText(names, values[at + ALIAS_NAME]),
      host: nameText(names, values[at + ALIAS_TARGET]),
      port: values[at + ALIAS_PORT],
      frame: values[at + ALIAS_FRAME] >>> 0,
    });
  }
  return services;
}

function groupBy(all: readonly NamedAddress[], keyOf: (one: NamedAddress) => string): Map<string, NamedAddress[]> {
  const groups = new Map<string, NamedAddress[]>();
  for (const one of all) {
    const known = groups.get(keyOf(one));
    if (known === undefined) groups.set(keyOf(one), [one]);
    else known.push(one);
  }
  return groups;
}
