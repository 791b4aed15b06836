import type { ConnectionView } from '../track/observation.ts';

/** How a connection that got through went on, where that is a symptom. */
export type Symptom = 'stalled' | 'reset-after-request' | null;

/**
 * Established, and then nothing: what a filter that reads content does, or a path that loses large packets. A client that resets before
 * the answer came gave up of its own will (a cancelled page, a probe of the port): that accuses nobody.
 */
export function symptomOf(view: ConnectionView): Symptom {
  if (view.outcome !== 'established') return null;
  if (view.ended === 'stalled') return 'stalled';
  return view.ended === 'reset-by-server' && view.clientSentData && !view.serverSentData ? 'reset-after-request' : null;
}
