/**
 * ISO 8601 in UTC.
 * @param seconds since 1970-01-01, 0 … 2^32-1
 * @param nanoseconds 0 … 999,999,999
 * @param fine true where the capture counts nanoseconds: nine digits, else six
 */
export function timeText(seconds: number, nanoseconds: number, fine: boolean): string {
  const fraction = fine
    ? String(nanoseconds).padStart(9, '0')
    : String(Math.floor(nanoseconds / 1000)).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
