import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { endsOf } from '../new-finding.ts';
import type { RpcUse } from '../rpc-connections.ts';
import { unmappedUses } from '../rpc-unmapped.ts';
import type { Finding } from '../types.ts';
import { called, counted, pairFilter } from '../wording.ts';

/** Ports named in one message. */
const PORTS_NAMED = 10;
/** Frame numbers that one finding lists. */
const FRAMES = 5;

/** A connection in the dynamic range, between two that may use RPC, to a port that nobody handed out. */
export const rpcPortUnmapped: Kind = {
  meta: { id: 'rpc-port-unmapped', title: 'Dynamic ports that no endpoint mapper explains', severity: 'info' },
  find(context) {
    const byPair = new Map<string, RpcUse[]>();
    for (const use of unmappedUses(context).known) {
      const key = `${use.client.number} ${use.server.number}`;
      const known = byPair.get(key);
      if (known === undefined) byPair.set(key, [use]);
      else known.push(use);
    }
    return [...byPair.values()].map((uses) => tell(uses, context));
  },
};

function tell(uses: RpcUse[], context: Context): Finding {
  const { client, server } = uses[0];
  const asker = context.rpc.view.asker(client.ip, server.ip)!;
  const ports = uses.map(({ port }) => port).sort((a, b) => a - b);
  const named = `${ports.slice(0, PORTS_NAMED).join(', ')}${ports.length > PORTS_NAMED ? ', …' : ''}`;
  const places = uses.map(({ firstFrame }) => context.place(firstFrame));
  const capture = places[0].capture;
  const matches = context.rpc.rules(client, server, null);
  const last = uses.reduce((a, b) =>
    a.lastSeconds > b.lastSeconds || (a.lastSeconds === b.lastSeconds && a.lastNanoseconds >= b.lastNanoseconds)
      ? a
      : b,
  );
  return {
    kind: rpcPortUnmapped.meta.id,
    severity: 'info',
    certainty: 'likely',
    message: `${called(client)} talks to ${called(server)} on tcp/${named}, in the dynamic range, and nothing that was said on tcp/135 in this capture (${counted(asker.answered, 'answer')} between the two) gave ${ports.length === 1 ? 'that port' : 'those ports'} out: it was told before the capture began, or this is another program than RPC.`,
    remedy: `On ${called(server)}, see which program listens there (Get-NetTCPConnection -State Listen -LocalPort ${ports[0]}). If it is no RPC server, it belongs into "expect" in the topology with a reason, or should be blocked.`,
    rule: matches.map(({ rule }) => rule.id),
    source: matches[0]?.rule.source ?? null,
    ...endsOf(client, server),
    proto: 'tcp',
    dest_port: ports.length === 1 ? ports[0] : null,
    outcome: 'established',
    drop: null,
    count: uses.reduce((sum, { connections }) => sum + connections, 0),
    attempts: uses.reduce((sum, { connections }) => sum + connections, 0),
    frames: places
      .filter((place) => place.capture === capture)
      .map(({ frame }) => frame)
      .sort((a, b) => a - b)
      .slice(0, FRAMES),
    capture,
    first_ts: context.time(uses[0].firstSeconds, uses[0].firstNanoseconds),
    last_ts: context.time(last.lastSeconds, last.lastNanoseconds),
    display_filter: `${pairFilter(client, server)} && tcp.port in {${ports.slice(0, PORTS_NAMED).join(', ')}}`,
  };
}
