import { createHash } from 'node:crypto';
import type { Finding } from './types.ts';

const DIGITS = 16;

/** The text by which an end is known from capture to capture. */
export type EndIdentity = (ip: string) => string;

/**
 * The identity of a finding as 16 hexadecimal digits: its kind, first rule, ends, protocol and port; or its kind and subject, where it
 * names one. A host of the topology is known by its name, whatever its addresses. Texts, frames, times, severity and outcome are no part
 * of it: a port that was dropped yesterday and is rejected today is the same finding.
 */
export function fingerprintOf(finding: Finding, identityOf: EndIdentity): string {
  const { kind, subject, rule, src_ip, src_roles, dest_ip, dest_roles, proto, dest_port } = finding;
  const end = (ip: string | null, roles: string[]): string | string[] =>
    ip === null ? [...roles].sort() : identityOf(ip);
  const identity =
    (subject ?? null) === null
      ? [kind, rule[0] ?? null, end(src_ip, src_roles), end(dest_ip, dest_roles), proto, dest_port]
      : [kind, subject];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, DIGITS);
}
