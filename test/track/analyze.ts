import { type ConnectionView, newConnectionView } from '../../src/track/connection-view.ts';
import { FRAGMENT_WIDTH } from '../../src/track/fragments.ts';
import { FrameAnalyzer } from '../../src/track/frame-analyzer.ts';
import { ICMP_MESSAGE_WIDTH } from '../../src/track/icmp-errors.ts';
import { type MergedPart, PartMerger } from '../../src/track/merge.ts';
import {
  ALIAS_NAME,
  ALIAS_TARGET,
  ALIAS_WIDTH,
  ANSWER_NAME,
  ANSWER_WIDTH,
  LOOKUP_NAME,
  LOOKUP_WIDTH,
  VISIT_DETAIL,
  VISIT_NAME,
  VISIT_WIDTH,
} from '../../src/track/name-fields.ts';
import { Observation } from '../../src/track/observation.ts';
import type { Messages, NameBytes, Names, Part, Payloads } from '../../src/track/part.ts';
import { PAYLOAD_OFFSET, PAYLOAD_STORED, PAYLOAD_WIDTH } from '../../src/track/payload-fields.ts';
import { RECORD_INTS } from '../../src/track/record.ts';
import { STRETCH_WIDTH } from '../../src/track/stretches.ts';
import { METER_INTS } from '../../src/track/tftp-meter.ts';
import type { TestFrame } from './frames.ts';

/** @param limit most connections that are kept at a time: others are summed up */
export function partOf(frames: readonly TestFrame[], seed = 7, limit?: number): Part {
  const analyzer = new FrameAnalyzer(seed, 0, limit, limit === undefined ? 0 : 1000);
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

/** The same from a reader that hands over whole windows: frames lie in one buffer and are decoded ahead, but for those that `oneByOne` names. */
export function partOfWindow(
  frames: readonly TestFrame[],
  oneByOne: (index: number) => 'ahead' | 'at-once' | 'settle' = () => 'ahead',
  seed = 7,
  limit?: number,
): Part {
  const analyzer = new FrameAnalyzer(seed, 0, limit, limit === undefined ? 0 : 1000);
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.bytes.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [i, { bytes: own, length, seconds, nanoseconds, linkType }] of frames.entries()) {
    bytes.set(own, at);
    const how = oneByOne(i);
    if (how === 'at-once') analyzer.frame(bytes, view, at, own.length, length, seconds, nanoseconds, linkType, 0);
    else analyzer.frameAhead(bytes, view, at, own.length, length, seconds, nanoseconds, linkType, 0);
    if (how === 'settle') analyzer.settle();
    at += own.length;
  }
  analyzer.settle();
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
    stretches: [
      part.stretches.second,
      part.stretches.dropped,
      ...part.stretches.values.subarray(0, part.stretches.count * STRETCH_WIDTH),
    ],
    records: Array.from({ length: part.connectionCount }, (_, i) =>
      Array.from(part.records.subarray(i * RECORD_INTS, (i + 1) * RECORD_INTS)).join(' '),
    ),
    addresses: Array.from(part.addresses.subarray(0, part.addressCount * 4)),
    networks: Array.from(part.networks.subarray(0, part.networkCount * 4)),
    icmpErrors: Array.from(part.icmpErrors.values).slice(0, part.icmpErrors.count * ICMP_MESSAGE_WIDTH),
    fragments: Array.from(part.fragments.values).slice(0, part.fragments.count * FRAGMENT_WIDTH),
    payloads: plainPayloads(part.payloads),
    lost: Array.from(part.payloads.lost),
    names: plainNames(part.names),
    tftp: Array.from({ length: part.tftp.count }, (_, i) =>
      Array.from(part.tftp.values.subarray(i * METER_INTS, (i + 1) * METER_INTS)).join(' '),
    ),
    dropped: [part.icmpErrors.dropped, part.fragments.dropped],
  };
}

function plainPayloads({ values, bytes, count }: Payloads): string[] {
  return Array.from({ length: count }, (_, i) => {
    const at = i * PAYLOAD_WIDTH;
    const row = Array.from(values.subarray(at, at + PAYLOAD_WIDTH));
    const offset = row[PAYLOAD_OFFSET];
    return [...row, '|', ...bytes.subarray(offset, offset + row[PAYLOAD_STORED])].join(' ');
  });
}

function plainNames(names: Names): unknown {
  const text = ({ bytes, offsets, count }: NameBytes): string[] =>
    Array.from({ length: count }, (_, i) => String.fromCharCode(...bytes.subarray(offsets[i], offsets[i + 1])));
  const rows = ({ values, count }: Messages, width: number): string[] =>
    Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width).join(' '));
  const called = text(names.names);
  const details = text(names.details);
  const named = (table: Messages, width: number, name: number, first = 0, others: Record<number, string[]> = {}) =>
    rows(table, width).map((row) => {
      const values: (string | number)[] = row.split(' ').map(Number);
      values[name] = called[Number(values[name]) - first] ?? '-';
      for (const [field, list] of Object.entries(others))
        values[Number(field)] = list[Number(values[Number(field)]) - first] ?? '-';
      return values.join(' ');
    });
  // Names by their text: a name of a row that a join left out may stay in the table.
  return {
    hosts: Array.from(names.hosts.subarray(0, names.hostCount * 4)),
    lookups: named(names.lookups, LOOKUP_WIDTH, LOOKUP_NAME),
    answers: named(names.answers, ANSWER_WIDTH, ANSWER_NAME),
    aliases: named(names.aliases, ALIAS_WIDTH, ALIAS_NAME, 0, { [ALIAS_TARGET]: called }),
    firsts: named(names.firsts, VISIT_WIDTH, VISIT_NAME, 1, { [VISIT_DETAIL]: details }),
    visits: named(names.visits, VISIT_WIDTH, VISIT_NAME, 1, { [VISIT_DETAIL]: details }),
    counters: Array.from(names.counters),
    openings: plainPayloads(names.openings.log),
    edge: plainPayloads(names.openings.edge),
  };
}
