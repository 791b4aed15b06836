/** Who a finding speaks of, in words. */
import type { Finding } from '../assess/types.ts';
import { shorten } from './text-width.ts';

/** A name of more columns is cut; the address beside it stays whole. */
const WIDEST_NAME = 40;

/** `MP01 (10.20.0.11)`, the address alone, or the roles where the finding is about roles; null where nothing is known. */
export function end(ip: string | null, name: string | null, roles: string[]): string | null {
  const called = name === null ? null : shorten(name, WIDEST_NAME);
  if (ip !== null) return called === null || called === ip ? ip : `${called} (${ip})`;
  return called ?? (roles.length === 0 ? null : roleList(roles));
}

export const roleList = (roles: string[]): string => shorten(roles.join(', '), WIDEST_NAME);

/** `MP01 (10.20.0.11) -> SQL01 (10.20.0.31)`; empty where the finding is about no end. */
export function ends(finding: Finding): string {
  const source = end(finding.src_ip, finding.src_name, finding.src_roles);
  const destination = end(finding.dest_ip, finding.dest_name, finding.dest_roles);
  if (source === null || destination === null) return source ?? (destination === null ? '' : `any -> ${destination}`);
  return `${source} -> ${destination}`;
}

/** `management-point -> sql-server`; empty where a role is unknown or the ends are already named by their roles. */
export function rolePair(finding: Finding): string {
  const { src_roles: from, dest_roles: to } = finding;
  if (finding.src_ip === null && finding.dest_ip === null) return '';
  return from.length === 0 && to.length === 0 ? '' : `${roleList(from) || 'no role'} -> ${roleList(to) || 'no role'}`;
}
