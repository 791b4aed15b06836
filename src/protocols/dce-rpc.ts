/** DCE/RPC over connections, version 5: C706 chapter 12, with what MS-RPCE section 2.2.2 changes. One fragment at a time. */
import { NdrReader, uint16At, uint32At } from './ndr-reader.ts';
import { NOT_FOR_US, type Reading, type Span } from './reading.ts';

// C706 section 12.6.3.1: the common header.
const VERSION = 0;
const MINOR = 1;
const TYPE = 2;
const FLAGS = 3;
const DATA_REPRESENTATION = 4;
const FRAGMENT_LENGTH = 8;
const AUTH_LENGTH = 10;
const CALL = 12;
/** Bytes of the header that every fragment has. */
export const RPC_HEADER = 16;
/** The verifier in front of the credentials (MS-RPCE section 2.2.2.11). */
const VERIFIER = 8;

// C706 section 12.6.4.
const REQUEST = 0;
const RESPONSE = 2;
const FAULT = 3;
const BIND = 11;
const BIND_ACK = 12;
const BIND_NAK = 13;
const ALTER_CONTEXT = 14;
const ALTER_CONTEXT_RESPONSE = 15;
/** Types of connections end here: auth3 16, shutdown 17, cancel 18, orphaned 19 (MS-RPCE section 2.2.2.1 has rts 20, of HTTP). */
const LAST_TYPE = 20;

const FIRST_FRAGMENT = 0x01;
const LAST_FRAGMENT = 0x02;
const HAS_OBJECT = 0x80;

/** Authentication level of encrypted bodies (MS-RPCE section 2.2.1.1.8). */
const PRIVACY = 6;

/** Contexts read of one bind; Windows offers three for an interface, and few interfaces at once. */
const MAX_CONTEXTS = 64;

/** Transfer syntaxes (C706 appendix I; MS-RPCE section 2.2.4.12). */
export const NDR32 = '8a885d04-1ceb-11c9-9fe8-08002b104860';
export const NDR64 = '71710533-beba-4937-8319-b5dbef9ccc36';

export interface RpcHeader {
  type: number;
  first: boolean;
  last: boolean;
  /** Byte order of the numbers in it. */
  little: boolean;
  /** Length of the fragment with its header, as it says. */
  length: number;
  authLength: number;
  call: number;
}

/** An interface that a bind asks for, under a number that requests name. */
export interface RpcContext {
  id: number;
  interface: string;
  /** Major version. */
  version: number;
  syntaxes: string[];
}

/** The answer to the context at the same place of the bind. */
export interface RpcResult {
  accepted: boolean;
  /** C706 section 12.6.3.1: 1 abstract syntax unknown, 2 no transfer syntax, 3 local limit. */
  reason: number;
  syntax: string;
}

export type RpcFragment = { header: RpcHeader } & (
  | { kind: 'bind' | 'alter-context'; contexts: RpcContext[] }
  | { kind: 'bind-ack' | 'alter-context-response'; results: RpcResult[] }
  | { kind: 'bind-nak'; reason: number }
  | { kind: 'request'; context: number; operation: number; sealed: boolean; body: Uint8Array }
  | { kind: 'response'; context: number; sealed: boolean; body: Uint8Array }
  | { kind: 'fault'; context: number; status: number }
  | { kind: 'other' }
);

/** The body of what has none. */
export const NO_BODY = new Uint8Array(0);

/** Reads the header in front of a fragment: `not-for-us` where the bytes cannot begin one, or are fewer than RPC_HEADER. */
export function readRpcHeader({ bytes, offset, length }: Span): Reading<RpcHeader> {
  if (length < RPC_HEADER) return NOT_FOR_US;
  const order = bytes[offset + DATA_REPRESENTATION] >>> 4;
  if (bytes[offset + VERSION] !== 5 || bytes[offset + MINOR] > 1 || order > 1) return NOT_FOR_US;
  const type = bytes[offset + TYPE];
  if (type > LAST_TYPE) return NOT_FOR_US;
  const little = order === 1;
  const header: RpcHeader = {
    type,
    first: (bytes[offset + FLAGS] & FIRST_FRAGMENT) !== 0,
    last: (bytes[offset + FLAGS] & LAST_FRAGMENT) !== 0,
    little,
    length: uint16At(bytes, offset + FRAGMENT_LENGTH, little),
    authLength: uint16At(bytes, offset + AUTH_LENGTH, little),
    call: uint32At(bytes, offset + CALL, little),
  };
  if (header.length < RPC_HEADER) return NOT_FOR_US;
  return { answer: header.authLength + RPC_HEADER <= header.length ? 'certain' : 'unsure', message: header };
}

