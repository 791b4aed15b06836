/** A boot as a ladder: who stands in which column, which message goes from where to where, and where it stopped. */
import type { PxeClientReport, PxeStepReport } from '../../assess/types.ts';
import { hasFailed } from './boot-steps.ts';

export interface Column {
  title: string;
  /** In the topology; null where it has none, or several stand here. */
  name: string | null;
  /** Addresses that stand here. */
  addresses: string[];
}

export interface Rung {
  step: PxeStepReport;
  from: number;
  /** The last column for what goes to everybody. */
  to: number;
  toAll: boolean;
  transfer: boolean;
  failed: boolean;
  /** Number of a boot that begins here, from the second on. */
  boot: number | null;
}

export interface Ladder {
  columns: Column[];
  rungs: Rung[];
  /** Messages after the last one drawn. */
  left: number;
  /** What the machine waited for in vain; null where it got through. */
  stopped: string | null;
}

const MOST_COLUMNS = 6;
const MOST_RUNGS = 60;
const CLIENT = 0;

/** TFTP results that are no success; the word begins the result. */
const FAILURE = /^(refused|no-answer|not-acknowledged|stalled|aborted)\b/;

export function ladderOf(client: PxeClientReport, names: Readonly<Record<string, string>>): Ladder {
  const steps = client.steps.slice(0, MOST_RUNGS);
  const own = new Set(['0.0.0.0', '::', ...client.addresses]);
  const isGroup = (ip: string): boolean => ip === '255.255.255.255' || /^ff/i.test(ip) || /^(22[4-9]|23\d)\./.test(ip);
  /** Addresses of each host that the topology names; of others each by itself. */
  const servers = new Map<string, string[]>();
  for (const ip of steps.flatMap(({ src_ip, dest_ip }) => [src_ip, dest_ip])) {
    if (own.has(ip) || isGroup(ip)) continue;
    const host = names[ip] ?? ip;
    const known = servers.get(host) ?? [];
    if (!known.includes(ip)) servers.set(host, [...known, ip]);
  }
  const jobs = jobsOf(steps, names);
  const hosts = [...servers].map(([host, addresses]) => {
    const own = new Set(addresses.flatMap((ip) => [...(jobs.get(ip) ?? [])]));
    const title = [...own].sort().join(', ') || 'server';
    return { rank: order(own), title, name: addresses.includes(host) ? null : host, addresses };
  });
  hosts.sort((one, other) => one.rank - other.rank);
  const columns: Column[] = [{ title: 'client', name: null, addresses: [...client.addresses] }];
  for (const { title, name, addresses } of hosts) {
    if (columns.length < MOST_COLUMNS) columns.push({ title, name, addresses });
    else columns[MOST_COLUMNS - 1].addresses.push(...addresses);
  }
  if (columns.length === 1) columns.push({ title: 'everybody', name: null, addresses: [] });
  if (hosts.length >= MOST_COLUMNS) Object.assign(columns[MOST_COLUMNS - 1], { title: 'others', name: null });
  const place = (ip: string): number =>
    Math.max(
      CLIENT,
      columns.findIndex(({ addresses }, at) => at > 0 && addresses.includes(ip)),
    );
  let boot = 1;
  const rungs = steps.map((step, at) => {
    const toAll = isGroup(step.dest_ip);
    const from = place(step.src_ip);
    const begins = at > 0 && step.since < steps[at - 1].since;
    if (begins) boot++;
    return {
      step,
      from,
      to: !toAll ? place(step.dest_ip) : from === CLIENT ? columns.length - 1 : CLIENT,
      toAll,
      transfer: step.message.startsWith('TFTP'),
      failed: step.message.startsWith('TFTP') && FAILURE.test(step.result),
      boot: begins ? boot : null,
    };
  });
  return {
    columns,
    rungs,
    left: client.steps.length - steps.length,
    stopped: hasFailed(client) ? waitedFor(client) : null,
  };
}

