import { describe, expect, test } from 'vitest';
import { ethernet, hex, INNER, INNER6, ipv6, join, outer, udp } from './samples.ts';
import { decode } from './support.ts';

const RAW = 101;

describe('a datagram on the port of a tunnel is UDP unless its bytes are of the tunnel', () => {
  const ordinary: [string, Uint8Array][] = [
    ['VXLAN, no network id', udp(4789, join(hex('00000000 00007b00'), ethernet(0x0800, INNER)))],
    ['VXLAN, reserved bits', udp(4789, join(hex('08000100 00007b00'), ethernet(0x0800, INNER)))],
    ['VXLAN, inner version wrong', udp(4789, join(hex('08000000 00007b00'), ethernet(0x0800, INNER6)))],
    [
      'VXLAN, inner packet too long',
      udp(4789, join(hex('08000000 00007b00'), ethernet(0x0800, INNER.subarray(0, 39)))),
    ],
    ['VXLAN, nothing inside', udp(4789, hex('08000000 00007b00'))],
    ['Geneve, version 1', udp(6081, join(hex('4000 0800 00007b00'), INNER))],
    ['Geneve, control', udp(6081, join(hex('0080 0800 00007b00'), INNER))],
    ['Geneve, options beyond the end', udp(6081, join(hex('3f00 0800 00007b00'), INNER))],
    ['GTP-U, GTP prime', udp(2152, join(hex('20ff 0028 00000042'), INNER))],
    ['GTP-U, length beyond the end', udp(2152, join(hex('30ff 0029 00000042'), INNER))],
    ['GTP-U, empty extension header', udp(2152, join(hex('34ff 0030 00000042 0000 00 85 00 0000 00'), INNER))],
    ['GTP-U, no packet inside', udp(2152, hex('30ff 0004 00000042 01020304'))],
    ['L2TP, reserved bits', udp(1701, join(hex('1002 0001 0002 ff03 0021'), INNER))],
    ['L2TP, echo of LCP', udp(1701, hex('0002 0001 0002 ff03 c021 0901 0008 12345678'))],
    ['Teredo, not IPv6', udp(3544, INNER)],
    ['Teredo, longer than the datagram', udp(3544, INNER6.subarray(0, 59))],
    ['GRE over UDP, version 1', udp(4754, join(hex('0001 0800'), INNER))],
    ['GRE over UDP, unknown protocol', udp(4754, join(hex('0000 1234'), INNER))],
    ['MPLS over UDP, no packet below', udp(6635, hex('00064140 80010203 04050607'))],
    ['MPLS over UDP, no bottom', udp(6635, new Uint8Array(80))],
    ['text', udp(4789, new TextEncoder().encode('HTTP/1.1 200 OK\r\n'))],
    ['a DNS answer', udp(2152, hex('3012 8180 0001 0001 0000 0000 03777777 00 0001 0001'), 53)],
  ];
  for (const [name, bytes] of ordinary) {
    test(name, () => {
      const { reason, packet, from } = decode(bytes, RAW);
      expect(reason).toBe('udp');
      expect(from).toBe('192.0.2.1');
      expect([packet.tunnel, packet.context, packet.outerFamily]).toEqual([0, 0, 0]);
      expect(packet.payloadLength).toBe(bytes.length - 28);
    });
  }
});

