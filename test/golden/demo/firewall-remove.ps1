#Requires -Version 5.1
#Requires -RunAsAdministrator
# Takes away the rules of Windows Firewall for Contoso demo,
# from captures/demo/demo.pcap; made by pcapcheck 0.0.0.
# Run it on each host where the other script ran. -WhatIf shows what it would do.
[CmdletBinding(SupportsShouldProcess)]
param()
$ErrorActionPreference = 'Stop'
$group = 'pcapcheck: Contoso demo'
$rules = @(Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue)
$rules | Remove-NetFirewallRule -WhatIf:$WhatIfPreference
Write-Output ('{0} rules of the group {1} were there.' -f $rules.Count, $group)
