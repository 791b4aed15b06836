import { describe, expect, test } from 'vitest';
import { detectKind } from '../../src/capture/detect.ts';
import { pcapHeader, section } from './support/build.ts';

const latin1 = (value: string) => new Uint8Array(Buffer.from(value, 'latin1'));

/** The beginning of an event trace: buffer header of 72 bytes, then the trace header event. */
function etl(): Uint8Array {
  const bytes = new Uint8Array(600);
  bytes.set([0, 0, 1, 0]);
  bytes.set([0x70, 0, 2, 0xc0], 72 - 0);
  return bytes;
}

describe('what a file is', () => {
  test.each([0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34])('pcap %i', (magic) => {
    for (const little of [true, false]) expect(detectKind(pcapHeader({ magic, little }))).toEqual({ kind: 'pcap' });
  });

  test('pcapng, event traces, gzip, nothing', () => {
    expect(detectKind(section(true))).toEqual({ kind: 'pcapng' });
    expect(detectKind(section(false))).toEqual({ kind: 'pcapng' });
    expect(detectKind(etl())).toEqual({ kind: 'etl' });
    expect(detectKind(new Uint8Array([0x1f, 0x8b, 8]))).toEqual({ kind: 'gzip' });
    expect(detectKind(new Uint8Array(0))).toEqual({ kind: 'empty' });
  });

  const others: [string, Uint8Array, RegExp][] = [
    ['netmon', latin1('GMBU\0\x02'), /editcap/],
    ['snoop', latin1('snoop\0\0\0\0\0\0\x02'), /editcap/],
    ['zstd', latin1('\x28\xb5\x2f\xfd'), /zstd -d/],
    ['lz4', latin1('\x04\x22\x4d\x18'), /lz4 -d/],
    ['xz', latin1('\xfd7zXZ\0'), /xz -d/],
    ['zip', latin1('PK\x03\x04'), /unpack/],
    ['evtx', latin1('ElfFile\0'), /capture itself/],
    ['text', latin1('10:00:01 PktGroupId 1, Appearance 1, Drop\r\n'), /pktmon etl2pcap/],
    ['text', new Uint8Array(Buffer.from('\ufeffPktMon output', 'utf16le')), /tcpdump -w/],
    ['html', latin1('\r\n<!DOCTYPE html><html>'), /sign-in page/],
    ['xml', latin1('<?xml version="1.0"?><pdml>'), /pcapng/],
    ['firewall-log', latin1('#Version: 1.5\r\n#Software: Microsoft Windows Firewall\r\n'), /capture/],
  ];
  test.each(others)('%s', (id, bytes, remedy) => {
    const detected = detectKind(bytes);
    expect(detected).toMatchObject({ kind: 'other', id });
    expect(detected.kind === 'other' && detected.remedy).toMatch(remedy);
  });

  test('anything else is unknown, with its first bytes', () => {
    expect(detectKind(new Uint8Array([0, 1, 2, 0xff, 7]))).toEqual({ kind: 'unknown', firstBytes: '00 01 02 ff' });
  });
});
