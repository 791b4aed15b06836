/** What learn says of captures by others: every claim is in a file that was read and compared with tshark, and nothing else is claimed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseSite } from '../../src/site/index.ts';
import { inProcess } from '../support/in-process.ts';
import { CAPTURES, hasOracles, oracles } from './oracles.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-learn-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Captures with a domain controller, and what tshark shows of it: its own name in the answer to the search for a controller
 * (`cldap`, field `mscldap.hostname`), or the name in SRV records (`dns.srv.target`).
 */
const CONTROLLERS: readonly [file: string, address: string, name: string][] = [
  [
    'msprotod/MS-ADOD_Example1_3_WS2019v2004_X64_Win10v2004_X64_Domain_JoiningADomainByCreatingAnAccountViaLDAP.pcapng',
    '192.168.0.1',
    'SUT01',
  ],
  ['msprotod/MS-RMSOD_Example2_Win2016_X64_Win10_X64_Domain_v-yvrich.cap', '8abc:1234:1234::1', 'RMSOD-SERVER'],
  ['samrlab/acl_0.12_groupb4_dl_dg.pcapng', '192.168.1.11', 'ADC1'],
  ['samrlab/metasploit_smb_enumusers.pcapng', '192.168.11.11', 'YDC1'],
  ['suricata/ldap-udp__cldap.pcap', '192.168.122.3', 'OBED'],
];

describe.skipIf(!hasOracles)('learn on captures by others', () => {
  test('claims what was compared with tshark, and nothing else; the check takes each file', async () => {
    const lines: string[] = [];
    for (const file of Object.keys(oracles()).sort()) {
      const path = join(CAPTURES, file);
      const { code, out } = await inProcess(['learn', path, '-q', '-j', '0']);
      if (code !== 0) continue;
      const { model } = parseSite(out);
      // Hosts are listed without roles where nothing else can be.
      if ([...model.hosts, ...model.networks].every(({ roles }) => roles.length === 0)) continue;
      lines.push(file);
      for (const { name, addresses, roles } of model.hosts)
        lines.push(`  ${name}: ${addresses.length} address(es), ${roles.join(', ') || 'no role'}`);
      for (const { name, roles } of model.networks) lines.push(`  ${name} (network): ${roles.join(', ')}`);
      const topology = join(folder, 'site.yaml');
      writeFileSync(topology, out);
      const check = await inProcess(['check', path, '-t', topology, '-q', '-f', 'ndjson', '-j', '0']);
      // Who only broadcasts is known by name, and no rule speaks of it: that is said, and fails nothing else.
      if (check.code === 2) expect(check.err, file).toContain('none that the topology and the rules speak of');
      else expect([0, 1], file).toContain(check.code);
      const findings = check.out
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as Record<string, unknown>);
      for (const { severity, message } of findings) if (severity === 'high') lines.push(`  HIGH ${message}`);
      // The search for a domain controller is what made both ends known.
      for (const { kind, proto, dest_port } of findings)
        expect(`${kind} ${proto}/${dest_port}`, file).not.toBe('unexpected-port udp/389');
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../golden/learned-captures.txt');
  });

  test.each(CONTROLLERS)(
    '%s: %s is the domain controller %s, for any number of threads',
    async (file, address, name) => {
      const path = join(CAPTURES, file);
      const alone = await inProcess(['learn', path, '-j', '0']);
      for (const threads of ['1', '2', '3']) expect(await inProcess(['learn', path, '-j', threads])).toEqual(alone);
      const { model } = parseSite(alone.out);
      const controllers = model.hosts.filter(({ roles }) => roles.includes('domain-controller'));
      expect(controllers.map((host) => host.name)).toEqual([name]);
      expect(alone.out).toContain(address);
    },
  );
});
