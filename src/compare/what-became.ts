/** What became of a finding that is gone: fixed only where the second report shows it. */
import type { PairReport, Report, ReportedFinding } from '../assess/types.ts';

export interface Became {
  change: 'fixed' | 'no-longer-seen';
  reason: string;
}

const fixed = (reason: string): Became => ({ change: 'fixed', reason });
const unseen = (reason: string): Became => ({ change: 'no-longer-seen', reason });

/** Steps of a network boot at which it is done. */
const LOADED = new Set(['loaded', 'windows-pe']);
/** Kinds that say that traffic should not be, not that it fails. */
const UNWANTED = new Set(['unexpected-port', 'forbidden', 'unknown-endpoint', 'endpoint']);

/** Looks things up in the second report. */
export class Aftermath {
  readonly #report: Report;
  /** Where a pair has rows for several networks that differ, it is mixed. */
  readonly #pairs = new Map<string, PairReport>();
  readonly #networks = new Map<string, PairReport>();

  constructor(report: Report) {
    this.#report = report;
    for (const pair of report.pairs) {
      const key = keyOf(pair.src, pair.dest, pair.proto, pair.dest_port);
      this.#networks.set(`${key} ${pair.network}`, pair);
      const known = this.#pairs.get(key);
      this.#pairs.set(key, known === undefined || known.state === pair.state ? pair : { ...pair, state: 'mixed' });
    }
  }

  of(finding: ReportedFinding): Became {
    const { kind, subject, src_ip, dest_ip } = finding;
    if (kind.startsWith('pxe-')) return this.#ofBoot(finding);
    if (subject !== null) return this.#ofSubject(finding, subject);
    if (src_ip === null && dest_ip === null) return this.#ofRule(finding);
    if (src_ip === null || dest_ip === null) return this.#ofServer(finding);
    return this.#ofPair(finding);
  }

  #ofBoot({ subject }: ReportedFinding): Became {
    const clients = this.#report.pxe_clients;
    if (clients.length === 0) return unseen('no network boot is in the second capture');
    const isMachine = subject !== null && /^[0-9a-f]{2}(:[0-9a-f]{2})+$/i.test(subject);
    if (!isMachine)
      return unseen('the boots of the second capture do not show it; other servers may answer other machines');
    const boot = clients.find(({ hardware_address }) => hardware_address === subject);
    if (boot === undefined) return unseen('this machine does not boot in the second capture');
    return LOADED.has(boot.reached)
      ? fixed('the machine boots: it loads its program')
      : unseen(`the machine boots again and comes as far as "${boot.reached}", which does not show that it works`);
  }

  #ofSubject({ kind }: ReportedFinding, subject: string): Became {
    const { endpoints, tftp_transfers } = this.#report;
    if (kind.startsWith('tftp-')) {
      const own = tftp_transfers.filter(({ server_ip }) => server_ip === subject);
      return own.some(({ outcome }) => outcome === 'complete')
        ? fixed('transfers of this server were completed without it')
        : unseen('no completed transfer of this server is in the second capture');
    }
    const endpoint = endpoints.find(({ ip }) => ip === subject);
    if (endpoint === undefined) return unseen('this address is not in the second capture');
    return endpoint.known_by === 'host' || endpoint.known_by === 'network'
      ? fixed('the topology lists this address now')
      : unseen('this address is in the second capture, but nothing that it did is a finding');
  }

  #ofRule({ rule }: ReportedFinding): Became {
    const state = this.#report.rules.find(({ id }) => id === rule[0])?.state;
    if (state === undefined) return unseen('the second report does not know what it was about');
    if (state === 'not-applicable') return unseen('the rule does not apply to the second topology');
    if (state === 'not-seen') return unseen('its traffic is not in the second capture');
    return fixed('its traffic is in the second capture');
  }

  /** A finding with one end: any traffic of that end on the port tells. */
  #ofServer({ src_ip, src_name, dest_ip, dest_name, proto, dest_port }: ReportedFinding): Became {
    const sources = namesOf(src_ip, src_name);
    const servers = namesOf(dest_ip, dest_name);
    const seen = this.#report.pairs.filter(
      (pair) =>
        (src_ip === null || sources.includes(pair.src)) &&
        (dest_ip === null || servers.includes(pair.dest)) &&
        pair.proto === proto &&
        pair.dest_port === dest_port,
    );
    if (seen.length === 0) return unseen(this.#notSeen());
    return seen.every(({ state }) => state === 'works')
      ? fixed('the same traffic works in the second capture')
      : unseen('the same traffic is in the second capture, but it does not show that it works');
  }

  #ofPair({ kind, src_ip, src_name, dest_ip, dest_name, proto, dest_port, network }: ReportedFinding): Became {
    if (dest_port === null || proto === null) return unseen('the second capture does not show it');
    for (const src of namesOf(src_ip, src_name)) {
      for (const dest of namesOf(dest_ip, dest_name)) {
        const key = keyOf(src, dest, proto, dest_port);
        const pair = network === undefined ? this.#pairs.get(key) : this.#networks.get(`${key} ${network}`);
        if (pair !== undefined) return UNWANTED.has(kind) ? ofUnwanted(pair) : ofState(pair);
      }
    }
    return unseen(network === undefined ? this.#notSeen() : `the second capture does not tell ${network} apart`);
  }

  #notSeen(): string {
    return this.#report.pairs_left_out === 0
      ? 'its traffic is not in the second capture'
      : 'the second report does not list its traffic; it lists only a part of all';
  }
}

function ofState({ state }: PairReport): Became {
  switch (state) {
    case 'works':
      return fixed('it gets through in the second capture');
    case 'mixed':
      return unseen('some connections get through in the second capture, and others do not');
    case 'undecided':
      return unseen('it was tried in the second capture, which cannot tell whether it gets through');
    case 'blocked':
      return unseen('it still does not get through, but another port works in its place, or no rule asks for it');
  }
}

/** Traffic that should not be, is still there, and is no finding: the rules changed. */
function ofUnwanted({ state }: PairReport): Became {
  return state === 'works' || state === 'mixed'
    ? fixed('the traffic is still there, and the second topology has nothing against it')
    : unseen('it was tried in the second capture, which does not show whether it gets through');
}

const keyOf = (src: string, dest: string, proto: string, port: number): string => `${src} ${dest} ${proto} ${port}`;

/** The names under which an end may be known. */
function namesOf(ip: string | null, name: string | null): string[] {
  return [name?.toLowerCase(), ip].filter((known) => known !== undefined && known !== null);
}
