import {
  VISIT_ALERT,
  VISIT_BAD_HELLO,
  VISIT_CONNECTION,
  VISIT_CUT_HELLO,
  VISIT_FRAME,
  VISIT_KIND_SIDE,
  VISIT_PORT,
  VISIT_TLS,
  VISIT_VERSION,
  VISIT_WIDTH,
} from '../track/name-fields.ts';
import type { Observation } from '../track/observation.ts';
import type { Names } from '../track/part.ts';

/** Who ended a handshake of TLS before it was done, and with which alert. */
export interface HandshakeAlert {
  /** The side that sent the hello is the client. */
  by: 'client' | 'server';
  /** Description of the alert (tls-alert.ts). */
  description: number;
  /** The highest version that the client's hello offers, `TLS 1.3`; null where it could not be read. */
  offers: string | null;
  frame: number;
}

const ALERTS: ReadonlySet<number> = new Set([VISIT_ALERT]);
const HELLOS: ReadonlySet<number> = new Set([VISIT_TLS, VISIT_BAD_HELLO, VISIT_CUT_HELLO]);

/** RFC 8446 section 4.2.1 and before. */
const TLS_VERSIONS: Readonly<Record<number, string>> = {
  768: 'SSL 3.0',
  769: 'TLS 1.0',
  770: 'TLS 1.1',
  771: 'TLS 1.2',
  772: 'TLS 1.3',
};

/** `TLS 1.2`; `TLS` where the number is none of a version. */
export function tlsVersion(version: number): string {
  return TLS_VERSIONS[version] ?? 'TLS';
}

/**
 * Handshakes that one side ended with a fatal alert in the clear, by connection: the first alert of each. In the clear means that the sender
 * had no keys yet, so the handshake was not done. What looks like an alert where no hello was seen counts for nothing.
 */
export function handshakeAlerts(facts: readonly Names[], observation: Observation): Map<number, HandshakeAlert> {
  const all = new Map<number, HandshakeAlert>();
  const records = new Set<number>();
  eachVisit(facts, ALERTS, (values, at) => records.add(values[at + VISIT_CONNECTION]));
  if (records.size === 0) return all;
  // Sides are those of the record that the rows were written for.
  const hellos = new Map<number, { side: number; offers: string | null }>();
  eachVisit(facts, HELLOS, (values, at) => {
    const record = values[at + VISIT_CONNECTION];
    if (!records.has(record) || hellos.has(record)) return;
    const kind = values[at + VISIT_KIND_SIDE] >>> 1;
    const offers = kind === VISIT_TLS ? tlsVersion(values[at + VISIT_VERSION]) : null;
    hellos.set(record, { side: values[at + VISIT_KIND_SIDE] & 1, offers });
  });
  eachVisit(facts, ALERTS, (values, at) => {
    const record = values[at + VISIT_CONNECTION];
    const hello = hellos.get(record);
    if (hello === undefined) return;
    const connection = observation.connectionOf(record);
    const frame = values[at + VISIT_FRAME] >>> 0;
    if ((all.get(connection)?.frame ?? Infinity) <= frame) return;
    const by = (values[at + VISIT_KIND_SIDE] & 1) === hello.side ? 'client' : 'server';
    all.set(connection, { by, description: values[at + VISIT_PORT], offers: hello.offers, frame });
  });
  return all;
}

function eachVisit(
  facts: readonly Names[],
  kinds: ReadonlySet<number>,
  see: (values: Int32Array, at: number) => void,
): void {
  for (const { firsts, visits } of facts)
    for (const { values, count } of [firsts, visits])
      for (let at = 0; at < count * VISIT_WIDTH; at += VISIT_WIDTH)
        if (kinds.has(values[at + VISIT_KIND_SIDE] >>> 1)) see(values, at);
}
