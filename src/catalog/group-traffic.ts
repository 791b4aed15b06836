/** Traffic to broadcast and multicast addresses, and from hosts that have no address yet: the ends have no names there. */

import type { Endpoint } from '../site/index.ts';
import type { PortRange, Rule } from './types.ts';

/** Services that speak to a group, so that the address says nothing of the server. */
const TO_GROUPS = new Set([
  'dhcp',
  'dhcpv6',
  'netbios-ns',
  'netbios-dgm',
  'wake-on-lan',
  'winpe-peer-cache',
  'multicast',
]);
/** Services that a host uses before it has an address. */
const WITHOUT_ADDRESS = new Set(['dhcp']);

export function isGroup(endpoint: Endpoint): boolean {
  return endpoint.kind === 'broadcast' || endpoint.kind === 'multicast';
}

/** A rule that a packet to a group may belong to, if some endpoint of the site has its role. */
export function reachesGroup(rule: Rule): boolean {
  return rule.transport === 'udp' && TO_GROUPS.has(rule.service);
}

/** The sender has no address yet (0.0.0.0) or only one of its link: any computer may be behind it. */
export function mayBeSender(rule: Rule, client: Endpoint): boolean {
  if (client.kind === 'unspecified') return WITHOUT_ADDRESS.has(rule.service);
  return client.kind === 'link-local' && rule.service === 'dhcpv6';
}

/** The server itself sends to a group: multicast content (its table prints the client first), offers of DHCP. */
export function sendsToGroup(rule: Rule): boolean {
  return rule.service === 'multicast' || rule.service === 'dhcp';
}

/** Ports of the client to which the server sends of its own accord, as it seems on the wire: DHCP answers to port 68. */
export function answerPorts(rule: Rule): readonly PortRange[] | null {
  return rule.service === 'dhcp' && rule.ports.includes(68) ? [{ first: 68, last: 68 }] : null;
}
