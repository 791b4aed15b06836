#!/usr/bin/env node
// The Windows package, unpacked and run by the real node.exe under Wine: reports byte for byte those of this machine, exit codes, messages,
// paths, and the list of interfaces through the addon. Needs Wine (Debian: wine64 wine), unzip, and about 1 GB in a temporary folder.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const wine = ['/usr/bin/wine', '/usr/local/bin/wine'].find((path) => existsSync(path));
if (wine === undefined) {
  process.stderr.write(
    'test:windows SKIPPED: Wine is not installed (apt-get install --no-install-recommends wine64 wine)\n',
  );
  process.exit(process.env.CI ? 1 : 0);
}

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-windows-'));
const env = {
  ...process.env,
  WINEPREFIX: join(folder, 'wine'),
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  DISPLAY: '',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
};
const LIMIT = 300_000;
let failed = 0;

/** @param {string} what @param {unknown} got @param {unknown} wanted */
function equal(what, got, wanted) {
  const same = JSON.stringify(got) === JSON.stringify(wanted);
  process.stdout.write(`${same ? 'ok  ' : 'FAIL'} ${what}\n`);
  if (same) return;
  failed++;
  process.stdout.write(`     got    ${String(got).slice(0, 300)}\n     wanted ${String(wanted).slice(0, 300)}\n`);
}

/** Pipes do not work under Wine: files take the output. @param {string} file @param {string[]} args @param {string} cwd */
function run(file, args, cwd) {
  const out = join(folder, 'out.txt');
  const err = join(folder, 'err.txt');
  const { status } = spawnSync(file, args, {
    cwd,
    env,
    stdio: ['ignore', openSync(out, 'w'), openSync(err, 'w')],
    timeout: LIMIT,
  });
  return { status, out: readFileSync(out, 'utf8'), err: readFileSync(err, 'utf8') };
}

try {
  execFileSync('npm', ['run', '-s', 'package:windows'], { cwd: root, stdio: 'inherit' });
  const title = `pcapcheck-${version}-win-x64`;
  execFileSync('unzip', ['-q', join(root, 'packages', `${title}.zip`), '-d', folder]);
  mkdirSync(env.WINEPREFIX);
  spawnSync('wineboot', ['-i'], { env, stdio: 'ignore', timeout: LIMIT });
  // Wine says that it is Windows 7 unless told: Node.js refuses that.
  spawnSync(wine, ['winecfg', '-v', 'win10'], { env, stdio: 'ignore', timeout: LIMIT });
  const home = join(folder, title);
  const app = join(home, 'app');
  /** @param {string[]} args */
  const windows = (args) => run(wine, [join(home, 'node.exe'), 'dist/pcapcheck.js', ...args], app);
  /** @param {string[]} args */
  const here = (args) => run(process.execPath, [join(root, 'dist', 'pcapcheck.js'), ...args], app);

  equal('pcapcheck.cmd --version', run(wine, ['cmd', '/c', 'pcapcheck.cmd --version'], home).out.trim(), version);
  copyFileSync(join(app, 'captures', 'demo', 'demo.pcap'), join(app, 'Müller ü.pcap'));
  const demo = ['captures/demo/demo.pcap', '-t', 'captures/demo/site.yaml', '-q', '--date', '2026-01-01'];
  for (const args of [
    [...demo, '-f', 'json'],
    [...demo, '-f', 'json', '-j', '2'],
    [...demo, '-f', 'html'],
    [...demo, '--verbose'],
    ['flows', 'captures/demo/demo.pcap', '-q', '-f', 'ndjson'],
    ['flows', 'Müller ü.pcap', '-q', '-f', 'csv'],
    ['pxe', 'captures/demo/demo.pcap', '-q'],
    ['topology', 'check', 'captures/demo/site.yaml'],
    ['explain', 'blocked-required'],
    ['nosuch.pcap', '-t', 'captures/demo/site.yaml', '-q'],
    ['captures/demo/demo.pcap', '-t', 'captures/demo/demo.pcap', '-q'],
    [...demo, '--fail-on', 'never'],
  ]) {
    const [there, own] = [windows(args), here(args)];
    equal(args.join(' '), there, own);
  }
  equal('a backslash in a path', windows(['flows', 'captures\\demo\\demo.pcap', '-q']).status, 0);
  equal('interfaces, through the addon', windows(['interfaces']).status, 0);
} finally {
  spawnSync('wineserver', ['-k'], { env, stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(failed === 0 ? 'Windows: all as here\n' : `Windows: ${failed} differ\n`);
process.exitCode = failed === 0 ? 0 : 1;
