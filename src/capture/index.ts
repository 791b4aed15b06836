export { GUESS_BYTES, guessBlock, guessRecord, NO_GUESS } from './boundary.ts';
export { type Detection, detectKind } from './detect.ts';
export { CaptureError, type CaptureErrorCode } from './errors.ts';
export { type PcapHeader, type PcapHeaderError, PcapReader, parsePcapHeader } from './pcap.ts';
export { type PcapngInterface, PcapngReader, type PcapngState, sameSection } from './pcapng.ts';
export type { PacketNotes } from './pcapng-notes.ts';
export { type CapturePeek, readCaptureHeader } from './peek.ts';
export {
  type CaptureFileSummary,
  ChunkFeeder,
  type ReadCaptureOptions,
  readCapture,
  readPart,
  STANDARD_INPUT,
} from './source.ts';
export * from './types.ts';
