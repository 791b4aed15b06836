#!/usr/bin/env bash
# Makes the captures of internet endpoints: a site server that asks a real dnsmasq for names and goes to a real nginx with curl, straight or
# through a real tinyproxy (or Apache, or Squid), in network namespaces with a firewall between them, with the fault of each scenario built in.
#
#   sudo ./make.sh [--install] [--out DIR] [scenario...]
#
# Needs root on Debian 12 or the like. --install fetches the packages first (no daemon is started by that). Everything runs in
# namespaces of its own and is gone at the end. All scenarios take about five minutes.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=$HERE
INSTALL=no

SCENARIOS=(success split-hello refused silent inspected nxdomain servfail dns-silent unlisted by-address
  two-names proxied proxy-forbidden proxy-logon proxy-logon-works proxy-ntlm-works proxy-redirects proxy-none proxy-unreachable proxy-bad-gateway
  proxy-silent proxy-unlisted
  sinkhole sinkhole-both sinkhole-lifted sinkhole-proxied tls-old-client tls-old-proxied tls-retried tls-name-refused tls-unknown-ca tls-client-certificate)

usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; echo "Scenarios: ${SCENARIOS[*]}"; }
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
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends nginx-light curl dnsmasq-base tinyproxy-bin apache2-bin squid \
    openssl nftables ethtool iproute2 tcpdump || rc=$?
  [ $mine = no ] || rm -f $policy
  [ $rc = 0 ] || die "apt-get failed ($rc)"
}
[ $INSTALL = no ] || install_packages
for program in nginx curl dnsmasq tinyproxy apache2 squid openssl nft tcpdump ethtool; do
  command -v $program > /dev/null || die "$program is missing; --install fetches it"
done

WORK=$(mktemp -d)
chmod 755 "$WORK"
TAG=ep$$
CM=$TAG-cm
FW=$TAG-fw
DC=$TAG-dc
PX=$TAG-px
WEB=$TAG-web
SPACES=($CM $FW $DC $PX $WEB)
PIDS=()

