/** Tables of hosts as spreadsheets and PowerShell write them. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROLES } from '../../src/catalog/roles.ts';
import { importTopology } from '../../src/import/import-topology.ts';
import { parseSite, SiteError } from '../../src/site/index.ts';
import { folder } from '../cli/program.ts';
import { inProcess } from '../support/in-process.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const imported = (text: string | Uint8Array) =>
  importTopology(typeof text === 'string' ? bytes(text) : text, 'hosts.csv');
const hostsOf = (text: string | Uint8Array) =>
  parseSite(imported(text).text).model.hosts.map(({ name, addresses, roles }) => [name, addresses.length, roles]);
const problemsOf = (text: string | Uint8Array): string[] => {
  try {
    imported(text);
  } catch (error) {
    if (error instanceof SiteError) return error.message.split('\n');
    throw error;
  }
  return [];
};

const GET_CM_SITE_ROLE = `#TYPE IResultObject#SMS_SCI_SysResUse
"SmsProviderObjectPath","NALPath","NetworkOSPath","RoleName","SiteCode"
"SMS_SCI_SysResUse.FileType=2","[""Display=\\\\CM01.contoso.com\\""]MSWNET:[""SMS_SITE=P01""]\\\\CM01.contoso.com\\","\\\\CM01.contoso.com","SMS Site Server","P01"
"","","\\\\CM01.contoso.com","SMS Component Server","P01"
"","","\\\\CM01.contoso.com","SMS Provider","P01"
"","","\\\\dp01.contoso.com","SMS Distribution Point","P01"
"","","\\\\DP01.CONTOSO.COM","SMS Management Point","P01"
`;
const FROM_CM = [
  ['CM01.contoso.com', 0, ['site-server', 'sms-provider']],
  ['dp01.contoso.com', 0, ['dp', 'mp']],
];

describe('what others write', () => {
  test('Get-CMSiteRole | Export-Csv of PowerShell 5: type line, several rows a host, roles without ports', () => {
    expect(hostsOf(GET_CM_SITE_ROLE)).toEqual(FROM_CM);
    expect(imported(GET_CM_SITE_ROLE).nameless).toEqual(['CM01.contoso.com', 'dp01.contoso.com']);
    expect(imported(GET_CM_SITE_ROLE).ignored).toEqual(['SmsProviderObjectPath', 'NALPath']);
    expect(imported(GET_CM_SITE_ROLE).text).toContain('# lines 3, 4, 5; site P01');
  });

  test('in UTF-16 with its mark, in UTF-8 with its mark, with CRLF', () => {
    const crlf = GET_CM_SITE_ROLE.replaceAll('\n', '\r\n');
    const utf16 = Buffer.from(`\ufeff${crlf}`, 'utf16le');
    const swapped = Buffer.from(utf16).swap16();
    for (const file of [crlf, utf16, swapped, bytes(`\ufeff${crlf}`)]) expect(hostsOf(file)).toEqual(FROM_CM);
  });

  test('a spreadsheet: semicolons, several roles and addresses in a cell, any spelling, quoted line breaks', () => {
    const sheet = `sep=;
Server Name;IP address;Roles;Owner;Operating System
MP01;10.0.0.1;MP, dp-pxe;Bob;Windows Server 2022
mp01;fd00::1;Software update point;;
"DC1";"10.0.0.2
10.0.0.3";"Domain controller|DNS
GC";"a ""quoted""
note";
;10.0.0.9;;;
Müller;{10.0.0.10, fe80::1};;;Amiga
`;
    const wanted = [
      ['MP01', 2, ['dp-pxe', 'mp', 'sup']],
      ['DC1', 2, ['dns-server', 'domain-controller', 'global-catalog']],
      ['10.0.0.9', 1, []],
      ['Müller', 2, []],
    ];
    expect(hostsOf(sheet)).toEqual(wanted);
    expect(hostsOf(Buffer.from(sheet, 'latin1'))).toEqual(wanted);
    expect(parseSite(imported(sheet).text).model.hosts[0]!.os).toBe('windows-server-2022');
    expect(imported(sheet).text).toContain('# line 9\n');
  });

  test('each role by each of its words, and by what Configuration Manager calls it', () => {
    for (const { id, name, synonyms } of ROLES) {
      if (id === 'none' || id === 'unspecified') continue;
      for (const word of [id, name, ...synonyms])
        expect(
          hostsOf(
            stringify([
              ['name', 'role'],
              ['A', word],
            ]),
          ),
          word,
        ).toHaveLength(1);
    }
    expect(hostsOf('name,role\nA,sms srs reporting point\nA,SMS Dmp Connector\nA,SMS Cloud Proxy Connector\n')).toEqual(
      [['A', 0, ['cmg-connection-point', 'rsp', 'scp']]],
    );
  });
});

describe('what is wrong is told with its line', () => {
  test.each([
    [
      'name,role\nA,SMS Managment Point\n',
      "hosts.csv:2:1 unknown role 'SMS Managment Point', did you mean 'sms-management-point'?",
    ],
    ['name,role\n\nA,"DP, Quark"\n', "hosts.csv:3:1 unknown role 'Quark'; 'pcapcheck topology schema' lists them all"],
    ['name;ip\nA;10.0.0.300\n', "hosts.csv:2:1 '10.0.0.300' is not an address"],
    ['name;ip\nA;10.0.0.1\nB;10.0.0.1\n', "hosts.csv:3:1 address 10.0.0.1 already belongs to 'A' (line 2)"],
    [
      'name,role\nmy server,DP\n',
      "hosts.csv:2:1 name 'my server' holds a blank, a comma, a semicolon, a quote or a slash",
    ],
    ['name,role\n,DP\n', 'hosts.csv:2:1 has neither a name nor an address'],
    ['a,b\n1,2\n', "hosts.csv:1:1 no column is titled Name, NetworkOSPath or Address; the titles are 'a', 'b'"],
    ['name,role\n"A,DP\n', 'hosts.csv:2:1 a cell begins with a quote and never ends'],
    ['name,ip\nA,System.String[]\n', /^hosts\.csv:2:1 'System\.String\[\]' is the type of a list/],
    ['', 'hosts.csv: is empty'],
    ['name,role\n', 'hosts.csv: lists no host'],
    ['\u0000\u0001', 'hosts.csv: holds zero bytes, so it is no CSV text'],
  ])('%j', (text, problem) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    if (typeof problem === 'string') expect(problems[0]).toBe(problem);
    else expect(problems[0]).toMatch(problem);
  });

  test('any bytes, and any table: a topology that is read again, or sentences', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => void problemsOf(any)));
    const cell = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('DP', '10.0.0.1', '\\\\A\\', 'A'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }), (rows) => {
        const csv = stringify([['name', 'address', 'role'], ...rows]);
        if (problemsOf(csv).length === 0) parseSite(imported(csv).text);
      }),
    );
  });
});

test('the command: the topology on standard output, all else on standard error', async () => {
  const path = `${folder()}/roles.csv`;
  writeFileSync(path, GET_CM_SITE_ROLE);
  const { code, out, err } = await inProcess(['topology', 'import', path]);
  expect(code).toBe(0);
  parseSite(out);
  expect(err).toContain('2 hosts without an address (CM01.contoso.com, dp01.contoso.com)');
  expect(await inProcess(['topology', 'import', 'no-such.csv'])).toEqual({
    code: 2,
    out: '',
    err: 'no-such.csv: no such file\n',
  });
  expect((await inProcess(['topology', 'import', '.'])).err).toBe('.: is a folder\n');
});
