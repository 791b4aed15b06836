/**
 * A chain for nftables. Loading the file replaces the chain and nothing else; the firewall's own chain jumps to it. Addresses and ports
 * are written by us; comments are quoted strings of harmless characters, at most 128 bytes (nft(8)).
 */

import { formatPortRange } from '../../catalog/ports.ts';
import type { PortRange } from '../../catalog/types.ts';
import { intervalsOf, intervalText } from '../../openings/address-text.ts';
import type { End, Opening, Openings } from '../../openings/types.ts';
import { VERSION } from '../../product.ts';
import { formatInterval } from '../../site/addresses.ts';
import { CLASS_INTERVALS } from '../../site/classes.ts';
import type { FirewallOptions, FirewallText } from './formats.ts';
import { harmless } from './plain-text.ts';
import { documentText, isEvery, titleOf } from './words.ts';

const TABLE = 'inet filter';
const CHAIN = 'pcapcheck';
const LONGEST_COMMENT = 120;
const LONGEST_REMARK = 200;

export function renderNft(openings: Openings, { remove }: FirewallOptions): FirewallText {
  const untold: string[] = [];
  const about = [
    '#!/usr/sbin/nft -f',
    `# ${remove ? 'Empties the chain of' : 'What has to get through for'} ${harmless(openings.site, LONGEST_REMARK)},`,
    `# from ${harmless(openings.basis, LONGEST_REMARK)}; made by pcapcheck ${VERSION}.`,
  ];
  const lines = remove
    ? [
        ...about,
        '# The rule that jumps to it stays until you delete it; an empty chain lets nothing through.',
        `add table ${TABLE}`,
        `add chain ${TABLE} ${CHAIN}`,
        `flush chain ${TABLE} ${CHAIN}`,
      ]
    : [
        ...about,
        '# Once, let the chain that filters ask this one first (another chain, another name):',
        `#   nft insert rule ${TABLE} forward jump ${CHAIN}`,
        '# Answers need a rule of their own where the policy is to drop: ct state established,related accept',
        `add table ${TABLE}`,
        `add chain ${TABLE} ${CHAIN}`,
        `flush chain ${TABLE} ${CHAIN}`,
        `table ${TABLE} {`,
        `  chain ${CHAIN} {`,
        ...openings.openings.flatMap((opening) => openingLines(opening, untold).map((line) => `    ${line}`)),
        '  }',
        '}',
      ];
  return { text: `${lines.join('\n')}\n`, untold };
}

function openingLines(opening: Opening, untold: string[]): string[] {
  const { from, to, proto, ports, sourcePorts, id, notes } = opening;
  const nameless = [...from.ends, ...to.ends].flatMap(({ kind, name }) => (kind === 'dns-name' ? (name ?? []) : []));
  if (nameless.length > 0)
    untold.push(`${id}: ${nameless.join(', ')} is known by name only, and nftables needs addresses.`);
  const comment = `comment "${harmless(`${opening.rule}: ${opening.reason}`, LONGEST_COMMENT)}"`;
  const rules = ([4, 6] as const).flatMap((family) => {
    const source = addresses(from.ends, family, 'saddr');
    const target = addresses(to.ends, family, 'daddr');
    if (source === null || target === null) return [];
    // An end that is any or the internet does not say which family it is.
    const told = source === '' && target === '' ? [family === 4 ? 'meta nfproto ipv4' : 'meta nfproto ipv6'] : [];
    return [[...told, source, target, traffic(proto, family, ports, sourcePorts), 'counter accept', comment]];
  });
  if (rules.length === 0) return [];
  return [
    `# ${harmless(titleOf(opening), LONGEST_REMARK)} [${harmless(documentText(opening), LONGEST_REMARK)}]`,
    ...notes.map((note) => `# ${harmless(note, 2 * LONGEST_REMARK)}`),
    ...rules.map((parts) => parts.filter((part) => part !== '').join(' ')),
  ];
}

/** `ip saddr { … }`; empty for any address, null where there is none of the family. */
function addresses(ends: readonly End[], family: 4 | 6, side: 'saddr' | 'daddr'): string | null {
  const word = `${family === 4 ? 'ip' : 'ip6'} ${side}`;
  if (ends.some(({ kind }) => kind === 'any')) return '';
  if (ends.some(({ kind }) => kind === 'internet')) {
    // Everything but what belongs to no public network.
    const own = CLASS_INTERVALS.filter(({ interval, kind }) => interval.family === family && kind !== 'internet');
    if (family === 6) return `${word} 2000::/3`;
    const inside = intervalsOf(
      [{ kind: 'address', name: null, isWindows: false, intervals: own.map(({ interval }) => interval) }],
      4,
    );
    return `${word} != { ${inside.map(formatInterval).join(', ')} }`;
  }
  const own = intervalsOf(ends, family).map(intervalText);
  return own.length === 0 ? null : `${word} { ${own.join(', ')} }`;
}

function traffic(
  proto: Opening['proto'],
  family: 4 | 6,
  ports: readonly PortRange[],
  sourcePorts: readonly PortRange[] | null,
): string {
  if (proto === 'icmp') return family === 4 ? 'icmp type echo-request' : 'icmpv6 type echo-request';
  const parts = [portPart(proto, 'sport', sourcePorts), portPart(proto, 'dport', ports)].filter((part) => part !== '');
  return parts.length === 0 ? `meta l4proto ${proto}` : parts.join(' ');
}

function portPart(proto: string, side: 'sport' | 'dport', ranges: readonly PortRange[] | null): string {
  if (ranges === null || ranges.length === 0 || ranges.some(isEvery)) return '';
  const texts = ranges.map(formatPortRange);
  return `${proto} ${side} ${texts.length === 1 ? texts[0] : `{ ${texts.join(', ')} }`}`;
}
