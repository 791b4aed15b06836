/** The calls of one RPC connection: fragments cut from its two streams, joined, and each answer laid to its question. */
import {
  NDR64,
  NO_BODY,
  RPC_HEADER,
  type RpcFragment,
  type RpcHeader,
  readRpcFragment,
  readRpcHeader,
} from '../protocols/dce-rpc.ts';
import { NOT_FOR_US, type Reading, type Span } from '../protocols/reading.ts';
import type { KeptStreams, StreamRun } from './byte-stream.ts';
import { earlier, type Moment } from './moment.ts';

export interface RpcAnswer {
  at: Moment;
  little: boolean;
  /** Null for a response. */
  fault: number | null;
  sealed: boolean;
  body: Uint8Array;
  /** False where the capture holds only the beginning of it. */
  whole: boolean;
}

export interface RpcCall {
  /** Null where the bind is not in the capture. */
  interface: string | null;
  /** NDR64; null where the bind's answer is not in the capture. */
  wide: boolean | null;
  /** Null where the question is not in the capture. */
  operation: number | null;
  asked: Moment | null;
  little: boolean;
  sealed: boolean;
  body: Uint8Array;
  answer: RpcAnswer | null;
}

export interface RpcBind {
  interface: string;
  at: Moment;
  /** Null where no answer is in the capture. */
  accepted: boolean | null;
}

export interface RpcConversation {
  calls: RpcCall[];
  binds: RpcBind[];
  /** Bytes that are no fragment, and fragments that contradict themselves or never end. */
  malformed: number;
}

/** Calls of one direction that wait for further fragments; Windows has one at a time. */
const MAX_OPEN = 16;

type Kind = RpcFragment['kind'];
type Bodied = Extract<RpcFragment, { kind: 'request' | 'response' }>;

interface Seen {
  fragment: RpcFragment;
  at: Moment;
  whole: boolean;
}

/** What both sides of a connection said. @param server side of the one that was called */
export function rpcConversation({ sides }: KeptStreams, server: 0 | 1): RpcConversation {
  const faults = { count: 0 };
  const asked = joined(cut(sides[1 - server], faults), 'request', faults);
  const told = joined(cut(sides[server], faults), 'response', faults);
  const { contexts, binds } = settle(asked, told);
  return { calls: callsOf(asked, told, contexts), binds, malformed: faults.count };
}

/** The fragments of one direction, in its order. After a gap it goes on at the next place that looks like the beginning of one. */
function cut(runs: readonly StreamRun[], faults: { count: number }): Seen[] {
  const seen: Seen[] = [];
  for (const run of runs) {
    const { bytes } = run;
    let at = 0;
    while (at + RPC_HEADER <= bytes.length) {
      const span = { bytes, offset: at, length: bytes.length - at };
      const beginning = readBeginning(span);
      const reading = beginning.answer === 'not-for-us' ? NOT_FOR_US : readRpcFragment(span, beginning);
      if (reading.answer === 'not-for-us') {
        // The capture may begin, or go on after a gap, in the middle of a fragment: that is nobody's fault.
        if (run.missingBefore === 0 && at > 0) faults.count++;
        at = nextBeginning(bytes, at + 1);
        continue;
      }
      const { header } = reading.message;
      const length = Math.min(header.length, span.length);
      const whole = length === header.length;
      if (whole && reading.answer === 'unsure') faults.count++;
      seen.push({ fragment: reading.message, at: run.momentOf(at, at + length), whole });
      at += length;
    }
  }
  return seen;
}

/** A header, with the parts of the data representation that nothing uses as C706 section 14.2.5 has them. */
function readBeginning(span: Span): Reading<RpcHeader> {
  const { bytes, offset } = span;
  const reading = readRpcHeader(span);
  const isPlausible = bytes[offset + 5] <= 3 && bytes[offset + 6] === 0 && bytes[offset + 7] === 0;
  return reading.answer === 'certain' && isPlausible ? reading : NOT_FOR_US;
}

function nextBeginning(bytes: Uint8Array, from: number): number {
  let at = from;
  const isBeginning = (offset: number): boolean =>
    readBeginning({ bytes, offset, length: bytes.length - offset }).answer === 'certain';
  while (at + RPC_HEADER <= bytes.length && !isBeginning(at)) at++;
  return at;
}

