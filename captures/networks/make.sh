#!/usr/bin/env bash
# Makes the captures of networks that use the same addresses: two VLANs on a trunk, two VXLAN networks over one underlay, and one connection that
# a router carries from one VLAN into the other. Real servers (Python's http.server) and a real client (curl), in network namespaces.
#
#   sudo ./make.sh [--out DIR] [scenario...]
#
# Needs root, and iproute2, nftables, tcpdump, ethtool, python3 and curl. Everything runs in namespaces of its own and is gone at the end. All
# scenarios take about three minutes.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=$HERE
SCENARIOS=(vlans-open vlans-dropped vlans-rejected vxlans-dropped routed-open routed-dropped)

usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; echo "Scenarios: ${SCENARIOS[*]}"; }
WANTED=()
while [ $# -gt 0 ]; do
  case $1 in
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
for program in ip nft tcpdump ethtool python3 curl; do command -v $program > /dev/null || die "$program is missing"; done
OUT=$(cd "$OUT" && pwd)

WORK=$(mktemp -d)
TAG=net$$
# Two clients and two servers, the two ends of the link between them, and a router.
NAMES=(c1 c2 s1 s2 left right router)
PIDS=()

cleanup() {
  local pid name
  for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || true; done
  sleep 0.5
  for name in "${NAMES[@]}"; do
    for pid in $(ip netns pids "$TAG-$name" 2> /dev/null); do kill -9 "$pid" 2> /dev/null || true; done
    ip netns del "$TAG-$name" 2> /dev/null || true
  done
  PIDS=()
}
trap 'cleanup; rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

in_ns() { local name=$1; shift; ip netns exec "$TAG-$name" "$@"; }
background() { # @1 namespace
  local name=$1
  shift
  ip netns exec "$TAG-$name" "$@" >> "$WORK/log" 2>&1 &
  PIDS+=($!)
}
cable() { # @1 namespace @2 interface @3 namespace @4 interface
  ip link add "$2" netns "$TAG-$1" type veth peer name "$4" netns "$TAG-$3"
  local end
  for end in "$1 $2" "$3 $4"; do
    # Frames are captured as they are on a wire.
    in_ns ${end% *} ethtool -K ${end#* } tso off gso off gro off tx off > /dev/null 2>&1 || true
    in_ns ${end% *} ip link set ${end#* } up
  done
}
address() { in_ns "$1" ip addr add "$3" dev "$2"; in_ns "$1" ip link set "$2" up; }

build() {
  local name
  for name in "${NAMES[@]}"; do
    ip netns add "$TAG-$name"
    in_ns "$name" ip link set lo up
    in_ns "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  done
  cable left trunk right trunk
}

# Both tenants: client 10.80.1.11, server 10.80.1.20.
vlans() {
  cable left p10 c1 eth0
  cable left p20 c2 eth0
  cable right p10 s1 eth0
  cable right p20 s2 eth0
  background left python3 "$HERE/switch.py" trunk p10=10 p20=20
  background right python3 "$HERE/switch.py" trunk p10=10 p20=20
}
vxlans() {
  in_ns left ip addr add 192.0.2.1/24 dev trunk
  in_ns right ip addr add 192.0.2.2/24 dev trunk
  local number side
  for number in 1 2; do
    for side in "left c 192.0.2.2" "right s 192.0.2.1"; do
      set -- $side
      in_ns "$1" ip link add "vx$number" type vxlan id 500$number remote "$3" dstport 4789
      in_ns "$1" ip link set "vx$number" netns "$TAG-$2$number"
      in_ns "$2$number" ip link set "vx$number" name eth0
    done
  done
}
tenants() {
  local name
  for name in c1 c2; do address $name eth0 10.80.1.11/24; done
  for name in s1 s2; do address $name eth0 10.80.1.20/24; serve $name; done
}
# The client is in VLAN 10, the server in VLAN 20, and the router on the stick has an interface in each.
routed() {
  cable left p10 c1 eth0
  cable left p20 s1 eth0
  cable right p10 router eth10
  cable right p20 router eth20
  background left python3 "$HERE/switch.py" trunk p10=10 p20=20
  background right python3 "$HERE/switch.py" trunk p10=10 p20=20
  address c1 eth0 10.80.1.11/24
  address s1 eth0 10.80.2.20/24
  address router eth10 10.80.1.1/24
  address router eth20 10.80.2.1/24
  in_ns router sysctl -qw net.ipv4.ip_forward=1
  in_ns c1 ip route add default via 10.80.1.1
  in_ns s1 ip route add default via 10.80.2.1
  serve s1
}

serve() { # @1 namespace
  mkdir -p "$WORK/www"
  echo hello > "$WORK/www/index.html"
  background "$1" python3 -m http.server --directory "$WORK/www" 80
  background "$1" python3 -m http.server --directory "$WORK/www" 8530
}
fetch() { in_ns "$1" curl -s -o /dev/null --max-time "$3" "http://$2/" >> "$WORK/log" 2>&1 || true; }
capture() {
  background left tcpdump -i trunk -U -s 0 -w "$WORK/$1.pcap" 'not arp and not (vlan and arp)'
  sleep 2
}
# Both clients at the same time: each opens port 80, tries 8530, and opens port 80 again.
tenants_work() {
  local turn
  for turn in 80 8530 80; do
    fetch c1 "10.80.1.20:$turn" 9 &
    local one=$!
    fetch c2 "10.80.1.20:$turn" 9 &
    wait $one $!
  done
}
routed_work() {
  local turn
  for turn in 80 8530 80; do fetch c1 "10.80.2.20:$turn" 9; done
}
block() { # @1 namespace @2 hook @3 what becomes of tcp 8530
  in_ns "$1" nft "add table ip f; add chain ip f c { type filter hook $2 priority 0; }; add rule ip f c tcp dport 8530 $3"
}

run() {
  : > "$WORK/log"
  build
  case $1 in
    vlans-* | vxlans-*) ${1%%-*}; tenants ;;
    routed-*) routed ;;
  esac
  case $1 in
    vlans-dropped | vxlans-dropped) block s2 input drop ;;
    vlans-rejected) block s2 input 'reject with icmp admin-prohibited' ;;
    routed-dropped) block router forward drop ;;
  esac
  sleep 2
  capture "$1"
  case $1 in
    routed-*) routed_work ;;
    *) tenants_work ;;
  esac
  sleep 4
  cleanup
  [ -z "${KEEP_LOG:-}" ] || cat "$WORK/log" >&2
  gzip -9 -n < "$WORK/$1.pcap" > "$OUT/$1.pcap.gz"
  echo "$1: $(stat -c %s "$OUT/$1.pcap.gz") bytes"
}

for scenario in "${WANTED[@]}"; do
  case " ${SCENARIOS[*]} " in *" $scenario "*) ;; *) die "no scenario is called $scenario" ;; esac
  run "$scenario" || { tail -50 "$WORK/log" >&2; exit 1; }
done
