/** The rules of the product against the facts that were collected from the documents. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadCatalog } from '../../src/catalog/index.ts';

const FOLDER = new URL('../../../shared/seed-facts/', import.meta.url);
const here = existsSync(FOLDER);
if (!here) console.warn('SKIPPED: ../shared/seed-facts is not here, the catalog is not held against the facts');

interface Fact {
  id: string;
  from: string | string[];
  to: string;
  direction: string;
  transport: string;
  ports: (number | string)[];
  port_relation?: string;
  configurable?: boolean;
  notes?: number[];
  section_notes?: number[];
  applies_to?: string[];
  host?: string;
  path?: string;
  cloud?: string;
  versions?: Record<string, { present: boolean | null }>;
}

const facts = (file: string): Record<string, Fact[]> => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
const { byId, statements } = loadCatalog();

const seen = (fact: Fact) => {
  const rule = byId.get(fact.id);
  return (
    rule && { from: rule.from, to: rule.to, direction: rule.direction, transport: rule.transport, ports: rule.ports }
  );
};
const wanted = (fact: Fact) => ({
  from: [fact.from].flat(),
  to: fact.to,
  direction: fact.direction,
  transport: fact.transport,
  ports: fact.ports,
});

describe.skipIf(!here)('facts', () => {
  test('190 rules of Configuration Manager', () => {
    const { rules, text_rules } = facts('configmgr-ports.json');
    const all = [...rules!, ...text_rules!];
    expect(all).toHaveLength(190);
    for (const fact of all) {
      const rule = byId.get(fact.id)!;
      expect(seen(fact), fact.id).toEqual(wanted(fact));
      expect(rule.relation, fact.id).toBe(fact.port_relation);
      expect(rule.configurable, fact.id).toBe(fact.configurable);
      expect(rule.notes, fact.id).toEqual([...fact.notes!, ...(fact.section_notes ?? [])].sort());
      expect(rule.appliesTo, fact.id).toEqual(fact.applies_to ?? []);
      expect(rule.source, fact.id).toMatchObject({
        document: 'Ports used in Configuration Manager',
        date: '2020-04-29',
      });
    }
  });

  test('42 rules of hybrid identity in the versions that hold them', () => {
    const { rules } = facts('hybrid-identity-ports.json');
    expect(rules).toHaveLength(42);
    for (const fact of rules!) {
      const rule = byId.get(fact.id)!;
      expect(seen(fact), fact.id).toEqual(wanted(fact));
      expect(rule.relation, fact.id).toBe(fact.port_relation);
      const versions = rule.versions.filter((v) => !v.recovered).map((v) => v.version);
      const present = Object.entries(fact.versions!).filter(([, { present }]) => present);
      expect(versions, fact.id).toEqual(present.map(([version]) => version));
    }
  });

  test('63 internet endpoints', () => {
    const { endpoints } = facts('configmgr-internet-endpoints.json');
    expect(endpoints).toHaveLength(63);
    for (const fact of endpoints!) {
      expect(seen(fact), fact.id).toEqual(wanted(fact));
      const { endpoint } = byId.get(fact.id)!;
      expect(endpoint!.cloud, fact.id).toBe(fact.cloud);
      expect(endpoint!.path, fact.id).toBe(fact.path ?? null);
      if (!fact.host!.includes('FQDN')) expect(endpoint!.host, fact.id).toBe(fact.host);
    }
  });

  test('what is no port rule is a statement', () => {
    const hybrid = facts('hybrid-identity-ports.json');
    const endpoints = facts('configmgr-internet-endpoints.json');
    const ids = [...hybrid.statements!, ...endpoints.external_references!, ...endpoints.facts!].map(({ id }) => id);
    expect(statements.map(({ id }) => id)).toEqual(expect.arrayContaining([...ids, 'cm.not-required.sql-browser']));
  });

  test('every role of the facts is known', async () => {
    const { roles } = facts('roles.json');
    const { findRole } = await import('../../src/catalog/index.ts');
    expect(roles!.filter(({ id }) => !findRole(id))).toEqual([]);
  });
});
