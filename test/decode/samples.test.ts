import { describe, expect, test } from 'vitest';
import { TUNNELS } from '../../src/decode/tunnel.ts';
import { SAMPLES } from './samples.ts';
import { decode, decodeSafely } from './support.ts';

describe('every encapsulation is read through to the innermost packet', () => {
  for (const sample of SAMPLES) {
    test(sample.name, () => {
      const { reason, packet, from } = decode(sample.bytes, sample.linkType);
      expect(reason).toBe(sample.reason ?? 'tcp');
      expect(TUNNELS[packet.tunnel]).toBe(sample.tunnel ?? 'none');
      expect(packet.tunnelId).toBe(sample.tunnelId ?? 0);
      expect(packet.vlan).toBe(sample.vlan ?? -1);
      expect(packet.context !== 0).toBe(sample.isSeparate === true);
      if (reason === 'tcp') {
        expect(from).toBe(sample.from ?? '10.0.0.1');
        expect([packet.sourcePort, packet.destinationPort, packet.tcpFlags]).toEqual([54321, 80, 2]);
        expect(packet.payloadLength).toBe(0);
      } else if (sample.from !== undefined) expect(from).toBe(sample.from);
    });
  }
});

describe('a header that the capture cut is no fault of the packet', () => {
  for (const sample of SAMPLES) {
    test(sample.name, () => {
      const whole = decode(sample.bytes, sample.linkType).reason;
      const { length } = sample.bytes;
      for (let captured = 0; captured < length; captured++) {
        const { reason } = decodeSafely(sample.bytes, sample.linkType, captured, length);
        // A tunnel over UDP that cannot be told yet is UDP; a TCP header cut behind its ports is TCP.
        const allowed = ['truncated', whole, ...(sample.tshark.includes(':udp:') ? ['udp'] : [])];
        expect(allowed, `${captured} of ${length} bytes`).toContain(reason);
      }
    });
  }
});

describe('a header that is short on the wire is malformed', () => {
  for (const sample of SAMPLES) {
    test(sample.name, () => {
      for (let length = 0; length < sample.bytes.length; length++) {
        const { reason } = decodeSafely(sample.bytes, sample.linkType, length, length);
        expect(reason, `${length} bytes`).not.toBe('truncated');
      }
    });
  }
});
