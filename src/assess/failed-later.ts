/** Connections of which the outcome tells a good beginning, and that failed all the same. */
import type { TftpStory } from '../stories/tftp-story.ts';
import type { ConnectionView } from '../track/connection-view.ts';
import { accuses } from './conversations.ts';
import { FAILED_TRANSFERS } from './story-reach.ts';

/** Numbers of the connections that carried the answers of TFTP transfers that failed. */
export function failedTransfersOf(transfers: readonly TftpStory[]): ReadonlySet<number> {
  const failed = transfers.filter(({ outcome }) => FAILED_TRANSFERS.has(outcome));
  return new Set(failed.flatMap(({ chains }) => chains.map(({ connection }) => connection)));
}

/**
 * Opened and then stalled, or reset by the server right after the request; answered by TFTP data that nobody acknowledges.
 * @param lossy as in Fate
 * @param failedTransfers as failedTransfersOf gives them
 */
export function failedLater(view: ConnectionView, lossy: boolean, failedTransfers: ReadonlySet<number>): boolean {
  if (view.proto === 'tcp') return accuses({ symptom: view.symptom, lossy });
  if (failedTransfers.size === 0) return false;
  return failedTransfers.has(view.number) || (view.transfer !== null && failedTransfers.has(view.transfer));
}
