import type { RuleMatch } from '../../catalog/index.ts';
import { LOGON_REQUIRED } from '../../protocols/http-answer.ts';
import type { Context } from '../context.ts';
import { accuses, isBlocked } from '../conversations.ts';
import { endpointRemedy } from '../endpoint-remedies.ts';
import type { ProxyRefusal } from '../internet-traffic.ts';
import type { InternetUse } from '../internet-view.ts';
import type { Kind } from '../kind.ts';
import { isNeeded, isSymptom, severityOf } from '../need-severity.ts';
import { findingOf } from '../new-finding.ts';
import type { Certainty, Finding } from '../types.ts';
import { called, counted, likelyNote, listText, whatHappened } from '../wording.ts';

/** A name that is allowed was used, and its connection did not get through. */
export const endpointBlocked: Kind = {
  meta: { id: 'endpoint-blocked', title: 'Internet endpoints that are blocked', severity: 'high' },
  find(context) {
    const { anywhere, there } = namesThatWork(context.internet.uses);
    const refused = new Set(context.internet.uses.flatMap((use) => (use.refusal === null ? [] : keysOf(use))));
    return context.internet.uses.flatMap((use) => {
      if (!isToldByName(use)) return [];
      // Some connections got through and others did not: nothing blocks it for good. Proxies are asked without a logon first.
      if (keysOf(use).every((key) => there.has(key))) return [];
      if (use.refusal !== null) return [tellRefused(use, use.refusal, context)];
      // What a proxy said another time says more than its silence.
      if (use.unanswered !== null)
        return keysOf(use).some((key) => refused.has(key)) ? [] : [tellUnanswered(use, context)];
      return tell(
        use,
        use.names.every((name) => anywhere.has(partyKey(use, name))),
        context,
      );
    });
  },
};

/** True where a blocked conversation is told here by its names, and nowhere else. */
export function isToldByName(use: InternetUse): boolean {
  return use.reach.state === 'blocked' && use.names.length > 0 && use.allowed.length > 0;
}

/** Clients and names that got through: over any address, as names of content networks have many, and over this address and port. */
function namesThatWork(uses: readonly InternetUse[]): { anywhere: ReadonlySet<string>; there: ReadonlySet<string> } {
  const working = uses.filter(({ reach }) => reach.state === 'works' || reach.state === 'mixed');
  const keys = (keyOf: (use: InternetUse, name: string) => string): Set<string> =>
    new Set(working.flatMap((use) => use.names.map((name) => keyOf(use, name))));
  return { anywhere: keys(partyKey), there: keys(placeKey) };
}

const partyKey = ({ client }: InternetUse, name: string): string => `${client.party} ${name}`;
const placeKey = ({ client, server, port, targetPort }: InternetUse, name: string): string =>
  `${client.party} ${server.number} ${port} ${targetPort} ${name}`;

const keysOf = (use: InternetUse): string[] => use.names.map((name) => placeKey(use, name));

function wayOf({ names, server, port, targetPort }: InternetUse): string {
  const name = names.join(' or ');
  return targetPort === null
    ? `${name} (${server.ip}) on tcp/${port}`
    : `${name} on tcp/${targetPort} through ${called(server)}`;
}

/** The rule to tell of those that allow a use: one that is needed, if any is. */
function toldMatch({ allowed }: InternetUse): RuleMatch {
  return allowed.find(({ need }) => isNeeded(need)) ?? allowed[0]!;
}

function neededWhere({ need, rule }: RuleMatch): string | null {
  return need === 'conditional' && rule.condition !== null ? `Needed where: ${rule.condition}.` : null;
}

/** @param elsewhere the name works over another address */
function tell(use: InternetUse, elsewhere: boolean, context: Context): Finding[] {
  const { client, names, allowed, fates, port, targetPort, conversation } = use;
  const match = toldMatch(use);
  const failed = fates.filter((fate) => isBlocked(fate) || accuses(fate));
  const certainty = use.reach.state === 'blocked' ? use.reach.certainty : 'likely';
  return failed.map((fate) => {
    const notes = [
      neededWhere(match),
      elsewhere ? 'The name works over another address.' : null,
      fate.symptom === 'reset-after-request'
        ? 'A reset right after the first request is how filters work that read the name (TLS inspection, web filters).'
        : null,
      certainty === 'likely' && !isSymptom([fate]) ? likelyNote(conversation, [fate]) : null,
    ];
    return {
      ...findingOf(
        {
          kind: endpointBlocked.meta.id,
          severity: severityOf(match.need, [fate], elsewhere),
          certainty,
          message: [
            `${called(client)} does not reach ${wayOf(use)}, ${listText(match.rule)}: ${whatHappened(fate)}.`,
            ...notes.filter((note) => note !== null),
          ].join(' '),
          remedy: endpointRemedy(use, fate),
          rule: allowed.map(({ rule }) => rule.id),
          source: match.rule.source,
        },
        conversation,
        [fate],
        context,
      ),
      subject: `${client.endpoint.name ?? client.ip} ${names.join(' or ')} tcp/${targetPort ?? port}`,
    };
  });
}

