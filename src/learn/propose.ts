/** From signs to a proposal: hosts with roles, networks of clients, and what is left without a role, with the reason for each. */
import { expandRoles, roleName } from '../catalog/roles.ts';
import { formatInterval } from '../site/addresses.ts';
import type { Completion, Stated, StatedHost, StatedNetwork } from '../site/write-topology.ts';
import { classOf, Given, type Partial } from './given.ts';
import { isHostName, nameAddresses, shortName } from './host-names.ts';
import { type Judgement, judge, type RoleSeen } from './judge.ts';
import { collide, type Group, groupAddresses, isLinkLocal, lies } from './networks.ts';
import { doingText, type FrameText, nameText, signsText } from './sentences.ts';
import type { NameSaid, Seen, SeenAddresses } from './signs.ts';

export interface Proposal {
  hosts: StatedHost[];
  networks: StatedNetwork[];
  completions: Completion[];
  /** Sentences about what got no role, and about what the topology has already. */
  remarks: string[];
  /** Public addresses without a role, which have no place in the topology. */
  outside: string[];
  /** For a line of summary. */
  counts: {
    /** Nothing is proposed, and nothing was there. */
    empty: boolean;
    roles: number;
    clients: number;
    without: number;
    /** Hosts and networks for which there was no room. */
    left: number;
  };
}

/** Hosts and networks that are proposed, and addresses without a role that are told one by one. A topology of more is refused. */
const MOST_HOSTS = 5000;
const MOST_NETWORKS = 1000;
const MOST_TOLD = 200;
const MEMBERS_TOLD = 20;

export function propose(addresses: SeenAddresses, partial: Partial | null, frameText: FrameText): Proposal {
  return new Proposer(addresses, partial, frameText).proposal();
}

/** Addresses of one host. */
interface Machine {
  seen: Seen[];
  said: NameSaid | null;
  roles: RoleSeen[];
  because: string[];
}

class Proposer {
  readonly #all: readonly Seen[];
  readonly #partial: Partial | null;
  readonly #frameText: FrameText;
  readonly #names: ReadonlyMap<Seen, NameSaid>;
  readonly #given: Given;
  readonly #judgement: Judgement;
  readonly #remarks: string[] = [];
  /** Names in use, in lower case. */
  readonly #taken = new Set<string>();

