import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRpcFragment, readRpcHeader } from '../../src/protocols/dce-rpc.ts';
import { ACTIVATOR, OBJECT_EXPORTER, OLD_ACTIVATOR, readPortHandOut } from '../../src/protocols/dcom.ts';
import {
  ENDPOINT_MAPPER,
  NOT_REGISTERED,
  readLookupResponse,
  readMapRequest,
  readMapResponse,
} from '../../src/protocols/endpoint-mapper.ts';
import { spanOf } from '../../src/protocols/reading.ts';
import { readTower } from '../../src/protocols/rpc-tower.ts';
import * as rpc from './rpc-build.ts';

const STYLES: rpc.Style[] = [true, false].flatMap((little) => [true, false].map((wide) => ({ little, wide })));
const told = [
  { interface: rpc.NETLOGON, port: 49190, address: '192.0.2.11' },
  { interface: rpc.NETLOGON, port: 49669, address: '192.0.2.11' },
  { interface: rpc.NETLOGON, port: 49664 },
];
const towers = told.map((one) => ({ version: 1, transport: 'tcp', address: '0.0.0.0', ...one }));
const bytes = (numbers: Iterable<number>): Uint8Array => Uint8Array.from(numbers);

describe('fragments', () => {
  test.each(STYLES)('bind, answer, request, response, fault: %j', (style) => {
    const read = (fragment: Uint8Array) => readRpcFragment(spanOf(fragment));
    expect(read(rpc.bind(7, [rpc.DRSUAPI, rpc.SAMR], [rpc.NDR, rpc.NDR64], style))).toMatchObject({
      answer: 'certain',
      message: {
        kind: 'bind',
        header: { call: 7, first: true, last: true, little: style.little },
        contexts: [
          { id: 0, interface: rpc.DRSUAPI, version: 1, syntaxes: [rpc.NDR] },
          { id: 1, interface: rpc.DRSUAPI, syntaxes: [rpc.NDR64] },
          { id: 2, interface: rpc.SAMR, syntaxes: [rpc.NDR] },
          { id: 3, interface: rpc.SAMR, syntaxes: [rpc.NDR64] },
        ],
      },
    });
    expect(read(rpc.bind(8, [rpc.SAMR], [rpc.NDR], style, 14))).toMatchObject({ message: { kind: 'alter-context' } });
    expect(read(rpc.bindAck(7, [null, rpc.NDR64], style))).toMatchObject({
      answer: 'certain',
      message: {
        kind: 'bind-ack',
        results: [
          { accepted: false, reason: 2 },
          { accepted: true, syntax: rpc.NDR64 },
        ],
      },
    });
    expect(read(rpc.request(9, 2, 3, [1, 2, 3, 4], style))).toMatchObject({
      answer: 'certain',
      message: { kind: 'request', context: 2, operation: 3, sealed: false, body: bytes([1, 2, 3, 4]) },
    });
    expect(read(rpc.response(9, 2, [5, 6], style))).toMatchObject({
      message: { kind: 'response', context: 2, body: bytes([5, 6]) },
    });
    expect(read(rpc.fault(9, 2, 5, style))).toMatchObject({ message: { kind: 'fault', context: 2, status: 5 } });
  });

  test('credentials and padding are no body, and an encrypted body is told as such', () => {
    const withVerifier = (level: number): Uint8Array => {
      const fragment = bytes([
        ...rpc.request(1, 0, 4, [1, 2, 3, 4, 0, 0, 0, 0]),
        ...[10, level, 4, 0, 0, 0, 0, 0],
        ...new Array<number>(16).fill(0xaa),
      ]);
      fragment[8] = fragment.length;
      fragment[10] = 16;
      return fragment;
    };
    expect(readRpcFragment(spanOf(withVerifier(5)))).toMatchObject({
      answer: 'certain',
      message: { sealed: false, body: bytes([1, 2, 3, 4]) },
    });
    expect(readRpcFragment(spanOf(withVerifier(6)))).toMatchObject({ message: { sealed: true } });
  });

  test('other protocols, and fragments that contradict themselves', () => {
    const header = (change: (bytes: Uint8Array) => void) => {
      const fragment = rpc.request(1, 0, 3, []);
      change(fragment);
      return readRpcHeader(spanOf(fragment)).answer;
    };
    expect(header(() => {})).toBe('certain');
    for (const change of [
      (b: Uint8Array) => b.set([4], 0),
      (b: Uint8Array) => b.set([2], 1),
      (b: Uint8Array) => b.set([21], 2),
      (b: Uint8Array) => b.set([0x20], 4),
      (b: Uint8Array) => b.set([15, 0], 8),
    ])
      expect(header(change)).toBe('not-for-us');
    expect(header((b) => b.set([255, 255], 10))).toBe('unsure');
    const full = rpc.bind(1, [rpc.SAMR]);
    for (let length = 0; length < 16; length++)
      expect(readRpcFragment(spanOf(full.subarray(0, length))).answer).toBe('not-for-us');
    for (let length = 16; length < full.length; length++)
      expect(readRpcFragment(spanOf(full.subarray(0, length))).answer).toBe('unsure');
    // More contexts told than there are.
    full[24] = 255;
    expect(readRpcFragment(spanOf(full))).toMatchObject({ answer: 'unsure', message: { contexts: [{ id: 0 }] } });
  });
});

