import type { LogEvidence } from '../assess/firewall-logs.ts';
import type { Analysis } from '../engine/analyze.ts';
import type { FirewallLog } from '../witness/firewall-log.ts';
import type { LogZone } from '../witness/log-zone.ts';

export interface FirewallLogOptions {
  firewallLog?: string[];
  firewallLogTime?: LogZone;
}

/** The logs of --firewall-log. @throws FirewallLogError */
export async function readFirewallLogs({ firewallLog, firewallLogTime }: FirewallLogOptions): Promise<FirewallLog[]> {
  if (firewallLog === undefined) return [];
  const [{ readFirewallLog }, { LOCAL_ZONE }] = await Promise.all([
    import('../witness/firewall-log.ts'),
    import('../witness/log-zone.ts'),
  ]);
  const logs: FirewallLog[] = [];
  for (const path of firewallLog) logs.push(await readFirewallLog(path, firewallLogTime ?? LOCAL_ZONE));
  return logs;
}

/** Lets the connections know what the logs say. */
export function heedFirewallLogs({ observation }: Analysis, logs: readonly FirewallLog[]): LogEvidence[] {
  return logs.map((log) => ({ log, join: observation.heedLog(log.kept) }));
}
