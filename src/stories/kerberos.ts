import { KRB_ERROR, RESPONSE_TOO_BIG, readKerberos } from '../protocols/kerberos.ts';
import { CONTROL_KERBEROS } from '../track/control-ports.ts';
import type { Observation } from '../track/observation.ts';
import { keptMessages } from './kept-messages.ts';
import type { Moment } from './moment.ts';

export const KERBEROS_PORT = 88;

/** "Too big for UDP": the key distribution center sends the client to TCP. By client and server as texts, with a blank between: the first one. */
export function tooBigForUdp(observation: Observation): Map<string, Moment> {
  const told = new Map<string, Moment>();
  for (const { from, to, payload, seconds, nanoseconds, frame } of keptMessages(
    observation,
    new Set([CONTROL_KERBEROS]),
  )) {
    if (from.port !== KERBEROS_PORT) continue;
    const reading = readKerberos(payload);
    if (reading.answer === 'not-for-us') continue;
    const { type, error } = reading.message;
    if (type !== KRB_ERROR || error !== RESPONSE_TOO_BIG) continue;
    const key = `${observation.addressText(to.family, to.address)} ${observation.addressText(from.family, from.address)}`;
    if (!told.has(key)) told.set(key, { seconds, nanoseconds, frame });
  }
  return told;
}
