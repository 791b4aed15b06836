/** A change request for a spreadsheet. New columns go to the end. */
import type { Opening, Openings } from '../../openings/types.ts';
import { type CsvColumn, type CsvOptions, csvFile } from '../csv-records.ts';
import { findingsText, outcomesText, portsText, sideText } from './words.ts';

export const OPENING_COLUMNS: readonly CsvColumn<Opening>[] = [
  { name: 'source_group', value: ({ from }) => from.label },
  { name: 'source', value: ({ from }) => sideText(from) },
  { name: 'destination_group', value: ({ to }) => to.label },
  { name: 'destination', value: ({ to }) => sideText(to) },
  { name: 'protocol', value: ({ proto }) => proto },
  { name: 'destination_ports', value: ({ ports }) => portsText(ports) },
  { name: 'source_ports', value: ({ sourcePorts }) => (sourcePorts === null ? 'any' : portsText(sourcePorts)) },
  { name: 'direction', value: () => 'source starts' },
  { name: 'need', value: ({ need }) => need },
  { name: 'reason', value: ({ reason }) => reason },
  { name: 'rule', value: ({ rule, otherRules }) => [rule, ...otherRules].join(', ') },
  { name: 'document', value: ({ source }) => source.document },
  { name: 'document_date', value: ({ source }) => source.date },
  { name: 'document_section', value: ({ source }) => source.section },
  { name: 'first_seen', value: ({ firstSeen }) => firstSeen },
  { name: 'outcome', value: outcomesText },
  { name: 'note', value: ({ notes }) => notes.join(' ') },
  { name: 'findings', value: (opening) => findingsText(opening) },
  { name: 'id', value: ({ id }) => id },
];

export function renderCsv({ openings }: Openings, options: CsvOptions): string {
  return [...csvFile(OPENING_COLUMNS, openings, options)].join('');
}
