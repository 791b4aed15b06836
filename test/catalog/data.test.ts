/** The data files hold together: references lead somewhere, words are those of the product, nothing is left open. */

import { describe, expect, test } from 'vitest';
import { CATALOG_NAMES, findRole, loadCatalog, parsePortRange } from '../../src/catalog/index.ts';
import { SETTING_NAMES } from '../../src/site/settings.ts';

const { rules, byId, statements, notes, versions } = loadCatalog();

test('counts', () => {
  const count = Object.fromEntries(CATALOG_NAMES.map((name) => [name, rules.filter((r) => r.catalog === name).length]));
  expect(count).toMatchInlineSnapshot(`
    {
      "configmgr": 228,
      "hybrid-identity": 66,
      "internet-endpoints": 105,
      "windows-server": 53,
    }
  `);
  expect(statements.length).toMatchInlineSnapshot(`39`);
  expect([...notes.keys()]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(versions).toEqual(new Map([['hybrid-identity', ['2017-02', '2017-08', '2025-04']]]));
});

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test('holds together', () => {
    expect(id).toMatch(/^(cm|hy|ie|ws)(\.[a-z0-9-]+)+$/);
    for (const role of [...rule.from, rule.to, ...rule.appliesTo]) expect(findRole(role), role).toBeDefined();
    for (const other of [...rule.fallback, ...rule.needs, ...rule.versions.flatMap((v) => v.changes.fallback ?? [])]) {
      expect(byId.has(other), other).toBe(true);
    }
    for (const port of rule.ports)
      if (port !== 'dynamic') expect(parsePortRange(String(port)), String(port)).toBeDefined();
    if (rule.setting) expect(SETTING_NAMES).toContain(rule.setting);
    if (rule.need === 'conditional') expect(rule.condition).not.toBeNull();
    if (rule.alternatives) expect(rules.filter((r) => r.alternatives === rule.alternatives).length).toBeGreaterThan(1);
    if (rule.until) expect(rule.ended).not.toBeNull();
    for (const date of [rule.since, rule.until, rule.source.date]) if (date) expect(Date.parse(date)).not.toBeNaN();
    expect(rule.source.document && rule.source.section && rule.source.date).toBeTruthy();
    expect(JSON.stringify(rule)).not.toMatch(/seed|\/work|undefined/);
  });
});

test('what no traffic is to be expected of is nominal', () => {
  const udp = rules.filter(
    (r) => r.transport === 'udp' && [135, 445, 636, 80, 443, 5671].some((p) => r.ports.includes(p)),
  );
  expect(udp.length).toBeGreaterThan(30);
  expect(udp.filter((r) => r.need !== 'nominal').map((r) => r.id)).toEqual([]);
  for (const id of ['cm.client-dp.express-updates', 'cm.dp-dp.express-updates', 'cm.sql-sql.browser']) {
    expect(byId.get(id)!.need).toBe('nominal');
  }
});

test('phases outside of daily work never say required', () => {
  expect(rules.filter((r) => r.phase && r.need === 'required').map((r) => r.id)).toEqual([]);
});

test('rows of 2025-04 are marked as recovered, with their page', () => {
  const recovered = rules.filter((r) => r.recovered);
  expect(recovered.every((r) => r.versions.at(-1)!.version === '2025-04' && r.versions.at(-1)!.page !== null)).toBe(
    true,
  );
  expect(recovered.filter((r) => r.versions.length === 1 && !r.endpoint).map((r) => r.id)).toEqual([
    'hy.t1.winrm',
    'hy.t1.adws',
    'hy.t1.gc-ldap',
  ]);
});
