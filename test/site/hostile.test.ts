/** Files that want to hurt: each ends in one sentence, soon. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadSite, parseSite, SiteError } from '../../src/site/index.ts';

function failure(text: string): SiteError {
  try {
    parseSite(text);
  } catch (error) {
    if (error instanceof SiteError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

test('aliases that multiply', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) =>
      `l${i}: &l${i} [${Array(9)
        .fill(i === 0 ? 'x' : `*l${i - 1}`)
        .join(', ')}]`,
  );
  const error = failure(`version: 1\n${levels.join('\n')}\n`);
  expect([error.code, error.message]).toEqual([
    'too-complex',
    'site.yaml: repeats too much through aliases to be a topology',
  ]);
});

test('nesting without end', () => {
  const error = failure(`version: 1\nhosts: ${'['.repeat(200_000)}`);
  expect(error.message.split('\n').length).toBeLessThan(20);
  expect(error.message.length).toBeLessThan(4000);
});

test('an alias to itself', () => {
  expect(failure('&a [*a]').code).toMatch(/too-complex|invalid|not-yaml/);
});

test('too large', () => {
  const error = failure(`version: 1\n# ${'x'.repeat(9 * 1024 * 1024)}`);
  expect([error.code, error.message]).toEqual(['too-large', 'site.yaml: is larger than 8 MB; is it a topology?']);
});

test('keys that reach for prototypes', () => {
  const error = failure(
    'version: 1\n__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\nhosts: [{ name: A, __proto__: { roles: [MP] } }]\n',
  );
  expect(error.message).toMatchInlineSnapshot(`
    "site.yaml:2:1 unknown key '__proto__'
    site.yaml:3:1 unknown key 'constructor'
    site.yaml:4:20 unknown key '__proto__'"
  `);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('binary', () => {
  expect(failure('\u0000\u0001\u0002').code).toBe('not-yaml');
});

test('thousands of problems are listed up to a bound', () => {
  const error = failure(`version: 1\nhosts:\n${'  - { name: A, roles: [xyzzyq] }\n'.repeat(5000)}`);
  expect(error.problems.length).toBeLessThanOrEqual(101);
});

test('files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  const message = (path: string) => loadSite(path).catch((error: SiteError) => error.message.replaceAll(folder, ''));
  expect(await message(join(folder, 'none.yaml'))).toBe(`${sep}none.yaml: no such file`);
  expect(await message(folder)).toBe(': is a directory, not a topology');
  writeFileSync(join(folder, 'bom.yaml'), '\ufeffversion: 1\nhosts: [{ name: A }]\n');
  expect((await loadSite(join(folder, 'bom.yaml'))).model.hosts).toHaveLength(1);
});

test('any text at all is a site or a SiteError', () => {
  const word = fc.constantFrom(
    'version: 1',
    'hosts:',
    '  - name: A',
    '    roles: [MP]',
    '    addresses: [10.0.0.1]',
    '- x',
    '{',
    '&a',
    '*a',
    'networks: [{ name: n, cidr: 10.0.0.0/8 }]',
    'expect: [{}]',
    '? !!map',
    '...',
    '---',
    'forbid: 7',
    'settings: { proxy: 3 }',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(word).map((lines) => lines.join('\n')),
      ),
      (text) => {
        try {
          parseSite(text);
        } catch (error) {
          if (!(error instanceof SiteError)) throw error;
          expect(error.message).not.toMatch(/\n\s+at /);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
