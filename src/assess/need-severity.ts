import type { Need } from '../catalog/types.ts';
import type { Fate } from './conversations.ts';
import type { Severity } from './types.ts';

/** Nominal and historic rules are not needed: what they speak of may fail. */
const SEVERITY_BY_NEED: Partial<Record<Need, Severity>> = { required: 'high', conditional: 'medium', optional: 'low' };
const WEAKER: Record<Severity, Severity> = { high: 'medium', medium: 'low', low: 'info', info: 'info' };

/** True where somebody misses what a rule of this need speaks of. */
export function isNeeded(need: Need): boolean {
  return SEVERITY_BY_NEED[need] !== undefined;
}

/** How severe it is that these fates are all there is; `eased` where something else works in its place. */
export function severityOf(need: Need, fates: readonly Fate[], eased: boolean): Severity {
  const strongest = SEVERITY_BY_NEED[need] ?? 'info';
  return eased || isSymptom(fates) ? WEAKER[strongest] : strongest;
}

/** True where everything opened, and failed later. */
export function isSymptom(fates: readonly Fate[]): boolean {
  return fates.every(({ symptom }) => symptom !== null);
}
