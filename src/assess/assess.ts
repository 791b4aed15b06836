import { compile } from '../catalog/index.ts';
import type { Catalog } from '../catalog/types.ts';
import { type NameLosses, nameBookOf } from '../names/name-book.ts';
import { VERSION } from '../product.ts';
import type { Endpoint, Site } from '../site/index.ts';
import type { Moment } from '../stories/moment.ts';
import { playStories, type Stories } from '../stories/stories.ts';
import { eachBeginning } from '../track/beginnings.ts';
import { dropReport } from '../track/drop-report.ts';
import type { Observation } from '../track/observation.ts';
import { type Context, type FramePlace, type Judged, pairKey, type RuleUse } from './context.ts';
import { type Conversation, gatherConversations, isLossy } from './conversations.ts';
import { applyExceptions, hasExpiry } from './exceptions.ts';
import { failedLater, failedTransfersOf } from './failed-later.ts';
import { fingerprintOf } from './fingerprint.ts';
import { firewallLogReport, type LogEvidence } from './firewall-logs.ts';
import { HandshakeFailures } from './handshake-failures.ts';
import { InternetTraffic } from './internet-traffic.ts';
import { InternetView, isHeldToLists } from './internet-view.ts';
import { KINDS } from './kinds.ts';
import { Losses } from './losses.ts';
import { roleMatrix } from './matrix.ts';
import { withNamedHosts } from './named-hosts.ts';
import { NetworkPairs } from './network-pairs.ts';
import { endIdentity, pairsOf } from './pairs.ts';
import { isListed, type Peer, Peers } from './peers.ts';
import { RpcConnections } from './rpc-connections.ts';
import { rpcReport, rpcUndecided } from './rpc-report.ts';
import { RpcTraffic } from './rpc-traffic.ts';
import { RpcView } from './rpc-view.ts';
import { ruleStates } from './rule-states.ts';
import { type PlainTraffic, screen } from './screening.ts';
import { type ServiceSeen, ServicesSeen, servicesByPort } from './services-seen.ts';
import { listenCloser } from './signs-of-life.ts';
import { pxeClients, tftpTransfers } from './stories-report.ts';
import { storiesView } from './stories-view.ts';
import { storyReach } from './story-reach.ts';
import { TimelineCounts } from './timeline.ts';
import { topologyLine } from './topology-line.ts';
import {
  type CaptureReport,
  type EndpointReport,
  type Finding,
  type NameCoverage,
  type Report,
  type ReportedFinding,
  SEVERITIES,
  type Undecided,
} from './types.ts';
import { undecidedConnections, undecidedReason } from './undecided.ts';
import { isOnlyReset, judge, reachOf, type Trust } from './verdicts.ts';
import { called, portText } from './wording.ts';

/** What the assessment is told of the captures. */
export interface Evidence {
  observation: Observation;
  captures: CaptureReport[];
  /** Logs of the Windows firewall, already heeded by the observation. */
  firewallLogs?: readonly LogEvidence[];
  /** SHA-256 of the topology file in hex; left out where no report asks for it. */
  topologySha256?: string;
  /** Packets that the capturing systems say they lost. */
  droppedByCapture: number;
  /** When they were lost, where that is known; left out: any time. */
  losses?: Losses;
  place(frame: number): FramePlace;
  /** Names of the components that dropped packets, in the capture that holds the frame; left out: none are known. */
  components?(frame: number): Readonly<Record<number, string>> | undefined;
  time(seconds: number, nanoseconds: number): string;
  /** The day by which exceptions of the topology are judged (ISO 8601). */
  day: string;
}

/** An odd conversation takes about so many times the memory of a fate's row (some 10 kB where it becomes a finding). */
const FATES_PER_ODD = 16;

