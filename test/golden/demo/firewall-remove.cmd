@echo off
setlocal DisableDelayedExpansion
rem Takes away the rules of Windows Firewall for Contoso demo,
rem from captures/demo/demo.pcap; made by pcapcheck 0.0.0.
rem Run it as administrator on each host. For the members of a network, give its name as the argument.
set "host=%~1"
if not defined host for /f "delims=" %%h in ('hostname') do set "host=%%h"
for /f "delims=." %%h in ("%host%") do set "short=%%h"
set "done="

set "take="
if /i "%host%"=="DC01" set "take=1"
if /i "%short%"=="DC01" set "take=1"
if not defined take goto next_1
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.kerberos-d9283c5a in" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.dns-udp-d997daee in" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dc.gc-ldap-df1dc68d in" >nul 2>&1
:next_1

set "take="
if /i "%host%"=="WS02" set "take=1"
if /i "%short%"=="WS02" set "take=1"
if not defined take goto next_2
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.kerberos-d9283c5a out" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.client-sup.http-828a8109 out" >nul 2>&1
:next_2

set "take="
if /i "%host%"=="WS03" set "take=1"
if /i "%short%"=="WS03" set "take=1"
if not defined take goto next_3
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.dns-udp-d997daee out" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.client-mp.notification-877584c6 out" >nul 2>&1
:next_3

set "take="
if /i "%host%"=="SUP01" set "take=1"
if /i "%short%"=="SUP01" set "take=1"
if not defined take goto next_4
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.client-sup.http-828a8109 in" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.site-sup.smb-7c19fcfa in" >nul 2>&1
:next_4

set "take="
if /i "%host%"=="MP01" set "take=1"
if /i "%short%"=="MP01" set "take=1"
if not defined take goto next_5
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.client-mp.notification-877584c6 in" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.mp-sql.sql-eb2c8427 out" >nul 2>&1
:next_5

set "take="
if /i "%host%"=="WS01" set "take=1"
if /i "%short%"=="WS01" set "take=1"
if not defined take goto next_6
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.client-mp.notification-877584c6 out" >nul 2>&1
:next_6

set "take="
if /i "%host%"=="DP01" set "take=1"
if /i "%short%"=="DP01" set "take=1"
if not defined take goto next_7
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-epm-612aa21b in" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-dynamic-614fd3a9 in" >nul 2>&1
:next_7

set "take="
if /i "%host%"=="CM01" set "take=1"
if /i "%short%"=="CM01" set "take=1"
if not defined take goto next_8
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-epm-612aa21b out" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-dynamic-614fd3a9 out" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.site-sup.smb-7c19fcfa out" >nul 2>&1
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dc.gc-ldap-df1dc68d out" >nul 2>&1
:next_8

set "take="
if /i "%host%"=="SQL02" set "take=1"
if /i "%short%"=="SQL02" set "take=1"
if not defined take goto next_9
set "done=1"
netsh advfirewall firewall delete rule name="pcapcheck cm.mp-sql.sql-eb2c8427 in" >nul 2>&1
:next_9
if not defined done echo No rules for %host%.
exit /b 0
