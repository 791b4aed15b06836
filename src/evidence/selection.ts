import type { ReportedFinding } from '../assess/types.ts';
import type { FrameSink } from '../capture/types.ts';
import { decodeFrame } from '../decode/frame.ts';
import { Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../decode/packet.ts';
import { TCP, UDP } from '../decode/reason.ts';
import { findingText } from '../report/finding-text.ts';
import { printable } from '../report/printable.ts';
import { ipv4Text, ipv6Text } from '../track/address-text.ts';

/** Frames of one capture behind the findings, with what is to be said at each. */
export interface Selection {
  /** Ascending. */
  frames: number[];
  /** Comments by frame: each finding is told once, at its first frame of this capture. */
  comments: Map<number, string[]>;
}

/** What is said of a finding. Its frames have other numbers in the file of evidence, so that they are named with their capture. */
function commentOn(finding: ReportedFinding): string {
  const { kind, fingerprint, rule, frames, capture } = finding;
  const by = rule.length === 0 ? '' : ` (rule ${rule[0]})`;
  const numbers = `${frames.length === 1 ? 'Frame' : 'Frames'} ${frames.join(', ')} of ${capture}.`;
  const where = frames.length === 0 || capture === null ? '' : ` ${numbers}`;
  return printable(`pcapcheck ${kind} ${fingerprint}${by}: ${findingText(finding)}${where}`);
}

/** The frames of one finding in one capture. */
interface Chosen {
  finding: ReportedFinding;
  first: number[];
  /** A ring of the latest ones. */
  last: number[];
  seen: number;
}

/**
 * Chooses frames while a capture is read: those that findings name, and of the connections between their ends the first and the last few.
 * @param path of the capture, as findings name it
 * @param most frames of one finding
 */
export class FrameSelector implements FrameSink {
  readonly #named = new Set<number>();
  readonly #byEnds = new Map<string, Chosen[]>();
  readonly #chosen: Chosen[] = [];
  readonly #half: number;
  readonly #packet = new Packet();
  readonly #texts = new Map<number, string>();
  #frame = 0;

  constructor(findings: readonly ReportedFinding[], path: string, most: number) {
    this.#half = Math.max(1, most >> 1);
    for (const finding of findings) {
      const chosen: Chosen = { finding, first: [], last: [], seen: 0 };
      this.#chosen.push(chosen);
      if (finding.capture === path) {
        for (const frame of finding.frames) this.#named.add(frame);
        chosen.first.push(...finding.frames.slice(0, 1));
      }
      const { src_ip, dest_ip, proto, dest_port } = finding;
      if (src_ip === null || dest_ip === null || (proto !== 'tcp' && proto !== 'udp')) continue;
      const key = keyOf(proto, src_ip, dest_ip, dest_port ?? -1);
      const known = this.#byEnds.get(key);
      if (known === undefined) this.#byEnds.set(key, [chosen]);
      else known.push(chosen);
    }
  }

  frame(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    capturedLength: number,
    originalLength: number,
    _seconds: number,
    _nanoseconds: number,
    linkType: number,
  ): void {
    const frame = ++this.#frame;
    if (this.#byEnds.size === 0) return;
    const packet = this.#packet;
    const reason = decodeFrame(packet, bytes, view, offset, capturedLength, originalLength, linkType);
    if (reason !== TCP && reason !== UDP) return;
    const proto = packet.protocol === PROTOCOL_TCP ? 'tcp' : packet.protocol === PROTOCOL_UDP ? 'udp' : null;
    if (proto === null) return;
    const source = this.#text(view, packet.source, packet.sourceOffset);
    const destination = this.#text(view, packet.destination, packet.destinationOffset);
    this.#take(keyOf(proto, source, destination, packet.destinationPort), frame);
    this.#take(keyOf(proto, destination, source, packet.sourcePort), frame);
  }

  #take(key: string, frame: number): void {
    for (const chosen of this.#byEnds.get(key) ?? []) {
      if (chosen.first.length < this.#half) chosen.first.push(frame);
      else chosen.last[chosen.seen++ % this.#half] = frame;
    }
  }

  #text(view: DataView, v4: number, v6Offset: number): string {
    if (this.#packet.family === 4) {
      let text = this.#texts.get(v4);
      if (text === undefined) {
        text = ipv4Text(v4);
        if (this.#texts.size > MOST_TEXTS) this.#texts.clear();
        this.#texts.set(v4, text);
      }
      return text;
    }
    const words = Int32Array.from([0, 4, 8, 12], (at) => view.getInt32(v6Offset + at));
    return ipv6Text(words, 0);
  }

  /** What was chosen, once the capture is read. */
  finish(): Selection {
    const frames = new Set(this.#named);
    const comments = new Map<number, string[]>();
    for (const { finding, first, last } of this.#chosen) {
      for (const frame of [...first, ...last]) frames.add(frame);
      const at = first.length === 0 ? undefined : Math.min(...first);
      if (at === undefined) continue;
      comments.set(at, [...(comments.get(at) ?? []), commentOn(finding)]);
    }
    return { frames: [...frames].sort((a, b) => a - b), comments };
  }
}

const MOST_TEXTS = 1 << 16;

function keyOf(proto: string, client: string, server: string, port: number): string {
  return `${proto} ${client} ${server} ${port}`;
}
