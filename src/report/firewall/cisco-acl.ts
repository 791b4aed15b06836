/**
 * An extended access list of Cisco IOS with object groups (IPv4), and one for IPv6 without, since IOS knows none there. Remarks hold
 * harmless characters only: a question mark would call the help of the command line, an exclamation mark begins a comment.
 */
import type { PortRange } from '../../catalog/types.ts';
import { intervalsOf, netmaskOf, prefixesOf, prefixText } from '../../openings/address-text.ts';
import type { End, Opening, Openings, Side } from '../../openings/types.ts';
import { VERSION } from '../../product.ts';
import { formatAddress } from '../../site/addresses.ts';
import type { FirewallText } from './formats.ts';
import { harmless } from './plain-text.ts';
import { isEvery, titleOf } from './words.ts';

/** Characters of a remark (IOS takes 100). */
const LONGEST_REMARK = 95;
/** Characters of a comment (a line of IOS takes 254). */
const LONGEST_COMMENT = 240;
const LIST = 'PCAPCHECK';

export function renderCiscoAcl({ site, basis, openings }: Openings): FirewallText {
  const untold: string[] = [];
  const groups = new Map<string, { name: string; lines: string[] }>();
  const writable = openings.filter((opening) => isWritable(opening, untold));
  const four = writable.flatMap((opening) => rulesV4(opening, groups));
  const six = writable.flatMap(rulesV6);
  const lines = [
    `! Access list for ${harmless(site, LONGEST_REMARK)},`,
    `! from ${harmless(basis, LONGEST_REMARK)}, made by pcapcheck ${VERSION}`,
    '! It only permits: put its lines before those that deny. Answers need a line of their own, or inspection.',
    ...[...groups.values()].flatMap(({ name, lines: own }) => [
      `object-group network ${name}`,
      ...own.map((line) => ` ${line}`),
      'exit',
    ]),
    ...(four.length === 0 ? [] : [`ip access-list extended ${LIST}`, ...four.map((line) => ` ${line}`), 'exit']),
    ...(six.length === 0 ? [] : [`ipv6 access-list ${LIST}-V6`, ...six.map((line) => ` ${line}`), 'exit']),
  ];
  return { text: `${lines.join('\n')}\n`, untold };
}

function isWritable({ id, from, to }: Opening, untold: string[]): boolean {
  const ends = [...from.ends, ...to.ends];
  const names = ends.flatMap(({ kind, name }) => (kind === 'dns-name' ? (name ?? []) : []));
  if (names.length > 0)
    untold.push(`${id}: ${names.join(', ')} is known by name only, and an access list needs addresses.`);
  if (!ends.some(({ kind }) => kind === 'internet')) return true;
  untold.push(`${id}: an access list has no word for the internet but any, which is wider than the rule.`);
  return false;
}

function rulesV4(opening: Opening, groups: Map<string, { name: string; lines: string[] }>): string[] {
  const [source, target] = [groupOf(opening.from, groups), groupOf(opening.to, groups)];
  if (source === null || target === null) return [];
  return [...wordsOf(opening), ...linesOf(opening, source, target, opening.proto === 'icmp' ? ' echo' : '')];
}

/** A group of its own for each set of addresses; `any`; null where there is no IPv4 address. */
function groupOf({ label, ends }: Side, groups: Map<string, { name: string; lines: string[] }>): string | null {
  if (ends.some(({ kind }) => kind === 'any')) return 'any';
  const prefixes = intervalsOf(ends, 4).flatMap(prefixesOf);
  if (prefixes.length === 0) return null;
  const lines = prefixes.map((prefix) =>
    prefix.length === 32
      ? `host ${formatAddress(4, prefix.first)}`
      : `${formatAddress(4, prefix.first)} ${netmaskOf(prefix)}`,
  );
  const key = lines.join();
  const word = harmless(label, 24)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const known = groups.get(key) ?? { name: `${LIST}-${groups.size + 1}-${word}`.replace(/-$/, ''), lines };
  groups.set(key, known);
  return `object-group ${known.name}`;
}

function rulesV6(opening: Opening): string[] {
  const [sources, targets] = [prefixesV6(opening.from.ends), prefixesV6(opening.to.ends)];
  if (sources.length === 0 || targets.length === 0) return [];
  return [
    ...wordsOf(opening),
    ...sources.flatMap((source) =>
      targets.flatMap((target) => linesOf(opening, source, target, opening.proto === 'icmp' ? ' echo-request' : '')),
    ),
  ];
}

/** What the lines are for, which stays in the list; and what to see to first, in comments, which are longer than remarks may be. */
function wordsOf(opening: Opening): string[] {
  return [
    ...opening.notes.map((note) => `! ${harmless(note, LONGEST_COMMENT)}`),
    `remark ${harmless(`${opening.rule} ${titleOf(opening)}`, LONGEST_REMARK)}`,
  ];
}

function prefixesV6(ends: readonly End[]): string[] {
  if (ends.some(({ kind }) => kind === 'any')) return ['any'];
  return intervalsOf(ends, 6)
    .flatMap(prefixesOf)
    .map((prefix) => (prefix.length === 128 ? `host ${prefixText(prefix)}` : prefixText(prefix)));
}

function linesOf({ proto, ports, sourcePorts }: Opening, source: string, target: string, tail: string): string[] {
  if (proto === 'icmp') return [`permit icmp ${source} ${target}${tail}`];
  const from = sourcePorts ?? [null];
  return from.flatMap((sourcePort) =>
    ports.map((port) => `permit ${proto} ${source}${portPart(sourcePort)} ${target}${portPart(port)}`),
  );
}

function portPart(range: PortRange | null): string {
  if (range === null || isEvery(range)) return '';
  return range.first === range.last ? ` eq ${range.first}` : ` range ${range.first} ${range.last}`;
}
