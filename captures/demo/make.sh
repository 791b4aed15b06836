#!/usr/bin/env bash
# Makes the demo capture: a small Configuration Manager site of network namespaces with real
# servers and clients, some required ports blocked in different ways, and a capture on the link
# between the office router and the data centre firewall.
#
#   sudo ./make.sh [--install] [--out DIR] [--open CHANGES.nft]
#
# --open loads what `pcapcheck firewall demo.pcap -t site.yaml --format nft` printed into each of the
# firewalls, ahead of what blocks, and makes opened.pcap.gz of the same traffic instead.
#
# Needs root on Debian 12 or the like. --install fetches the packages first (no daemon is
# started by that). Everything runs in namespaces of its own and is gone at the end.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=$HERE
INSTALL=no
OPEN=
LIMIT=120 # seconds until the whole run is given up

usage() { sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
while [ $# -gt 0 ]; do
  case $1 in
    --install) INSTALL=yes ;;
    --out) OUT=${2:?--out needs a directory}; shift ;;
    --open) OPEN=$(realpath "${2:?--open needs a file}"); shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
die() { echo "make.sh: $*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || die "must run as root (network namespaces)"
OUT=$(cd "$OUT" && pwd)

PACKAGES=(iproute2 nftables ethtool tcpdump tshark wireshark-common openssl curl nginx-light
  dnsmasq-base bind9-dnsutils udhcpc atftp krb5-kdc krb5-admin-server krb5-user slapd ldap-utils samba smbclient
  freetds-bin inetutils-telnet socat python3-minimal)

install_packages() {
  local policy=/usr/sbin/policy-rc.d mine=no
  if [ ! -e $policy ]; then # 101 means: not allowed, so no package starts its daemon
    printf '#!/bin/sh\nexit 101\n' > $policy
    chmod 755 $policy
    mine=yes
  fi
  local rc=0
  apt-get update -q || rc=$?
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${PACKAGES[@]}" || rc=$?
  [ $mine = no ] || rm -f $policy
  [ $rc = 0 ] || die "apt-get failed ($rc)"
}
[ $INSTALL = no ] || install_packages

DCERPCD=/usr/libexec/samba/samba-dcerpcd
for tool in ip nft ethtool tcpdump openssl curl nginx dnsmasq dig udhcpc atftp krb5kdc kdb5_util kadmin.local kinit slapd \
  ldapsearch smbd smbclient rpcclient tsql telnet socat /usr/bin/python3 $DCERPCD; do
  command -v "$tool" > /dev/null || die "missing: $tool (try --install)"
done

# ---------------------------------------------------------------- start, end

NS=pcdemo$$
TMP=$(mktemp -d "/tmp/$NS.XXXXXX")
chmod 755 "$TMP" # the namespaces' servers read below it
PIDS=()
SPACES=()
echo "127.0.0.1 localhost" > "$TMP/hosts"
for name in WS01 WS02 WS03 WS04 CM01 SQL01 SQL02 MP01 DP01 SUP01 DC01 OFFICE ODD; do echo "127.0.1.1 $name"; done >> "$TMP/hosts"

cleanup() {
  local code=$? pid ns
  trap - EXIT INT TERM
  for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || true; done
  sleep 0.3
  # What our processes started (workers, helpers) lives in our namespaces and nowhere else.
  for ns in "${SPACES[@]}"; do
    for pid in $(ip netns pids "$ns" 2> /dev/null); do kill -9 "$pid" 2> /dev/null || true; done
    ip netns del "$ns" 2> /dev/null || true
  done
  if [ $code = 0 ] && [ -z "${KEEP:-}" ]; then rm -rf "$TMP"; else echo "make.sh: logs are in $TMP" >&2; fi
  exit $code
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'echo "make.sh: given up" >&2; exit 2' TERM
# kill: of this very shell, by its id, when the run takes too long
(trap 'kill $! 2>/dev/null; exit' TERM; sleep $LIMIT & wait $!; kill -TERM $$) &
PIDS+=($!)

on() { local ns=$1; shift; ip netns exec "$NS-$ns" "$@"; }
# own NS COMMAND...: in a namespace and under a host name of its own, since SMB and TDS tell it
own() {
  local ns=$1; shift
  exec ip netns exec "$NS-$ns" unshare --uts --mount sh -c \
    'hostname "$0"; mount --bind "$1" /etc/hosts; shift; exec "$@"' "${ns^^}" "$TMP/hosts" "$@"
}
# serve NAME NS COMMAND...: a server in the background, in a session of its own: Samba ends its
# whole process group when it stops
serve() {
  local name=$1 ns=$2; shift 2
  own "$ns" setsid "$@" > "$TMP/$name.log" 2>&1 < /dev/null &
  PIDS+=($!)
}
# act NS COMMAND...: a client's action; what it is told is not our business, the capture is
act() {
  local ns=$1; shift
  (own "$ns" timeout -k 1 20 "$@") >> "$TMP/act-$ns.log" 2>&1 < /dev/null || true
}
later() { act "$@" & PIDS+=($!); }

# ---------------------------------------------------------------- the site's wires
#
#   clients 10.10.0.0/24 --+                                +-- servers 10.20.0.0/24
#                          +-- office ==== capture ==== dc --+
#   head    10.30.0.0/24 --+        10.255.0.0/30
#
# `office` filters what comes from the servers, `dc` what goes to them: so the capture between
# them sees every attempt, and the answer of whoever refused it.

space() {
  ip netns add "$NS-$1"
  SPACES+=("$NS-$1")
  on "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0 \
    net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.all.accept_dad=0
  on "$1" ip link set lo up
}

# A device's hardware address follows its IPv4 address: 10.20.0.30 is 02:00:0a:14:00:1e.
mac() { local a b c d; IFS=. read -r a b c d <<< "$1"; printf '02:00:%02x:%02x:%02x:%02x' "$a" "$b" "$c" "$d"; }

plain() { on "$1" ethtool -K "$2" tx off tso off gso off gro off > /dev/null 2>&1 || true; } # frames as on a wire

# wire NS DEV IPV4 LAN: a cable from NS, with the hardware address of IPV4, to a port of the switch
wire() {
  local ns=$1 dev=$2 ip=$3 bridge=$4 port=$1-$2
  ip link add "$dev" address "$(mac "$ip")" netns "$NS-$ns" type veth peer name "$port" netns "$NS-switch"
  on switch ip link set "$port" master "$bridge" up
  plain "$ns" "$dev"
  plain switch "$port"
}

# host NAME LAN IPV4 IPV6: a Windows machine, as far as the numbers of its packets go
host() {
  local name=$1 lan=$2 ip4=$3 ip6=$4
  space "$name"
  on "$name" sysctl -qw net.ipv4.ip_default_ttl=128 net.ipv6.conf.default.hop_limit=128
  on "$name" sysctl -qw net.ipv4.ip_local_port_range="49152 65535"
  on "$name" sysctl -qw net.ipv4.tcp_syn_linear_timeouts=0 2> /dev/null || true # SYNs at 0, 1, 3, 7 s
  wire "$name" eth0 "$ip4" "$lan"
  on "$name" ip link set eth0 up
  if [ "$name" != ws04 ]; then
    on "$name" ip addr add "$ip4/24" dev eth0
    on "$name" ip route add default via "${ip4%.*}.1"
  fi
  if [ -n "$ip6" ]; then
    on "$name" ip -6 addr add "$ip6/64" dev eth0 nodad
    on "$name" ip -6 route add default via "${ip6%::*}::1"
  fi
}

echo "building the site"
space switch
on switch sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
for lan in clients head servers; do
  on switch ip link add $lan type bridge stp_state 0 mcast_snooping 0
  on switch ip link set $lan up
done

space office
space dc
wire office lan0 10.10.0.1 clients
wire office head0 10.30.0.1 head
wire dc srv0 10.20.0.1 servers
ip link add up0 address "$(mac 10.255.0.1)" netns "$NS-office" type veth peer name up0 address "$(mac 10.255.0.2)" netns "$NS-dc"
for router in office dc; do
  on $router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  plain $router up0
  on $router ip link set up0 up
done
on office ip link set lan0 up
on office ip link set head0 up
on dc ip link set srv0 up
on office ip addr add 10.10.0.1/24 dev lan0
on office ip addr add 10.30.0.1/24 dev head0
on office ip addr add 10.255.0.1/30 dev up0
on office ip -6 addr add fd00:10::1/64 dev lan0 nodad
on office ip -6 addr add fd00:ff::1/64 dev up0 nodad
on office ip route add 10.20.0.0/24 via 10.255.0.2
on office ip -6 route add fd00:20::/64 via fd00:ff::2
on dc ip addr add 10.20.0.1/24 dev srv0
on dc ip addr add 10.255.0.2/30 dev up0
on dc ip -6 addr add fd00:20::1/64 dev srv0 nodad
on dc ip -6 addr add fd00:ff::2/64 dev up0 nodad
on dc ip route add 10.10.0.0/24 via 10.255.0.1
on dc ip route add 10.30.0.0/24 via 10.255.0.1
on dc ip -6 route add fd00:10::/64 via fd00:ff::1

host ws01 clients 10.10.0.11 fd00:10::11
host ws02 clients 10.10.0.12 fd00:10::12
host ws03 clients 10.10.0.13 fd00:10::13
host ws04 clients 10.10.0.50 "" # its address comes by DHCP
host cm01 head 10.30.0.10 ""
host sql02 head 10.30.0.40 ""
host odd head 10.30.0.77 "" # a machine that site.yaml does not know
host mp01 servers 10.20.0.10 fd00:20::10
host dp01 servers 10.20.0.20 fd00:20::20
host sup01 servers 10.20.0.30 fd00:20::30
host sql01 servers 10.20.0.40 ""
host dc01 servers 10.20.0.53 fd00:20::53

# ---------------------------------------------------------------- what is blocked, and how

on dc nft -f - << 'NFT'
table inet filter {
  chain forward {
    type filter hook forward priority filter; policy accept;
    # dropped without a word
    ip saddr 10.10.0.12 ip daddr 10.20.0.30 tcp dport 8530 drop
    ip saddr 10.10.0.13 ip daddr 10.20.0.53 udp dport 53 drop
    ip saddr 10.10.0.13 ip daddr 10.20.0.30 tcp dport 8530 drop
    # rejected, each in its own way
    ip saddr 10.10.0.11 ip daddr 10.20.0.10 tcp dport 10123 reject with tcp reset
    ip saddr 10.10.0.12 ip daddr 10.20.0.53 tcp dport 88 reject with icmp type host-unreachable
    ip saddr 10.30.0.10 ip daddr 10.20.0.30 tcp dport 445 reject with icmp type port-unreachable
    ip6 saddr fd00:10::13 ip6 daddr fd00:20::10 tcp dport 10123 reject with icmpv6 type admin-prohibited
    # by content: the ClientHello is swallowed, the HTTP request answered with a reset
    ip saddr 10.10.0.13 ip daddr 10.20.0.10 tcp dport 443 @ih,0,8 0x16 drop
    ip saddr 10.10.0.12 ip daddr 10.20.0.20 tcp dport 80 @ih,0,32 0x47455420 reject with tcp reset
    # the first two SYNs (60 bytes each) are lost, the third passes
    ip saddr 10.10.0.11 ip daddr 10.20.0.20 tcp dport 443 tcp flags & (syn | ack) == syn quota until 150 bytes drop
  }
}
NFT
on office nft -f - << 'NFT'
table inet filter {
  chain forward {
    type filter hook forward priority filter; policy accept;
    ip saddr 10.20.0.10 ip daddr 10.30.0.40 tcp dport 1433 reject with icmp type admin-prohibited
  }
}
NFT
# The domain controller's own firewall, silent as Windows' is.
on dc01 nft -f - << 'NFT'
table inet filter {
  chain input {
    type filter hook input priority filter; policy accept;
    tcp dport 3268 drop
  }
}
NFT

if [ -n "$OPEN" ]; then
  # The change request: one file, loaded into every firewall on the way, and asked first there.
  for place in "dc forward" "office forward" "dc01 input"; do
    read -r ns chain <<< "$place"
    on "$ns" nft -f "$OPEN"
    on "$ns" nft insert rule inet filter "$chain" jump pcapcheck
  done
fi

# ---------------------------------------------------------------- servers

mkdir -p "$TMP/www" "$TMP/tftp/smsboot/x64"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=*.contoso.test" \
  -keyout "$TMP/key.pem" -out "$TMP/cert.pem" 2> /dev/null
{ yes "content of a package" || true; } | head -c 9000 > "$TMP/www/package.bin"
{ yes "a network boot program" || true; } | head -c 30000 > "$TMP/tftp/smsboot/x64/wdsnbp.com"

# web NAME LISTEN...: nginx; LISTEN is a port, or a port with /tls
web() {
  local name=$1 l; shift
  mkdir -p "$TMP/$name"
  {
    echo "user root; daemon off; master_process off; pid $TMP/$name/pid; error_log $TMP/$name/error.log;"
    echo "events { worker_connections 64; }"
    echo "http { access_log $TMP/$name/access.log; server_tokens off; default_type text/plain;"
    for path in body proxy fastcgi uwsgi scgi; do
      [ $path = body ] && echo "client_body_temp_path $TMP/$name/body;" || echo "${path}_temp_path $TMP/$name/$path;"
    done
    echo "ssl_certificate $TMP/cert.pem; ssl_certificate_key $TMP/key.pem; ssl_session_tickets off;"
    echo "server {"
    for l in "$@"; do
      if [ "${l%/tls}" != "$l" ]; then echo "listen [::]:${l%/tls} ssl ipv6only=off;"; else echo "listen [::]:$l ipv6only=off;"; fi
    done
    echo "root $TMP/www; location / { return 200 \"$name says hello\\n\"; } location ~ package { rewrite ^ /package.bin break; } }"
    echo "}"
  } > "$TMP/$name/nginx.conf"
  serve "nginx-$name" "$name" nginx -c "$TMP/$name/nginx.conf" -e "$TMP/$name/error.log"
}
web mp01 80 443/tls 10123/tls
web dp01 80 443/tls
web sup01 8530 8531/tls

# smb NAME: Samba with a share; smb NAME rpc: with the endpoint mapper on 135 as well
smb() {
  local name=$1 d=$TMP/$1/samba
  mkdir -p "$d"/{private,lock,state,cache,run,rpc,log,share}
  cp "$TMP/www/package.bin" "$d/share/"
  cat > "$d/smb.conf" << CONF
[global]
  workgroup = CONTOSO
  netbios name = $name
  server role = standalone server
  server min protocol = SMB2
  smb ports = 445
  disable netbios = yes
  disable spoolss = yes
  load printers = no
  printing = bsd
  host msdfs = no
  map to guest = Bad User
  guest account = root
  rpc start on demand helpers = $([ "${2:-}" = rpc ] && echo false || echo true)
  rpc server dynamic port range = 49664-65535
  private dir = $d/private
  lock directory = $d/lock
  state directory = $d/state
  cache directory = $d/cache
  pid directory = $d/run
  ncalrpc dir = $d/rpc
  log file = $d/log/%m
[SMSPKG]
  path = $d/share
  guest ok = yes
CONF
  if [ "${2:-}" = rpc ]; then
    # only the helper behind srvsvc, so that its dynamic port is the first of the range every time
    serve "rpc-$name" "$name" $DCERPCD -F --no-process-group -s "$d/smb.conf" \
      "${DCERPCD%/*}/rpcd_epmapper" "${DCERPCD%/*}/rpcd_classic"
    sleep 0.5
  fi
  serve "smbd-$name" "$name" smbd -F --no-process-group -s "$d/smb.conf"
}
smb dp01
smb cm01 rpc

# A database as far as its clients need one to log in: pre-login, login, and "done" to the rest.
cat > "$TMP/tds.py" << 'PY'
import socketserver, struct

def packet(kind, body):
    return struct.pack('>BBHHBB', kind, 1, len(body) + 8, 0, 1, 0) + body

PRELOGIN = bytes([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255]) + bytes([15, 0, 8, 0, 0, 0]) + bytes([2])
DONE = bytes([0xFD]) + struct.pack('<HHQ', 0, 0, 0)
NAME = 'Microsoft SQL Server'.encode('utf-16-le')
ACK = bytes([1, 0x74, 0, 0, 4, len(NAME) // 2]) + NAME + bytes([15, 0, 8, 0])
LOGIN_ACK = bytes([0xAD]) + struct.pack('<H', len(ACK)) + ACK + DONE

class Tds(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            head = self.rfile.read(8)
            if len(head) < 8:
                return
            kind, _, length = struct.unpack('>BBH', head[:4])
            self.rfile.read(length - 8)
            self.wfile.write(packet(4, {18: PRELOGIN, 16: LOGIN_ACK}.get(kind, DONE)))

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

Server(('', 1433), Tds).serve_forever()
PY
serve tds-sql01 sql01 /usr/bin/python3 "$TMP/tds.py"
serve tds-sql02 sql02 /usr/bin/python3 "$TMP/tds.py"

serve tftpd dp01 dnsmasq -k -C /dev/null --user=root --pid-file= --port=0 --enable-tftp --tftp-root="$TMP/tftp" \
  --tftp-port-range=49152,65535

serve dnsmasq-dc01 dc01 dnsmasq -k -C /dev/null --user=root --pid-file= --no-resolv --no-hosts --local=/contoso.test/ \
  --host-record=mp01.contoso.test,10.20.0.10,fd00:20::10 --host-record=dp01.contoso.test,10.20.0.20,fd00:20::20 \
  --host-record=sup01.contoso.test,10.20.0.30 --host-record=dc01.contoso.test,10.20.0.53 \
  --srv-host=_ldap._tcp.dc._msdcs.contoso.test,dc01.contoso.test,389 \
  --dhcp-range=10.10.0.50,10.10.0.60,255.255.255.0,1h --dhcp-host="$(mac 10.10.0.50),10.10.0.50" \
  --dhcp-option=option:router,10.10.0.1 --dhcp-option=option:dns-server,10.20.0.53 \
  --dhcp-leasefile="$TMP/leases" --dhcp-authoritative --no-ping
serve relay office dnsmasq -k -C /dev/null --user=root --pid-file= --port=0 --dhcp-relay=10.10.0.1,10.20.0.53

mkdir -p "$TMP/kdc" "$TMP/ldap/db"
cat > "$TMP/kdc/krb5.conf" << CONF
[libdefaults]
  default_realm = CONTOSO.TEST
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  udp_preference_limit = 1
[realms]
  CONTOSO.TEST = {
    kdc = 10.20.0.53
  }
CONF
cat > "$TMP/kdc/kdc.conf" << CONF
[realms]
  CONTOSO.TEST = {
    database_name = $TMP/kdc/principal
    key_stash_file = $TMP/kdc/stash
    kdc_listen = 88
    kdc_tcp_listen = 88
  }
[logging]
  kdc = FILE:$TMP/kdc/kdc.log
CONF
export KRB5_CONFIG=$TMP/kdc/krb5.conf KRB5_KDC_PROFILE=$TMP/kdc/kdc.conf
kdb5_util create -s -r CONTOSO.TEST -P master > "$TMP/kdb5.log" 2>&1
kadmin.local -r CONTOSO.TEST -q "addprinc -pw user user" > "$TMP/kadmin.log" 2>&1
serve kdc dc01 krb5kdc -n -r CONTOSO.TEST -P "$TMP/kdc/pid"

cat > "$TMP/ldap/slapd.conf" << CONF
include /etc/ldap/schema/core.schema
pidfile $TMP/ldap/pid
modulepath /usr/lib/ldap
moduleload back_ldif
database ldif
suffix "dc=contoso,dc=test"
directory $TMP/ldap/db
CONF
serve slapd dc01 slapd -d 0 -f "$TMP/ldap/slapd.conf" -h "ldap://10.20.0.53:389 ldap://10.20.0.53:3268"

printf '#!/bin/sh\nprintf "dp01 login: "\ncat > /dev/null\n' > "$TMP/login.sh"
printf '#!/bin/sh\ncat > /dev/null\necho done\n' > "$TMP/listener.sh"
chmod 755 "$TMP"/*.sh
serve telnetd dp01 socat TCP-LISTEN:23,fork,reuseaddr EXEC:"$TMP/login.sh"
if [ -n "$OPEN" ]; then # what no firewall lacks: services that did not run (the findings say so)
  serve epmapper dp01 socat TCP-LISTEN:135,fork,reuseaddr EXEC:"$TMP/listener.sh"
  serve smb-sup01 sup01 socat TCP-LISTEN:445,fork,reuseaddr EXEC:"$TMP/listener.sh"
fi
serve listener ws03 socat TCP-LISTEN:4444,fork,reuseaddr EXEC:"$TMP/listener.sh"

# ready NS PORT...: waits until something listens there
ready() {
  local ns=$1 port i; shift
  for port in "$@"; do
    for i in $(seq 100); do
      on "$ns" ss -Hltun "sport = :$port" | grep -q . && break
      [ "$i" != 100 ] || die "nothing listens on $ns port $port, see the logs"
      sleep 0.1
    done
  done
}
ready mp01 80 443 10123
ready dp01 80 443 445 69 23
ready sup01 8530 8531
ready sql01 1433
ready sql02 1433
ready dc01 53 88 389 67
ready cm01 135 445
ready office 67
ready ws03 4444
sleep 1 # samba-dcerpcd has still to learn its helpers' ports

# ---------------------------------------------------------------- capture

# sniff FILE ARGUMENT...: tcpdump on the data centre firewall, once it listens
sniff() {
  local file=$1 i; shift
  ip netns exec "$NS-dc" tcpdump -Z root --immediate-mode -s 4096 -B 16384 -w "$TMP/$file" "$@" 2> "$TMP/$file.log" &
  SNIFF+=($!)
  PIDS+=($!)
  for i in $(seq 50); do
    grep -q "listening on" "$TMP/$file.log" && return
    sleep 0.1
  done
  die "tcpdump does not start"
}
SNIFF=()
sniff demo.pcap -i up0
sniff demo-any.pcap -i any
START=$(date +%s)
echo "capturing"

get() { local ns=$1; shift; act "$ns" curl -sk --connect-timeout 12 -m 15 -o /dev/null "$@"; }
mp=(--resolve "mp01.contoso.test:80:10.20.0.10" --resolve "mp01.contoso.test:443:10.20.0.10" --resolve "mp01.contoso.test:10123:10.20.0.10")
mp6=(--resolve "mp01.contoso.test:80:[fd00:20::10]" --resolve "mp01.contoso.test:10123:[fd00:20::10]")
dp=(--resolve "dp01.contoso.test:80:10.20.0.20" --resolve "dp01.contoso.test:443:10.20.0.20")
sup=(--resolve "sup01.contoso.test:8530:10.20.0.30")
mplist='http://mp01.contoso.test/sms_mp/.sms_aut?mplist'
wsus='http://sup01.contoso.test:8530/ClientWebService/client.asmx'
package='dp01.contoso.test/SMS_DP_SMSPKG$/P0100001/package.bin'

# The silent ones first, they need time to be sure of.
get ws02 "${sup[@]}" "$wsus" &
PIDS+=($!)
later cm01 ldapsearch -x -H ldap://10.20.0.53:3268 -b "" -s base -o nettimeout=12
later ws02 socat -u OPEN:/dev/null TCP:10.20.0.53:88 # kinit would go on by UDP and succeed
later ws03 dig +tries=3 +time=3 @10.20.0.53 mp01.contoso.test
later ws03 curl -sk -o /dev/null "${mp[@]}" 'https://mp01.contoso.test/sms_mp/.sms_aut?mplist'
get ws01 "${dp[@]}" "https://$package" &
PIDS+=($!)
sleep 0.5

# A client starts.
cat > "$TMP/udhcpc.sh" << 'SH'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/${mask:-24}" dev "$interface"
ip route add default via "$router"
SH
chmod 755 "$TMP/udhcpc.sh"
serve udhcpc ws04 udhcpc -f -i eth0 -S -V "MSFT 5.0" -x hostname:WS04 -s "$TMP/udhcpc.sh"
UDHCPC=$!
for i in $(seq 40); do
  on ws04 ip route | grep -q default && break
  sleep 0.1
done
get ws04 "${mp[@]}" "$mplist"
kill -USR1 "$UDHCPC" # renews its lease, now straight to the server

act ws01 dig @10.20.0.53 _ldap._tcp.dc._msdcs.contoso.test SRV
act ws01 dig @10.20.0.53 mp01.contoso.test
act ws01 sh -c "echo user | kinit -c $TMP/ws01.cc user"
act ws01 ldapsearch -x -H ldap://10.20.0.53 -b "" -s base
get ws01 "${mp[@]}" "$mplist"
get ws01 "${mp6[@]}" "$mplist"
get ws01 "${mp[@]}" https://mp01.contoso.test:10123/ # refused
get ws01 "${dp[@]}" "http://$package"
act ws01 smbclient -U 'user%user' -p 445 -s "$TMP/dp01/samba/smb.conf" //10.20.0.20/SMSPKG -c "get package.bin $TMP/got"
get ws01 "${sup[@]}" "$wsus"

get ws02 "${mp[@]}" "$mplist"
get ws02 "${mp[@]}" https://mp01.contoso.test:10123/
get ws02 "${dp[@]}" "http://$package" # reset
act ws02 sh -c "TDSVER=7.4 tsql -H 10.20.0.40 -p 1433 -U user -P user" # no client's business

act ws03 dig +tcp @10.20.0.53 dp01.contoso.test
get ws03 "${mp6[@]}" https://mp01.contoso.test:10123/ # prohibited
act ws03 atftp --option "blksize 1428" --get -r smsboot/x64/wdsnbp.com -l "$TMP/wdsnbp.com" 10.20.0.20 69
act ws03 sh -c "sleep 1 | telnet 10.20.0.20" # forbidden

# The site server and the site systems.
export TDSVER=7.4
act cm01 tsql -H 10.20.0.40 -p 1433 -U sccm -P sccm
act cm01 smbclient -U 'user%user' -p 445 -s "$TMP/dp01/samba/smb.conf" //10.20.0.20/SMSPKG -c dir
act cm01 socat -u OPEN:/dev/null TCP:10.20.0.20:135 # nothing listens
get cm01 "${sup[@]}" "$wsus"
act cm01 socat -u OPEN:/dev/null TCP:10.20.0.30:445 # unreachable
act cm01 ldapsearch -x -H ldap://10.20.0.53 -b "" -s base
act mp01 smbclient -U 'user%user' -p 445 -s "$TMP/cm01/samba/smb.conf" //10.30.0.10/SMSPKG -c dir
act mp01 rpcclient -U% -s "$TMP/cm01/samba/smb.conf" ncacn_ip_tcp:10.30.0.10 -c srvinfo
act mp01 tsql -H 10.30.0.40 -p 1433 -U mp -P mp # prohibited
act sql01 tsql -H 10.30.0.40 -p 1433 -U repl -P repl
act mp01 sh -c "echo hello | socat -t 1 - TCP:10.10.0.13:4444" # who expects that?
get odd "${mp[@]}" "$mplist"

while [ $(($(date +%s) - START)) -lt 15 ]; do sleep 0.2; done
get ws03 "${sup[@]}" "$wsus" & # one SYN, and the capture ends
PIDS+=($!)
sleep 0.4
kill "${SNIFF[@]}"
wait "${SNIFF[@]}" || true
grep -q '^0 packets dropped' "$TMP/demo.pcap.log" && grep -q '^0 packets dropped' "$TMP/demo-any.pcap.log" ||
  die "tcpdump lost packets, try again"

# ---------------------------------------------------------------- results

cd "$TMP"
if [ -n "$OPEN" ]; then
  gzip -9nc demo.pcap > "$OUT/.opened.pcap.gz.new"
  mv "$OUT/.opened.pcap.gz.new" "$OUT/opened.pcap.gz"
  ls -l "$OUT/opened.pcap.gz"
  exit
fi
gzip -9nc demo.pcap > demo.pcap.gz
files=(demo.pcap demo.pcap.gz demo-any.pcap)
if command -v editcap > /dev/null; then
  editcap -F pcapng demo.pcap demo.pcapng
  files+=(demo.pcapng)
else
  echo "make.sh: no editcap, demo.pcapng not made" >&2
fi
if [ -f "$HERE/check.mjs" ] && command -v node > /dev/null && command -v tshark > /dev/null; then
  node "$HERE/check.mjs" "$TMP/demo.pcap" || die "the capture is not what truth.json says; nothing written"
else
  echo "make.sh: not checked (needs node and tshark)" >&2
fi
for f in "${files[@]}"; do
  cp "$f" "$OUT/.$f.new"
  mv "$OUT/.$f.new" "$OUT/$f"
done
ls -l "${files[@]/#/$OUT/}"
