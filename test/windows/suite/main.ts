/**
 * Runs bundled test files without vitest's own process: main.js ROOT LIST. Vitest's starter needs a bundler that Wine cannot load; its
 * functions (test, expect, snapshots) and its runner are plain JavaScript. LIST names the test files, one in each line, as paths below
 * ROOT; each stands beside this file as `<path>.js`. Prints a line for each file, the failures, and the numbers as JSON at the end.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startTests, type Task } from '@vitest/runner';
import { NodeSnapshotEnvironment } from '@vitest/snapshot/environment';

const [, , root, list] = process.argv;
const TIMEOUT_MS = 300_000;

const config = {
  root,
  name: 'windows',
  setupFiles: [],
  sequence: { hooks: 'stack', setupFiles: 'list', concurrent: false, shuffle: false, seed: 1 },
  testTimeout: TIMEOUT_MS,
  hookTimeout: TIMEOUT_MS,
  maxConcurrency: 1,
  passWithNoTests: false,
  includeTaskLocation: false,
  allowOnly: false,
  retry: 0,
  tags: [],
  strictTags: false,
  chaiConfig: undefined,
  expect: {},
  experimental: { importDurations: { limit: 0 }, viteModuleRunner: false },
  snapshotOptions: { updateSnapshot: 'none', expand: false, snapshotEnvironment: new NodeSnapshotEnvironment() },
};

// What vitest's functions look for in a process of vitest.
Object.assign(globalThis, {
  __vitest_worker__: {
    ctx: { pool: 'threads' },
    config,
    environment: { name: 'node' },
    providedContext: {},
    rpc: new Proxy({}, { get: () => async () => undefined }),
    onCleanup: () => {},
  },
});
const { TestRunner } = await import('vitest');

/** Of vitest, but for the import of a file: the bundle of it. */
class BundleRunner extends TestRunner {
  override async importFile(path: string): Promise<unknown> {
    return import(pathToFileURL(join(import.meta.dirname, `${path.slice(root.length + 1)}.js`)).href);
  }
}

const runner = new BundleRunner(config as never) as never;
(runner as { __setTraces(traces: unknown): void }).__setTraces({
  $: (_name: string, options: unknown, run?: () => unknown) => (run ?? (options as () => unknown))(),
});

const counts = { passed: 0, failed: 0, skipped: 0 };

function count(task: Task, path: string): void {
  const name = [path, task.name].join(' > ');
  const state = task.result?.state ?? 'skip';
  if (state === 'fail' && (task.result?.errors?.length ?? 0) > 0) {
    const [error] = task.result!.errors!;
    console.log(`FAIL ${name}\n${String(error.stack ?? error.message).slice(0, 1500)}`);
    if (error.diff) console.log(error.diff.slice(0, 1500));
  }
  if (task.type === 'suite') for (const inner of task.tasks) count(inner, name);
  else if (state === 'pass') counts.passed++;
  else if (state === 'fail') counts.failed++;
  else counts.skipped++;
}

let filesFailed = 0;
for (const path of readFileSync(list, 'utf8').trim().split('\n')) {
  const began = Date.now();
  const before = { ...counts };
  const [file] = await startTests([join(root, path).replaceAll('\\', '/')], runner);
  count(file, '');
  if (file.result?.state === 'fail') filesFailed++;
  const numbers = `${counts.passed - before.passed} passed, ${counts.failed - before.failed} failed, ${counts.skipped - before.skipped} skipped`;
  console.log(`${file.result?.state ?? 'skip'} ${path}: ${numbers}, ${Date.now() - began} ms`);
}
console.log(JSON.stringify({ ...counts, filesFailed }));
process.exit(filesFailed === 0 ? 0 : 1);
