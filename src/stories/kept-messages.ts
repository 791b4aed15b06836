import type { Span } from '../protocols/reading.ts';
import type { Observation } from '../track/observation.ts';
import {
  PAYLOAD_CONNECTION,
  PAYLOAD_FRAME,
  PAYLOAD_KIND_SIDE,
  PAYLOAD_LENGTH,
  PAYLOAD_NANOSECONDS,
  PAYLOAD_OFFSET,
  PAYLOAD_SECONDS,
  PAYLOAD_STORED,
  PAYLOAD_WIDTH,
  payloadKind,
} from '../track/payload-fields.ts';
import { compareMoments, type Moment, secondsFrom } from './moment.ts';

/** One end of a message or a transfer. */
export interface Socket {
  family: 4 | 6;
  /** As a record holds it: IPv4 in network order, or the number of an IPv6 address. */
  address: number;
  port: number;
}

/** A message whose payload the workers kept. */
export interface KeptMessage extends Moment {
  /** Kind of conversation (control-ports.ts). */
  kind: number;
  connection: number;
  /** 0 where side A of the connection sent it, 1 where B. */
  side: 0 | 1;
  from: Socket;
  to: Socket;
  payload: Span;
  /** False where the capture holds only the beginning of it. */
  whole: boolean;
}

/** The same bytes between the same sockets within this time are one message seen twice; clients repeat themselves after 0.2 s or more. */
const COPY_SECONDS = 0.1;

/** Kept messages of some kinds in the order of time, without the copies that a mirror port or the "any" interface makes. */
export function keptMessages(observation: Observation, kinds: ReadonlySet<number>): KeptMessage[] {
  const { values, bytes, count } = observation.payloads;
  const messages: KeptMessage[] = [];
  for (let i = 0; i < count; i++) {
    const at = i * PAYLOAD_WIDTH;
    const kind = payloadKind(values, at);
    if (!kinds.has(kind) || values[at + PAYLOAD_STORED] === 0) continue;
    const side = values[at + PAYLOAD_KIND_SIDE] & 1 ? 1 : 0;
    const connection = values[at + PAYLOAD_CONNECTION];
    const { family, addresses, ports } = observation.sockets(connection);
    const length = values[at + PAYLOAD_STORED];
    messages.push({
      seconds: values[at + PAYLOAD_SECONDS] >>> 0,
      nanoseconds: values[at + PAYLOAD_NANOSECONDS],
      frame: values[at + PAYLOAD_FRAME] >>> 0,
      kind,
      connection,
      side,
      from: { family, address: addresses[side], port: ports[side] },
      to: { family, address: addresses[1 - side], port: ports[1 - side] },
      payload: { bytes, offset: values[at + PAYLOAD_OFFSET], length },
      whole: length === values[at + PAYLOAD_LENGTH],
    });
  }
  return withoutCopies(messages.sort(compareMoments));
}

function withoutCopies(messages: KeptMessage[]): KeptMessage[] {
  const latest = new Map<number, KeptMessage>();
  return messages.filter((message) => {
    const key = message.connection * 2 + message.side;
    const before = latest.get(key);
    latest.set(key, message);
    return (
      before === undefined ||
      secondsFrom(before, message) > COPY_SECONDS ||
      !samePayload(before.payload, message.payload)
    );
  });
}

function samePayload(a: Span, b: Span): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a.bytes[a.offset + i] !== b.bytes[b.offset + i]) return false;
  return true;
}
