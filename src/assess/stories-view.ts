import type { BootClient } from '../stories/boot-story.ts';
import type { Stories } from '../stories/stories.ts';

/** The stories with the look-ups that findings need. */
export interface StoriesView extends Stories {
  clientByAddress: ReadonlyMap<string, BootClient>;
  /** By address of the client: when its latest completed transfer ended, in seconds. */
  lastCompleted: ReadonlyMap<string, number>;
}

export function storiesView(stories: Stories): StoriesView {
  const clientByAddress = new Map<string, BootClient>();
  for (const client of stories.clients) for (const address of client.addresses) clientByAddress.set(address, client);
  const lastCompleted = new Map<string, number>();
  for (const { outcome, clientText, last } of stories.transfers) {
    if (outcome !== 'complete') continue;
    const time = last.seconds + last.nanoseconds / 1e9;
    lastCompleted.set(clientText, Math.max(time, lastCompleted.get(clientText) ?? 0));
  }
  return { ...stories, clientByAddress, lastCompleted };
}
