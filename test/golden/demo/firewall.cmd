@echo off
setlocal DisableDelayedExpansion
rem Rules of Windows Firewall for Contoso demo,
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
rem Any Windows computer to Domain controller: Kerberos authentication (TCP only in this table)
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.kerberos-d9283c5a in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.winsrv.kerberos-d9283c5a in" dir=in action=allow enable=yes profile=any protocol=TCP localport=88 remoteport=any remoteip=10.10.0.12,fd00:10::12 || exit /b 1
rem Any Windows computer to DNS server: DNS
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.dns-udp-d997daee in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.winsrv.dns-udp-d997daee in" dir=in action=allow enable=yes profile=any protocol=UDP localport=53 remoteport=any remoteip=10.10.0.13,fd00:10::13 || exit /b 1
rem Site server to Domain controller: Global catalog LDAP
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dc.gc-ldap-df1dc68d in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-dc.gc-ldap-df1dc68d in" dir=in action=allow enable=yes profile=any protocol=TCP localport=3268 remoteport=any remoteip=10.30.0.10 || exit /b 1
:next_1

set "take="
if /i "%host%"=="WS02" set "take=1"
if /i "%short%"=="WS02" set "take=1"
if not defined take goto next_2
set "done=1"
rem Any Windows computer to Domain controller: Kerberos authentication (TCP only in this table)
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.kerberos-d9283c5a out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.winsrv.kerberos-d9283c5a out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=88 remoteip=10.20.0.53,fd00:20::53 || exit /b 1
rem Configuration Manager client to Software update point: HTTP (WSUS web site)
netsh advfirewall firewall delete rule name="pcapcheck cm.client-sup.http-828a8109 out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.client-sup.http-828a8109 out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=8530 remoteip=10.20.0.30,fd00:20::30 || exit /b 1
:next_2

set "take="
if /i "%host%"=="WS03" set "take=1"
if /i "%short%"=="WS03" set "take=1"
if not defined take goto next_3
set "done=1"
rem Any Windows computer to DNS server: DNS
netsh advfirewall firewall delete rule name="pcapcheck cm.winsrv.dns-udp-d997daee out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.winsrv.dns-udp-d997daee out" dir=out action=allow enable=yes profile=any protocol=UDP localport=any remoteport=53 remoteip=10.20.0.53,fd00:20::53 || exit /b 1
rem Configuration Manager client to Management point: Client notification channel, tried before falling back to HTTP or HTTPS
netsh advfirewall firewall delete rule name="pcapcheck cm.client-mp.notification-877584c6 out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.client-mp.notification-877584c6 out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=10123 remoteip=10.20.0.10,fd00:20::10 || exit /b 1
:next_3

set "take="
if /i "%host%"=="SUP01" set "take=1"
if /i "%short%"=="SUP01" set "take=1"
if not defined take goto next_4
set "done=1"
rem Configuration Manager client to Software update point: HTTP (WSUS web site)
netsh advfirewall firewall delete rule name="pcapcheck cm.client-sup.http-828a8109 in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.client-sup.http-828a8109 in" dir=in action=allow enable=yes profile=any protocol=TCP localport=8530 remoteport=any remoteip=10.10.0.12,fd00:10::12 || exit /b 1
rem Site server to Software update point: SMB file sharing
netsh advfirewall firewall delete rule name="pcapcheck cm.site-sup.smb-7c19fcfa in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-sup.smb-7c19fcfa in" dir=in action=allow enable=yes profile=any protocol=TCP localport=445 remoteport=any remoteip=10.30.0.10 || exit /b 1
:next_4

