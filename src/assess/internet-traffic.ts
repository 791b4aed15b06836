import { type ConnectionNames, connectionNames, type NamedBy, type Refusal } from '../names/connection-names.ts';
import type { NameBook } from '../names/name-book.ts';
import { LOGON_REQUIRED } from '../protocols/http-answer.ts';
import type { Endpoint, Site } from '../site/index.ts';
import type { ConnectionView } from '../track/connection-view.ts';
import { isAnswerLost } from '../track/fate-table.ts';
import type { Observation } from '../track/observation.ts';
import type { Fate } from './conversations.ts';
import { icmpReport, isLossy } from './conversations.ts';
import type { Losses } from './losses.ts';
import type { Peer, Peers } from './peers.ts';

/** Connections of a host of the topology to one port of one address outside the site, or of its proxy, made for the same names. */
export interface NamedTraffic {
  client: Peer;
  server: Peer;
  port: number;
  /** In lower case; several where an address was told for several names, none where nobody says. */
  names: readonly string[];
  by: NamedBy | null;
  /** The connection itself shows that it goes by address. */
  byAddress: boolean;
  /** Port that a proxy was asked for; null where no proxy was. */
  targetPort: number | null;
  /** How the proxy refused it: the first of these connections, all with the same status. */
  refusal: ProxyRefusal | null;
  /** How long a proxy left a CONNECT without any answer; null where it answered, or was not asked. */
  unanswered: 'long' | 'short' | null;
  connections: number;
  fates: Fate[];
}

/** A refusal with why it may not be the last word: the client asked again, or may have done so in what the capture does not show; null where it is. */
export interface ProxyRefusal extends Refusal {
  doubt: 'asked-again' | 'cut-short' | null;
}

interface Growing extends Omit<NamedTraffic, 'client' | 'server'> {
  family: 4 | 6;
  clientAddress: number;
  serverAddress: number;
}

/** Groups that are kept; connections of others are judged by address alone. */
const MOST_GROUPS = 2 ** 16;
/** Clients of HTTP wait longer than this before they give up (WinHTTP 30 s for an answer); an idle proxy answers within a second. */
const PROXY_PATIENCE_SECONDS = 10;
/** Within this time machines ask again with a logon (they need a ticket at most); a capture that ends sooner may miss it. */
const LOGON_SECONDS = 3;
/** Frames of evidence of one fate. */
const FRAMES = 5;

/** Gathers TCP connections with the internet by the names that they were made for. */
export class InternetTraffic {
  readonly #site: Site;
  readonly #observation: Observation;
  readonly #book: NameBook;
  readonly #losses: Losses;
  readonly #groups = new Map<string, Growing>();

  constructor(site: Site, observation: Observation, book: NameBook, losses: Losses) {
    this.#site = site;
    this.#observation = observation;
    this.#book = book;
    this.#losses = losses;
  }

  /** Looks at one connection. */
  see(view: ConnectionView): void {
    if (view.proto !== 'tcp') return;
    const server = this.#endpoint(view.family, view.server);
    const isProxy = server.proxyPorts !== null;
    if (server.kind !== 'internet' && !isProxy) return;
    const { kind } = this.#endpoint(view.family, view.client);
    if (kind !== 'host' && kind !== 'network') return;
    const named = connectionNames(this.#book, view, this.#observation);
    if (isProxy && named.targetPort === null) return;
    if (named.by === 'dns' || named.names.length === 0) this.#add(view, named);
    else for (const name of named.names) this.#add(view, { ...named, names: [name] }, named.refusals.get(name) ?? null);
  }

  #endpoint(family: 4 | 6, address: number): Endpoint {
    if (family === 4) return this.#site.endpoints[this.#site.lookup4(address)]!;
    const words = this.#observation.addressWords;
    const at = address * 4;
    return this.#site.endpoints[this.#site.lookup6(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)]!;
  }

