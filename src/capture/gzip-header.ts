/** Header of a gzip member (RFC 1952 section 2.3). */
const ID1 = 0x1f;
const ID2 = 0x8b;
const DEFLATE = 8;
/** Bytes of time, flags of the method, and system. */
const UNUSED = 6;
const HAS_CRC = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;
const RESERVED = 0xe0;
/** Bytes of a name or a comment that are passed over at most. */
const LONGEST_TEXT = 1024 * 1024;

/** Takes the bytes of a header one by one; returns whether they are one. A damaged name costs nothing, so its checksum is not looked at. */
export function* gzipHeader(): Generator<undefined, boolean, number> {
  if ((yield) !== ID1 || (yield) !== ID2 || (yield) !== DEFLATE) return false;
  const flags = yield;
  if ((flags & RESERVED) !== 0) return false;
  for (let i = 0; i < UNUSED; i++) yield;
  if ((flags & HAS_EXTRA) !== 0) {
    const length = (yield) + 256 * (yield);
    for (let i = 0; i < length; i++) yield;
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & flag) === 0) continue;
    for (let length = 0; (yield) !== 0; length++) if (length === LONGEST_TEXT) return false;
  }
  if ((flags & HAS_CRC) !== 0) {
    yield;
    yield;
  }
  return true;
}
