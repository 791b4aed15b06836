/** Names on the internet that Windows itself asks for. */
import table from './data/windows-names.yaml';
import { hostPattern } from './host-pattern.ts';

interface TableFile {
  /** `also`: names that other documents have. */
  groups: { purpose: string; hosts: string[]; also?: string[] }[];
}

const patterns = (table as TableFile).groups.flatMap(({ purpose, hosts, also = [] }) =>
  [...hosts, ...also].map((host) => ({ purpose, pattern: hostPattern(host) })),
);

/** The purpose of revocation lists, which others than Windows use too. */
export const CERTIFICATE_LISTS = 'certificate lists';

/** What Windows wants of a name, in a few words; null where it is none of its own. */
export function windowsPurpose(name: string): string | null {
  return patterns.find(({ pattern }) => pattern.test(name))?.purpose ?? null;
}
