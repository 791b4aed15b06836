#!/usr/bin/env bash
# Makes the PXE captures: real firmware (iPXE option ROM in a BIOS machine, OVMF's own UEFI client) boots in qemu from real
# servers (dnsmasq, tftpd-hpa) in network namespaces, with the fault of each scenario built in, and is captured at the client,
# on the firewall and at the server.
#
#   sudo ./make.sh [--install] [--out DIR] [scenario...]
#
# Needs root on Debian 12 or the like. --install fetches the packages first (no daemon is started by that). Everything runs in
# namespaces of its own and is gone at the end. All scenarios take about ten minutes.
# WATCH='pcapcheck live -i lan …' runs that in the client's network beside the capture, as a shell command; its output is printed.
set -euo pipefail
exec 3>&1

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=$HERE
INSTALL=no
PATIENCE=75 # seconds a machine may take to boot or to give up

SCENARIOS=(bios-success uefi-success only-69 reply-rejected no-relay 4011-blocked two-responders options-override file-missing
  single-port client-acks-lost fragments-dropped large-blocks ipv6-success ipv6-only-69)

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; echo "Scenarios: ${SCENARIOS[*]}"; }
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
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends qemu-system-x86 ipxe-qemu ovmf dnsmasq-base \
    isc-dhcp-relay atftp tftpd-hpa nftables ethtool iproute2 tcpdump || rc=$?
  [ $mine = no ] || rm -f $policy
  [ $rc = 0 ] || die "apt-get failed ($rc)"
}
[ $INSTALL = no ] || install_packages
IN_TFTPD=${IN_TFTPD:-$(command -v in.tftpd || true)} # that of tftpd-hpa; atftpd has one of the same name
for program in qemu-system-x86_64 dnsmasq dhcrelay atftp nft tcpdump ethtool; do
  command -v $program > /dev/null || die "$program is missing; --install fetches it"
done

WORK=$(mktemp -d)
TAG=pxe$$
CL=$TAG-cl # the client's network: a bridge with the machine's tap and the way to the firewall
FW=$TAG-fw # router, firewall, relay
DH=$TAG-dh # DHCP server
DP=$TAG-dp # PXE and TFTP server
PIDS=()

cleanup() {
  local pid ns
  for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || true; done
  sleep 0.3
  for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || true; done
  PIDS=()
  for ns in $CL $FW $DH $DP; do ip netns del "$ns" 2> /dev/null || true; done
}
trap 'cleanup; rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

in_ns() { ip netns exec "$@"; }
# Starts a program in a namespace and remembers it. @1 namespace
background() {
  local ns=$1
  shift
  ip netns exec "$ns" "$@" >> "$WORK/log" 2>&1 &
  PIDS+=($!)
}

lan() { # @1 namespace, @2 address: one veth from it to the server bridge of the firewall
  local ns=$1
  ip link add "s-$ns" netns $FW type veth peer name eth0 netns "$ns"
  in_ns $FW ip link set "s-$ns" master servers up
  in_ns "$ns" ip addr add "$2/24" dev eth0
  in_ns "$ns" ip link set eth0 up
  in_ns "$ns" ip route add default via 10.77.2.1
  in_ns "$ns" sysctl -qw net.ipv4.ip_local_port_range='49152 65535'
}

build() {
  local ns
  for ns in $CL $FW $DH $DP; do
    ip netns add "$ns"
    in_ns "$ns" ip link set lo up
    in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  done
  in_ns $FW sysctl -qw net.ipv4.ip_forward=1
  in_ns $FW ip link add servers type bridge
  in_ns $FW ip addr add 10.77.2.1/24 dev servers
  in_ns $FW ip link set servers up
  lan $DH 10.77.2.10
  lan $DP 10.77.2.20
  ip link add clients netns $FW type veth peer name up0 netns $CL
  in_ns $FW ip addr add 10.77.1.1/24 dev clients
  in_ns $FW ip link set clients up
  in_ns $CL ip link add lan type bridge
  in_ns $CL ip tuntap add dev tap0 mode tap
  for link in up0 tap0; do in_ns $CL ip link set $link master lan up; done
  in_ns $CL ip addr add 10.77.1.9/24 dev lan
  in_ns $CL ip link set lan up
  in_ns $CL ip route add default via 10.77.1.1
  for ns in $CL $FW $DH $DP; do
    for link in $(in_ns "$ns" ls /sys/class/net); do
      in_ns "$ns" ethtool -K "$link" tso off gso off gro off tx off > /dev/null 2>&1 || true
    done
  done
}

