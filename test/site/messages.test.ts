/** What the author of a broken topology reads: every problem, in its place, with what was probably meant. */

import { expect, test } from 'vitest';
import { parseSite, SiteError } from '../../src/site/index.ts';

function problems(text: string): string {
  try {
    parseSite(text);
  } catch (error) {
    if (error instanceof SiteError) return error.message;
    throw error;
  }
  return 'no problem';
}

test('roles', () => {
  expect(
    problems(`version: 1
hosts:
  - name: CM01
    addresses: [10.0.0.10]
    roles: [managment-point, site-server]
  - { name: X, roles: [frobnicator] }
  - { name: Y, roles: client }
  - { name: Z, roles: [7] }
`),
  ).toMatchInlineSnapshot(`
    "site.yaml:5:13 unknown role 'managment-point', did you mean 'management-point'?
    site.yaml:6:24 unknown role 'frobnicator'
    site.yaml:7:23 roles must be a list: [a, b], or lines that begin with "- "
    site.yaml:8:24 a role must be text"
  `);
});

test('a key that stands twice', () => {
  expect(
    problems('version: 1\nhosts: []\nname: A\nname: B\n"hosts": []\nsettings: { a: 1, a: 2 }\n'),
  ).toMatchInlineSnapshot(`
    "site.yaml:4:1 'name' stands here a second time
    site.yaml:5:1 'hosts' stands here a second time: put the lines below it under the first one
    site.yaml:6:19 'a' stands here a second time"
  `);
});

test('keys', () => {
  expect(
    problems(`version: 1
catalog: { configmgr: true }
catalogs: { configmgr: { version: 2403 }, hybrid: true, hybrid-identity: { version: 2025-03 }, windows-server: yes }
settings: { wsus-http-port: 8530, client_http_prt: 80, proxy: { host: P, prot: 1 } }
hosts:
  - nmae: CM01
    ip: [10.0.0.10]
    settings: { proxy: { host: CM01, port: 8080 } }
netwoks: []
`),
  ).toMatchInlineSnapshot(`
    "site.yaml:2:1 unknown key 'catalog', did you mean 'catalogs'?
    site.yaml:3:26 unknown key 'version'
    site.yaml:3:43 unknown key 'hybrid', did you mean 'hybrid-identity'?
    site.yaml:3:85 unknown version '2025-03', known are 2017-02, 2017-08, 2025-04
    site.yaml:3:112 a catalog is true, false or { date: 2025-12-08 }
    site.yaml:4:13 unknown key 'wsus-http-port', did you mean 'wsus_http_port'?
    site.yaml:4:35 unknown key 'client_http_prt', did you mean 'client_http_port'?
    site.yaml:4:63 'port' is missing
    site.yaml:4:74 unknown key 'prot', did you mean 'port'?
    site.yaml:6:5 'name' is missing
    site.yaml:6:5 unknown key 'nmae', did you mean 'name'?
    site.yaml:7:5 unknown key 'ip', did you mean 'addresses'?
    site.yaml:8:17 unknown key 'proxy'
    site.yaml:9:1 unknown key 'netwoks', did you mean 'networks'?"
  `);
});

