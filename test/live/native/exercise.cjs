// All functions of an addon, rightly and wrongly called, for a run under AddressSanitizer: exercise.cjs ADDON DEVICE. Prints the packets.
const assert = require('node:assert');

const addon = require(process.argv[2]);
const device = process.argv[3];
const options = {
  device,
  filter: 'udp',
  snapshotLength: 262_144,
  promiscuous: true,
  bufferBytes: 1 << 20,
  timeoutMilliseconds: 50,
  nanoseconds: true,
};
const code = (expected) => (error) => error instanceof Error && error.code === expected;

// Before the library, and with nonsense.
assert.throws(() => addon.devices(), code('misuse'));
assert.throws(() => addon.open(options), code('misuse'));
for (const wrong of [undefined, null, 7, {}, 'libpcap.so.1']) assert.throws(() => addon.load(wrong), code('misuse'));
assert.throws(() => addon.load([]), code('library-missing'));
assert.throws(() => addon.load([7, null]), code('library-missing'));
assert.throws(() => addon.load(Array(100).fill('/no/such/thing.so')), code('library-missing'));
assert.match(addon.load(['libpcap.so.1', 'libpcap.so.0.8']).version, /libpcap/);

const found = addon.devices().find(({ name }) => name === device);
assert.ok(found.addresses.length > 0);

assert.throws(() => addon.open(), code('misuse'));
for (const wrong of [
  { snapshotLength: 0 },
  { snapshotLength: 262_145 },
  { bufferBytes: -1 },
  { timeoutMilliseconds: 0 },
  { device: 7 },
  { device: undefined },
  { device: 'x'.repeat(1 << 20) },
])
  assert.throws(() => addon.open({ ...options, ...wrong }), code('misuse'));
assert.throws(() => addon.open({ ...options, device: 'no-such-device' }), code('no-such-device'));
assert.throws(() => addon.open({ ...options, filter: 'no filter (' }), code('filter-error'));

const { session, linkType, nanoseconds } = addon.open(options);
assert.deepStrictEqual([linkType, nanoseconds], [1, true]);
const buffer = new ArrayBuffer(1 << 20);
const counters = new Float64Array(3);
for (const wrong of [
  [],
  [session],
  [{}, buffer, 1, counters],
  [session, new ArrayBuffer(16), 1, counters],
  [session, new Uint8Array(buffer), 1, counters],
  [session, new SharedArrayBuffer(1 << 20), 1, counters],
  [session, buffer, -1, counters],
  [session, buffer, 'soon', counters],
  [session, buffer, 1, new Float32Array(3)],
  [session, buffer, 1, new Float64Array(0)],
])
  assert.throws(() => addon.readBatch(...wrong), code('misuse'));
assert.throws(() => addon.statistics(session, new Float64Array(2)), code('misuse'));

let total = 0;
for (let i = 0; i < 30; i++) {
  const bytes = addon.readBatch(session, buffer, 100, counters);
  const view = new DataView(buffer, 0, bytes);
  let packets = 0;
  for (let at = 0; at < bytes; at += 16 + view.getUint32(at + 8, true)) packets++;
  assert.strictEqual(packets, counters[0]);
  total += packets;
}
addon.statistics(session, counters);
assert.ok(counters[0] >= total);
addon.close(session);
addon.close(session);
assert.throws(() => addon.readBatch(session, buffer, 1, counters), code('misuse'));
assert.throws(() => addon.statistics(session, counters), code('misuse'));
assert.throws(() => addon.close({}), code('misuse'));
// One that nobody closes.
addon.open(options);
console.log(total);
