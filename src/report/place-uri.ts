/** Paths as URI references (RFC 3986), for formats that ask for them. */

const DRIVE = /^([A-Za-z]):[\\/]/;

/**
 * The reference of a file: relative paths stay relative, absolute ones become `file:` URIs. Whatever is in a name is encoded.
 *
 * @example uriOf('captures/a b.pcap') // 'captures/a%20b.pcap'
 * @example uriOf('C:\\captures\\a.pcap') // 'file:///C:/captures/a.pcap'
 */
export function uriOf(path: string): string {
  const drive = DRIVE.exec(path);
  if (drive !== null) return `file:///${drive[1]}:/${segments(path.slice(3), /[\\/]/)}`;
  if (path.startsWith('/')) return `file://${segments(path, /\//)}`;
  return segments(path, /\//);
}

function segments(path: string, separator: RegExp): string {
  return path.split(separator).map(encoded).join('/');
}

/** Lone surrogates have no encoding: they become the replacement character. */
function encoded(segment: string): string {
  return encodeURIComponent(Buffer.from(segment, 'utf8').toString('utf8'));
}
