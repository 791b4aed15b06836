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

  test('pcapng, event traces, gzip, Network Monitor, snoop, nothing', () => {
    expect(detectKind(section(true))).toEqual({ kind: 'pcapng' });
    expect(detectKind(section(false))).toEqual({ kind: 'pcapng' });
    expect(detectKind(etl())).toEqual({ kind: 'etl' });
    expect(detectKind(new Uint8Array([0x1f, 0x8b, 8]))).toEqual({ kind: 'compressed', compression: 'gzip' });
    expect(detectKind(latin1('\x28\xb5\x2f\xfd'))).toEqual({ kind: 'compressed', compression: 'zstd' });
    expect(detectKind(latin1('\x04\x22\x4d\x18'))).toEqual({ kind: 'compressed', compression: 'lz4' });
    expect(detectKind(latin1('GMBU\0\x02'))).toEqual({ kind: 'netmon' });
    expect(detectKind(latin1('RTSS\x01\x01'))).toEqual({ kind: 'netmon' });
    expect(detectKind(latin1('snoop\0\0\0\0\0\0\x02'))).toEqual({ kind: 'snoop' });
    expect(detectKind(new Uint8Array(0))).toEqual({ kind: 'empty' });
  });

  const others: [string, Uint8Array, RegExp][] = [
    ['sniffer', latin1('TRSNIFF data    \x1a'), /editcap -F pcapng \{in\}/],
    ['lanalyzer', latin1('\x01\x10\x4c\0\x01\x05Trace Display Traffic File'), /editcap/],
    ['netscaler', latin1(`${'\0'.repeat(50)}NetScaler V20 Performance Data`), /editcap/],
    ['btsnoop', latin1('btsnoop\0'), /IP network itself; .*editcap/],
    ['k12', latin1('+---------+---------------+----------+\r\n'), /editcap/],
    ['tar', latin1(`capture.pcap${'\0'.repeat(245)}ustar`), /unpack/],
    ['hex-dump', latin1('0000  00 15 5d 01 02 03 00 15 5d 04 05 06 08 00 45 00\n'), /text2pcap/],
    ['json', latin1('[\n  {\n    "_index": "packets-2026"'), /pcapng/],
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
