/** Damage as it happens, and as somebody makes it: single bits, numbers at the edges of their types, bytes lost, doubled, moved. */
import type { Random } from './random.ts';

/** Numbers that programs stumble over. */
const EDGES = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 19, 20, 31, 32, 63, 64, 127, 128, 255, 256, 1023, 1500, 4095, 4096, 0x7fff, 0x8000,
  0xfffe, 0xffff, 0x1_0000, 262_144, 0xff_ffff, 16_777_216, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fffc,
  0xffff_fffe, 0xffff_ffff,
];
/** Ranges are moved and doubled up to this length, in bytes. */
const RANGE = 600;

/** @returns the bytes with `count` damages, in memory of their own */
export function mutate(bytes: Uint8Array, random: Random, count: number): Uint8Array {
  let result: Uint8Array = new Uint8Array(bytes);
  for (let done = 0; done < count && result.length > 0; done++) result = mutateOnce(result, random);
  return result;
}

function mutateOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = placeIn(bytes, random);
  switch (random.below(11)) {
    case 0:
    case 1:
      bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 2:
      bytes[at] = random.word();
      return bytes;
    case 3:
    case 4:
    case 5:
      return writeNumber(bytes, at, random);
    case 6:
      return cutOut(bytes, at, random.between(1, RANGE));
    case 7:
      return insert(bytes, at, random.bytes(random.between(1, 40)));
    case 8:
      return insert(bytes, at, bytes.slice(at, at + random.between(1, RANGE)));
    case 9:
      return bytes.fill(random.pick([0, 0xff, random.word() & 0xff]), at, at + random.between(1, RANGE));
    default:
      return random.once(4) ? bytes.slice(0, at) : copyWithin(bytes, at, random);
  }
}

/** Beginnings matter more: headers lie there. */
function placeIn(bytes: Uint8Array, random: Random): number {
  const limit = random.once(3) ? Math.min(bytes.length, 200) : bytes.length;
  const at = random.below(limit);
  return random.once(2) ? at & ~3 : at;
}

function writeNumber(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const size = random.pick([1, 2, 4, 8]);
  const value = random.once(6) ? bytes.length - random.below(64) : random.pick(EDGES);
  const little = random.once(2);
  for (let index = 0; index < size && at + index < bytes.length; index++) {
    const place = little ? index : size - 1 - index;
    // A number of 64 bits at its edge has the upper half full too.
    bytes[at + index] = place < 4 ? value >>> (8 * place) : value >= 0x8000_0000 ? 0xff : 0;
  }
  return bytes;
}

function cutOut(bytes: Uint8Array, at: number, count: number): Uint8Array {
  const result = new Uint8Array(Math.max(0, bytes.length - Math.min(count, bytes.length - at)));
  result.set(bytes.subarray(0, at));
  result.set(bytes.subarray(Math.min(bytes.length, at + count)), at);
  return result;
}

function insert(bytes: Uint8Array, at: number, added: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + added.length);
  result.set(bytes.subarray(0, at));
  result.set(added, at);
  result.set(bytes.subarray(at), at + added.length);
  return result;
}

function copyWithin(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
  return bytes;
}
