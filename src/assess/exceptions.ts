/** Exceptions of the topology: which finding each covers, and until when. */

import { formatPortRange, inRanges } from '../catalog/ports.ts';
import { isSelected } from '../catalog/site-rules.ts';
import type { Selector, Site, SiteException } from '../site/index.ts';
import type { ExceptedFinding, ExceptionReport, ReportedFinding } from './types.ts';

export interface Sorted {
  findings: ReportedFinding[];
  excepted: ExceptedFinding[];
  exceptions: ExceptionReport[];
}

/**
 * Takes out of `findings` what an exception covers. The first exception in the order of the file takes a finding; an expired one takes
 * none.
 * @param day the day by which expiry dates are judged (ISO 8601); an exception holds through its last day
 */
export function applyExceptions(findings: readonly ReportedFinding[], site: Site, day: string): Sorted {
  const all = site.model.exceptions;
  const counts = new Map<SiteException, number>(all.map((exception) => [exception, 0]));
  const told: ReportedFinding[] = [];
  const excepted: ExceptedFinding[] = [];
  for (const finding of findings) {
    const covering = all.filter((exception) => covers(exception, finding, site));
    const valid = covering.find((exception) => !isExpired(exception, day));
    for (const one of valid === undefined ? covering : [valid]) counts.set(one, (counts.get(one) ?? 0) + 1);
    if (valid === undefined) told.push(finding);
    else excepted.push({ ...finding, exception: valid.id });
  }
  return { findings: told, excepted, exceptions: all.map((one) => reportOf(one, counts.get(one) ?? 0, site, day)) };
}

/** True where whether an exception holds depends on the day. */
export function hasExpiry({ model }: Site): boolean {
  return model.exceptions.some(({ expires }) => expires !== null);
}

/** True once its last day is over. @param day as `2026-03-02` */
export function isExpired({ expires }: Pick<SiteException, 'expires'>, day: string): boolean {
  return expires !== null && expires < day;
}

function covers(exception: SiteException, finding: ReportedFinding, site: Site): boolean {
  const { kinds, rules, from, to, transport, ports, fingerprints } = exception;
  return (
    isOneOf(finding.kind, kinds) &&
    isOneOf(finding.fingerprint, fingerprints) &&
    (rules.length === 0 || finding.rule.some((id) => rules.includes(id))) &&
    (transport === null || finding.proto === transport) &&
    (ports.length === 0 || (finding.dest_port !== null && inRanges(finding.dest_port, ports))) &&
    isEnd(from, finding.src_ip, finding.src_roles, site) &&
    isEnd(to, finding.dest_ip, finding.dest_roles, site)
  );
}

const isOneOf = (value: string, wanted: readonly string[]): boolean => wanted.length === 0 || wanted.includes(value);

/** An end that is not known is covered only by an exception that names none, or any. */
function isEnd(wanted: readonly Selector[] | null, ip: string | null, roles: readonly string[], site: Site): boolean {
  if (wanted === null || wanted.some(({ kind }) => kind === 'any')) return true;
  const index = ip === null ? undefined : site.lookup(ip);
  if (index !== undefined) return isSelected(site.endpoints[index], wanted);
  return wanted.some((selector) => selector.kind === 'role' && roles.includes(selector.role));
}

function reportOf(exception: SiteException, findings: number, site: Site, day: string): ExceptionReport {
  const { id, kinds, rules, fromText, toText, transport, ports, fingerprints, reason, owner, ticket, expires } =
    exception;
  return {
    id,
    state: isExpired(exception, day) ? 'expired' : findings > 0 ? 'used' : 'unused',
    kind: [...kinds],
    rule: [...rules],
    from: fromText,
    to: toText,
    proto: transport,
    ports: ports.map(formatPortRange),
    fingerprint: [...fingerprints],
    reason,
    owner,
    ticket,
    expires,
    findings,
    topology_line: site.model.places.get(`exception:${id}`)?.line ?? null,
  };
}
