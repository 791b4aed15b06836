/** Change requests in each format: as whole files, loaded by the tools that read them, and with names that want to get out of their quotes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCatalog } from '../../src/catalog/index.ts';
import { openingsOfReport, openingsOfTopology } from '../../src/openings/openings.ts';
import type { End, Opening, Openings } from '../../src/openings/types.ts';
import { VERSION } from '../../src/product.ts';
import { FIREWALL_FORMAT_NAMES, FIREWALL_FORMATS, type FirewallFormatName } from '../../src/report/firewall/formats.ts';
import { loadSite, parseSite } from '../../src/site/index.ts';
import { DEMO_CAPTURE, DEMO_SITE, reportOf } from '../assess/demo.ts';
import { HOSTILE_NAMES } from './sample.ts';

const catalog = loadCatalog();
const FILES: Record<FirewallFormatName, string> = {
  markdown: 'firewall.md',
  csv: 'firewall.csv',
  powershell: 'firewall.ps1',
  netsh: 'firewall.cmd',
  nft: 'firewall.nft',
  'cisco-acl': 'firewall.cisco.txt',
  'azure-nsg-json': 'firewall.azure.json',
};

let demo: Openings;
beforeAll(async () => {
  demo = openingsOfReport(await reportOf([DEMO_CAPTURE]), await loadSite(DEMO_SITE), catalog, false);
});

const rendered = async (format: FirewallFormatName, openings: Openings, remove = false): Promise<string> =>
  (await FIREWALL_FORMATS[format].render(openings, { remove, bom: false })).text;
const versionless = (text: string): string => text.replaceAll(`pcapcheck ${VERSION}`, 'pcapcheck 0.0.0');

describe('of the demo', () => {
  test.each(FIREWALL_FORMAT_NAMES)('%s', async (format) => {
    await expect(versionless(await rendered(format, demo))).toMatchFileSnapshot(`../golden/demo/${FILES[format]}`);
  });
  test.each(['powershell', 'netsh', 'nft'] as const)('%s, to take it away again', async (format) => {
    const file = FILES[format].replace('firewall', 'firewall-remove');
    await expect(versionless(await rendered(format, demo, true))).toMatchFileSnapshot(`../golden/demo/${file}`);
  });
  test('the file that was loaded in its lab is the one of today', async () => {
    expect(versionless(readFileSync('captures/demo/opened.nft', 'utf8'))).toBe(
      versionless(await rendered('nft', demo)),
    );
  });
});

/** Ends of every kind, names in the worst places. */
const NASTY = [
  ...HOSTILE_NAMES,
  "'; Remove-Item C:\\ -Recurse; '",
  '\u2019; calc; \u2018',
  '\u201a\u201b\u2032',
  '$(calc) `$env:PATH @{x=1} #> <#',
  '" & calc & "',
  '%PATH% %~dp0 !x! ^& | > < ( )',
  'a\r\nnetsh advfirewall reset',
  '"; flush ruleset; #',
  '"\nadd rule inet filter input accept',
  '!\nno ip access-list extended PCAPCHECK ?',
  "[concat('a')]",
  '*?[a-z]',
  '</script>--><!--',
  '] }) ; exit',
];
const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'\'"`$%^&|<>(){}[];#!?*\\\r\n\u2018\u2019\u201c'), minLength: 1 }),
);

const CALM = 'calm';
/** Openings with one text in every place where a text of others may stand. */
function openingsWith(text: string): Openings {
  const host = (name: string, first: bigint): End => ({
    kind: 'host',
    name,
    intervals: [{ family: 4, first, last: first }],
    isWindows: true,
  });
  const opening: Opening = {
    id: 'site.expect.own-0123abcd',
    rule: 'site.expect.own',
    otherRules: [],
    from: {
      label: text,
      ends: [
        host(text, 1n),
        { ...host('', 16n), kind: 'network', name: `${text}2`, intervals: [{ family: 4, first: 16n, last: 31n }] },
      ],
    },
    to: { label: text, ends: [host(`${text}3`, 64n)] },
    proto: 'tcp',
    ports: [
      { first: 80, last: 80 },
      { first: 9000, last: 9100 },
    ],
    relation: 'any',
    sourcePorts: null,
    need: 'required',
    reason: text,
    source: { document: text, date: null, section: text },
    firstSeen: null,
    findings: [],
    outcomes: [],
    notes: [text],
  };
  const everywhere: End = { kind: 'any', name: null, intervals: [], isWindows: false };
  const internet: End = { ...everywhere, kind: 'internet' };
  return {
    site: text,
    basis: text,
    failsLater: [opening],
    leftOut: [text],
    openings: [
      opening,
      {
        ...opening,
        id: 'a-1',
        from: { label: text, ends: [everywhere] },
        proto: 'udp',
        sourcePorts: [{ first: 49152, last: 65535 }],
      },
      { ...opening, id: 'a-2', to: { label: text, ends: [internet] }, ports: [{ first: 0, last: 65535 }] },
      { ...opening, id: 'a-3', proto: 'icmp', ports: [] },
      { ...opening, id: 'a-4', to: { label: text, ends: [{ ...everywhere, kind: 'dns-name', name: text }] } },
    ],
  };
}