# IPv6 beside IPv4 on the client's network, the firewall and the PXE server.
with_ipv6() {
  in_ns $FW sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.all.forwarding=1
  in_ns $CL sysctl -qw net.ipv6.conf.lan.disable_ipv6=0
  in_ns $DP sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0 net.ipv6.conf.lo.disable_ipv6=0
  in_ns $FW ip addr add fd00:77:1::1/64 dev clients nodad
  in_ns $FW ip addr add fd00:77:2::1/64 dev servers nodad
  in_ns $CL ip addr add fd00:77:1::9/64 dev lan nodad
  in_ns $DP ip addr add fd00:77:2::20/64 dev eth0 nodad
  in_ns $CL ip -6 route add default via fd00:77:1::1
  in_ns $DP ip -6 route add default via fd00:77:2::1
}

capture() { # @1 scenario
  background $CL tcpdump -i lan -U -s 0 -w "$WORK/$1-client.pcap" 'udp or icmp or (ip[6:2] & 0x1fff != 0)'
  background $FW tcpdump -i any -U -s 0 -w "$WORK/$1-firewall.pcap" 'udp or icmp or (ip[6:2] & 0x1fff != 0)'
  background $DP tcpdump -i eth0 -U -s 0 -w "$WORK/$1-server.pcap" 'udp or icmp or (ip[6:2] & 0x1fff != 0)'
  if [ -n "${WATCH:-}" ]; then
    ip netns exec $CL bash -c "exec $WATCH" >&3 &
    WATCHING=$!
    PIDS+=($!)
    sleep 2
  fi
  sleep 1
}

relay() { background $FW dhcrelay -4 -d -id clients -iu servers 10.77.2.10 10.77.2.20; }

# The DHCP server gives addresses to the clients' network and knows nothing of boot. More options may follow.
dhcp_server() {
  background $DH dnsmasq --no-daemon --conf-file=/dev/null --port=0 --log-dhcp --no-ping --dhcp-leasefile="$WORK/leases" \
    --dhcp-range=10.77.1.100,10.77.1.120,255.255.255.0,10m --dhcp-option=3,10.77.1.1 --dhcp-authoritative "$@"
}

# The PXE server answers as a proxy, is asked on 4011, and serves the files from the range of Windows.
pxe_server() {
  background $DP dnsmasq --no-daemon --conf-file=/dev/null --port=0 --log-dhcp --dhcp-range=10.77.1.0,proxy,255.255.255.0 \
    --pxe-service=x86PC,Boot,smsboot/boot.ipxe --pxe-service=BC_EFI,Boot,smsboot/boot.efi \
    --pxe-service=X86-64_EFI,Boot,smsboot/boot.efi --enable-tftp --tftp-root="$WORK/tftp" "$@"
}
ports=(--tftp-port-range=49152,65534)

files() {
  mkdir -p "$WORK/tftp/smsboot" "$WORK/tftp/images"
  printf '#!ipxe\nimgfetch tftp://10.77.2.20/images/boot.wim ||\npoweroff\n' > "$WORK/tftp/smsboot/boot.ipxe"
  head -c 60000 /dev/zero > "$WORK/tftp/smsboot/boot.efi"
  head -c 90000 /dev/zero > "$WORK/tftp/images/boot.wim"
  chmod -R a+rX "$WORK" "$WORK/tftp"
}

machine() { # @1 bios or uefi
  local options=(-nodefaults -display none -no-reboot -m 256 -machine q35 -netdev tap,id=n,ifname=tap0,script=no,downscript=no)
  if [ "$1" = uefi ]; then
    cp /usr/share/OVMF/OVMF_VARS_4M.fd "$WORK/vars.fd"
    options+=(-drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
      -drive if=pflash,format=raw,file="$WORK/vars.fd" -device virtio-net-pci,netdev=n,mac=00:15:5d:77:01:02,romfile=
      -uuid 4c4c4544-0042-3010-8051-b7c04f4d3402)
  else
    options+=(-boot n -device e1000,netdev=n,mac=00:15:5d:77:01:01 -uuid 4c4c4544-0042-3010-8051-b7c04f4d3401)
  fi
  in_ns $CL timeout --kill-after=5 "$PATIENCE" qemu-system-x86_64 "${options[@]}" >> "$WORK/log" 2>&1 || true
}

filter() { in_ns $FW nft -f -; }

# What is let through besides the rest of the scenario: DHCP between relay and servers never passes the forward chain.
only_69() { # @1 what becomes of the rest
  filter <<RULES
table ip f {
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct state established,related accept
    udp dport { 67, 68, 69, 4011 } accept
    udp dport 0-65535 $1
  }
}
RULES
}

