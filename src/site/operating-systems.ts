/** Operating systems by name: what a topology may say, and which ports they hand out. */

/** A name may go on after these ("windows-10-22h2"). */
export const OPERATING_SYSTEMS = [
  'windows-server-2025',
  'windows-server-2022',
  'windows-server-2019',
  'windows-server-2016',
  'windows-server-2012-r2',
  'windows-server-2012',
  'windows-server-2008-r2',
  'windows-server-2008',
  'windows-server-2003-r2',
  'windows-server-2003',
  'windows-server-2000',
  'windows-server',
  'windows-11',
  'windows-10',
  'windows-8.1',
  'windows-8',
  'windows-7',
  'windows-vista',
  'windows-xp',
  'windows-2000',
  'windows-nt',
  'windows-pe',
  'windows',
  'linux',
  'macos',
  'appliance',
  'other',
] as const;

const BEFORE_2008 = /^windows-(server-2003|server-2000|2000|xp|nt)\b/;

/** "Windows Server 2022" reads "windows-server-2022"; undefined where the name is not known. */
export function resolveOs(text: string): string | undefined {
  const slug = text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  return OPERATING_SYSTEMS.some((os) => slug === os || slug.startsWith(`${os}-`)) ? slug : undefined;
}

/** Windows Server 2003 and older, and their clients: dynamic ports 1025-5000 (note 6 of the port page). */
export function isBefore2008(os: string | null): boolean {
  return os !== null && BEFORE_2008.test(os);
}