/** What the messages say of what addresses are for. */
function jobsOf(steps: readonly PxeStepReport[], names: Readonly<Record<string, string>>): Map<string, Set<string>> {
  const isRelayed = ({ message, dest_port }: PxeStepReport): boolean => message.includes('relayed') && dest_port === 67;
  const isAnswer = ({ message }: PxeStepReport): boolean => /OFFER|ACK|NAK|ADVERTISE|REPLY/i.test(message);
  const relays = new Set(steps.filter(isRelayed).map((step) => (isAnswer(step) ? step.dest_ip : step.src_ip)));
  const answerers = answerersOf(steps.filter(isAnswer), names);
  for (const [ip, kind] of answerers) if (kind === 'relay') relays.add(ip);
  const jobs = new Map([...relays].map((ip) => [ip, new Set(['DHCP relay'])]));
  const add = (ip: string, job: string): void => {
    // A relay hands on what servers say.
    if (!relays.has(ip)) jobs.set(ip, (jobs.get(ip) ?? new Set()).add(job));
  };
  for (const step of steps) {
    const { message, src_ip, dest_ip, src_port, dest_port } = step;
    if (message.startsWith('TFTP') || dest_port === 4011) add(dest_ip, 'distribution point');
    else if (/^proxy/i.test(message) || src_port === 4011)
      add(src_ip, answerers.get(src_ip) === 'unclear' ? 'DHCP server or relay' : 'distribution point');
    else if (isAnswer(step)) add(src_ip, answerers.get(src_ip) === 'unclear' ? 'DHCP server or relay' : 'DHCP server');
  }
  // Relays ask PXE servers the same as DHCP servers; who answers nothing is taken for the latter.
  for (const step of steps)
    if (isRelayed(step) && !isAnswer(step) && !jobs.has(step.dest_ip)) add(step.dest_ip, 'DHCP server');
  return jobs;
}

type Answerer = 'server' | 'relay' | 'unclear';

/** The server identifier (RFC 2132 section 9.7) in an answer, as its step tells it. */
const SERVER_ID = /(?:^|, )server (\d+\.\d+\.\d+\.\d+)(?:,|$)/;

/**
 * Who sends answers at the client: a relay hands on those of servers, and their identifiers tell. One identifier that is not the sender's
 * own may be another address of the same server; several are several servers.
 */
function answerersOf(
  answers: readonly PxeStepReport[],
  names: Readonly<Record<string, string>>,
): ReadonlyMap<string, Answerer> {
  const told = new Map<string, Set<string>>();
  for (const { src_ip, src_port, result } of answers) {
    const id = src_port === 67 ? SERVER_ID.exec(result)?.[1] : undefined;
    if (id !== undefined) told.set(src_ip, (told.get(src_ip) ?? new Set()).add(id));
  }
  return new Map([...told].map(([ip, ids]) => [ip, answererOf(ip, [...ids], names)]));
}

function answererOf(ip: string, ids: readonly string[], names: Readonly<Record<string, string>>): Answerer {
  const host = names[ip];
  if (ids.some((id) => id === ip || (host !== undefined && names[id] === host))) return 'server';
  const other = ids.some((id) => host !== undefined && names[id] !== undefined);
  return ids.length > 1 || other ? 'relay' : 'unclear';
}

const ORDER = ['DHCP relay', 'DHCP server or relay', 'DHCP server', 'distribution point'];
const order = (jobs: ReadonlySet<string>): number =>
  Math.min(ORDER.length, ...[...jobs].map((job) => ORDER.indexOf(job)));

const WAITED: Readonly<Record<string, string>> = {
  discover: 'Stopped: no offer of an address',
  offer: 'Stopped: the offer was not taken up',
  request: 'Stopped: the address was not confirmed',
  address: 'Stopped: no boot server, or none that it could use',
  'boot-server-request': 'Stopped: the boot server did not answer',
  'boot-file': 'Stopped: the boot file was not asked for',
  'tftp-request': 'Stopped: the file did not arrive',
  'tftp-data': 'Stopped: the file did not arrive whole',
};

const waitedFor = ({ reached }: PxeClientReport): string => WAITED[reached] ?? `Stopped after: ${reached}`;
