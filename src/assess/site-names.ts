/** Names of the site in DNS: those of its hosts, and those by which Active Directory is found. */
import type { NameBook } from '../names/name-book.ts';
import type { Site } from '../site/index.ts';

/** SRV records by which domain controllers are found ([MS-ADTS] section 6.3.2.3). The first form tells by itself that it is of a directory, */
const BY_FORM = /^_(?:ldap|kerberos)\._(?:tcp|udp)\.(?:dc|pdc|gc)\._msdcs\.([^.].*)$/;
/** the second by its domain alone. Not `_gc._tcp`: a domain may well have none, its forest has it. */
const BY_DOMAIN = /^_(?:ldap|kerberos|kpasswd)\._(?:tcp|udp)\.([^.].*)$/;
/** Records of one site of the directory: where there are none, clients take those of the whole domain. */
const ONE_SITE = /\.[^.]+\._sites\./;

/** A record by which domain controllers are found. */
export interface DirectoryRecord {
  domain: string;
  /** The domain is one of the site's; else only the form of the name tells it. */
  isKnown: boolean;
}

/** Which names are the site's own, by its topology and by what DNS told of its addresses. */
export class SiteNames {
  /** Hosts of the topology by their full names, in lower case. */
  readonly #hosts = new Map<string, string>();
  readonly #domains = new Set<string>();

  constructor(site: Site, book: NameBook) {
    const short = new Map<string, string>();
    for (const { name } of site.model.hosts) {
      const dot = name.indexOf('.');
      if (dot < 0) short.set(name.toLowerCase(), name);
      else {
        this.#hosts.set(name.toLowerCase(), name);
        this.#domains.add(name.slice(dot + 1).toLowerCase());
      }
    }
    const found = new Set<string>();
    // Each client is told the same.
    const seen = new Set<string>();
    for (const { name, address, source } of book.answers) {
      if (source !== 'dns' && source !== 'dns-alias') continue;
      const dot = name.indexOf('.');
      const host = short.get(name.slice(0, Math.max(0, dot)));
      if (host === undefined || seen.has(`${address} ${name}`)) continue;
      seen.add(`${address} ${name}`);
      const endpoint = site.lookup(address);
      if (endpoint === undefined || site.endpoints[endpoint]!.name !== host) continue;
      this.#hosts.set(name, host);
      this.#domains.add(name.slice(dot + 1));
      found.add(host);
    }
    // In which of several domains a host is that nobody gave a full name, nobody knows: clients try one after the other.
    const [domain, ...others] = this.#domains;
    if (domain === undefined || others.length > 0) return;
    for (const [label, host] of short) if (!found.has(host)) this.#hosts.set(`${label}.${domain}`, host);
  }

  /** The host of the topology that has this full name in DNS, as the topology calls it; null for others. */
  hostOf(name: string): string | null {
    return this.#hosts.get(name) ?? null;
  }

  /** What a name of an SRV record looks for; null where it is no domain controller. */
  directoryRecord(name: string): DirectoryRecord | null {
    const byForm = BY_FORM.exec(name)?.[1];
    const domain = byForm ?? BY_DOMAIN.exec(name)?.[1];
    if (domain === undefined) return null;
    const isKnown = this.#domains.has(domain);
    return isKnown || byForm !== undefined ? { domain, isKnown } : null;
  }
}

/** The record of the whole domain that stands behind that of one site of the directory; other names as they are. */
export function withoutSite(name: string): string {
  return name.replace(ONE_SITE, '.');
}
