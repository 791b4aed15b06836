/** TFTP requests that were repeated and got no answer from any port: the same frames mean different things at different places. */
import type { TftpStory } from '../stories/tftp-story.ts';
import { seesClient } from './boot-facts.ts';
import type { Context } from './context.ts';
import { seesBothWays, type TftpCase, tftpCases, wentOnAfter } from './tftp-evidence.ts';

export const isRejectedRequest = ({ rejection }: TftpStory): boolean => rejection?.about === 'request';

/** Requests without an answer, by client and server: repeated, where an answer would have been seen, or rejected by ICMP. */
export function silentCases(context: Context): TftpCase[] {
  return tftpCases(context, (story) => story.outcome === 'no-answer' && !wentOnAfter(story, context)).filter(
    (one) =>
      one.stories.some(isRejectedRequest) ||
      (one.stories.some(({ requests }) => requests.length > 1) &&
        seesBothWays(one) &&
        !context.lossIn(one.stories.flatMap(({ first, last }) => [first, last]))),
  );
}

/**
 * True where the capture stands near the client, a network boot that got so far on other ports, and nobody rejected the request: then the
 * answer from a port of its own is what a filter most often lacks, though a lost request and a silent service look the same.
 */
export function isNearClient({ boot, stories }: TftpCase): boolean {
  return !stories.some(isRejectedRequest) && bootOf({ boot, stories }, seesClient);
}

/** True where the requests came through a relay's network or reached the server: the boot was seen, its client's own frames were not. */
export function isBehindRelay(one: TftpCase): boolean {
  return bootOf(one, (boot) => !seesClient(boot));
}

function bootOf(
  { boot, stories }: Pick<TftpCase, 'boot' | 'stories'>,
  wanted: (boot: NonNullable<TftpCase['boot']>['boots'][number]) => boolean,
): boolean {
  const found = boot?.boots.find(({ transfers }) => transfers.includes(stories[0]));
  return found !== undefined && wanted(found);
}

/** True where the server answered the same machine on another port: 67 or 4011. */
export function answeredElsewhere({ boot, server }: TftpCase): boolean {
  return (
    boot?.boots.some(({ messages }) =>
      messages.some(({ v4, fromText }) => v4?.op === 2 && (fromText === server.ip || v4.serverId === server.ip)),
    ) ?? false
  );
}
