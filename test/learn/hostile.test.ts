/** Names, paths and domains of a capture are hostile: whatever they are, the topology says what it says, and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { analyze } from '../../src/engine/analyze.ts';
import { isHostName, nameAddresses } from '../../src/learn/host-names.ts';
import { learn } from '../../src/learn/learn.ts';
import { propose } from '../../src/learn/propose.ts';
import { NAME_SOURCES, note, noteName, SeenAddresses } from '../../src/learn/signs.ts';
import { parseSite } from '../../src/site/index.ts';
import { topologyText } from '../../src/site/write-topology.ts';
import { DEMO_CAPTURE } from '../assess/demo.ts';
import { folder } from '../cli/program.ts';

const EVIL = [
  'x\n- name: evil',
  'x\r- name: evil',
  '\u0085- name: evil\u2028- name: evil',
  "' # }] \\",
  '"',
  'any',
  'internet',
  'client',
  'dc',
  'Management point',
  '10.0.0.1',
  '::1',
  'a'.repeat(300),
  '\u001b[2J',
  '\u202Ename',
  '&anchor',
  '*alias',
  '!!js/function',
  '---',
  '...',
  '{}',
  'null',
  'true',
  '~',
  '1e3',
  '0x10',
  '<<',
];

/** A domain controller and a client with names and values from elsewhere. */
function textWith(name: string, value: string): string {
  const addresses = new SeenAddresses();
  const [server, client] = [addresses.of('10.0.0.1')!, addresses.of('10.0.1.1')!];
  server.spoke = client.spoke = true;
  note(server, 'server', 'netlogon', value, 'udp/389', client, 1);
  note(server, 'server', 'path', value, 'tcp/80', client, 1);
  note(client, 'client', 'netlogon', value, 'udp/389', server, 1);
  note(client, 'client', 'path', value, 'tcp/80', server, 1);
  // What a domain controller says is of itself alone; two addresses of which it says the same are one machine.
  for (const source of NAME_SOURCES)
    for (const seen of source === 'netlogon' ? [server] : [server, client]) noteName(seen, name, source, 3);
  const { hosts, networks, completions, remarks } = propose(addresses, null, (frame) => `frame ${frame}`);
  return topologyText({ base: null, header: ['Learned.'], hosts, networks, completions, footer: remarks });
}

function expectHarmless(text: string): void {
  expect(parseAllDocuments(text)).toHaveLength(1);
  // Every character that some parser takes for the end of a line is one.
  expect(text).not.toMatch(/[\r\u0085\u2028\u2029]/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  const { model } = parseSite(text);
  expect(model.hosts.map(({ roles }) => roles)).toEqual([['domain-controller'], ['any-windows-computer']]);
  expect([model.networks, model.expect, model.forbid, model.exceptions]).toEqual([[], [], [], []]);
  for (const { name } of model.hosts) expect(name).toMatch(/^[\w.-]+$/);
}

describe('hostile names', () => {
  test.each(EVIL)('%j', (evil) => {
    expectHarmless(textWith(evil, evil));
    expect(parseSite(textWith(evil, 'contoso.com')).model.hosts[0]!.name).toBe(
      isHostName(evil) ? evil.toUpperCase() : '10.0.0.1',
    );
  });

  test('any text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 120 }), fc.constantFrom(...EVIL));
    fc.assert(fc.property(text, text, (name, value) => expectHarmless(textWith(name, value))));
  });

  test('nobody takes the word of a role, of all, of the internet, or of an address for a name', () => {
    for (const word of [
      'any',
      'Internet',
      'client',
      'dc',
      'management-point',
      'MP',
      'sql',
      '10.0.0.1',
      'fe80::1',
      '1234',
      '',
    ])
      expect(isHostName(word), word).toBe(false);
    for (const word of ['dc01', 'DC01.contoso.com', 'ws_7', '7eleven']) expect(isHostName(word), word).toBe(true);
  });

  test('a name that two hosts have is the name of none; a domain is no host', () => {
    const addresses = new SeenAddresses();
    const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => addresses.of(address)!);
    noteName(a!, 'web.contoso.com', 'dns', 1);
    noteName(b!, 'web.contoso.com', 'dns', 1);
    noteName(c!, 'contoso.com', 'dns', 1);
    note(c!, 'server', 'srv', '_ldap._tcp.dc._msdcs.contoso.com', null, null, 1);
    expect(nameAddresses(addresses.all()).size).toBe(0);
  });

  test('a host name in a DHCP request that breaks lines', async () => {
    const bytes = readFileSync(DEMO_CAPTURE);
    const option = Buffer.from([12, 4, ...Buffer.from('WS04')]);
    let places = 0;
    for (let at = bytes.indexOf(option); at >= 0; at = bytes.indexOf(option, at + 1), places++)
      bytes.write('\n- a', at + 2, 'latin1');
    expect(places).toBeGreaterThan(0);
    const path = `${folder()}/hostile.pcap`;
    writeFileSync(path, bytes);
    const { text } = learn(await analyze([path], { workers: 0 }), null);
    expect(text).not.toMatch(/^- a/m);
    expect(parseSite(text).model.hosts.some(({ name }) => name.includes('a:'))).toBe(false);
  });
});