  constructor(addresses: SeenAddresses, partial: Partial | null, frameText: FrameText) {
    this.#all = addresses.all();
    this.#partial = partial;
    this.#frameText = frameText;
    this.#names = nameAddresses(this.#all);
    this.#given = new Given(this.#all, partial, this.#names);
    this.#judgement = judge(
      this.#all,
      (seen) => this.#given.isInside(seen),
      (seen) => this.#given.givenRoles(seen),
    );
    for (const { name } of [...(partial?.site.model.hosts ?? []), ...(partial?.site.model.networks ?? [])])
      this.#taken.add(name.toLowerCase());
  }

  proposal(): Proposal {
    const completions = this.#completions();
    const found = this.#all.filter((seen) => this.#given.hostOf(seen) === null && this.#counts(seen));
    const machines = this.#machines(found);
    const inMachines = new Set(machines.flatMap(({ seen }) => seen));
    const rest = found.filter((seen) => !inMachines.has(seen) && !this.#given.isInNetwork(seen));
    const members = rest.filter((seen) => this.#roles(seen).length > 0);
    const groups = this.#networks(members);
    const alone: { seen: Seen; why: string | null }[] = [];
    const strangers: Seen[] = [];
    for (const seen of rest) {
      if (groups.some(({ members: own }) => own.includes(seen))) continue;
      const group = groups.find(({ interval }) => lies(seen.interval, interval));
      if (group !== undefined && isWeakMember(this.#judgement.get(seen)!, group.role)) group.members.push(seen);
      else if (this.#roles(seen).length > 0) alone.push({ seen, why: null });
      else if (group === undefined) strangers.push(seen);
      else if (seen.spoke) alone.push({ seen, why: `it lies in ${group.name} and shows nothing of that role` });
    }
    for (const { seen, why } of alone)
      machines.push({
        seen: [seen],
        said: this.#names.get(seen) ?? null,
        roles: this.#roles(seen),
        because: why === null ? [] : [this.#withoutRole(seen, why)],
      });
    const speaking = strangers.filter(({ spoke }) => spoke);
    // A topology must list somebody: where no role is found at all, the hosts are listed as they are.
    const isBare = machines.length + groups.length === 0 && this.#partial === null;
    for (const seen of isBare ? speaking : [])
      machines.push({
        seen: [seen],
        said: this.#names.get(seen) ?? null,
        roles: [],
        because: [this.#withoutRole(seen, null)],
      });
    machines.sort((a, b) => this.#all.indexOf(a.seen[0]!) - this.#all.indexOf(b.seen[0]!));
    const hosts = machines.slice(0, MOST_HOSTS).map((machine) => this.#host(machine));
    const networks = groups.slice(0, MOST_NETWORKS).map((group) => this.#network(group));
    const left = machines.length - hosts.length + groups.length - networks.length;
    const silent = isBare ? [] : speaking;
    this.#tellStrangers(silent);
    return {
      hosts,
      networks,
      completions,
      remarks: this.#remarks,
      outside: this.#all.filter((seen) => this.#isOutside(seen)).map(({ address }) => address),
      counts: {
        empty: hosts.length + networks.length === 0 && this.#partial === null,
        roles: hosts.reduce((sum, { roles }) => sum + roles.length, 0),
        clients: groups.reduce((sum, { members: own }) => sum + own.length, 0),
        without: silent.length + hosts.filter(({ roles }) => roles.length === 0).length,
        left,
      },
    };
  }

  /** Roles that are sure enough, without those that others of them imply. */
  #roles(seen: Seen): RoleSeen[] {
    const sure = (this.#judgement.get(seen) ?? []).filter(({ confidence }) => confidence !== 'weak');
    return sure.filter(
      ({ role }) =>
        !sure.some(
          (other) => other.role !== role && other.role !== 'global-catalog' && expandRoles([other.role]).has(role),
        ),
    );
  }

  /** True for an address that may be an endpoint of the site. */
  #counts(seen: Seen): boolean {
    return this.#given.isInside(seen) || (classOf(seen) === 'internet' && this.#roles(seen).length > 0);
  }

  #isOutside(seen: Seen): boolean {
    return classOf(seen) === 'internet' && !this.#counts(seen);
  }

  /** Hosts with a role of a server; an address of the other family, or of the same domain controller, joins by its name. */
  #machines(found: readonly Seen[]): Machine[] {
    const machines: Machine[] = [];
    const byName = new Map<string, Machine>();
    const keyOf = ({ name, source }: NameSaid) =>
      source === 'netlogon' || source === 'srv' || source === 'dns' || source === 'dhcp' || source === 'kerberos'
        ? shortName(name)
        : null;
    const servers = found.filter((seen) => this.#roles(seen).some(({ member }) => !member));
    for (const seen of [...servers, ...found.filter((one) => !servers.includes(one))]) {
      const said = this.#names.get(seen) ?? null;
      const key = said === null ? null : keyOf(said);
      const known = key === null ? undefined : byName.get(key);
      if (
        known?.seen.every(
          ({ interval }) =>
            interval.family !== seen.interval.family ||
            said!.source === 'netlogon' ||
            isLinkLocal(interval) !== isLinkLocal(seen.interval),
        )
      ) {
        known.seen.push(seen);
        for (const role of this.#roles(seen))
          if (!known.roles.some((one) => one.role === role.role)) known.roles.push(role);
        continue;
      }
      if (!servers.includes(seen)) continue;
      const machine = { seen: [seen], said, roles: this.#roles(seen), because: [] };
      machines.push(machine);
      if (key !== null && known === undefined) byName.set(key, machine);
    }
    return machines;
  }

  #networks(members: readonly Seen[]): NamedGroup[] {
    const isClient = (seen: Seen) => this.#roles(seen).some(({ role }) => role === 'client');
    const groups: NamedGroup[] = [];
    for (const [kind, own] of [
      ['client', members.filter(isClient)],
      ['any-windows-computer', members.filter((seen) => !isClient(seen))],
    ] as const) {
      for (const group of groupAddresses(own, this.#all)) {
        if (this.#collides(group, groups)) continue;
        groups.push({ ...group, role: kind, name: this.#free(networkName(group, kind)) });
      }
    }
    return groups;
  }

  #collides({ interval }: Group, groups: readonly Group[]): boolean {
    const there = this.#partial?.site.model.networks ?? [];
    return (
      [...there, ...groups].some((other) => collide(interval, other.interval)) ||
      groups.some(
        (other) =>
          other.interval.first <= interval.first &&
          interval.last <= other.interval.last &&
          other.interval.family === interval.family,
      )
    );
  }

  #host({ seen, said, roles, because }: Machine): StatedHost {
    const name = this.#hostName(seen[0]!, said);
    return {
      name,
      addresses: seen.map(({ address }) => address),
      roles: roles.map((role) => this.#stated(role)),
      os: null,
      because: [
        ...(said === null ? [] : [nameText(said, this.#frameText)]),
        ...because,
        ...(roles.length === 0 ? [] : this.#perhaps(seen, roles)),
      ],
    };
  }

  #stated({ spelling, confidence, signs }: RoleSeen): Stated {
    return { text: spelling, because: [`${confidence}: ${signsText(signs, this.#frameText)}`] };
  }

  /** A short name where it is free and can be nothing else; else the full one; else the address. */
  #hostName({ address }: Seen, said: NameSaid | null): string {
    const candidates = said === null ? [] : [shortName(said.name), said.name];
    return this.#free(candidates.find((name) => isHostName(name) && !this.#taken.has(name.toLowerCase())) ?? address);
  }

  #free(name: string): string {
    let free = name;
    for (let i = 2; this.#taken.has(free.toLowerCase()); i++) free = `${name}-${i}`;
    this.#taken.add(free.toLowerCase());
    return free;
  }

  #network({ name, extent, members, maskFrame, role }: NamedGroup): StatedNetwork {
    const told = [...members].sort((a, b) => this.#all.indexOf(a) - this.#all.indexOf(b));
    const spellings = [
      ...new Set(
        members.flatMap((seen) =>
          this.#roles(seen)
            .filter((one) => one.role === role)
            .map(({ spelling }) => spelling),
        ),
      ),
    ];
    const because =
      'range' in extent
        ? ['The capture shows no mask of this network: widen the range to it, or write a cidr.']
        : [
            maskFrame === null
              ? 'An IPv6 prefix of 64 bits, as links have.'
              : `The mask is from DHCP (${this.#frameText(maskFrame)}).`,
          ];
    for (const seen of told.slice(0, MEMBERS_TOLD)) {
      const own = (this.#judgement.get(seen) ?? []).find((one) => one.role === role)!;
      const confidence = own.confidence === 'weak' ? 'likely, among the others' : own.confidence;
      because.push(`${this.#addressText(seen)} ${confidence}: ${signsText(own.signs, this.#frameText)}`);
    }
    if (told.length > MEMBERS_TOLD) because.push(`and ${told.length - MEMBERS_TOLD} more`);
    return {
      name,
      extent,
      roles: [{ text: spellings.includes(role) || spellings.length === 0 ? role : spellings[0]!, because: [] }],
      because,
    };
  }

  /** What hosts of the topology lack, and what the capture shows of them besides. */
  #completions(): Completion[] {
    const { site, states } = this.#partial ?? {};
    if (site === undefined || states === undefined) return [];
    const completions: Completion[] = [];
    for (const [i, host] of site.model.hosts.entries()) {
      const state = states[i];
      // A proxy that the settings name by its address stands in no list.
      if (state === undefined) continue;
      const own = this.#all.filter((seen) => this.#given.hostOf(seen) === i);
      const adopted = own.filter((seen) => this.#given.isAdopted(seen));
      const roles = new Map<string, RoleSeen>();
      for (const seen of own)
        for (const role of this.#roles(seen)) if (!role.member && !roles.has(role.role)) roles.set(role.role, role);
      const found = [...roles.values()];
      if (state.roles) this.#compare(host.name, expandRoles(host.roles), found);
      const addsRoles = !state.roles && found.length > 0;
      if (!addsRoles && adopted.length === 0) continue;
      completions.push({
        host: i,
        addresses: adopted.length === 0 ? null : adopted.map(({ address }) => address),
        roles: addsRoles ? found.map((role) => this.#stated(role)) : null,
        because: adopted.map((seen) => `${seen.address}: ${nameText(this.#names.get(seen)!, this.#frameText)}`),
      });
    }
    return completions;
  }

  #compare(name: string, held: ReadonlySet<string>, found: readonly RoleSeen[]): void {
    for (const { role, confidence, signs } of found)
      if (!held.has(role))
        this.#remarks.push(
          `${name} also looks like ${roleName(role)} (${confidence}): it ${signsText(signs, this.#frameText)}.`,
        );
  }

  #withoutRole(seen: Seen, why: string | null): string {
    const perhaps = this.#perhaps([seen], []);
    const reason = perhaps.length > 0 ? perhaps.join('; ') : doingText(seen, this.#frameText);
    return `no role${why === null ? '' : `, ${why}`}: ${reason}`;
  }

  /** Weak roles besides those that are given or follow from them. */
  #perhaps(seen: readonly Seen[], given: readonly RoleSeen[]): string[] {
    const held = expandRoles(given.map(({ role }) => role));
    return seen
      .flatMap((one) => this.#judgement.get(one) ?? [])
      .filter(
        ({ role, confidence, member, alone }) =>
          confidence === 'weak' && !held.has(role) && !((member || alone) && given.length > 0),
      )
      .map(({ role, signs }) => `perhaps ${roleName(role)}: it ${signsText(signs, this.#frameText)}`);
  }

  #tellStrangers(strangers: readonly Seen[]): void {
    const [telling, plain] = [
      strangers.filter(({ signs }) => signs.size > 0),
      strangers.filter(({ signs }) => signs.size === 0),
    ];
    if (telling.length > 0) {
      this.#say('Seen, and given no role, since the capture shows too little of them:');
      for (const seen of telling.slice(0, MOST_TOLD))
        this.#remarks.push(`  ${this.#addressText(seen)}: ${this.#withoutRole(seen, null)}`);
      if (telling.length > MOST_TOLD) this.#remarks.push(`  and ${telling.length - MOST_TOLD} more`);
      this.#remarks.push(
        'Add those that you know to hosts, with the role: until then a check tells them as unknown addresses, and what is blocked for them is not told as blocked.',
      );
    }
    if (plain.length > 0) {
      const told = plain.slice(0, MOST_TOLD).map((seen) => this.#addressText(seen));
      const more = plain.length > MOST_TOLD ? ` and ${plain.length - MOST_TOLD} more` : '';
      this.#say(`Seen, and nothing that they do tells a role: ${told.join(', ')}${more}.`);
    }
  }

  /** A remark with an empty line before it. */
  #say(sentence: string): void {
    if (this.#remarks.length > 0) this.#remarks.push('');
    this.#remarks.push(sentence);
  }

  #addressText(seen: Seen): string {
    const said = this.#names.get(seen);
    return `${seen.address}${said === undefined ? '' : ` (${nameText(said, this.#frameText)})`}`;
  }
}

interface NamedGroup extends Group {
  name: string;
  role: 'client' | 'any-windows-computer';
}

function networkName({ interval }: Group, role: NamedGroup['role']): string {
  return `${role === 'client' ? 'clients' : 'computers'}-${formatInterval({ ...interval, last: interval.first })}`;
}

const isWeakMember = (roles: readonly RoleSeen[], role: string): boolean =>
  roles.some((one) => one.role === role && one.confidence === 'weak');
