import type { TftpOptions } from '../protocols/tftp.ts';
import type { IcmpVerdict } from '../track/join-icmp.ts';
import type { FragmentedDatagrams } from './datagram-fragments.ts';
import type { Socket } from './kept-messages.ts';
import type { Moment } from './moment.ts';
import type { Chain } from './tftp-chains.ts';

/** What became of a transfer. */
export const TFTP_OUTCOMES = [
  'complete',
  'refused',
  'no-answer',
  'not-acknowledged',
  'stalled',
  'aborted',
  'undecided',
] as const;
export type TftpOutcome = (typeof TFTP_OUTCOMES)[number];

/** An ERROR packet, and who sent it. */
export interface TftpFailure {
  code: number;
  text: string;
  by: 'server' | 'client';
  at: Moment;
}

/** An ICMP error about a transfer, and whose packet it quotes: `request` to port 69, `answer` of the server, `client` to the server's port. */
export interface TftpRejection {
  about: 'request' | 'answer' | 'client';
  verdict: IcmpVerdict;
  /** Address that sent it, as text. */
  sender: string;
}

/** One file asked for, with all repeats of the request and all answers. */
export interface TftpStory {
  write: boolean;
  client: Socket;
  /** The server and the port that was asked: 69. */
  server: Socket;
  /** Texts of the two addresses. */
  clientText: string;
  serverText: string;
  file: string;
  mode: string;
  options: TftpOptions;
  /** Options of the server's OACK; null where it sent none. */
  accepted: TftpOptions | null;
  requests: Moment[];
  /** Where the server answered: the one that came farthest first. Repeats of a request may be answered from a port each. */
  chains: Chain[];
  /** Bytes of content and blocks that passed. */
  bytes: number;
  blocks: number;
  blockSize: number;
  /** Highest block that was acknowledged. */
  acknowledged: number;
  retransmissions: number;
  outcome: TftpOutcome;
  failure: TftpFailure | null;
  rejection: TftpRejection | null;
  fragments: FragmentedDatagrams | null;
  first: Moment;
  last: Moment;
}

/** Port of the server's side of the transfer; null where nothing was seen of it. */
export function transferPort(story: TftpStory): number | null {
  const chain = story.chains[0];
  if (chain === undefined) return null;
  return (story.write ? chain.receiver : chain.sender).port;
}

/** True where the client asked only to learn the size, and ended it itself: normal for firmware (RFC 2349 section 3 hints at it). */
export function isSizeProbe(story: TftpStory): boolean {
  return story.outcome === 'aborted' && story.blocks <= 1 && story.failure?.by === 'client';
}
