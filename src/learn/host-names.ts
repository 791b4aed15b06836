/** Names of addresses from what a capture says. They are hostile: a name is taken only where it can be nothing else than a name. */
import { resolveRole } from '../catalog/roles.ts';
import { looksLikeAddress } from '../site/addresses.ts';
import { NAME_SOURCES, type NameSaid, type Seen } from './signs.ts';

/** Letters, digits, hyphens and underscores between dots: what RFC 1123 section 2.1 and NetBIOS have in common, underscore added. */
const NAME = /^(?=.*[a-z])[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)*$/i;
const MAX_NAME = 253;
/** Words that a topology takes for something else than a host. */
const RESERVED: ReadonlySet<string> = new Set(['any', 'internet', 'localhost', 'workgroup', 'localdomain']);
/** Names of domains and their parts, which domain controllers register for themselves. */
const OF_DOMAINS = /^(gc|domaindnszones|forestdnszones|pdc|dc|wpad|isatap)\.|\._msdcs\./i;

/** Whether a name can stand in a topology without being taken for a role, an address or a keyword. */
export function isHostName(name: string): boolean {
  return (
    name.length <= MAX_NAME &&
    NAME.test(name) &&
    !looksLikeAddress(name) &&
    !RESERVED.has(name.toLowerCase()) &&
    resolveRole(name) === undefined
  );
}

export const shortName = (name: string): string => name.split('.')[0]!.toUpperCase();

/** The name of each address that has one, with who says so. */
export function nameAddresses(all: readonly Seen[]): ReadonlyMap<Seen, NameSaid> {
  const domains = domainsOf(all);
  const usable = (name: string): boolean =>
    isHostName(name) && !OF_DOMAINS.test(name) && !domains.has(name.toLowerCase());
  const holders = new Map<string, Set<Seen>>();
  const names = new Map<Seen, NameSaid[]>();
  for (const seen of all) {
    const own = seen.names
      .map((said) => ({ ...said, name: said.name.replace(/\.+$/, '') }))
      .filter(({ name }) => usable(name));
    names.set(seen, own);
    for (const { name, source } of own) {
      const key = `${source === 'netlogon' ? 'self ' : ''}${name.toLowerCase()} ${seen.interval.family}`;
      const known = holders.get(key) ?? new Set();
      holders.set(key, known.add(seen));
    }
  }
  const isShared = ({ name, source }: NameSaid, { interval }: Seen): boolean =>
    source !== 'netlogon' && holders.get(`${name.toLowerCase()} ${interval.family}`)!.size > 1;
  const chosen = new Map<Seen, NameSaid>();
  for (const seen of all) {
    const name = choose(names.get(seen)!.filter((said) => !isShared(said, seen)));
    if (name !== null) chosen.set(seen, name);
  }
  return chosen;
}

/** Domains that SRV records and domain controllers speak of: an address of such a name is one of many. */
function domainsOf(all: readonly Seen[]): Set<string> {
  const domains = new Set<string>();
  for (const { signs } of all) {
    for (const { kind, value } of signs.values()) {
      if (kind === 'netlogon' || kind === 'account') domains.add(value);
      if (kind === 'srv')
        domains.add(
          value.replace(
            /^(_[^.]*\.|[^.]+\._sites\.|dc\._msdcs\.|gc\._msdcs\.|pdc\._msdcs\.|[^.]+\.domains\._msdcs\.)+/,
            '',
          ),
        );
    }
  }
  return domains;
}

function choose(names: readonly NameSaid[]): NameSaid | null {
  for (const source of NAME_SOURCES) {
    const said = names.filter((one) => one.source === source).sort((a, b) => a.frame - b.frame);
    if (said.length === 0) continue;
    const shorts = new Set(said.map(({ name }) => shortName(name)));
    if (shorts.size === 1) return longest(said);
    // A server may have several names in DNS; a machine has one account and one DHCP name at a time.
    if (source !== 'dns' && source !== 'srv') continue;
    const others = new Set(names.filter((one) => one.source !== source).map(({ name }) => shortName(name)));
    return said.find(({ name }) => others.has(shortName(name))) ?? said[0]!;
  }
  return null;
}

const longest = (said: readonly NameSaid[]): NameSaid =>
  said.reduce((best, one) => (one.name.length > best.name.length ? one : best));