  #add(
    view: ConnectionView,
    { names, by, targetPort, byAddress }: ConnectionNames,
    refused: Refusal | null = null,
  ): void {
    const { family, client, server, serverPort } = view;
    const refusal = refused === null ? null : { ...refused, doubt: this.#doubtOf(refused) };
    const unanswered = refusal === null && by === 'connect' ? this.#unanswered(view) : null;
    const how = `${targetPort} ${byAddress} ${refusal?.status} ${refusal?.doubt} ${unanswered}`;
    const key = `${family} ${client} ${server} ${serverPort} ${how} ${names.join(' ')}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size === MOST_GROUPS) return;
      const fates: Fate[] = [];
      const ends = { family, clientAddress: client, serverAddress: server };
      const what = { names, by, byAddress, targetPort, refusal, unanswered };
      group = { ...ends, ...what, port: serverPort, connections: 0, fates };
      this.#groups.set(key, group);
    }
    group.connections++;
    addFate(group.fates, view, isLossy(view, this.#losses), refusal, this.#observation);
  }

  /** A proxy that wants a logon is asked again at once, maybe on another connection. */
  #doubtOf({ status, askedAgain, seconds, frame }: Refusal): ProxyRefusal['doubt'] {
    if (askedAgain) return 'asked-again';
    if (status !== LOGON_REQUIRED) return null;
    const endsSoon = this.#observation.endAfter(seconds, frame).seconds - seconds < LOGON_SECONDS;
    return endsSoon || this.#losses.between(seconds, seconds + LOGON_SECONDS) ? 'cut-short' : null;
  }

  /** A connection to a proxy that took a CONNECT and never said anything: no tunnel was made. */
  #unanswered(view: ConnectionView): NamedTraffic['unanswered'] {
    const { outcome, clientSentData, serverSentData, firstSeconds, lastSeconds } = view;
    if (outcome !== 'established' || !clientSentData || serverSentData || view.symptom !== null) return null;
    // The answer may be among what the capture lost.
    const isLong =
      lastSeconds - firstSeconds > PROXY_PATIENCE_SECONDS && !this.#losses.between(firstSeconds, lastSeconds);
    return isLong ? 'long' : 'short';
  }

  /** What was seen, in the order of first appearance. */
  gather(peers: Peers): NamedTraffic[] {
    return [...this.#groups.values()].map(({ family, clientAddress, serverAddress, ...rest }) => ({
      ...rest,
      client: peers.of(family, clientAddress),
      server: peers.of(family, serverAddress),
    }));
  }
}

function addFate(
  fates: Fate[],
  view: ConnectionView,
  lossy: boolean,
  refusal: Refusal | null,
  observation: Observation,
): void {
  const { symptom } = view;
  let fate = fates.find((one) => one.outcome === view.outcome && one.symptom === symptom && one.lossy === lossy);
  if (fate === undefined) {
    const { outcome, firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = view;
    const times = { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds };
    const sums = { slowest: 0, count: 0, attempts: 0, inferred: 0, answerLost: 0 };
    fate = { outcome, symptom, lossy, frames: [], icmp: null, drop: null, ...sums, ...times };
    fates.push(fate);
  }
  fate.count++;
  fate.attempts += view.attempts;
  if (view.clientInferred) fate.inferred++;
  if (isAnswerLost(view)) fate.answerLost++;
  for (const frame of [view.firstFrame, refusal?.frame ?? (view.resetFrame || view.lastAttemptFrame)])
    if (frame > 0 && fate.frames.length < FRAMES && !fate.frames.includes(frame)) fate.frames.push(frame);
  if (view.icmp !== null && fate.icmp === null) {
    fate.icmp = icmpReport(view.icmp, observation);
  }
  if (isLater(view, fate)) {
    fate.lastSeconds = view.lastSeconds;
    fate.lastNanoseconds = view.lastNanoseconds;
  }
}

function isLater(view: ConnectionView, fate: Fate): boolean {
  return (
    view.lastSeconds > fate.lastSeconds ||
    (view.lastSeconds === fate.lastSeconds && view.lastNanoseconds > fate.lastNanoseconds)
  );
}
