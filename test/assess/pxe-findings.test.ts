/** Kinds of findings about network boots that the captures of real firmware do not show, on boots made by hand. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/assess/types.ts';
import { frameOf, ipv4, type TestFrame, tftp, udp } from '../track/frames.ts';
import { DP, held, site } from './traffic.ts';

const DHCP = '10.0.0.50';
const LEASE = '10.1.0.77';
const NOBODY = '0.0.0.0';
const ALL = '255.255.255.255';
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const option = (code: number, value: number[]): number[] => [code, value.length, ...value];
const address = (value: string): number[] => value.split('.').map(Number);

interface Said {
  type: number;
  from: string;
  to: string;
  ports?: [number, number];
  yours?: string;
  server?: string;
  file?: string;
  pxe?: boolean;
  architecture?: number;
}

/** A DHCP message of one machine, `time` seconds into the capture. */
function dhcp(time: number, said: Said): TestFrame {
  const isReply = said.server !== undefined;
  const options = [
    ...option(53, [said.type]),
    ...(said.server ? option(54, address(said.server)) : []),
    ...(said.pxe === false ? [] : option(60, text(isReply ? 'PXEClient' : 'PXEClient:Arch:00007:UNDI:003016'))),
    ...(isReply ? [] : option(93, [0, said.architecture ?? 7])),
    255,
  ];
  const body = new Uint8Array(8 + 240 + options.length);
  const view = new DataView(body.buffer);
  const [from, to] = said.ports ?? (isReply ? [67, 68] : [68, 67]);
  view.setUint16(0, from);
  view.setUint16(2, to);
  view.setUint16(4, body.length);
  body.set([isReply ? 2 : 1, 1, 6, 0, 1, 2, 3, Math.floor(time)], 8);
  body.set(address(said.yours ?? NOBODY), 8 + 16);
  body.set([0, 0x15, 0x5d, 0x77, 1, 2], 8 + 28);
  body.set(text(said.file ?? ''), 8 + 108);
  body.set([0x63, 0x82, 0x53, 0x63], 8 + 236);
  body.set(options, 8 + 240);
  return frameOf(ipv4(said.from, said.to, 17, body, Math.floor(time * 1000) & 0xffff), time);
}

const discover = (time: number, more: Partial<Said> = {}) => dhcp(time, { type: 1, from: NOBODY, to: ALL, ...more });
const offer = (time: number, more: Partial<Said> = {}) =>
  dhcp(time, { type: 2, from: DHCP, to: LEASE, yours: LEASE, server: DHCP, pxe: false, ...more });
const proxyOffer = (time: number) => dhcp(time, { type: 2, from: DP, to: ALL, server: DP });
const request = (time: number) => dhcp(time, { type: 3, from: NOBODY, to: ALL });
const ack = (time: number, more: Partial<Said> = {}) =>
  dhcp(time, { type: 5, from: DHCP, to: LEASE, yours: LEASE, server: DHCP, pxe: false, ...more });
const ask4011 = (time: number) => dhcp(time, { type: 3, from: LEASE, to: DP, ports: [68, 4011] });
const answer4011 = (time: number, file?: string) =>
  dhcp(time, { type: 5, from: DP, to: LEASE, ports: [4011, 68], server: DP, ...(file === undefined ? {} : { file }) });

/** A whole transfer of one block from the DP. */
function load(time: number, file: string, serverPort = 50_000): TestFrame[] {
  const request69 = text(`${file}\0octet\0`);
  const up = { source: LEASE, destination: DP, sourcePort: 2070 };
  return [
    tftp(
      { ...up, destinationPort: 69, time, id: 1 },
      1,
      (request69[0] << 8) | request69[1],
      Uint8Array.from(request69.slice(2)),
    ),
    tftp(
      {
        source: DP,
        destination: LEASE,
        sourcePort: serverPort,
        destinationPort: 2070,
        time: time + 0.1,
        id: 2,
        payload: 99,
      },
      3,
      1,
    ),
    tftp({ ...up, destinationPort: serverPort, time: time + 0.2, id: 3, payload: 0 }, 4, 1),
  ];
}