test('addresses', () => {
  expect(
    problems(`version: 1
hosts:
  - { name: A, addresses: [10.0.0.256, 10.0.0, fd00::1::2, 10.1.0.0/16, fe80::1%eth0, name, 10] }
  - { name: B, addresses: [10.0.0.1, "fd00::10"] }
  - { name: C, addresses: [10.0.0.1, "FD00:0:0::10", "::ffff:10.0.0.1"] }
  - { name: D, addresses: [10.0.0.2, 10.0.0.2] }
  - { name: E, addresses: 10.0.0.3 }
networks:
  - { name: n1, cidr: 10.1.0.5/16 }
  - { name: n2, cidr: 10.1.0.0/33 }
  - { name: n3, cidr: ten }
  - { name: n4, range: 10.1.0.99-10.1.0.10 }
  - { name: n5, range: 10.1.0.99 }
  - { name: n6, range: "10.1.0.1-fd00::1" }
  - { name: n7 }
  - { name: n8, cidr: 10.8.0.0/16, range: 10.8.0.0-10.8.255.255 }
`),
  ).toMatchInlineSnapshot(`
    "site.yaml:3:28 '10.0.0.256' is not an address
    site.yaml:3:40 '10.0.0' is not an address
    site.yaml:3:48 'fd00::1::2' is not an address
    site.yaml:3:60 '10.1.0.0/16' is a network, not an address; list it under networks
    site.yaml:3:73 'fe80::1%eth0' has a zone; leave out '%eth0'
    site.yaml:3:87 'name' is not an address
    site.yaml:3:93 an address must be text
    site.yaml:5:28 address 10.0.0.1 already belongs to 'B'
    site.yaml:5:38 address fd00::10 already belongs to 'B'
    site.yaml:5:54 address 10.0.0.1 already belongs to 'B'
    site.yaml:6:38 address 10.0.0.2 is listed twice
    site.yaml:7:27 addresses must be a list: [a, b], or lines that begin with "- "
    site.yaml:9:23 '10.1.0.5/16' has bits set behind the prefix, did you mean '10.1.0.0/16'?
    site.yaml:10:23 '10.1.0.0/33' has a prefix of more than 32 bits
    site.yaml:11:23 'ten' is not a network in CIDR notation, such as 10.1.0.0/16
    site.yaml:12:24 '10.1.0.99-10.1.0.10' runs backwards, did you mean '10.1.0.10-10.1.0.99'?
    site.yaml:13:24 '10.1.0.99' is not a range such as 10.1.0.10-10.1.0.99
    site.yaml:14:24 '10.1.0.1-fd00::1' mixes IPv4 and IPv6
    site.yaml:15:5 network 'n7' needs a cidr or a range
    site.yaml:16:43 a network has a cidr or a range, not both"
  `);
});

test('names and networks against one another', () => {
  expect(
    problems(`version: 1
hosts:
  - { name: CM01 }
  - { name: cm01 }
  - { name: "two words" }
  - { name: "" }
networks:
  - { name: Cm01, cidr: 10.1.0.0/16 }
  - { name: same, cidr: 10.1.0.0/16 }
  - { name: nested, cidr: 10.1.2.0/24 }
  - { name: also-same, range: 10.1.2.0-10.1.2.255 }
  - { name: partly, range: 10.1.2.100-10.1.3.5 }
`),
  ).toMatchInlineSnapshot(`
    "site.yaml:4:13 host 'cm01' has the name of another host
    site.yaml:5:13 name 'two words' holds a blank, a comma, a semicolon, a quote or a slash
    site.yaml:6:13 name is empty
    site.yaml:8:13 network 'Cm01' has the name of another host
    site.yaml:9:25 has the same addresses as network 'Cm01'
    site.yaml:11:31 has the same addresses as network 'nested'
    site.yaml:12:28 overlaps network 'also-same' partly; networks may only lie within one another"
  `);
});

test('ports and settings', () => {
  expect(
    problems(`version: 1
settings:
  client_http_port: 0
  sql_port: 70000
  wsus_http_port: "8530"
  dynamic_rpc_range: 50000
  tftp_port_range: 60000-50000
  proxy: { host: PROXY, port: 8080 }
  site_initiated_only: [DP1, 3]
hosts:
  - { name: PROXY1, settings: { sql_port: 1.5 } }
  - { name: DP01, os: windws-server-2022 }
`),
  ).toMatchInlineSnapshot(`
    "site.yaml:3:21 a port is a whole number from 1 to 65535
    site.yaml:4:13 a port is a whole number from 1 to 65535
    site.yaml:5:19 a port is a whole number from 1 to 65535
    site.yaml:6:22 a port range is written 49152-65535, with both ends from 0 to 65535 and in order
    site.yaml:7:20 '60000-50000': a port range is written 49152-65535, with both ends from 0 to 65535 and in order
    site.yaml:8:18 no host is named 'PROXY', did you mean 'PROXY1'?
    site.yaml:9:25 no host is named 'DP1', did you mean 'DP01'?
    site.yaml:9:30 a host name must be text
    site.yaml:11:43 a port is a whole number from 1 to 65535
    site.yaml:12:23 unknown operating system 'windws-server-2022', did you mean 'windows-server-2022'?"
  `);
});

