/** The openings that a report asks for: what is required, was tried, and is blocked. */

import type { DropReport, Outcome, Report, ReportedFinding } from '../assess/types.ts';
import type { RuleMatch } from '../catalog/candidate.ts';
import type { RuleIndex } from '../catalog/index.ts';
import { isSelected } from '../catalog/site-rules.ts';
import type { PortRange } from '../catalog/types.ts';
import type { Endpoint, Selector, Site } from '../site/index.ts';
import { isExpired, isPortUnreachable } from '../track/join-icmp.ts';
import { dynamicNote, rpcPorts, tftpAnswers } from './companions.ts';
import { endOfAddress, endOfEndpoint, keyOfEnd } from './ends.ts';
import type { Demand, Party } from './gather.ts';

/** What an outcome says about a port rule; an outcome that is not here is no block. */
const BLOCKS: Partial<Record<Outcome, string[]>> = {
  'no-answer': [],
  prohibited: [],
  refused: ['A reset answered: a port rule helps only if a firewall sent it; see first that the service listens.'],
  unreachable: [],
  'half-open': ['The answer is lost on its way back: look for asymmetric routes besides.'],
};

/** What the sender of an ICMP error says beside that, in the words of the finding's remedy. */
function notesOnIcmp({ outcome, icmp }: ReportedFinding): string[] {
  if (icmp === undefined) return [];
  if (outcome === 'prohibited') return [`${icmp.sender} said that it is prohibited: the rule belongs there.`];
  if (outcome !== 'unreachable') return [];
  return isPortUnreachable(icmp)
    ? [
        `${icmp.sender} said that the port is unreachable: see first that the service listens. If it does, ${icmp.sender} rejects it, and the rule belongs there.`,
      ]
    : [
        `${icmp.sender} said that it is unreachable: see first that the server is up and that ${icmp.sender} has a route to it. Where a firewall rejects in this way, the rule belongs there.`,
      ];
}

/** The same where a host tells of packets that it dropped itself; null where a port rule mends nothing. */
function notesOnDrop(drop: DropReport, outcome: Outcome | null): string[] | null {
  if (drop.cause === 'no-listener') return null;
  if (outcome !== 'dropped') return (outcome && BLOCKS[outcome]) ?? null;
  // A rule that lets a request pass lets its answers pass: something else drops those.
  if (drop.packets_of === 'server') return null;
  const where = drop.direction === 'out' ? 'source' : drop.direction === 'in' ? 'destination' : 'host that captured';
  return [`The firewall of the ${where} itself dropped it: the rule belongs there.`];
}

/** What a port rule has no word for: the VLAN or tunnel in which it is blocked, and the name behind an address of the internet. */
function notesOnPlace({ network, kind, names }: ReportedFinding): string[] {
  return [
    ...(network === undefined
      ? []
      : [
          `It is blocked in ${network}, and the same addresses are judged apart in other networks: the rule belongs there.`,
        ]),
    ...(kind !== 'endpoint-blocked' || names.length === 0
      ? []
      : [
          `The address is one of those of ${names.join(', ')}, and changes: where the firewall knows names, allow the name.`,
        ]),
  ];
}

/** Kinds about traffic that should not be, or that works. */
const UNWANTED = new Set(['unexpected-port', 'forbidden', 'unknown-endpoint', 'slow-connect', 'required-not-seen']);

export interface FromFindings {
  demands: Demand[];
  /** What opens and then fails: the port is open, so nothing of it is a demand. */
  failsLater: Demand[];
  /** Findings of failed traffic that no port rule can be made of. */
  leftOut: ReportedFinding[];
}

export function demandsOfReport(report: Report, site: Site, index: RuleIndex): FromFindings {
  const demands: Demand[] = [];
  const failsLater: Demand[] = [];
  const leftOut: ReportedFinding[] = [];
  for (const finding of report.findings) {
    if (finding.severity === 'info' || UNWANTED.has(finding.kind)) continue;
    const opens = finding.outcome === 'established' && finding.proto === 'tcp';
    const found = opens ? opened(finding, site, index) : blocked(finding, site, index);
    if (found.length === 0 && finding.outcome !== 'answered') leftOut.push(finding);
    (opens ? failsLater : demands).push(...found);
  }
  return { demands, failsLater, leftOut };
}

