/** Kinds of findings about TFTP that the captures of real servers do not show, on transfers made by hand. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/assess/types.ts';
import { machine } from '../stories/boot-frames.ts';
import { type TestFrame, tftp, udp } from '../track/frames.ts';
import { DP, inTime, judged, site, until } from './traffic.ts';

const { lease: CLIENT, ask, load, dhcp } = machine();

/** Packets of one transfer: server port 50000, the given client port. */
function transfer(clientPort = 2070, server = DP) {
  const down = { source: server, destination: CLIENT, sourcePort: 50_000, destinationPort: clientPort };
  const up = { source: CLIENT, destination: server, sourcePort: clientPort, destinationPort: 50_000 };
  let id = 100;
  return {
    oack: (time: number, ...options: string[]): TestFrame => {
      const strings = new TextEncoder().encode(options.map((part) => `${part}\0`).join(''));
      return tftp({ ...down, time, id: id++ }, 6, (strings[0]! << 8) | strings[1]!, strings.subarray(2));
    },
    data: (block: number, time: number, length = 1456) =>
      tftp({ ...down, time, id: id++ & 0xffff, payload: length }, 3, block & 0xffff),
    ack: (block: number, time: number) => tftp({ ...up, time, id: id++ & 0xffff, payload: 0 }, 4, block & 0xffff),
    error: (code: number, time: number) => tftp({ ...up, time, id: id++, payload: 0 }, 5, code),
  };
}

function told(frames: TestFrame[], seconds: number, topology = site()): Finding[] {
  return judged([...inTime(frames), until(seconds)], topology).findings.filter(({ kind }) => kind.startsWith('tftp-'));
}

const OPTIONS = ['blksize', '1456', 'tsize', '6000000'];

describe('tftp-stalled', () => {
  const { oack, data, ack, error } = transfer();
  const begun = (blocks: number): TestFrame[] => [
    ask(0, 'images/boot.wim', OPTIONS),
    oack(0.1, ...OPTIONS),
    ack(0, 0.2),
    ...Array.from({ length: blocks }, (_, i) => [data(i + 1, 0.3 + i / 10), ack(i + 1, 0.35 + i / 10)]).flat(),
  ];

  test('the same block again and again: lost behind the capture point, with the last block and the frames that show it', () => {
    const frames = [...begun(3), data(4, 1), data(4, 2), data(4, 4), data(4, 8)];
    const [finding, ...more] = told(frames, 30);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: 'tftp-stalled', severity: 'high', certainty: 'likely', attempts: 1 });
    expect(finding!.message).toContain(
      'block 4 is the last one, block 3 the last acknowledged (5824 bytes; block size 1456)',
    );
    expect(finding!.message).toContain('lost between the capture point and the client');
    // The request, the last acknowledgment, the first and the last of block 4.
    expect(finding!.frames).toEqual([1, 9, 10, 13]);
  });

  test('an acknowledgment again and again: what the server sends next does not come', () => {
    const [finding] = told([...begun(3), ack(3, 2), ack(3, 4), ack(3, 8)], 30);
    expect(finding!.message).toContain('block 3 is the last one, acknowledged');
    expect(finding!.message).toContain('lost between the server and the capture point, or the server has stopped');
    expect(finding!.frames).toEqual([1, 8, 9, 12]);
  });

  test('options agreed, and no data', () => {
    const [finding] = told([...begun(0), ack(0, 1), ack(0, 3)], 30);
    expect(finding).toMatchObject({ kind: 'tftp-stalled' });
    expect(finding!.message).toContain('acknowledges the options (blksize 1456), and no data follow');
  });

  test.each([
    ['the capture ends soon after the last block', begun(3), 2],
    ['the client ends it itself', [...begun(3), error(0, 1)], 30],
    ['the client completes another transfer afterwards', [...begun(3), ...load(20, 'again.efi')], 60],
    ['it is complete', [...begun(3), data(4, 1, 99), ack(4, 1.1)], 30],
  ])('no finding where %s', (_, frames, seconds) => {
    expect(told(frames, seconds)).toEqual([]);
  });

  test('twice the same is one finding', () => {
    const again = transfer(2071);
    const second = [
      ask(10, 'images/boot.wim', [], 2071),
      again.data(1, 10.1, 512),
      again.data(1, 12, 512),
      again.ack(1, 12.1),
      again.data(2, 12.2, 512),
      ...[14, 16, 18].map((time) => again.data(2, time, 512)),
    ];
    const findings = told([...begun(3), data(4, 1), data(4, 2), data(4, 4), ...second], 60);
    expect(findings).toMatchObject([{ kind: 'tftp-stalled', count: 2, attempts: 2 }]);
  });
});

