import type { RuleIndex, RuleMatch } from '../catalog/index.ts';
import type { Rule } from '../catalog/types.ts';
import type { NameBook } from '../names/name-book.ts';
import type { Service } from '../protocols/first-bytes.ts';
import type { Site } from '../site/index.ts';
import type { Moment } from '../stories/moment.ts';
import type { Conversation } from './conversations.ts';
import type { HandshakeFailure } from './handshake-failures.ts';
import type { InternetView } from './internet-view.ts';
import { PARTY_LIMIT, type Peer } from './peers.ts';
import type { RpcTraffic } from './rpc-traffic.ts';
import type { PlainTraffic } from './screening.ts';
import type { ServiceSeen } from './services-seen.ts';
import type { StoriesView } from './stories-view.ts';
import type { StoryReach } from './story-reach.ts';
import type { Reach, Verdict } from './verdicts.ts';

/** A conversation with what was decided about it. */
export interface Judged {
  conversation: Conversation;
  verdict: Verdict;
  reach: Reach;
}

/** One rule between one pair of addresses, where they are judged apart in one of their networks: the conversations that it expects. */
export interface RuleUse {
  rule: Rule;
  match: RuleMatch;
  client: Peer;
  server: Peer;
  /** Number of the network; 0 where the two are judged alike in all. */
  network: number;
  judged: Judged[];
}

/** Where a frame is found again: the capture and the number in it. */
export interface FramePlace {
  capture: string;
  frame: number;
}

/** Everything a finding may look at. */
export interface Context {
  site: Site;
  index: RuleIndex;
  /** Conversations that are more than expected traffic that works. */
  judged: Judged[];
  /** Expected traffic that works. */
  plain: readonly PlainTraffic[];
  /** By pair of addresses and rule, in the order of first appearance. */
  uses: RuleUse[];
  /** The uses of a pair of addresses; key as pairKey makes it. */
  usesByPair: ReadonlyMap<number, readonly RuleUse[]>;
  /** Network boots and TFTP transfers, and which conversations they explain. */
  stories: StoriesView;
  storyReach: StoryReach;
  /** Ports that RPC servers handed out, and the connections to them. */
  rpc: RpcTraffic;
  /** Traffic with the internet by the names it was made for. */
  internet: InternetView;
  /** What ran on which port, by its first bytes. */
  services: readonly ServiceSeen[];
  /** Handshakes of TLS that ended with an alert, where nothing better came. */
  handshakeFailures: readonly HandshakeFailure[];
  /** Protocols on a port of an address, the most used first. */
  servicesOn(server: Peer, proto: 'tcp' | 'udp', port: number): readonly Service[];
  /** Names that the capture speaks of. */
  names: NameBook;
  /** The peer of an address of the capture, as text; null where no connection has it. */
  peerOf(ip: string): Peer | null;
  /** Address of who rejected a message by ICMP, or null. */
  rejectionOf(message: { connection: number; from: { address: number; port: number } }): string | null;
  /** True where the capture may have lost packets between the first and the last of these moments, or soon after: silence proves nothing then. */
  lossIn(moments: readonly Pick<Moment, 'seconds'>[]): boolean;
  /** Up to when the capture went on that shows that moment: a pause of hours, or a time stamp of another year, is no silence. */
  endAfter(moment: Pick<Moment, 'seconds'> & Partial<Pick<Moment, 'frame'>>): { seconds: number; nanoseconds: number };
  /** The capture and the number in it of a frame counted over all captures. */
  place(frame: number): FramePlace;
  /** ISO 8601 of a time stamp. */
  time(seconds: number, nanoseconds: number): string;
}

/** Hosts of the topology are one, whatever their addresses. */
export function pairKey(client: Peer, server: Peer): number {
  return client.party * PARTY_LIMIT + server.party;
}

/** True where some conversation of this use got through; of a rule that needs all of its ports, where none is blocked besides. */
export function useWorks(use: RuleUse): boolean {
  return use.judged.some(({ reach }) => reach.state === 'works' || reach.state === 'mixed') && !lacksOneOfAll(use);
}

/** True where no conversation of this use got through, and at least one is blocked; where all ports are needed, one blocked is enough. */
export function useIsBlocked(use: RuleUse): boolean {
  return !useWorks(use) && use.judged.some(({ reach }) => reach.state === 'blocked');
}

function lacksOneOfAll(use: RuleUse): boolean {
  return use.match.relation === 'all' && use.judged.some(({ reach }) => reach.state === 'blocked');
}

/** A rule that stands in for `use` between the same ends and works: another of its alternatives, or one it falls back to. */
export function standIn(use: RuleUse, context: Context): { use: RuleUse; by: 'alternative' | 'fallback' } | null {
  for (const other of context.usesByPair.get(pairKey(use.client, use.server)) ?? []) {
    // The same rule in another network is no stand-in: there it works, and here it does not.
    if (other.rule.id === use.rule.id || !useWorks(other)) continue;
    if (use.rule.alternatives !== null && other.rule.alternatives === use.rule.alternatives)
      return { use: other, by: 'alternative' };
    if (use.rule.fallback.includes(other.rule.id)) return { use: other, by: 'fallback' };
  }
  return null;
}
