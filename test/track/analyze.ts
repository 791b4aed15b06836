import { FrameAnalyzer } from '../../src/track/frame-analyzer.ts';
import { type MergedPart, PartMerger } from '../../src/track/merge.ts';
import { type ConnectionView, newConnectionView, Observation } from '../../src/track/observation.ts';
import type { Part } from '../../src/track/part.ts';
import { PAYLOAD_OFFSET, PAYLOAD_STORED, PAYLOAD_WIDTH } from '../../src/track/payload-fields.ts';
import { RECORD_INTS } from '../../src/track/record.ts';
import { METER_INTS } from '../../src/track/tftp-meter.ts';
import type { TestFrame } from './frames.ts';

export function partOf(frames: readonly TestFrame[], seed = 7): Part {
  const analyzer = new FrameAnalyzer(seed);
  for (const frame of frames) {
    const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.byteLength);
    analyzer.frame(
      frame.bytes,
      view,
      0,
      frame.bytes.length,
      frame.length,
      frame.seconds,
      frame.nanoseconds,
      frame.linkType,
      0,
    );
  }
  return analyzer.finish();
}

export function merge(parts: readonly Part[], seed = 11): MergedPart {
  const merger = new PartMerger(seed);
  for (const part of parts) merger.append(part);
  return merger.finish();
}

export function observe(frames: readonly TestFrame[]): Observation {
  return new Observation(merge([partOf(frames)]));
}

export function connections(frames: readonly TestFrame[]): ConnectionView[] {
  const observation = observe(frames);
  return Array.from({ length: observation.count }, (_, i) => i)
    .filter((i) => observation.has(i))
    .map((i) => ({ ...observation.read(i, newConnectionView()) }));
}

/** A part as plain values without spare capacity, for comparison. */
export function plain(part: Part): unknown {
  return {
    frames: part.frames,
    bytes: part.bytes,
    reasons: Array.from(part.reasons),
    first: [part.firstSeconds, part.firstNanoseconds],
    last: [part.lastSeconds, part.lastNanoseconds],
    records: Array.from({ length: part.connectionCount }, (_, i) =>
      Array.from(part.records.subarray(i * RECORD_INTS, (i + 1) * RECORD_INTS)).join(' '),
    ),
    addresses: Array.from(part.addresses.subarray(0, part.addressCount * 4)),
    icmpErrors: Array.from(part.icmpErrors.values).slice(0, part.icmpErrors.count * 9),
    fragments: Array.from(part.fragments.values).slice(0, part.fragments.count * 10),
    payloads: Array.from({ length: part.payloads.count }, (_, i) => {
      const at = i * PAYLOAD_WIDTH;
      const values = Array.from(part.payloads.values.subarray(at, at + PAYLOAD_WIDTH));
      const offset = values[PAYLOAD_OFFSET];
      return [...values, '|', ...part.payloads.bytes.subarray(offset, offset + values[PAYLOAD_STORED])].join(' ');
    }),
    lost: Array.from(part.payloads.lost),
    tftp: Array.from({ length: part.tftp.count }, (_, i) =>
      Array.from(part.tftp.values.subarray(i * METER_INTS, (i + 1) * METER_INTS)).join(' '),
    ),
    dropped: [part.icmpErrors.dropped, part.fragments.dropped],
  };
}