/** Holds what a capture shows against what the site and the catalog expect. */
export function assess(evidence: Evidence, topology: Site, catalog: Catalog): Report {
  const { observation } = evidence;
  const names = nameBookOf(observation);
  const site = withNamedHosts(topology, names);
  const index = compile(catalog, site);
  const addresses = new Peers(site, observation);
  const timeline = new TimelineCounts(observation.start, observation.end);
  const losses = evidence.losses ?? Losses.anytime(evidence.droppedByCapture);
  const servicesSeen = new ServicesSeen();
  const handshakes = new HandshakeFailures(names, observation);
  const traffic = new InternetTraffic(site, observation, names, losses);
  const stories = storiesView(playStories(observation));
  const failedTransfers = failedTransfersOf(stories.transfers);
  const fates = observation.fates((connection) => {
    const lossy = isLossy(connection, losses);
    timeline.count(connection, failedLater(connection, lossy, failedTransfers));
    traffic.see(connection);
    servicesSeen.see(connection);
    handshakes.see(connection);
    return lossy;
  });
  if (observation.beginnings !== null)
    eachBeginning(observation.beginnings, (second, outcome, connections, attempts) =>
      timeline.add(second, 0, outcome, connections, attempts),
    );
  const rpcView = new RpcView(stories.rpc);
  const rpcConnections = new RpcConnections(rpcView);
  const rows = addresses.ofRows(fates);
  const networks = new NetworkPairs(observation.networks, fates, addresses, rows);
  const { plain, isOdd, beyond, table, conversationOf } = screen(
    fates,
    addresses,
    rows,
    networks,
    index,
    Math.floor(observation.fateLimit / FATES_PER_ODD),
    rpcConnections,
    (client, server) => isHeldToLists(client.endpoint, server.endpoint, site),
  );
  const all = gatherConversations(
    observation,
    fates,
    addresses,
    networks,
    { isOdd, conversationOf },
    losses,
    ({ verdict, ofAnswers }) =>
      dropReport(verdict, ofAnswers, (frame) => ({
        ...evidence.place(frame),
        components: evidence.components?.(frame),
      })),
  );
  listenCloser(observation, fates, addresses, networks, all);
  const peers = addresses.all;
  const trust: Trust = {
    endAfter: (seconds, frame) => observation.endAfter(seconds, frame),
    lossReason: losses.areLosses ? 'capture-loss' : 'no-times',
    twoWayByEndpoint: twoWay(peers),
  };
  const told = storyReach(stories);
  const internet = new InternetView(traffic.gather(addresses), all, site, catalog, index, trust, names);
  const services = servicesSeen.gather(addresses);
  const peerByIp = new Map(peers.map((peer) => [peer.ip, peer]));
  const judged = all.map(
    (conversation): Judged => ({
      conversation,
      verdict: judge(conversation, index, rpcView, internet.verdictOf(conversation)),
      reach: told.reach(conversation) ?? reachOf(conversation, trust),
    }),
  );
  const { uses, usesByPair } = gatherUses(judged);
  const context: Context = {
    site,
    index,
    judged,
    plain,
    uses,
    usesByPair,
    stories,
    storyReach: told,
    rpc: new RpcTraffic(rpcView, rpcConnections, judged, index),
    internet,
    services,
    handshakeFailures: handshakes.gather(addresses),
    servicesOn: servicesByPort(services),
    names,
    peerOf: (ip) => peerByIp.get(ip) ?? null,
    rejectionOf: (message) => rejectionOf(observation, message),
    lossIn: (moments) => lossIn(losses, moments, observation.end),
    endAfter: ({ seconds, frame }) => observation.endAfter(seconds, frame),
    place: evidence.place,
    time: evidence.time,
  };
  const found = inOrder(KINDS.flatMap((kind) => kind.find(context))).map((finding) => reported(finding, context));
  const { findings, excepted, exceptions } = applyExceptions(found, site, evidence.day);
  const { pairs, leftOut } = pairsOf(judged, table, peers, networks);
  return {
    schema: 'pcapcheck-report/1',
    tool: { name: 'pcapcheck', version: VERSION },
    topology: { path: site.path, name: site.name, sha256: evidence.topologySha256 ?? null },
    captures: evidence.captures,
    firewall_logs: (evidence.firewallLogs ?? []).map((log) =>
      firewallLogReport(log, site, (seconds) => evidence.time(seconds, 0)),
    ),
    coverage: coverageOf(observation, judged, stories, nameCoverage(names.losses, services)),
    connections: countConnections(judged, plain, {
      not_kept: beyond + fates.beyond.reduce((sum, count) => sum + count, 0),
      cut_short: observation.setAside,
    }),
    findings,
    excepted,
    exceptions,
    exceptions_date: hasExpiry(site) ? evidence.day : null,
    rules: ruleStates(context),
    endpoints: reportedPeers(peers, judged).map(endpointReport),
    matrix: roleMatrix(context),
    timeline: timeline.report(evidence.time),
    undecided: [...undecidedOf(judged), ...rpcUndecided(context)],
    pairs,
    pairs_left_out: leftOut,
    pxe_clients: pxeClients(stories, evidence),
    tftp_transfers: tftpTransfers(stories, evidence),
    rpc_connections: rpcReport(context),
  };
}