cleanup() {
  local pid ns
  for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || true; done
  sleep 0.5
  for ns in "${SPACES[@]}"; do
    for pid in $(ip netns pids "$ns" 2> /dev/null); do kill -9 "$pid" 2> /dev/null || true; done
    ip netns del "$ns" 2> /dev/null || true
    rm -rf "/etc/netns/$ns"
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

link() { # @1 namespace @2 its address @3 the firewall's @4 name of the firewall's interface
  ip link add "$4" netns $FW type veth peer name eth0 netns "$1"
  in_ns $FW ip addr add "$3/24" dev "$4"
  in_ns $FW ip link set "$4" up
  in_ns "$1" ip addr add "$2/24" dev eth0
  in_ns "$1" ip link set eth0 up
  in_ns "$1" ip route add default via "$3"
  in_ns "$1" ethtool -K eth0 tso off gso off gro off tx off > /dev/null 2>&1 || true
}

build() {
  local ns
  for ns in "${SPACES[@]}"; do
    ip netns add "$ns"
    in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
    in_ns "$ns" ip link set lo up
    # `ip netns exec` puts this in the place of /etc/resolv.conf.
    mkdir -p "/etc/netns/$ns"
    printf 'nameserver 10.79.2.10\noptions timeout:2 attempts:2\n' > "/etc/netns/$ns/resolv.conf"
  done
  in_ns $FW sysctl -qw net.ipv4.ip_forward=1
  link $CM 10.79.1.11 10.79.1.1 site
  link $DC 10.79.2.10 10.79.2.1 servers
  link $PX 10.79.3.20 10.79.3.1 proxy
  link $WEB 203.0.113.5 203.0.113.1 internet
  local last
  for last in 6 7 8 9; do in_ns $WEB ip addr add 203.0.113.$last/24 dev eth0; done
}

web_server() { # a further server
  mkdir -p "$WORK/nginx"
  [ -e "$WORK/nginx/key.pem" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=lab.example \
    -keyout "$WORK/nginx/key.pem" -out "$WORK/nginx/cert.pem" >> "$WORK/log" 2>&1
  cat > "$WORK/nginx/nginx.conf" <<CONF
daemon off;
pid $WORK/nginx/nginx.pid;
error_log $WORK/nginx/error.log;
events {}
http {
  access_log off;
  client_body_temp_path $WORK/nginx/a; proxy_temp_path $WORK/nginx/b; fastcgi_temp_path $WORK/nginx/c;
  uwsgi_temp_path $WORK/nginx/d; scgi_temp_path $WORK/nginx/e;
  server {
    listen 80;
    listen 443 ssl default_server;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $WORK/nginx/cert.pem;
    ssl_certificate_key $WORK/nginx/key.pem;
    location / { return 200 "lab\n"; }
  }
  ${1:-}
}
CONF
  background $WEB nginx -c "$WORK/nginx/nginx.conf" -p "$WORK/nginx"
  NGINX=${PIDS[-1]}
}
# In the place of nginx for a while: it wants a certificate of the client, and says no by an alert.
strict_server() {
  kill "$NGINX"; sleep 1
  background $WEB openssl s_server -accept 203.0.113.5:443 -key "$WORK/nginx/key.pem" -cert "$WORK/nginx/cert.pem" -Verify 1 -verify_return_error -www
  sleep 1
}
stop_strict_server() { kill "${PIDS[-1]}"; sleep 1; web_server; sleep 1; }

names() { # further options
  background $DC dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --listen-address=10.79.2.10 \
    --bind-interfaces "$@"
  NAMES=${PIDS[-1]}
}
OTHERS=(--address=/go.microsoft.com/203.0.113.7 --address=/dl.delivery.mp.microsoft.com/203.0.113.8 --address=/tool.contoso.example/203.0.113.6)
# The filter of DNS goes, and the same server answers well.
lift() { kill "$NAMES"; sleep 1; names "${ALL[@]}"; sleep 1; }
ALL=(--address=/download.microsoft.com/203.0.113.5 "${OTHERS[@]}")

proxy() { # further lines of its configuration
  { printf 'User root\nGroup root\nPort 8080\nListen 10.79.3.20\nTimeout 20\nMaxClients 20\nDisableViaHeader Yes\nConnectPort 443\n'
    printf '%s\n' "$@"
  } > "$WORK/tinyproxy.conf"
  background $PX tinyproxy -d -c "$WORK/tinyproxy.conf"
}

# Where tinyproxy says 500, Apache says 502 for a name that it cannot resolve.
apache_proxy() {
  mkdir -p "$WORK/apache"
  { printf 'LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n' mpm_event mpm_event authz_core authz_core proxy proxy \
      proxy_connect proxy_connect
    printf '%s\n' "ServerRoot $WORK/apache" "PidFile $WORK/apache/pid" "ErrorLog $WORK/apache/error.log" 'ServerName proxy01.contoso.example' \
      'Listen 10.79.3.20:8080' 'ProxyRequests On' 'AllowCONNECT 443'
  } > "$WORK/apache.conf"
  background $PX apache2 -X -f "$WORK/apache.conf"
}

squid_proxy() { # lines of its configuration
  install -d -o proxy "$WORK/squid"
  printf '%s\n' 'http_port 10.79.3.20:8080' "$@" 'cache deny all' 'access_log none' 'pinger_enable off' 'visible_hostname proxy01' \
    "cache_log $WORK/squid/cache.log" "pid_filename $WORK/squid/pid" "coredump_dir $WORK/squid" > "$WORK/squid.conf"
  background $PX squid -N -f "$WORK/squid.conf"
  sleep 2
}

# A web server where the proxy is said to be.
no_proxy() {
  mkdir -p "$WORK/none"
  printf '%s\n' 'daemon off;' "pid $WORK/none/nginx.pid;" "error_log $WORK/none/error.log;" 'events {}' \
    'http { access_log off; server { listen 10.79.3.20:8080; location / { return 404; } } }' > "$WORK/none/nginx.conf"
  background $PX nginx -c "$WORK/none/nginx.conf" -p "$WORK/none"
}

capture() { # @1 scenario
  background $CM tcpdump -i eth0 -U -s 0 -w "$WORK/$1-client.pcap" 'ip'
  background $FW tcpdump -i internet -U -s 0 -w "$WORK/$1-outside.pcap" 'ip'
  sleep 1
}

filter() { in_ns $FW nft -f -; }
rule() { filter <<< "table ip f { chain forward { type filter hook forward priority 0; $1; }; }"; }

# That it fails is what some scenarios are for.
fetch() { in_ns $CM timeout --kill-after=2 25 curl -sk --max-time "${LONG:-12}" -o /dev/null "$@" >> "$WORK/log" 2>&1 || true; }
through() { fetch --proxy http://10.79.3.20:8080 "$@"; }
NAME=download.microsoft.com
old_tls() { fetch --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 "$@"; }
checked() { in_ns $CM timeout --kill-after=2 25 curl -s --max-time 12 -o /dev/null "$@" >> "$WORK/log" 2>&1 || true; }
# Every name of the feature in use, so that nothing else remains to be told.
the_rest() { fetch https://go.microsoft.com/fwlink/; fetch https://dl.delivery.mp.microsoft.com/; }

run() {
  local scenario=$1
  build
  case $scenario in
    tls-name-refused) web_server "server { listen 443 ssl; server_name $NAME; ssl_reject_handshake on; }" ;;
    *) web_server ;;
  esac
  case $scenario in
    nxdomain | proxy-bad-gateway) names "${OTHERS[@]}" --address=/download.microsoft.com/ ;;
    # What a filter of DNS answers, as the lists of Pi-hole and others have it; sinkhole-lifted: the first answer alone.
    sinkhole | sinkhole-lifted | sinkhole-proxied) names "${OTHERS[@]}" --address=/download.microsoft.com/0.0.0.0 ;;
    sinkhole-both) names "${OTHERS[@]}" --address=/download.microsoft.com/127.0.0.1 --address=/download.microsoft.com/::1 ;;
    # Two names have one address.
    two-names) names "${OTHERS[@]}" --address=/download.microsoft.com/203.0.113.7 ;;
    # Answers of a zone that ought to be signed and is not: a validating resolver says SERVFAIL.
    servfail)
      background $DC dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --port=5300 \
        --listen-address=127.0.0.1 --bind-interfaces --cache-size=0 "${ALL[@]}"
      names --server=127.0.0.1#5300 "${OTHERS[@]}" --dnssec --dnssec-check-unsigned --dnssec-no-timecheck \
        --trust-anchor=.,20326,8,2,E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D ;;
    *) names "${ALL[@]}" ;;
  esac
  case $scenario in
    proxy-forbidden) printf 'download\\.microsoft\\.com\n' > "$WORK/filter"; proxy "Filter \"$WORK/filter\"" ;;
    proxy-logon*) proxy 'BasicAuth lab secret' ;;
    proxy-bad-gateway) apache_proxy ;;
    # Takes any account that logs on by NTLM, whose steps are two 407 before the answer.
    proxy-ntlm-works) squid_proxy 'auth_param ntlm program /usr/lib/squid/ntlm_fake_auth' 'acl known proxy_auth REQUIRED' 'http_access allow known' ;;
    proxy-redirects) squid_proxy 'acl no dstdomain download.microsoft.com' 'deny_info 302:http://proxy01.contoso.example/blocked no' \
      'http_access deny no' 'http_access allow all' ;;
    proxy-none) no_proxy ;;
    proxy* | proxied | *-proxied) proxy ;;
  esac
  sleep 1
  capture "$scenario"
  the_rest
  case $scenario in
    success) fetch https://$NAME/; fetch http://$NAME/a ;;
    split-hello) in_ns $CM ip link set eth0 mtu 400; fetch --resolve tool.contoso.example:443:203.0.113.6 https://tool.contoso.example/; fetch https://$NAME/ ;;
    refused) rule "iifname site ip daddr 203.0.113.5 tcp dport 443 reject with tcp reset"; fetch https://$NAME/; fetch https://$NAME/ ;;
    silent) rule "iifname site ip daddr 203.0.113.5 tcp dport 443 drop"; fetch https://$NAME/ ;;
    # What a filter does that reads names: the first bytes of TLS are a handshake (22).
    inspected) rule "iifname site tcp dport 443 @ih,0,8 22 reject with tcp reset"; fetch https://$NAME/; fetch https://$NAME/ ;;
    nxdomain | servfail | sinkhole | sinkhole-both) fetch https://$NAME/ ;;
    sinkhole-lifted) fetch https://$NAME/; lift; fetch https://$NAME/ ;;
    # The client asks DNS, and then goes through a proxy that knows the address.
    sinkhole-proxied) fetch https://$NAME/; lift; through https://$NAME/ ;;
    # TLS 1.1 at most, which the server does not speak.
    tls-old-client) old_tls https://$NAME/; old_tls https://$NAME/ ;;
    tls-old-proxied) old_tls --proxy http://10.79.3.20:8080 https://$NAME/ ;;
    # A client that tries a newer version when an older one is refused.
    tls-retried) old_tls https://$NAME/; fetch https://$NAME/ ;;
    tls-name-refused) fetch https://$NAME/ ;;
    # The client checks the certificate, whose issuer it does not know; TLS 1.2 does that in the clear.
    tls-unknown-ca) checked --tls-max 1.2 https://$NAME/ ;;
    tls-client-certificate) strict_server; fetch --tls-max 1.2 https://$NAME/; stop_strict_server ;;
    dns-silent) rule "iifname site udp dport 53 drop"; fetch https://$NAME/ ;;
    unlisted) fetch https://$NAME/; fetch https://tool.contoso.example/ ;;
    by-address) fetch https://$NAME/; fetch https://203.0.113.9/ ;;
    # The first connection to the address is rejected, whatever it is for; others work.
    two-names) rule "iifname site ip daddr 203.0.113.7 tcp dport 443 reject with tcp reset"; fetch https://$NAME/; in_ns $FW nft flush ruleset
      fetch https://go.microsoft.com/fwlink/ ;;
    proxied | proxy-bad-gateway | proxy-forbidden | proxy-logon | proxy-redirects | proxy-none) through https://$NAME/; through https://$NAME/ ;;
    proxy-logon-works) through --proxy-anyauth --proxy-user lab:secret https://$NAME/ ;;
    proxy-ntlm-works) through --proxy-anyauth --proxy-user lab:secret https://$NAME/; through --proxy-anyauth --proxy-user lab:secret http://$NAME/a ;;
    proxy-unreachable) rule "iifname proxy tcp dport 443 reject with icmp type admin-prohibited"; through https://$NAME/ ;;
    proxy-silent) rule "iifname proxy tcp dport 443 drop"; LONG=15 through https://$NAME/ ;;
    proxy-unlisted) through https://$NAME/; through https://tool.contoso.example/ ;;
  esac
  case $scenario in
    silent | dns-silent) sleep 9 ;; # or the capture would end too soon after the last attempt
    proxy-logon) sleep 5 ;; # likewise, for a second try with a logon
  esac
  # The end of a capture is the time of its last packet.
  in_ns $FW nft flush ruleset
  fetch http://go.microsoft.com/fwlink/
  sleep 1
  cleanup
  [ -z "${KEEP_LOG:-}" ] || cat "$WORK/log" >&2
  local point
  for point in client $(case $scenario in inspected | refused | proxied) echo outside ;; esac); do
    gzip -9 -n < "$WORK/$scenario-$point.pcap" > "$OUT/$scenario-$point.pcap.gz"
  done
  echo "$scenario: $(cd "$OUT" && ls -l "$scenario"-*.pcap.gz | awk '{ printf "%s %d  ", $9, $5 }')"
}

for scenario in "${WANTED[@]}"; do
  case " ${SCENARIOS[*]} " in *" $scenario "*) ;; *) die "no scenario is called $scenario" ;; esac
  run "$scenario" || { tail -50 "$WORK/log" >&2; exit 1; }
done
