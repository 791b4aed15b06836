/**
 * How many findings there are, as every report says it: what a reader has to answer, and beside it what is only for information
 * (severity `info`), which neither the verdict nor the exit code counts.
 */
import { SEVERITIES, type Severity } from '../assess/types.ts';
import { counted } from './quantity.ts';

/** `15 findings and 21 notes`; what there is none of is left out, but for `no findings` where there is neither. */
export function findingAmount(findings: readonly { severity: Severity }[]): string {
  const notes = findings.filter(({ severity }) => severity === 'info').length;
  const told = findings.length - notes;
  const parts = [...(told === 0 ? [] : [counted(told, 'finding')]), ...(notes === 0 ? [] : [counted(notes, 'note')])];
  return parts.length === 0 ? 'no findings' : parts.join(' and ');
}

/** How many there are of each severity, the gravest first. */
export function severityCounts(findings: readonly { severity: Severity }[]): Record<Severity, number> {
  const counts = SEVERITIES.map((severity) => [severity, findings.filter((one) => one.severity === severity).length]);
  return Object.fromEntries(counts);
}
