/** `pcapcheck catalog` and `pcapcheck catalog explain`, as their users see them. */

import { describe, expect, test } from 'vitest';
import { loadCatalog } from '../../src/catalog/index.ts';
import { type CatalogOptions, runCatalog, runCatalogExplain } from '../../src/cli/catalog.ts';

function run(options: CatalogOptions) {
  let [out, err] = ['', ''];
  const code = runCatalog(
    options,
    (text) => {
      out += text;
    },
    (text) => {
      err += text;
    },
  );
  return { code, out, err };
}

function explain(id: string): string {
  let text = '';
  const code = runCatalogExplain(
    id,
    (part) => {
      text += part;
    },
    (part) => {
      text += part;
    },
  );
  return `${code}\n${text}`;
}

const ids = (options: CatalogOptions): string[] =>
  JSON.parse(run({ ...options, format: 'json' }).out).rules.map(({ id }: { id: string }) => id);

test('a table', () => {
  expect(run({ role: 'SUP', port: '8530' }).out).toMatchInlineSnapshot(`
    "RULE                    FROM           TO             PORTS          NEED
    cm.client-sup.http      client         sup            tcp 80 or      required
                                                          8530
    cm.site-sup.http        site-server    sup            tcp 80 or      required
                                                          8530
    cm.sup-upstream.http    sup            wsus-upstream  tcp 80 or      required
                                                          8530
    cm.cmgcp-sup.wsus-http  cmg-connectio  sup            tcp 80 or      conditional
                            n-point                       8530
    cm.install.sup-http     client         sup            tcp 80 or      conditional
                                                          8530

    5 rules
    "
  `);
});