/** How long after the last sign of something its answer may come, in seconds: firmware and timers ask again by then. */
const ANSWER_SECONDS = 3;

function lossIn(losses: Losses, moments: readonly Pick<Moment, 'seconds'>[], end: Observation['end']): boolean {
  const seconds = moments.map((moment) => moment.seconds);
  const from = seconds.reduce((a, b) => Math.min(a, b), end.seconds);
  return losses.between(from, seconds.reduce((a, b) => Math.max(a, b), from) + ANSWER_SECONDS);
}

/** Names told with one finding. */
const MOST_NAMES = 8;

function reported(finding: Finding, context: Context): ReportedFinding {
  const { site, peerOf } = context;
  const identityOf = (ip: string): string => {
    const peer = peerOf(ip);
    return peer === null ? ip : endIdentity(peer);
  };
  return {
    ...finding,
    subject: finding.subject ?? null,
    fingerprint: fingerprintOf(finding, identityOf),
    topology_line: topologyLine(finding, site, (ip) => peerOf(ip)?.endpoint ?? endpointAt(ip, site)),
    ...carriedBy(finding, context),
  };
}

/** What the topology says of an address that the capture does not show; null where it is none. */
function endpointAt(ip: string, site: Site): Endpoint | null {
  const index = site.lookup(ip);
  return index === undefined ? null : site.endpoints[index];
}

/** What ran on the port of a finding, and for which names. */
function carriedBy(
  { src_ip, dest_ip, proto, dest_port, service }: Finding,
  { peerOf, servicesOn, internet }: Context,
): Pick<ReportedFinding, 'service' | 'names'> {
  const server = dest_ip === null ? null : peerOf(dest_ip);
  if (server === null || dest_port === null || proto === null || proto === 'icmp')
    return { service: service ?? null, names: [] };
  const client = src_ip === null ? null : peerOf(src_ip);
  return {
    service: service ?? servicesOn(server, proto, dest_port)[0] ?? null,
    names: client === null ? [] : internet.namesBetween(client, server, dest_port).slice(0, MOST_NAMES),
  };
}

/** Address of who rejected a message by ICMP, or null. */
function rejectionOf(observation: Observation, message: Parameters<Context['rejectionOf']>[0]): string | null {
  const { addresses, ports } = observation.sockets(message.connection);
  const side = addresses[0] === message.from.address && ports[0] === message.from.port ? 0 : 1;
  const verdict = observation.icmpAbout(message.connection, side);
  return verdict && observation.addressText(verdict.version, verdict.sender);
}

/** Conversations by rule and pair of addresses. */
function gatherUses(judged: readonly Judged[]): { uses: RuleUse[]; usesByPair: Map<number, RuleUse[]> } {
  const uses: RuleUse[] = [];
  const usesByPair = new Map<number, RuleUse[]>();
  for (const one of judged) {
    if (one.verdict.kind !== 'expected' || isOnlyReset(one.conversation)) continue;
    const { client, server } = one.conversation;
    const network = one.conversation.network?.number ?? 0;
    const key = pairKey(client, server);
    let pair = usesByPair.get(key);
    if (pair === undefined) {
      pair = [];
      usesByPair.set(key, pair);
    }
    for (const match of one.verdict.matches) {
      let use = useOf(pair, match.rule.id, network);
      if (use === undefined) {
        use = { rule: match.rule, match, client, server, network, judged: [] };
        pair.push(use);
        uses.push(use);
      }
      use.judged.push(one);
    }
  }
  return { uses, usesByPair };
}

function useOf(uses: readonly RuleUse[], id: string, network: number): RuleUse | undefined {
  for (const use of uses) if (use.rule.id === id && use.network === network) return use;
  return undefined;
}

function twoWay(peers: readonly Peer[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { endpoint, twoWay: count } of peers) counts.set(endpoint.base, (counts.get(endpoint.base) ?? 0) + count);
  return counts;
}

function coverageOf(
  observation: Observation,
  judged: readonly Judged[],
  { malformed, dropped, rpc }: Stories,
  names: NameCoverage,
): Report['coverage'] {
  const notJudged: Record<string, number> = { ...observation.notJudgedFrames };
  let outside = 0;
  for (const { conversation, verdict } of judged) {
    if (verdict.kind !== 'not-judged') continue;
    notJudged[verdict.reason] = (notJudged[verdict.reason] ?? 0) + conversation.packets;
    outside += conversation.packets;
  }
  return {
    frames: observation.frames,
    judged: observation.judgedFrames - outside,
    not_judged: notJudged,
    overlapping_fragments: observation.overlappingFragments,
    malformed_messages: malformed + rpc.malformed,
    messages_not_kept: dropped + rpc.dropped,
    names,
  };
}

