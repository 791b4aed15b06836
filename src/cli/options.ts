import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SEVERITIES } from '../assess/types.ts';
import { MAX_SNAPSHOT } from '../live/snapshot.ts';
import { FIREWALL_FORMAT_NAMES } from '../report/firewall/formats.ts';
import { FLOW_FORMAT_NAMES } from '../report/flows.ts';
import { FORMAT_NAMES } from '../report/formats.ts';
import { type LogZone, parseZone } from '../witness/log-zone.ts';
import { parseDay } from './day.ts';
import { parseSeconds } from './time-span.ts';

/** One option of the command line; help and parsing are made from these tables. */
export interface OptionRow {
  flags: string;
  description: string;
  choices?: readonly string[];
  default?: string | number;
  /** How help writes the default. */
  defaultText?: string;
  repeatable?: true;
  required?: true;
  parse?: (text: string) => unknown;
}

const MAX_WORKERS = 256;

function workers(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > MAX_WORKERS) {
    throw new InvalidArgumentError(`A whole number from 0 (no threads) to ${MAX_WORKERS} is needed.`);
  }
  return count;
}

const WORKERS: OptionRow = {
  flags: '-j, --workers <count>',
  description: `threads that read captures; 0 works without threads (default: what pays, at most ${availableParallelism()})`,
  parse: workers,
};
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const LEAST_MEMORY = 2 ** 20;

function memory(text: string): number {
  const match = /^(\d{1,12})\s*([kmg]?)(?:i?b)?$/i.exec(text.trim());
  const bytes = match === null ? 0 : Number(match[1]) * UNITS[match[2].toLowerCase()];
  if (bytes < LEAST_MEMORY) throw new InvalidArgumentError('A size of at least 1m is needed, such as 512m or 2g.');
  return bytes;
}

const MAX_MEMORY: OptionRow = {
  flags: '--max-memory <size>',
  description:
    'most memory that it takes, such as 512m or 4g (default: 1g); what goes beyond is summed up or counted, and told',
  parse: memory,
};
function amount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text.trim())) throw new InvalidArgumentError('A whole number is needed, such as 10.');
  return count;
}

const DATE: OptionRow = {
  flags: '--date <day>',
  description: 'the day by which expiry dates of exceptions are judged (YYYY-MM-DD; default: today, UTC)',
  parse: parseDay,
};
function zone(text: string): LogZone {
  const parsed = parseZone(text);
  if (parsed === null)
    throw new InvalidArgumentError('Wanted: local, utc, an offset such as +02:00, or a zone such as Europe/Berlin.');
  return parsed;
}

const FIREWALL_LOGS: readonly OptionRow[] = [
  {
    flags: '--firewall-log <file>',
    description: 'a pfirewall.log of Windows as a second witness: its DROP rows explain silence; may be repeated',
    repeatable: true,
  },
  {
    flags: '--firewall-log-time <zone>',
    description: 'zone of the times in it: local (of this machine), utc, +02:00 or Europe/Berlin (default: local)',
    parse: zone,
  },
];
const BOM: OptionRow = { flags: '--bom', description: 'begin CSV with a byte order mark, as Excel wants it' };
const QUIET: OptionRow = {
  flags: '-q, --quiet',
  description: 'no progress and no remarks on standard error; the result is printed all the same',
};

export const CHECK_OPTIONS: readonly OptionRow[] = [
  {
    flags: '-t, --topology <file>',
    description: 'the site: hosts, networks, roles (pcapcheck topology init makes one)',
    required: true,
  },
  { flags: '-f, --format <format>', description: 'what to print', choices: FORMAT_NAMES, default: 'terminal' },
  {
    flags: '-o, --output <format=path>',
    description: 'also write a report to a file; may be repeated',
    repeatable: true,
  },
  {
    flags: '--fail-on <severity>',
    description: 'exit with 1 where a finding is at least this severe',
    choices: [...SEVERITIES, 'never'],
    default: 'low',
  },
  {
    flags: '--max-findings <count>',
    description: 'tolerate so many findings that are at least as severe as --fail-on says',
    parse: amount,
    default: 0,
  },
  ...FIREWALL_LOGS,
  {
    flags: '--evidence <path>',
    description: 'write the frames behind the findings to a pcapng, or into a folder (also --output evidence=FILE)',
  },
  {
    flags: '--evidence-frames <count>',
    description: 'frames of each finding, the first and the last ones',
    parse: amount,
    default: 40,
  },
  { flags: '--snaplen <bytes>', description: 'bytes kept of each frame of evidence (default: all)', parse: amount },
  {
    flags: '--anonymize',
    description: 'evidence for others: other addresses with the same prefixes, and nothing but IP, TCP and UDP headers',
  },
  DATE,
  WORKERS,
  MAX_MEMORY,
  BOM,
  QUIET,
  { flags: '-v, --verbose', description: 'print everything: each rule, each finding, internal errors whole' },
];

