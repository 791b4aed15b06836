import { Random } from './random.mjs';

const SIZE = 1 << 16;

/** Bytes that do not compress, to fill payloads with. */
const pool = Buffer.alloc(SIZE * 2);
const random = new Random(0x9e3779b9);
for (let at = 0; at < SIZE; at += 4) pool.writeUInt32LE(random.next(), at);
pool.copy(pool, SIZE, 0, SIZE);

/**
 * Fills a range with noise taken from a place that `seed` chooses.
 *
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} end at most 64 KiB after `at`
 * @param {number} seed
 */
export function fill(buf, at, end, seed) {
  const from = seed & (SIZE - 1);
  if (end - at > 96) {
    pool.copy(buf, at, from, from + end - at);
    return;
  }
  for (let i = 0; at + i < end; i++) buf[at + i] = pool[from + i];
}
