import type { Report } from '../assess/types.ts';
import { readCapture } from '../capture/source.ts';
import type { FrameSink } from '../capture/types.ts';
import { decodeFrame } from '../decode/frame.ts';
import { Packet } from '../decode/packet.ts';
import { VERSION } from '../product.ts';
import { writeWholeBytes } from '../report/output-file.ts';
import { printable } from '../report/printable.ts';
import { Anonymizer } from './anonymizer.ts';
import { headersOnly, LINKTYPE_RAW } from './headers-only.ts';
import { PcapngWriter } from './pcapng-writer.ts';
import { FrameSelector, type Selection } from './selection.ts';

export interface EvidenceOptions {
  /** Frames of one finding, the first and the last ones; those that the finding names come on top. */
  framesPerFinding: number;
  /** Bytes of a frame that are written; 0 writes all that was captured. */
  snapLength: number;
  /** Other addresses, and nothing but IP, TCP and UDP headers. */
  anonymize: boolean;
}

/** Link types above this are our own names for what a capture format numbers otherwise; pcapng has 16 bits for them. */
const LAST_LINK_TYPE = 0xffff;

/**
 * Writes a pcapng with the frames behind the findings of a report, in the order of the captures, each with its time, interface and link
 * type; the first frame of each finding has a comment that tells it. The captures are read twice more.
 * @returns how many frames were written
 * @throws OutputFileError, CaptureError
 */
export async function writeEvidence(path: string, report: Report, options: EvidenceOptions): Promise<number> {
  const anonymizer = options.anonymize ? new Anonymizer() : null;
  let written = 0;
  await writeWholeBytes(path, async (write) => {
    const what =
      anonymizer === null
        ? 'Frames behind the findings'
        : 'Headers of frames behind the findings, with other addresses';
    const sources = report.captures.map((capture) => printable(capture.path)).join(', ');
    const comment = anonymizer === null ? `${what} of pcapcheck in ${sources}` : `${what} of pcapcheck`;
    const writer = new PcapngWriter(write, `pcapcheck ${VERSION}`, comment);
    for (const capture of report.captures) {
      const selector = new FrameSelector(report.findings, capture.path, options.framesPerFinding);
      await readCapture(capture.path, selector);
      const picker = new FramePicker(writer, capture.path, selector.finish(), options, anonymizer);
      if (!picker.isDone) await readCapture(capture.path, picker);
      written += picker.written;
    }
  });
  return written;
}

/** Writes the chosen frames as they come by. */
class FramePicker implements FrameSink {
  written = 0;
  readonly #writer: PcapngWriter;
  readonly #path: string;
  readonly #selection: Selection;
  readonly #options: EvidenceOptions;
  readonly #anonymizer: Anonymizer | null;
  readonly #interfaces = new Map<string, number>();
  readonly #packet = new Packet();
  #frame = 0;
  #next = 0;

  constructor(
    writer: PcapngWriter,
    path: string,
    selection: Selection,
    options: EvidenceOptions,
    anonymizer: Anonymizer | null,
  ) {
    this.#writer = writer;
    this.#path = path;
    this.#selection = selection;
    this.#options = options;
    this.#anonymizer = anonymizer;
  }

  /** True where nothing is left to write. */
  get isDone(): boolean {
    return this.#next === this.#selection.frames.length;
  }

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
  ): void {
    const frame = ++this.#frame;
    if (this.#selection.frames[this.#next] !== frame) return;
    this.#next++;
    const comments = this.#anonymizer === null ? (this.#selection.comments.get(frame) ?? []) : this.#kinds(frame);
    if (this.#anonymizer !== null) {
      decodeFrame(this.#packet, bytes, view, offset, capturedLength, originalLength, linkType);
      const bare = headersOnly(this.#packet, bytes, this.#anonymizer);
      if (bare === null) return;
      this.#write(LINKTYPE_RAW, 0, seconds, nanoseconds, bare.bytes, bare.length, comments);
      return;
    }
    if (linkType > LAST_LINK_TYPE) return;
    const length = this.#options.snapLength > 0 ? Math.min(capturedLength, this.#options.snapLength) : capturedLength;
    const kept = bytes.subarray(offset, offset + length);
    this.#write(linkType, interfaceId, seconds, nanoseconds, kept, Math.max(originalLength, length), comments);
  }

  #write(
    linkType: number,
    interfaceId: number,
    seconds: number,
    nanoseconds: number,
    bytes: Uint8Array,
    length: number,
    comments: readonly string[],
  ): void {
    const key = `${linkType} ${interfaceId}`;
    let number = this.#interfaces.get(key);
    if (number === undefined) {
      const name = this.#anonymizer === null ? `${printable(this.#path)} ${interfaceId}` : 'anonymous';
      number = this.#writer.addInterface(linkType, name, this.#options.snapLength);
      this.#interfaces.set(key, number);
    }
    this.#writer.packet(number, seconds, nanoseconds, bytes, length, comments);
    this.written++;
  }

  /** Messages name hosts: of them, the kind and the fingerprint remain. */
  #kinds(frame: number): string[] {
    return (this.#selection.comments.get(frame) ?? []).map((text) => text.slice(0, text.search(/ \(rule|: /)));
  }
}
