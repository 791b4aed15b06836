import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDhcp } from '../../src/protocols/dhcp.ts';
import { readDhcpv6 } from '../../src/protocols/dhcpv6.ts';
import { spanOf } from '../../src/protocols/reading.ts';

/** A DHCP message with the given options field, `file` and `sname`. */
function message(options: number[], file: number[] = [], serverName: number[] = [], op = 1): Uint8Array {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([op, 1, 6, 0, 0x4e, 0xdb, 0x0b, 0x28]);
  bytes.set([0, 0x15, 0x5d, 0x77, 1, 1], 28);
  bytes.set(serverName, 44);
  bytes.set(file, 108);
  bytes.set([0x63, 0x82, 0x53, 0x63], 236);
  bytes.set(options, 240);
  return bytes;
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const option = (code: number, value: number[]): number[] => [code, value.length, ...value];
const END = 255;

function read(bytes: Uint8Array) {
  const reading = readDhcp(spanOf(bytes));
  if (reading.answer === 'not-for-us') throw new Error('not for us');
  return reading;
}

describe('DHCP', () => {
  test('what a PXE client says', () => {
    const uuid = [0, 0x44, 0x45, 0x4c, 0x4c, 0x42, 0, 0x10, 0x30, 0x80, 0x51, 0xb7, 0xc0, 0x4f, 0x4d, 0x34, 1];
    const { answer, message: told } = read(
      message([
        ...option(53, [1]),
        ...option(60, text('PXEClient:Arch:00007:UNDI:003016')),
        ...option(93, [0, 7]),
        ...option(94, [1, 3, 16]),
        ...option(97, uuid),
        ...option(55, [1, 3, 60, 66, 67]),
        ...option(250, [...option(13, [8, 0]), ...option(14, [0]), END]),
        END,
      ]),
    );
    expect(answer).toBe('certain');
    expect(told).toMatchObject({
      type: 1,
      xid: 0x4edb0b28,
      hardwareAddress: '00:15:5d:77:01:01',
      vendorClass: 'PXEClient:Arch:00007:UNDI:003016',
      architecture: 7,
      uuid: '4C4C4544-0042-3010-8051-B7C04F4D3401',
      parameters: [1, 3, 60, 66, 67],
      networkInterface: 'UNDI 3.16',
      relay: null,
      wds: { codes: [13, 14], programVersion: 0x0800, actionDone: false, nextAction: null, message: null },
    });
  });

  test('what a relay adds (option 82): names as text, numbers as hexadecimal, and its sub-options', () => {
    const relayed = (field: number[]) => read(message([...option(53, [1]), ...option(82, field), END])).message.relay;
    expect(
      relayed([
        ...option(1, text('Gi1/0/7')),
        ...option(2, [0, 6, 0xaa, 0xbb]),
        ...option(5, [10, 1, 2, 0]),
        ...option(11, [10, 1, 2, 1]),
      ]),
    ).toEqual({
      codes: [1, 2, 5, 11],
      circuitId: 'Gi1/0/7',
      remoteId: '0006aabb',
      linkSelection: '10.1.2.0',
      serverIdOverride: '10.1.2.1',
    });
    expect(relayed([1, 200, 65])).toEqual({
      codes: [],
      circuitId: null,
      remoteId: null,
      linkSelection: null,
      serverIdOverride: null,
    });
    expect(relayed([...option(1, []), ...option(5, [10])])).toMatchObject({ circuitId: null, linkSelection: null });
  });

  test('what a WDS server tells its boot program (option 250)', () => {
    const wds = (field: number[]) =>
      read(message([...option(53, [5]), ...option(250, field), END], [], [], 2)).message.wds;
    const waiting = [
      ...option(2, [1]),
      ...option(3, [0, 10]),
      ...option(4, [0, 60]),
      ...option(5, [0, 0, 1, 2]),
      ...option(6, [...text('Waiting'), 0]),
      ...option(9, [10, 0, 0, 7]),
    ];
    expect(wds([...waiting, END])).toEqual({
      codes: [2, 3, 4, 5, 6, 9],
      nextAction: 'approval',
      actionDone: null,
      pollInterval: 10,
      pollRetries: 60,
      requestId: 258,
      message: 'Waiting',
      referralServer: '10.0.0.7',
      programVersion: null,
    });
    expect(wds([...option(2, [5]), ...option(3, [1]), ...option(5, [])])).toMatchObject({
      nextAction: 'abort',
      pollInterval: null,
      requestId: null,
    });
    expect(wds([...option(2, [77])])).toMatchObject({ nextAction: null });
  });

  test('what a PXE server says: option 43 in its parts, the boot file in the field or in option 67', () => {
    const vendor = [...option(6, [8]), ...option(8, [0, 0, 1, 10, 0, 0, 1]), ...option(10, [0, 80]), END];
    const inField = read(
      message(
        [...option(53, [2]), ...option(60, text('PXEClient')), ...option(43, vendor), END],
        text('boot\\a.com'),
        text('dp01'),
        2,
      ),
    );
    expect(inField.message).toMatchObject({ bootFile: 'boot\\a.com', serverName: 'dp01' });
    expect(inField.message.vendor).toEqual({ discoveryControl: 8, bootServers: true, menu: true, bootItem: false });
    const inOptions = read(message([...option(66, text('dp02')), ...option(67, text('b.efi')), END], [], [], 2));
    expect(inOptions.message).toMatchObject({ bootFile: 'b.efi', serverName: 'dp02', vendor: null });
  });

  test('overload: options stand in file and sname, and are walked once', () => {
    const inFile = [...option(67, text('over.efi')), ...option(52, [3]), END];
    const { answer, message: told } = read(
      message([...option(53, [2]), ...option(52, [1]), END], inFile, text('name'), 2),
    );
    expect(answer).toBe('certain');
    expect(told).toMatchObject({ bootFile: 'over.efi', serverName: 'name' });
    expect(told.codes).toEqual([53, 52, 67, 52]);
  });

  test('an option in pieces is one (RFC 3396)', () => {
    const { message: told } = read(message([...option(67, text('smsboot\\')), ...option(67, text('x64')), END]));
    expect(told.bootFile).toBe('smsboot\\x64');
  });

  test.each([
    ['an option longer than the field', [...option(53, [1]), 60, 200, 65]],
    ['no end', option(53, [1])],
    ['a code without a length', [...option(53, [1]), 60]],
    ['overload with a value that does not exist', [...option(53, [1]), ...option(52, [9]), END]],
  ])('%s is unsure, and what came before is told', (_, options) => {
    const { answer, message: told } = read(message(options));
    expect(answer).toBe('unsure');
    expect(told.type).toBe(1);
  });

  test('options of length zero say nothing', () => {
    const zero = [53, 54, 60, 61, 67, 93, 97, 43].flatMap((code) => option(code, []));
    const { message: told } = read(message([...zero, END]));
    expect(told).toMatchObject({ type: 0, vendorClass: null, architecture: null, uuid: null, bootFile: '' });
  });

  test('BOOTP without the cookie is unsure; shorter messages and other protocols are not for us', () => {
    const bootp = message([]).subarray(0, 236);
    expect(readDhcp(spanOf(bootp)).answer).toBe('unsure');
    for (let length = 0; length < 236; length++)
      expect(readDhcp(spanOf(bootp.subarray(0, length))).answer).toBe('not-for-us');
    expect(readDhcp(spanOf(message([], [], [], 7))).answer).toBe('not-for-us');
  });

  test('any bytes at all are survived, and cost no more than their length', () => {
    const anyOptions = fc.uint8Array({ maxLength: 600 });
    fc.assert(
      fc.property(
        anyOptions,
        fc.uint8Array({ maxLength: 128 }),
        fc.uint8Array({ maxLength: 64 }),
        (options, file, name) => {
          const { message: told } = read(message([...options], [...file], [...name]));
          expect(told.codes.length).toBeLessThanOrEqual((options.length + 192) / 2);
          expect(told.bootFile.length).toBeLessThanOrEqual(800);
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readDhcp(spanOf(bytes))));
  });
});

describe('DHCPv6', () => {
  const option6 = (code: number, value: number[]): number[] => [
    code >> 8,
    code & 0xff,
    value.length >> 8,
    value.length & 0xff,
    ...value,
  ];
  const solicit = [
    1,
    0x5f,
    0x60,
    0xb4,
    ...option6(1, [0, 3, 0, 1, 0, 0x15, 0x5d, 0xfe, 0x5a, 0x0b]),
    ...option6(61, [0, 7]),
  ];

  test('a client, its architecture and hardware address', () => {
    expect(readDhcpv6(spanOf(Uint8Array.from(solicit)))).toMatchObject({
      answer: 'certain',
      message: { type: 1, xid: 0x5f60b4, hardwareAddress: '00:15:5d:fe:5a:0b', architecture: 7, relays: 0 },
    });
  });

  test('a boot file and an address, through two relays', () => {
    const address = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 5];
    const identity = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, ...option6(5, [...address, 0, 0, 0, 9, 0, 0, 0, 9])];
    const reply = [7, 1, 2, 3, ...option6(3, identity), ...option6(59, text('tftp://[2001:db8::1]/a.efi'))];
    const relayed = (inner: number[]): number[] => [13, 0, ...Array(32).fill(0), ...option6(9, inner)];
    expect(readDhcpv6(spanOf(Uint8Array.from(relayed(relayed(reply)))))).toMatchObject({
      answer: 'certain',
      message: { type: 7, relays: 2, addresses: ['2001:db8::5'], bootFileUrl: 'tftp://[2001:db8::1]/a.efi' },
    });
  });

  test('relays without end are not followed; overlong options are unsure', () => {
    let packet = solicit;
    for (let i = 0; i < 20; i++) packet = [12, i, ...Array(32).fill(0), ...option6(9, packet)];
    expect(readDhcpv6(spanOf(Uint8Array.from(packet))).answer).toBe('not-for-us');
    expect(readDhcpv6(spanOf(Uint8Array.from([...solicit, 0, 59, 255, 255, 1]))).answer).toBe('unsure');
  });

  test('any bytes at all are survived', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void readDhcpv6(spanOf(bytes))));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(1, 7, 12, 13), (bytes, type) => {
        readDhcpv6(spanOf(Uint8Array.from([type, ...bytes])));
      }),
    );
  });
});
