import type { NameBook, NameSource } from '../names/name-book.ts';
import type { Context } from './context.ts';

/** Who may say what an address is called, the most trusted first. None is trusted over the topology. */
const SOURCES: readonly [source: NameSource, told: string][] = [
  ['dns', 'by DNS'],
  ['netbios', 'by its own word over NetBIOS'],
  ['llmnr', 'by its own word over LLMNR'],
  ['mdns', 'by its own word over mDNS'],
];
/** Characters of a name in a sentence. */
const LONGEST = 64;

/** `LAPTOP7 by its own word in DHCP`: what the capture calls an address that the topology has no name for; null where nothing does. */
export function nameHint(ip: string, { names, stories }: Pick<Context, 'names' | 'stories'>): string | null {
  const answers = names.namesOf(ip).filter(({ name }) => name !== '' && belongsTo(ip, name, names));
  const [dns, ...others] = SOURCES;
  const leased = stories.dhcpNames.get(ip);
  const byDns = answers.find(({ source }) => source === dns![0]);
  if (byDns !== undefined) return `${shortened(byDns.name)} ${dns![1]}`;
  if (leased !== undefined) return `${shortened(leased)} by its own word in DHCP`;
  for (const [source, told] of others) {
    const found = answers.find((answer) => answer.source === source);
    if (found !== undefined) return `${shortened(found.name)} ${told}`;
  }
  return null;
}

/** A name that several addresses have is that of a group or a service. */
function belongsTo(ip: string, name: string, names: NameBook): boolean {
  return names.addressesOf(name).every(({ address }) => address === ip);
}

function shortened(name: string): string {
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST)}…`;
}