/** A proxy was reached and asked, and gave no answer for so long that its client went away. */
function tellUnanswered(use: InternetUse, context: Context): Finding {
  const { server, names, targetPort } = use;
  return ofProxy(use, context, {
    certainty: 'likely',
    what: 'the proxy took its CONNECT and gave no answer',
    note: 'That is how it looks where the proxy waits in vain itself: for DNS, or for a connection that a firewall drops.',
    remedy: `See that ${called(server)} resolves ${names[0]}, and that it may go out to tcp/${targetPort}; its log says how long it tried.`,
  });
}

/** What statuses of proxies are called (RFC 9110 section 15). */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
/** What web servers answer that are no proxies, or take no CONNECT. */
const NO_PROXY: ReadonlySet<number> = new Set([400, 401, 404, 405, 501]);

const DOUBTS: Record<Exclude<ProxyRefusal['doubt'], null>, string> = {
  'asked-again': 'It asked again on the same connection; what came of that may not be in the capture.',
  'cut-short': 'A second try with a logon may not be in the capture, which ends or loses packets soon after.',
};

/** A proxy was reached, and did not pass the request on. */
function tellRefused(use: InternetUse, { status, doubt }: ProxyRefusal, context: Context): Finding {
  const name = STATUS_NAMES[status] === undefined ? `${status}` : `${status} ${STATUS_NAMES[status]}`;
  const asked = use.by === 'connect' ? 'its CONNECT' : 'its request';
  return ofProxy(use, context, {
    certainty: doubt === null ? 'proven' : 'likely',
    what: `the proxy answers ${asked} with ${name}`,
    note: doubt === null ? null : DOUBTS[doubt],
    remedy: refusedRemedy(use, status),
  });
}

/** A proxy was reached, and what it was asked for was not. */
function ofProxy(
  use: InternetUse,
  context: Context,
  told: { certainty: Certainty; what: string; note: string | null; remedy: string },
): Finding {
  const { client, names, allowed, fates, targetPort, conversation, connections } = use;
  const match = toldMatch(use);
  const notes = [neededWhere(match), told.note].filter((note) => note !== null);
  return {
    ...findingOf(
      {
        kind: endpointBlocked.meta.id,
        severity: severityOf(match.need, fates, use.refusal === null),
        certainty: told.certainty,
        message: [
          `${called(client)} does not reach ${wayOf(use)}, ${listText(match.rule)}: ${told.what} (${counted(connections, 'connection')}).`,
          ...notes,
        ].join(' '),
        remedy: told.remedy,
        rule: allowed.map(({ rule }) => rule.id),
        source: match.rule.source,
      },
      conversation,
      fates,
      context,
    ),
    subject: `${client.endpoint.name ?? client.ip} ${names.join(' or ')} tcp/${targetPort}`,
  };
}

function refusedRemedy({ client, server, port, names, targetPort }: InternetUse, status: number): string {
  const [name] = names;
  const proxy = called(server);
  const allow = `llow ${name} on tcp/${targetPort} for ${called(client)} in the rules of ${proxy}.`;
  if (status === LOGON_REQUIRED)
    return `Let ${proxy} pass ${name} without a logon for ${called(client)} (services ask as the computer account), or give the service an account that the proxy accepts.`;
  if (NO_PROXY.has(status))
    return `See whether tcp/${port} of ${proxy} is a proxy that takes CONNECT: ${status} is what web servers answer to it that are none. If it is one, a${allow}`;
  if (status < 400)
    return `${proxy} sends ${called(client)} to another address instead, as with a page for a logon or for what is blocked. A${allow}`;
  if (status >= 500)
    return `${proxy} was asked and could not get there itself: see that it resolves ${name}, and that it may go out to tcp/${targetPort}.`;
  return `A${allow}`;
}
