/** A boot as a ladder: who stands in which column, which message goes from where to where, and where it stopped. */
import type { PxeClientReport, PxeStepReport } from '../../assess/types.ts';
import { hasFailed } from './boot-steps.ts';

export interface Column {
  title: string;
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
  const servers: string[] = [];
  const jobs = new Map<string, Set<string>>();
  for (const step of steps) {
    for (const ip of [step.src_ip, step.dest_ip])
      if (!own.has(ip) && !isGroup(ip) && !servers.includes(ip)) servers.push(ip);
    for (const [ip, job] of jobsOf(step))
      if (!own.has(ip) && !isGroup(ip)) jobs.set(ip, (jobs.get(ip) ?? new Set()).add(job));
  }
  servers.sort((one, other) => order(jobs.get(one)) - order(jobs.get(other)));
  const columns: Column[] = [{ title: 'client', addresses: [...client.addresses] }];
  for (const ip of servers) {
    const title = `${[...(jobs.get(ip) ?? [])].sort().join(', ') || 'server'}${names[ip] === undefined ? '' : ` ${names[ip]}`}`;
    if (columns.length < MOST_COLUMNS) columns.push({ title, addresses: [ip] });
    else columns[MOST_COLUMNS - 1].addresses.push(ip);
  }
  if (columns.length === 1) columns.push({ title: 'everybody', addresses: [] });
  if (columns.length === MOST_COLUMNS && columns[MOST_COLUMNS - 1].addresses.length > 1)
    columns[MOST_COLUMNS - 1].title = 'others';
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

/** What a message says of what its ends are for. */
function jobsOf({ message, src_ip, dest_ip, src_port, dest_port }: PxeStepReport): [string, string][] {
  if (message.startsWith('TFTP')) return [[dest_ip, 'distribution point']];
  if (message.includes('relayed') && dest_port === 67)
    return [
      [src_ip, 'DHCP relay'],
      [dest_ip, 'DHCP server'],
    ];
  if (/^proxy/i.test(message) || src_port === 4011) return [[src_ip, 'distribution point']];
  if (dest_port === 4011) return [[dest_ip, 'distribution point']];
  if (/OFFER|ACK|NAK|ADVERTISE|REPLY/i.test(message)) return [[src_ip, 'DHCP server']];
  return [];
}

const ORDER = ['DHCP relay', 'DHCP server', 'distribution point'];
const order = (jobs: ReadonlySet<string> | undefined): number =>
  jobs === undefined ? ORDER.length : Math.min(...[...jobs].map((job) => ORDER.indexOf(job)));

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
