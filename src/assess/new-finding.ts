import type { Context } from './context.ts';
import type { Conversation, Fate } from './conversations.ts';
import type { Peer } from './peers.ts';
import type { Finding } from './types.ts';
import { filterOf } from './wording.ts';

/** Frame numbers that one finding lists. */
const FRAMES = 5;

type Ends = Pick<Finding, 'src_ip' | 'src_name' | 'src_roles' | 'dest_ip' | 'dest_name' | 'dest_roles'>;

/** The two ends of a finding; null where there is none. */
export function endsOf(client: Peer | null, server: Peer | null): Ends {
  return {
    src_ip: client?.ip ?? null,
    src_name: client?.endpoint.name ?? null,
    src_roles: [...(client?.endpoint.roles ?? [])],
    dest_ip: server?.ip ?? null,
    dest_name: server?.endpoint.name ?? null,
    dest_roles: [...(server?.endpoint.roles ?? [])],
  };
}

type Told = Pick<Finding, 'kind' | 'severity' | 'certainty' | 'message' | 'remedy' | 'rule' | 'source'>;

/** A finding about some fates of one conversation, with its evidence. */
export function findingOf(told: Told, conversation: Conversation, fates: readonly Fate[], context: Context): Finding {
  return {
    ...told,
    ...endsOf(conversation.client, conversation.server),
    proto: conversation.proto,
    dest_port: conversation.port,
    ...(conversation.network === null ? {} : { network: conversation.network.text }),
    outcome: fates[0].outcome,
    ...(fates[0].icmp === null ? {} : { icmp: fates[0].icmp }),
    display_filter: filterOf(conversation),
    ...evidenceOf(fates, context),
  };
}

/** Counts, frames and times of fates. Frames are those of the capture that holds the first one. */
export function evidenceOf(
  fates: readonly Fate[],
  context: Context,
): Pick<Finding, 'count' | 'attempts' | 'frames' | 'capture' | 'first_ts' | 'last_ts' | 'drop'> {
  const places = fates
    .flatMap(({ frames }) => frames)
    .sort((a, b) => a - b)
    .map((frame) => context.place(frame));
  const capture = places[0]?.capture ?? null;
  const first = fates.reduce((a, b) =>
    isBefore(a.firstSeconds, a.firstNanoseconds, b.firstSeconds, b.firstNanoseconds) ? a : b,
  );
  const last = fates.reduce((a, b) =>
    isBefore(a.lastSeconds, a.lastNanoseconds, b.lastSeconds, b.lastNanoseconds) ? b : a,
  );
  const drop = fates.map((fate) => fate.drop).find((one) => one !== null) ?? null;
  return {
    count: fates.reduce((sum, { count }) => sum + count, 0),
    attempts: fates.reduce((sum, { attempts }) => sum + attempts, 0),
    frames: places
      .filter((place) => place.capture === capture)
      .map(({ frame }) => frame)
      .slice(0, FRAMES),
    capture,
    first_ts: context.time(first.firstSeconds, first.firstNanoseconds),
    last_ts: context.time(last.lastSeconds, last.lastNanoseconds),
    drop,
  };
}

function isBefore(aSeconds: number, aNanoseconds: number, bSeconds: number, bNanoseconds: number): boolean {
  return aSeconds < bSeconds || (aSeconds === bSeconds && aNanoseconds <= bNanoseconds);
}
