/**
 * npm run fuzz -- --minutes 10 [--captures FOLDER] [--seed N] [--threads N] [--only TARGET] [--case N] [--findings FOLDER]
 * Mutated captures and made inputs through readers, decoders and the whole program, in threads that are watched: a case that throws what no user
 * should see, breaks a promise, takes too long or too much memory is written to a folder.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Random } from './random.ts';
import { type Input, Scratch, targets } from './targets.ts';
import { AT_CASES, AT_SEED, AT_STARTED, AT_TARGET, type FoundMessage, type WorkerData } from './watch.ts';

/** A case that takes longer hangs, in milliseconds; most take a few. */
const HANG = 60_000;
const WATCH_EVERY = 500;
const REPORT_EVERY = 30_000;
const HEAP_MEGABYTES = 1024;
/** Of the whole process, in bytes: windows and tables lie outside of the heaps. */
const MOST_MEMORY = 6 * 2 ** 30;
const MOST_FINDINGS = 50;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    captures: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string' },
    case: { type: 'string' },
    findings: { type: 'string', default: 'fuzz-findings' },
  },
});
const folders = ['captures', ...values.captures];
const only = values.only ?? null;
const scratchRoot = mkdtempSync(join(tmpdir(), 'pcapcheck-fuzz-'));

/** The input of a case, made anew. */
function inputOf(seed: number): {
  name: string;
  input: Input;
  check: (input: Input, scratch: Scratch) => Promise<void>;
} {
  const all = targets(folders).filter(({ name }) => only === null || name === only);
  const wheel = all.flatMap((target, index) => new Array<number>(target.weight).fill(index));
  const random = new Random(seed);
  const target = all[random.pick(wheel)]!;
  return { name: target.name, input: target.make(random), check: target.check.bind(target) };
}

if (values.case !== undefined) {
  const { name, input, check } = inputOf(Number(values.case));
  console.log(`${name}: ${input.bytes.length} bytes from ${input.from}, ${JSON.stringify(input.settings)}`);
  keep(Number(values.case), 'made anew');
  try {
    await check(input, new Scratch(scratchRoot));
    console.log('nothing found');
  } finally {
    rmSync(scratchRoot, { recursive: true, force: true });
  }
} else {
  process.exitCode = await fuzz(Number(values.minutes) * 60_000);
}

async function fuzz(duration: number): Promise<number> {
  const firstSeed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  const threads = Number(values.threads);
  const began = Date.now();
  let findings = 0;
  let cases = 0;
  const seen = new Set<string>();
  const found = (seed: number, target: string, message: string): void => {
    // One bug is found many times: what differs in digits only is the same.
    const kind = `${target} ${message.split('\n').slice(0, 3).join(' ').replaceAll(/\d+/g, '#').slice(0, 200)}`;
    if (seen.has(kind) || findings >= MOST_FINDINGS) return;
    seen.add(kind);
    findings++;
    console.log(`\nFOUND by ${target}, case ${seed}: ${message.slice(0, 1500)}`);
    keep(seed, message);
  };
  console.log(
    `fuzzing for ${duration / 60_000} minutes from seed ${firstSeed}, ${threads} threads, captures of ${folders.join(', ')}`,
  );
  const watched = Array.from({ length: threads }, (_, index) => start(index, firstSeed + index));
  function start(index: number, seed: number) {
    const shared = new SharedArrayBuffer(8 * 8);
    const view = new Float64Array(shared);
    view[AT_STARTED] = Date.now();
    view[AT_SEED] = seed;
    const data: WorkerData = {
      folders,
      scratch: join(scratchRoot, String(index)),
      shared,
      firstSeed: seed,
      step: threads,
      only,
    };
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    worker.on('message', ({ seed: at, target, message }: FoundMessage) => found(at, target, message));
    worker.on('error', (error) => {
      found(view[AT_SEED]!, `thread, target ${view[AT_TARGET]}`, String(error.stack ?? error));
      replace(index);
    });
    return { worker, view };
  }
  function replace(index: number): void {
    const { view } = watched[index]!;
    cases += view[AT_CASES]!;
    watched[index] = start(index, view[AT_SEED]! + threads);
  }
  const total = (): number => cases + watched.reduce((sum, { view }) => sum + view[AT_CASES]!, 0);
  let lastReport = began;
  while (Date.now() - began < duration) {
    await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY));
    for (const [index, { worker, view }] of watched.entries()) {
      const took = Date.now() - view[AT_STARTED]!;
      const isLarge = process.memoryUsage.rss() > MOST_MEMORY;
      if (took <= HANG && !isLarge) continue;
      const what = isLarge ? `the process takes more than ${MOST_MEMORY / 2 ** 30} GiB` : `no end after ${took} ms`;
      found(view[AT_SEED]!, `thread, target ${view[AT_TARGET]}`, what);
      worker.removeAllListeners('error');
      await worker.terminate();
      replace(index);
    }
    if (Date.now() - lastReport >= REPORT_EVERY) {
      lastReport = Date.now();
      console.log(`${Math.round((lastReport - began) / 1000)} s, ${total()} cases, ${findings} findings`);
    }
  }
  console.log(`${total()} cases in ${duration / 60_000} minutes, ${findings} findings`);
  for (const { worker } of watched) {
    worker.removeAllListeners('error');
    await worker.terminate();
  }
  rmSync(scratchRoot, { recursive: true, force: true });
  return findings === 0 ? 0 : 1;
}

/** Writes what is needed to make a test of a finding. */
function keep(seed: number, message: string): void {
  const { name, input } = inputOf(seed);
  const folder = join(values.findings, `${name}-${seed}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input'), input.bytes);
  writeFileSync(
    join(folder, 'finding.txt'),
    `target ${name}, case ${seed}, from ${input.from}, ${JSON.stringify(input.settings)}\n${message}\n`,
  );
}
