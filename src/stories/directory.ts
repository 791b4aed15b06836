/** What Active Directory tells of its machines: answers to the search for a domain controller, and accounts that tickets are given to. */

import { type TicketClient, ticketClient } from '../protocols/kerberos.ts';
import { type NetlogonAnswer, readNetlogonAnswer } from '../protocols/netlogon-ping.ts';
import type { Span } from '../protocols/reading.ts';
import { CONTROL_CLDAP, CONTROL_KERBEROS, CONTROL_KERBEROS_STREAM } from '../track/control-ports.ts';
import type { Observation } from '../track/observation.ts';
import { keptStreams } from './byte-stream.ts';
import { keptMessages } from './kept-messages.ts';
import { KERBEROS_PORT } from './kerberos.ts';
import { compareMoments, type Moment } from './moment.ts';

const LDAP_PORT = 389;
/** Length in front of a message over TCP: RFC 4120 section 7.2.2. */
const TCP_LENGTH = 4;

/** What a domain controller said of itself. Addresses as texts. */
export interface ControllerSeen extends Moment {
  server: string;
  client: string;
  answer: NetlogonAnswer;
}

/** Answers to the search for a domain controller, in the order of time. */
export function controllersSeen(observation: Observation): ControllerSeen[] {
  return keptMessages(observation, new Set([CONTROL_CLDAP])).flatMap((kept) => {
    if (kept.from.port !== LDAP_PORT) return [];
    const reading = readNetlogonAnswer(kept.payload);
    if (reading.answer !== 'certain') return [];
    const server = observation.addressText(kept.from.family, kept.from.address);
    const client = observation.addressText(kept.to.family, kept.to.address);
    const { seconds, nanoseconds, frame } = kept;
    return [{ server, client, answer: reading.message, seconds, nanoseconds, frame }];
  });
}

/** A ticket given to an account. Addresses as texts. */
export interface TicketSeen extends Moment, TicketClient {
  server: string;
  client: string;
}

/** Tickets that key distribution centers gave, in the order of time. */
export function ticketsSeen(observation: Observation): TicketSeen[] {
  const seen: TicketSeen[] = [];
  const text = ({ family, address }: { family: 4 | 6; address: number }) => observation.addressText(family, address);
  const note = (payload: Span, server: string, client: string, at: Moment): void => {
    const found = ticketClient(payload);
    if (found === null) return;
    const { seconds, nanoseconds, frame } = at;
    seen.push({ ...found, server, client, seconds, nanoseconds, frame });
  };
  for (const kept of keptMessages(observation, new Set([CONTROL_KERBEROS])))
    if (kept.from.port === KERBEROS_PORT) note(kept.payload, text(kept.from), text(kept.to), kept);
  for (const { ends, sides } of keptStreams(observation, CONTROL_KERBEROS_STREAM)) {
    const server = ends[1].port === KERBEROS_PORT ? 1 : 0;
    const [run] = sides[server];
    if (run === undefined || run.missingBefore > 0 || run.bytes.length < TCP_LENGTH) continue;
    const payload = { bytes: run.bytes, offset: TCP_LENGTH, length: run.bytes.length - TCP_LENGTH };
    note(payload, text(ends[server]), text(ends[1 - server]), run.momentOf(0, Math.min(run.bytes.length, 64)));
  }
  return seen.sort(compareMoments);
}