/** What was blocked, with all that goes with it; empty where no port rule mends it. */
function blocked(finding: ReportedFinding, site: Site, index: RuleIndex): Demand[] {
  const { outcome, certainty } = finding;
  // A rule that lets a request pass lets its answers pass: something else stops those.
  if (finding.icmp?.packets_of === 'server') return [];
  // So does a routing loop.
  if (finding.icmp !== undefined && isExpired(finding.icmp)) return [];
  const notes = finding.drop === null ? outcome && BLOCKS[outcome] : notesOnDrop(finding.drop, outcome);
  if (!notes) return [];
  const likely = certainty === 'likely' ? ['Likely, not proven: the finding names the other causes.'] : [];
  const found = demandOf(
    finding,
    [...notes, ...notesOnIcmp(finding), ...notesOnPlace(finding), ...likely],
    site,
    index,
  );
  if (found === null) return [];
  const { demand, client, server } = found;
  const answers = tftpAnswers(demand, server);
  return [demand, ...(answers === null ? [] : [answers]), ...rpcPorts(demand, client, server, index)];
}

/** The one port that opened: only the finding knows what is to be done. */
function opened(finding: ReportedFinding, site: Site, index: RuleIndex): Demand[] {
  const found = demandOf(finding, [], site, index);
  if (found === null || finding.dest_port === null) return [];
  const port = { first: finding.dest_port, last: finding.dest_port };
  return [{ ...found.demand, ports: [port], relation: 'single', notes: [finding.remedy] }];
}

/** The ends and ports of a finding by its rule; null where it has no such ends, or no rule asks for the port. */
function demandOf(
  finding: ReportedFinding,
  notes: readonly string[],
  site: Site,
  index: RuleIndex,
): { demand: Demand; client: Endpoint; server: Endpoint } | null {
  const { src_ip, dest_ip, proto, dest_port, outcome, rule } = finding;
  if (src_ip === null || dest_ip === null || dest_port === null || (proto !== 'tcp' && proto !== 'udp')) return null;
  const [from, to] = [site.lookup(src_ip), site.lookup(dest_ip)];
  if (from === undefined || to === undefined) return null;
  const [client, server] = [site.endpoints[from], site.endpoints[to]];
  const match = index.match(client, server, proto, dest_port).find((one) => rule.includes(one.rule.id));
  const own = match && site.model.expect.find(({ id }) => id === match.rule.id);
  const source = match && partyOf(client, src_ip, own?.from ?? null, site);
  const target = match && partyOf(server, dest_ip, own?.to ?? null, site);
  if (!match || !source || !target) return null;
  const ports = portsAround(match, dest_port);
  const demand: Demand = {
    rule: match.rule,
    need: match.need,
    client: source,
    server: target,
    ports,
    relation: ports.some(({ first, last }) => last > first) ? match.relation : 'single',
    sourcePorts: null,
    sense: match.via === 'proxy' ? 'proxy' : match.reversed ? 'reversed' : 'direct',
    firstSeen: finding.first_ts,
    finding: finding.fingerprint,
    outcome,
    notes: [...notes, ...dynamicNote(ports)],
  };
  return { demand, client, server };
}

/** The port, or the whole range of the rule where the next connection may use any port of it. */
function portsAround(match: RuleMatch, port: number): PortRange[] {
  const range = match.ports.find(({ first, last }) => first <= port && port <= last);
  return [range ?? { first: port, last: port }];
}

/**
 * A host with all of its addresses, or a network whose members all have the role. Of the site's own rules that name addresses, only the
 * address that was seen: its network may be wider than the rule.
 */
function partyOf(endpoint: Endpoint, ip: string, selectors: readonly Selector[] | null, site: Site): Party | null {
  const isWhole =
    selectors === null ||
    endpoint.kind === 'host' ||
    isSelected(
      endpoint,
      selectors.filter(({ kind }) => kind !== 'area'),
    );
  const end = (isWhole && endpoint.kind !== 'internet' ? endOfEndpoint(endpoint, site) : null) ?? endOfAddress(ip);
  return end && { key: keyOfEnd(end), ends: [end], roles: endpoint.allRoles };
}
