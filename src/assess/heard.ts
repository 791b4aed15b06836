import type { FateView } from '../track/fate-view.ts';
import type { Conversation, Fate } from './conversations.ts';

/** Seconds of the first and the last packet of something. */
export interface Span {
  first: number;
  last: number;
}

/** What an address was heard to say, to whomever. */
export interface Heard {
  /** Connections of which both directions were captured. */
  twoWay: number;
  /** From the first to the last of these; null where there is none. */
  span: Span | null;
  /** The same by the UDP ports on which it answered somebody; null where there is none. */
  udpAnswered: Map<number, Span> | null;
  /** When within these it was heard, where that matters (signs-of-life.ts); null where nobody asked. */
  closer: HeardCloser | null;
}

/** Times at which an address was heard: to say anything, and by the UDP ports on which it answered somebody. */
export interface HeardCloser {
  any: Span[];
  udp: Map<number, Span[]>;
}

/** An address that is not heard. */
export const unheard = (): Heard => ({ twoWay: 0, span: null, udpAnswered: null, closer: null });

/** Counts connections, some of them with both directions, for one of their ends. */
export function hear(end: Heard, view: FateView): void {
  end.twoWay += view.twoWay;
  end.span = widened(end.span, view);
}

/** Remembers that a server answered over UDP. */
export function hearAnswer(server: Heard, view: FateView): void {
  server.udpAnswered ??= new Map();
  server.udpAnswered.set(view.serverPort, widened(server.udpAnswered.get(view.serverPort), view));
}

/** The span with these connections; the given one is changed. */
function widened(
  span: Span | null | undefined,
  { firstSeconds: first, lastSeconds: last }: Pick<FateView, 'firstSeconds' | 'lastSeconds'>,
): Span {
  if (!span) return { first, last };
  if (first < span.first) span.first = first;
  if (last > span.last) span.last = last;
  return span;
}

/**
 * A sign of life so many seconds before the first or after the last attempt still speaks for the time of the attempts: a Windows server
 * takes longer to go down and come back, and a client gives up a connection after 21 s (SYNs at 0, 3 and 9 s). What is said later may be
 * said by a server that was down, and booted since.
 */
export const SIGN_OF_LIFE_SECONDS = 30;

/** Attempts that are spread over more than this are looked at one by one: the SYNs of Linux go out over 63 s (tcp_syn_retries 6, RFC 6298), those of Windows over 21 s. */
export const ONE_TRY_SECONDS = 75;

/** When the server was heard: of UDP on the port of the conversation, since an answer on another says nothing of this service. */
export function heardSpan({
  proto,
  port,
  server,
  network,
}: Pick<Conversation, 'proto' | 'port' | 'server' | 'network'>): Span | null {
  const { span, udpAnswered } = network?.server ?? server;
  return proto === 'tcp' ? span : (udpAnswered?.get(port) ?? null);
}

/** The same as closely as it is known. A span that is shorter than a server is down when it boots is heard throughout. */
function heardTimes(conversation: Conversation): readonly Span[] {
  const span = heardSpan(conversation);
  if (span === null) return [];
  const { closer } = conversation.network?.server ?? conversation.server;
  const times = conversation.proto === 'tcp' ? closer?.any : closer?.udp.get(conversation.port);
  return times ?? momentsOf(span);
}

/** What is heard where only the first and the last moment are known. */
export function momentsOf({ first, last }: Span): Span[] {
  if (last - first <= 2 * SIGN_OF_LIFE_SECONDS) return [{ first, last }];
  return [
    { first, last: first },
    { first: last, last },
  ];
}

/** One try to connect: attempts that follow each other closely. */
export interface Try extends Span {
  attempts: number;
}

/** The tries that are known of connections from a first to a last moment: where these are far apart, the first and the last one. */
export function triesOf(first: number, last: number, attempts: number): Try[] {
  if (last - first <= ONE_TRY_SECONDS) return [{ first, last, attempts }];
  return momentsOf({ first, last })
    .slice(0, attempts)
    .map((moment) => ({ ...moment, attempts: 1 }));
}

/** Whether something was heard within SIGN_OF_LIFE_SECONDS of a try. */
export function isAround(times: readonly Span[], { first, last }: Span): boolean {
  return times.some(
    (heard) => heard.first <= last + SIGN_OF_LIFE_SECONDS && heard.last >= first - SIGN_OF_LIFE_SECONDS,
  );
}

/** Silent attempts of the conversation, as closely as they are known. */
function silentTries({ tries }: Conversation, fates: readonly Fate[]): Try[] {
  return fates.filter(isSilent).flatMap(({ firstSeconds, lastSeconds, attempts, count }) => {
    if (tries !== null && count > 1) {
      const own = tries.filter(({ first, last }) => firstSeconds <= first && last <= lastSeconds);
      if (own.length > 0) return own;
    }
    return triesOf(firstSeconds, lastSeconds, attempts);
  });
}

/** True of what got no answer, and no loss of packets explains it. */
export function isSilent({ outcome, lossy }: Pick<Fate, 'outcome' | 'lossy'>): boolean {
  return outcome === 'no-answer' && !lossy;
}

/**
 * Whether the server was heard at the time of these attempts: of two or more of them, of one only, at another time only, or never. Before and
 * after is not enough: it may have been down meanwhile.
 */
export function heardWhile(
  conversation: Conversation,
  fates: readonly Fate[],
): 'then' | 'once' | 'at-another-time' | 'never' {
  const times = heardTimes(conversation);
  if (times.length === 0) return 'never';
  let attempts = 0;
  for (const one of silentTries(conversation, fates)) if (isAround(times, one)) attempts += one.attempts;
  return attempts >= 2 ? 'then' : attempts === 1 ? 'once' : 'at-another-time';
}
