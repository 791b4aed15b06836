/** A comparison as one JSON document. */
import type { Change, Comparison } from '../../compare/types.ts';
import { orderedFinding } from '../key-order.ts';
import { printableJson } from '../printable.ts';

export function renderDiffJson({ schema, tool, before, after, remarks, counts, changes }: Comparison): string {
  const document = { schema, tool, before, after, remarks, counts, changes: changes.map(ordered) };
  return `${printableJson(JSON.stringify(document, null, 2))}\n`;
}

function ordered({ change, fingerprint, worse, reason, before, after, finding }: Change): object {
  return { change, fingerprint, worse, reason, before, after, finding: orderedFinding(finding) };
}
