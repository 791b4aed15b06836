/**
 * The answer of a domain controller to the search for one: LDAP over UDP ([MS-ADTS] section 6.3.3), whose attribute Netlogon holds
 * NETLOGON_SAM_LOGON_RESPONSE_EX (section 6.3.1.9).
 */
import { elementAt, elementsIn, OCTET_STRING, SEQUENCE, SET } from './ber.ts';
import { textOf } from './bytes-text.ts';
import { NOT_FOR_US, type Reading, type Span } from './reading.ts';

/** What a domain controller says of itself. Texts are as sent. */
export interface NetlogonAnswer {
  /** DS_ flags, [MS-ADTS] section 6.3.1.2. */
  flags: number;
  forest: string;
  domain: string;
  /** Full DNS name of the controller. */
  host: string;
  netbiosDomain: string;
  netbiosHost: string;
}

/** [MS-ADTS] section 6.3.1.2: the controller is a global catalog; it has the directory service, a key distribution center. */
export const DS_GC = 0x04;
export const DS_DS = 0x10;

/** searchResEntry (RFC 4511 section 4.5.2). */
const SEARCH_ENTRY = 0x64;
const MAX_ATTRIBUTES = 16;
/** LOGON_SAM_LOGON_RESPONSE_EX, LOGON_SAM_USER_UNKNOWN_EX ([MS-ADTS] section 6.3.1.3). */
const OPERATIONS: ReadonlySet<number> = new Set([23, 25]);
const FLAGS = 4;
/** Behind operation code, flags and the GUID of the domain. */
const NAMES = 24;
const MAX_LABELS = 64;
const MAX_NAME = 255;

/** Reads a datagram from port 389. `unsure` where the answer is cut short. */
export function readNetlogonAnswer({ bytes, offset, length }: Span): Reading<NetlogonAnswer> {
  const end = offset + length;
  const message = elementAt(bytes, offset, end);
  if (message === null || message.tag !== SEQUENCE) return NOT_FOR_US;
  const entry = elementsIn(bytes, message.from, end, 2)[1];
  if (entry === undefined || entry.tag !== SEARCH_ENTRY) return NOT_FOR_US;
  const list = elementsIn(bytes, entry.from, end, 2)[1];
  if (list === undefined || list.tag !== SEQUENCE) return NOT_FOR_US;
  for (const attribute of elementsIn(bytes, list.from, end, MAX_ATTRIBUTES)) {
    const [type, values] = elementsIn(bytes, attribute.from, end, 2);
    if (type === undefined || values === undefined || type.tag !== OCTET_STRING || values.tag !== SET) continue;
    if (textOf(bytes.subarray(type.from, Math.min(type.to, end))).toLowerCase() !== 'netlogon') continue;
    const value = elementAt(bytes, values.from, end);
    if (value === null || value.tag !== OCTET_STRING) return NOT_FOR_US;
    return answerOf(bytes.subarray(value.from, Math.min(value.to, end)), value.to <= end);
  }
  return NOT_FOR_US;
}

function answerOf(value: Uint8Array, whole: boolean): Reading<NetlogonAnswer> {
  if (value.length < NAMES || value[1] !== 0 || !OPERATIONS.has(value[0])) return NOT_FOR_US;
  const flags = (value[FLAGS] | (value[FLAGS + 1] << 8) | (value[FLAGS + 2] << 16) | (value[FLAGS + 3] << 24)) >>> 0;
  const names: string[] = [];
  let at = NAMES;
  while (names.length < 5) {
    const name = nameAt(value, at);
    if (name === null) break;
    names.push(name.text);
    at = name.after;
  }
  const [forest = '', domain = '', host = '', netbiosDomain = '', netbiosHost = ''] = names;
  const message = { flags, forest, domain, host, netbiosDomain, netbiosHost };
  return { answer: whole && names.length === 5 ? 'certain' : 'unsure', message };
}

/** A name in the compression of RFC 1035 section 4.1.4, whose offsets count from the beginning of the value; jumps only go back. */
function nameAt(value: Uint8Array, start: number): { text: string; after: number } | null {
  const labels: string[] = [];
  let at = start;
  let after = -1;
  let lowest = start;
  let length = 0;
  for (let steps = 0; steps < MAX_LABELS; steps++) {
    const size = value[at];
    if (size === undefined) return null;
    if (size >= 0xc0) {
      const target = ((size & 0x3f) << 8) | (value[at + 1] ?? 0);
      if (at + 2 > value.length || target >= lowest) return null;
      if (after < 0) after = at + 2;
      at = lowest = target;
      continue;
    }
    if (size === 0) return { text: labels.join('.'), after: after < 0 ? at + 1 : after };
    length += size + 1;
    if (size > 63 || at + 1 + size > value.length || length > MAX_NAME) return null;
    labels.push(textOf(value.subarray(at + 1, at + 1 + size)));
    at += 1 + size;
  }
  return null;
}
