/** The block of YAML that accepts a finding, to be pasted into the topology. */
import type { ReportedFinding } from '../assess/types.ts';

/** What only people can say; what is missing is left empty, and the topology is refused until somebody fills it in. */
export interface Acceptance {
  reason?: string;
  owner?: string;
  ticket?: string;
  /** The last day on which it holds. */
  expires?: string;
}

/** Names of hosts; networks stand for all of their members and are no end of one finding. */
export type IsHost = (name: string, ip: string) => boolean;

const LONGEST_ID = 64;
/** What YAML reads as a plain text, whatever stands around it. */
const PLAIN = /^[A-Za-z][A-Za-z0-9._-]*$/;
/** Words that YAML readers take for something else than text. */
const WORDS = /^(?:true|false|yes|no|on|off|null|y|n)$/i;

/** The list item for `exceptions:`, with the key itself, which stands once in a file. Ends with a line break. */
export function exceptionBlock(finding: ReportedFinding, said: Acceptance, isHost: IsHost): string {
  const { kind, rule, proto, dest_port, subject, fingerprint } = finding;
  const byEnds = subject === null && (finding.src_ip !== null || finding.dest_ip !== null || rule.length > 0);
  const from = endOf(finding.src_ip, finding.src_name, isHost);
  const to = endOf(finding.dest_ip, finding.dest_name, isHost);
  const criteria: [string, string | null][] = byEnds
    ? [
        ['rule', rule.length === 0 ? null : scalar(rule[0])],
        ['from', from],
        ['to', to],
        ['transport', proto],
        ['ports', dest_port === null ? null : `[${dest_port}]`],
      ]
    : [['fingerprint', `"${fingerprint}"`]];
  const lines: [string, string | null][] = [
    ['id', scalar(idOf(finding))],
    ['kind', kind],
    ...criteria,
    ['reason', said.reason === undefined ? '   # why it may stay' : scalar(said.reason)],
    ['owner', said.owner === undefined ? '   # who answers for it' : scalar(said.owner)],
    ['ticket', said.ticket === undefined ? null : scalar(said.ticket)],
    ['expires', said.expires ?? '   # the last day, as 2027-03-31; without this line it holds for good'],
  ];
  const text = lines
    .filter(([, value]) => value !== null)
    .map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${value}`.trimEnd());
  return `exceptions:   # once in the file: where it is there already, add only the lines below\n${text.join('\n')}\n`;
}

function endOf(ip: string | null, name: string | null, isHost: IsHost): string | null {
  if (ip === null) return null;
  return scalar(name !== null && isHost(name, ip) ? name : ip);
}

/** `blocked-required-ws02-sup01-tcp-8530`: letters, digits and hyphens, as ids have to be. */
function idOf({ kind, src_name, src_ip, dest_name, dest_ip, proto, dest_port, fingerprint }: ReportedFinding): string {
  const words = [kind, src_name ?? src_ip, dest_name ?? dest_ip, proto, dest_port].filter((part) => part !== null);
  const id = words
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return id.length <= LONGEST_ID && words.length > 1 ? id.replace(/-$/, '') : `${kind.slice(0, 40)}-${fingerprint}`;
}

/** A text as YAML reads it back; JSON strings are YAML. */
function scalar(text: string): string {
  return PLAIN.test(text) && !WORDS.test(text) ? text : JSON.stringify(text).replace(/[\u007f-\uffff]/g, escaped);
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
