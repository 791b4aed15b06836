/** Thread of the fuzzer: case after case, telling which one it is at, so that a case that hangs is known. */
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from './random.ts';
import { Scratch, targets } from './targets.ts';
import { AT_CASES, AT_SEED, AT_STARTED, AT_TARGET, type FoundMessage, type WorkerData } from './watch.ts';

const data = workerData as WorkerData;
const shared = new Float64Array(data.shared);
const scratch = new Scratch(data.scratch);
const all = targets(data.folders).filter(({ name }) => data.only === null || name === data.only);
const wheel = all.flatMap((target, index) => new Array<number>(target.weight).fill(index));

for (let seed = data.firstSeed; ; seed += data.step) {
  const random = new Random(seed);
  const index = random.pick(wheel);
  const target = all[index]!;
  shared[AT_TARGET] = index;
  shared[AT_SEED] = seed;
  shared[AT_STARTED] = Date.now();
  try {
    await target.check(target.make(random), scratch);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort!.postMessage({ target: target.name, seed, message } satisfies FoundMessage);
  }
  shared[AT_CASES]!++;
}
