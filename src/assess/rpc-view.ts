import { rpcInterface, rpcInterfaceText } from '../catalog/index.ts';
import { compareMoments, type Moment } from '../stories/moment.ts';
import { type RpcAsker, type RpcMapping, type RpcStories, rpcStories } from '../stories/rpc-stories.ts';
import type { ConnectionView } from '../track/connection-view.ts';
import type { Observation } from '../track/observation.ts';

/** Why a connection to some port is RPC: a server told somebody that port. */
export interface RpcExplanation {
  mapping: RpcMapping;
  /** The same client was told. */
  own: boolean;
  /** It was told before the connection began. */
  before: boolean;
  /** The answer that counts: the last one before the connection, else the first one. */
  told: Moment;
}

/** What servers told of their RPC ports, with the look-ups that findings need. */
export class RpcView {
  readonly stories: RpcStories;
  readonly #byAddress = new Map<string, Map<number, Map<string | null, ToldInterface>>>();
  readonly #askers = new Map<string, RpcAsker>();
  readonly #ports = new Set<number>();

  constructor(stories: RpcStories) {
    this.stories = stories;
    for (const mapping of stories.mappings) {
      this.#ports.add(mapping.port);
      for (const address of [mapping.server, ...mapping.otherAddresses]) {
        const ports = entryOf(this.#byAddress, address, () => new Map<number, Map<string | null, ToldInterface>>());
        const interfaces = entryOf(ports, mapping.port, () => new Map<string | null, ToldInterface>());
        entryOf(interfaces, mapping.interface, () => new ToldInterface()).add(mapping);
      }
    }
    for (const asker of stories.askers) this.#askers.set(`${asker.client} ${asker.server}`, asker);
  }

  /** True where anybody was told this port of any server. */
  hasPort(port: number): boolean {
    return this.#ports.has(port);
  }

  /** True where somebody was told that `port` of this address is RPC. */
  isMapped(server: string, port: number): boolean {
    return this.#byAddress.get(server)?.has(port) === true;
  }

  /** What a client told of 135 on a server; null where the capture holds no conversation of the two with it. */
  asker(client: string, server: string): RpcAsker | null {
    return this.#askers.get(`${client} ${server}`) ?? null;
  }

  /**
   * The best explanation of a connection that began at `start`: what this client was told before, what others were told before, what was
   * told later; of several the latest before, since a client connects right after it was told. Null where nobody was told this port.
   */
  explain(client: string, server: string, port: number, start: Instant): RpcExplanation | null {
    let best: RpcExplanation | null = null;
    for (const told of this.#interfaces(server, port))
      for (const found of [told.own(client, start), told.anybodys(client, start)])
        if (found !== null && (best === null || isBetter(found, best))) best = found;
    return best;
  }

  /** What this client was told of a port, or what others were, where it was told nothing; each interface once, in the order of the answers. */
  allOf(client: string, server: string, port: number, start: Instant): RpcExplanation[] {
    const interfaces = this.#interfaces(server, port);
    const own = interfaces.map((told) => told.own(client, start)).filter((one) => one !== null);
    const all = own.length > 0 ? own : interfaces.map((told) => told.anybodys(client, start));
    return all.sort((a, b) => compareMoments(a.told, b.told));
  }

  #interfaces(server: string, port: number): ToldInterface[] {
    return [...(this.#byAddress.get(server)?.get(port)?.values() ?? [])];
  }
}

/** Who was told the port of one interface, and when. Thousands of clients may be, and each of their connections asks. */
class ToldInterface {
  readonly #byClient = new Map<string, RpcMapping[]>();
  /** The first and the last answer of each mapping, in the order of time; null until somebody asks. */
  #answers: { told: Moment; mapping: RpcMapping }[] | null = null;

  add(mapping: RpcMapping): void {
    const known = this.#byClient.get(mapping.client);
    if (known === undefined) this.#byClient.set(mapping.client, [mapping]);
    else known.push(mapping);
    this.#answers = null;
  }

  /** What this client was told; null where it was told nothing. */
  own(client: string, start: Instant): RpcExplanation | null {
    let best: RpcExplanation | null = null;
    for (const mapping of this.#byClient.get(client) ?? []) {
      const { first, last } = mapping;
      const told = isBefore(last, start) ? last : first;
      const found = { mapping, own: true, before: isBefore(first, start), told };
      if (best === null || isBetter(found, best)) best = found;
    }
    return best;
  }

  /** What anybody was told: the last answer before `start`, else the first one after it. */
  anybodys(client: string, start: Instant): RpcExplanation {
    this.#answers ??= [...this.#byClient.values()]
      .flat()
      .flatMap((mapping) => [
        { told: mapping.first, mapping },
        { told: mapping.last, mapping },
      ])
      .sort((a, b) => compareMoments(a.told, b.told));
    const answers = this.#answers;
    let after = 0;
    for (let end = answers.length; after < end; ) {
      const middle = (after + end) >>> 1;
      if (isBefore(answers[middle].told, start)) after = middle + 1;
      else end = middle;
    }
    const { told, mapping } = answers[Math.max(0, after - 1)];
    return { mapping, own: mapping.client === client, before: after > 0, told };
  }
}

/** When something was seen, whatever the frame. */
type Instant = Pick<Moment, 'seconds' | 'nanoseconds'>;

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function isBetter(a: RpcExplanation, b: RpcExplanation): boolean {
  if (a.before !== b.before) return a.before;
  if (a.own !== b.own) return a.own;
  const order = compareMoments(a.told, b.told);
  return a.before ? order > 0 : order < 0;
}

function isBefore(told: Moment, start: Instant): boolean {
  return told.seconds < start.seconds || (told.seconds === start.seconds && told.nanoseconds <= start.nanoseconds);
}

/** "directory replication (drsuapi)"; DCOM hands out the port of a program, whatever interfaces it has. */
export function rpcText({ interface: id }: Pick<RpcMapping, 'interface'>): string {
  return id === null ? 'DCOM objects (WMI and others)' : rpcInterfaceText(id);
}

/** The use that an interface is of: one of the groups of the table; null for one that nobody knows. */
export function rpcGroupRules({ interface: id }: Pick<RpcMapping, 'interface'>): readonly string[] {
  if (id === null) return DCOM_RULES;
  return rpcInterface(id)?.group.rules ?? [];
}

/** The rules of the group of DCOM: WMI is what these sites use it for. */
const DCOM_RULES = rpcInterface('99fcfec4-5260-101b-bbcb-00aa0021347a')?.group.rules ?? [];

/** For connections one by one: the interface in one word, and the frame that told the port. */
export function rpcOfConnections(
  observation: Observation,
): (connection: ConnectionView) => { interface: string; frame: number } | null {
  const view = new RpcView(rpcStories(observation));
  if (view.stories.mappings.length === 0) return () => null;
  return ({ family, client, server, serverPort, firstSeconds, firstNanoseconds }) => {
    if (!view.hasPort(serverPort)) return null;
    const start = { seconds: firstSeconds, nanoseconds: firstNanoseconds };
    const text = (address: number): string => observation.addressText(family, address);
    const found = view.explain(text(client), text(server), serverPort, start);
    if (found === null) return null;
    const id = found.mapping.interface;
    return { interface: id === null ? 'DCOM' : (rpcInterface(id)?.name ?? id), frame: found.told.frame };
  };
}
