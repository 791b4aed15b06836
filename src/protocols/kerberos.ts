/** Kerberos as far as its messages lie open: RFC 4120 section 5, distinguished encoding. */
import { CONTEXT, elementAt, elementsIn, INTEGER, SEQUENCE } from './ber.ts';
import { textOf } from './bytes-text.ts';
import { NOT_FOR_US, type Reading, type Span } from './reading.ts';

/** Message types (RFC 4120 section 7.5.7) by the number of their application tag. */
const TYPES: ReadonlySet<number> = new Set([10, 11, 12, 13, 14, 15, 20, 21, 22, 30]);
export const KRB_ERROR = 30;
/** KRB_ERR_RESPONSE_TOO_BIG: the client must ask again over TCP (RFC 4120 section 7.5.9 and 7.2.1). */
export const RESPONSE_TOO_BIG = 52;

const APPLICATION = 0x60;
/** The field of KRB-ERROR that holds the code (RFC 4120 section 5.9.1), and fields read in search of it. */
const ERROR_CODE_FIELD = 6;
const MAX_FIELDS = 13;

export interface KerberosMessage {
  /** 10 AS-REQ, 11 AS-REP, 12 TGS-REQ, 13 TGS-REP, 14 AP-REQ, 30 KRB-ERROR, … */
  type: number;
  /** Of a KRB-ERROR; null of others, and where what is at hand does not reach so far. */
  error: number | null;
}

/** Reads a message as UDP carries it. `unsure` where it is cut short, or an error without its code. */
export function readKerberos({ bytes, offset, length }: Span): Reading<KerberosMessage> {
  const end = offset + length;
  const outer = elementAt(bytes, offset, end);
  if (outer === null || (outer.tag & 0xe0) !== APPLICATION || !TYPES.has(outer.tag & 0x1f)) return NOT_FOR_US;
  const inner = elementAt(bytes, outer.from, end);
  if (inner === null || inner.tag !== SEQUENCE || inner.to !== outer.to) return NOT_FOR_US;
  const type = outer.tag & 0x1f;
  const error = type === KRB_ERROR ? errorCode(bytes, inner.from, Math.min(inner.to, end)) : null;
  const whole = outer.to <= end && (type !== KRB_ERROR || error !== null);
  return { answer: whole ? 'certain' : 'unsure', message: { type, error } };
}

/** As `readKerberos`, behind the four bytes of length that TCP puts in front (RFC 4120 section 7.2.2). */
export function readKerberosOverTcp({ bytes, offset, length }: Span): Reading<KerberosMessage> {
  if (length < 4 || bytes[offset] !== 0) return NOT_FOR_US;
  return readKerberos({ bytes, offset: offset + 4, length: length - 4 });
}

function errorCode(bytes: Uint8Array, from: number, end: number): number | null {
  let at = from;
  for (let i = 0; i < MAX_FIELDS; i++) {
    const field = elementAt(bytes, at, end);
    if (field === null) return null;
    if (field.tag === CONTEXT + ERROR_CODE_FIELD) {
      const number = elementAt(bytes, field.from, end);
      if (number === null || number.tag !== INTEGER || number.to > end || number.to - number.from > 4) return null;
      let value = 0;
      for (let byte = number.from; byte < number.to; byte++) value = value * 256 + bytes[byte];
      return value;
    }
    at = field.to;
  }
  return null;
}

/** Whom a ticket was given to, as it stands in the clear in AS-REP and TGS-REP. */
export interface TicketClient {
  realm: string;
  /** `WS01$` is the account of a computer. */
  name: string;
}

/** AS-REP, TGS-REP. */
const REPLIES: ReadonlySet<number> = new Set([11, 13]);
/** Fields of KDC-REP (RFC 4120 section 5.4.2): crealm, cname; and the strings of a PrincipalName (section 5.2.2). */
const CREALM_FIELD = 3;
const CNAME_FIELD = 4;
const NAME_STRINGS_FIELD = 1;

/** The client of a reply as UDP carries it; null where it is none, or where what is at hand does not reach so far. */
export function ticketClient({ bytes, offset, length }: Span): TicketClient | null {
  const end = offset + length;
  const outer = elementAt(bytes, offset, end);
  if (outer === null || (outer.tag & 0xe0) !== APPLICATION || !REPLIES.has(outer.tag & 0x1f)) return null;
  const inner = elementAt(bytes, outer.from, end);
  if (inner === null || inner.tag !== SEQUENCE) return null;
  const fields = elementsIn(bytes, inner.from, end, MAX_FIELDS);
  const field = (number: number) => fields.find(({ tag }) => tag === CONTEXT + number);
  const [crealm, cname] = [field(CREALM_FIELD), field(CNAME_FIELD)];
  if (crealm === undefined || cname === undefined || cname.to > end) return null;
  const realm = elementAt(bytes, crealm.from, end);
  const principal = elementAt(bytes, cname.from, end);
  if (realm === null || principal === null) return null;
  const strings = elementsIn(bytes, principal.from, end, 2).find(({ tag }) => tag === CONTEXT + NAME_STRINGS_FIELD);
  const list = strings === undefined ? null : elementAt(bytes, strings.from, end);
  const first = list === null ? null : elementAt(bytes, list.from, end);
  if (first === null || first.to > end) return null;
  const text = ({ from, to }: { from: number; to: number }) => textOf(bytes.subarray(from, to));
  return { realm: text(realm), name: text(first) };
}
