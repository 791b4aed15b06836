import type { Finding } from '../assess/types.ts';

/** The finding's message for a format that shows its certainty nowhere else: what is likely must not read as proven. */
export function findingText({
  message,
  certainty,
  severity,
}: Pick<Finding, 'message' | 'certainty' | 'severity'>): string {
  return certainty === 'likely' && severity !== 'info' ? `${message} (Likely, not proven.)` : message;
}
