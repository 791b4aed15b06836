import { decodeFrame } from '../../src/decode/frame.ts';
import { Packet } from '../../src/decode/packet.ts';
import { REASONS, type Reason } from '../../src/decode/reason.ts';

export interface Decoded {
  reason: Reason;
  packet: Packet;
  /** Source address, as text. */
  from: string;
}

/** Room around a frame in its buffer. A reading that depends on what lies there reads outside of the frame. */
const MARGIN = 64;

/**
 * Decodes one frame that lies in the middle of a buffer.
 * @param captured bytes at hand, all of them where it is left out
 * @param length bytes on the wire
 * @param filling what the buffer holds around the frame, and in the place of the bytes that were not captured
 */
export function decode(
  bytes: Uint8Array,
  linkType: number,
  captured = bytes.length,
  length = bytes.length,
  filling = 0,
): Decoded {
  const buffer = new Uint8Array(bytes.length + 2 * MARGIN).fill(filling);
  buffer.set(bytes.subarray(0, captured), MARGIN);
  const packet = new Packet();
  const reason = REASONS[decodeFrame(packet, buffer, viewOf(buffer), MARGIN, captured, length, linkType)];
  return { reason, packet, from: sourceOf(packet, buffer) };
}

/** Decodes a frame that ends with its buffer, so that a DataView throws where it is read beyond. */
export function decodeAtEnd(bytes: Uint8Array, linkType: number, captured: number, length: number): Reason {
  const buffer = bytes.slice(0, captured);
  return REASONS[decodeFrame(new Packet(), buffer, viewOf(buffer), 0, captured, length, linkType)];
}

/** What decoding said, whatever lay around the frame: throws where that made a difference or where an offset leaves the frame. */
export function decodeSafely(bytes: Uint8Array, linkType: number, captured: number, length: number): Decoded {
  const decoded = decode(bytes, linkType, captured, length, 0x00);
  for (const filling of [0xff, 0x45, 0x60]) {
    const other = decode(bytes, linkType, captured, length, filling);
    if (other.reason !== decoded.reason || JSON.stringify(other.packet) !== JSON.stringify(decoded.packet)) {
      throw new Error(`bytes outside of the frame were read: ${decoded.reason}, with others ${other.reason}`);
    }
  }
  if (decodeAtEnd(bytes, linkType, captured, length) !== decoded.reason)
    throw new Error('the end of the buffer matters');
  const { packet, reason } = decoded;
  const end = MARGIN + captured;
  const isInside = (offset: number, size: number): boolean => offset >= MARGIN && size >= 0 && offset + size <= end;
  if (packet.family === 6 && !(isInside(packet.sourceOffset, 16) && isInside(packet.destinationOffset, 16))) {
    throw new Error('addresses outside of the frame');
  }
  if ((reason === 'tcp' || reason === 'udp') && packet.payloadCaptured > 0) {
    if (!isInside(packet.payloadOffset, packet.payloadCaptured)) throw new Error('payload outside of the frame');
  }
  if ((reason === 'tcp' || reason === 'udp') && packet.payloadCaptured > packet.payloadLength) {
    throw new Error('more payload captured than there is');
  }
  if (reason === 'icmp-error' && !isInside(packet.quoteOffset, packet.quoteCaptured)) {
    throw new Error('quote outside of the frame');
  }
  return decoded;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sourceOf(packet: Packet, buffer: Uint8Array): string {
  if (packet.family === 4) {
    const address = packet.source;
    return [address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff].join('.');
  }
  if (packet.family !== 6) return '';
  const text = Buffer.from(buffer.subarray(packet.sourceOffset, packet.sourceOffset + 16)).toString('hex');
  return text === '20010db8000000000000000000000001' ? '2001:db8::1' : text;
}
