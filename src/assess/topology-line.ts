import type { Endpoint, Site } from '../site/index.ts';
import type { Finding } from './types.ts';

/**
 * The line of the topology that states what a finding is held against: the site's own rule; else the entry of the server, whose role
 * asks for the port; else that of the client; of findings about roles, the first entry with the role of the server.
 * @param endpointOf what the topology says of an address; null where it is none
 */
export function topologyLine(finding: Finding, site: Site, endpointOf: (ip: string) => Endpoint | null): number | null {
  const { rule, src_ip, dest_ip, dest_roles } = finding;
  const own = rule.map((id) => site.model.places.get(id)).find((place) => place !== undefined);
  if (own !== undefined) return own.line;
  for (const ip of [dest_ip, src_ip]) {
    const endpoint = ip === null ? null : endpointOf(ip);
    const line = endpoint === null ? null : lineOfEntry(endpoint.kind, endpoint.name, site);
    if (line !== null) return line;
  }
  if (src_ip !== null || dest_ip !== null) return null;
  const holder = site.endpoints.find(
    ({ name, allRoles }) => name !== null && dest_roles.some((role) => allRoles.has(role)),
  );
  return holder === undefined ? null : lineOfEntry(holder.kind, holder.name, site);
}

function lineOfEntry(kind: string, name: string | null, site: Site): number | null {
  return site.model.places.get(`${kind}:${name}`)?.line ?? null;
}
