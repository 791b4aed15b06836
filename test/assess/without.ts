import type { Report } from '../../src/assess/types.ts';

/** A report without these fields, however deep they lie: what may differ between two readings of the same frames. */
export function without(report: Report, fields: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(report, (key, value) => (fields.includes(key) ? undefined : value)));
}