/**
 * Reads one fragment. `unsure` where fewer bytes are at hand than its header says, or a length in it contradicts itself: what came before
 * stands. The bodies of requests and responses are views of the bytes, without padding and credentials.
 * @param reading of the header, where it was read already
 */
export function readRpcFragment(span: Span, reading = readRpcHeader(span)): Reading<RpcFragment> {
  if (reading.answer === 'not-for-us') return NOT_FOR_US;
  const header = reading.message;
  const length = Math.min(header.length, span.length);
  const fragment = span.bytes.subarray(span.offset, span.offset + length);
  const reader = new NdrReader(fragment, header.little);
  reader.skip(RPC_HEADER);
  const message = readBody(header, fragment, reader);
  const whole = reading.answer === 'certain' && length === header.length && !reader.failed;
  return { answer: whole ? 'certain' : 'unsure', message };
}

function readBody(header: RpcHeader, fragment: Uint8Array, reader: NdrReader): RpcFragment {
  switch (header.type) {
    case BIND:
    case ALTER_CONTEXT:
      reader.skip(8); // sizes of fragments, association group
      return { header, kind: header.type === BIND ? 'bind' : 'alter-context', contexts: readContexts(reader) };
    case BIND_ACK:
    case ALTER_CONTEXT_RESPONSE:
      reader.skip(8);
      reader.skip(reader.u16()); // the port, as text
      reader.align(4);
      return {
        header,
        kind: header.type === BIND_ACK ? 'bind-ack' : 'alter-context-response',
        results: readResults(reader),
      };
    case BIND_NAK:
      return { header, kind: 'bind-nak', reason: reader.u16() };
    case REQUEST: {
      reader.skip(4); // a hint of the length
      const context = reader.u16();
      const operation = reader.u16();
      if (fragment[FLAGS] & HAS_OBJECT) reader.skip(16);
      return { header, kind: 'request', context, operation, ...bodyOf(header, fragment, reader) };
    }
    case RESPONSE: {
      reader.skip(4);
      const context = reader.u16();
      reader.skip(2);
      return { header, kind: 'response', context, ...bodyOf(header, fragment, reader) };
    }
    case FAULT: {
      reader.skip(4);
      const context = reader.u16();
      reader.skip(2);
      return { header, kind: 'fault', context, status: reader.u32() };
    }
    default:
      return { header, kind: 'other' };
  }
}

function readContexts(reader: NdrReader): RpcContext[] {
  const contexts: RpcContext[] = [];
  const count = reader.u8();
  reader.skip(3);
  for (let i = 0; i < Math.min(count, MAX_CONTEXTS) && !reader.failed; i++) {
    const id = reader.u16();
    const syntaxCount = reader.u8();
    reader.skip(1);
    // The minor version is the upper half (C706 section 12.6.3.1).
    const context: RpcContext = { id, interface: reader.uuid(), version: reader.u32() & 0xffff, syntaxes: [] };
    for (let s = 0; s < syntaxCount && !reader.failed; s++) {
      const syntax = reader.uuid();
      reader.skip(4);
      if (!reader.failed) context.syntaxes.push(syntax);
    }
    if (context.interface !== '') contexts.push(context);
  }
  return contexts;
}

function readResults(reader: NdrReader): RpcResult[] {
  const results: RpcResult[] = [];
  const count = reader.u8();
  reader.skip(3);
  for (let i = 0; i < Math.min(count, MAX_CONTEXTS) && !reader.failed; i++) {
    const accepted = reader.u16() === 0;
    const reason = reader.u16();
    const syntax = reader.uuid();
    reader.skip(4);
    if (!reader.failed) results.push({ accepted, reason, syntax });
  }
  return results;
}

/** What lies between the header and the credentials; of a fragment cut short, what is at hand. */
function bodyOf(header: RpcHeader, fragment: Uint8Array, reader: NdrReader): { sealed: boolean; body: Uint8Array } {
  if (reader.failed) return { sealed: false, body: NO_BODY };
  if (header.authLength === 0) return { sealed: false, body: fragment.subarray(reader.at) };
  const verifier = header.length - header.authLength - VERIFIER;
  if (verifier < reader.at) {
    reader.failed = true;
    return { sealed: false, body: NO_BODY };
  }
  // Of a fragment cut short the verifier is not at hand: nobody knows whether the body is encrypted, so it is not read.
  if (verifier + VERIFIER > fragment.length) return { sealed: true, body: NO_BODY };
  const sealed = fragment[verifier + 1] === PRIVACY;
  const end = verifier - fragment[verifier + 2];
  if (end < reader.at) reader.failed = true;
  return { sealed, body: fragment.subarray(reader.at, Math.max(reader.at, end)) };
}
