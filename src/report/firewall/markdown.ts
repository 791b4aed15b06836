/** A change request for a ticket: the lines, then what each rests on. */

import type { Opening, Openings } from '../../openings/types.ts';
import { VERSION } from '../../product.ts';
import { code, markdownTable, text } from '../markdown-text.ts';
import { counted } from '../quantity.ts';
import { documentText, endText, findingsText, outcomesText, portsText } from './words.ts';

/** Ends named in a cell; the rest is counted, and whole below. */
const MOST_ENDS = 6;

export function renderMarkdown({ site, basis, openings, failsLater, leftOut }: Openings): string {
  const parts = [
    `# Firewall change request: ${text(site)}`,
    `${counted(openings.length, 'line')}, from ${text(basis)}; made by pcapcheck ${VERSION}. The source starts every connection; answers belong to it.`,
    openings.length === 0 ? 'Nothing has to be opened.' : table(openings),
    ...(openings.length === 0 ? [] : ['## Reasons', ...openings.map((opening, index) => reasonOf(opening, index + 1))]),
    ...(failsLater.length === 0
      ? []
      : [
          '## Opens, then fails: not in the list above',
          'These ports are open already: the connections open, and fail behind that. A filter that reads content, a proxy or the service itself does so; a port rule seldom mends it.',
          table(failsLater, openings.length),
          ...failsLater.map((opening, index) => reasonOf(opening, openings.length + index + 1)),
        ]),
    ...(leftOut.length === 0
      ? []
      : ['## Not mended by opening a port', leftOut.map((sentence) => `- ${text(sentence)}`).join('\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** @param before lines that are numbered before these */
function table(openings: readonly Opening[], before = 0): string {
  return markdownTable(
    ['', 'From', 'To', 'Protocol', 'Port', 'Source port', 'Need', 'First seen (UTC)'],
    openings.map(({ from, to, proto, ports, sourcePorts, need, firstSeen }, index) => [
      String(before + index + 1),
      cell(from),
      cell(to),
      proto,
      portsText(ports),
      sourcePorts === null ? 'any' : portsText(sourcePorts),
      need,
      firstSeen === null ? '' : firstSeen.slice(0, 19).replace('T', ' '),
    ]),
  );
}

function cell({ label, ends }: Opening['from']): string {
  const named = ends.slice(0, MOST_ENDS).map((end) => text(endText(end)));
  const left = ends.length - named.length;
  return `**${text(label)}**: ${[...named, ...(left === 0 ? [] : [`${left} more`])].join(', ')}`;
}

function reasonOf(opening: Opening, number: number): string {
  const { from, to, reason, rule, otherRules, outcomes, notes } = opening;
  const lines = [
    `**${number}.** ${text(reason)} (${[rule, ...otherRules].map(code).join(', ')})`,
    `- document: ${text(documentText(opening))}`,
    ...(outcomes.length === 0
      ? []
      : [`- seen: ${text(outcomesText(opening))}; findings ${findingsText(opening, code)}`]),
    ...[from, to]
      .filter(({ ends }) => ends.length > MOST_ENDS)
      .map(({ label, ends }) => `- ${text(label)}: ${ends.map((end) => text(endText(end))).join(', ')}`),
    ...notes.map((note) => `- ${text(note)}`),
  ];
  return lines.join('\n').replace('\n', '\n\n');
}
