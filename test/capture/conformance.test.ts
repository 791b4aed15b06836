/** Frame counts and byte sums against capinfos and tshark, over captures of other projects. */
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../src/capture/errors.ts';
import { readCapture } from '../../src/capture/source.ts';
import { oracleCaptures, oraclesPresent } from './support/oracle-captures.ts';
import { RecordingSink } from './support/recording-sink.ts';

/** Each difference, and why it is right: what we find, or the code of the refusal. */
const DIFFERENCES: Record<string, { frames: number; bytes: number; why: string } | { refused: string; why: string }> = {
  'gopacket/tests__le__test901.pcapng': {
    frames: 2,
    bytes: 628,
    why: 'The second of three sections has version 2. tshark stops there; we pass that section over and read the third.',
  },
  'libpcap/pcap-invalid-version-1.pcap': {
    refused: 'unsupported-version',
    why: 'tshark opens nothing either; its count of 0 frames is our refusal.',
  },
  'ndpi/fuzz-2021-10-13.pcap': {
    frames: 0,
    bytes: 0,
    why: 'Its only record has a fraction of 1.9 seconds and no record, nor the end of the file, behind it. tshark shows it and then fails.',
  },
  'suricata/bug-1450-04__tls_DER-incomplete-header.pcap': {
    frames: 14,
    bytes: 5450,
    why: 'Bytes are missing in the sixth record. tshark reads six and stops; we find the eight behind it.',
  },
};

/** Our name of what capinfos calls so. */
const FORMATS: Record<string, string> = { pcap: 'pcap', nsecpcap: 'pcap', pcapng: 'pcapng', netmon2: 'netmon' };

const captures = oracleCaptures();

describe.skipIf(!oraclesPresent)('captures of other projects', () => {
  test.each(captures)('%s', async (name, path, oracle) => {
    const sink = new RecordingSink();
    const expected = DIFFERENCES[name];
    if (expected !== undefined && 'refused' in expected) {
      await expect(readCapture(path, sink)).rejects.toMatchObject({ code: expected.refused });
      await expect(readCapture(path, sink)).rejects.toBeInstanceOf(CaptureError);
      return;
    }
    const summary = await readCapture(path, sink);
    const bytes = sink.frames.reduce((sum, frame) => sum + frame.original, 0);
    const { tshark, capinfos } = oracle;
    expect({ frames: summary.frames, bytes }).toEqual({
      frames: expected?.frames ?? tshark!.frames,
      bytes: expected?.bytes ?? tshark!.bytes,
    });
    expect(sink.frames.length).toBe(summary.frames);
    if (expected === undefined && capinfos?.packets !== undefined)
      expect(summary.frames).toBe(Number(capinfos.packets));
    if (capinfos?.file_type !== undefined) expect(summary.format).toBe(FORMATS[capinfos.file_type]);
  });

  test('the table of differences names no file that agrees', () => {
    const names = captures.map(([name]) => name);
    expect(Object.keys(DIFFERENCES).filter((name) => !names.includes(name))).toEqual([]);
  });
});