describe('the endpoint mapper', () => {
  test.each(STYLES)('a question and its answer: %j', (style) => {
    expect(readMapRequest(bytes(rpc.mapRequest(rpc.DRSUAPI, style)), style)).toMatchObject({
      answer: 'certain',
      message: { tower: { interface: rpc.DRSUAPI, transport: 'tcp', port: 135 }, continued: false },
    });
    const again = rpc.mapRequest(rpc.DRSUAPI, style, new Array<number>(20).fill(7));
    expect(readMapRequest(bytes(again), style)).toMatchObject({ message: { continued: true } });
    expect(readMapResponse(bytes(rpc.mapResponse(told, 0, style)), style)).toEqual({
      answer: 'certain',
      message: { towers, status: 0 },
    });
    expect(readMapResponse(bytes(rpc.mapResponse([], NOT_REGISTERED, style)), style)).toEqual({
      answer: 'certain',
      message: { towers: [], status: NOT_REGISTERED },
    });
    expect(readLookupResponse(bytes(rpc.lookupResponse(told, 0, style)), style)).toEqual({
      answer: 'certain',
      message: { towers, status: 0 },
    });
  });

  test.each(STYLES)('cut at every byte: what came before stands, nothing is invented: %j', (style) => {
    const whole = bytes(rpc.mapResponse(told, 0, style));
    for (let length = 0; length < whole.length; length++) {
      const reading = readMapResponse(whole.subarray(0, length), style);
      expect(reading.answer).not.toBe('certain');
      if (reading.answer === 'unsure') expect(towers).toEqual(expect.arrayContaining(reading.message.towers));
    }
  });

  test('towers with wrong lengths', () => {
    const good = rpc.tower({ interface: rpc.SAMR, port: 5000 });
    expect(readTower(bytes(good))).toMatchObject({ answer: 'certain', message: { port: 5000 } });
    for (let at = 0; at < good.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const broken = bytes(good);
        broken[at] = value;
        const reading = readTower(broken);
        if (reading.answer !== 'not-for-us') expect(reading.message.port).toBeLessThan(65536);
      }
    }
    // A floor longer than the tower; 65,535 floors; none.
    expect(readTower(bytes([5, 0, 0xff, 0xff])).answer).toBe('not-for-us');
    expect(readTower(bytes([0xff, 0xff, ...good.slice(2)])).answer).toBe('unsure');
    expect(readTower(bytes([0, 0])).answer).toBe('not-for-us');
    // A port of other than two bytes is none.
    const floors = good.slice(0, -11);
    expect(readTower(bytes([...floors, 3, 0, 1, 2, 3])).answer).not.toBe('certain');
  });

  test('counts beyond the limit, and counts that contradict each other', () => {
    const answer = rpc.mapResponse(told);
    for (const at of [20, 24, 28, 32]) {
      const broken = bytes(answer);
      broken.set([0xff, 0xff, 0xff, 0x7f], at);
      const reading = readMapResponse(broken, rpc.PLAIN);
      // The room that the client had for towers (24) may be any; the rest must agree.
      if (at !== 24) expect(reading.answer).toBe('not-for-us');
    }
  });

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), fc.boolean(), (body, little, wide) => {
        readRpcFragment(spanOf(body));
        readTower(body);
        readMapRequest(body, { little, wide });
        readMapResponse(body, { little, wide });
        readLookupResponse(body, { little, wide });
        readPortHandOut(body, little, OBJECT_EXPORTER);
        readPortHandOut(body, little, ACTIVATOR);
        readPortHandOut(body, little, OLD_ACTIVATOR);
      }),
    );
    expect(ENDPOINT_MAPPER).toHaveLength(36);
  });
});

