/** Bytes of capture for each connection that tables are made for at the start, and most of these: 128 MB, of which the system gives what is used. */
const BYTES_OF_CONNECTION = 1024;
const MOST_EXPECTED = 2 ** 20;

/**
 * Connections that so many bytes of a capture may hold: a guess that saves tables from growing. What is compressed holds more.
 * @param limit most connections that are followed
 */
export function expectedConnections(bytes: number, limit: number): number {
  return Math.min(MOST_EXPECTED, limit, bytes / BYTES_OF_CONNECTION);
}
