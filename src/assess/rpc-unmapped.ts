/** Connections to dynamic ports that no answer on port 135 explains: where the capture shows that none did, and where nobody can tell. */
import type { Context } from './context.ts';
import type { RpcUse } from './rpc-connections.ts';

export interface Unmapped {
  /** The client asked 135 of this server before, all that was said there could be read, and the port was not in it. */
  known: RpcUse[];
  undecided: RpcUse[];
}

/** Of ends that may use RPC; between others the port is unexpected, and told as that. */
export function unmappedUses(context: Context): Unmapped {
  const { rpc } = context;
  const unmapped: Unmapped = { known: [], undecided: [] };
  const isWhole = rpc.view.stories.dropped === 0;
  for (const use of rpc.uses) {
    if (use.explanation !== null || (use.outcomes.get('established') ?? 0) === 0) continue;
    if (rpc.rules(use.client, use.server, null).length === 0) continue;
    const asker = rpc.view.asker(use.client.ip, use.server.ip);
    const asked =
      asker !== null &&
      asker.answered > 0 &&
      (asker.first.seconds < use.firstSeconds ||
        (asker.first.seconds === use.firstSeconds && asker.first.nanoseconds < use.firstNanoseconds));
    const isLossy = context.lossIn([{ seconds: use.firstSeconds }, asker?.first ?? { seconds: use.firstSeconds }]);
    if (asked && asker.unread === 0 && isWhole && !isLossy) unmapped.known.push(use);
    else unmapped.undecided.push(use);
  }
  return unmapped;
}
