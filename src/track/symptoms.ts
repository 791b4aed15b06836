import { SERVICE_NONE, SERVICE_SMB } from '../protocols/first-bytes.ts';
import type { ConnectionView } from './connection-view.ts';

/**
 * What is odd about a connection that was answered. Some accuse (stalled, reset-after-request); of the others nobody can tell what they mean:
 * smb-refused, stalled-later (data had gone both ways before), unheard (repeats of one side, and the other is not in the capture),
 * old-connection (the SYN was answered by an ACK alone), not-taken-up (nothing of the client after the SYN-ACK, no reset and no other SYN),
 * reset-ignored (resets answered the SYN that do not acknowledge it: RFC 9293 section 3.10.7.3), answer-rejected (UDP: "port unreachable", not from the client's address, about each answer).
 */
export type Symptom =
  | 'stalled'
  | 'reset-after-request'
  | 'smb-refused'
  | 'stalled-later'
  | 'unheard'
  | 'old-connection'
  | 'not-taken-up'
  | 'answer-rejected'
  | 'reset-ignored'
  | null;

/**
 * Established, and then nothing: what a filter that reads content does, or a path that loses large packets. A client that resets before
 * the answer came gave up of its own will (a cancelled page, a probe of the port): that accuses nobody. A Windows server without SMB 1 resets
 * the connection of a client that offers nothing else: the port is open, and the two have no dialect in common; where the capture holds
 * headers alone, the port tells that it may be so. A server that holds an older connection on the same ports answers a SYN with an ACK (RFC 9293
 * section 3.10.7.4, RFC 5961 section 4.2). Where data went both ways, the port is open: a firewall forgot the connection since, an end went away,
 * or large packets get lost.
 */
export function symptomOf(view: ConnectionView): Symptom {
  if (view.outcome === 'half-open' && view.attempts > 0) {
    if (view.answerNanoseconds === null) return view.serverOnlyReset ? 'reset-ignored' : 'old-connection';
    return view.attempts === 1 && view.resetFrame === 0 ? 'not-taken-up' : null;
  }
  if (view.outcome === 'answered') return view.icmp === null ? null : 'answer-rejected';
  if (view.outcome === 'one-sided' && view.stall === 'unseen') return 'unheard';
  if (view.outcome !== 'established') return null;
  if (view.ended === 'stalled') return view.stall === 'later' ? 'stalled-later' : 'stalled';
  if (view.ended !== 'reset-by-server' || !view.clientSentData || view.serverSentData) return null;
  const isUnseenSmb = view.requestUnseen && view.service === SERVICE_NONE && SMB_PORTS.has(view.serverPort);
  return view.service === SERVICE_SMB || isUnseenSmb ? 'smb-refused' : 'reset-after-request';
}

/** [MS-SMB2] section 2.1, RFC 1002 section 4.3. */
const SMB_PORTS: ReadonlySet<number> = new Set([445, 139]);

/** A timer repeats an unanswered SYN after 1 s (RFC 6298 section 2.1): sooner than this, a repeated one was only out of order. */
const SLOW_NANOSECONDS = 1e9;

/** Nanoseconds that a connection took to open, where its client had to repeat its SYN; 0 where it opened at once, or is a symptom. */
export function slownessOf(view: ConnectionView): number {
  const { answerNanoseconds } = view;
  if (view.outcome !== 'established' || view.attempts < 2 || answerNanoseconds === null) return 0;
  return answerNanoseconds >= SLOW_NANOSECONDS && view.symptom === null ? answerNanoseconds : 0;
}
