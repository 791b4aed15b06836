/**
 * Unchecked writes: the capture buffer always keeps room for more than the largest frame.
 *
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} value
 */
export function put16(buf, at, value) {
  buf[at] = value >>> 8;
  buf[at + 1] = value;
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} value
 */
export function put32(buf, at, value) {
  buf[at] = value >>> 24;
  buf[at + 1] = value >>> 16;
  buf[at + 2] = value >>> 8;
  buf[at + 3] = value;
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} value
 */
export function put32le(buf, at, value) {
  buf[at] = value;
  buf[at + 1] = value >>> 8;
  buf[at + 2] = value >>> 16;
  buf[at + 3] = value >>> 24;
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {Uint8Array} bytes
 * @returns {number} the offset behind them
 */
export function putBytes(buf, at, bytes) {
  for (let i = 0; i < bytes.length; i++) buf[at + i] = bytes[i];
  return at + bytes.length;
}

/**
 * The sum of 16-bit words that the Internet checksum is made of (RFC 1071); fold it with {@link checksum}.
 *
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} end
 * @returns {number}
 */
export function sum16(buf, at, end) {
  let sum = 0;
  const even = at + ((end - at) & ~1);
  for (let i = at; i < even; i += 2) sum += (buf[i] << 8) | buf[i + 1];
  return even < end ? sum + (buf[even] << 8) : sum;
}

/**
 * @param {number} sum
 * @returns {number} its ones' complement in 16 bits
 */
export function checksum(sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
