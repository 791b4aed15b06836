import { compareMoments, type Moment } from '../stories/moment.ts';
import type { Context } from './context.ts';
import { endsOf } from './new-finding.ts';
import type { Peer } from './peers.ts';
import type { Finding } from './types.ts';

/** Frame numbers that one finding lists. */
const FRAMES = 5;

/** What a finding about words on port 135 says; the rest is made of the evidence. */
export interface RpcTold
  extends Pick<
    Finding,
    | 'kind'
    | 'severity'
    | 'certainty'
    | 'message'
    | 'remedy'
    | 'rule'
    | 'source'
    | 'outcome'
    | 'count'
    | 'display_filter'
  > {
  client: Peer | null;
  server: Peer;
  port: number;
  /** What shows it, in any order; at least one. */
  moments: readonly Moment[];
}

export function rpcFinding({ client, server, port, moments, ...told }: RpcTold, context: Context): Finding {
  const ordered = [...moments].sort(compareMoments);
  const places = ordered.map(({ frame }) => context.place(frame));
  const { capture } = places[0];
  const first = ordered[0];
  const last = ordered[ordered.length - 1];
  const frames = places.filter((place) => place.capture === capture).map(({ frame }) => frame);
  return {
    ...told,
    ...endsOf(client, server),
    proto: 'tcp',
    dest_port: port,
    attempts: told.count,
    drop: null,
    frames: [...new Set(frames)].slice(0, FRAMES),
    capture,
    first_ts: context.time(first.seconds, first.nanoseconds),
    last_ts: context.time(last.seconds, last.nanoseconds),
  };
}
