/** Endpoints between which no rule can tell a difference share a number. */

import type { Endpoint } from '../site/index.ts';
import { formatPortRange } from './ports.ts';

/** Profile numbers by endpoint index. */
export function profilesOf(endpoints: readonly Endpoint[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(endpoints, (endpoint) => {
    const key = JSON.stringify([
      endpoint.kind,
      // Only selectors of expect and forbid ask for a name.
      endpoint.kind === 'host' ? endpoint.name : null,
      [...endpoint.allRoles],
      endpoint.os,
      endpoint.settings,
      endpoint.proxyPorts?.map(formatPortRange) ?? null,
      endpoint.siteInitiatedOnly,
      [...endpoint.areas],
    ]);
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
}
