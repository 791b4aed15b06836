/** What a connection carries is known by its first bytes, in captures by others: nobody tells the program by the port. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { CAPTURES, hasOracles } from './oracles.ts';

/** Port and service of the connections of which one is known; a service once for each port. */
const CARRIED: Record<string, string[]> = {
  'ndpi/dlt_ppp.pcap': ['udp/443 quic'],
  'ndpi/rdp.pcap': ['tcp/3389 rdp'],
  'ndpi/rdp_over_tls.pcap': ['tcp/3389 rdp'],
  'suricata/rdp-protocol__RDP-003.pcap': ['tcp/3389 rdp'],
  'ndpi/ssh_unidirectional.pcap': ['tcp/22 ssh'],
  'zeek/ssh__server-pre-banner-data.pcap': ['tcp/22 ssh'],
  'ndpi/mssql_tds.pcap': ['tcp/1433 tds'],
  'zeek/http__http-to-ssh.pcap': ['tcp/22 http'],
  'zeek/smb__smb311.pcap': ['tcp/445 smb'],
  'zeek/ldap__aduser1.pcap': ['tcp/389 ldap', 'tcp/445 smb', 'tcp/88 kerberos'],
  'zeek/ldap__simpleauth-diff-port.pcap': ['tcp/32681 ldap'],
  'msprotod/MS-WMOD_Example2_WS2016_X64_Win10_X64_Domain_Hagala.cap': [
    'tcp/5985 winrm',
    'udp/137 dns',
    'udp/53 dns',
    'udp/5355 dns',
  ],
};

describe.skipIf(!hasOracles)('services by their first bytes', () => {
  test.each(Object.entries(CARRIED))('%s', async (file, carried) => {
    const flows = [...flowRows(await analyze([join(CAPTURES, file)], { workers: 0 }))];
    const known = flows.filter(({ service }) => service !== null);
    expect([...new Set(known.map((one) => `${one.proto}/${one.dest_port} ${one.service}`))].sort()).toEqual(carried);
  });
});