describe('tftp-slow', () => {
  const BLOCKS = 4200;
  /** A boot image of 6.1 MB. @param gap seconds between blocks @param window @param again every which block is sent twice */
  function image(gap: number, { window = 1, again = 0, clientPort = 2070 } = {}): TestFrame[] {
    const { oack, data, ack } = transfer(clientPort);
    const options = [...OPTIONS, ...(window > 1 ? ['windowsize', String(window)] : [])];
    const frames = [ask(0, 'boot.wim', options, clientPort), oack(0.01, ...options), ack(0, 0.02)];
    for (let block = 1; block <= BLOCKS; block++) {
      const time = 1 + block * gap;
      const last = block === BLOCKS;
      frames.push(data(block, time, last ? 7 : 1456));
      if (again > 0 && block % again === 0) frames.push(data(block, time + gap / 2, last ? 7 : 1456));
      if (last || block % window === 0) frames.push(ack(block, time + gap * 0.7));
    }
    return frames;
  }

  test('block by block over a long way: rate, block and window size, and what to set', () => {
    const [finding, ...more] = told(image(0.02), 100);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: 'tftp-slow', severity: 'low', certainty: 'proven', count: 1 });
    expect(finding!.message).toContain(
      'at 73 kB/s: 6113751 bytes in 84 s, block size 1456, window 1, 0 blocks sent again',
    );
    expect(finding!.remedy).toContain('RamDiskTFTPWindowSize');
    expect(finding!.frames).toHaveLength(3);
  });

  test('with losses: look at the path first', () => {
    const [finding] = told(image(0.02, { window: 4, again: 10 }), 100);
    expect(finding!.message).toContain('window 4, 420 blocks sent again');
    expect(finding!.remedy).toContain('Packets are lost');
  });

  test.each([
    ['it is fast enough', image(0.004)],
    ['it is small', image(0.02).slice(0, 900)],
  ])('no finding where %s', (_, frames) => {
    expect(told(frames, 100).filter(({ kind }) => kind === 'tftp-slow')).toEqual([]);
  });

  test('a server that is busy with many clients is not slow', () => {
    const frames = image(0.02);
    // What others load at the same time, in blocks of 60,000 bytes.
    const others = Array.from({ length: 20 }, (_, i) => {
      const { lease, ask: askOther } = machine(i + 2);
      const down = { source: DP, destination: lease, sourcePort: 51_000 + i, destinationPort: 2070 };
      const up = { source: lease, destination: DP, sourcePort: 2070, destinationPort: 51_000 + i };
      const options = ['blksize', '60000'];
      const strings = new TextEncoder().encode('blksize\x0060000\0');
      return [
        askOther(2, 'big.wim', options),
        tftp({ ...down, time: 2.01, id: 1 }, 6, (strings[0]! << 8) | strings[1]!, strings.subarray(2)),
        ...Array.from({ length: 800 }, (_, block) => {
          const last = block === 799;
          const whole = tftp({ ...down, time: 3 + block / 10, id: block, payload: 0 }, 3, block + 1);
          // Cut by the snap length, as long captures are.
          const length = whole.length + (last ? 1 : 60_000);
          new DataView(whole.bytes.buffer).setUint16(2, length);
          new DataView(whole.bytes.buffer).setUint16(24, length - 20);
          return [{ ...whole, length }, tftp({ ...up, time: 3.01 + block / 10, id: block, payload: 0 }, 4, block + 1)];
        }).flat(),
      ];
    }).flat();
    expect(told([...frames, ...others], 100).filter(({ kind }) => kind === 'tftp-slow')).toEqual([]);
  });
});

