#!/usr/bin/env bash
# Makes the RPC captures: a Samba domain controller and real clients (kinit, ldapsearch, smbclient, rpcclient over TCP, samba-tool) in network
# namespaces with a firewall between them, with the fault of each scenario built in, captured at the client and at the controller.
#
#   sudo ./make.sh [--install] [--out DIR] [scenario...]
#
# Needs root on Debian 12 or the like. --install fetches the packages first (no daemon is started by that). Everything runs in
# namespaces of its own and is gone at the end. All scenarios take about six minutes.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=$HERE
INSTALL=no

SCENARIOS=(success dynamic-dropped dynamic-refused dynamic-prohibited not-registered fixed-port old-range other-program began-late
  kerberos-too-big kerberos-tcp-dropped kerberos-udp-dropped kerberos-dropped locator-dropped dialect-refused)

usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; echo "Scenarios: ${SCENARIOS[*]}"; }
WANTED=()
while [ $# -gt 0 ]; do
  case $1 in
    --install) INSTALL=yes ;;
    --out) OUT=${2:?--out needs a directory}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) WANTED+=("$1") ;;
  esac
  shift
done
[ ${#WANTED[@]} -gt 0 ] || WANTED=("${SCENARIOS[@]}")
die() { echo "make.sh: $*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || die "must run as root (network namespaces)"
OUT=$(cd "$OUT" && pwd)

install_packages() {
  local policy=/usr/sbin/policy-rc.d mine=no
  if [ ! -e $policy ]; then # 101 means: not allowed, so no package starts its daemon
    printf '#!/bin/sh\nexit 101\n' > $policy
    chmod 755 $policy
    mine=yes
  fi
  local rc=0
  apt-get update -q || rc=$?
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends samba samba-ad-provision samba-dsdb-modules \
    samba-vfs-modules winbind python3-samba krb5-user ldap-utils smbclient nftables ethtool iproute2 tcpdump || rc=$?
  [ $mine = no ] || rm -f $policy
  [ $rc = 0 ] || die "apt-get failed ($rc)"
}
[ $INSTALL = no ] || install_packages
for program in samba samba-tool kinit ldapsearch smbclient rpcclient nft tcpdump ethtool; do
  command -v $program > /dev/null || die "$program is missing; --install fetches it"
done

WORK=$(mktemp -d)
TAG=rpc$$
CL=$TAG-cl
FW=$TAG-fw
DC=$TAG-dc
PASSWORD=Passw0rd.lab
PIDS=()

cleanup() {
  local pid ns
  for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || true; done
  sleep 0.5
  for ns in $CL $FW $DC; do
    for pid in $(ip netns pids "$ns" 2> /dev/null); do kill -9 "$pid" 2> /dev/null || true; done
    ip netns del "$ns" 2> /dev/null || true
  done
  PIDS=()
}
trap 'cleanup; rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

in_ns() { ip netns exec "$@"; }
background() { # @1 namespace
  local ns=$1
  shift
  ip netns exec "$ns" "$@" >> "$WORK/log" 2>&1 &
  PIDS+=($!)
}

build() {
  local ns link
  for ns in $CL $FW $DC; do
    ip netns add "$ns"
    in_ns "$ns" ip link set lo up
    in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  done
  in_ns $FW sysctl -qw net.ipv4.ip_forward=1
  ip link add clients netns $FW type veth peer name eth0 netns $CL
  ip link add servers netns $FW type veth peer name eth0 netns $DC
  in_ns $FW ip addr add 10.78.1.1/24 dev clients
  in_ns $FW ip addr add 10.78.2.1/24 dev servers
  in_ns $CL ip addr add 10.78.1.11/24 dev eth0
  in_ns $DC ip addr add 10.78.2.10/24 dev eth0
  for link in clients servers; do in_ns $FW ip link set $link up; done
  for ns in $CL $DC; do in_ns "$ns" ip link set eth0 up; done
  in_ns $CL ip route add default via 10.78.1.1
  in_ns $DC ip route add default via 10.78.2.1
  # Windows gives out client ports from its dynamic range; these are kept apart from those that the mapper tells.
  in_ns $CL sysctl -qw net.ipv4.ip_local_port_range='60000 65535'
  for ns in $CL $DC; do in_ns "$ns" ethtool -K eth0 tso off gso off gro off tx off > /dev/null 2>&1 || true; done
}

provision() {
  # The rest of the machine's configuration is not for us: Debian's smb.conf would be taken as the pattern.
  (cd "$WORK" && samba-tool domain provision --realm=LAB.TEST --domain=LAB --server-role=dc --dns-backend=NONE \
    --adminpass="$PASSWORD" --host-ip=10.78.2.10 --host-name=DC01 --targetdir="$WORK/dc") >> "$WORK/log" 2>&1
  cat > "$WORK/krb5.conf" <<CONF
[libdefaults]
  default_realm = LAB.TEST
  dns_lookup_realm = false
  dns_lookup_kdc = false
  udp_preference_limit = 1
[realms]
  LAB.TEST = {
    kdc = 10.78.2.10
  }
CONF
  # A client that asks over UDP first, however large the question is.
  sed 's/udp_preference_limit = 1/udp_preference_limit = 32700/' "$WORK/krb5.conf" > "$WORK/krb5-udp.conf"
  cat > "$WORK/client.conf" <<CONF
[global]
  workgroup = LAB
  realm = LAB.TEST
  state directory = $WORK/client
  cache directory = $WORK/client
  lock directory = $WORK/client
  private dir = $WORK/client
  client min protocol = NT1
CONF
  mkdir -p "$WORK/client"
}

controller() { # further options
  sed -e 's/interfaces = .*/interfaces = eth0/' "$WORK/dc/etc/smb.conf" > "$WORK/dc.conf"
  sed -i "s#\[global\]#[global]\n\tinterfaces = eth0\n\tbind interfaces only = yes\n\tpid directory = $WORK/dc\n\tncalrpc dir = $WORK/dc/ncalrpc\n\twinbindd socket directory = $WORK/dc/wb\n\tntp signd socket directory = $WORK/dc/ntp\n\tlog file = $WORK/dc/log\n\ttls enabled = no#; s#server services = .*#server services = s3fs, rpc, ldap, cldap, kdc, winbindd#" "$WORK/dc.conf"
  background $DC samba --configfile="$WORK/dc.conf" --interactive --model=single "$@"
  local tries
  for tries in $(seq 60); do
    in_ns $DC bash -c 'exec 3<> /dev/tcp/10.78.2.10/135 && exec 4<> /dev/tcp/10.78.2.10/445 && exec 5<> /dev/tcp/10.78.2.10/389' 2> /dev/null && return
    sleep 0.5
  done
  die "the domain controller does not start: $(tail -5 "$WORK/log")"
}

capture() { # @1 scenario
  background $CL tcpdump -i eth0 -U -s 0 -w "$WORK/$1-client.pcap" 'host 10.78.1.11 and not udp port 137 and not udp port 138'
  background $DC tcpdump -i eth0 -U -s 0 -w "$WORK/$1-server.pcap" 'host 10.78.1.11 and not udp port 137 and not udp port 138'
  sleep 1
}

filter() { in_ns $FW nft -f -; }
rule() { filter <<< "table ip f { chain forward { type filter hook forward priority 0; $1; }; }"; }

# The clients. What they print goes to the log; that they fail is what some scenarios are for.
quietly() { in_ns $CL timeout --kill-after=2 "$@" >> "$WORK/log" 2>&1 || true; }
logon() { # @1 Kerberos configuration
  printf '%s\n' "$PASSWORD" | in_ns $CL env KRB5_CONFIG="$1" KRB5CCNAME="$WORK/cache" timeout --kill-after=2 25 \
    kinit Administrator >> "$WORK/log" 2>&1 || true
}
directory() { quietly 10 ldapsearch -x -H ldap://10.78.2.10 -s base -b '' defaultNamingContext; }
shares() { quietly 15 smbclient --configfile="$WORK/client.conf" "$@" -N -L //10.78.2.10; }
accounts() { quietly 25 rpcclient --configfile="$WORK/client.conf" -U "LAB\\Administrator%$PASSWORD" ncacn_ip_tcp:10.78.2.10 -c "$1"; }
locate() { quietly 15 samba-tool domain info 10.78.2.10 --configfile="$WORK/client.conf"; }
everything() { logon "$WORK/krb5.conf"; directory; locate; shares; accounts lookupdomain\ LAB; }

run() {
  local scenario=$1
  build
  case $scenario in
    fixed-port) controller --option='rpc server port:samr = 5722' ;;
    old-range) controller --option='rpc server dynamic port range = 1026-1100' ;;
    dialect-refused) controller --option='server min protocol = SMB2_02' ;;
    *) controller ;;
  esac
  capture "$scenario"
  case $scenario in
    success | fixed-port | old-range) everything ;;
    dynamic-dropped) rule 'iifname clients tcp dport 49152-65535 drop'; everything ;;
    dynamic-refused) rule 'iifname clients tcp dport 49152-65535 reject with tcp reset'; everything ;;
    dynamic-prohibited) rule 'iifname clients tcp dport 49152-65535 reject with icmp type admin-prohibited'; everything ;;
    not-registered) accounts dfsversion ;; # Samba serves DFS over named pipes only
    other-program | began-late)
      background $DC /usr/bin/python3 -m http.server 50123 --bind 10.78.2.10 --directory /var/empty
      sleep 1
      [ $scenario = began-late ] || accounts lookupdomain\ LAB
      quietly 10 bash -c 'exec 3<> /dev/tcp/10.78.2.10/50123 && printf "HEAD / HTTP/1.0\r\n\r\n" >&3 && cat <&3' ;;
    kerberos-too-big) logon "$WORK/krb5-udp.conf"; directory ;;
    kerberos-tcp-dropped) rule 'iifname clients tcp dport 88 drop'; logon "$WORK/krb5-udp.conf"; directory ;;
    kerberos-udp-dropped) rule 'iifname clients udp dport 88 drop'; logon "$WORK/krb5-udp.conf"; directory ;;
    kerberos-dropped) rule 'iifname clients meta l4proto { tcp, udp } th dport 88 drop'; logon "$WORK/krb5-udp.conf"; directory ;;
    locator-dropped) rule 'iifname clients udp dport 389 drop'; locate; locate; directory ;;
    dialect-refused) shares --option='client min protocol=NT1' --option='client max protocol=NT1'; directory ;;
  esac
  case $scenario in
    *-dropped) sleep 6; directory; sleep 2 ;; # or the capture would end too soon after the last attempt
    *) sleep 4 ;;
  esac
  cleanup
  [ -z "${KEEP_LOG:-}" ] || cat "$WORK/log" >&2
  local point
  for point in client server; do
    gzip -9 -n < "$WORK/$scenario-$point.pcap" > "$OUT/$scenario-$point.pcap.gz"
  done
  echo "$scenario: $(cd "$OUT" && ls -l "$scenario"-*.pcap.gz | awk '{ printf "%s %d  ", $9, $5 }')"
}

provision
for scenario in "${WANTED[@]}"; do
  case " ${SCENARIOS[*]} " in *" $scenario "*) ;; *) die "no scenario is called $scenario" ;; esac
  run "$scenario" || { tail -50 "$WORK/log" >&2; exit 1; }
done
