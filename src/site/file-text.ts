/**
 * The text of a file: UTF-8, or UTF-16 where its byte order mark says so, which is what `>` of Windows PowerShell 5 writes. The mark is no
 * part of the text; bytes that are none become U+FFFD.
 */
export function fileText(bytes: Uint8Array): string {
  const mark = (bytes[0] << 8) | bytes[1];
  return new TextDecoder(mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8').decode(bytes);
}
