import { describe, expect, test } from 'vitest';
import { loadCatalog, RPC_GROUPS, RPC_INTERFACES, rpcInterface, rpcInterfaceText } from '../../src/catalog/index.ts';

describe('RPC interfaces', () => {
  test('each UUID once, in lower case, with a name and a text', () => {
    expect(new Set(RPC_INTERFACES.map(({ uuid }) => uuid)).size).toBe(RPC_INTERFACES.length);
    for (const { uuid, name, text, document } of RPC_INTERFACES) {
      expect(uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(name).not.toBe('');
      expect(text).not.toBe('');
      if (document !== null) expect(document).toMatch(/^(M[SC]-[A-Z0-9]+|C706)$/);
    }
  });
  test('groups name rules of the catalog that speak of dynamic ports', () => {
    const { byId } = loadCatalog();
    for (const { id, rules } of RPC_GROUPS) {
      expect(
        RPC_INTERFACES.some(({ group }) => group.id === id),
        id,
      ).toBe(true);
      for (const rule of rules) expect(byId.get(rule)?.transport, rule).toBe('tcp');
    }
  });
  test('names for readers', () => {
    expect(rpcInterface('e3514235-4b06-11d1-ab04-00c04fc2dcd2')).toMatchObject({
      name: 'drsuapi',
      document: 'MS-DRSR',
    });
    expect(rpcInterfaceText('12345678-1234-abcd-ef00-01234567cffb')).toBe('Netlogon (logon)');
    expect(rpcInterfaceText('00000000-1111-2222-3333-444444444444')).toContain('00000000-1111');
  });
});