describe('the port of the client', () => {
  const windowsPe = (time: number) =>
    dhcp(time, { type: 1, from: '0.0.0.0', to: '255.255.255.255', vendorClass: 'MSFT 5.0' });
  const { begin, answer4011 } = machine();
  const boot = [...begin(), answer4011(2.1, 'a.efi'), ...load(3, 'a.efi')];

  test('is free for firmware, and judged once Windows PE runs', () => {
    expect(told([...boot, ...load(9, 'b.efi', 50_001, 1234)], 60)).toEqual([]);
    const [finding, ...more] = told([...boot, windowsPe(20), ...load(25, 'smstftp.bin', 50_001, 1234)], 60);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: 'tftp-port-out-of-range', certainty: 'proven', src_ip: CLIENT, dest_ip: DP });
    expect(finding!.message).toContain('from port 1234, outside its dynamic range 49152-65535');
    expect(told([...boot, windowsPe(20), ...load(25, 'c.bin', 50_001, 50_002)], 60)).toEqual([]);
  });

  test('the variables of the task sequence are loaded by Windows PE, DHCP seen or not', () => {
    const file = '\\SMSTemp\\2026.11.21.{1}.boot.var';
    expect(told(load(0, file, 50_000, 1234), 60)).toMatchObject([{ kind: 'tftp-port-out-of-range' }]);
    expect(told(load(0, file, 50_000, 49_200), 60)).toEqual([]);
  });

  test('of several clients the display filter shows the frames of all', () => {
    const file = '\\SMSTemp\\2026.11.21.{1}.boot.var';
    const one = told(load(0, file, 50_000, 1234), 60);
    expect(one.map(({ display_filter }) => display_filter)).toEqual([
      `ip.addr == ${CLIENT} && ip.addr == ${DP} && udp`,
    ]);
    const two = told([...load(0, file, 50_000, 1234), ...machine(2).load(20, file, 50_001, 1235)], 60);
    expect(two.map(({ display_filter }) => display_filter)).toEqual([`ip.addr == ${DP} && udp`]);
  });
});

test("TFTP between hosts that the topology does not list is nobody else's business", () => {
  const way = { source: '10.8.0.1', destination: '10.8.0.2', sourcePort: 2000, destinationPort: 69 };
  const asked = [0, 4, 9].map((time) =>
    tftp({ ...way, time, id: time }, 1, 0x6100, new TextEncoder().encode('octet\0')),
  );
  expect(told([...asked, udp({ ...way, destinationPort: 9, time: 12 })], 60)).toEqual([]);
});

test('what the capture could not show counts connections: a server that refuses, then keeps silent, leaves none without a word', () => {
  const refused = (time: number): TestFrame =>
    tftp(
      { source: DP, destination: CLIENT, sourcePort: 50_000, destinationPort: 2070, time, id: 900, payload: 0 },
      5,
      1,
    );
  const report = judged(
    [
      ...inTime([
        ask(0, 'images/boot.wim', OPTIONS),
        refused(0.5),
        ask(2, 'images/boot.wim', OPTIONS),
        ask(6, 'images/boot.wim', OPTIONS),
      ]),
      until(60),
    ],
    site(),
  );
  expect(report.findings.map(({ kind }) => kind)).toContain('tftp-refused');
  expect(report.undecided.filter(({ count }) => count === 0)).toEqual([]);
});
