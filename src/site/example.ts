/** What `pcapcheck topology init` prints: a small site that passes its own check, with a comment at every choice. */

export const EXAMPLE_SITE = `# A topology for pcapcheck. Check it with: pcapcheck topology check site.yaml
version: 1
name: Example site

# Which documentation applies; each of the four does when it is left out.
catalogs:
  configmgr: true                    # or { date: 2022-02-16 }: the documentation as of that day
  hybrid-identity: false             # true, or { version: 2025-04 } (2017-02, 2017-08, 2025-04)
  windows-server: true               # domain controllers and other services of Windows Server
  internet-endpoints: false          # hosts on the internet, recognized by their names

# Ports of the whole site. Only what differs from the defaults needs a line.
settings:
  wsus_http_port: 8530               # HTTPS is then 8531, one more than HTTP
  # client_http_port: 80
  # client_https_port: 443
  # client_notification_port: 10123
  # sql_port: 1433
  # dynamic_rpc_range: 49152-65535
  # tftp_port_range: 49152-65535
  # proxy: { host: PROXY01, port: 8080 }   # stands in for the internet
  # site_initiated_only: [DP01]            # these never start connections to the site server

# Names on the internet that servers may use. Features: "pcapcheck topology check" lists them where one is unknown.
# features: [updates, software-updates, cmg]
# internet:
#   cloud: public
#   names: [contoso-cmg]               # stands for <name> and <prefix> in the lists of Microsoft
#   allow: ["*.contoso.com"]

# Servers: a name, addresses (IPv4, IPv6), roles. Roles may be written as "MP", "management-point" or "Management point".
# A host without addresses is looked up among the DNS answers of the capture.
hosts:
  - name: CM01
    addresses: [10.0.0.10, "fd00::10"]
    roles: [site-server, management-point, sms-provider]
    os: windows-server-2022
  - name: DP01
    addresses: [10.0.0.20]
    roles: [distribution-point, dp-pxe]
    os: windows-server-2019
  - name: WSUS01
    addresses: [10.0.0.30]
    roles: [software-update-point]
  - name: SQL01
    addresses: [10.0.0.40]
    roles: [sql-server]
    settings: { sql_port: 14330 }    # a port of this host only
  - name: DC01
    addresses: [10.0.0.50]
    roles: [domain-controller, global-catalog, dns-server]
  - name: DHCP01
    addresses: [10.0.0.60]
    roles: [dhcp-server]
  - name: BACKUP01
    addresses: [10.0.0.70]

# Whole networks. The most specific entry wins, and a host in a network has its own roles only.
networks:
  - name: clients
    cidr: 10.1.0.0/16
    roles: [client]
  - name: lab
    range: 10.1.9.10-10.1.9.99       # inside of clients, with roles of its own
    roles: [client]

# Traffic of your own that is fine. The ends are roles, hosts, networks, addresses, CIDRs, "any" or "internet".
expect:
  - id: backup
    from: [CM01, SQL01]
    to: BACKUP01
    transport: tcp
    ports: [9000, 9100-9110]
    need: optional                   # required: it is reported where it is blocked
    reason: nightly backup

# Traffic that must never be, even where something else expects it. Without ports: every port.
forbid:
  - id: no-telnet
    from: any
    to: any
    transport: tcp
    ports: [23]
    reason: passwords in clear text

# Findings that are known and accepted, for a time; "pcapcheck except" prints these blocks.
# exceptions:
#   - id: old-printer
#     kind: unexpected-port
#     from: clients
#     to: 10.0.0.99
#     transport: tcp
#     ports: [9100]
#     reason: replaced with the next lease
#     owner: Ann Weber
#     ticket: CHG-1234
#     expires: 2027-03-31            # the last day on which it holds
`;
