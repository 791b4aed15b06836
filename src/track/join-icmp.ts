import type { Outcome } from '../assess/types.ts';
import type { ConnectionTable } from './connection-table.ts';
import {
  ICMP_FRAME,
  ICMP_KIND,
  ICMP_MESSAGE_WIDTH,
  ICMP_NETWORK,
  ICMP_SENDER,
  QUOTED_DESTINATION,
  QUOTED_KEY,
  QUOTED_PORTS,
  QUOTED_SOURCE,
} from './icmp-errors.ts';
import { type ApartConnections, connectionInNetwork } from './join-networks.ts';
import type { Messages } from './part.ts';
import { ADDRESS_A, FIRST_FRAME, PORTS, PREVIOUS, RECORD_INTS } from './record.ts';

/** The first ICMP error that answered a connection's packets and says that they did not get through. */
export interface IcmpVerdict {
  outcome: Extract<Outcome, 'prohibited' | 'unreachable'>;
  version: 4 | 6;
  type: number;
  code: number;
  /** Side whose packet is quoted: 0 A, 1 B. */
  quotedSide: number;
  /** It is the server's: an answer that did not arrive. */
  ofAnswers: boolean;
  frame: number;
  /** Address of the sender, as in a record of the same family. */
  sender: number;
}

// RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1
const UNREACHABLE_4 = 3;
const FRAGMENTATION_NEEDED = 4;
const PROHIBITED_4 = new Set([9, 10, 13]);
// RFC 4443 section 3.1
const UNREACHABLE_6 = 1;
const PROHIBITED_6 = new Set([1, 5, 6]);

/** Time to live exceeded in transit: type and code by version (RFC 792, RFC 4443 section 3.3). Routers say so of a loop, and to traceroute. */
export function isExpired({ version, type, code }: Pick<IcmpVerdict, 'version' | 'type' | 'code'>): boolean {
  return type === (version === 4 ? 11 : 3) && code === 0;
}

/** Nothing listens on the port, or a filter says so in place of an administrative prohibition (RFC 792, RFC 4443 section 3.1). */
export function isPortUnreachable({ version, type, code }: Pick<IcmpVerdict, 'version' | 'type' | 'code'>): boolean {
  return version === 4 ? type === UNREACHABLE_4 && code === 3 : type === UNREACHABLE_6 && code === 4;
}

/** What an ICMP error says of the packet it quotes; null where it is no statement about reaching the other end (path MTU, fragments that are missing). */
export function icmpOutcome(version: 4 | 6, type: number, code: number): IcmpVerdict['outcome'] | null {
  if (isExpired({ version, type, code })) return 'unreachable';
  if (version === 4) {
    if (type !== UNREACHABLE_4 || code === FRAGMENTATION_NEEDED) return null;
    return PROHIBITED_4.has(code) ? 'prohibited' : 'unreachable';
  }
  if (type !== UNREACHABLE_6) return null;
  return PROHIBITED_6.has(code) ? 'prohibited' : 'unreachable';
}

/** Errors about one side of a connection are counted up to here. */
const MOST_COUNTED = 0xff;

/** What ICMP errors say of connections, read from the messages when it is asked for: there may be a million of them. */
export class IcmpVerdicts {
  readonly #messages: Messages;
  /** Number of the deciding message + 1, by record number * 2 + quoted side; empty where no message decides anything. */
  readonly #deciding: Int32Array;
  /** How many say that somebody on the way turned a packet away, by the same; MOST_COUNTED stands for more. */
  readonly #turnedAway: Uint8Array;

  constructor(messages: Messages, deciding: Int32Array, turnedAway: Uint8Array) {
    this.#messages = messages;
    this.#deciding = deciding;
    this.#turnedAway = turnedAway;
  }

  /**
   * How many errors say that a packet of `side` of connection `number` is prohibited, or, in the name of another address than it was sent to, that the
   * port is unreachable; 0 where they are too many to be counted.
   */
  turnedAway(number: number, side: number): number {
    const count = this.#turnedAway[number * 2 + side];
    return count === MOST_COUNTED ? 0 : count;
  }

