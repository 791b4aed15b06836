/**
 * Which ports a rule means at one server: notes 2 (an alternate port replaces the listed one), 3 (WSUS ports belong
 * together) and 6 (dynamic ports follow the operating system).
 */

import { isBefore2008 } from '../site/operating-systems.ts';
import type { SettingName, Settings } from '../site/settings.ts';
import { DYNAMIC_BEFORE_2008, DYNAMIC_SINCE_2008, portSpecRange } from './ports.ts';
import type { PortRange, Relation, Rule } from './types.ts';

export interface ResolvedPorts {
  readonly ranges: readonly PortRange[];
  /** As in the rule, except that one alternate port leaves nothing to choose from. */
  readonly relation: Relation;
}

/** What is known of the server. */
export interface ServerFacts {
  readonly settings: Settings;
  readonly os: string | null;
}

export function resolvePorts(rule: Rule, server: ServerFacts): ResolvedPorts {
  const replaced = rule.setting === null ? undefined : replacement(rule.setting as SettingName, server.settings);
  if (replaced) {
    return { ranges: [replaced], relation: replaced.first === replaced.last ? 'single' : 'range' };
  }
  const dynamic = dynamicRange(server);
  return { ranges: rule.ports.map((spec) => portSpecRange(spec, dynamic)), relation: rule.relation };
}

/** The ports that RPC servers on a host listen on (note 6). */
export function dynamicRange({ settings, os }: ServerFacts): PortRange {
  return settings.dynamic_rpc_range ?? (isBefore2008(os) ? DYNAMIC_BEFORE_2008 : DYNAMIC_SINCE_2008);
}

/** The ports from which a host sends TFTP data after the request to port 69 (note 4). */
export function transferPorts({ settings, os }: ServerFacts): PortRange {
  return settings.tftp_port_range ?? (isBefore2008(os) ? DYNAMIC_BEFORE_2008 : DYNAMIC_SINCE_2008);
}

function replacement(setting: SettingName, settings: Settings): PortRange | undefined {
  const own = settings[setting];
  if (own) return own;
  if (setting === 'wsus_https_port' && settings.wsus_http_port) return single(wsusHttps(settings.wsus_http_port.first));
  if (setting === 'wsus_http_port' && settings.wsus_https_port) return single(wsusHttp(settings.wsus_https_port.first));
  return undefined;
}

/** Note 3: 443 with 80, otherwise one more than HTTP. */
export function wsusHttps(http: number): number {
  return http === 80 ? 443 : http + 1;
}

export function wsusHttp(https: number): number {
  return https === 443 ? 80 : https - 1;
}

const single = (port: number): PortRange => ({ first: port, last: port });
