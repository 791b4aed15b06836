import { describe, expect, test } from 'vitest';
import { expandRoles, ROLES, resolveRole, roleName, suggestRole } from '../../src/catalog/index.ts';

describe('resolveRole', () => {
  test.each([
    ['mp', 'mp'],
    ['MP', 'mp'],
    ['management-point', 'mp'],
    ['Management Point', 'mp'],
    ['management_point', 'mp'],
    ['SUP', 'sup'],
    ['software-update-point', 'sup'],
    ['WSUS server', 'sup'],
    ['DP', 'dp'],
    ['distribution-point', 'dp'],
    ['Distribution point (standard or pull)', 'dp'],
    ['PXE DP', 'dp-pxe'],
    ['WDS server', 'dp-pxe'],
    ['DC', 'domain-controller'],
    ['domain-controller', 'domain-controller'],
    ['AD DS', 'on-prem-ad'],
    ['GC', 'global-catalog'],
    ['CA', 'issuing-ca'],
    ['CAS', 'site-server'],
    ['database server', 'sql-server'],
    ['client', 'client'],
    ['ConfigMgr client', 'client'],
    ['Azure AD Connect', 'aad-connect'],
    ['proxy', 'proxy-server'],
  ])('%s is %s', (text, id) => expect(resolveRole(text)).toBe(id));

  test('every id, name, abbreviation and synonym leads somewhere', () => {
    for (const role of ROLES.filter((r) => r.id !== 'unspecified' && r.id !== 'none')) {
      expect(resolveRole(role.id)).toBe(role.id);
      for (const text of [role.name, ...role.abbreviations, ...role.synonyms])
        expect(resolveRole(text), text).toBeDefined();
    }
  });

  test.each(['', '-', 'managment-point', 'unspecified', 'none', '__proto__', 'toString'])('%j is no role', (text) =>
    expect(resolveRole(text)).toBeUndefined(),
  );
});

describe('suggestRole', () => {
  test.each([
    ['managment-point', 'management-point'],
    ['Distribution Pont', 'distribution-point'],
    ['sofware update point', 'software-update-point'],
    ['domain-controler', 'domain-controller'],
    ['clinet', 'client'],
    ['site-sever', 'site-server'],
  ])('%s: %s', (text, suggestion) => expect(suggestRole(text)).toBe(suggestion));

  test('nothing near, nothing said', () => expect(suggestRole('xyzzy-frobnicator')).toBeUndefined());
  test('long text costs little', () => expect(suggestRole('a'.repeat(1_000_000))).toBeUndefined());
});

describe('expandRoles', () => {
  test.each([
    [[], null, 'any'],
    [['client'], null, 'any any-windows-computer client'],
    [['dp-pxe'], null, 'any any-windows-computer dp dp-pxe site-system windows-server'],
    [['global-catalog'], null, 'any any-windows-computer domain-controller global-catalog on-prem-ad windows-server'],
    [['on-prem-ad'], null, 'any any-windows-computer domain-controller on-prem-ad windows-server'],
    [['wap'], null, 'adfs-or-wap any any-windows-computer wap windows-server'],
    [['dns-server'], null, 'any dns-server'],
    [['dns-server'], 'windows-server-2019', 'any any-windows-computer dns-server windows-server'],
    [[], 'windows-10-22h2', 'any any-windows-computer'],
    [[], 'linux', 'any'],
    [['mac-computer'], null, 'any mac-computer'],
    [['internet'], null, 'any internet'],
  ])('%j with %s', (ids, os, expanded) => expect([...expandRoles(ids, os)].join(' ')).toBe(expanded));
});

test('roleName', () => {
  expect(roleName('mp')).toBe('Management point');
  expect(roleName('what')).toBe('what');
});
