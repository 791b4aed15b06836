/** docs/topology-format.md is true: its example passes, its tables are those of the product. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROLES } from '../../src/catalog/index.ts';
import { parseSite, SETTING_NAMES, SETTINGS } from '../../src/site/index.ts';

const PAGE = new URL('../../docs/topology-format.md', import.meta.url);
const page = readFileSync(PAGE, 'utf8');

const rows = (from: string, to: string): string[] => {
  const part = page.slice(page.indexOf(from), page.indexOf(to, page.indexOf(from)));
  return part.split('\n').filter((line) => line.startsWith('| `'));
};

test('its example is a topology', () => {
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(page)!;
  const { model } = parseSite(example!);
  expect([model.hosts.length, model.networks.length, model.expect.length, model.forbid.length]).toEqual([5, 1, 1, 1]);
});

test('it lists every role that a host can have', () => {
  const table = ROLES.filter((role) => role.kind !== 'abstract').map(
    ({ id, name, abbreviations, synonyms }) =>
      `| \`${id}\` | ${name} | ${[...abbreviations, ...synonyms].join(', ')} |`,
  );
  expect(rows('<!-- roles', '<!-- end of roles')).toEqual(table);
});

test('it lists every setting', () => {
  const table = SETTING_NAMES.map(
    (name) => `| \`${name}\` | ${SETTINGS[name].usual} | ${SETTINGS[name].description} |`,
  );
  expect(rows('## Settings', '## Catalogs').slice(0, -2)).toEqual(table);
});
