/** UTF-16 where the byte order mark of a text says so, which is what `>` of Windows PowerShell 5 writes; else UTF-8. */
export function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const mark = (bytes[0] << 8) | bytes[1];
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
}

/** The text of a file. The mark is no part of it; bytes that are no characters become U+FFFD. */
export function fileText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}
