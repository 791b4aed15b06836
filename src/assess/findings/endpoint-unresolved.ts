import type { RuleMatch } from '../../catalog/index.ts';
import { CERTIFICATE_LISTS, windowsPurpose } from '../../catalog/windows-names.ts';
import type { Lookup } from '../../names/lookups.ts';
import { DNS_TYPE_A, DNS_TYPE_AAAA } from '../../protocols/dns.ts';
import type { Context } from '../context.ts';
import { type Answers, answersOf, failureOf, lookupEvidence, nameFilter } from '../failed-lookups.ts';
import type { Kind } from '../kind.ts';
import { isNeeded } from '../need-severity.ts';
import { endsOf } from '../new-finding.ts';
import type { Peer } from '../peers.ts';
import { isListed } from '../peers.ts';
import { addressesOfType, leadsNowhere, sinkholeAnswers } from '../sinkholes.ts';
import type { Finding } from '../types.ts';
import { addressFilter, called, listText } from '../wording.ts';

/** The lookup of a name that is allowed failed, nobody answered it, or the answer leads nowhere. */
export const endpointUnresolved: Kind = {
  meta: { id: 'endpoint-unresolved', title: 'Internet endpoints that DNS does not resolve', severity: 'medium' },
  find(context) {
    const byName = new Map<string, Lookup[]>();
    const lookups = context.names.lookups;
    for (const lookup of lookups) {
      if (lookup.type !== DNS_TYPE_A && lookup.type !== DNS_TYPE_AAAA) continue;
      const key = `${lookup.client} ${lookup.name}`;
      const known = byName.get(key);
      if (known === undefined) byName.set(key, [lookup]);
      else known.push(lookup);
    }
    const answers = answersOf(lookups);
    const misled = new Set(
      context.names.answers.flatMap(({ address, client, name }) =>
        leadsNowhere(address) ? [`${client} ${name}`] : [],
      ),
    );
    return [...byName].flatMap(([key, ofName]) =>
      misled.has(key) ? tellSinkhole(ofName, context) : tell(ofName, answers, context),
    );
  },
};

function tell(lookups: readonly Lookup[], answers: Answers, context: Context): Finding[] {
  const [first] = lookups as [Lookup];
  const client = context.peerOf(first.client);
  if (client === null || !isListed(client)) return [];
  const failure = failureOf(lookups, answers, context);
  if (failure === null) return [];
  const match = allowedAnywhere(first.name, client, context);
  if (match === null) return [];
  const server = context.peerOf(first.server);
  const condition = conditionOf(match);
  return [
    {
      kind: endpointUnresolved.meta.id,
      severity: 'medium',
      certainty: failure.certainty,
      message: `${called(client)} asks ${server === null ? first.server : called(server)} for ${first.name}, ${listText(match.rule)}, and ${failure.what}.${condition}`,
      remedy: `See what ${server === null ? first.server : called(server)} makes of the name (Windows: Resolve-DnsName ${first.name}): its forwarders, a zone of your own that hides the name, or a filter on DNS. Behind a proxy that resolves names itself this does no harm.`,
      rule: [match.rule.id],
      source: match.rule.source,
      ...endsOf(client, server),
      proto: 'udp',
      dest_port: 53,
      ...lookupEvidence(lookups, context),
      display_filter: `${addressFilter(client)} && ${nameFilter(first.name)}`,
      subject: `${client.endpoint.name ?? client.ip} ${first.name}`,
    },
  ];
}

/** DNS gave an address that is none of the name's. */
function tellSinkhole(lookups: readonly Lookup[], context: Context): Finding[] {
  const [first] = lookups as [Lookup];
  const client = context.peerOf(first.client);
  if (client === null || !isListed(client)) return [];
  const told = sinkholeAnswers(lookups, context);
  const [answer] = told;
  if (answer === undefined) return [];
  const match = allowedAnywhere(first.name, client, context);
  if (match === null) return [];
  const server = context.peerOf(answer.server!);
  const whom = server === null ? answer.server! : called(server);
  const addresses = [...new Set(told.map(({ address }) => address))].join(' and ');
  const { frame } = context.place(answer.frame);
  const moments = lookups.flatMap(({ seconds, querySeconds }) => [{ seconds }, { seconds: querySeconds || seconds }]);
  return [
    {
      kind: endpointUnresolved.meta.id,
      severity: 'medium',
      certainty: context.lossIn(moments) ? 'likely' : 'proven',
      message: `${called(client)} asks for ${first.name}, ${listText(match.rule)}, and ${whom} answers ${addresses} (frame ${frame}), which leads nowhere: a filter of DNS answers like that.${conditionOf(match)}`,
      remedy: `Take ${first.name} off the block list of ${whom}, or of whom it asks: a filter of DNS (Pi-hole, AdGuard, a policy zone, a protective service), or a zone or hosts file of your own with this address. Behind a proxy that resolves names itself this does no harm.`,
      rule: [match.rule.id],
      source: match.rule.source,
      ...endsOf(client, server),
      proto: 'udp',
      dest_port: 53,
      ...lookupEvidence(lookups, context, ({ type }) => addressesOfType(told, type)[0]?.frame ?? 0),
      display_filter: `${addressFilter(client)} && ${nameFilter(first.name)}`,
      subject: `${client.endpoint.name ?? client.ip} ${first.name}`,
    },
  ];
}

function conditionOf({ need, rule }: RuleMatch): string {
  return need === 'conditional' && rule.condition !== null ? ` Needed where: ${rule.condition}.` : '';
}

/** The rule that lets a client use a name on any of its ports, if it is needed; null where none does. */
function allowedAnywhere(name: string, client: Peer, { internet }: Context): RuleMatch | null {
  // A lookup does not tell its port: what Windows itself asks for is not held to be a revocation list of some wide pattern.
  const purpose = windowsPurpose(name);
  const ports = purpose === null || purpose === CERTIFICATE_LISTS ? [443, 80, 5671] : [443, 5671];
  for (const port of ports) {
    const found = internet
      .allowedName(client.endpoint, internet.outside, port, name)
      .find(({ rule, need }) => rule.endpoint !== null && isNeeded(need));
    if (found !== undefined) return found;
  }
  return null;
}
