/**
 * An ARM template with a network security group. Names are 1 to 80 letters, digits, dots, hyphens and underscores; descriptions at most
 * 140 characters; priorities 100 to 4096, each once a direction (Microsoft.Network/networkSecurityGroups/securityRules).
 */

import { formatPortRange } from '../../catalog/ports.ts';
import type { PortRange } from '../../catalog/types.ts';
import { intervalsOf, prefixesOf, prefixText } from '../../openings/address-text.ts';
import type { End, Opening, Openings } from '../../openings/types.ts';
import type { FirewallText } from './formats.ts';
import { asciiLine, harmless } from './plain-text.ts';
import { isEvery, titleOf } from './words.ts';

const LONGEST_NAME = 80;
const LONGEST_DESCRIPTION = 140;
const FIRST_PRIORITY = 100;
const LAST_PRIORITY = 4096;

export function renderAzureNsg({ site, openings }: Openings): FirewallText {
  const untold: string[] = [];
  const rules = openings.flatMap((opening) => rulesOf(opening, untold));
  const room = LAST_PRIORITY - FIRST_PRIORITY + 1;
  if (rules.length > room) {
    untold.push(
      `${rules.length - room} rules are left out: a network security group has room for ${room} in each direction.`,
    );
  }
  const securityRules = (['Inbound', 'Outbound'] as const).flatMap((direction) =>
    rules.slice(0, room).map(({ name, properties }, index) => ({
      name: `${name}-${direction.toLowerCase()}`,
      properties: { priority: FIRST_PRIORITY + index, direction, access: 'Allow', ...properties },
    })),
  );
  const template = {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: {
      name: { type: 'string', defaultValue: 'pcapcheck', metadata: { description: asciiLine(`For ${site}`, 100) } },
      location: { type: 'string', defaultValue: '[resourceGroup().location]' },
    },
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2023-11-01',
        name: "[parameters('name')]",
        location: "[parameters('location')]",
        properties: { securityRules },
      },
    ],
  };
  return { text: `${JSON.stringify(template, null, 2)}\n`, untold };
}

interface NsgRule {
  name: string;
  properties: object;
}

function rulesOf(opening: Opening, untold: string[]): NsgRule[] {
  const { id, from, to, proto, ports, sourcePorts } = opening;
  const names = [...from.ends, ...to.ends].flatMap(({ kind, name }) => (kind === 'dns-name' ? (name ?? []) : []));
  if (names.length > 0)
    untold.push(`${id}: ${names.join(', ')} is known by name only, and a security rule needs addresses.`);
  // A rule does not mix IPv4 and IPv6.
  const families = [4, 6] as const;
  const own = families.flatMap((family) => {
    const [source, target] = [prefixesOfEnds(from.ends, family), prefixesOfEnds(to.ends, family)];
    const isTwice = family === 6 && isWord(from.ends) && isWord(to.ends);
    return source === null || target === null || isTwice ? [] : [{ family, source, target }];
  });
  return own.map(({ family, source, target }) => {
    const suffix = family === 6 ? '-v6' : '';
    // A description that begins with a bracket would be an expression of the template.
    const description = asciiLine(`${opening.rule}: ${titleOf(opening)}`, LONGEST_DESCRIPTION).replace(/^\[/, '(');
    return {
      name: `${harmless(id, LONGEST_NAME - 15).replace(/[^A-Za-z0-9._-]/g, '_')}${suffix}`,
      properties: {
        description,
        protocol: proto === 'icmp' ? 'Icmp' : proto === 'tcp' ? 'Tcp' : 'Udp',
        ...addressPart('source', source),
        ...portPart('source', sourcePorts),
        ...addressPart('destination', target),
        ...portPart('destination', proto === 'icmp' ? null : ports),
      },
    };
  });
}

const isWord = (ends: readonly End[]): boolean => ends.some(({ kind }) => kind === 'any' || kind === 'internet');

/** Addresses, or a word that stands for many; null where there is none of the family. */
function prefixesOfEnds(ends: readonly End[], family: 4 | 6): string[] | string | null {
  if (ends.some(({ kind }) => kind === 'any')) return '*';
  if (ends.some(({ kind }) => kind === 'internet')) return 'Internet';
  const prefixes = intervalsOf(ends, family).flatMap(prefixesOf).map(prefixText);
  return prefixes.length === 0 ? null : prefixes;
}

function addressPart(side: 'source' | 'destination', prefixes: string[] | string): object {
  return typeof prefixes === 'string'
    ? { [`${side}AddressPrefix`]: prefixes }
    : { [`${side}AddressPrefixes`]: prefixes };
}

function portPart(side: 'source' | 'destination', ranges: readonly PortRange[] | null): object {
  return ranges === null || ranges.some(isEvery)
    ? { [`${side}PortRange`]: '*' }
    : { [`${side}PortRanges`]: ranges.map(formatPortRange) };
}
