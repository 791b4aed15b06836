import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { Addon, AddonOptions } from '../../src/live/addon.ts';
import { DeviceReader } from '../../src/live/device-reader.ts';
import { CONTROL_GO, CONTROL_LENGTH, CONTROL_STOP, type ReaderEvent } from '../../src/live/messages.ts';

const OPTIONS: AddonOptions = {
  device: 'pcl-test/0',
  filter: '',
  snapshotLength: 65_536,
  promiscuous: false,
  bufferBytes: 1 << 20,
  timeoutMilliseconds: 100,
  nanoseconds: true,
};
const PACKETS = 10;
const BYTES = PACKETS * 76;

/** A device whose reads are scripted; the last one ends the run. */
function reader(reads: (() => number)[], batches: number, kernel: number[] = []) {
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * 4));
  control[CONTROL_GO] = 1;
  const events: ReaderEvent[] = [];
  let read = 0;
  let opened = 0;
  let looked = 0;
  const addon: Addon = {
    load: () => ({ version: null }),
    devices: () => [],
    open: () => {
      opened++;
      return { session: {}, linkType: 12, snapshotLength: 65_536, nanoseconds: true, warning: '' };
    },
    readBatch: (_session, _buffer, _milliseconds, counters) => {
      const next = reads[read++];
      if (read >= reads.length) control[CONTROL_STOP] = 1;
      const packets = next?.() ?? 0;
      counters[0] = packets;
      return (packets * BYTES) / PACKETS;
    },
    statistics: (_session, counters) => {
      counters.set([0, kernel[Math.min(looked++, kernel.length - 1)] ?? 0, 0]);
    },
    close: () => {},
  };
  const { port1, port2 } = new MessageChannel();
  const data = { options: OPTIONS, label: 'eth0', control, port: port1, save: null, batches };
  new DeviceReader(addon, data, (event) => events.push(event)).run();
  port2.close();
  return { events, opened: () => opened };
}

const losses = (events: ReaderEvent[]) => events.filter((event) => event.kind === 'loss');
const last = (events: ReaderEvent[]) => events.findLast((event) => event.kind === 'counters');

test('where nobody gives a buffer back, packets are read on and counted as ours', () => {
  const { events } = reader(
    Array.from({ length: 5 }, () => () => PACKETS),
    2,
  );
  // Five reads and the last one; two batches are on their way.
  expect(losses(events)).toMatchObject([{ label: 'eth0', ours: 3 * PACKETS, kernel: 0, blind: null }]);
  expect(last(events)).toMatchObject({ packets: 5 * PACKETS, ours: 3 * PACKETS });
});

test('what the kernel lets go is told with its time, over the limit of its counter too', () => {
  const before = Date.now();
  const { events } = reader([() => 1, () => 1], 8, [4_294_967_290, 5]);
  const [loss] = losses(events);
  expect(loss).toMatchObject({ kernel: 4_294_967_290, ours: 0 });
  expect(loss.kind === 'loss' && loss.from >= before && loss.until >= loss.from).toBe(true);
});

test('the device is known by the link type of files', () => {
  const { events } = reader([() => 0], 1);
  expect(events[0]).toMatchObject({ kind: 'opened', linkType: 101 });
});

test('a device that fails is told as gone, waited for, and opened again', () => {
  const { events, opened } = reader(
    [
      () => PACKETS,
      () => {
        throw Object.assign(new Error('The interface disappeared'), { code: 'read-failed' });
      },
      () => PACKETS,
      () => 0,
    ],
    8,
  );
  expect(opened()).toBe(2);
  const states = events.flatMap((event) => (event.kind === 'interface' ? [`${event.state} ${event.reason}`] : []));
  expect(states).toEqual(['gone The interface disappeared', 'back ']);
  expect(losses(events)).toMatchObject([{ blind: 'gone' }]);
  expect(last(events)).toMatchObject({ packets: 2 * PACKETS, ours: 0 });
});