test('expectations and prohibitions', () => {
  expect(
    problems(`version: 1
hosts: [{ name: BACKUP1, addresses: [10.0.0.1] }]
expect:
  - { id: a, from: any, to: BACKUP, transport: tcp, ports: [9000] }
  - { id: a, from: managment-point, to: any, transport: tpc, ports: [9000-8000, 0, x] }
  - { id: "no good", from: any, to: 10.0.0.1/8, transport: tcp }
  - { from: any, to: any, transport: icmp, ports: [1], need: must }
forbid:
  - { id: b, from: [any, 10.0.0.300], to: any, transport: udp, need: required }
  - { id: c, to: any }
`),
  ).toMatchInlineSnapshot(`
    "site.yaml:4:29 'BACKUP' is no role, host, network or address, did you mean 'BACKUP1'?
    site.yaml:5:11 id 'a' is used twice
    site.yaml:5:20 'managment-point' is no role, host, network or address, did you mean 'management-point'?
    site.yaml:5:57 transport must be tcp, udp or icmp
    site.yaml:5:70 '9000-8000': a port range is written 49152-65535, with both ends from 0 to 65535 and in order
    site.yaml:5:81 a port is a whole number from 1 to 65535
    site.yaml:5:84 'x': a port range is written 49152-65535, with both ends from 0 to 65535 and in order
    site.yaml:6:5 'ports' is missing
    site.yaml:6:11 id 'no good' must be letters, digits, - and _, at most 64 of them
    site.yaml:6:37 '10.0.0.1/8' has bits set behind the prefix, did you mean '10.0.0.0/8'?
    site.yaml:7:5 'id' is missing
    site.yaml:7:51 ICMP has no ports
    site.yaml:7:62 need must be required or optional
    site.yaml:9:26 '10.0.0.300' is not an address
    site.yaml:9:64 unknown key 'need'
    site.yaml:10:5 'from' is missing
    site.yaml:10:5 'transport' is missing"
  `);
});

test.each([
  ['', 'is empty'],
  ['# only a comment\n', 'is empty'],
  ['- a\n- b\n', 'list'],
  ['hello', 'text'],
  ['version: 1\n', 'nothing in it'],
  ['hosts: []\n', 'no version'],
  ['version: 2\nhosts: [{ name: A }]\n', 'version 2'],
  ['version: 1\nhosts:\n  - name: A\n   roles: [MP]\n', 'indentation'],
  ['version: 1\nversion: 1\nhosts: [{ name: A }]\n', 'a key twice'],
  ['version: 1\nhosts: [{ name: A ]\n', 'a bracket'],
  ['version: 1\nhosts: [{ name: *A }]\n', 'an unknown alias'],
])('%j', (text) => expect(problems(text)).toMatchSnapshot());

test('control characters never reach the reader', () => {
  const message = problems('version: 1\nhosts: [{ name: A, roles: ["\\e[2J\\u202Emp"] }]\n');
  expect(message).toBe("site.yaml:2:28 unknown role '\\u001b[2J\\u202emp'");
});

test('codes', () => {
  const code = (text: string) => {
    try {
      parseSite(text);
    } catch (error) {
      return (error as SiteError).code;
    }
  };
  expect(code('version: 1')).toBe('invalid');
  expect(code('{')).toBe('not-yaml');
});

test('what is no YAML at all is one sentence', () => {
  const text = 'tcpdump: listening on eth0 [\n{{{\n%%%% \t- x: :\n09:00:01 IP a > b: Flags [S]\n';
  const failure = () => parseSite(text, 'site.yaml');
  expect(failure).toThrow(/^site\.yaml:\d+:\d+ this is no YAML \(.*\), and nothing in the file looks like a topology$/);
  // A topology with the same faults: each is told.
  expect(() => parseSite(`version: 1\n${text}`, 'site.yaml')).toThrow(/\n/);
});
