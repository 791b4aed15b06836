import { SERVICE_SMB } from '../protocols/first-bytes.ts';
import type { ConnectionView } from './connection-view.ts';

/** How a connection that got through went on, where that is a symptom. */
export type Symptom = 'stalled' | 'reset-after-request' | 'smb-refused' | null;

/**
 * Established, and then nothing: what a filter that reads content does, or a path that loses large packets. A client that resets before
 * the answer came gave up of its own will (a cancelled page, a probe of the port): that accuses nobody. A Windows server without SMB 1 resets
 * the connection of a client that offers nothing else: the port is open, and the two have no dialect in common.
 */
export function symptomOf(view: ConnectionView): Symptom {
  if (view.outcome !== 'established') return null;
  if (view.ended === 'stalled') return 'stalled';
  if (view.ended !== 'reset-by-server' || !view.clientSentData || view.serverSentData) return null;
  return view.service === SERVICE_SMB ? 'smb-refused' : 'reset-after-request';
}

/** A timer repeats an unanswered SYN after 1 s (RFC 6298 section 2.1): sooner than this, a repeated one was only out of order. */
const SLOW_NANOSECONDS = 1e9;

/** Nanoseconds that a connection took to open, where its client had to repeat its SYN; 0 where it opened at once, or is a symptom. */
export function slownessOf(view: ConnectionView): number {
  const { answerNanoseconds } = view;
  if (view.outcome !== 'established' || view.attempts < 2 || answerNanoseconds === null) return 0;
  return answerNanoseconds >= SLOW_NANOSECONDS && symptomOf(view) === null ? answerNanoseconds : 0;
}
