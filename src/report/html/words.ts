/** Phrases that several sections use. */
import type { Outcome, Source } from '../../assess/types.ts';
import { OUTCOME_LABELS, OUTCOMES } from '../labels.ts';
import { count, span } from '../quantity.ts';

/** `3 no answer, 2 established` */
export function outcomeText(outcomes: Partial<Record<Outcome, number>>): string {
  return OUTCOMES.flatMap((outcome) => {
    const connections = outcomes[outcome];
    return connections ? `${count(connections)} ${OUTCOME_LABELS[outcome].label}` : [];
  }).join(', ');
}

/** `Ports used in Configuration Manager (2020-04-29), Management point --> SQL Server` */
export function sourceText(source: Source | null): string {
  if (source === null) return '';
  const dated = source.date === null ? source.document : `${source.document} (${source.date})`;
  return source.section === '' ? dated : `${dated}, ${source.section}`;
}

/** `2026-03-02 09:01:12 to 09:18:40 UTC`, from the earliest to the latest. */
export const seenText = (first: string | null, last: string | null): string => span(first, last);

/** `frames 1204, 1310 of site.pcap`; the capture only where there are several. */
export function framesText(frames: readonly number[], capture: string | null, captures: number): string {
  if (frames.length === 0) return '';
  const of = captures > 1 && capture !== null ? ` of ${capture}` : '';
  return `${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(', ')}${of}`;
}
