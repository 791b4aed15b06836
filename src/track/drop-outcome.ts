import type { ConnectionView } from './connection-view.ts';
import type { DropVerdict } from './join-drops.ts';

/**
 * What drops of the capturing host make of a connection: silence that the host's own filter explains is `dropped`, and so is an exchange
 * whose answers all ended at that filter. Drops of packets that got through in the end (another attempt did) say nothing.
 * Sets `outcome` and `drop` of the view.
 * @param sent drops of what the client sent @param answers drops of what came back
 */
export function heedDrops(view: ConnectionView, sent: DropVerdict | undefined, answers: DropVerdict | undefined): void {
  if (sent !== undefined && isSilent(view)) {
    const isFinal = view.outcome === 'no-answer' || (view.attempts > 0 && sent.packets >= view.attempts);
    if (sent.cause === 'filter' && isFinal) view.outcome = 'dropped';
    if (sent.cause !== 'ordinary') view.drop = sent;
  } else if (answers?.cause === 'filter' && isUnheard(view) && answers.packets >= view.packetsToClient) {
    view.outcome = 'dropped';
    view.drop = answers;
    view.dropOfAnswers = true;
  } else if (sent?.cause === 'no-listener' && view.outcome === 'refused') {
    view.drop = sent;
  }
}

/** Nothing came back. */
function isSilent({ outcome, packetsToClient }: ConnectionView): boolean {
  return (outcome === 'no-answer' || outcome === 'undecided') && packetsToClient === 0;
}

/** What came back was captured, and nothing says that the client heard it. */
function isUnheard({ proto, outcome }: ConnectionView): boolean {
  return proto === 'udp' ? outcome === 'answered' : outcome === 'half-open' || outcome === 'undecided';
}
