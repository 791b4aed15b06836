/** Who a finding speaks of, in words. */
import type { Finding } from '../assess/types.ts';
import { shorten } from './text-width.ts';

/** A name of more columns is cut; the address beside it stays whole. */
const WIDEST_NAME = 40;
const WIDEST_ROLES = 100;

/** `MP01 (10.20.0.11)`, the address alone, or the roles where the finding is about roles; null where nothing is known. */
export function end(ip: string | null, name: string | null, roles: string[]): string | null {
  const called = name === null ? null : shorten(name, WIDEST_NAME);
  if (ip !== null) return called === null || called === ip ? ip : `${called} (${ip})`;
  return called ?? (roles.length === 0 ? null : roleList(roles));
}

export const roleList = (roles: string[]): string => shorten(roles.join(', '), WIDEST_ROLES);

/** `MP01 (10.20.0.11) -> SQL01 (10.20.0.31)`; the one end where only one is known, else empty. */
export function ends(finding: Finding): string {
  const source = end(finding.src_ip, finding.src_name, finding.src_roles);
  const destination = end(finding.dest_ip, finding.dest_name, finding.dest_roles);
  return [source, destination].filter((known) => known !== null).join(' -> ');
}

/** `management-point -> sql-server` where both ends are addresses, else empty: roles then are the name, or there is one end. */
export function rolePair(finding: Finding): string {
  const { src_ip, src_roles, dest_ip, dest_roles } = finding;
  if (src_ip === null || dest_ip === null || src_roles.length + dest_roles.length === 0) return '';
  return `${roleList(src_roles) || 'no role'} -> ${roleList(dest_roles) || 'no role'}`;
}
