/** What became of lookups of DNS that gave nothing. */
import type { Lookup } from '../names/lookups.ts';
import type { Context } from './context.ts';
import type { Certainty, Finding } from './types.ts';
import { counted } from './wording.ts';

/** Errors by their code (RFC 6895 section 2.3), but for NXDOMAIN and SERVFAIL. */
const ERRORS: Readonly<Record<number, string>> = { 1: 'FORMERR', 4: 'NOTIMP', 5: 'REFUSED' };

/** How long a resolver may take (verdicts.ts says where this is from), in seconds. */
const PATIENCE_SECONDS = 8.5;
/** Frames of evidence. */
const FRAMES = 5;

/** What servers answered, whatever the name. */
export interface Answers {
  /** Servers that answered anything. */
  answered: ReadonlySet<string>;
  /** Errors that do not repeat the question, by client. */
  unnamed: ReadonlyMap<string, Lookup>;
}

export function answersOf(lookups: readonly Lookup[]): Answers {
  const answered = new Set<string>();
  const unnamed = new Map<string, Lookup>();
  for (const lookup of lookups) {
    if (lookup.answered + lookup.empty + errorCount(lookup) > 0) answered.add(lookup.server);
    if (lookup.type === 0) unnamed.set(lookup.client, lookup);
  }
  return { answered, unnamed };
}

/** Answers that were errors. */
export function errorCount({ nxdomain, servfail, refused }: Lookup): number {
  return nxdomain + servfail + refused;
}

/** What became of all lookups of one name; null where nothing can be said against it. */
export interface LookupFailure {
  /** `the answer is …` */
  what: string;
  certainty: Certainty;
}

/** @param lookups of one name, by one client */
export function failureOf(
  lookups: readonly Lookup[],
  { answered, unnamed }: Answers,
  { endAfter, lossIn }: Context,
): LookupFailure | null {
  const sum = (count: (lookup: Lookup) => number): number => lookups.reduce((total, one) => total + count(one), 0);
  // An empty answer for IPv6 says nothing while IPv4 was not asked, or the other way round: the name exists.
  if (sum((one) => one.answered + one.empty) > 0) return null;
  if (sum(errorCount) > 0) return { what: errorText(lookups), certainty: 'proven' };
  const queries = sum((one) => one.queries);
  const { querySeconds: last, queryFrame } = lookups.reduce((a, b) => (b.querySeconds > a.querySeconds ? b : a));
  const first = lookups.map(({ seconds }) => seconds).reduce((a, b) => Math.min(a, b));
  if (queries < 2 || endAfter({ seconds: last, frame: queryFrame }).seconds - last < PATIENCE_SECONDS) return null;
  if (lossIn([{ seconds: first }, { seconds: last }])) return null;
  const error = unnamed.get(lookups[0]!.client);
  if (error !== undefined)
    return {
      what: `got no answer to it, but errors that do not repeat the question (${errorsOf([error])})`,
      certainty: 'likely',
    };
  return {
    what: `nobody answered (${counted(queries, 'question')})`,
    certainty: lookups.some(({ server }) => answered.has(server)) ? 'proven' : 'likely',
  };
}

/** `the answer is that …`: what lookups got that got errors. */
export function errorText(lookups: readonly Lookup[]): string {
  return lookups.some(({ nxdomain }) => nxdomain > 0)
    ? 'the answer is that the name does not exist (NXDOMAIN)'
    : `the server could not say (${errorsOf(lookups)})`;
}

/** "SERVFAIL, REFUSED": the errors of lookups other than NXDOMAIN. */
function errorsOf(lookups: readonly Lookup[]): string {
  const errors = lookups.flatMap(({ servfail, refused, otherCode }) => [
    ...(servfail > 0 ? ['SERVFAIL'] : []),
    ...(refused > 0 ? [ERRORS[otherCode] ?? `error ${otherCode}`] : []),
  ]);
  return [...new Set(errors)].join(', ');
}

/**
 * The first question and the latest error of each lookup, and how many there were.
 * @param lastOf the frame to show in place of the latest error; 0 where there is none
 */
export function lookupEvidence(
  lookups: readonly Lookup[],
  context: Context,
  lastOf = ({ failFrame, queryFrame }: Lookup): number => failFrame || queryFrame,
): Pick<Finding, 'count' | 'attempts' | 'frames' | 'capture' | 'first_ts' | 'last_ts' | 'drop' | 'outcome'> {
  const frames = lookups.flatMap((lookup) => [lookup.frame, lastOf(lookup)]).filter((frame) => frame > 0);
  const places = [...new Set(frames)].sort((a, b) => a - b).map((frame) => context.place(frame));
  const capture = places[0]?.capture ?? null;
  const first = lookups.reduce((a, b) => (b.frame < a.frame ? b : a));
  return {
    count: lookups.length,
    attempts: lookups.reduce((total, { queries }) => total + queries, 0),
    frames: places
      .filter((place) => place.capture === capture)
      .map(({ frame }) => frame)
      .slice(0, FRAMES),
    capture,
    first_ts: context.time(first.seconds, first.nanoseconds),
    last_ts: null,
    drop: null,
    outcome: null,
  };
}

/** Display filter for a name that was asked for, in whatever case; what is none of a host's name becomes `?`. */
export function nameFilter(name: string): string {
  return `lower(dns.qry.name) == "${name.replace(/[^a-z0-9._-]/g, '?')}"`;
}
