import { isGrant, LOGON_REQUIRED } from '../protocols/http-answer.ts';
import type { ConnectionView } from '../track/connection-view.ts';
import type { Observation } from '../track/observation.ts';
import { type NameBook, VISIT_KINDS_THAT_NAME, type Visit, type VisitKind } from './name-book.ts';

/** Who says what a connection was made for: its own bytes, or what its client was told of the server's address before. */
export type NamedBy = Extract<VisitKind, 'tls' | 'http' | 'proxied' | 'connect'> | 'dns';

/** The names a connection was made for. */
export interface ConnectionNames {
  /** In lower case; none where nobody says. Several where one address was told for several names. */
  names: readonly string[];
  by: NamedBy | null;
  /** Port of the target behind a proxy, 0 where it is not named; null where no proxy was asked. */
  targetPort: number | null;
  /** True where the connection itself shows that it goes by address: a Host that is one, or a hello without a name. */
  byAddress: boolean;
  /** Names that a proxy was asked for and refused. */
  refusals: ReadonlyMap<string, Refusal>;
}

/** The answer of a proxy that refuses a CONNECT, or any request that lacks a logon. */
export interface Refusal {
  /** RFC 9110 section 15. */
  status: number;
  frame: number;
  seconds: number;
  /** The client asked for the same again on this connection after an answer; what came of it last may not be seen. */
  askedAgain: boolean;
}

const NO_REFUSALS: ReadonlyMap<string, Refusal> = new Map();
const NOBODY: ConnectionNames = { names: [], by: null, targetPort: null, byAddress: false, refusals: NO_REFUSALS };

/** What a proxy is asked for counts before what is asked through it. */
const ORDER: readonly NamedBy[] = ['connect', 'proxied', 'tls', 'http'];

/** The names that connection `view.number` was made for: what it says itself, else the answers of DNS that its client had got by then. */
export function connectionNames(book: NameBook, view: ConnectionView, observation: Observation): ConnectionNames {
  const all = view.proto === 'tcp' ? book.visits(view.number) : [];
  const visits = all.filter(({ kind }) => VISIT_KINDS_THAT_NAME.has(kind));
  for (const by of ORDER) {
    const found = visits.filter(({ kind, name }) => kind === by && name !== null && !isAddress(name));
    if (found.length > 0) return named(found, by, all);
  }
  const byAddress = visits.length > 0;
  const server = observation.addressText(view.family, view.server);
  const answers = book.namesOf(server);
  if (answers.length === 0) return byAddress ? { ...NOBODY, byAddress } : NOBODY;
  const client = observation.addressText(view.family, view.client);
  const told = answers.filter(
    (answer) => answer.source === 'dns' && answer.client === client && answer.frame < view.firstFrame,
  );
  if (told.length === 0) return byAddress ? { ...NOBODY, byAddress } : NOBODY;
  return {
    names: [...new Set(told.map(({ name }) => name))],
    by: 'dns',
    targetPort: null,
    byAddress,
    refusals: NO_REFUSALS,
  };
}

/** @param found visits that name somebody @param all visits of the connection */
function named(found: readonly Visit[], by: NamedBy, all: readonly Visit[]): ConnectionNames {
  const isProxied = by === 'connect' || by === 'proxied';
  const names = [...new Set(found.map(({ name }) => name!))];
  const refusals = names.flatMap((name) => {
    const refusal = refusalOf(all, by, name);
    return refusal === null ? [] : [[name, refusal] as const];
  });
  return {
    names,
    by,
    targetPort: isProxied ? found[0].port || (by === 'proxied' ? 80 : 443) : null,
    byAddress: false,
    refusals: refusals.length === 0 ? NO_REFUSALS : new Map(refusals),
  };
}

const HELLOS: ReadonlySet<VisitKind> = new Set(['tls', 'cut-hello', 'bad-hello']);

/**
 * How a proxy refused what was asked of it for `name`. A tunnel that it granted, or that TLS goes through, was granted in the end, as after a
 * logon; what is answered in it is no answer of the proxy. Of requests that a proxy passes on, only the lack of a logon is its own word: the
 * rest may be the server's.
 * @param visits of one connection, in the order of the capture
 */
export function refusalOf(visits: readonly Visit[], by: NamedBy | null, name: string): Refusal | null {
  if (by !== 'connect' && by !== 'proxied') return null;
  const isAsked = (visit: Visit): boolean => visit.kind === by && visit.name === name;
  const first = visits.findIndex(isAsked);
  const last = visits.findLastIndex(isAsked);
  let refusal: Visit | null = null;
  for (const visit of visits.slice(last + 1)) {
    if (visit.kind === by) break;
    if (HELLOS.has(visit.kind)) return null;
    if (visit.kind !== 'answer') continue;
    if (isGrant(visit.port)) return null;
    if (by === 'connect' || visit.port === LOGON_REQUIRED) refusal = visit;
  }
  if (refusal === null) return null;
  // A mirror shows a request twice, and so does one that is sent again: neither was asked again.
  const askedAgain = visits.slice(first, last).some(({ kind }) => kind === 'answer');
  return { status: refusal.port, frame: refusal.frame, seconds: refusal.seconds, askedAgain };
}

/** True for an address instead of a name. */
export function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.startsWith('[') || /^[0-9a-f:]*:[0-9a-f:.]*$/.test(name);
}
