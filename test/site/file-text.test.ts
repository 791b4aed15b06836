/** Topologies and reports as `>` of different shells writes them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readReport } from '../../src/report/read-report.ts';
import { loadSite } from '../../src/site/index.ts';
import { folder } from '../cli/program.ts';

const TOPOLOGY =
  'version: 1\nname: Köln\nhosts:\n  - { name: DC01, addresses: [10.0.0.1], roles: [domain-controller] }\n';
const little = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const WRITTEN: [string, (text: string) => Buffer][] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with its mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16, as Windows PowerShell 5 does', little],
  ['UTF-16 in the other order', (text) => little(text).swap16()],
];

test.each(WRITTEN)('%s', async (_, write) => {
  const path = join(folder(), 'site.yaml');
  writeFileSync(path, write(TOPOLOGY));
  const site = await loadSite(path);
  expect(site.name).toBe('Köln');
  writeFileSync(path, write('{ "schema": "something else" }'));
  await expect(readReport(path)).rejects.toMatchObject({ code: 'no-report' });
});
