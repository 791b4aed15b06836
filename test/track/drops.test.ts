/** Packets at several places, and packets that the capturing host dropped. */
import { describe, expect, test } from 'vitest';
import { DIRECTION_IN, type FrameNotes, NO_DROP_REASON } from '../../src/capture/frame-notes.ts';
import { SAME_PACKET } from '../../src/decode/reason.ts';
import { type ConnectionView, newConnectionView } from '../../src/track/connection-view.ts';
import { dropReason } from '../../src/track/drop-reasons.ts';
import { FrameAnalyzer } from '../../src/track/frame-analyzer.ts';
import { Observation } from '../../src/track/observation.ts';
import { merge } from './analyze.ts';
import { type TestFrame, tcp, udp } from './frames.ts';

type Noted = readonly [TestFrame, Partial<FrameNotes>?];

const FILTER = 1207;
const NO_LISTENER = 1204;
const NOT_FOR_US = 902;

const note = (notes: Partial<FrameNotes>): FrameNotes => ({
  packetIdHigh: 0,
  packetIdLow: 0,
  direction: DIRECTION_IN,
  dropped: notes.dropReason !== undefined,
  dropReason: NO_DROP_REASON,
  dropLocation: 0,
  component: 0,
  ...notes,
});

function part(frames: readonly Noted[]) {
  const analyzer = new FrameAnalyzer(7);
  for (const [frame, notes] of frames) {
    if (notes !== undefined) analyzer.note(note(notes));
    const { bytes } = frame;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    analyzer.frame(bytes, view, 0, bytes.length, frame.length, frame.seconds, frame.nanoseconds, frame.linkType, 0);
  }
  return analyzer.finish();
}

function views(...parts: (readonly Noted[])[]): ConnectionView[] {
  const observation = new Observation(merge(parts.map(part)));
  return Array.from({ length: observation.count }, (_, i) => ({ ...observation.read(i, newConnectionView()) }));
}

let id = 100;
const CLIENT = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 50_000, destinationPort: 443 };
const SERVER = { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 443, destinationPort: 50_000 };
const syn = (time: number) => tcp({ ...CLIENT, flags: 'S', sequence: 1000, id: id++, time });
const later = (frame: TestFrame, seconds: number): TestFrame => {
  const nanoseconds = frame.nanoseconds + Math.round((seconds % 1) * 1e9);
  return {
    ...frame,
    seconds: frame.seconds + Math.floor(seconds) + (nanoseconds >= 1e9 ? 1 : 0),
    nanoseconds: nanoseconds % 1e9,
  };
};
/** Something at 20 s, so that silence has lasted. */
const end: Noted = [
  udp({ source: '10.9.0.1', destination: '10.9.0.2', sourcePort: 5000, destinationPort: 5001, time: 20 }),
];

describe('the same packet at several places', () => {
  test('is one packet, whatever else it is seen as', () => {
    const frames = [0, 1, 3].map(syn);
    const seen = frames.flatMap((frame, i): Noted[] =>
      [0, 0.0001, 0.0002].map((after) => [later(frame, after), { packetIdLow: i + 1 }]),
    );
    const result = part([...seen, end]);
    expect(result.reasons[SAME_PACKET]).toBe(6);
    expect(views([...seen, end])[0]).toMatchObject({ packetsToServer: 3, attempts: 3, outcome: 'no-answer' });
  });
  test('the same number on other packets means nothing', () => {
    const frames = [0, 1, 3].map((time): Noted => [syn(time), { packetIdLow: 1 }]);
    expect(views([...frames, end])[0]).toMatchObject({ packetsToServer: 3, attempts: 3 });
  });
  test('another number on the same packet is a repeat', () => {
    const frame = syn(0);
    const result = part([
      [frame, { packetIdLow: 1 }],
      [later(frame, 1), { packetIdLow: 2 }],
    ]);
    expect(result.reasons[SAME_PACKET]).toBe(0);
  });
  test('a drop without a number is the packet just before, and its repeat a second later is not', () => {
    const frame = syn(0);
    const result = part([
      [frame, { packetIdLow: 1 }],
      [later(frame, 0.001), { dropReason: FILTER }],
      [later(frame, 1), { packetIdLow: 2 }],
      [later(frame, 1.001), { dropReason: FILTER }],
    ]);
    expect(result.reasons[SAME_PACKET]).toBe(2);
    expect(result.drops.count).toBe(2);
  });
  test('frames without notes are never taken for one another', () => {
    const frame = syn(0);
    expect(part([[frame], [frame]]).reasons[SAME_PACKET]).toBe(0);
  });
});

