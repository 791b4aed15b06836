/**
 * Where in the middle of a file does a frame begin? For cutting a file into segments: the answer is a guess, to be checked against where the
 * segment before ends.
 */
import { PcapChain } from './pcap-chain.ts';
import type { PcapHeader } from './pcap-header.ts';
import { RecordLayout } from './pcap-layout.ts';
import { PcapngChain } from './pcapng-chain.ts';
import { CHAIN_FRAME, LOOKAHEAD, Resync } from './resync.ts';
import { MAX_RECORD } from './types.ts';

/** Bytes from the wanted place on that let a guess be made; fewer only at the end of the file. */
export const GUESS_BYTES = CHAIN_FRAME + LOOKAHEAD;

/** No frame was found in the bytes at hand. */
export const NO_GUESS = -1;

/**
 * The first pcap record at or behind the start of `view`.
 * @param atEnd true where the file ends with `view`
 * @param seconds time of some frame of the file, or -1; times more than five years from it are not believed
 * @returns offset in `view`, or NO_GUESS
 */
export function guessRecord(header: PcapHeader, view: DataView, atEnd: boolean, seconds: number): number {
  const chain = new PcapChain(new RecordLayout(header, MAX_RECORD));
  chain.reference = seconds;
  const to = Math.min(view.byteLength, CHAIN_FRAME);
  return new Resync(chain).find(view, 0, to, view.byteLength, atEnd, 0);
}

/**
 * The first pcapng block at or behind the start of `view`.
 * @param littleEndian byte order of the section that is expected there
 */
export function guessBlock(littleEndian: boolean, view: DataView, atEnd: boolean): number {
  const chain = new PcapngChain();
  chain.littleEndian = littleEndian;
  const to = Math.min(view.byteLength, CHAIN_FRAME);
  return new Resync(chain).find(view, 0, to, view.byteLength, atEnd, 0);
}
