/**
 * A batch file with `netsh advfirewall`. It may run again: each name is deleted before its rule is made. cmd gives a meaning to too many
 * characters, also within quotes (percent signs, exclamation marks): names hold letters, digits and a few harmless signs only.
 */

import { formatPortRange } from '../../catalog/ports.ts';
import type { PortRange } from '../../catalog/types.ts';
import type { Openings } from '../../openings/types.ts';
import { VERSION } from '../../product.ts';
import type { FirewallOptions, FirewallText } from './formats.ts';
import { type HostRule, type HostRules, rulesPerHost } from './per-host.ts';
import { harmless } from './plain-text.ts';
import { isEvery, titleOf } from './words.ts';

const LINE_END = '\r\n';
const LONGEST_NAME = 160;
/** Addresses in one rule: a command line of cmd holds 8191 characters. */
const MOST_ADDRESSES = 100;

export function renderNetsh(openings: Openings, { remove }: FirewallOptions): FirewallText {
  const { hosts, untold } = rulesPerHost(openings);
  const told = [...untold];
  const lines = [
    '@echo off',
    'setlocal DisableDelayedExpansion',
    `rem ${remove ? 'Takes away the rules' : 'Rules'} of Windows Firewall for ${harmless(openings.site, LONGEST_NAME)},`,
    `rem from ${harmless(openings.basis, LONGEST_NAME)}; made by pcapcheck ${VERSION}.`,
    'rem Run it as administrator on each host. For the members of a network, give its name as the argument.',
    'set "host=%~1"',
    'if not defined host for /f "delims=" %%h in (\'hostname\') do set "host=%%h"',
    'for /f "delims=." %%h in ("%host%") do set "short=%%h"',
    'set "done="',
    ...hosts.flatMap((host, index) => hostLines(host, index, remove, told)),
    'if not defined done echo No rules for %host%.',
    'exit /b 0',
  ];
  return { text: `${lines.join(LINE_END)}${LINE_END}`, untold: told };
}

function hostLines({ name, rules }: HostRules, index: number, remove: boolean, untold: string[]): string[] {
  const full = harmless(name, LONGEST_NAME).replaceAll(' ', '_');
  const label = `next_${index + 1}`;
  return [
    '',
    `set "take="`,
    `if /i "%host%"=="${full}" set "take=1"`,
    `if /i "%short%"=="${full.split('.')[0]}" set "take=1"`,
    `if not defined take goto ${label}`,
    'set "done=1"',
    ...rules.flatMap((rule) => ruleLines(rule, remove, untold)),
    `:${label}`,
  ];
}

function ruleLines(rule: HostRule, remove: boolean, untold: string[]): string[] {
  const { opening, direction, remote, localPorts, remotePorts } = rule;
  if (remote === 'internet') {
    untold.push(`${opening.id}: netsh has no word for the internet; the PowerShell form has.`);
    return [];
  }
  const title = harmless(`pcapcheck ${opening.id} ${direction}`, LONGEST_NAME);
  const about = harmless(titleOf(opening), LONGEST_NAME);
  const forget = `netsh advfirewall firewall delete rule name="${title}" >nul 2>&1`;
  if (remove) return [forget];
  const protocols =
    opening.proto === 'icmp' ? (['icmpv4:8,any', 'icmpv6:128,any'] as const) : [opening.proto.toUpperCase()];
  const chunks = remote === 'any' ? ['any'] : chunked(remote).map((part) => part.join(','));
  const portPart =
    opening.proto === 'icmp' ? '' : ` localport=${portList(localPorts)} remoteport=${portList(remotePorts)}`;
  return [
    `rem ${about}`,
    forget,
    ...protocols.flatMap((protocol) =>
      chunks.map(
        (addresses) =>
          `netsh advfirewall firewall add rule name="${title}" dir=${direction} action=allow enable=yes profile=any protocol=${protocol}${portPart} remoteip=${addresses} || exit /b 1`,
      ),
    ),
  ];
}

function chunked(addresses: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at < addresses.length; at += MOST_ADDRESSES) parts.push(addresses.slice(at, at + MOST_ADDRESSES));
  return parts;
}

function portList(ranges: readonly PortRange[] | null): string {
  return ranges === null || ranges.some(isEvery) ? 'any' : ranges.map(formatPortRange).join(',');
}