function told(frames: TestFrame[]): Finding[] {
  return held(frames, site()).findings.filter(({ kind }) => /^(pxe|tftp)-/.test(kind));
}
const kinds = (frames: TestFrame[]): string[] => told(frames).map(({ kind }) => kind);

const begin = [discover(0), offer(0.1), proxyOffer(0.2), request(1), ack(1.1), ask4011(2)];

describe('boots made by hand', () => {
  test('a normal boot gives no finding at all', () => {
    expect(
      kinds([...begin, answer4011(2.1, 'smsboot\\x64\\wdsmgfw.efi'), ...load(3, 'smsboot\\x64\\wdsmgfw.efi')]),
    ).toEqual([]);
  });
  test('an ordinary lease is no boot', () => {
    const plain = [
      discover(0, { pxe: false }),
      offer(0.1),
      dhcp(1, { type: 3, from: NOBODY, to: ALL, pxe: false }),
      ack(1.1),
    ];
    const report = held(plain, site());
    expect(report.pxe_clients).toEqual([]);
    expect(kinds(plain)).toEqual([]);
  });
  test('an address, and no boot server', () => {
    expect(kinds([discover(0), offer(0.1), request(1), ack(1.1)])).toEqual(['pxe-no-boot-server']);
  });
  test('a boot server that names no file', () => {
    expect(kinds([...begin, answer4011(2.1)])).toEqual(['pxe-no-boot-file']);
  });
  test('4011 without an answer is told once, and by nobody else', () => {
    const report = held([...begin, ask4011(4), ask4011(8)], site());
    expect(report.findings.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind)).toEqual([
      'pxe-4011-unanswered',
    ]);
  });
  test('a BIOS program for a UEFI machine', () => {
    const file = 'smsboot\\x64\\wdsnbp.com';
    expect(kinds([...begin, answer4011(2.1, file), ...load(3, file)])).toEqual(['pxe-wrong-boot-file']);
  });
  test('nothing is deployed', () => {
    const file = 'smsboot\\x64\\abortpxe.com';
    expect(
      kinds([discover(0, { architecture: 0 }), ...begin.slice(1), answer4011(2.1, file), ...load(3, file)]),
    ).toContain('pxe-aborted');
  });
  test('a boot file that nobody asks for, and offers that the client ignores', () => {
    expect(kinds([...begin, answer4011(2.1, 'a.efi')])).toEqual(['pxe-stalled']);
    expect(kinds([discover(0), offer(0.1), discover(4), offer(4.1), discover(12), offer(12.1)])).toEqual([
      'pxe-stalled',
    ]);
  });
  test('the last boot counts: one that failed before it is not told', () => {
    const later = [...begin, answer4011(2.1, 'a.efi'), ...load(3, 'a.efi')].map((frame) => ({
      ...frame,
      seconds: frame.seconds + 100,
    }));
    const frames = [discover(0), discover(4), discover(12), ...later];
    const report = held(
      [...frames, udp({ source: DHCP, destination: LEASE, sourcePort: 9, destinationPort: 9, time: 170 })],
      site(),
    );
    expect(report.pxe_clients).toMatchObject([{ boots: 2, reached: 'loaded' }]);
    expect(report.findings.filter(({ kind }) => kind.startsWith('pxe-'))).toEqual([]);
  });
  test('a port outside the range, which the topology may set', () => {
    const frames = [...begin, answer4011(2.1, 'a.efi'), ...load(3, 'a.efi', 3445)];
    expect(kinds(frames)).toEqual(['tftp-port-out-of-range']);
    const own = held(frames, site('', 'tftp_port_range: 3000-4000'));
    expect(own.findings.filter(({ kind }) => kind.startsWith('tftp-'))).toEqual([]);
  });
});
