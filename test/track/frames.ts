/** Frames made by hand for tests: raw IPv4, so that every byte has a meaning. */

export interface TestFrame {
  bytes: Uint8Array;
  /** Bytes on the wire. */
  length: number;
  seconds: number;
  nanoseconds: number;
  linkType: number;
}

export interface Segment {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  flags?: string;
  sequence?: number;
  acknowledgment?: number;
  payload?: number;
  id?: number;
  /** Seconds since the start of the test capture. */
  time?: number;
}

export const START = 1_700_000_000;
const LINKTYPE_RAW = 101;
const LINKTYPE_ETHERNET = 1;
const FLAG_BITS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

function address(text: string): number[] {
  return text.split('.').map(Number);
}

export function frameOf(bytes: Uint8Array, time: number): TestFrame {
  const seconds = START + Math.floor(time);
  const nanoseconds = Math.round((time - Math.floor(time)) * 1e9);
  return { bytes, length: bytes.length, seconds, nanoseconds, linkType: LINKTYPE_RAW };
}

export function ipv4(
  source: string,
  destination: string,
  protocol: number,
  payload: Uint8Array,
  id = 0,
  fragment = 0,
): Uint8Array {
  const bytes = new Uint8Array(20 + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  view.setUint16(2, bytes.length);
  view.setUint16(4, id);
  view.setUint16(6, fragment);
  bytes[8] = 64;
  bytes[9] = protocol;
  bytes.set(address(source), 12);
  bytes.set(address(destination), 16);
  bytes.set(payload, 20);
  return bytes;
}

/** The frame as Ethernet with VLAN tags, outermost first. */
export function inVlan(frame: TestFrame, ...ids: number[]): TestFrame {
  const bytes = new Uint8Array(14 + ids.length * 4 + frame.bytes.length);
  const view = new DataView(bytes.buffer);
  ids.forEach((id, index) => {
    view.setUint16(12 + index * 4, 0x8100);
    view.setUint16(14 + index * 4, id);
  });
  view.setUint16(12 + ids.length * 4, 0x0800);
  bytes.set(frame.bytes, 14 + ids.length * 4);
  return { ...frame, bytes, length: bytes.length, linkType: LINKTYPE_ETHERNET };
}

/** The frame as Ethernet in VXLAN (RFC 7348, section 5) between two tunnel ends, in Ethernet. */
export function inVxlan(frame: TestFrame, vni: number): TestFrame {
  const inner = inVlan(frame).bytes;
  const content = new Uint8Array(8 + inner.length);
  content[0] = 0x08;
  new DataView(content.buffer).setUint32(4, vni << 8);
  content.set(inner, 8);
  const ends = { source: '10.200.0.1', destination: '10.200.0.2', sourcePort: 49_999, destinationPort: 4789 };
  const outer = inVlan(udp(ends, content));
  return { ...frame, bytes: outer.bytes, length: outer.length, linkType: LINKTYPE_ETHERNET };
}

/** @param content the payload; without it `segment.payload` zero bytes */
export function tcp(segment: Segment, content?: Uint8Array): TestFrame {
  const body = new Uint8Array(20 + (content?.length ?? segment.payload ?? 0));
  if (content !== undefined) body.set(content, 20);
  const view = new DataView(body.buffer);
  view.setUint16(0, segment.sourcePort);
  view.setUint16(2, segment.destinationPort);
  view.setUint32(4, segment.sequence ?? 0);
  view.setUint32(8, segment.acknowledgment ?? 0);
  body[12] = 0x50;
  for (const flag of segment.flags ?? 'A') body[13] |= FLAG_BITS[flag];
  return frameOf(ipv4(segment.source, segment.destination, 6, body, segment.id), segment.time ?? 0);
}

/** @param content the payload; without it `segment.payload` zero bytes */
export function udp(segment: Segment, content?: Uint8Array): TestFrame {
  const body = new Uint8Array(8 + (content?.length ?? segment.payload ?? 4));
  if (content !== undefined) body.set(content, 8);
  const view = new DataView(body.buffer);
  view.setUint16(0, segment.sourcePort);
  view.setUint16(2, segment.destinationPort);
  view.setUint16(4, body.length);
  return frameOf(ipv4(segment.source, segment.destination, 17, body, segment.id), segment.time ?? 0);
}

/** A TFTP packet (RFC 1350): opcode, block or error code, then `payload` bytes of content, or those of `content`. */
export function tftp(segment: Segment, opcode: number, block: number, content?: Uint8Array): TestFrame {
  const payload = content?.length ?? segment.payload ?? 0;
  const frame = udp({ ...segment, payload: 4 + payload });
  new DataView(frame.bytes.buffer).setUint32(28, (opcode << 16) | block);
  if (content !== undefined) frame.bytes.set(content, 32);
  return frame;
}

/** An ICMP error about `about`, quoting `quote` bytes of it. */
export function icmpError(
  from: string,
  to: string,
  type: number,
  code: number,
  about: TestFrame,
  time: number,
  quote = 28,
): TestFrame {
  const quoted = about.bytes.subarray(0, quote);
  const body = new Uint8Array(8 + quoted.length);
  body[0] = type;
  body[1] = code;
  body.set(quoted, 8);
  return frameOf(ipv4(from, to, 1, body), time);
}

/** The same frame over IPv6: 10.1.0.1 becomes fd00::a01:1, and an ICMP error one of ICMPv6 (RFC 792, RFC 4443). */
export function overIpv6(frame: TestFrame): TestFrame {
  const bytes = ipv6Of(frame.bytes);
  return { ...frame, bytes, length: bytes.length };
}

const ICMP = 1;
const ICMPV6 = 58;
/** Codes of "destination unreachable" for those of IPv4: host, port, administratively prohibited. */
const UNREACHABLE_CODES = new Map([
  [1, 3],
  [3, 4],
  [13, 1],
]);

function ipv6Of(bytes: Uint8Array): Uint8Array {
  const protocol = bytes[9];
  const payload = protocol === ICMP ? icmpv6Of(bytes.subarray(20)) : bytes.subarray(20);
  const packet = new Uint8Array(40 + payload.length);
  packet[0] = 0x60;
  new DataView(packet.buffer).setUint16(4, payload.length);
  packet[6] = protocol === ICMP ? ICMPV6 : protocol;
  packet[7] = 64;
  for (const [to, from] of [
    [8, 12],
    [24, 16],
  ]) {
    packet[to] = 0xfd;
    packet.set(bytes.subarray(from, from + 4), to + 12);
  }
  packet.set(payload, 40);
  return packet;
}

function icmpv6Of(message: Uint8Array): Uint8Array {
  const quoted = ipv6Of(message.subarray(8));
  const body = new Uint8Array(8 + quoted.length);
  body[0] = 1;
  body[1] = UNREACHABLE_CODES.get(message[1]) ?? 0;
  body.set(quoted, 8);
  return body;
}
