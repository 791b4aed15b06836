import { createHmac, randomBytes } from 'node:crypto';

/**
 * Other addresses for those of a capture, the same one for the same one throughout, and with equal prefixes where theirs are equal (as
 * Crypto-PAn does it: Xu, Fan, Ammar, Moon, ICNP 2002): each bit is turned or not by a keyed function of the bits before it. The key is
 * made anew for each run and kept nowhere.
 */
export class Anonymizer {
  readonly #key: Uint8Array;
  readonly #known = new Map<string, Uint8Array>();

  /** @param key for tests; left out: random */
  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = key;
  }

  /** The address to write for one of 4 or 16 bytes in network order. What is no host (unspecified, broadcast, group) stays. */
  address(bytes: Uint8Array): Uint8Array {
    if (isNoHost(bytes)) return bytes.slice();
    const name = Buffer.from(bytes).toString('hex');
    let other = this.#known.get(name);
    if (other === undefined) {
      other = this.#permuted(bytes);
      // Names of a scan are not kept for ever.
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(name, other);
    }
    return other;
  }

  #permuted(bytes: Uint8Array): Uint8Array {
    const other = bytes.slice();
    const prefix = new Uint8Array(bytes.length + 2);
    prefix[bytes.length] = bytes.length;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      prefix[bytes.length + 1] = bit;
      const turn = createHmac('sha256', this.#key).update(prefix).digest()[0] & 1;
      const mask = 0x80 >> (bit & 7);
      if (turn !== 0) other[bit >> 3] ^= mask;
      prefix[bit >> 3] |= bytes[bit >> 3] & mask;
    }
    return other;
  }
}

const MOST_KNOWN = 1 << 16;

/** Unspecified, multicast and limited broadcast addresses say what a packet is, not whose (RFC 1112, RFC 919, RFC 4291). */
function isNoHost(bytes: Uint8Array): boolean {
  if (bytes.every((byte) => byte === 0)) return true;
  if (bytes.length === 16) return bytes[0] === 0xff;
  return bytes[0] >>> 4 === 0xe || bytes.every((byte) => byte === 0xff);
}
