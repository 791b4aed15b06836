#Requires -Version 5.1
#Requires -RunAsAdministrator
# Rules of Windows Firewall for Contoso demo,
# from captures/demo/demo.pcap; made by pcapcheck 0.0.0.
# Run it on each host; it takes the rules of the host it runs on, and may run again. -WhatIf shows what it would do.
# For the members of a network, give its name: -ComputerName with one of the names below.
[CmdletBinding(SupportsShouldProcess)]
param([string]$ComputerName = [System.Net.Dns]::GetHostName())
$ErrorActionPreference = 'Stop'
$group = 'pcapcheck: Contoso demo'
$hosts = @(
  @{ Name = 'DC01'
     Rules = @(
       @{ Name = 'pcapcheck-cm.winsrv.kerberos-d9283c5a-in'
          DisplayName = 'Any Windows computer -> Domain controller: Kerberos authentication (TCP only in this table) (tcp in)'
          Description = 'Kerberos authentication (TCP only in this table). Rule cm.winsrv.kerberos; Ports used in Configuration Manager (2020-04-29), Other ports: ports used by Windows Server. 10.255.0.2 said that it is unreachable: see first that the server is up and that 10.255.0.2 has a route to it. Where a firewall rejects in this way, the rule belongs there.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('88')
          RemotePort = 'Any'
          RemoteAddress = @('10.10.0.12', 'fd00:10::12') },
       @{ Name = 'pcapcheck-cm.winsrv.dns-udp-d997daee-in'
          DisplayName = 'Any Windows computer -> DNS server: DNS (udp in)'
          Description = 'DNS. Rule cm.winsrv.dns-udp; Ports used in Configuration Manager (2020-04-29), Other ports: ports used by Windows Server.'
          Direction = 'Inbound'
          Protocol = 'UDP'
          LocalPort = @('53')
          RemotePort = 'Any'
          RemoteAddress = @('10.10.0.13', 'fd00:10::13') },
       @{ Name = 'pcapcheck-cm.site-dc.gc-ldap-df1dc68d-in'
          DisplayName = 'Site server -> Domain controller: Global catalog LDAP (tcp in)'
          Description = 'Global catalog LDAP. Rule cm.site-dc.gc-ldap; Ports used in Configuration Manager (2020-04-29), Site server --> Domain controller.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('3268')
          RemotePort = 'Any'
          RemoteAddress = @('10.30.0.10') }
     ) },
  @{ Name = 'WS02'
     Rules = @(
       @{ Name = 'pcapcheck-cm.winsrv.kerberos-d9283c5a-out'
          DisplayName = 'Any Windows computer -> Domain controller: Kerberos authentication (TCP only in this table) (tcp out)'
          Description = 'Kerberos authentication (TCP only in this table). Rule cm.winsrv.kerberos; Ports used in Configuration Manager (2020-04-29), Other ports: ports used by Windows Server. 10.255.0.2 said that it is unreachable: see first that the server is up and that 10.255.0.2 has a route to it. Where a firewall rejects in this way, the rule belongs there.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('88')
          RemoteAddress = @('10.20.0.53', 'fd00:20::53') },
       @{ Name = 'pcapcheck-cm.client-sup.http-828a8109-out'
          DisplayName = 'Configuration Manager client -> Software update point: HTTP (WSUS web site) (tcp out)'
          Description = 'HTTP (WSUS web site). Rule cm.client-sup.http; Ports used in Configuration Manager (2020-04-29), Client --> Software update point.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('8530')
          RemoteAddress = @('10.20.0.30', 'fd00:20::30') }
     ) },
  @{ Name = 'WS03'
     Rules = @(
       @{ Name = 'pcapcheck-cm.winsrv.dns-udp-d997daee-out'
          DisplayName = 'Any Windows computer -> DNS server: DNS (udp out)'
          Description = 'DNS. Rule cm.winsrv.dns-udp; Ports used in Configuration Manager (2020-04-29), Other ports: ports used by Windows Server.'
          Direction = 'Outbound'
          Protocol = 'UDP'
          LocalPort = 'Any'
          RemotePort = @('53')
          RemoteAddress = @('10.20.0.53', 'fd00:20::53') },
       @{ Name = 'pcapcheck-cm.client-mp.notification-877584c6-out'
          DisplayName = 'Configuration Manager client -> Management point: Client notification channel; tried before falling back to HTTP or HTTPS (tcp out)'
          Description = 'Client notification channel; tried before falling back to HTTP or HTTPS. Rule cm.client-mp.notification; Ports used in Configuration Manager (2020-04-29), Client --> Management point. fd00:ff::2 said that it is prohibited: the rule belongs there. A reset answered: a port rule helps only if a firewall sent it; see first that the service listens.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('10123')
          RemoteAddress = @('10.20.0.10', 'fd00:20::10') }
     ) },
  @{ Name = 'SUP01'
     Rules = @(
       @{ Name = 'pcapcheck-cm.client-sup.http-828a8109-in'
          DisplayName = 'Configuration Manager client -> Software update point: HTTP (WSUS web site) (tcp in)'
          Description = 'HTTP (WSUS web site). Rule cm.client-sup.http; Ports used in Configuration Manager (2020-04-29), Client --> Software update point.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('8530')
          RemotePort = 'Any'
          RemoteAddress = @('10.10.0.12', 'fd00:10::12') },
       @{ Name = 'pcapcheck-cm.site-sup.smb-7c19fcfa-in'
          DisplayName = 'Site server -> Software update point: SMB file sharing (tcp in)'
          Description = 'SMB file sharing. Rule cm.site-sup.smb; Ports used in Configuration Manager (2020-04-29), Site server <--> Software update point. 10.255.0.2 said that the port is unreachable: see first that the service listens. If it does, 10.255.0.2 rejects it, and the rule belongs there.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('445')
          RemotePort = 'Any'
          RemoteAddress = @('10.30.0.10') }
     ) },
  @{ Name = 'MP01'
     Rules = @(
       @{ Name = 'pcapcheck-cm.client-mp.notification-877584c6-in'
          DisplayName = 'Configuration Manager client -> Management point: Client notification channel; tried before falling back to HTTP or HTTPS (tcp in)'
          Description = 'Client notification channel; tried before falling back to HTTP or HTTPS. Rule cm.client-mp.notification; Ports used in Configuration Manager (2020-04-29), Client --> Management point. fd00:ff::2 said that it is prohibited: the rule belongs there. A reset answered: a port rule helps only if a firewall sent it; see first that the service listens.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('10123')
          RemotePort = 'Any'
          RemoteAddress = @('10.10.0.11', '10.10.0.13', 'fd00:10::11', 'fd00:10::13') },
       @{ Name = 'pcapcheck-cm.mp-sql.sql-eb2c8427-out'
          DisplayName = 'Management point -> SQL Server: SQL Server database engine over TCP (tcp out)'
          Description = 'SQL Server database engine over TCP. Rule cm.mp-sql.sql; Ports used in Configuration Manager (2020-04-29), Management point --> SQL Server. 10.255.0.1 said that it is prohibited: the rule belongs there.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('1433')
          RemoteAddress = @('10.30.0.40') }
     ) },
  @{ Name = 'WS01'
     Rules = @(
       @{ Name = 'pcapcheck-cm.client-mp.notification-877584c6-out'
          DisplayName = 'Configuration Manager client -> Management point: Client notification channel; tried before falling back to HTTP or HTTPS (tcp out)'
          Description = 'Client notification channel; tried before falling back to HTTP or HTTPS. Rule cm.client-mp.notification; Ports used in Configuration Manager (2020-04-29), Client --> Management point. fd00:ff::2 said that it is prohibited: the rule belongs there. A reset answered: a port rule helps only if a firewall sent it; see first that the service listens.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('10123')
          RemoteAddress = @('10.20.0.10', 'fd00:20::10') }
     ) },
  @{ Name = 'DP01'
     Rules = @(
       @{ Name = 'pcapcheck-cm.site-dp.rpc-epm-612aa21b-in'
          DisplayName = 'Site server -> Distribution point: RPC endpoint mapper (tcp in)'
          Description = 'RPC endpoint mapper. Rule cm.site-dp.rpc-epm; Ports used in Configuration Manager (2020-04-29), Site server --> Distribution point (standard and pull). A reset answered: a port rule helps only if a firewall sent it; see first that the service listens.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('135')
          RemotePort = 'Any'
          RemoteAddress = @('10.30.0.10') },
       @{ Name = 'pcapcheck-cm.site-dp.rpc-dynamic-614fd3a9-in'
          DisplayName = 'Site server -> Distribution point: RPC on a dynamically assigned port (tcp in)'
          Description = 'RPC on a dynamically assigned port. Rule cm.site-dp.rpc-dynamic; Ports used in Configuration Manager (2020-04-29), Site server --> Distribution point (standard and pull). Not tried in this capture, since the endpoint mapper that names the port is blocked: needed once that is open. 16,384 ports, because RPC servers pick one of them: a firewall that reads RPC opens only the one that port 135 names; fixed ports on the server (registry: NTDS "TCP/IP Port", DCOM "Ports"; or netsh int ipv4 set dynamicport) with dynamic_rpc_range in the topology make it narrow.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('49152-65535')
          RemotePort = 'Any'
          RemoteAddress = @('10.30.0.10') }
     ) },
  @{ Name = 'CM01'
     Rules = @(
       @{ Name = 'pcapcheck-cm.site-dp.rpc-epm-612aa21b-out'
          DisplayName = 'Site server -> Distribution point: RPC endpoint mapper (tcp out)'
          Description = 'RPC endpoint mapper. Rule cm.site-dp.rpc-epm; Ports used in Configuration Manager (2020-04-29), Site server --> Distribution point (standard and pull). A reset answered: a port rule helps only if a firewall sent it; see first that the service listens.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('135')
          RemoteAddress = @('10.20.0.20', 'fd00:20::20') },
       @{ Name = 'pcapcheck-cm.site-dp.rpc-dynamic-614fd3a9-out'
          DisplayName = 'Site server -> Distribution point: RPC on a dynamically assigned port (tcp out)'
          Description = 'RPC on a dynamically assigned port. Rule cm.site-dp.rpc-dynamic; Ports used in Configuration Manager (2020-04-29), Site server --> Distribution point (standard and pull). Not tried in this capture, since the endpoint mapper that names the port is blocked: needed once that is open. 16,384 ports, because RPC servers pick one of them: a firewall that reads RPC opens only the one that port 135 names; fixed ports on the server (registry: NTDS "TCP/IP Port", DCOM "Ports"; or netsh int ipv4 set dynamicport) with dynamic_rpc_range in the topology make it narrow.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('49152-65535')
          RemoteAddress = @('10.20.0.20', 'fd00:20::20') },
       @{ Name = 'pcapcheck-cm.site-sup.smb-7c19fcfa-out'
          DisplayName = 'Site server -> Software update point: SMB file sharing (tcp out)'
          Description = 'SMB file sharing. Rule cm.site-sup.smb; Ports used in Configuration Manager (2020-04-29), Site server <--> Software update point. 10.255.0.2 said that the port is unreachable: see first that the service listens. If it does, 10.255.0.2 rejects it, and the rule belongs there.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('445')
          RemoteAddress = @('10.20.0.30', 'fd00:20::30') },
       @{ Name = 'pcapcheck-cm.site-dc.gc-ldap-df1dc68d-out'
          DisplayName = 'Site server -> Domain controller: Global catalog LDAP (tcp out)'
          Description = 'Global catalog LDAP. Rule cm.site-dc.gc-ldap; Ports used in Configuration Manager (2020-04-29), Site server --> Domain controller.'
          Direction = 'Outbound'
          Protocol = 'TCP'
          LocalPort = 'Any'
          RemotePort = @('3268')
          RemoteAddress = @('10.20.0.53', 'fd00:20::53') }
     ) },
  @{ Name = 'SQL02'
     Rules = @(
       @{ Name = 'pcapcheck-cm.mp-sql.sql-eb2c8427-in'
          DisplayName = 'Management point -> SQL Server: SQL Server database engine over TCP (tcp in)'
          Description = 'SQL Server database engine over TCP. Rule cm.mp-sql.sql; Ports used in Configuration Manager (2020-04-29), Management point --> SQL Server. 10.255.0.1 said that it is prohibited: the rule belongs there.'
          Direction = 'Inbound'
          Protocol = 'TCP'
          LocalPort = @('1433')
          RemotePort = 'Any'
          RemoteAddress = @('10.20.0.10', 'fd00:20::10') }
     ) }
)
$own = @($hosts | Where-Object { $_.Name -eq $ComputerName })
if ($own.Count -eq 0) { $own = @($hosts | Where-Object { ($_.Name -split '\.')[0] -eq ($ComputerName -split '\.')[0] }) }
if ($own.Count -eq 0) { Write-Output ('No rules for {0}.' -f $ComputerName); return }
if ($own.Count -gt 1) { throw ('Several hosts are called {0}: give the full name with -ComputerName.' -f $ComputerName) }
$names = @()
foreach ($rule in $own[0].Rules) {
  $names += $rule.Name
  if (Get-NetFirewallRule -Name $rule.Name -ErrorAction SilentlyContinue) {
    $rule['NewDisplayName'] = $rule.DisplayName
    $rule.Remove('DisplayName')
    Set-NetFirewallRule @rule -Action 'Allow' -Enabled 'True' -WhatIf:$WhatIfPreference
  } else {
    New-NetFirewallRule @rule -Group $group -Action 'Allow' -Enabled 'True' -Profile 'Any' -WhatIf:$WhatIfPreference | Out-Null
  }
}
Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue |
  Where-Object { $names -notcontains $_.Name } | Remove-NetFirewallRule -WhatIf:$WhatIfPreference
Write-Output ('{0} rules of the group {1} are set on {2}.' -f $names.Count, $group, $ComputerName)
