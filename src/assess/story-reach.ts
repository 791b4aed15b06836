import { BOOT_SERVER_PORT } from '../stories/boot-messages.ts';
import { TFTP_PORT } from '../stories/tftp-stories.ts';
import type { TftpStory } from '../stories/tftp-story.ts';
import { boot4011 } from './boot-facts.ts';
import type { Conversation } from './conversations.ts';
import type { StoriesView } from './stories-view.ts';
import type { Reach } from './verdicts.ts';

/** Which conversations a story knows more of than their packets tell, and what. */
export interface StoryReach {
  /** What became of the conversation; null where no story speaks of it. */
  reach(conversation: Conversation): Reach | null;
  /** True where a finding of a story tells that it failed: no other one has to. */
  isTold(conversation: Conversation): boolean;
}

/** Outcomes of transfers that findings of their own tell. */
export const FAILED_TRANSFERS: ReadonlySet<TftpStory['outcome']> = new Set<TftpStory['outcome']>([
  'no-answer',
  'not-acknowledged',
  'stalled',
]);

/**
 * TFTP by its transfers: a request that was answered from another port works only where the answer was acknowledged, and port 69 needs
 * no answer of its own. Boot server requests (4011) by what the boots show.
 */
export function storyReach(stories: StoriesView): StoryReach {
  const tftp = new Map<string, { worked: number; failed: TftpStory[] }>();
  for (const story of stories.transfers) {
    const key = `${story.clientText} ${story.serverText}`;
    const sums = tftp.get(key) ?? { worked: 0, failed: [] };
    tftp.set(key, sums);
    if (FAILED_TRANSFERS.has(story.outcome)) sums.failed.push(story);
    else if (story.outcome !== 'undecided') sums.worked++;
  }
  const unanswered = new Set<string>();
  for (const client of stories.clients) {
    for (const boot of client.boots) {
      const asked = boot4011(boot);
      if (asked !== null && asked.answers.length === 0)
        for (const { fromText, toText } of asked.requests) unanswered.add(`${fromText} ${toText}`);
    }
  }
  const isTftp = ({ proto, port, isTransfer }: Conversation): boolean =>
    proto === 'udp' && (port === TFTP_PORT || isTransfer);
  const keyOf = ({ client, server }: Conversation): string => `${client.ip} ${server.ip}`;
  return {
    reach(conversation) {
      const sums = isTftp(conversation) ? tftp.get(keyOf(conversation)) : undefined;
      if (sums === undefined || sums.failed.length === 0) return null;
      if (sums.worked > 0) return { state: 'mixed' };
      const answered = sums.failed.filter(({ outcome }) => outcome !== 'no-answer');
      if (answered.length === 0) return null;
      return { state: 'blocked', certainty: answered.every(isProven) ? 'proven' : 'likely' };
    },
    isTold(conversation) {
      if (conversation.proto !== 'udp') return false;
      if (conversation.port === BOOT_SERVER_PORT) return unanswered.has(keyOf(conversation));
      return isTftp(conversation) && (tftp.get(keyOf(conversation))?.failed.length ?? 0) > 0;
    },
  };
}

/** The answer is in the capture and the client went on asking, or an ICMP error says who refuses. */
export function isProven({ outcome, requests, rejection }: TftpStory): boolean {
  return rejection !== null || (outcome === 'not-acknowledged' && requests.length > 1);
}
