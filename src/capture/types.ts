/**
 * What every capture format hands to the rest of the product, and what it says of itself.
 * A reader turns windows of bytes into frames; it knows nothing of Ethernet, IP or connections.
 */
import type { FrameNotes } from './frame-notes.ts';

/** Takes the frames of a capture in the order of the file. One implementation at run time, so that the call stays monomorphic. */
export interface FrameSink {
  /**
   * One frame. `bytes` and `view` cover the same memory, belong to the caller and are overwritten after the call returns.
   * @param offset first byte of the frame in `bytes`
   * @param capturedLength bytes at hand from `offset`
   * @param originalLength bytes the frame had on the wire (never less than 0; may be smaller than captured in odd files)
   * @param seconds since 1970-01-01 UTC, 0 … 2^32-1 (a time outside is counted by the reader, which gives that of the frame before)
   * @param nanoseconds 0 … 999,999,999
   * @param linkType LINKTYPE_ value as in the tcpdump.org registry, or one of link-types.ts
   * @param interfaceId index of the interface within the file, counted over all sections; 0 for pcap
   */
  frame(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
    interfaceId: number,
  ): void;
  /**
   * The same as `frame`, from a reader that promises to call `settle` before it hands the window back: the bytes stay as they are until
   * then, so that a sink may look at several frames at a time. Frames of both calls keep their order. Sinks have both or neither.
   */
  frameAhead?: FrameSink['frame'];
  /** Everything that was handed over must be looked at by the time it returns. */
  settle?(): void;
  /** What the capture says of the frame that comes with the next call of `frame`, and of that one only. Few captures say anything. */
  note?(notes: FrameNotes): void;
}

/** A sink that looks at several frames at a time. */
export type AheadSink = FrameSink & Required<Pick<FrameSink, 'frameAhead' | 'settle'>>;

/** The sink, where it is such a one. */
export function aheadSink(sink: FrameSink): AheadSink | null {
  return sink.frameAhead !== undefined && sink.settle !== undefined ? (sink as AheadSink) : null;
}

/** A place where the bytes of a capture did not make sense, or made sense only in part. */
export interface CaptureProblem {
  /** Stable id: `cut-short`, `broken-record`, `broken-block`, `time-out-of-range`, … */
  code: string;
  /** Byte offset in the (decompressed) file. */
  offset: number;
  /** Bytes passed over until the next plausible frame; 0 where nothing was skipped. */
  skippedBytes: number;
  /** One plain sentence: what, where, what was done. */
  message: string;
}

/** The formats that are read. */
export type CaptureFormat = 'pcap' | 'pcapng' | 'etl' | 'netmon' | 'snoop';

/** What a reader knows once it has read its bytes. */
export interface ReaderSummary {
  format: CaptureFormat;
  /** Frames handed to the sink. */
  frames: number;
  /** LINKTYPE_ values met, in order of appearance. */
  linkTypes: number[];
  /** True if any interface or header carries time stamps finer than a microsecond. */
  nanosecondTimes: boolean;
  /** The first 100 problems, and the first of each kind; `problemCount` counts them all. */
  problems: CaptureProblem[];
  problemCount: number;
  /** Packets that the capturing system says it lost (pcapng isb_ifdrop/isb_osdrop, epb_dropcount); 0 where it says nothing. */
  droppedByCapture: number;
  /** The same by interface, for readers of a part of a file: what packets say (a sum) and what statistics say (a total so far). */
  losses: { between: number; total: number }[];
  /** Comments found (pcapng opt_comment), the first 100 of at most 1,000 characters each. */
  comments: string[];
  /** Event traces: names of the components that saw or dropped packets, by FrameNotes.component; escape them where they are shown. */
  components?: Record<number, string>;
}

/** Reads one format from a stream of windows. Nothing is copied; the caller keeps what was not consumed. */
export interface CaptureReader {
  /**
   * Reads all whole records in `bytes[0, length)`.
   * @param fileOffset offset of bytes[0] in the (decompressed) file, for messages
   * @param atEnd true when no byte follows; a cut last record is then reported as a problem and consumed
   * @returns bytes consumed; the rest must come again at the start of the next window. Where that is 0 and not atEnd, `needed` says
   *   how many bytes the window must hold.
   */
  read(bytes: Uint8Array, view: DataView, length: number, fileOffset: number, atEnd: boolean): number;
  /** Smallest window, in bytes, that lets the next record be read; at most MAX_RECORD. */
  readonly needed: number;
  /** True where a capture of another format begins behind what was consumed: a reader of that one goes on. */
  readonly isOver?: boolean;
  summary(): ReaderSummary;
}

/**
 * Largest record a reader believes, in bytes: 256 KiB is the largest snap length of libpcap; big TCP segments and
 * remote-capture tools exceed it, so 16 MiB is the limit of belief, and the bound of the window.
 */
export const MAX_RECORD = 16 * 1024 * 1024;