/** Fragments with bodies of `kind` become one; of the others each stands for itself. */
function joined(seen: readonly Seen[], kind: Bodied['kind'], faults: { count: number }): Seen[] {
  const open = new Map<number, { first: Seen; bodies: Uint8Array[] }>();
  const whole: Seen[] = [];
  for (const one of seen) {
    const { fragment } = one;
    if (fragment.kind !== kind) {
      whole.push(one);
      continue;
    }
    const { first, last, call } = fragment.header;
    if (first && last) {
      whole.push(one);
      continue;
    }
    const begun = open.get(call);
    if (first) {
      if (begun !== undefined || open.size >= MAX_OPEN) faults.count++;
      if (begun === undefined && open.size >= MAX_OPEN) continue;
      open.set(call, { first: one, bodies: [fragment.body] });
    } else if (begun !== undefined) {
      begun.bodies.push(fragment.body);
      if (last) {
        open.delete(call);
        whole.push(together(begun.first, begun.bodies, one));
      }
    }
  }
  faults.count += open.size;
  return whole;
}

function together(first: Seen, bodies: readonly Uint8Array[], last: Seen): Seen {
  const body = new Uint8Array(bodies.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bodies) {
    body.set(part, at);
    at += part.length;
  }
  return { fragment: { ...(first.fragment as Bodied), body }, at: last.at, whole: last.whole };
}

interface Context {
  interface: string;
  wide: boolean | null;
}

const BINDS: ReadonlySet<Kind> = new Set(['bind', 'alter-context']);

/** What each context number stands for: the binds, with their answers by the number of the call. */
function settle(asked: readonly Seen[], told: readonly Seen[]): { contexts: Map<number, Context>; binds: RpcBind[] } {
  const answers = new Map<number, Seen>();
  for (const one of told) {
    const { kind, header } = one.fragment;
    if (kind === 'bind-ack' || kind === 'alter-context-response' || kind === 'bind-nak') answers.set(header.call, one);
  }
  const contexts = new Map<number, Context>();
  const binds = new Map<string, RpcBind>();
  for (const { fragment, at } of asked) {
    if (!BINDS.has(fragment.kind) || !('contexts' in fragment)) continue;
    const answer = answers.get(fragment.header.call)?.fragment;
    const results = answer !== undefined && 'results' in answer ? answer.results : null;
    fragment.contexts.forEach((context, i) => {
      const result = results?.[i];
      const accepted = answer?.kind === 'bind-nak' ? false : (result?.accepted ?? null);
      const bind = binds.get(context.interface);
      if (bind === undefined) binds.set(context.interface, { interface: context.interface, at, accepted });
      // Of the transfer syntaxes offered for an interface one is enough.
      else bind.accepted = bind.accepted || accepted;
      const wide = result === undefined ? null : result.syntax === NDR64;
      if (accepted !== false) contexts.set(context.id, { interface: context.interface, wide });
    });
  }
  return { contexts, binds: [...binds.values()] };
}

function callsOf(asked: readonly Seen[], told: readonly Seen[], contexts: ReadonlyMap<number, Context>): RpcCall[] {
  const waiting = new Map<number, RpcCall>();
  const calls: RpcCall[] = [];
  const newCall = (id: number, seen: Pick<RpcCall, 'operation' | 'asked' | 'little' | 'sealed' | 'body'>): RpcCall => {
    const context = contexts.get(id);
    const call = { interface: context?.interface ?? null, wide: context?.wide ?? null, ...seen, answer: null };
    calls.push(call);
    return call;
  };
  for (const { fragment, at } of asked) {
    if (fragment.kind !== 'request') continue;
    const { header, context, operation, sealed, body } = fragment;
    waiting.set(header.call, newCall(context, { operation, asked: at, little: header.little, sealed, body }));
  }
  for (const { fragment, at, whole } of told) {
    if (fragment.kind !== 'response' && fragment.kind !== 'fault') continue;
    const { header, context } = fragment;
    const isFault = fragment.kind === 'fault';
    const answer: RpcAnswer = {
      at,
      little: header.little,
      fault: isFault ? fragment.status : null,
      sealed: !isFault && fragment.sealed,
      body: isFault ? NO_BODY : fragment.body,
      whole,
    };
    const call =
      waiting.get(header.call) ??
      newCall(context, { operation: null, asked: null, little: header.little, sealed: false, body: NO_BODY });
    waiting.delete(header.call);
    call.answer = answer;
  }
  return calls;
}

/** When a call was seen first. */
export function momentOfCall({ asked, answer }: RpcCall): Moment | null {
  if (asked === null) return answer?.at ?? null;
  return answer === null ? asked : earlier(asked, answer.at);
}
