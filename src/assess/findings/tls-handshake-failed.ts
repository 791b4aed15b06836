import type { RuleMatch } from '../../catalog/index.ts';
import { alertWords } from '../alert-words.ts';
import type { Context } from '../context.ts';
import { EXPECTED_SERVICES } from '../expected-services.ts';
import type { HandshakeFailure } from '../handshake-failures.ts';
import type { Kind } from '../kind.ts';
import { isNeeded } from '../need-severity.ts';
import { endsOf } from '../new-finding.ts';
import { isListed } from '../peers.ts';
import type { Finding } from '../types.ts';
import { called, listText, pairFilter } from '../wording.ts';

/** Traffic that is expected reaches the other side, and one of the two ends the handshake of TLS with an alert. */
export const tlsHandshakeFailed: Kind = {
  meta: { id: 'tls-handshake-failed', title: 'TLS handshakes that fail', severity: 'info' },
  find(context) {
    // A handshake that worked may be among what was not kept.
    if (context.names.losses.dropped > 0) return [];
    return context.handshakeFailures.flatMap((failure) => {
      const match = isListed(failure.client) ? expectedBy(failure, context) : null;
      return match === null ? [] : [tell(failure, match, context)];
    });
  },
};

/** The rule that expects the traffic, one that is needed if any is; null where none does, or those that do expect no TLS. */
function expectedBy(failure: HandshakeFailure, context: Context): RuleMatch | null {
  const { client, server, port, names, targetPort } = failure;
  const allowed = context.internet.uses.flatMap((use) =>
    use.client === client &&
    use.server === server &&
    use.port === port &&
    use.targetPort === targetPort &&
    use.names.some((name) => names.includes(name))
      ? use.allowed
      : [],
  );
  const isOutside = targetPort !== null || server.endpoint.kind === 'internet';
  const matches = isOutside
    ? allowed
    : context.index.match(client.endpoint, server.endpoint, 'tcp', port).filter(mayBeTls);
  return matches.find(({ need }) => isNeeded(need)) ?? matches[0] ?? null;
}

/** False where another protocol is expected (service-mismatch tells that), and for the port of a range, which says nothing. */
function mayBeTls({ rule, relation, via, name }: RuleMatch): boolean {
  if (name === 'unknown' || via === 'proxy' || relation === 'dynamic') return false;
  return EXPECTED_SERVICES[rule.service]?.includes('tls') ?? true;
}

function tell(failure: HandshakeFailure, { rule }: RuleMatch, context: Context): Finding {
  const { client, server, port, by, alert, connections } = failure;
  const places = failure.frames.map((frame) => context.place(frame));
  const [first] = places;
  const words = alertWords(failure);
  const sender = by === 'client' ? 'the client' : senderOf(failure);
  const many = connections === 1 ? '' : `, ${connections} connections`;
  return {
    kind: tlsHandshakeFailed.meta.id,
    severity: 'info',
    certainty: 'proven',
    message: [
      `${called(client)} reaches ${wayOf(failure)}, ${listText(rule)}, but TLS fails: ${sender} ends the handshake with the alert ${alert} (frame ${first!.frame}${many}).`,
      words.meaning,
      ...(words.isOfVersions && failure.offers.length > 0
        ? [`The client offers ${failure.offers.join(' or ')} at most.`]
        : []),
      'The port is open.',
    ].join(' '),
    remedy: `${words.remedy} The System log of Windows tells of alerts, too (Schannel, event 36888 where it was sent, 36887 where it was received).`,
    rule: [rule.id],
    source: rule.source,
    ...endsOf(client, server),
    proto: 'tcp',
    dest_port: port,
    outcome: null,
    count: connections,
    attempts: 0,
    frames: places.filter(({ capture }) => capture === first!.capture).map(({ frame }) => frame),
    capture: first!.capture,
    first_ts: context.time(failure.firstSeconds, failure.firstNanoseconds),
    last_ts: context.time(failure.lastSeconds, failure.lastNanoseconds),
    display_filter: `${pairFilter(client, server)} && tcp.port == ${port} && tls.alert_message`,
    drop: null,
    service: 'tls',
    subject: `${client.endpoint.name ?? client.ip} ${whomOf(failure)} tcp/${failure.targetPort ?? port} ${by} ${alert}`,
  };
}

/** Of names on the internet the address is none of what is told: it changes. */
function whomOf({ server, names, targetPort }: HandshakeFailure): string {
  const isOutside = targetPort !== null || server.endpoint.kind === 'internet';
  return isOutside ? names.join(' or ') : [server.endpoint.name ?? server.ip, ...names].join(' ');
}

/** What stands between may answer in the server's name. */
function senderOf({ server, targetPort }: HandshakeFailure): string {
  if (targetPort !== null) return 'the server, or the proxy in its place,';
  return server.endpoint.kind === 'internet' ? 'the server, or what inspects TLS in its place,' : 'the server';
}

function wayOf({ names, server, port, targetPort }: HandshakeFailure): string {
  const name = names.join(' or ');
  if (targetPort !== null) return `${name} on tcp/${targetPort} through ${called(server)}`;
  return server.endpoint.kind === 'internet'
    ? `${name} (${server.ip}) on tcp/${port}`
    : `${called(server)} on tcp/${port}`;
}
