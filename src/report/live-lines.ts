/** A line of JSON for everything that happens in a live run: for log pipelines, services and jq. */
import type { Report, ReportedFinding } from '../assess/types.ts';
import { orderedFinding, orderedReport } from './key-order.ts';
import { printableJson } from './printable.ts';

/** What a line is about; docs/live.md describes each. */
export type LiveLineType =
  | 'start'
  | 'finding'
  | 'status'
  | 'loss'
  | 'interface'
  | 'capture-file'
  | 'remark'
  | 'error'
  | 'report';

/** @param at milliseconds since 1970 */
export function liveLine(type: LiveLineType, at: number, fields: object): string {
  return `${printableJson(JSON.stringify({ type, ts: new Date(at).toISOString(), ...fields }))}\n`;
}

/** @param state whether it is told for the first time, seen more often, or taken back by later traffic */
export function findingLine(at: number, state: 'new' | 'update' | 'withdrawn', finding: ReportedFinding): string {
  return liveLine('finding', at, { state, ...orderedFinding(finding) });
}

/** The last line: everything, as the JSON report has it. */
export function reportLine(at: number, report: Report): string {
  return liveLine('report', at, { report: orderedReport(report) });
}
