import type { Outcome } from '../assess/types.ts';
import type { DropVerdict } from './join-drops.ts';
import type { IcmpVerdict } from './join-icmp.ts';
import type { Symptom } from './symptoms.ts';

/** What a host says of packets that it dropped, and whether these were answers. */
export interface HostDrop {
  verdict: DropVerdict;
  ofAnswers: boolean;
}

/** Connections of one conversation (client, server, protocol, port, network) that share their fate, summed up. Filled again for each row. */
export interface FateView {
  proto: 'tcp' | 'udp';
  family: 4 | 6;
  /** As in ConnectionView. */
  client: number;
  server: number;
  serverPort: number;
  /** As in ConnectionView. */
  network: number;
  outcome: Outcome;
  symptom: Symptom;
  /** Failed for want of an answer while the capture lost packets: the answer may be among them. */
  lossy: boolean;
  /** Nanoseconds that the slowest of connections took that opened after a repeated SYN; 0 of those that opened at once. */
  slowest: number;
  connections: number;
  attempts: number;
  bytes: number;
  packetsToServer: number;
  packetsToClient: number;
  /** Connections whose client was inferred, not seen to start. */
  inferred: number;
  /** TCP: a SYN-ACK passed the capture point, yet the client repeated its SYN, or heard a reset before. */
  answerLost: number;
  /** Connections with packets of both directions. */
  twoWay: number;
  /** Connections that are more than an exchange that simply worked (isPlain). */
  odd: number;
  /** Of the first connection. */
  isTransfer: boolean;
  /** Of any connection. */
  toGroup: boolean;
  /** Lowest port of the client. */
  clientPort: number;
  /** Number of the first frame, and the first frames that show the fate, by connection; EVIDENCE_FRAMES of them, 0 where there are fewer. */
  firstFrame: number;
  frames: Int32Array;
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  /** The first deciding ICMP error. */
  icmp: IcmpVerdict | null;
  /** The weightiest thing that the host says of packets that it dropped itself. */
  drop: HostDrop | null;
}

/** Frames of evidence kept for one fate. */
export const EVIDENCE_FRAMES = 5;

/** A view to be filled. */
export function newFateView(): FateView {
  return {
    proto: 'tcp',
    family: 4,
    client: 0,
    server: 0,
    serverPort: 0,
    network: 0,
    outcome: 'undecided',
    symptom: null,
    lossy: false,
    slowest: 0,
    connections: 0,
    attempts: 0,
    bytes: 0,
    packetsToServer: 0,
    packetsToClient: 0,
    inferred: 0,
    answerLost: 0,
    twoWay: 0,
    odd: 0,
    isTransfer: false,
    toGroup: false,
    clientPort: 0,
    firstFrame: 0,
    frames: new Int32Array(EVIDENCE_FRAMES),
    firstSeconds: 0,
    firstNanoseconds: 0,
    lastSeconds: 0,
    lastNanoseconds: 0,
    icmp: null,
    drop: null,
  };
}