  /** The first deciding error that quotes a packet of `side` of connection `number`. */
  of(number: number, side: number): IcmpVerdict | undefined {
    const message = this.#deciding[number * 2 + side];
    return message === undefined || message === 0 ? undefined : verdictOf(this.#messages, message - 1, side);
  }
}

function verdictOf({ values }: Messages, message: number, quotedSide: number): IcmpVerdict {
  const at = message * ICMP_MESSAGE_WIDTH;
  const kind = values[at + ICMP_KIND];
  const version = kind >>> 16 === 6 ? 6 : 4;
  const type = (kind >>> 8) & 0xff;
  const code = kind & 0xff;
  const frame = values[at + ICMP_FRAME] >>> 0;
  const outcome = icmpOutcome(version, type, code)!;
  return { outcome, version, type, code, quotedSide, ofAnswers: false, frame, sender: values[at + ICMP_SENDER] };
}

/**
 * Joins ICMP errors to the connections that they quote: for each connection the first deciding error by quoted side.
 * @param apart connections that the same four values name in several networks: an error speaks of the one in its own
 * @returns the verdicts, how many errors found a connection, and the record number for each (-1: none)
 */
export function joinIcmpErrors(
  table: ConnectionTable,
  messages: Messages,
  apart: ApartConnections,
): { verdicts: IcmpVerdicts; joined: number; connections: Int32Array } {
  const connections = new Int32Array(messages.count).fill(-1);
  const deciding = new Int32Array(messages.count === 0 ? 0 : table.count * 2);
  const turnedAway = new Uint8Array(deciding.length);
  let joined = 0;
  for (let i = 0; i < messages.count; i++) {
    const values = messages.values;
    const at = i * ICMP_MESSAGE_WIDTH;
    const ports = values[at + QUOTED_PORTS];
    let number = table.find(
      values[at + QUOTED_KEY],
      values[at + QUOTED_SOURCE],
      values[at + QUOTED_DESTINATION],
      ports >>> 16,
      ports & 0xffff,
    );
    if (number < 0) continue;
    const frame = values[at + ICMP_FRAME] >>> 0;
    const group = apart.get(number);
    number =
      group === undefined
        ? connectionAtFrame(table, number, frame)
        : connectionInNetwork(table, group, values[at + ICMP_NETWORK], frame);
    if (number < 0) continue;
    connections[i] = number;
    joined++;
    const kind = values[at + ICMP_KIND];
    const error = { version: kind >>> 16 === 6 ? 6 : 4, type: (kind >>> 8) & 0xff, code: kind & 0xff } as const;
    const outcome = icmpOutcome(error.version, error.type, error.code);
    if (outcome === null) continue;
    // Connections that follow one another on the same values each have their own A and B.
    const side = isSideA(table, number, values[at + QUOTED_SOURCE], ports >>> 16) ? 0 : 1;
    const key = number * 2 + side;
    if (deciding[key] === 0) deciding[key] = i + 1;
    const isTurnedAway =
      outcome === 'prohibited' ||
      (isPortUnreachable(error) && values[at + ICMP_SENDER] !== values[at + QUOTED_DESTINATION]);
    if (isTurnedAway && turnedAway[key] < MOST_COUNTED) turnedAway[key]++;
  }
  return { verdicts: new IcmpVerdicts(messages, deciding, turnedAway), joined, connections };
}

/** Of the connections that share their four values, the latest that had begun at `frame`. */
export function connectionAtFrame(table: ConnectionTable, latest: number, frame: number): number {
  let number = latest;
  while (table.records[number * RECORD_INTS + FIRST_FRAME] >>> 0 > frame) {
    const previous = table.records[number * RECORD_INTS + PREVIOUS] - 1;
    if (previous < 0) return number;
    number = previous;
  }
  return number;
}

/** True where the socket is side A of the connection. */
export function isSideA(table: ConnectionTable, number: number, address: number, port: number): boolean {
  const at = number * RECORD_INTS;
  return table.records[at + ADDRESS_A] === address && table.records[at + PORTS] >>> 16 === port;
}
