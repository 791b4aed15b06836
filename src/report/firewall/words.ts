/** Openings in the words of tables and comments. */

import { formatPortRange } from '../../catalog/ports.ts';
import type { PortRange } from '../../catalog/types.ts';
import { intervalText } from '../../openings/address-text.ts';
import type { End, Opening, Side } from '../../openings/types.ts';
import { outcomeLabel } from '../labels.ts';
import { count } from '../quantity.ts';

/** `CM01 10.0.0.10`, `clients 10.1.0.0/16`, `10.0.0.7`, `internet`. */
export function endText({ kind, name, intervals }: End): string {
  if (kind === 'any' || kind === 'internet') return kind;
  if (kind === 'dns-name') return `${name} (address not in the topology)`;
  return [name, ...intervals.map(intervalText)].filter((part) => part !== null).join(' ');
}

export function sideText({ ends }: Side): string {
  return ends.map(endText).join(', ');
}

/** `80, 9100-9110`; `any` for every port; empty for ICMP. */
export function portsText(ports: readonly PortRange[]): string {
  return ports.map((range) => (isEvery(range) ? 'any' : formatPortRange(range))).join(', ');
}

export function isEvery({ first, last }: PortRange): boolean {
  return first === 0 && last === 65535;
}

/** `Ports used in Configuration Manager (2020-04-29), Management point --> SQL Server` */
export function documentText({ source }: Opening): string {
  const { document, date, section } = source;
  return [date === null ? document : `${document} (${date})`, section].filter((part) => part !== '').join(', ');
}

const TFTP_PORT = 69;

/** How the attempts failed, in the words of the reports. Of TFTP the answers may be in the capture, and do not arrive. */
export function outcomesText({ outcomes, proto, ports, sourcePorts }: Opening): string {
  const isTftp = proto === 'udp' && (sourcePorts !== null || ports.some(({ first }) => first === TFTP_PORT));
  return outcomes
    .map((outcome) => outcomeLabel(isTftp ? 'tftp-reply-blocked' : 'blocked-required', outcome))
    .join(', ');
}

/** Findings told at one line of a change request: a rollout that failed has one for each machine, more than a cell of a spreadsheet holds. */
const MOST_FINDINGS = 10;

/** `6064c7b33bd136a9, 1c4e3d9af03b9e9d, 498 more` @param look how a fingerprint is shown */
export function findingsText({ findings }: Opening, look: (fingerprint: string) => string = (same) => same): string {
  const left = findings.length - MOST_FINDINGS;
  return [...findings.slice(0, MOST_FINDINGS).map(look), ...(left > 0 ? [`${count(left)} more`] : [])].join(', ');
}

/** `WS03 10.10.0.13 -> MP01 10.20.0.10 tcp/443 (cm.client-mp.https) opens, then fails` */
export function failsLaterText(opening: Opening): string {
  const { from, to, proto, ports, rule } = opening;
  return `${sideText(from)} -> ${sideText(to)} ${proto}/${portsText(ports)} (${rule}) ${outcomesText(opening)}`;
}

/** `Client -> Software update point: HTTP (WSUS web site)` */
export function titleOf({ from, to, reason }: Opening): string {
  return `${from.label} -> ${to.label}: ${reason}`;
}
