import type { Ended, Outcome } from '../assess/types.ts';
import type { DropVerdict } from './join-drops.ts';
import type { IcmpVerdict } from './join-icmp.ts';
import type { Symptom } from './symptoms.ts';

/** One connection, seen from its client. Filled again for each connection: copy what must last. */
export interface ConnectionView {
  number: number;
  proto: 'tcp' | 'udp';
  family: 4 | 6;
  /** IPv4 address in network order, or the number of an IPv6 address; see Observation.addressText. */
  client: number;
  server: number;
  clientPort: number;
  serverPort: number;
  /** True where no handshake and no request said who is client. */
  clientInferred: boolean;
  outcome: Outcome;
  ended: Ended | null;
  /** TCP: data was repeated and never acknowledged, and had gone both ways before, or the other side is not in the capture. */
  stall: 'later' | 'unseen' | null;
  /** What is odd about it, by all the rest (symptoms.ts). */
  symptom: Symptom;
  packetsToServer: number;
  packetsToClient: number;
  /** Bytes, whole frames as on the wire. */
  bytesToServer: number;
  bytesToClient: number;
  /** SYNs of the client, or its datagrams until the first answer (1 where the answer came first); copies of a mirror not counted. */
  attempts: number;
  firstFrame: number;
  /** 0 where there is none. */
  lastAttemptFrame: number;
  resetFrame: number;
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  /** Nanoseconds from the first SYN to the first SYN-ACK; null where not both were seen. */
  answerNanoseconds: number | null;
  icmp: IcmpVerdict | null;
  /** What the capturing host, or its firewall's log, says of packets that it dropped, where that explains the outcome. */
  drop: DropVerdict | null;
  /** These were packets of the server. */
  dropOfAnswers: boolean;
  /** Outermost VLAN and tunnel (`vxlan 5001`) of the first frame. */
  vlan: number | null;
  tunnel: string | null;
  /** The network, by a number of `Observation.networks`; 0 where nothing keeps it apart from others. */
  network: number;
  /** A frame went to a multicast or broadcast address of the link layer. */
  toGroup: boolean;
  /** What the first payloads told (SERVICE_ of first-bytes.ts): that of the client, which says what it wanted, or else that of the server. */
  service: number;
  /** TCP: of the client's first payload the capture holds too little to tell. */
  requestUnseen: boolean;
  clientSentData: boolean;
  serverSentData: boolean;
  /** TCP: resets are all that was captured of the server. */
  serverOnlyReset: boolean;
  /** UDP: this is the exchange in which a TFTP server answers a request, on ports of its own. */
  isTransfer: boolean;
  /** UDP: the answer came from another port, as TFTP servers do; the number of that exchange. */
  transfer: number | null;
}

/** A view to be filled. */
export function newConnectionView(): ConnectionView {
  return {
    number: 0,
    proto: 'tcp',
    family: 4,
    client: 0,
    server: 0,
    clientPort: 0,
    serverPort: 0,
    clientInferred: false,
    outcome: 'undecided',
    ended: null,
    stall: null,
    symptom: null,
    packetsToServer: 0,
    packetsToClient: 0,
    bytesToServer: 0,
    bytesToClient: 0,
    attempts: 0,
    firstFrame: 0,
    lastAttemptFrame: 0,
    resetFrame: 0,
    firstSeconds: 0,
    firstNanoseconds: 0,
    lastSeconds: 0,
    lastNanoseconds: 0,
    answerNanoseconds: null,
    icmp: null,
    drop: null,
    dropOfAnswers: false,
    vlan: null,
    tunnel: null,
    network: 0,
    toGroup: false,
    service: 0,
    requestUnseen: false,
    clientSentData: false,
    serverOnlyReset: false,
    serverSentData: false,
    isTransfer: false,
    transfer: null,
  };
}
