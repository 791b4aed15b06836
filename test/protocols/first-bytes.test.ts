/** What the first payload of a connection tells: only what cannot be anything else. */
import { describe, expect, test } from 'vitest';
import { ENDPOINT_MAPPER } from '../../src/protocols/endpoint-mapper.ts';
import { SERVICES, tcpService } from '../../src/protocols/first-bytes.ts';
import * as rpc from './rpc-build.ts';

const serviceOf = (bytes: Uint8Array, length = bytes.length): string | null =>
  SERVICES[tcpService(bytes, 0, bytes.length, length)]!;

test('an RPC bind with any one byte changed is RPC, or nothing', () => {
  for (const interfaces of [[ENDPOINT_MAPPER], [rpc.SAMR, rpc.NETLOGON, rpc.DRSUAPI]]) {
    const bind = rpc.bind(1, interfaces);
    for (let at = 0; at < bind.length; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = Uint8Array.from(bind);
        changed[at] = value;
        expect([null, 'rpc'], `byte ${at} as ${value}`).toContain(serviceOf(changed));
      }
    }
  }
});

describe('TDS ([MS-TDS] section 2.2.3.1)', () => {
  const packet = (type: number, status: number, size: number, ...body: number[]): Uint8Array =>
    Uint8Array.from([type, status, size >> 8, size & 0xff, 0, 0, 1, 0, ...body]);
  const login = [0, 2, 0, 0, 4, 0, 0, 0x74, ...new Array<number>(500).fill(0)];

  test('a prelogin, its answer, a login in one packet and in several', () => {
    const prelogin = [0, 0, 6, 0, 6, 0xff, 9, 0, 0, 0, 0, 0];
    expect(serviceOf(packet(0x12, 1, 20, ...prelogin))).toBe('tds');
    expect(serviceOf(packet(0x04, 1, 20, ...prelogin))).toBe('tds');
    expect(serviceOf(packet(0x10, 1, 8 + login.length, ...login))).toBe('tds');
    expect(serviceOf(packet(0x10, 0, 4096, ...login), 1460)).toBe('tds');
  });

  test('not what does not fill its packet, nor a login of no version', () => {
    expect(serviceOf(packet(0x12, 0, 4096, 0, 0, 6, 0, 6, 0xff))).toBeNull();
    expect(serviceOf(packet(0x12, 1, 21, 0, 0, 6, 0, 6, 0xff))).toBeNull();
    expect(serviceOf(packet(0x10, 0, 4096, 0, 2, 0, 0, 4, 0, 0, 9), 1460)).toBeNull();
  });
});