describe('DCOM', () => {
  const named: [number, string][] = [
    [7, 'SERVER[49724]'],
    [7, '192.0.2.9[49724]'],
    [0x0f, 'SERVER[\\pipe\\x]'],
    [7, 'WITHOUT'],
    [7, 'SERVER[99999]'],
  ];
  const ports = [
    { host: 'SERVER', port: 49724 },
    { host: '192.0.2.9', port: 49724 },
  ];

  test.each([true, false])('ResolveOxid, little-endian %s', (little) => {
    const style = { little, wide: false };
    const body = rpc.resolvedOxid(style, rpc.dualStringArray(style, ...named));
    expect(readPortHandOut(bytes(body), little, OBJECT_EXPORTER)).toEqual({ answer: 'certain', message: ports });
    for (let length = 0; length < body.length; length++)
      readPortHandOut(bytes(body.slice(0, length)), little, OBJECT_EXPORTER);
    const failed = new rpc.Writer(style).u32(0).raw(new Array<number>(24).fill(0)).bytes;
    expect(readPortHandOut(bytes(failed), little, OBJECT_EXPORTER)).toEqual({ answer: 'certain', message: [] });
  });

  test.each([true, false])('RemoteActivation of older clients, little-endian %s', (little) => {
    const style = { little, wide: false };
    const body = rpc.activated(style, rpc.dualStringArray(style, ...named));
    expect(readPortHandOut(bytes(body), little, OLD_ACTIVATOR)).toEqual({ answer: 'certain', message: ports });
    for (let length = 0; length < body.length; length++)
      readPortHandOut(bytes(body.slice(0, length)), little, OLD_ACTIVATOR);
  });

  test('an activation: its reply among other properties', () => {
    const style = rpc.PLAIN;
    const headers = [1, 0x10, 8, 0, 0xcc, 0xcc, 0xcc, 0xcc, ...new Array<number>(8).fill(0)];
    const reply = new rpc.Writer(style).u32(0).u32(0x20000).raw(new Array<number>(8).fill(9)).u32(0x20004);
    reply
      .raw(new Array<number>(16).fill(3))
      .u32(4)
      .u16(5)
      .u16(7)
      .raw(rpc.dualStringArray(style, ...named));
    const property = [...headers, ...reply.bytes];
    const other = [...headers, 1, 2, 3, 4];
    const header = new rpc.Writer(style).raw(headers).u32(0).u32(0).u32(0).u32(2).u32(2);
    header.raw(new Array<number>(16).fill(0)).u32(1).u32(2).u32(0).u32(2);
    header.uuid('00000339-0000-0000-c000-000000000046').uuid('000001b6-0000-0000-c000-000000000046');
    header.u32(2).u32(other.length).u32(property.length);
    const size = header.bytes.length;
    header.bytes.splice(20, 4, size & 0xff, size >> 8, 0, 0);
    const blob = [...header.bytes, ...other, ...property];
    const object = new rpc.Writer(style).u32(0x574f454d).u32(4).raw(new Array<number>(32).fill(0));
    object.u32(0).u32(0).u32(blob.length).u32(0).raw(blob);
    const body = new rpc.Writer(style).u32(1).u32(0).u32(0x20000).u32(object.bytes.length).u32(object.bytes.length);
    body.raw(object.bytes).align(4).u32(0);
    expect(readPortHandOut(bytes(body.bytes), true, ACTIVATOR)).toEqual({ answer: 'certain', message: ports });
    for (let length = 0; length < body.bytes.length; length++)
      readPortHandOut(bytes(body.bytes.slice(0, length)), true, ACTIVATOR);
  });
});
