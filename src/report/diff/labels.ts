/** The words of a comparison. */
import type { Change, ChangeKind, Comparison } from '../../compare/types.ts';
import { ends } from '../ends.ts';
import { findingAmount } from '../finding-amount.ts';
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

/** `2 new, 9 fixed, 3 unchanged; notes: 1 new, 20 unchanged`: reports count findings and notes apart, too. */
export function summaryOf({ changes }: Pick<Comparison, 'changes'>): string {
  const notes = changes.filter(isNote);
  const told = changes.filter((change) => !isNote(change));
  if (changes.length === 0) return 'no findings in either report';
  const parts = [
    told.length === 0 ? 'no findings' : amounts(told),
    ...(notes.length === 0 ? [] : [`notes: ${amounts(notes)}`]),
  ];
  return parts.join('; ');
}

function amounts(changes: readonly Change[]): string {
  return (Object.keys(CHANGE_LABELS) as ChangeKind[])
    .map((kind) => ({ kind, amount: changes.filter(({ change }) => change === kind).length }))
    .filter(({ amount }) => amount > 0)
    .map(({ kind, amount }) => `${count(amount)} ${CHANGE_LABELS[kind].word}`)
    .join(', ');
}

export const isNote = ({ finding }: Change): boolean => finding.severity === 'info';

/** `FIXED: the second capture shows that it works (11 findings)` */
export function headingOf(kind: ChangeKind, changes: readonly Change[]): string {
  return `${CHANGE_LABELS[kind].heading} (${findingAmount(changes.map(({ finding }) => finding))})`;
}

/** What the finding is about, without its severity. */
export function aboutOf({ finding }: Change): string {
  const { kind, proto, dest_port, message, certainty, severity, rule } = finding;
  const where = ends(finding);
  // As the report says it at a glance.
  const word = `${kindLabel(kind).word}${certainty === 'likely' && severity !== 'info' ? '?' : ''}`;
  const what = [word, where, portLabel(proto, dest_port)].filter(Boolean).join('  ');
  if (where !== '' && dest_port !== null) return what;
  // The ports of a rule that nobody tried, of which the finding names none since there are several.
  const isOfRule = where !== '' && rule.length > 0 && severity === 'info' && kindLabel(kind).brief !== 'message';
  return isOfRule ? `${what}  (rule ${rule[0]})` : `${word}  ${message}`;
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
