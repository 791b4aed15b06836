/** Captures that follow one another in one file, as `cat` joins them. */
import { PCAP_HEADER_LENGTH, type PcapHeader, parsePcapHeader } from './pcap-header.ts';
import { BLOCK_LENGTH, SECTION_HEADER, SECTION_MAJOR, SMALLEST_SECTION } from './pcapng-blocks.ts';
import { byteOrderAt } from './pcapng-chain.ts';
import { isBlockLength } from './pcapng-doubt.ts';
import { COMMENTS_KEPT } from './pcapng-options.ts';
import { keptOf } from './problems.ts';
import type { ReaderSummary } from './types.ts';

/** Bytes that tell that another capture begins. */
export const JOINED_BYTES = Math.max(PCAP_HEADER_LENGTH, SMALLEST_SECTION);

const PCAPNG_MAJOR = 1;

/** The header of a pcap that begins at `at`, or null. */
export function joinedPcap(bytes: Uint8Array, at: number, length: number): PcapHeader | null {
  if (at + PCAP_HEADER_LENGTH > length) return null;
  const header = parsePcapHeader(bytes.subarray(at, at + PCAP_HEADER_LENGTH));
  return 'error' in header ? null : header;
}

/** True where a pcapng begins at `at`. */
export function isJoinedPcapng(view: DataView, at: number, length: number): boolean {
  if (at + SMALLEST_SECTION > length || view.getUint32(at, true) !== SECTION_HEADER) return false;
  const little = byteOrderAt(view, at);
  if (little === null || view.getUint16(at + SECTION_MAJOR, little) !== PCAPNG_MAJOR) return false;
  const sectionLength = view.getUint32(at + BLOCK_LENGTH, little);
  return isBlockLength(sectionLength) && sectionLength >= SMALLEST_SECTION;
}

/** What the readers of joined captures say, one after the other. */
export function joinSummaries(before: ReaderSummary, next: ReaderSummary): ReaderSummary {
  return {
    format: before.format,
    frames: before.frames + next.frames,
    linkTypes: [...new Set([...before.linkTypes, ...next.linkTypes])],
    nanosecondTimes: before.nanosecondTimes || next.nanosecondTimes,
    problems: keptOf([...before.problems, ...next.problems]),
    problemCount: before.problemCount + next.problemCount,
    droppedByCapture: before.droppedByCapture + next.droppedByCapture,
    losses: [...before.losses, ...next.losses],
    comments: [...before.comments, ...next.comments].slice(0, COMMENTS_KEPT),
  };
}
