import type { RuleMatch } from '../../catalog/index.ts';
import type { Context } from '../context.ts';
import { EXPECTED_SERVICES, SERVICE_NAMES } from '../expected-services.ts';
import type { Kind } from '../kind.ts';
import { endsOf } from '../new-finding.ts';
import type { Peer } from '../peers.ts';
import type { ServiceSeen } from '../services-seen.ts';
import type { Finding } from '../types.ts';
import { addressFilter, called, counted, ruleText } from '../wording.ts';

/** A port that a rule expects for one protocol carries another. */
export const serviceMismatch: Kind = {
  meta: { id: 'service-mismatch', title: 'Another protocol than expected', severity: 'medium' },
  find(context) {
    return context.services.flatMap((seen) => {
      for (const client of seen.clients) {
        const match = mismatched(seen, client, context);
        if (match !== null) return [tell(seen, client, match, context)];
      }
      return [];
    });
  },
};

/** The first rule that expects this port, where all that do expect other protocols; null where one does not, or none is known. */
function mismatched(seen: ServiceSeen, client: Peer, { index }: Context): RuleMatch | null {
  // Rules that name a host of the internet speak of this server or not: its name is not asked here.
  const matches = index
    .match(client.endpoint, seen.server.endpoint, seen.proto, seen.port)
    .filter(({ name }) => name !== 'unknown');
  // A proxy may be spoken to in any way, and the port of a range says nothing.
  if (matches.length === 0 || matches.some(({ via, relation }) => via === 'proxy' || relation === 'dynamic'))
    return null;
  const other = matches.every(({ rule }) => {
    const expected = EXPECTED_SERVICES[rule.service];
    return expected !== undefined && !expected.includes(seen.service);
  });
  return other ? matches[0]! : null;
}

function tell(seen: ServiceSeen, client: Peer, { rule }: RuleMatch, context: Context): Finding {
  const { server, proto, port, service, connections, frames, clients } = seen;
  const places = frames.map((frame) => context.place(frame));
  const capture = places[0]?.capture ?? null;
  const expected = EXPECTED_SERVICES[rule.service]!.map((one) => SERVICE_NAMES[one]).join(' or ');
  const more = clients.length > 1 ? ` and ${counted(clients.length - 1, 'other')}` : '';
  return {
    kind: serviceMismatch.meta.id,
    severity: 'medium',
    certainty: 'proven',
    message: `${called(client)}${more} ${more === '' ? 'speaks' : 'speak'} ${SERVICE_NAMES[service]} to ${called(server)} on ${proto}/${port}, where ${ruleText(rule)} is ${expected} (${counted(connections, 'connection')}).`,
    remedy: `See which service listens on ${proto}/${port} of ${called(server)}, and what the client is set to: a binding, an address with the wrong scheme (http, https), or another program on this port. If this port is meant for it, say so in "expect".`,
    rule: [rule.id],
    source: rule.source,
    ...endsOf(client, server),
    proto,
    dest_port: port,
    outcome: null,
    count: connections,
    attempts: 0,
    frames: places.filter((place) => place.capture === capture).map(({ frame }) => frame),
    capture,
    first_ts: context.time(seen.firstSeconds, seen.firstNanoseconds),
    last_ts: context.time(seen.lastSeconds, seen.lastNanoseconds),
    display_filter: `${addressFilter(server)} && ${proto}.port == ${port}`,
    drop: null,
    service,
  };
}
