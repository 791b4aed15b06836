import { rpcInterface } from '../catalog/index.ts';
import type { Context } from './context.ts';
import { unmappedUses } from './rpc-unmapped.ts';
import { type RpcExplanation, rpcText } from './rpc-view.ts';
import type { Outcome, RpcConnectionReport, RpcInterfaceReport, Undecided } from './types.ts';
import { called } from './wording.ts';

/** Interfaces told of one port; lsass has some twenty on one. */
const MAX_INTERFACES = 32;

/** Connections to ports that RPC servers handed out: a row for each client, server and port, in the order of the first connection. */
export function rpcReport(context: Context): RpcConnectionReport[] {
  return context.rpc.uses.flatMap((use) => {
    const { client, server, port, explanation } = use;
    if (explanation === null) return [];
    const start = { seconds: use.firstSeconds, nanoseconds: use.firstNanoseconds };
    const all = context.rpc.view.allOf(client.ip, server.ip, port, start);
    const matches = context.rpc.rules(client, server, explanation);
    return [
      {
        src_ip: client.ip,
        src_name: client.endpoint.name,
        dest_ip: server.ip,
        dest_name: server.endpoint.name,
        dest_port: port,
        interfaces: all.slice(0, MAX_INTERFACES).map((one) => interfaceReport(one, context)),
        rules: matches.map(({ rule }) => rule.id),
        connections: use.connections,
        outcomes: Object.fromEntries(use.outcomes) as Partial<Record<Outcome, number>>,
        first_frame: context.place(use.firstFrame).frame,
        capture: context.place(use.firstFrame).capture,
        first_ts: context.time(use.firstSeconds, use.firstNanoseconds),
        last_ts: context.time(use.lastSeconds, use.lastNanoseconds),
      },
    ];
  });
}

function interfaceReport({ mapping, told, own }: RpcExplanation, context: Context): RpcInterfaceReport {
  const place = context.place(told.frame);
  return {
    uuid: mapping.interface,
    name: mapping.interface === null ? null : (rpcInterface(mapping.interface)?.name ?? null),
    text: rpcText(mapping),
    told_by: mapping.way,
    told_to_client: own,
    frame: place.frame,
    capture: place.capture,
    ts: context.time(told.seconds, told.nanoseconds),
  };
}

const EXAMPLES = 3;

/** Why a connection that got through, and is counted as such, is not explained. */
export const UNKNOWN_SERVICE =
  'a port in the dynamic range whose service is not known: it may have been handed out before the capture began, or in words that cannot be read';

/** What of RPC nobody can tell. */
export function rpcUndecided(context: Context): Undecided[] {
  const { undecided } = unmappedUses(context);
  const rows: Undecided[] = [];
  if (undecided.length > 0) {
    rows.push({
      reason: UNKNOWN_SERVICE,
      count: undecided.reduce((sum, { connections }) => sum + connections, 0),
      examples: undecided
        .slice(0, EXAMPLES)
        .map(({ client, server, port }) => `${called(client)} -> ${called(server)} tcp/${port}`),
    });
  }
  if (context.rpc.dropped > 0)
    rows.push({ reason: 'RPC ports beyond what is kept', count: context.rpc.dropped, examples: [] });
  return rows;
}
