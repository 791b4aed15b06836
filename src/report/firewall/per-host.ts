/** Openings as the firewalls of the hosts themselves see them: what each lets in and out. */

import type { PortRange } from '../../catalog/types.ts';
import { intervalsOf, intervalText } from '../../openings/address-text.ts';
import { keyOfEnd } from '../../openings/ends.ts';
import type { End, Opening, Openings } from '../../openings/types.ts';

export interface HostRule {
  opening: Opening;
  direction: 'in' | 'out';
  /** Addresses of the other side; any: everything; internet: every public address. */
  remote: readonly string[] | 'any' | 'internet';
  localPorts: readonly PortRange[] | null;
  remotePorts: readonly PortRange[] | null;
}

/** A host, or a network for the policy of its members. */
export interface HostRules {
  name: string;
  isNetwork: boolean;
  rules: HostRule[];
}

export interface PerHost {
  hosts: HostRules[];
  untold: string[];
}

/** For each Windows host and network with a name, in the order of appearance. */
export function rulesPerHost({ openings }: Openings): PerHost {
  const hosts = new Map<string, HostRules>();
  const untold: string[] = [];
  const add = (end: End, rule: HostRule): void => {
    if (end.name === null || !end.isWindows || (end.kind !== 'host' && end.kind !== 'network')) return;
    const key = keyOfEnd(end);
    const known = hosts.get(key) ?? { name: end.name, isNetwork: end.kind === 'network', rules: [] };
    hosts.set(key, known);
    known.rules.push(rule);
  };
  for (const opening of openings) {
    const { from, to, ports, sourcePorts } = opening;
    const [clients, servers] = [remoteOf(from.ends), remoteOf(to.ends)];
    if (clients !== null) {
      const rule: HostRule = { opening, direction: 'in', remote: clients, localPorts: ports, remotePorts: sourcePorts };
      for (const end of to.ends) add(end, rule);
    }
    if (servers !== null) {
      const rule: HostRule = {
        opening,
        direction: 'out',
        remote: servers,
        localPorts: sourcePorts,
        remotePorts: ports,
      };
      for (const end of from.ends) add(end, rule);
    }
    for (const [side, remote] of [
      [from, clients],
      [to, servers],
    ] as const) {
      if (remote !== null && !side.ends.some(({ kind }) => kind === 'dns-name')) continue;
      const names = side.ends.flatMap(({ kind, name }) => (kind === 'dns-name' ? (name ?? []) : []));
      untold.push(`${opening.id}: ${names.join(', ')} is known by name only, and a firewall rule needs addresses.`);
    }
  }
  return { hosts: [...hosts.values()], untold };
}

/** Null where no address is known. */
function remoteOf(ends: readonly End[]): HostRule['remote'] | null {
  if (ends.some(({ kind }) => kind === 'any')) return 'any';
  if (ends.some(({ kind }) => kind === 'internet')) return 'internet';
  const addresses = ([4, 6] as const).flatMap((family) => intervalsOf(ends, family).map(intervalText));
  return addresses.length === 0 ? null : addresses;
}
