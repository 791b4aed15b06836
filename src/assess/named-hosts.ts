import type { NameBook } from '../names/name-book.ts';
import type { Site } from '../site/index.ts';
import { leadsNowhere } from './sinkholes.ts';

/**
 * The site with the addresses of hosts that it lists by name only, as the capture's own DNS answers have them. An answer for another name
 * that begins with the host's counts only where it gives an address of the site: `www` is not every web server of the world. The answer of a filter
 * is no address of a host.
 */
export function withNamedHosts(site: Site, book: NameBook): Site {
  const wanted = new Set(site.hostsWithoutAddress.map((name) => name.toLowerCase()));
  if (wanted.size === 0) return site;
  const found = book.answers.filter(({ name, address, source }) => {
    if (source === 'mdns' || leadsNowhere(address)) return false;
    if (wanted.has(name)) return true;
    if (!wanted.has(name.split('.', 1)[0]!)) return false;
    const endpoint = site.lookup(address);
    return endpoint !== undefined && site.endpoints[endpoint]!.kind !== 'internet';
  });
  return site.withAddresses(found);
}
