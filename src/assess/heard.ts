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
}

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

/** When the server was heard: of UDP on the port of the conversation, since an answer on another says nothing of this service. */
function heardSpan({
  proto,
  port,
  server,
  network,
}: Pick<Conversation, 'proto' | 'port' | 'server' | 'network'>): Span | null {
  const { span, udpAnswered } = network?.server ?? server;
  return proto === 'tcp' ? span : (udpAnswered?.get(port) ?? null);
}

/** Whether the server was heard at the time of these attempts (or before and after them), at another time only, or never. */
export function heardWhile(conversation: Conversation, fates: readonly Fate[]): 'then' | 'at-another-time' | 'never' {
  const span = heardSpan(conversation);
  if (span === null) return 'never';
  const first = fates.reduce((least, { firstSeconds }) => Math.min(least, firstSeconds), Number.POSITIVE_INFINITY);
  const last = fates.reduce((most, { lastSeconds }) => Math.max(most, lastSeconds), Number.NEGATIVE_INFINITY);
  const isAround = span.first <= last + SIGN_OF_LIFE_SECONDS && span.last >= first - SIGN_OF_LIFE_SECONDS;
  return isAround ? 'then' : 'at-another-time';
}
