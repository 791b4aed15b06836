/** What of a conversation nobody can tell, and why. */
import { type Conversation, works } from './conversations.ts';
import { isUnclear, type Reach, UNDECIDED_REASONS } from './verdicts.ts';

/** Connections of an expected conversation of which nobody can tell whether they could have worked. */
export function undecidedConnections({ fates }: Pick<Conversation, 'fates'>, reach: Reach): number {
  if (undecidedReason(reach) === null) return 0;
  const open = fates.filter((fate) => {
    if (reach.state === 'works') return isUnclear(fate);
    return reach.state !== 'mixed' || !works(fate);
  });
  return open.reduce((sum, { count }) => sum + count, 0);
}

/** Why nothing can be said of all or some of its connections; null where all is said, or nothing has to be. */
export function undecidedReason(reach: Reach): string | null {
  if (reach.state === 'mixed') return UNDECIDED_REASONS.intermittent;
  if (reach.state === 'works') return reach.beside === undefined ? null : UNDECIDED_REASONS[reach.beside];
  if (reach.state !== 'undecided' || reach.reason === 'one-way-protocol') return null;
  return UNDECIDED_REASONS[reach.reason];
}