function nameCoverage(losses: NameLosses, services: readonly ServiceSeen[]): NameCoverage {
  const quic = services.filter(({ service }) => service === 'quic');
  return {
    dns_messages: losses.dns,
    malformed_dns: losses.malformedDns,
    malformed_openings: losses.malformedOpenings,
    unfinished_openings: losses.unfinishedOpenings,
    quic_connections: quic.reduce((sum, { connections }) => sum + connections, 0),
    not_kept: losses.dropped,
    set_aside: losses.setAside,
  };
}

function countConnections(
  judged: readonly Judged[],
  plain: readonly PlainTraffic[],
  memory: Pick<Report['connections'], 'not_kept' | 'cut_short'>,
): Report['connections'] {
  const working = plain.reduce((sum, { connections }) => sum + connections, 0);
  const counts = {
    total: working + memory.not_kept,
    expected: working,
    blocked: 0,
    blocked_likely: 0,
    unexpected: 0,
    forbidden: 0,
    unknown_endpoint: 0,
    undecided: 0,
    not_judged: 0,
    ...memory,
  };
  for (const { conversation, verdict, reach } of judged) {
    const { connections } = conversation;
    counts.total += connections;
    if (verdict.kind === 'not-judged') counts.not_judged += connections;
    else if (verdict.kind === 'unlisted') {
      const unlisted = Math.min(connections, verdict.connections);
      counts.unexpected += unlisted;
      counts.expected += connections - unlisted;
    } else if (verdict.kind !== 'expected') {
      counts.unexpected += connections;
      if (verdict.kind === 'forbidden') counts.forbidden += connections;
      if (verdict.kind === 'unknown-endpoint') counts.unknown_endpoint += connections;
    } else if (reach.state === 'blocked') {
      counts.blocked += connections;
      if (reach.certainty === 'likely') counts.blocked_likely += connections;
    } else {
      const undecided = undecidedConnections(conversation, reach);
      counts.undecided += undecided;
      counts.expected += connections - undecided;
    }
  }
  return counts;
}

/** Most severe first; equals in the order of KINDS, then of the first frame. */
function inOrder(findings: Finding[]): Finding[] {
  const rank = new Map(SEVERITIES.map((severity, i) => [severity, i]));
  return findings
    .map((finding, i) => ({ finding, i }))
    .sort((a, b) => rank.get(a.finding.severity)! - rank.get(b.finding.severity)! || a.i - b.i)
    .map(({ finding }) => finding);
}

/** Addresses of the topology, and those that have traffic with them. */
function reportedPeers(peers: readonly Peer[], judged: readonly Judged[]): Peer[] {
  const strangers = new Set(
    judged.flatMap(({ verdict }) => (verdict.kind === 'unknown-endpoint' ? [verdict.stranger] : [])),
  );
  return peers.filter((peer) => isListed(peer) || strangers.has(peer));
}

function endpointReport({ ip, endpoint, connectionsAsClient, connectionsAsServer }: Peer): EndpointReport {
  return {
    ip,
    name: endpoint.name,
    roles: [...endpoint.roles],
    known_by: endpoint.kind,
    connections_as_client: connectionsAsClient,
    connections_as_server: connectionsAsServer,
  };
}

/** Examples of each reason. */
const EXAMPLES = 3;

/** What could not be decided among expected conversations, by reason. */
function undecidedOf(judged: readonly Judged[]): Undecided[] {
  const byReason = new Map<string, { count: number; examples: string[] }>();
  for (const { conversation, verdict, reach } of judged) {
    if (verdict.kind !== 'expected') continue;
    const reason = undecidedReason(reach);
    const open = undecidedConnections(conversation, reach);
    if (reason === null || open === 0) continue;
    const known = byReason.get(reason) ?? { count: 0, examples: [] };
    known.count += open;
    if (known.examples.length < EXAMPLES) known.examples.push(exampleOf(conversation));
    byReason.set(reason, known);
  }
  return [...byReason].map(([reason, { count, examples }]) => ({ reason, count, examples }));
}

function exampleOf(conversation: Conversation): string {
  return `${called(conversation.client)} -> ${called(conversation.server)} ${portText(conversation)}`;
}