/** What is left of a script without the places where texts may stand. Whatever a text is, this must not change. */
const SKELETONS: Partial<Record<FirewallFormatName, (text: string) => string>> = {
  powershell: (text) => text.replace(/'(?:[^'\r\n]|'')*'/g, "''").replace(/^# .*$/gm, '#'),
  netsh: (text) => text.replace(/^rem .*$/gm, 'rem').replace(/=="[A-Za-z0-9._:,()/-]*" set/g, '=="" set'),
  nft: (text) => text.replace(/comment "[A-Za-z0-9 ._:,()/-]*"/g, 'comment ""').replace(/^\s*# .*$/gm, '#'),
  'cisco-acl': (text) =>
    text
      .replace(/remark .*$/gm, 'remark')
      .replace(/^ ?! .*$/gm, '!')
      .replace(/PCAPCHECK-(\d+)[A-Z0-9-]*/g, 'PCAPCHECK-$1'),
  'azure-nsg-json': (text) => JSON.stringify(JSON.parse(text), (key, value) => (key === 'description' ? '' : value)),
};

test('of many findings behind one line a few are named, and the rest counted: a cell holds no thousand', async () => {
  const openings = openingsWith(CALM);
  const many = Array.from({ length: 2000 }, (_, i) => i.toString(16).padStart(16, '0'));
  const lines = openings.openings.map((one) => ({ ...one, findings: many, outcomes: ['no-answer' as const] }));
  for (const format of ['csv', 'markdown'] as const) {
    const text = await rendered(format, { ...openings, openings: lines });
    expect(text).toContain('1,990 more');
    expect(text).toContain(many[9]);
    expect(text).not.toContain(many[10]);
  }
});

