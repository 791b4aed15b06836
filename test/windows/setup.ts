/** A fresh Wine prefix with the unpacked Windows package in it, for all files of the run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { whyNoWine, wineEnvironment } from './wine.ts';

const LIMIT_MS = 300_000;

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the prefix and the package are; null where there is no Wine. */
    windowsFolder: string | null;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const reason = whyNoWine();
  provide('windowsFolder', null);
  if (reason !== null) {
    const hint = 'apt-get install --no-install-recommends wine64 wine gcc-mingw-w64-x86-64 libpcap0.8';
    console.error(`\nSKIPPED: nothing was tested on Windows, since ${reason} (Debian: ${hint}).\n`);
    if (process.env.CI) throw new Error(`test:windows needs Wine in CI: ${reason}`);
    return () => {};
  }
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-windows-'));
  const env = wineEnvironment(folder);
  // Wine asks a terminal nothing and shows nothing.
  execFileSync('wineboot', ['-i'], { env, stdio: 'ignore', timeout: LIMIT_MS });
  // It says that it is Windows 7 unless told: Node.js refuses that.
  execFileSync('wine', ['winecfg', '-v', 'win10'], { env, stdio: 'ignore', timeout: LIMIT_MS });
  const programs = join(folder, 'wine/drive_c/Program Files');
  execFileSync('unzip', ['-q', `packages/pcapcheck-${version}-win-x64.zip`, '-d', programs]);
  execFileSync('mv', [join(programs, `pcapcheck-${version}-win-x64`), join(programs, 'pcapcheck')]);
  provide('windowsFolder', folder);
  return () => {
    spawnSync('wineserver', ['-k'], { env, stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  };
}