export const FLOW_OPTIONS: readonly OptionRow[] = [
  {
    flags: '-f, --format <format>',
    description: 'what to print (default: table, or nothing where --output is given)',
    choices: FLOW_FORMAT_NAMES,
  },
  {
    flags: '-o, --output <format=path>',
    description: 'write the connections to a file; may be repeated',
    repeatable: true,
  },
  ...FIREWALL_LOGS,
  WORKERS,
  MAX_MEMORY,
  BOM,
  QUIET,
];

export const EXCEPT_OPTIONS: readonly OptionRow[] = [
  { flags: '-t, --topology <file>', description: 'the site, where captures are given instead of a report' },
  { flags: '--reason <text>', description: 'why the finding may stay' },
  { flags: '--owner <name>', description: 'who answers for it' },
  { flags: '--ticket <id>', description: 'where it was agreed' },
  { flags: '--expires <day>', description: 'the last day on which it holds (YYYY-MM-DD)', parse: parseDay },
  WORKERS,
  MAX_MEMORY,
  QUIET,
];

export const DIFF_OPTIONS: readonly OptionRow[] = [
  {
    flags: '-f, --format <format>',
    description: 'what to print',
    choices: ['terminal', 'json', 'markdown'],
    default: 'terminal',
  },
  {
    flags: '--fail-on <severity>',
    description: 'exit with 1 where something at least this severe is new, or became so',
    choices: [...SEVERITIES, 'never'],
    default: 'low',
  },
  { flags: '-v, --verbose', description: 'print every change, internal errors whole' },
];

export const FIREWALL_OPTIONS: readonly OptionRow[] = [
  { flags: '-t, --topology <file>', description: 'the site: hosts, networks, roles', required: true },
  {
    flags: '-f, --format <format>',
    description: 'what to print (default: markdown, or nothing where --output is given)',
    choices: FIREWALL_FORMAT_NAMES,
  },
  {
    flags: '-o, --output <format=path>',
    description: 'write the rules to a file; may be repeated',
    repeatable: true,
  },
  { flags: '--all', description: 'for the whole topology by the catalog, without a capture' },
  {
    flags: '--need <need>',
    description: 'with --all: the weakest need that is opened (default: required)',
    choices: ['required', 'conditional', 'optional'],
  },
  {
    flags: '--whole-roles',
    description: 'open blocked ports for all hosts of their roles, not only those that failed',
  },
  { flags: '--remove', description: 'print the script that takes the rules away again (powershell, netsh, nft)' },
  ...FIREWALL_LOGS,
  DATE,
  WORKERS,
  MAX_MEMORY,
  BOM,
  QUIET,
];

export const LEARN_OPTIONS: readonly OptionRow[] = [
  { flags: '-t, --topology <file>', description: 'a topology to complete: everything in it stays and wins' },
  WORKERS,
  MAX_MEMORY,
  QUIET,
];

export const PXE_OPTIONS: readonly OptionRow[] = [
  {
    flags: '-c, --client <machine>',
    description: 'one machine, by its hardware address, UUID or IP address: all of its messages',
  },
  { flags: '-f, --format <format>', description: 'what to print', choices: ['table', 'json'], default: 'table' },
  WORKERS,
  QUIET,
];

/** Bytes that the kernel keeps for us until we read them. */
const CAPTURE_BUFFER = 64 * 2 ** 20;
const MOST_BUFFER = 2 ** 30;

/** For a quarter of a million connections at a time: few enough to be looked at every second. */
const LIVE_MEMORY = 128 * 2 ** 20;

function captureBuffer(text: string): number {
  const bytes = memory(text);
  if (bytes > MOST_BUFFER) throw new InvalidArgumentError('At most 1g can be asked of the kernel.');
  return bytes;
}

function snapLength(text: string): number {
  const bytes = Number(text);
  if (!Number.isInteger(bytes) || bytes < LEAST_SNAP || bytes > MAX_SNAPSHOT)
    throw new InvalidArgumentError(`A whole number from ${LEAST_SNAP} to ${MAX_SNAPSHOT} is needed.`);
  return bytes;
}
/** Headers and the whole of a DHCP message. */
const LEAST_SNAP = 68;

