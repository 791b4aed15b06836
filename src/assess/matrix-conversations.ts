/** Who is behind a row of the role matrix: a few conversations, those that need a look first. */
import type { Context, Judged } from './context.ts';
import { evidenceOf } from './new-finding.ts';
import type { Peer } from './peers.ts';
import type { PlainTraffic } from './screening.ts';
import type { MatrixConversation, MatrixRow } from './types.ts';
import { undecidedReason } from './undecided.ts';
import type { Reach } from './verdicts.ts';
import { addressFilter, networkFilter } from './wording.ts';

/** Conversations published of one row; a scan of a network has a million. */
export const MATRIX_CONVERSATIONS = 20;

const RANK: Readonly<Record<Reach['state'], number>> = { blocked: 0, mixed: 1, undecided: 1, works: 2 };

/** Adds a conversation to its row, and describes it where the row still lists it. */
export function addJudged(row: MatrixRow, { conversation, reach }: Judged, context: Context): void {
  insert(row, reach.state, () => {
    const { client, server, fates } = conversation;
    const { frames, capture, first_ts, last_ts } = evidenceOf(fates, context);
    const outcomes: MatrixConversation['outcomes'] = {};
    for (const { outcome, count } of fates) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
    return {
      ...ends(client, server),
      ...(conversation.network === null ? {} : { network: conversation.network.text }),
      state: reach.state,
      ...(reach.state === 'blocked' ? { certainty: reach.certainty } : {}),
      reason: undecidedReason(reach),
      connections: conversation.connections,
      outcomes,
      frames,
      capture,
      first_ts: first_ts!,
      last_ts: last_ts!,
      display_filter: filterOf([client, server], conversation, networkFilter(conversation.network)),
    };
  });
}

/** Adds traffic that simply works; an end with several addresses is told by its name alone. */
export function addPlainTraffic(row: MatrixRow, traffic: PlainTraffic, context: Context): void {
  insert(row, 'works', () => {
    const { client, server, oneClient, oneServer } = traffic;
    const told = ends(client, server);
    const { capture, frame } = context.place(traffic.firstFrame);
    return {
      ...told,
      src_ip: oneClient ? told.src_ip : null,
      dest_ip: oneServer ? told.dest_ip : null,
      state: 'works',
      reason: null,
      connections: traffic.connections,
      outcomes: Object.fromEntries(traffic.outcomes),
      frames: [frame],
      capture,
      first_ts: context.time(traffic.firstSeconds, traffic.firstNanoseconds),
      last_ts: context.time(traffic.lastSeconds, traffic.lastNanoseconds),
      display_filter: filterOf([...(oneClient ? [client] : []), ...(oneServer ? [server] : [])], traffic),
    };
  });
}

/** After those that need a look as much as this one. */
function insert(row: MatrixRow, state: Reach['state'], describe: () => MatrixConversation): void {
  row.conversation_count++;
  const { conversations } = row;
  let at = conversations.length;
  while (at > 0 && RANK[conversations[at - 1].state] > RANK[state]) at--;
  if (at >= MATRIX_CONVERSATIONS) return;
  conversations.splice(at, 0, describe());
  if (conversations.length > MATRIX_CONVERSATIONS) conversations.pop();
}

function ends(client: Peer, server: Peer): Pick<MatrixConversation, 'src_ip' | 'src_name' | 'dest_ip' | 'dest_name'> {
  return {
    src_ip: client.ip,
    src_name: client.endpoint.name,
    dest_ip: server.ip,
    dest_name: server.endpoint.name,
  };
}

const filterOf = (
  peers: readonly Peer[],
  { proto, port }: { proto: string; port: number },
  network: readonly string[] = [],
): string => [...peers.map(addressFilter), ...network, `${proto}.port == ${port}`].join(' && ');
