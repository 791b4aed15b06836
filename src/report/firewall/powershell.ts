/**
 * A script for Windows PowerShell 5.1 and later that makes the rules of one host in Windows Firewall. It may run again: rules of its group
 * are changed in place, and those that are no longer asked for are taken away. Every text is a single-quoted literal of pure ASCII, in
 * which nothing but the quote has a meaning (about_Quoting_Rules); PowerShell takes some other characters for quotes too, none of them ASCII.
 * Functions of modules do not hear of -WhatIf by themselves: it is handed on.
 */

import { formatPortRange } from '../../catalog/ports.ts';
import type { PortRange } from '../../catalog/types.ts';
import type { Openings } from '../../openings/types.ts';
import { VERSION } from '../../product.ts';
import type { FirewallOptions, FirewallText } from './formats.ts';
import { type HostRule, type HostRules, rulesPerHost } from './per-host.ts';
import { asciiLine, harmless } from './plain-text.ts';
import { documentText, isEvery, titleOf } from './words.ts';

const LONGEST_NAME = 200;
const LONGEST_DESCRIPTION = 800;
/** Windows ends its lines so, and so do editors there. */
const LINE_END = '\r\n';

export function renderPowerShell(openings: Openings, { remove }: FirewallOptions): FirewallText {
  const { hosts, untold } = rulesPerHost(openings);
  // Get-NetFirewallRule takes -Group for a pattern: brackets, asterisks and question marks must not be in it.
  const group = literal(harmless(`pcapcheck: ${openings.site}`, LONGEST_NAME), LONGEST_NAME);
  const lines = remove ? removal(group) : script(group, hosts);
  return { text: `${[...head(openings, remove), ...lines].join(LINE_END)}${LINE_END}`, untold };
}

/** A text as a literal: quotes doubled, nothing else has a meaning. */
export function literal(text: string, longest: number): string {
  return `'${asciiLine(text, longest).replaceAll("'", "''")}'`;
}

function head({ site, basis }: Openings, remove: boolean): string[] {
  return [
    '#Requires -Version 5.1',
    '#Requires -RunAsAdministrator',
    `# ${remove ? 'Takes away the rules' : 'Rules'} of Windows Firewall for ${asciiLine(site, LONGEST_NAME)},`,
    `# from ${asciiLine(basis, LONGEST_NAME)}; made by pcapcheck ${VERSION}.`,
    remove
      ? '# Run it on each host where the other script ran. -WhatIf shows what it would do.'
      : '# Run it on each host; it takes the rules of the host it runs on, and may run again. -WhatIf shows what it would do.',
  ];
}

function removal(group: string): string[] {
  return [
    '[CmdletBinding(SupportsShouldProcess)]',
    'param()',
    "$ErrorActionPreference = 'Stop'",
    `$group = ${group}`,
    '$rules = @(Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue)',
    '$rules | Remove-NetFirewallRule -WhatIf:$WhatIfPreference',
    "Write-Output ('{0} rules of the group {1} were there.' -f $rules.Count, $group)",
  ];
}

function script(group: string, hosts: readonly HostRules[]): string[] {
  return [
    '# For the members of a network, give its name: -ComputerName with one of the names below.',
    '[CmdletBinding(SupportsShouldProcess)]',
    'param([string]$ComputerName = [System.Net.Dns]::GetHostName())',
    "$ErrorActionPreference = 'Stop'",
    `$group = ${group}`,
    '$hosts = @(',
    ...hosts.flatMap((host, index) => hostLines(host, index === hosts.length - 1)),
    ')',
    '$own = @($hosts | Where-Object { $_.Name -eq $ComputerName })',
    "if ($own.Count -eq 0) { $own = @($hosts | Where-Object { ($_.Name -split '\\.')[0] -eq ($ComputerName -split '\\.')[0] }) }",
    "if ($own.Count -eq 0) { Write-Output ('No rules for {0}.' -f $ComputerName); return }",
    "if ($own.Count -gt 1) { throw ('Several hosts are called {0}: give the full name with -ComputerName.' -f $ComputerName) }",
    '$names = @()',
    'foreach ($rule in $own[0].Rules) {',
    '  $names += $rule.Name',
    '  if (Get-NetFirewallRule -Name $rule.Name -ErrorAction SilentlyContinue) {',
    "    $rule['NewDisplayName'] = $rule.DisplayName",
    "    $rule.Remove('DisplayName')",
    "    Set-NetFirewallRule @rule -Action 'Allow' -Enabled 'True' -WhatIf:$WhatIfPreference",
    '  } else {',
    "    New-NetFirewallRule @rule -Group $group -Action 'Allow' -Enabled 'True' -Profile 'Any' -WhatIf:$WhatIfPreference | Out-Null",
    '  }',
    '}',
    'Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue |',
    '  Where-Object { $names -notcontains $_.Name } | Remove-NetFirewallRule -WhatIf:$WhatIfPreference',
    "Write-Output ('{0} rules of the group {1} are set on {2}.' -f $names.Count, $group, $ComputerName)",
  ];
}

