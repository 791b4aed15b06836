import type { Service } from '../protocols/first-bytes.ts';

/** Protocols that may be seen on a port by what its rule calls the service; services that are not listed may carry anything. */
export const EXPECTED_SERVICES: Readonly<Record<string, readonly Service[]>> = {
  http: ['http', 'winrm'],
  'http-delta': ['http'],
  'winpe-peer-cache': ['http'],
  https: ['tls'],
  // A CMG connection point talks TLS on a channel of its own.
  'cmg-tls': ['tls'],
  'tls-cert-auth': ['tls'],
  ldaps: ['tls'],
  ldap: ['ldap'],
  // 3268 is LDAP, 3269 LDAP over TLS.
  'ldap-gc': ['ldap', 'tls'],
  kerberos: ['kerberos'],
  smb: ['smb'],
  'rpc-epm': ['rpc'],
  rpc: ['rpc'],
  'rpc-dcom': ['rpc'],
  // TDS 8.0 begins with TLS ([MS-TDS] section 1.3).
  'mssql-tds': ['tds', 'tls'],
  winrm: ['winrm', 'http', 'tls'],
  rdp: ['rdp', 'tls'],
  adws: ['net-tcp'],
  dns: ['dns'],
};

/** Names of protocols for people. */
export const SERVICE_NAMES: Readonly<Record<Service, string>> = {
  tls: 'TLS',
  http: 'HTTP',
  smb: 'SMB',
  ldap: 'LDAP',
  kerberos: 'Kerberos',
  tds: 'TDS',
  rpc: 'RPC',
  rdp: 'RDP',
  dns: 'DNS',
  ssh: 'SSH',
  quic: 'QUIC',
  winrm: 'WinRM',
  'net-tcp': '.NET message framing',
};
