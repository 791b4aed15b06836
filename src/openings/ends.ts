/** Endpoints of a topology as ends of an opening. */
import { parseAddress } from '../site/addresses.ts';
import type { Endpoint, Site } from '../site/index.ts';
import type { End } from './types.ts';

const OTHER_SYSTEMS = /^(?:linux|macos|appliance|other)\b/;

/** The host or the network as it stands in the topology; null where the endpoint is neither, nor the internet. */
export function endOfEndpoint(endpoint: Endpoint, { model }: Site): End | null {
  const { kind, base, name, os } = endpoint;
  const isWindows = os === null || !OTHER_SYSTEMS.test(os);
  if (kind === 'host') {
    const { addresses } = model.hosts[base];
    if (addresses.length === 0) return { kind: 'dns-name', name, intervals: [], isWindows };
    return { kind: 'host', name, intervals: addresses, isWindows };
  }
  if (kind === 'network') {
    const { interval } = model.networks[base - model.hosts.length];
    return { kind: 'network', name, intervals: [interval], isWindows };
  }
  if (kind === 'internet') return { kind: 'internet', name: null, intervals: [], isWindows: false };
  return null;
}

/** A single address. */
export function endOfAddress(ip: string): End | null {
  const parsed = parseAddress(ip);
  return parsed.ok ? { kind: 'address', name: null, intervals: [parsed.value], isWindows: false } : null;
}

/** A host that only its name is known of. */
export function endOfName(name: string): End {
  return { kind: 'dns-name', name, intervals: [], isWindows: false };
}

export const ANYBODY: End = { kind: 'any', name: null, intervals: [], isWindows: false };

/** Ends with equal keys are the same. */
export function keyOfEnd({ kind, name, intervals }: End): string {
  const [first] = intervals;
  return `${kind} ${name ?? (first === undefined ? '' : `${first.family} ${first.first} ${first.last}`)}`;
}

/** Names first, as people write them. */
export function compareEnds(one: End, other: End): number {
  const [a, b] = [keyOfEnd(one), keyOfEnd(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}