describe('no text gets out of its place', () => {
  test.each(Object.entries(SKELETONS) as [FirewallFormatName, (text: string) => string][])(
    '%s',
    async (format, skeleton) => {
      const calm = skeleton(await rendered(format, openingsWith(CALM)));
      await fc.assert(
        fc.asyncProperty(nasty, async (text) => {
          const script = await rendered(format, openingsWith(text));
          expect(skeleton(script)).toBe(calm);
          expect(script).not.toMatch(/[^\x20-\x7e\r\n]/);
        }),
        { numRuns: 400 },
      );
    },
  );

  test.each(['powershell', 'netsh', 'nft'] as const)('%s, to take it away again', async (format) => {
    const skeleton = SKELETONS[format]!;
    const calm = skeleton(await rendered(format, openingsWith(CALM), true));
    await fc.assert(
      fc.asyncProperty(nasty, async (text) => {
        expect(skeleton(await rendered(format, openingsWith(text), true))).toBe(calm);
      }),
      { numRuns: 200 },
    );
  });

  test('markdown: no HTML, no link, no table of its own', async () => {
    const count = (text: string): number => text.split('\n').length;
    const calm = count(await rendered('markdown', openingsWith(CALM)));
    await fc.assert(
      fc.asyncProperty(nasty, async (text) => {
        const unescaped = (await rendered('markdown', openingsWith(text))).replace(/\\[\\`*_[\]|~^$#+=.)-]/g, '');
        const shown = unescaped.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
        expect(count(shown)).toBe(calm);
        expect(shown).not.toMatch(/<(?![-=\s\d])|\[|https?:\/\//);
      }),
      { numRuns: 300 },
    );
  });

  test('the group of PowerShell is no pattern that fits other groups', async () => {
    const script = await rendered('powershell', openingsWith('*[a-z]?'), true);
    expect(/\$group = '(.*)'/.exec(script)![1]).not.toMatch(/[*?[\]`]/);
  });
});

describe('a parser of PowerShell', () => {
  const tools = '.ci/tools/node_modules';
  const grammar = `${tools}/tree-sitter-powershell/tree-sitter-powershell.wasm`;
  const missing = !existsSync(grammar);
  if (missing)
    console.warn(
      'SKIPPED: PowerShell is not parsed, since .ci/tools is not installed (cd .ci/tools && npm ci --ignore-scripts)',
    );

  test.skipIf(missing)('finds nothing wrong, whatever the names', async () => {
    const { Parser, Language } = await import(pathToFileURL(`${tools}/web-tree-sitter/web-tree-sitter.js`).href);
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(await Language.load(grammar));
    const isSound = (script: string): boolean => !parser.parse(script).rootNode.hasError;
    expect(isSound("New-NetFirewallRule -Name 'a' -DisplayName 'b")).toBe(false);
    const whole = openingsOfTopology(await loadSite(DEMO_SITE), catalog, 'optional');
    for (const openings of [demo, whole, ...NASTY.map(openingsWith)]) {
      for (const remove of [false, true]) expect(isSound(await rendered('powershell', openings, remove))).toBe(true);
    }
  });
});

describe('nft', () => {
  const missing = process.geteuid?.() !== 0 || spawnSync('nft', ['--version']).status !== 0;
  if (missing) console.warn('SKIPPED: chains are not loaded, since nft is missing or this is not root');

  test.skipIf(missing)('takes the chain, whatever the names', async () => {
    const check = (text: string): string => {
      const { status, stderr } = spawnSync('nft', ['-c', '-f', '-'], { input: text, encoding: 'utf8' });
      return status === 0 ? 'taken' : stderr;
    };
    const sites = [
      await loadSite(DEMO_SITE),
      parseSite(
        'version: 1\nhosts: [{ name: A, addresses: [10.0.0.1, "fd00::1"], roles: [site-server, scp, dp] }]\nnetworks: [{ name: n, range: 10.1.0.3-10.1.0.77, roles: [client, mp] }]\n',
      ),
    ];
    const all = sites.map((own) => openingsOfTopology(own, catalog, 'optional'));
    for (const openings of [demo, ...all, ...NASTY.map(openingsWith)]) {
      expect(check(await rendered('nft', openings))).toBe('taken');
      expect(check(await rendered('nft', openings, true))).toBe('taken');
    }
    expect(check('add rule inet nonsense')).not.toBe('taken');
  });

  test.skipIf(missing)('loads twice as once, and goes again', async () => {
    const space = `pcapcheck-answers-${process.pid}`;
    const run = (...command: string[]): string =>
      execFileSync('ip', ['netns', 'exec', space, ...command], { encoding: 'utf8' });
    const load = (text: string): void =>
      void execFileSync('ip', ['netns', 'exec', space, 'nft', '-f', '-'], { input: text });
    execFileSync('ip', ['netns', 'add', space]);
    try {
      load(await rendered('nft', demo));
      const once = run('nft', 'list', 'ruleset');
      load(await rendered('nft', demo));
      expect(run('nft', 'list', 'ruleset')).toBe(once);
      expect(once.match(/accept/g)!.length).toBeGreaterThan(10);
      load(await rendered('nft', demo, true));
      expect(run('nft', 'list', 'ruleset')).not.toContain('accept');
    } finally {
      execFileSync('ip', ['netns', 'del', space]);
    }
  });
});

describe('Azure', () => {
  test('names, descriptions and priorities are what the resource takes', async () => {
    const whole = openingsOfTopology(await loadSite(DEMO_SITE), catalog, 'optional');
    for (const openings of [demo, whole, ...NASTY.map(openingsWith)]) {
      const { securityRules } = JSON.parse(await rendered('azure-nsg-json', openings)).resources[0].properties;
      const seen = new Set<string>();
      for (const { name, properties } of securityRules) {
        expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,78}[A-Za-z0-9_]$/);
        expect(properties.description.length).toBeLessThanOrEqual(140);
        expect(properties.description).not.toMatch(/^\[/);
        expect(properties.priority).toBeGreaterThanOrEqual(100);
        expect(properties.priority).toBeLessThanOrEqual(4096);
        for (const key of [`${properties.direction} ${properties.priority}`, name]) {
          expect(seen.has(key)).toBe(false);
          seen.add(key);
        }
        for (const side of ['source', 'destination']) {
          expect(properties[`${side}AddressPrefix`] ?? properties[`${side}AddressPrefixes`]).toBeTruthy();
          expect(properties[`${side}PortRange`] ?? properties[`${side}PortRanges`]).toBeTruthy();
        }
      }
    }
  });
});