function hostLines({ name, isNetwork, rules }: HostRules, isLast: boolean): string[] {
  return [
    `  @{ Name = ${literal(name, LONGEST_NAME)}${isNetwork ? ' # a network' : ''}`,
    '     Rules = @(',
    ...rules.flatMap((rule, index) => ruleLines(rule, index === rules.length - 1)),
    `     ) }${isLast ? '' : ','}`,
  ];
}

function ruleLines(rule: HostRule, isLast: boolean): string[] {
  const { opening, direction, remote, localPorts, remotePorts } = rule;
  const families = opening.proto === 'icmp' ? icmpFamilies(remote) : [null];
  return families.flatMap((family, index) => {
    const end = isLast && index === families.length - 1 ? '' : ',';
    const suffix = family === null ? '' : `-v${family}`;
    const description = [
      opening.reason.replace(/\.?$/, '.'),
      `Rule ${[opening.rule, ...opening.otherRules].join(', ')}; ${documentText(opening)}.`,
      ...opening.notes,
    ].join(' ');
    const entries = [
      ['Name', literal(`pcapcheck-${opening.id}-${direction}${suffix}`, LONGEST_NAME)],
      ['DisplayName', literal(`${titleOf(opening)} (${opening.proto} ${direction})`, LONGEST_NAME)],
      ['Description', literal(description, LONGEST_DESCRIPTION)],
      ['Direction', direction === 'in' ? "'Inbound'" : "'Outbound'"],
      ...(family === null
        ? [
            ['Protocol', `'${opening.proto.toUpperCase()}'`],
            ['LocalPort', ports(localPorts)],
            ['RemotePort', ports(remotePorts)],
          ]
        : [
            ['Protocol', family === 4 ? "'ICMPv4'" : "'ICMPv6'"],
            // Echo requests.
            ['IcmpType', family === 4 ? "'8'" : "'128'"],
          ]),
      ['RemoteAddress', addresses(remote, family)],
    ];
    const text = entries.map(([key, value]) => `${key} = ${value}`);
    return [`       @{ ${text[0]}`, ...text.slice(1).map((line) => `          ${line}`)].map((line, at, all) =>
      at === all.length - 1 ? `${line} }${end}` : line,
    );
  });
}

function icmpFamilies(remote: HostRule['remote']): (4 | 6)[] {
  if (typeof remote === 'string') return [4, 6];
  return ([4, 6] as const).filter((family) => remote.some((address) => isFamily(address, family)));
}

const isFamily = (address: string, family: 4 | 6): boolean => address.includes(':') === (family === 6);

function ports(ranges: readonly PortRange[] | null): string {
  if (ranges === null || ranges.some(isEvery)) return "'Any'";
  return `@(${ranges.map((range) => `'${formatPortRange(range)}'`).join(', ')})`;
}

function addresses(remote: HostRule['remote'], family: 4 | 6 | null): string {
  if (remote === 'any') return "'Any'";
  // A keyword of Windows Firewall: what is no address of the computer's own networks.
  if (remote === 'internet') return "'Internet'";
  const wanted = family === null ? remote : remote.filter((address) => isFamily(address, family));
  return `@(${wanted.map((address) => `'${address}'`).join(', ')})`;
}
