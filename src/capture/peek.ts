/** Looks at the beginning of a capture without reading it through: to put the files of a series in order, and to plan the reading. */
import { ChunkFeeder } from './chunk-feeder.ts';
import { type Compression, compressionOf } from './compression.ts';
import { damagedCompression } from './errors.ts';
import { Input, isPlainFile } from './input.ts';
import { NETMON_HELD, NetmonFile } from './netmon.ts';
import { PcapReader } from './pcap.ts';
import type { PcapHeader } from './pcap-header.ts';
import { PcapngReader } from './pcapng.ts';
import type { PcapngState } from './pcapng-state.ts';
import { isNetmon, readFirst } from './source.ts';
import type { CaptureFormat, CaptureReader, FrameSink } from './types.ts';
import { openUnpacker, UnpackedTooFar } from './unpack.ts';
import type { Unpacker } from './unpacker.ts';

/** Bytes read at a time, and at most, until the first frame has come. */
const PEEK_CHUNK = 64 * 1024;
const PEEK_LIMIT = 8 * 1024 * 1024;
/** Bytes unpacked at most. */
const PEEK_UNPACKED = NETMON_HELD;

/** What the beginning of a file says. */
export interface CapturePeek {
  path: string;
  format: CaptureFormat;
  compression: Compression | null;
  /** Bytes of the file, as stored. */
  size: number;
  /** Time of the first frame; null where none was found in the first 8 MiB. Frames need not be in the order of time. */
  firstSeconds: number | null;
  firstNanoseconds: number | null;
  /** LINKTYPE_ value of the first frame. */
  linkType: number | null;
  /** Captured bytes of a frame, on the average of those that the first read brought; 0 where it brought none. */
  frameBytes: number;
  /** For pcap: what a reader that starts at another record needs. */
  pcapHeader: PcapHeader | null;
  /** For pcapng: the state at the first frame, for a reader that starts at a later block. */
  pcapngState: PcapngState | null;
  /** The first frame carries an id or a verdict: such a capture is read by one reader. */
  noted: boolean;
}

/** Remembers the first frame, and how large those are that come with it. */
class FirstFrame implements FrameSink {
  seen = false;
  frames = 0;
  bytes = 0;
  seconds = 0;
  nanoseconds = 0;
  linkType = 0;
  pcapngState: PcapngState | null = null;
  feeder: ChunkFeeder | null = null;
  /** That of the first frame: another capture may be joined to this one. */
  reader: CaptureReader | null = null;
  noted = false;

  note(): void {
    if (!this.seen) this.noted = true;
  }

  frame(
    _bytes: Uint8Array,
    _view: DataView,
    _offset: number,
    capturedLength: number,
    _originalLength: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
    _interfaceId: number,
  ): void {
    this.frames++;
    this.bytes += capturedLength;
    if (this.seen) return;
    this.seen = true;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.linkType = linkType;
    const reader = this.feeder?.reader ?? null;
    this.reader = reader;
    if (reader instanceof PcapngReader) this.pcapngState = reader.state();
  }
}

/** @see CapturePeek.frameBytes */
function frameBytes({ frames, bytes }: FirstFrame): number {
  return frames === 0 ? 0 : bytes / frames;
}

/**
 * @param path a plain file: a pipe cannot be looked at without being read, the answer for it is null
 * @throws CaptureError where it is no capture
 */
export async function readCaptureHeader(path: string): Promise<CapturePeek | null> {
  if (!isPlainFile(path)) return null;
  const input = new Input(path);
  let unpacker: Unpacker | null = null;
  try {
    const sink = new FirstFrame();
    const feeder = new ChunkFeeder(sink, path);
    sink.feeder = feeder;
    const first = await readFirst(input);
    if (isNetmon(first)) return peekNetmon(input, sink);
    const compression = compressionOf(first);
    if (compression !== null) {
      unpacker = openUnpacker(compression, path, (piece) => {
        if (sink.seen || feeder.received > PEEK_UNPACKED) throw new UnpackedTooFar();
        feeder.push(piece);
      });
    }
    let chunk = first;
    let intact = true;
    const buffer = new Uint8Array(PEEK_CHUNK);
    for (let done = 0; chunk.length > 0 && intact && !sink.seen && done < PEEK_LIMIT; done += chunk.length) {
      if (unpacker === null) feeder.push(chunk);
      else intact = await goOn(unpacker.write(chunk));
      chunk = buffer.subarray(0, await input.read(buffer));
    }
    if (!sink.seen) {
      const end = intact ? ((await unpacker?.end()) ?? 'whole') : 'damaged';
      if (compression !== null && end !== 'whole' && feeder.received === 0) throw damagedCompression(path, compression);
      feeder.end();
    }
    const reader = sink.reader ?? feeder.reader;
    return {
      path,
      format: feeder.summary().format,
      compression,
      size: input.size!,
      firstSeconds: sink.seen ? sink.seconds : null,
      firstNanoseconds: sink.seen ? sink.nanoseconds : null,
      linkType: sink.seen ? sink.linkType : null,
      frameBytes: frameBytes(sink),
      pcapHeader: reader instanceof PcapReader ? reader.header : null,
      noted: sink.noted,
      pcapngState: sink.pcapngState ?? (reader instanceof PcapngReader ? reader.state() : null),
    };
  } finally {
    unpacker?.close();
    input.close();
  }
}

/** False too where enough was unpacked. */
async function goOn(writing: Promise<boolean>): Promise<boolean> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof UnpackedTooFar) return false;
    throw error;
  }
}

/** A Network Monitor file that can be read at any place. */
function peekNetmon(input: Input, sink: FirstFrame): CapturePeek {
  const file = new NetmonFile(input, sink);
  while (!sink.seen && file.done < PEEK_LIMIT && file.advance(1));
  return {
    path: input.path,
    format: 'netmon',
    compression: null,
    size: input.size!,
    firstSeconds: sink.seen ? sink.seconds : null,
    firstNanoseconds: sink.seen ? sink.nanoseconds : null,
    linkType: sink.seen ? sink.linkType : null,
    frameBytes: frameBytes(sink),
    pcapHeader: null,
    pcapngState: null,
    noted: false,
  };
}
