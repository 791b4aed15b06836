/** The words of a comparison. */
import type { Change, ChangeKind, Comparison } from '../../compare/types.ts';
import { ends } from '../ends.ts';
import { kindLabel, outcomeLabel, SEVERITY_LABELS } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { count } from '../quantity.ts';
import type { Tone } from '../style.ts';

export const CHANGE_LABELS: Record<ChangeKind, { word: string; heading: string; tone: Tone }> = {
  new: { word: 'new', heading: 'NEW', tone: 'alarm' },
  fixed: { word: 'fixed', heading: 'FIXED: the second capture shows that it works', tone: 'good' },
  unchanged: { word: 'unchanged', heading: 'UNCHANGED', tone: 'warn' },
  'no-longer-seen': {
    word: 'no longer seen',
    heading: 'NO LONGER SEEN: gone, but nothing shows that it is fixed',
    tone: 'note',
  },
  excepted: { word: 'excepted', heading: 'EXCEPTED: accepted by the second topology', tone: 'dim' },
};

/** `2 new, 9 fixed, 3 unchanged` */
export function summaryOf({ counts }: Comparison): string {
  const told = (Object.keys(CHANGE_LABELS) as ChangeKind[]).filter((kind) => counts[kind] > 0);
  return told.length === 0
    ? 'no findings in either report'
    : told.map((kind) => `${count(counts[kind])} ${CHANGE_LABELS[kind].word}`).join(', ');
}

/** What the finding is about, without its severity. */
export function aboutOf({ finding }: Change): string {
  const { kind, proto, dest_port, message, certainty, severity } = finding;
  const where = ends(finding);
  // As the report says it at a glance.
  const word = `${kindLabel(kind).word}${certainty === 'likely' && severity !== 'info' ? '?' : ''}`;
  const what = [word, where, portLabel(proto, dest_port)].filter(Boolean).join('  ');
  return where === '' || dest_port === null ? `${word}  ${message}` : what;
}

/** `no answer`, or what changed: `no answer, now refused; was MEDIUM`. */
export function howOf({ finding, before, after }: Change): string {
  const now = (after ?? before)!;
  const label = (outcome: typeof now.outcome): string => (outcome === null ? '' : outcomeLabel(finding.kind, outcome));
  if (before === null || after === null) return label(now.outcome);
  const outcome =
    before.outcome === after.outcome ? label(now.outcome) : `${label(before.outcome)}, now ${label(after.outcome)}`;
  const severity = before.severity === after.severity ? '' : `was ${SEVERITY_LABELS[before.severity].label}`;
  return [outcome, severity].filter(Boolean).join('; ');
}
