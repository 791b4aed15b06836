/** Answers of DNS that lead nowhere: how filters say no without an error. */
import type { Lookup } from '../names/lookups.ts';
import type { NamedAddress } from '../names/name-book.ts';
import { DNS_TYPE_A, DNS_TYPE_AAAA } from '../protocols/dns.ts';
import type { Context } from './context.ts';

/** True for the unspecified address and for the asking host itself (RFC 1122 section 3.2.1.3, RFC 4291 sections 2.5.2 and 2.5.3). */
export function leadsNowhere(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '::1' || address.startsWith('127.');
}

/**
 * The answers that a client got for a name, where all of them lead nowhere; empty where one does not, or may not. An address for IPv6 that leads
 * nowhere says nothing while IPv4 was not asked.
 * @param lookups A and AAAA of one name by one client
 */
export function sinkholeAnswers(lookups: readonly Lookup[], { names, internet, peerOf }: Context): NamedAddress[] {
  const answered = lookups.filter((one) => one.answered > 0);
  if (!answered.some(({ type }) => type === DNS_TYPE_A) || names.losses.droppedLookups > 0) return [];
  const { client, name } = lookups[0]!;
  const told = names.addressesOf(name).filter((one) => one.source === 'dns' && one.client === client);
  if (!told.every(({ address }) => leadsNowhere(address))) return [];
  // An answer that was cut short, or refers to TCP, tells no address.
  if (answered.some(({ type }) => addressesOfType(told, type).length === 0)) return [];
  const party = peerOf(client)?.party;
  const isReached = internet.uses.some(
    (use) =>
      use.client.party === party &&
      use.names.includes(name) &&
      (use.reach.state === 'works' || use.reach.state === 'mixed'),
  );
  return isReached ? [] : told;
}

/** Addresses among answers that are of a type of record. */
export function addressesOfType(answers: readonly NamedAddress[], type: number): NamedAddress[] {
  return answers.filter(({ address }) => (type === DNS_TYPE_AAAA) === address.includes(':'));
}
