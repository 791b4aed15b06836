import { numberOption, type TftpOptions } from '../protocols/tftp.ts';
import { later, type Moment, secondsFrom } from './moment.ts';
import type { Chain } from './tftp-chains.ts';
import type { TftpFailure, TftpOutcome } from './tftp-story.ts';

/** RFC 1350 section 2. */
const DEFAULT_BLOCK_SIZE = 512;
/** Silence after the last sign of a transfer, in seconds, up to the end of the capture, that says it is over: timers repeat after 1 to 5 s. */
export const STALL_PATIENCE = 6;
/** As for other UDP exchanges (track/outcome.ts): from the first request, and from the last one, to the end of the capture. */
const ANSWER_PATIENCE = 3;
const LAST_REQUEST_PATIENCE = 1;
/** The same block sent this often again is over, however soon the capture ends. */
const HOPELESS_REPEATS = 3;
/** A client that asked this often, over ANSWER_PATIENCE, has shown itself that nothing reaches it. */
const PROVING_REQUESTS = 3;
/** Blocks that go through without a visible acknowledgment: those take another way. */
const ONE_WAY_BLOCKS = 64;

/** All that the outcome is decided on. */
export interface TftpFacts {
  requests: readonly Moment[];
  chains: readonly Chain[];
  accepted: TftpOptions | null;
  failure: TftpFailure | null;
  rejected: boolean;
  last: Moment;
  /** End of the capture. */
  end: { seconds: number; nanoseconds: number };
}

/** The negotiated block size; where the OACK is not in the capture, what the blocks show. */
export function blockSizeOf(accepted: TftpOptions | null, chain: Chain | undefined): number {
  const negotiated = accepted === null ? null : numberOption(accepted, 'blksize');
  if (negotiated !== null && negotiated >= 8 && negotiated <= 65464) return negotiated;
  return accepted === null ? Math.max(DEFAULT_BLOCK_SIZE, chain?.data?.longest ?? 0) : DEFAULT_BLOCK_SIZE;
}

/** Bytes of content of the blocks up to the highest: all but the last one are full. */
export function bytesOf(chain: Chain | undefined, blockSize: number): number {
  const data = chain?.data;
  return data ? Math.max(0, data.top - 1) * blockSize + Math.min(data.topLength, blockSize) : 0;
}

/** True where the last block is shorter than the negotiated size (RFC 1350 section 6, RFC 2348), and was acknowledged or never sent again. */
export function isComplete(chain: Chain, accepted: TftpOptions | null): boolean {
  const { data, acks } = chain;
  if (data === null) return false;
  const blockSize = blockSizeOf(accepted, chain);
  const size = accepted === null ? null : numberOption(accepted, 'tsize');
  const isLast =
    data.topLength < blockSize ||
    (size !== null && size > 0 && bytesOf(chain, blockSize) >= size && size % blockSize !== 0);
  return isLast && ((acks !== null && acks.top >= data.top) || data.afterTop === 0);
}

export function tftpOutcome(facts: TftpFacts): TftpOutcome {
  const { chains, requests, accepted, failure, end } = facts;
  const chain = chains[0];
  if (chains.some((one) => isComplete(one, accepted))) return 'complete';
  if (failure?.by === 'server') return 'refused';
  const data = chain?.data ?? null;
  const repeats = data?.afterTop ?? 0;
  if (failure?.by === 'client' && repeats < HOPELESS_REPEATS) return 'aborted';
  const lastRequest = requests[requests.length - 1];
  const askedInVain = requests.length >= PROVING_REQUESTS && secondsFrom(requests[0], lastRequest) >= ANSWER_PATIENCE;
  const isStuck = secondsFrom(lastProgress(requests[0], chain), facts.last) >= STALL_PATIENCE;
  const isOver =
    isStuck ||
    askedInVain ||
    secondsFrom(facts.last, end) >= STALL_PATIENCE ||
    repeats >= HOPELESS_REPEATS ||
    failure !== null;
  const answers = chains.reduce((sum, { oacks, data: blocks }) => sum + oacks + (blocks?.packets ?? 0), 0);
  if (answers === 0) {
    if (facts.rejected) return 'no-answer';
    const patient =
      askedInVain ||
      (secondsFrom(requests[0], end) >= ANSWER_PATIENCE && secondsFrom(lastRequest, end) >= LAST_REQUEST_PATIENCE);
    return patient && chains.every(({ acks }) => acks === null) ? 'no-answer' : 'undecided';
  }
  if (chains.every(({ acks }) => acks === null)) {
    if (data !== null && data.top > ONE_WAY_BLOCKS) return 'undecided';
    const isRepeated = answers > 1 || requests.length > 1;
    return facts.rejected || (isRepeated && isOver) ? 'not-acknowledged' : 'undecided';
  }
  return isOver ? 'stalled' : 'undecided';
}

/** When something new was last seen: the first request, a block, an acknowledgment. What comes after it are repeats. */
function lastProgress(request: Moment, chain: Chain | undefined): Moment {
  let last = request;
  if (chain?.data) last = later(last, chain.data.topSeen);
  if (chain?.acks) last = later(last, chain.acks.topSeen);
  return last;
}
