/** Completion, driven by the shells themselves. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../src/assess/kinds.ts';
import { ROLES } from '../../src/catalog/index.ts';
import { SHELLS } from '../../src/cli/options.ts';
import { FIREWALL_FORMAT_NAMES } from '../../src/report/firewall/formats.ts';
import { FLOW_FORMAT_NAMES } from '../../src/report/flows.ts';
import { FORMAT_NAMES } from '../../src/report/formats.ts';
import { inProcess } from '../support/in-process.ts';
import { Shell } from './shells.ts';

const there = (command: string): boolean =>
  spawnSync(command, ['--version']).status === 0 && spawnSync('script', ['--version']).status === 0;

const place = mkdtempSync(join(tmpdir(), 'pcapcheck-'));
const scripts: Record<string, string> = {};
beforeAll(async () => {
  for (const shell of SHELLS) {
    scripts[shell] = (await inProcess(['completion', shell])).out;
    writeFileSync(join(place, `script.${shell}`), scripts[shell]!);
  }
  writeFileSync(join(place, 'site one.yaml'), '');
  writeFileSync(join(place, 'trace.pcapng'), '');
  mkdirSync(join(place, 'captures'));
});
afterAll(() => rmSync(place, { recursive: true }));

const START = {
  bash: { command: 'bash --norc --noprofile -i', setUp: ['PS1="READY>"', 'source script.bash'] },
  zsh: {
    command: 'zsh -f -i',
    setUp: [
      'unsetopt zle_bracketed_paste prompt_cr prompt_sp',
      'autoload -U compinit; compinit -D -u',
      'source script.zsh',
    ],
  },
};

describe.each(['bash', 'zsh'] as const)('%s', (name) => {
  const missing = !there(name);
  if (missing) console.warn(`SKIPPED: completion is not driven by ${name}, since it, or script, is missing`);
  let shell: Shell;
  beforeAll(() => {
    if (!missing) shell = new Shell(START[name].command, START[name].setUp, place);
  });
  afterAll(() => shell?.end());

  test.skipIf(missing).each<[string, string[]]>([
    ['pcapcheck flo', ['flows']],
    ['pcapcheck topology sch', ['topology', 'schema']],
    ['pcapcheck flows --form', ['flows', '--format']],
    ['pcapcheck flows -f par', ['flows', '-f', 'parquet']],
    ['pcapcheck flows --format=par', ['flows', '--format=parquet']],
    ['pcapcheck flows -o parquet=tra', ['flows', '-o', 'parquet=trace.pcapng']],
    ['pcapcheck flows -f csv tra', ['flows', '-f', 'csv', 'trace.pcapng']],
    ['pcapcheck tra', ['trace.pcapng']],
    ['pcapcheck trace.pcapng -t si', ['trace.pcapng', '-t', 'site one.yaml']],
    ['pcapcheck trace.pcapng -t site\\ o', ['trace.pcapng', '-t', 'site one.yaml']],
    ['pcapcheck trace.pcapng --fail-on hi', ['trace.pcapng', '--fail-on', 'high']],
    ['pcapcheck check trace.pcapng --anon', ['check', 'trace.pcapng', '--anonymize']],
    ['pcapcheck firewall -f cis', ['firewall', '-f', 'cisco-acl']],
    ['pcapcheck live --watch cap', ['live', '--watch', 'captures']],
    ['pcapcheck catalog --role domain-c', ['catalog', '--role', 'domain-controller']],
    ['pcapcheck catalog --catalog hyb', ['catalog', '--catalog', 'hybrid-identity']],
    ['pcapcheck catalog explain cm.mp-sql.s', ['catalog', 'explain', 'cm.mp-sql.sql']],
    ['pcapcheck explain wsus', ['explain', 'wsus-port-pair']],
    ['pcapcheck completion pow', ['completion', 'powershell']],
    ['pcapcheck diff tra', ['diff', 'trace.pcapng']],
    ['pcapcheck except abc tra', ['except', 'abc', 'trace.pcapng']],
    ['pcapcheck catalog --text tra', ['catalog', '--text', 'tra']],
    ['pcapcheck interfaces tra', ['interfaces', 'tra']],
  ])('%s', async (line, args) => {
    // zsh takes back the slash of a folder when the line ends.
    expect((await shell.complete(line)).map((text) => text.replace(/\/$/, ''))).toEqual(args);
  });

  test.skipIf(missing)('offers all that there is', async () => {
    const formats = await shell.offered('pcapcheck firewall --format ');
    for (const format of FIREWALL_FORMAT_NAMES) expect(formats).toContain(format);
    const kinds = await shell.offered('pcapcheck explain ');
    for (const { meta } of KINDS) expect(kinds).toContain(meta.id);
    const commands = await shell.offered('pcapcheck ');
    for (const command of ['check', 'flows', 'live', 'completion', 'trace.pcapng']) expect(commands).toContain(command);
  });
});

describe('powershell', () => {
  const tools = '.ci/tools/node_modules';
  const grammar = `${tools}/tree-sitter-powershell/tree-sitter-powershell.wasm`;
  const missing = !existsSync(grammar);
  if (missing)
    console.warn(
      'SKIPPED: PowerShell is not parsed, since .ci/tools is not installed (cd .ci/tools && npm ci --ignore-scripts)',
    );

  test.skipIf(missing)('a parser finds nothing wrong', async () => {
    const { Parser, Language } = await import(pathToFileURL(`${tools}/web-tree-sitter/web-tree-sitter.js`).href);
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(await Language.load(grammar));
    expect(parser.parse(scripts.powershell).rootNode.hasError).toBe(false);
    expect(parser.parse(`${scripts.powershell}}`).rootNode.hasError).toBe(true);
  });

  test('is pure ASCII, since Windows PowerShell 5 reads files in the code page of the machine', () => {
    expect(scripts.powershell).toMatch(/^[\n\x20-\x7e]*$/);
  });
});

test.each(SHELLS)('%s knows every command, every long option and the values', async (shell) => {
  const script = scripts[shell]!;
  const help = async (command: readonly string[]): Promise<string> => (await inProcess([...command, '--help'])).out;
  const commands = [...(await help([])).matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name!);
  expect(commands.length).toBeGreaterThan(10);
  for (const command of commands.filter((name) => name !== 'help')) {
    expect(script).toContain(command);
    for (const [option] of (await help([command])).matchAll(/(?<=^ {2}.*)--[a-z-]+(?=[ ,])/gm))
      expect(script).toContain(option);
  }
  for (const value of [...FORMAT_NAMES, ...FLOW_FORMAT_NAMES, ...FIREWALL_FORMAT_NAMES, ...ROLES.map(({ id }) => id)])
    expect(script).toContain(value);
  // Nothing in it that quotes would have to be for.
  for (const word of [...KINDS.map(({ meta }) => meta.id), ...ROLES.map(({ id }) => id)])
    expect(word).toMatch(/^[\w.-]+$/);
});
