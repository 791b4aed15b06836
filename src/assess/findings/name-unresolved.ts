import type { Lookup } from '../../names/lookups.ts';
import { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_SRV } from '../../protocols/dns.ts';
import type { Context } from '../context.ts';
import { errorCount, errorText, lookupEvidence, nameFilter } from '../failed-lookups.ts';
import type { Kind } from '../kind.ts';
import { endsOf } from '../new-finding.ts';
import { isListed, type Peer } from '../peers.ts';
import { SiteNames, withoutSite } from '../site-names.ts';
import type { Finding } from '../types.ts';
import { addressFilter, called, counted, someOf } from '../wording.ts';

/** Names in one message. */
const NAMED = 3;

/** Hosts of the site, or its domain controllers, are looked up, and DNS has nothing but errors for it. */
export const nameUnresolved: Kind = {
  meta: { id: 'name-unresolved', title: 'Names of the site that DNS does not resolve', severity: 'info' },
  find(context) {
    // A good answer may be among what was not kept.
    if (context.names.losses.droppedLookups > 0) return [];
    const lookups = context.names.lookups.filter(({ client }) => {
      const peer = context.peerOf(client);
      return peer !== null && isListed(peer);
    });
    const names = new SiteNames(context.site, context.names);
    const failed = [...failedHosts(lookups, names), ...failedDirectories(lookups, names, context)];
    const groups = new Map<string, Failed>();
    for (const one of failed) {
      const key = `${one.lookups[0]!.server} ${one.of}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, one);
      else known.lookups.push(...one.lookups);
    }
    return [...groups.values()].map((group) => tell(group, context));
  },
};

/** Lookups for one thing, of which none got anything. */
interface Failed {
  /** What they were for, in words: `the name of MP01`. */
  of: string;
  isDirectory: boolean;
  lookups: Lookup[];
}

/** Lookups by client and what they are for. */
function groupBy(lookups: readonly Lookup[], keyOf: (lookup: Lookup) => string | null): Map<string, Lookup[]> {
  const groups = new Map<string, Lookup[]>();
  for (const lookup of lookups) {
    const key = keyOf(lookup);
    if (key === null) continue;
    const known = groups.get(`${lookup.client} ${key}`);
    if (known === undefined) groups.set(`${lookup.client} ${key}`, [lookup]);
    else known.push(lookup);
  }
  return groups;
}

/** Those that got an error, where nobody got anything; an empty answer says that the name exists. */
function errorsIn(lookups: readonly Lookup[]): Lookup[] {
  return lookups.some(({ answered, empty }) => answered + empty > 0)
    ? []
    : lookups.filter((one) => errorCount(one) > 0);
}

function failedHosts(lookups: readonly Lookup[], names: SiteNames): Failed[] {
  const groups = groupBy(lookups, ({ type, name }) =>
    type === DNS_TYPE_A || type === DNS_TYPE_AAAA ? names.hostOf(name) : null,
  );
  return [...groups.values()].flatMap((group) => {
    const failed = errorsIn(group);
    // An error for IPv6 alone: the address of IPv4 may be in the client's cache.
    if (!failed.some(({ type }) => type === DNS_TYPE_A)) return [];
    return [{ of: `the address of ${names.hostOf(failed[0]!.name)}`, isDirectory: false, lookups: failed }];
  });
}

function failedDirectories(lookups: readonly Lookup[], names: SiteNames, context: Context): Failed[] {
  const asked = lookups.filter(({ type }) => type === DNS_TYPE_SRV);
  const domains = new Set(asked.flatMap(({ name }) => names.directoryRecord(withoutSite(name))?.domain ?? []));
  const groups = groupBy(asked, ({ name }) =>
    names.directoryRecord(withoutSite(name)) === null ? null : withoutSite(name),
  );
  return [...groups.values()].flatMap((group) => {
    const failed = errorsIn(group).filter(({ name }) => name === withoutSite(name));
    const [first] = failed;
    if (first === undefined) return [];
    const { domain, isKnown } = names.directoryRecord(first.name)!;
    if (!isKnown && !isOwn(domain, domains, context.peerOf(first.client))) return [];
    return [{ of: `the domain controllers of ${domain}`, isDirectory: true, lookups: failed }];
  });
}

/** True for a domain of which nothing is known but that a host of the topology looks for it: not a short name, nor a domain with a suffix behind it. */
function isOwn(domain: string, domains: ReadonlySet<string>, client: Peer | null): boolean {
  if (client?.endpoint.kind !== 'host' || !domain.includes('.')) return false;
  return ![...domains].some((other) => domain.startsWith(`${other}.`));
}

function tell({ of, isDirectory, lookups }: Failed, context: Context): Finding {
  const [first] = lookups as [Lookup];
  const clients = [...new Set(lookups.map(({ client }) => client))];
  const client = context.peerOf(first.client);
  const server = context.peerOf(first.server);
  const names = [...new Set(lookups.map(({ name }) => name))];
  const who = client === null ? first.client : called(client);
  const others = clients.length === 1 ? '' : ` and ${counted(clients.length - 1, 'other')}`;
  const whom = server === null ? first.server : called(server);
  const isLossy = context.lossIn(
    lookups.flatMap(({ seconds, querySeconds }) => [{ seconds }, { seconds: querySeconds || seconds }]),
  );
  const filter = names.slice(0, NAMED).map(nameFilter);
  return {
    kind: nameUnresolved.meta.id,
    severity: 'info',
    certainty: isLossy ? 'likely' : 'proven',
    message: `${who}${others} ${clients.length === 1 ? 'asks' : 'ask'} ${whom} for ${of} (${someOf(names, NAMED)}), and ${errorText(lookups)}. No good answer came in this capture; DNS itself gets through.`,
    remedy: remedyOf(isDirectory, names[0]!, who, whom, first.server),
    rule: [],
    source: null,
    ...endsOf(clients.length === 1 ? client : null, server),
    proto: 'udp',
    dest_port: 53,
    ...lookupEvidence(lookups, context),
    display_filter: `${server === null ? 'dns' : addressFilter(server)} && (${filter.join(' || ')})`,
    subject: `${server?.endpoint.name ?? first.server} ${of}`,
  };
}

function remedyOf(isDirectory: boolean, name: string, who: string, whom: string, server: string): string {
  const test = `Resolve-DnsName ${name}${isDirectory ? ' -Type SRV' : ''} -Server ${server}`;
  return isDirectory
    ? `Without these records clients find no domain controller, whatever ports are open. See that ${who} asks a DNS server of the domain, that ${whom} has its zone (Windows: ${test}), and that the domain controllers have registered there (on each: nltest /dsregdns).`
    : `See that ${who} asks a DNS server that knows the site, and that ${whom} has the record (Windows: ${test}). Where the host has another name in DNS, this does no harm.`;
}