describe('what drops say of a connection', () => {
  const dropped = (dropReason: number, times = [0, 1, 3]): Noted[] =>
    times.flatMap((time): Noted[] => {
      const frame = syn(time);
      return [
        [frame, { packetIdLow: time + 1 }],
        [later(frame, 0.0001), { dropReason, component: 5, dropLocation: 77 }],
      ];
    });

  test('silence that the filter of the host explains is dropped', () => {
    expect(views([...dropped(FILTER), end])[0]).toMatchObject({
      outcome: 'dropped',
      attempts: 3,
      packetsToServer: 3,
      drop: {
        by: 'capture',
        cause: 'filter',
        reason: FILTER,
        component: 5,
        location: 77,
        direction: DIRECTION_IN,
        packets: 3,
        frame: 2,
      },
      dropOfAnswers: false,
    });
  });
  test('drops alone make the connection', () => {
    const frames = [0, 1].map((time): Noted => [syn(time), { dropReason: FILTER }]);
    expect(views([...frames, end])[0]).toMatchObject({ outcome: 'dropped', attempts: 2, packetsToServer: 2 });
  });
  test('one dropped attempt is enough: nobody has to wait for an answer', () => {
    expect(views(dropped(FILTER, [0]))[0]).toMatchObject({ outcome: 'dropped', attempts: 1 });
  });
  test('one of two attempts at the end of the capture: the other one may still be answered', () => {
    const frames: Noted[] = [...dropped(FILTER, [0]), [syn(1), { packetIdLow: 9 }]];
    expect(views(frames)[0]).toMatchObject({ outcome: 'undecided', drop: { cause: 'filter' } });
  });
  test('nothing listens: silence, with its explanation', () => {
    expect(views([...dropped(NO_LISTENER), end])[0]).toMatchObject({
      outcome: 'no-answer',
      drop: { cause: 'no-listener' },
    });
  });
  test('a reason that means nothing is not told', () => {
    expect(views([...dropped(NOT_FOR_US), end])[0]).toMatchObject({ outcome: 'no-answer', drop: null });
  });
  test('a verdict without a reason is told, and accuses nobody', () => {
    expect(views([...dropped(NO_DROP_REASON), end])[0]).toMatchObject({
      outcome: 'no-answer',
      drop: { cause: 'untold' },
    });
  });
  test('the weightiest reason is told', () => {
    const frames = [...dropped(NOT_FOR_US, [0]), ...dropped(NO_LISTENER, [1]), ...dropped(FILTER, [3]), end];
    expect(views(frames)[0]).toMatchObject({ outcome: 'dropped', drop: { cause: 'filter', packets: 1 } });
  });
  test('a connection that got through in the end works', () => {
    const frames: Noted[] = [
      ...dropped(FILTER, [0]),
      [syn(1), { packetIdLow: 10 }],
      [tcp({ ...SERVER, flags: 'SA', sequence: 9000, acknowledgment: 1001, time: 1.01 }), { packetIdLow: 11 }],
      [tcp({ ...CLIENT, flags: 'A', sequence: 1001, acknowledgment: 9001, time: 1.02 }), { packetIdLow: 12 }],
      end,
    ];
    expect(views(frames)[0]).toMatchObject({ outcome: 'established', drop: null });
  });
  test('answers of UDP that the asking host drops: not answered', () => {
    const ask = udp({ ...CLIENT, destinationPort: 53, id: id++, time: 0 });
    const answer = udp({ ...SERVER, sourcePort: 53, id: id++, time: 0.01 });
    const frames: Noted[] = [
      [ask, { packetIdLow: 1, direction: 2 }],
      [answer, { packetIdLow: 2 }],
      [later(answer, 0.0001), { dropReason: FILTER }],
      end,
    ];
    expect(views(frames)[0]).toMatchObject({ outcome: 'dropped', dropOfAnswers: true, drop: { packets: 1 } });
    const heard = udp({ ...SERVER, sourcePort: 53, id: id++, time: 0.02 });
    expect(views([...frames, [heard, { packetIdLow: 3 }]])[0]).toMatchObject({ outcome: 'answered', drop: null });
  });
  test('two drops of one answer are one packet', () => {
    const ask = udp({ ...CLIENT, destinationPort: 53, id: id++, time: 0 });
    const [lost, heard] = [0.01, 0.02].map((time) => udp({ ...SERVER, sourcePort: 53, id: id++, time }));
    const frames: Noted[] = [
      [ask, { packetIdLow: 1 }],
      [lost, { packetIdLow: 2 }],
      [later(lost, 0.0001), { dropReason: FILTER }],
      [later(lost, 0.0002), { dropReason: FILTER }],
      [heard, { packetIdLow: 3 }],
      end,
    ];
    expect(views(frames)[0]).toMatchObject({ outcome: 'answered' });
  });
  test('wherever the capture is cut, the same is said', () => {
    const frames = [...dropped(FILTER), end];
    const whole = views(frames);
    for (let cut = 0; cut <= frames.length; cut += 2)
      expect(views(frames.slice(0, cut), frames.slice(cut))).toEqual(whole);
  });
});

describe('drop reasons', () => {
  test.each([
    [909, 'NL_InspectionDrop', 'filter'],
    [911, 'NL_AdministrativelyProhibited', 'filter'],
    [954, 'NL_IcmpInspection', 'filter'],
    [1207, 'INET_ReceiveInspection', 'filter'],
    [1231, 'INET_AcceptInspection', 'filter'],
    [1408, 'Ipsec_AuthFirewallDrop', 'filter'],
    [919, 'NL_InspectionAbsorb', 'other'],
    [1204, 'INET_EndpointNotFound', 'no-listener'],
    [902, 'NL_NotLocallyDestined', 'ordinary'],
    [1206, 'INET_SessionState', 'ordinary'],
    [1210, 'INET_Rst', 'ordinary'],
    [1217, 'INET_DuplicateSegment', 'ordinary'],
    [1220, 'INET_FinWait2', 'ordinary'],
    [997, 'NL_IpsnpiUroSegmentSizeExceedsMtu', 'other'],
    [1232, 'INET_AcceptRedirection', 'other'],
    [1327, 'SlbMux_UnableToHandleRedirect', 'other'],
    [1418, 'Ipsec_Unsuccessful', 'other'],
    [719, 'NicSuspended', 'other'],
    [613, 'FL_NoClientInterface', 'ordinary'],
    [38, 'LowPower', 'other'],
    [5000, 'Reason 5000', 'other'],
    [-1, 'untold', 'untold'],
  ] as const)('%i is %s: %s', (number, name, cause) => {
    expect(dropReason(number)).toMatchObject({ name, cause });
  });
});
