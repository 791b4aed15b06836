import type { Packet } from '../decode/packet.ts';

// RFC 1350 section 5, RFC 2347
export const TFTP_READ = 1;
export const TFTP_WRITE = 2;
export const TFTP_DATA = 3;
export const TFTP_ACK = 4;
export const TFTP_ERROR = 5;
export const TFTP_OACK = 6;
export const TFTP_HEADER_LENGTH = 4;

/** RFC 1350 defines the error codes 0-7, RFC 2347 adds 8. */
const LAST_ERROR_CODE = 8;

/**
 * The TFTP opcode of a datagram between any two ports, 0 where it cannot be one: TFTP servers answer from a port of their own, and a
 * client picks any, so that the ports tell nothing. What passes may still be another protocol; only its request makes it TFTP.
 */
export function tftpOpcode(packet: Packet, bytes: Uint8Array): number {
  if (packet.payloadCaptured < TFTP_HEADER_LENGTH) return 0;
  const at = packet.payloadOffset;
  if (bytes[at] !== 0) return 0;
  const opcode = bytes[at + 1];
  switch (opcode) {
    case TFTP_DATA:
      return opcode;
    case TFTP_ACK:
      return packet.payloadLength === TFTP_HEADER_LENGTH ? opcode : 0;
    case TFTP_ERROR:
      return bytes[at + 2] === 0 && bytes[at + 3] <= LAST_ERROR_CODE ? opcode : 0;
    case TFTP_OACK:
      return isLetter(bytes[at + 2]) ? opcode : 0;
    default:
      return 0;
  }
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
