/** `pcapcheck topology check | schema | init`, as their users see them. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTopologyCheck, runTopologyInit, runTopologySchema } from '../../src/cli/topology.ts';

const folder = mkdtempSync(join(tmpdir(), 'topology-'));

async function check(text: string, day?: string): Promise<string> {
  const path = join(folder, 'site.yaml');
  writeFileSync(path, text);
  let out = '';
  const code = await runTopologyCheck(
    path,
    (part) => {
      out += part;
    },
    (part) => {
      out += `! ${part}`;
    },
    day,
  );
  return `${code}\n${out.replaceAll(join(folder, '/'), '')}`;
}

function printed(command: (write: (text: string) => void) => number): string {
  let out = '';
  expect(
    command((text) => {
      out += text;
    }),
  ).toBe(0);
  return out;
}

test('init prints a topology that passes its check', async () => {
  const example = printed(runTopologyInit);
  expect(example).toMatchSnapshot();
  expect(await check(example)).toMatchSnapshot();
});

test('check lists what is wrong', async () => {
  expect(await check('version: 1\nhosts:\n  - name: CM01\n    roles: [managment-point]\n')).toBe(
    "2\n! site.yaml:4:13 unknown role 'managment-point', did you mean 'management-point'?\n",
  );
});

test('check tells exceptions whose last day is over, and those without one', async () => {
  const exception = (id: string, rest: string): string =>
    `  - { id: ${id}, kind: forbidden, reason: r, owner: Ann Weber${rest} }\n`;
  const text = `version: 1\nhosts: [{ name: A }]\nexceptions:\n${exception('a', ', expires: 2026-06-30')}${exception('b', '')}`;
  expect(await check(text, '2026-06-30')).toContain('\n2 exceptions, 1 of them without an expiry date\n1 host without');
  expect(await check(text, '2026-07-01')).toContain(
    "\n2 exceptions, 1 of them without an expiry date\n  expired: 'a' (Ann Weber) held until 2026-06-30\n1 host without",
  );
});

test('check says when nothing can be expected', async () => {
  const bare = 'version: 1\nhosts: [{ name: A }]\n';
  expect(await check(bare)).toContain('\nno host and no network has a role, so nothing is expected of them\n');
  const own = 'expect: [{ id: a, from: any, to: any, transport: tcp, ports: [80], reason: r }]\n';
  expect(await check(bare + own)).toContain('so nothing is expected of them but the expectations of its own\n');
});

test('schema is JSON Schema, and closed', () => {
  const schema = JSON.parse(printed(runTopologySchema));
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(Object.keys(schema.properties)).toEqual([
    'version',
    'name',
    'catalogs',
    'settings',
    'features',
    'internet',
    'hosts',
    'networks',
    'expect',
    'forbid',
    'exceptions',
  ]);
  expect([schema.additionalProperties, schema.properties.hosts.items.additionalProperties]).toEqual([false, false]);
  const roles = schema.properties.hosts.items.properties.roles.items;
  expect(roles.anyOf[0].enum).toEqual(expect.arrayContaining(['mp', 'management-point', 'domain-controller']));
  expect(schema.properties.settings.properties.sql_port).toMatchObject({ type: 'integer', minimum: 1, maximum: 65535 });
});
