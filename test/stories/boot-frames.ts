/** Network boots made by hand, message by message. */
import { frameOf, ipv4, type TestFrame, tftp } from '../track/frames.ts';

export const DHCP = '10.0.0.50';
export const PXE = '10.0.0.30';
const NOBODY = '0.0.0.0';
const ALL = '255.255.255.255';
export const text = (value: string): number[] => [...new TextEncoder().encode(value)];
export const option = (code: number, value: number[]): number[] => [code, value.length, ...value];
const address = (value: string): number[] => value.split('.').map(Number);

export interface Said {
  type: number;
  from: string;
  to: string;
  ports?: [number, number];
  yours?: string;
  server?: string;
  file?: string;
  /** Address of the relay that passes it on. */
  relay?: string;
  pxe?: boolean;
  architecture?: number;
  /** More options, before the end mark. */
  options?: number[];
  /** Instead of all options and the end mark. */
  rawOptions?: number[];
  vendorClass?: string;
}

/** The messages of one machine; times are seconds into the capture. @param number from 1, of its lease, hardware address and xid */
export function machine(number = 1) {
  const lease = number === 1 ? '10.1.0.77' : `10.1.${1 + (number >> 8)}.${number & 0xff}`;

  function dhcp(time: number, said: Said): TestFrame {
    const isReply = said.server !== undefined;
    const vendorClass = said.vendorClass ?? (isReply ? 'PXEClient' : 'PXEClient:Arch:00007:UNDI:003016');
    const options = said.rawOptions ?? [
      ...option(53, [said.type]),
      ...(said.server ? option(54, address(said.server)) : []),
      ...(said.pxe === false ? [] : option(60, text(vendorClass))),
      ...(isReply || said.pxe === false ? [] : option(93, [0, said.architecture ?? 7])),
      ...(said.options ?? []),
      255,
    ];
    const body = new Uint8Array(8 + 240 + options.length);
    const view = new DataView(body.buffer);
    const [from, to] = said.ports ?? (isReply ? [67, 68] : [68, 67]);
    view.setUint16(0, from);
    view.setUint16(2, to);
    view.setUint16(4, body.length);
    body.set([isReply ? 2 : 1, 1, 6, 0, 1, number >> 8, number & 0xff, Math.floor(time)], 8);
    body.set(address(said.yours ?? NOBODY), 8 + 16);
    body.set(address(said.relay ?? NOBODY), 8 + 24);
    body.set([0, 0x15, 0x5d, 0x77, number >> 8, number & 0xff], 8 + 28);
    body.set(text(said.file ?? ''), 8 + 108);
    body.set([0x63, 0x82, 0x53, 0x63], 8 + 236);
    body.set(options, 8 + 240);
    return frameOf(ipv4(said.from, said.to, 17, body, Math.floor(time * 1000) & 0xffff), time);
  }

  const discover = (time: number, more: Partial<Said> = {}) => dhcp(time, { type: 1, from: NOBODY, to: ALL, ...more });
  const offer = (time: number, more: Partial<Said> = {}) =>
    dhcp(time, { type: 2, from: DHCP, to: lease, yours: lease, server: DHCP, pxe: false, ...more });
  const proxyOffer = (time: number) => dhcp(time, { type: 2, from: PXE, to: ALL, server: PXE });
  const request = (time: number, more: Partial<Said> = {}) => dhcp(time, { type: 3, from: NOBODY, to: ALL, ...more });
  const ack = (time: number, more: Partial<Said> = {}) =>
    dhcp(time, { type: 5, from: DHCP, to: lease, yours: lease, server: DHCP, pxe: false, ...more });
  const ask4011 = (time: number, more: Partial<Said> = {}) =>
    dhcp(time, { type: 3, from: lease, to: PXE, ports: [68, 4011], ...more });
  const answer4011 = (time: number, file?: string, more: Partial<Said> = {}) =>
    dhcp(time, {
      type: 5,
      from: PXE,
      to: lease,
      ports: [4011, 68],
      server: PXE,
      ...(file === undefined ? {} : { file }),
      ...more,
    });

  /** A request to port 69. */
  function ask(time: number, file: string, options: readonly string[] = [], clientPort = 2070): TestFrame {
    const strings = text([file, 'octet', ...options].map((part) => `${part}\0`).join(''));
    const way = { source: lease, destination: PXE, sourcePort: clientPort, destinationPort: 69, time, id: 1 };
    return tftp(way, 1, (strings[0] << 8) | strings[1], Uint8Array.from(strings.slice(2)));
  }

  /** A whole transfer of one block. */
  function load(time: number, file: string, serverPort = 50_000, clientPort = 2070): TestFrame[] {
    const down = { source: PXE, destination: lease, sourcePort: serverPort, destinationPort: clientPort };
    const up = { source: lease, destination: PXE, sourcePort: clientPort, destinationPort: serverPort };
    return [
      ask(time, file, [], clientPort),
      tftp({ ...down, time: time + 0.1, id: 2, payload: 99 }, 3, 1),
      tftp({ ...up, time: time + 0.2, id: 3, payload: 0 }, 4, 1),
    ];
  }

  /** From the first DISCOVER to the request on 4011, in two seconds. */
  const begin = (time = 0): TestFrame[] => [
    discover(time),
    offer(time + 0.1),
    proxyOffer(time + 0.2),
    request(time + 1),
    ack(time + 1.1),
    ask4011(time + 2),
  ];

  return { lease, dhcp, discover, offer, proxyOffer, request, ack, ask4011, answer4011, ask, load, begin };
}
