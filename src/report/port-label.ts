/** What administrators call a server port; only for the eye, no rule hangs on it. */
const SERVICES: Readonly<Record<string, string>> = {
  'udp 53': 'DNS',
  'tcp 53': 'DNS',
  'udp 67': 'DHCP',
  'udp 68': 'DHCP client',
  'udp 69': 'TFTP',
  'tcp 80': 'HTTP',
  'tcp 88': 'Kerberos',
  'udp 88': 'Kerberos',
  'udp 123': 'NTP',
  'tcp 135': 'RPC endpoint mapper',
  'udp 135': 'RPC endpoint mapper',
  'udp 137': 'NetBIOS names',
  'udp 138': 'NetBIOS datagrams',
  'tcp 139': 'NetBIOS session',
  'tcp 389': 'LDAP',
  'udp 389': 'LDAP',
  'tcp 443': 'HTTPS',
  'tcp 445': 'SMB',
  'tcp 464': 'Kerberos password',
  'udp 464': 'Kerberos password',
  'tcp 636': 'LDAPS',
  'tcp 1433': 'SQL Server',
  'udp 1434': 'SQL Browser',
  'tcp 2701': 'remote control',
  'tcp 3268': 'global catalog',
  'tcp 3269': 'global catalog over TLS',
  'tcp 3389': 'Remote Desktop',
  'udp 4011': 'PXE boot server',
  'udp 5355': 'LLMNR',
  'udp 5353': 'mDNS',
  'tcp 5985': 'WinRM',
  'tcp 5986': 'WinRM over TLS',
  'tcp 8530': 'WSUS',
  'tcp 8531': 'WSUS over TLS',
  'tcp 10123': 'client notification',
};

/** `tcp 1433 (SQL Server)`, as far as it is known. */
export function portLabel(proto: string | null, port: number | null): string {
  const plain = [proto, port].filter((part) => part !== null).join(' ');
  return Object.hasOwn(SERVICES, plain) ? `${plain} (${SERVICES[plain]})` : plain;
}
