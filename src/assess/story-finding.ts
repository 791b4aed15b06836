import { compareMoments, type Moment } from '../stories/moment.ts';
import type { Context } from './context.ts';
import { endsOf } from './new-finding.ts';
import type { Peer } from './peers.ts';
import type { Finding } from './types.ts';

/** Frame numbers that one finding lists. */
const FRAMES = 5;

/** What a finding about a conversation played in time order says; the rest is made of the evidence. */
export interface StoryTold
  extends Pick<
    Finding,
    'kind' | 'severity' | 'certainty' | 'message' | 'remedy' | 'outcome' | 'display_filter' | 'subject'
  > {
  client: Peer | null;
  server: Peer | null;
  port: number | null;
  /** Transfers, boots or servers behind it, and requests within them. */
  count: number;
  attempts: number;
  /** What shows it, in any order. */
  moments: readonly Moment[];
}

export function storyFinding(told: StoryTold, context: Context): Finding {
  const { client, server, port, moments, ...rest } = told;
  const ordered = [...moments].sort(compareMoments);
  const places = ordered.map(({ frame }) => context.place(frame));
  const capture = places[0]?.capture ?? null;
  const frames = places.filter((place) => place.capture === capture).map(({ frame }) => frame);
  const first = ordered[0];
  const last = ordered[ordered.length - 1];
  const matches =
    client === null || server === null || port === null
      ? []
      : context.index.match(client.endpoint, server.endpoint, 'udp', port).filter(({ name }) => name !== 'unknown');
  return {
    ...rest,
    rule: matches.map(({ rule }) => rule.id),
    source: matches[0]?.rule.source ?? null,
    ...endsOf(client, server),
    proto: 'udp',
    dest_port: port,
    frames: [...new Set(frames)].slice(0, FRAMES),
    capture,
    first_ts: first === undefined ? null : context.time(first.seconds, first.nanoseconds),
    drop: null,
    last_ts: last === undefined ? null : context.time(last.seconds, last.nanoseconds),
  };
}
