import { dynamicRange, formatPortRange } from '../../catalog/index.ts';
import type { RpcMapping } from '../../stories/rpc-stories.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import type { Peer } from '../peers.ts';
import { isListed } from '../peers.ts';
import { rpcFinding } from '../rpc-finding.ts';
import { rpcText } from '../rpc-view.ts';
import type { Finding } from '../types.ts';
import { addressFilter, called, counted, someOf } from '../wording.ts';

/** Interfaces named in one message. */
const INTERFACES_NAMED = 3;
/** Where Windows put dynamic ports before Vista and Server 2008 (note 6 of the port page). */
const OLD_RANGE_END = 5000;

/** An RPC server listens outside the range that firewalls were opened for. */
export const rpcPortOutOfRange: Kind = {
  meta: { id: 'rpc-port-out-of-range', title: 'RPC ports outside the range', severity: 'low' },
  find(context) {
    const byPort = new Map<string, { server: Peer; mappings: RpcMapping[] }>();
    for (const mapping of context.rpc.view.stories.mappings) {
      const server = context.peerOf(mapping.server);
      if (server === null || !isListed(server) || !context.rpc.isOutOfRange(server, mapping.port)) continue;
      const key = `${server.number} ${mapping.port}`;
      const known = byPort.get(key);
      if (known === undefined) byPort.set(key, { server, mappings: [mapping] });
      else known.mappings.push(mapping);
    }
    return [...byPort.values()].map(({ server, mappings }) => tell(server, mappings, context));
  },
};

function tell(server: Peer, mappings: RpcMapping[], context: Context): Finding {
  const { port } = mappings[0];
  const range = formatPortRange(dynamicRange(server.endpoint));
  const interfaces = [...new Set(mappings.map(rpcText))];
  const named = someOf(interfaces, INTERFACES_NAMED);
  const clients = [...new Set(mappings.map(({ client }) => client))];
  const client = clients.length === 1 ? context.peerOf(clients[0]) : null;
  const why =
    port <= OLD_RANGE_END && port >= 1024
      ? 'a port fixed by the administrator, or one of the range of Windows before Server 2008'
      : 'a port fixed by the administrator, or a range changed with netsh';
  return rpcFinding(
    {
      kind: rpcPortOutOfRange.meta.id,
      severity: 'low',
      certainty: 'proven',
      message: `${called(server)} tells ${client === null ? counted(clients.length, 'client') : called(client)} that ${named} listens on tcp/${port}, outside ${range}: ${why}. Firewalls that were opened for ${range} stop it.`,
      remedy: `If it is meant, write it down: set dynamic_rpc_range for this host in the topology, or add tcp/${port} to "expect", and open it beside ${range}. On the server, "netsh int ipv4 show dynamicport tcp" shows the range; fixed ports stand in the registry of the service (NTDS, Netlogon, NTFRS, DFSR) or of the DCOM application.`,
      rule: [],
      source: null,
      outcome: null,
      client,
      server,
      port,
      count: mappings.reduce((sum, { count }) => sum + count, 0),
      moments: mappings.flatMap(({ first, last }) => [first, last]),
      display_filter: `${addressFilter(server)} && tcp.port in {135, ${port}}`,
    },
    context,
  );
}
