/** Note 1: a configured web proxy stands in for the internet. */

import type { Endpoint } from '../site/index.ts';
import { findRole } from './roles.ts';
import type { PortRange, Rule } from './types.ts';

/** Web traffic to the internet or a cloud role; the TCP-TLS channel of a gateway and other protocols pass no proxy. */
function isWebToInternet(rule: Rule): boolean {
  const role = findRole(rule.to);
  return (
    rule.transport === 'tcp' && role?.internet != null && role.id !== 'user-device' && WEB_SERVICES.has(rule.service)
  );
}

const WEB_SERVICES = new Set(['http', 'https']);

/** The ports under which `server` takes the traffic of `rule` as a proxy, or null. */
export function viaProxy(rule: Rule, server: Endpoint): readonly PortRange[] | null {
  return server.proxyPorts && isWebToInternet(rule) ? server.proxyPorts : null;
}

/** The proxy itself goes on to the internet for whoever asked it. */
export function isBehindProxy(rule: Rule, client: Endpoint, server: Endpoint): boolean {
  return client.proxyPorts !== null && isWebToInternet(rule) && server.allRoles.has(rule.to);
}
