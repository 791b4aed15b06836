import type { RuleMatch } from '../../catalog/index.ts';
import { CERTIFICATE_LISTS, windowsPurpose } from '../../catalog/windows-names.ts';
import type { Lookup } from '../../names/lookups.ts';
import { DNS_TYPE_A, DNS_TYPE_AAAA } from '../../protocols/dns.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { isNeeded } from '../need-severity.ts';
import { endsOf } from '../new-finding.ts';
import type { Peer } from '../peers.ts';
import { isListed } from '../peers.ts';
import type { Certainty, Finding } from '../types.ts';
import { addressFilter, called, counted, listText } from '../wording.ts';

/** Errors by their code (RFC 6895 section 2.3), but for NXDOMAIN and SERVFAIL. */
const ERRORS: Readonly<Record<number, string>> = { 1: 'FORMERR', 4: 'NOTIMP', 5: 'REFUSED' };

/** How long a resolver may take (verdicts.ts says where this is from), in seconds. */
const PATIENCE_SECONDS = 8.5;

/** The lookup of a name that is allowed failed, or nobody answered it. */
export const endpointUnresolved: Kind = {
  meta: { id: 'endpoint-unresolved', title: 'Internet endpoints that DNS does not resolve', severity: 'medium' },
  find(context) {
    const byName = new Map<string, Lookup[]>();
    const answered = new Set<string>();
    const unnamed = new Map<string, Lookup>();
    for (const lookup of context.names.lookups()) {
      if (lookup.answered + lookup.empty + lookup.nxdomain + lookup.servfail + lookup.refused > 0)
        answered.add(lookup.server);
      if (lookup.type === 0) unnamed.set(lookup.client, lookup);
      if (lookup.type !== DNS_TYPE_A && lookup.type !== DNS_TYPE_AAAA) continue;
      const key = `${lookup.client} ${lookup.name}`;
      const known = byName.get(key);
      if (known === undefined) byName.set(key, [lookup]);
      else known.push(lookup);
    }
    return [...byName.values()].flatMap((lookups) => tell(lookups, { answered, unnamed }, context));
  },
};

/** What servers answered, whatever the name. */
interface Answers {
  /** Servers that answered anything. */
  answered: ReadonlySet<string>;
  /** Errors that do not repeat the question, by client. */
  unnamed: ReadonlyMap<string, Lookup>;
}

/** "SERVFAIL, REFUSED": the errors of lookups other than NXDOMAIN. */
function errorsOf(lookups: readonly Lookup[]): string {
  const errors = lookups.flatMap(({ servfail, refused, otherCode }) => [
    ...(servfail > 0 ? ['SERVFAIL'] : []),
    ...(refused > 0 ? [ERRORS[otherCode] ?? `error ${otherCode}`] : []),
  ]);
  return [...new Set(errors)].join(', ');
}

/** What became of all lookups of one name by one client; null where nothing can be said against it. */
function failureOf(
  lookups: readonly Lookup[],
  { answered, unnamed }: Answers,
  { endAfter, lossIn }: Context,
): { what: string; certainty: Certainty } | null {
  const sum = (count: (lookup: Lookup) => number): number => lookups.reduce((total, one) => total + count(one), 0);
  if (sum((one) => one.answered) > 0) return null;
  // An empty answer for IPv6 says nothing while IPv4 was not asked, or the other way round: the name exists.
  if (sum((one) => one.empty) > 0) return null;
  const nxdomain = sum((one) => one.nxdomain);
  const failed = sum((one) => one.servfail) + sum((one) => one.refused);
  if (nxdomain > 0) return { what: `the answer is that the name does not exist (NXDOMAIN)`, certainty: 'proven' };
  if (failed > 0) return { what: `the server could not say (${errorsOf(lookups)})`, certainty: 'proven' };
  const queries = sum((one) => one.queries);
  const { querySeconds: last, queryFrame } = lookups.reduce((a, b) => (b.querySeconds > a.querySeconds ? b : a));
  const first = lookups.map(({ seconds }) => seconds).reduce((a, b) => Math.min(a, b));
  if (queries < 2 || endAfter({ seconds: last, frame: queryFrame }).seconds - last < PATIENCE_SECONDS) return null;
  if (lossIn([{ seconds: first }, { seconds: last }])) return null;
  const error = unnamed.get(lookups[0]!.client);
  if (error !== undefined)
    return {
      what: `got no answer to it, but errors that do not repeat the question (${errorsOf([error])})`,
      certainty: 'likely',
    };
  return {
    what: `nobody answered (${counted(queries, 'question')})`,
    certainty: lookups.some(({ server }) => answered.has(server)) ? 'proven' : 'likely',
  };
}

function tell(lookups: readonly Lookup[], answers: Answers, context: Context): Finding[] {
  const [first] = lookups as [Lookup];
  const client = context.peerOf(first.client);
  if (client === null || !isListed(client)) return [];
  const failure = failureOf(lookups, answers, context);
  if (failure === null) return [];
  const match = allowedAnywhere(first.name, client, context);
  if (match === null) return [];
  const server = context.peerOf(first.server);
  const frames = lookups
    .flatMap(({ frame, failFrame, queryFrame }) => [frame, failFrame || queryFrame])
    .filter((f) => f > 0);
  const places = [...new Set(frames)].sort((a, b) => a - b).map((frame) => context.place(frame));
  const capture = places[0]?.capture ?? null;
  const condition =
    match.need === 'conditional' && match.rule.condition !== null ? ` Needed where: ${match.rule.condition}.` : '';
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
      outcome: null,
      count: lookups.length,
      attempts: lookups.reduce((total, { queries }) => total + queries, 0),
      frames: places
        .filter((place) => place.capture === capture)
        .map(({ frame }) => frame)
        .slice(0, 5),
      capture,
      first_ts: context.time(first.seconds, first.nanoseconds),
      last_ts: null,
      display_filter: `${addressFilter(client)} && dns.qry.name == "${first.name.replace(/[^a-z0-9._-]/g, '?')}"`,
      drop: null,
      subject: `${client.endpoint.name ?? client.ip} ${first.name}`,
    },
  ];
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