run() {
  local scenario=$1
  build
  files
  capture "$scenario"
  case $scenario in
    no-relay) ;;
    *) relay ;;
  esac
  case $scenario in
    bios-success | no-relay) dhcp_server; pxe_server "${ports[@]}"; machine bios ;;
    uefi-success) dhcp_server; pxe_server "${ports[@]}"; machine uefi ;;
    only-69) only_69 drop; dhcp_server; pxe_server "${ports[@]}"; machine bios ;;
    reply-rejected) only_69 'reject with icmp type admin-prohibited'; dhcp_server; pxe_server "${ports[@]}"; machine uefi ;;
    4011-blocked)
      filter <<< 'table ip f { chain forward { type filter hook forward priority 0; udp dport 4011 drop; }; }'
      dhcp_server; pxe_server "${ports[@]}"; machine uefi ;;
    two-responders) # an office server on the clients' own network answers beside the right one
      dhcp_server --dhcp-boot=smsboot/boot.ipxe,,10.77.2.20
      background $CL dnsmasq --no-daemon --conf-file=/dev/null --port=0 --no-ping --dhcp-leasefile="$WORK/stray" --dhcp-authoritative \
        --dhcp-range=10.77.1.130,10.77.1.140,255.255.255.0,10m --dhcp-option=3,10.77.1.1 --dhcp-boot=images/boot.wim,,10.77.2.20
      pxe_server "${ports[@]}"; machine bios ;;
    options-override) dhcp_server --dhcp-boot=smsboot/boot.ipxe,,10.77.2.20; pxe_server "${ports[@]}"; machine bios ;;
    file-missing) rm "$WORK/tftp/smsboot/boot.ipxe"; dhcp_server; pxe_server "${ports[@]}"; machine bios ;;
    single-port) dhcp_server; pxe_server --tftp-single-port; machine bios ;;
    client-acks-lost) # the answer passes, what the client sends to the new port does not
      filter <<< 'table ip f { chain forward { type filter hook forward priority 0; iifname "clients" udp dport 1024-65535 udp dport != 4011 drop; }; }'
      dhcp_server; pxe_server "${ports[@]}"; machine bios ;;
    fragments-dropped)
      filter <<< 'table netdev f { chain in { type filter hook ingress device servers priority 0; ip frag-off & 0x1fff != 0 drop; }; }'
      pulled 8192 ;;
    large-blocks) pulled 8192 ;;
    ipv6-success) with_ipv6; pulled 1400 fd00:77:2::20 ;;
    ipv6-only-69)
      with_ipv6
      filter <<< 'table ip6 f { chain forward { type filter hook forward priority 0; policy accept; udp dport != 69 drop; }; }'
      pulled 1400 fd00:77:2::20 ;;
  esac
  sleep 3
  if [ -n "${WATCHING:-}" ]; then # it has its report to write
    kill "$WATCHING" 2> /dev/null || true
    wait "$WATCHING" || true
    WATCHING=
  fi
  cleanup
  [ -z "${KEEP_LOG:-}" ] || cat "$WORK/log" >&2
  for point in client firewall server; do
    gzip -9 -n < "$WORK/$scenario-$point.pcap" > "$OUT/$scenario-$point.pcap.gz"
  done
  echo "$scenario: $(cd "$OUT" && ls -l "$scenario"-*.pcap.gz | awk '{ printf "%s %d  ", $9, $5 }')"
}

# A transfer as a boot manager makes it. @1 block size, which may be above the path's MTU, @2 address of the server
pulled() {
  local server=${2:-10.77.2.20} listen=10.77.2.20:69
  case $server in *:*) listen=[$server]:69 ;; esac
  "$IN_TFTPD" --version 2> /dev/null | grep -q tftp-hpa || die "in.tftpd of tftpd-hpa is missing; --install fetches it, or set IN_TFTPD"
  background $DP "$IN_TFTPD" --listen --foreground --user root --address "$listen" --port-range 49152:65534 \
    --secure "$WORK/tftp"
  sleep 0.5
  in_ns $CL timeout --kill-after=5 40 atftp --option "blksize $1" --option 'tsize 0' --get -r images/boot.wim \
    -l "$WORK/got" "$server" >> "$WORK/log" 2>&1 || true
}

for scenario in "${WANTED[@]}"; do
  case " ${SCENARIOS[*]} " in *" $scenario "*) ;; *) die "no scenario is called $scenario" ;; esac
  run "$scenario" || { tail -50 "$WORK/log" >&2; exit 1; }
done
