/** The test suite itself, bundled, on the real Windows node.exe: readers, engine with workers, verdicts, reports, the program and its exit codes. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { bundleTests } from './suite/bundle.mjs';
import { windowsPath, wine } from './wine.ts';

/** What does not run there, and why. */
const ELSEWHERE: readonly [RegExp, string][] = [
  [/^test\/windows\//, 'this'],
  [/^test\/conformance\//, 'holds the decoding, which is the same code, against Linux programs and large collections'],
  [/^test\/engine\/segments\./, 'the same collections cut in many ways; test/engine/boundaries is here'],
  [/^test\/report\/page\//, 'drives the Chromium of Linux'],
  [/^test\/report\/parquet\./, 'is read back by the DuckDB of Linux'],
  [/^test\/live\/(lab|native)\./, 'network namespaces; test/windows/live is the counterpart'],
  [/^test\/capture\/source\./, 'bundles with esbuild, and has named pipes'],
  [/^test\/cli\/(package|interrupt)\./, 'npm and signals; test/windows/package is the counterpart'],
  [/^test\/(bench|fuzz)\//, 'measures and searches on one system'],
];
/** Of the tests that run there, at least so many: more than this being skipped or lost would be a silence. */
const LEAST_PASSED = 3000;
const LIMIT_MS = 25 * 60_000;

const windows = wine()!;

test.skipIf(windows === null)('the offline suite passes on Windows', { timeout: LIMIT_MS }, async () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name}`)
    .filter((path) => path.endsWith('.test.ts') && !ELSEWHERE.some(([pattern]) => pattern.test(path)))
    .sort();
  const root = process.cwd();
  // Beside dist/: packages are found from there.
  const folder = mkdtempSync(join(root, 'dist-windows-suite-'));
  try {
    await bundleTests(files, folder, (path) => pathToFileURL(path).href.replace('file:///', 'file:///Z:/'));
    const list = join(folder, 'list.txt');
    writeFileSync(list, files.join('\n'));
    const node = 'C:\\Program Files\\pcapcheck\\node.exe';
    const run = windows.program([node, windowsPath(join(folder, 'main.js')), windowsPath(root), windowsPath(list)], {
      cwd: root,
      limit: LIMIT_MS,
    });
    const { code, out, err } = await run.end();
    console.log(out.replaceAll(/^pass .*\n/gm, ''));
    const counts = JSON.parse(out.trim().split('\n').at(-1) ?? 'null') as { passed: number; skipped: number };
    expect({ code, ...counts }, err).toMatchObject({ code: 0, failed: 0, filesFailed: 0 });
    expect(counts.passed).toBeGreaterThan(LEAST_PASSED);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