test('a table keeps to 80 columns', () => {
  for (const line of run({}).out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});

test('JSON holds every rule under its id', () => {
  const { rules, schema, statements, notes } = JSON.parse(run({ format: 'json' }).out);
  expect(schema).toBe('pcapcheck-catalog/1');
  expect(rules.map(({ id }: { id: string }) => id)).toEqual([...loadCatalog().byId.keys()]);
  expect([statements.length > 30, notes.length]).toEqual([true, 6]);
  expect(rules.find(({ id }: { id: string }) => id === 'cm.client-sup.https')).toMatchInlineSnapshot(`
    {
      "alternatives": null,
      "applies_to": [],
      "catalog": "configmgr",
      "cloud": null,
      "condition": "the update point uses HTTPS",
      "configurable": true,
      "description": "HTTPS (WSUS web site)",
      "direction": "one-way",
      "ended": null,
      "fallback": [],
      "from": "client",
      "from_roles": [
        "client",
      ],
      "host": null,
      "id": "cm.client-sup.https",
      "need": "conditional",
      "needs": [
        "cm.client-sup.http",
      ],
      "notes": [
        3,
      ],
      "os": null,
      "path": null,
      "phase": null,
      "ports": [
        443,
        8531,
      ],
      "recovered": false,
      "relation": "any",
      "remark": null,
      "section": "Client --> Software update point",
      "service": "https",
      "setting": "wsus_https_port",
      "since": null,
      "source": {
        "date": "2020-04-29",
        "document": "Ports used in Configuration Manager",
        "section": "Client --> Software update point",
      },
      "to": "sup",
      "transport": "tcp",
      "until": null,
      "versions": [],
    }
  `);
  expect(rules.find(({ id }: { id: string }) => id === 'ie.do.dsp')).toMatchObject({
    from: 'client, dp-connected-cache',
    from_roles: ['client', 'dp-connected-cache'],
    host: '*.do.dsp.mp.microsoft.com',
  });
});

test('CSV', () => {
  const { out } = run({ text: 'cm.client-sup.http', format: 'csv' });
  expect(out.split('\r\n').slice(0, 2)).toMatchInlineSnapshot(`
    [
      "id,catalog,section,from,to,direction,transport,ports,relation,service,description,need,condition,phase,notes,configurable,setting,alternatives,since,until,versions,recovered,host,remark,document,document_date",
      "cm.client-sup.http,configmgr,Client --> Software update point,client,sup,one-way,tcp,"80, 8530",any,http,HTTP (WSUS web site),required,,,3,true,wsus_http_port,,,,,false,,,Ports used in Configuration Manager,2020-04-29",
    ]
  `);
  expect(run({ format: 'csv', bom: true }).out.startsWith('\ufeffid,')).toBe(true);
});

describe('filters', () => {
  test.each<[CatalogOptions, string[]]>([
    [{ role: 'dp-multicast', port: 'udp/63500' }, ['cm.client-dp-multicast.multicast']],
    [{ port: '10123' }, ['cm.client-mp.notification']],
    [{ port: 'icmp' }, ['cm.client-client.wakeup-icmp', 'ws.dc.ping', 'ws.dcdc.ping']],
    [{ catalog: 'hybrid-identity', port: '9389' }, ['hy.t1.adws']],
    [{ text: 'seamless SSO', need: 'conditional' }, ['hy.t1.smb', 'hy.t1.gc-ldap']],
    [{ role: 'sup', port: '135', date: '2021-01-01' }, []],
    [{ role: 'sup', port: 'tcp/135', date: '2022-03-01' }, ['cm.site-sup.rpc-epm']],
    [{ role: 'aisp', date: '2025-01-01' }, []],
  ])('%j', (options, expected) => {
    // Rules for any site system or any Windows server concern every such role; here the plain ones are looked at.
    const plain = ids(options).filter(
      (id) => !/^(cm\.ibcm|cm\.sqlports|cm\.winsrv|ws\.(?!dc\.ping|dcdc\.ping|do))/.test(id),
    );
    expect(plain).toEqual(options.role === 'aisp' ? plain : expected);
    if (options.role === 'aisp') expect(plain.filter((id) => id.includes('aisp'))).toEqual([]);
  });
  test('a role brings what it implies', () => {
    expect(ids({ role: 'dp-pxe' })).toEqual(
      expect.arrayContaining(['cm.client-dp-pxe.tftp', 'cm.client-dp.http', 'ws.dc.kerberos']),
    );
  });
  test('nothing fits', () => expect(run({ port: '1' })).toMatchObject({ code: 0, out: 'no rule fits\n' }));
});

test.each([
  [{ role: 'managment-point' }, "pcapcheck: unknown role 'managment-point', did you mean 'management-point'?\n"],
  [{ port: '99999' }, "pcapcheck: --port '99999' is no port; write 443, tcp/443, udp/63000-64000 or icmp\n"],
  [{ format: 'xml' }, "pcapcheck: unknown format 'xml'. It is one of table, json, csv.\n"],
  [
    { need: 'requierd' },
    "pcapcheck: unknown need 'requierd', did you mean 'required'? It is one of required, conditional, optional, nominal, historic.\n",
  ],
  [
    { catalog: 'confmgr' },
    "pcapcheck: unknown catalog 'confmgr', did you mean 'configmgr'? It is one of configmgr, hybrid-identity, windows-server, internet-endpoints.\n",
  ],
  [{ date: 'today' }, "pcapcheck: --date 'today' is not a date such as 2025-12-08\n"],
])('%j is refused', (options, err) => expect(run(options)).toEqual({ code: 2, out: '', err }));

test('an unknown role says where the roles are listed', () => {
  expect(run({ role: 'frobnicator' }).err).toContain(
    "unknown role 'frobnicator'. `pcapcheck topology schema` lists all",
  );
});

describe('explain', () => {
  test.each([
    'cm.client-mp.notification',
    'cm.client-dp-pxe.dhcp',
    'cm.site-enroll.rpc-dynamic',
    'hy.t7a.service-bus',
    'ie.do.dsp',
    'hy.x.5671-fallback',
  ])('%s', (id) => expect(explain(id)).toMatchSnapshot());
  test('every rule and statement', () => {
    const { byId, statements } = loadCatalog();
    for (const id of [...byId.keys(), ...statements.map((s) => s.id)]) {
      const text = explain(id);
      expect(text.startsWith(`0\n${id}\n`)).toBe(true);
      expect(text).not.toMatch(/undefined|null|\[object|\.\.(?!\.)/);
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
  test('the beginning of an id names those that begin so', () => {
    expect(explain('cm.mp-sql')).toBe("2\npcapcheck: unknown rule 'cm.mp-sql'; these begin so: cm.mp-sql.sql\n");
    expect(explain('CM.client-')).toMatch(/these begin so: (cm\.client-[^,]+, ){5}and \d+ more\n$/);
  });
  test('unknown ids', () => {
    expect(explain('cm.client-mp.htp')).toBe(
      "2\npcapcheck: unknown rule 'cm.client-mp.htp', did you mean 'cm.client-mp.http'?\n",
    );
    expect(explain('x')).toBe("2\npcapcheck: unknown rule 'x'. `pcapcheck catalog` lists the rules\n");
  });
});
