/** Bytes of a message as text. Nothing here is escaped: that is done where it is printed. */

const utf8 = new TextDecoder('utf-8');

/** Text up to the first zero byte, or all of it; bytes that are no UTF-8 become U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

export function hexOf(bytes: Uint8Array, separator = ''): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
}

/** Four bytes in network order as dotted decimal. */
export function ipv4Of(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/**
 * A machine's UUID from its 16 bytes. PXE firmware sends the SMBIOS structure as it is, so the first three fields are little-endian
 * (SMBIOS 2.6, section 7.2.1); that is also how Configuration Manager prints it. Upper case, as SMSPXE.log has it.
 */
export function smbiosUuid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = hexOf(Uint8Array.from(order, (i) => bytes[i])).toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function uint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] << 8) | bytes[offset + 1];
}

export function uint32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3]) >>> 0;
}
