/** The endpoints that a topology names, and the classes of every other address. */

import { expandRoles, internetRoles } from '../catalog/roles.ts';
import type { PortRange } from '../catalog/types.ts';
import { ADDRESS_CLASSES } from './classes.ts';
import type { Settings } from './settings.ts';
import type { Endpoint, HostModel, NetworkModel, SiteModel } from './types.ts';

/** Ports of a web proxy whose port nobody told. */
const USUAL_PROXY_PORTS: readonly PortRange[] = [
  { first: 8080, last: 8080 },
  { first: 3128, last: 3128 },
];

/** Hosts, networks, classes, in this order, as endpoints without areas. */
export function baseEndpoints(model: SiteModel): Endpoint[] {
  const initiated = new Set(model.siteInitiatedOnly);
  const proxyPorts = (row: HostModel | NetworkModel): readonly PortRange[] | null => {
    if (model.proxy?.host === row.name) return [{ first: model.proxy.port, last: model.proxy.port }];
    return row.roles.includes('proxy-server') ? USUAL_PROXY_PORTS : null;
  };
  const endpoints: Endpoint[] = [];
  const add = (kind: Endpoint['kind'], row: HostModel | NetworkModel) => {
    const index = endpoints.length;
    endpoints.push({
      index,
      base: index,
      kind,
      name: row.name,
      roles: row.roles,
      allRoles: expandRoles(row.roles, row.os),
      os: row.os,
      settings: mergeSettings(model.settings, row.settings),
      proxyPorts: proxyPorts(row),
      siteInitiatedOnly: initiated.has(row.name),
      areas: new Set(),
    });
  };
  for (const host of model.hosts) add('host', host);
  for (const network of model.networks) add('network', network);
  const withoutAddress = new Set(model.hosts.filter((h) => h.addresses.length === 0).flatMap((h) => h.roles));
  for (const kind of ADDRESS_CLASSES) {
    const index = endpoints.length;
    const roles = kind === 'internet' ? ['internet'] : [];
    endpoints.push({
      index,
      base: index,
      kind,
      name: null,
      roles,
      allRoles: kind === 'internet' ? expandRoles(internetRoles(withoutAddress)) : expandRoles([]),
      os: null,
      settings: model.settings,
      proxyPorts: null,
      siteInitiatedOnly: false,
      areas: new Set(),
    });
  }
  return endpoints;
}

/** WSUS ports belong together: a host that sets one of them does not inherit the other. */
function mergeSettings(site: Settings, host: Settings): Settings {
  const wsus = host.wsus_http_port || host.wsus_https_port;
  const { wsus_http_port: _http, wsus_https_port: _https, ...rest } = site;
  return { ...(wsus ? rest : site), ...host };
}