set "take="
if /i "%host%"=="MP01" set "take=1"
if /i "%short%"=="MP01" set "take=1"
if not defined take goto next_5
set "done=1"
rem Configuration Manager client to Management point: Client notification channel, tried before falling back to HTTP or HTTPS
netsh advfirewall firewall delete rule name="pcapcheck cm.client-mp.notification-877584c6 in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.client-mp.notification-877584c6 in" dir=in action=allow enable=yes profile=any protocol=TCP localport=10123 remoteport=any remoteip=10.10.0.11,10.10.0.13,fd00:10::11,fd00:10::13 || exit /b 1
rem Management point to SQL Server: SQL Server database engine over TCP
netsh advfirewall firewall delete rule name="pcapcheck cm.mp-sql.sql-eb2c8427 out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.mp-sql.sql-eb2c8427 out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=1433 remoteip=10.30.0.40 || exit /b 1
:next_5

set "take="
if /i "%host%"=="WS01" set "take=1"
if /i "%short%"=="WS01" set "take=1"
if not defined take goto next_6
set "done=1"
rem Configuration Manager client to Management point: Client notification channel, tried before falling back to HTTP or HTTPS
netsh advfirewall firewall delete rule name="pcapcheck cm.client-mp.notification-877584c6 out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.client-mp.notification-877584c6 out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=10123 remoteip=10.20.0.10,fd00:20::10 || exit /b 1
:next_6

set "take="
if /i "%host%"=="DP01" set "take=1"
if /i "%short%"=="DP01" set "take=1"
if not defined take goto next_7
set "done=1"
rem Site server to Distribution point: RPC endpoint mapper
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-epm-612aa21b in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-dp.rpc-epm-612aa21b in" dir=in action=allow enable=yes profile=any protocol=TCP localport=135 remoteport=any remoteip=10.30.0.10 || exit /b 1
rem Site server to Distribution point: RPC on a dynamically assigned port
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-dynamic-614fd3a9 in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-dp.rpc-dynamic-614fd3a9 in" dir=in action=allow enable=yes profile=any protocol=TCP localport=49152-65535 remoteport=any remoteip=10.30.0.10 || exit /b 1
:next_7

set "take="
if /i "%host%"=="CM01" set "take=1"
if /i "%short%"=="CM01" set "take=1"
if not defined take goto next_8
set "done=1"
rem Site server to Distribution point: RPC endpoint mapper
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-epm-612aa21b out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-dp.rpc-epm-612aa21b out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=135 remoteip=10.20.0.20,fd00:20::20 || exit /b 1
rem Site server to Distribution point: RPC on a dynamically assigned port
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dp.rpc-dynamic-614fd3a9 out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-dp.rpc-dynamic-614fd3a9 out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=49152-65535 remoteip=10.20.0.20,fd00:20::20 || exit /b 1
rem Site server to Software update point: SMB file sharing
netsh advfirewall firewall delete rule name="pcapcheck cm.site-sup.smb-7c19fcfa out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-sup.smb-7c19fcfa out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=445 remoteip=10.20.0.30,fd00:20::30 || exit /b 1
rem Site server to Domain controller: Global catalog LDAP
netsh advfirewall firewall delete rule name="pcapcheck cm.site-dc.gc-ldap-df1dc68d out" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.site-dc.gc-ldap-df1dc68d out" dir=out action=allow enable=yes profile=any protocol=TCP localport=any remoteport=3268 remoteip=10.20.0.53,fd00:20::53 || exit /b 1
:next_8

set "take="
if /i "%host%"=="SQL02" set "take=1"
if /i "%short%"=="SQL02" set "take=1"
if not defined take goto next_9
set "done=1"
rem Management point to SQL Server: SQL Server database engine over TCP
netsh advfirewall firewall delete rule name="pcapcheck cm.mp-sql.sql-eb2c8427 in" >nul 2>&1
netsh advfirewall firewall add rule name="pcapcheck cm.mp-sql.sql-eb2c8427 in" dir=in action=allow enable=yes profile=any protocol=TCP localport=1433 remoteport=any remoteip=10.20.0.10,fd00:20::10 || exit /b 1
:next_9
if not defined done echo No rules for %host%.
exit /b 0
