import type { ConnectionView, Observation } from '../track/observation.ts';
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
}

const NOBODY: ConnectionNames = { names: [], by: null, targetPort: null, byAddress: false };

/** What a proxy is asked for counts before what is asked through it. */
const ORDER: readonly NamedBy[] = ['connect', 'proxied', 'tls', 'http'];

/** The names that connection `view.number` was made for: what it says itself, else the answers of DNS that its client had got by then. */
export function connectionNames(book: NameBook, view: ConnectionView, observation: Observation): ConnectionNames {
  const visits =
    view.proto === 'tcp' ? book.visits(view.number).filter(({ kind }) => VISIT_KINDS_THAT_NAME.has(kind)) : [];
  for (const by of ORDER) {
    const found = visits.filter(({ kind, name }) => kind === by && name !== null && !isAddress(name));
    if (found.length > 0) return named(found, by);
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
  return { names: [...new Set(told.map(({ name }) => name))], by: 'dns', targetPort: null, byAddress };
}

function named(visits: readonly Visit[], by: NamedBy): ConnectionNames {
  const isProxied = by === 'connect' || by === 'proxied';
  return {
    names: [...new Set(visits.map(({ name }) => name!))],
    by,
    targetPort: isProxied ? visits[0].port || (by === 'proxied' ? 80 : 443) : null,
    byAddress: false,
  };
}

/** True for an address instead of a name. */
export function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.startsWith('[') || /^[0-9a-f:]*:[0-9a-f:.]*$/.test(name);
}
