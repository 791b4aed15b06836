/** The table of roles: names, synonyms, what a role implies. Data: data/roles.yaml. */

import data from './data/roles.yaml';
import { nearest } from './nearest.ts';

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly abbreviations: readonly string[];
  readonly synonyms: readonly string[];
  /** cm, cm-cloud, hybrid, cloud, infrastructure, external, abstract. */
  readonly kind: string;
  readonly implies: readonly string[];
  /** Whether addresses of the internet stand for the role; null: never. */
  readonly internet: 'always' | 'when-named' | null;
  /** Ports that show the role in traffic, as "tcp/10123". */
  readonly serves: readonly string[];
  readonly evidence: string | null;
}

interface RoleRow {
  id: string;
  name: string;
  abbreviations?: string[];
  synonyms?: string[];
  kind: string;
  implies?: string[];
  internet?: 'always' | 'when-named';
  serves?: string[];
  evidence?: string;
}

export const ROLES: readonly Role[] = (data as { roles: RoleRow[] }).roles.map((row) => ({
  id: row.id,
  name: row.name,
  abbreviations: row.abbreviations ?? [],
  synonyms: row.synonyms ?? [],
  kind: row.kind,
  implies: row.implies ?? [],
  internet: row.internet ?? null,
  serves: row.serves ?? [],
  evidence: row.evidence ?? null,
}));

const byId = new Map(ROLES.map((role) => [role.id, role]));

/** "Management point" and "management_point" both read "management-point". */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');

/** Roles nobody can give to a host: they only stand in rules. */
const NOT_ASSIGNABLE = new Set(['unspecified', 'none']);

/** Spellings by slug. Ids win over names, names over abbreviations, those over synonyms; the first role of equals wins. */
const spellings: ReadonlyMap<string, string> = (() => {
  const map = new Map<string, string>();
  const kinds: ((role: Role) => readonly string[])[] = [
    (role) => [role.id],
    (role) => [role.name],
    (role) => role.abbreviations,
    (role) => role.synonyms,
  ];
  for (const texts of kinds) {
    for (const role of ROLES) {
      if (NOT_ASSIGNABLE.has(role.id)) continue;
      for (const text of texts(role)) {
        const key = slug(text);
        if (key && !map.has(key)) map.set(key, role.id);
      }
    }
  }
  return map;
})();

export function findRole(id: string): Role | undefined {
  return byId.get(id);
}

/**
 * The id of the role that `text` names: an id, a name, an abbreviation or a synonym, in any case and with blanks,
 * hyphens or underscores. Undefined where it names none.
 * @example resolveRole('Management Point') === 'mp'
 */
export function resolveRole(text: string): string | undefined {
  return spellings.get(slug(text));
}

/** The spelling nearest to `text`: suggestRole('managment-point') === 'management-point'. */
export function suggestRole(text: string): string | undefined {
  return nearest(slug(text), spellings.keys());
}

/** Every spelling that `resolveRole` accepts, as slugs. */
export function roleSpellings(): string[] {
  return [...spellings.keys()];
}

/** The printed name of a role, or the id itself where there is none. */
export function roleName(id: string): string {
  return byId.get(id)?.name ?? id;
}

/** What follows from an operating system: a Windows host is a Windows computer, and maybe a Windows server. */
function rolesOfOs(os: string | null): string[] {
  if (!os?.startsWith('windows')) return [];
  return [os.startsWith('windows-server') || os.startsWith('windows-nt') ? 'windows-server' : 'any-windows-computer'];
}

/** `ids` with everything that they and the operating system imply, sorted by id; `any` is always among them. */
export function expandRoles(ids: Iterable<string>, os: string | null = null): ReadonlySet<string> {
  const found = new Set<string>(['any']);
  const open = [...ids, ...rolesOfOs(os)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(byId.get(id)?.implies ?? []));
  }
  return new Set([...found].sort());
}

/** Roles for which addresses of the internet stand; `named`: roles of hosts that have no address. */
export function internetRoles(named: ReadonlySet<string>): string[] {
  return ROLES.filter((r) => r.internet === 'always' || (r.internet === 'when-named' && named.has(r.id))).map(
    (r) => r.id,
  );
}