describe('what stands around the innermost packet', () => {
  test('the carrier of the outermost tunnel over IP', () => {
    const { packet } = decode(udp(4789, join(hex('08000000 00007b00'), ethernet(0x0800, outer(4, INNER)))), RAW);
    expect([packet.tunnel, packet.tunnelId]).toEqual([6, 123]);
    expect([packet.outerFamily, packet.outerProtocol, packet.outerIdentification]).toEqual([4, 17, 0x1234]);
    expect(packet.outerSource >>> 0).toBe(0xc0000201);
    expect(packet.outerDestination >>> 0).toBe(0xc0000202);
  });

  test('a first fragment of a carrier shows the packet inside, though it is cut', () => {
    const frame = ethernet(0x0800, INNER);
    const payload = join(hex('c350 12b5 0060 0000'), hex('08000000 00007b00'), frame);
    frame[17] = 80;
    payload.set(frame, 16);
    const { reason, packet, from } = decode(outer(17, payload, 0x2000), RAW);
    expect([reason, from]).toEqual(['tcp', '10.0.0.1']);
    expect([packet.moreFragments, packet.outerMoreFragments]).toEqual([0, 1]);
  });

  test('a later fragment of a carrier is a fragment', () => {
    expect(decode(outer(47, join(hex('0000 0800'), INNER), 0x0010), RAW).reason).toBe('fragment');
  });

  test('an ICMP error inside of a tunnel quotes from the inside', () => {
    const error = join(hex('03 0d 0000 00000000'), INNER.subarray(0, 28));
    const icmp = join(hex('4500 0038 0000 0000 40 01 0000 0a000003 0a000001'), error);
    const { reason, packet, from } = decode(outer(4, icmp), RAW);
    expect([reason, from, packet.icmpType, packet.icmpCode]).toEqual(['icmp-error', '10.0.0.3', 3, 13]);
    expect(packet.quoteCaptured).toBe(28);
  });

  test('the group is that of the inner frame', () => {
    const broadcast = ethernet(0x0800, udp(67, new Uint8Array(8), 68));
    broadcast.fill(0xff, 0, 6);
    const tunnel = udp(4789, join(hex('08000000 00007b00'), broadcast));
    expect(decode(ethernet(0x0800, tunnel), 1).packet.toGroup).toBe(1);
    const flooded = ethernet(0x0800, outer(4, INNER));
    flooded[0] = 1;
    expect(decode(flooded, 1).packet.toGroup).toBe(0);
  });
});

describe('contexts', () => {
  const tagged = (...ids: number[]): number => {
    const tags = ids.flatMap((id) => [id >> 8, id & 0xff, 0x81, 0x00]);
    const bytes = join(ethernet(0x8100, Uint8Array.from(tags)), INNER);
    bytes.set([0x08, 0x00], 14 + tags.length - 2);
    return decode(bytes, 1).packet.context;
  };

  test('differ by VLAN, by each tag of a stack and by their order', () => {
    const contexts = [tagged(1), tagged(2), tagged(1, 2), tagged(2, 1), tagged(1, 2, 3)];
    expect(new Set(contexts).size).toBe(contexts.length);
    expect(contexts).not.toContain(0);
    expect(tagged(1)).toBe(tagged(1));
    expect(tagged(0)).toBe(0);
    expect(tagged(0, 7)).toBe(tagged(7));
  });

  test('all VLANs and networks are apart', () => {
    const contexts = new Set<number>();
    for (let id = 1; id < 4095; id++) contexts.add(tagged(id));
    expect(contexts.size).toBe(4094);
  });
});

describe('lengths of 0', () => {
  test('IPv6 by the jumbo payload option', () => {
    const size = 70_000;
    const bytes = join(
      hex('60000000 0000 00 40'),
      ipv6(6, new Uint8Array(0)).subarray(8),
      hex('06 00 c2 04 00011178'),
      hex('d431 0050 00000001 00000000 5010 2000 0000 0000'),
      new Uint8Array(size),
    );
    const { reason, packet } = decode(bytes, RAW);
    expect(reason).toBe('tcp');
    // 70,008 bytes behind the IPv6 header: 8 of the option's header, 20 of TCP.
    expect(packet.payloadLength).toBe(70_008 - 28);
  });

  test('IPv6 and IPv4 without it reach to the end of the frame', () => {
    const six = INNER6.slice();
    six.fill(0, 4, 6);
    expect(decode(join(six, new Uint8Array(100)), RAW).packet.payloadLength).toBe(100);
    const four = INNER.slice();
    four.fill(0, 2, 4);
    expect(decode(join(four, new Uint8Array(100)), RAW).packet.payloadLength).toBe(100);
  });
});
