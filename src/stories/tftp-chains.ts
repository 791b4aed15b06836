import type { Observation } from '../track/observation.ts';
import {
  METER_ACK,
  METER_CHAIN,
  METER_DATA,
  METER_ERRORS,
  METER_FIRST_FRAME,
  METER_INTS,
  METER_OACKS,
} from '../track/tftp-meter.ts';
import {
  RUN_AFTER_TOP,
  RUN_COUNT,
  RUN_FIRST_BLOCK,
  RUN_FIRST_FRAME,
  RUN_FIRST_NANOSECONDS,
  RUN_FIRST_SECONDS,
  RUN_FRAGMENTED,
  RUN_LAST_FRAME,
  RUN_LAST_NANOSECONDS,
  RUN_LAST_SECONDS,
  RUN_LONGEST,
  RUN_REPEATS,
  RUN_TOP,
  RUN_TOP_FRAME,
  RUN_TOP_LENGTH,
  RUN_TOP_NANOSECONDS,
  RUN_TOP_SECONDS,
} from '../track/tftp-run.ts';
import type { Socket } from './kept-messages.ts';
import type { Moment } from './moment.ts';

/** DATA or ACK packets of one transfer, from one side. */
export interface BlockRun {
  /** Copies of a mirror port not counted. */
  packets: number;
  /** Number of the highest block, counted on beyond 65,535. */
  top: number;
  /** Bytes in the highest block; the most in any. */
  topLength: number;
  longest: number;
  /** Packets after the highest block first came: repeats that brought nothing new. */
  afterTop: number;
  /** Blocks sent again. */
  repeats: number;
  /** Packets that came in IP fragments. */
  fragmented: number;
  first: Moment;
  /** When the highest block first came. */
  topSeen: Moment;
  last: Moment;
}

/** One transfer as it was metered between two sockets; whose request it belongs to is found later. */
export interface Chain {
  connection: number;
  /** Side of the connection that sends DATA and OACK. */
  senderSide: 0 | 1;
  sender: Socket;
  receiver: Socket;
  firstFrame: number;
  oacks: number;
  errors: number;
  data: BlockRun | null;
  acks: BlockRun | null;
}

export function tftpChains(observation: Observation): Chain[] {
  const { values, count } = observation.tftpMeters;
  return Array.from({ length: count }, (_, i) => {
    const at = i * METER_INTS;
    const connection = values[at + METER_CHAIN] >>> 1;
    const senderSide = values[at + METER_CHAIN] & 1 ? 1 : 0;
    const { family, addresses, ports } = observation.sockets(connection);
    const socket = (side: 0 | 1): Socket => ({ family, address: addresses[side], port: ports[side] });
    return {
      connection,
      senderSide,
      sender: socket(senderSide),
      receiver: socket(senderSide === 0 ? 1 : 0),
      firstFrame: values[at + METER_FIRST_FRAME],
      oacks: values[at + METER_OACKS],
      errors: values[at + METER_ERRORS],
      data: runAt(values, at + METER_DATA),
      acks: runAt(values, at + METER_ACK),
    };
  });
}

function runAt(values: Int32Array, at: number): BlockRun | null {
  if (values[at + RUN_COUNT] === 0) return null;
  const moment = (seconds: number, nanoseconds: number, frame: number): Moment => ({
    seconds: values[at + seconds] >>> 0,
    nanoseconds: values[at + nanoseconds],
    frame: values[at + frame],
  });
  return {
    packets: values[at + RUN_COUNT],
    top: values[at + RUN_FIRST_BLOCK] + values[at + RUN_TOP],
    topLength: values[at + RUN_TOP_LENGTH],
    longest: values[at + RUN_LONGEST],
    afterTop: values[at + RUN_AFTER_TOP],
    repeats: values[at + RUN_REPEATS],
    fragmented: values[at + RUN_FRAGMENTED],
    first: moment(RUN_FIRST_SECONDS, RUN_FIRST_NANOSECONDS, RUN_FIRST_FRAME),
    topSeen: moment(RUN_TOP_SECONDS, RUN_TOP_NANOSECONDS, RUN_TOP_FRAME),
    last: moment(RUN_LAST_SECONDS, RUN_LAST_NANOSECONDS, RUN_LAST_FRAME),
  };
}

/** When anything of a chain's blocks was last seen, or null where only OACKs or ERRORs were. */
export function lastOfChain({ data, acks }: Chain): Moment | null {
  if (data === null) return acks?.last ?? null;
  if (acks === null) return data.last;
  return acks.last.seconds > data.last.seconds ||
    (acks.last.seconds === data.last.seconds && acks.last.nanoseconds > data.last.nanoseconds)
    ? acks.last
    : data.last;
}