export const LIVE_OPTIONS: readonly OptionRow[] = [
  {
    flags: '-t, --topology <file>',
    description: 'the site: hosts, networks, roles (pcapcheck topology init makes one)',
    required: true,
  },
  {
    flags: '-i, --interface <name>',
    description: 'capture on it; may be repeated (see pcapcheck interfaces)',
    repeatable: true,
  },
  {
    flags: '-f, --filter <bpf>',
    description: 'capture only this, in the language of tcpdump, such as "udp or host 10.1.0.5"',
  },
  { flags: '--watch <folder>', description: 'follow the capture files that dumpcap, tcpdump or pktmon write there' },
  { flags: '--duration <time>', description: 'end after this time, such as 90s, 15m, 2h or 7d', parse: parseSeconds },
  { flags: '--until-idle <time>', description: 'end once no packet came for this time', parse: parseSeconds },
  {
    flags: '-w, --write <file>',
    description: 'also save what is captured, as pcap; of several interfaces, a file each',
  },
  {
    flags: '-b, --ring <limit>',
    description:
      'save in turn: filesize:100m or duration:3600 begins the next file, files:24 keeps so many; may be repeated',
    repeatable: true,
  },
  {
    flags: '--snap-length <bytes>',
    description: 'bytes captured of each packet',
    parse: snapLength,
    default: MAX_SNAPSHOT,
  },
  {
    flags: '--buffer <size>',
    description: "the kernel's buffer of each interface",
    parse: captureBuffer,
    default: CAPTURE_BUFFER,
    defaultText: '64m',
  },
  { flags: '--no-promiscuous', description: 'capture only what the interface takes in by itself' },
  { flags: '--user <name>', description: 'become this user once the interfaces are open (started as root, Linux)' },
  { flags: '--ndjson', description: 'a line of JSON for everything that happens, also on a terminal' },
  {
    flags: '-o, --output <format=path>',
    description: 'at the end also write a report to a file; may be repeated',
    repeatable: true,
  },
  {
    flags: '--fail-on <severity>',
    description: 'exit with 1 where a finding is at least this severe',
    choices: [...SEVERITIES, 'never'],
    default: 'low',
  },
  {
    flags: '--max-findings <count>',
    description: 'tolerate so many findings that are at least as severe as --fail-on says',
    parse: amount,
    default: 0,
  },
  {
    flags: '--max-memory <size>',
    description: 'memory for connections; of more, those that are over are summed up',
    parse: memory,
    default: LIVE_MEMORY,
    defaultText: '128m',
  },
  { flags: '-q, --quiet', description: 'no status screen' },
  { flags: '-v, --verbose', description: 'print everything in the report, internal errors whole' },
];

export const INTERFACES_OPTIONS: readonly OptionRow[] = [
  { flags: '--format <format>', description: 'what to print', choices: ['table', 'json'], default: 'table' },
];

export const DOCTOR_OPTIONS: readonly OptionRow[] = [
  { flags: '-f, --format <format>', description: 'what to print', choices: ['text', 'json'], default: 'text' },
  { flags: '--live', description: 'exit with 1 also where this user cannot capture live' },
  MAX_MEMORY,
];

export const CATALOG_OPTIONS: readonly OptionRow[] = [
  { flags: '--role <role>', description: 'rules in which the role is either end' },
  { flags: '--port <port>', description: 'rules for a port, such as 443, tcp/443 or udp/63000-64000' },
  { flags: '--catalog <catalog>', description: 'configmgr, hybrid-identity, windows-server or internet-endpoints' },
  { flags: '--text <words>', description: 'rules with these words in id, description, host or condition' },
  { flags: '--need <need>', description: 'required, conditional, optional, nominal or historic' },
  { flags: '--date <date>', description: 'rules as documented on that day (YYYY-MM-DD)' },
  { flags: '-f, --format <format>', description: 'what to print', choices: ['table', 'json', 'csv'], default: 'table' },
  BOM,
];

/** Those that `completion` writes for. */
export const SHELLS = ['bash', 'zsh', 'powershell'] as const;

/** Adds the options of a table to a command. */
export function addOptions(command: Command, rows: readonly OptionRow[]): Command {
  for (const row of rows) {
    const option = new Option(row.flags, row.description);
    if (row.choices !== undefined) option.choices([...row.choices]);
    if (row.default !== undefined) option.default(row.default, row.defaultText);
    const { parse } = row;
    if (parse !== undefined) option.argParser(parse);
    if (row.repeatable)
      option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);
    command.addOption(option);
    if (row.required) insistOn(option, command);
  }
  return command;
}

/** Asks for an option once all others are known: of a mandatory option Commander says that it is missing before it names the word that is one misspelled. */
function insistOn(option: Option, command: Command): void {
  command.hook('preAction', () => {
    if (command.getOptionValue(option.attributeName()) === undefined)
      command.error(`error: required option '${option.flags}' not specified`);
  });
}
