/** The settings of a site: one table from which the schema, its documentation and the defaults derive. */

import type { PortRange } from '../catalog/types.ts';

interface SettingMeta {
  readonly kind: 'port' | 'range';
  /** What the products do when nobody changed it; null where several defaults exist. */
  readonly usual: string;
  readonly description: string;
}

export const SETTINGS = {
  client_http_port: {
    kind: 'port',
    usual: '80',
    description: 'HTTP port of clients towards management, distribution and other IIS roles',
  },
  client_https_port: { kind: 'port', usual: '443', description: 'HTTPS port of clients towards the same roles' },
  client_notification_port: {
    kind: 'port',
    usual: '10123',
    description: 'client notification port of management points',
  },
  wsus_http_port: { kind: 'port', usual: '80 or 8530', description: 'HTTP port of WSUS on software update points' },
  wsus_https_port: { kind: 'port', usual: '443 with 80, else HTTP + 1', description: 'HTTPS port of WSUS' },
  sql_port: { kind: 'port', usual: '1433', description: 'port of the SQL Server instance' },
  sql_broker_port: { kind: 'port', usual: '4022', description: 'port of SQL Server Service Broker' },
  wake_on_lan_port: { kind: 'port', usual: '9', description: 'UDP port of magic packets' },
  wakeup_proxy_port: { kind: 'port', usual: '25536', description: 'UDP port of wake-up proxy' },
  peer_cache_broadcast_port: { kind: 'port', usual: '8004', description: 'UDP port of Windows PE peer cache' },
  peer_cache_download_port: { kind: 'port', usual: '8003', description: 'TCP port of Windows PE peer cache' },
  express_updates_port: { kind: 'port', usual: '8005', description: 'port for express (delta) update content' },
  reporting_http_port: { kind: 'port', usual: '80', description: 'HTTP port of the report server' },
  reporting_https_port: { kind: 'port', usual: '443', description: 'HTTPS port of the report server' },
  registration_https_port: {
    kind: 'port',
    usual: '443',
    description: 'HTTPS port of the certificate registration point',
  },
  enrollment_https_port: { kind: 'port', usual: '443', description: 'HTTPS port of the enrollment point' },
  catalog_http_port: {
    kind: 'port',
    usual: '80',
    description: 'HTTP port of the application catalog web service point',
  },
  catalog_https_port: {
    kind: 'port',
    usual: '443',
    description: 'HTTPS port of the application catalog web service point',
  },
  dynamic_rpc_range: { kind: 'range', usual: '49152-65535', description: 'dynamic ports that RPC servers listen on' },
  tftp_port_range: { kind: 'range', usual: '49152-65535', description: 'ports from which the TFTP server answers' },
} as const satisfies Record<string, SettingMeta>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** Settings as given: a single port is a range of one. What nobody set is absent. */
export type Settings = Readonly<Partial<Record<SettingName, PortRange>>>;
