import { parentPort, workerData } from 'node:worker_threads';
import { loadAddon } from './addon.ts';
import { DeviceReader } from './device-reader.ts';
import { failureOf } from './errors.ts';
import type { ReaderData, ReaderEvent } from './messages.ts';

// Entry of a reader thread: one interface, from its opening to the end of the run.
const data = workerData as ReaderData;
const tell = (event: ReaderEvent): void => parentPort?.postMessage(event);

try {
  new DeviceReader(loadAddon(), data, tell).run();
} catch (error) {
  tell({ kind: 'failed', label: data.label, failure: failureOf(error) });
}
