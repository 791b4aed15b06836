/** TFTP: RFC 1350, options RFC 2347 (blksize 2348, timeout and tsize 2349, windowsize 7440). */
import { TFTP_ACK, TFTP_DATA, TFTP_ERROR, TFTP_OACK, TFTP_READ, TFTP_WRITE } from '../track/tftp-packets.ts';
import { textOf, uint16 } from './bytes-text.ts';
import { NOT_FOR_US, type Reading, type Span } from './reading.ts';

const OPCODE = 0;
const BLOCK = 2;
const ERROR_CODE = 2;
const ERROR_TEXT = 4;
const STRINGS = 2;
const SHORTEST = 4;

/** Options read of one packet; real ones have up to five. */
const MAX_OPTIONS = 16;

/** Options by their name in lower case (RFC 2347: names are case-insensitive), in the order of the packet; the first of a name counts. */
export type TftpOptions = Record<string, string>;

export type TftpMessage =
  | { kind: 'read' | 'write'; file: string; mode: string; options: TftpOptions }
  | { kind: 'data' | 'ack'; block: number }
  | { kind: 'error'; code: number; text: string }
  | { kind: 'oack'; options: TftpOptions };

/** RFC 1350, and RFC 2347 for 8. */
export const TFTP_ERRORS: readonly string[] = [
  'not defined',
  'file not found',
  'access violation',
  'disk full or allocation exceeded',
  'illegal TFTP operation',
  'unknown transfer ID',
  'file already exists',
  'no such user',
  'option negotiation refused',
];

/** Reads a TFTP packet. What may be long (names, options, texts) is as long as what is at hand, and no longer. */
export function readTftp({ bytes, offset, length }: Span): Reading<TftpMessage> {
  if (length < SHORTEST) return NOT_FOR_US;
  const packet = bytes.subarray(offset, offset + length);
  switch (uint16(packet, OPCODE)) {
    case TFTP_READ:
      return readRequest(packet, 'read');
    case TFTP_WRITE:
      return readRequest(packet, 'write');
    case TFTP_DATA:
      return { answer: 'certain', message: { kind: 'data', block: uint16(packet, BLOCK) } };
    case TFTP_ACK:
      return { answer: 'certain', message: { kind: 'ack', block: uint16(packet, BLOCK) } };
    case TFTP_ERROR: {
      const text = packet.subarray(ERROR_TEXT);
      const message: TftpMessage = { kind: 'error', code: uint16(packet, ERROR_CODE), text: textOf(text) };
      return { answer: text.includes(0) ? 'certain' : 'unsure', message };
    }
    case TFTP_OACK: {
      const { options, whole } = readOptions(packet, STRINGS);
      return { answer: whole ? 'certain' : 'unsure', message: { kind: 'oack', options } };
    }
    default:
      return NOT_FOR_US;
  }
}

/** A request is file and mode, each ended by a zero byte; without both it is none. */
function readRequest(packet: Uint8Array, kind: 'read' | 'write'): Reading<TftpMessage> {
  const fileEnd = packet.indexOf(0, STRINGS);
  if (fileEnd < 0) {
    const file = textOf(packet.subarray(STRINGS));
    return { answer: 'unsure', message: { kind, file, mode: '', options: {} } };
  }
  const modeEnd = packet.indexOf(0, fileEnd + 1);
  const file = textOf(packet.subarray(STRINGS, fileEnd));
  const mode = textOf(packet.subarray(fileEnd + 1, modeEnd < 0 ? packet.length : modeEnd)).toLowerCase();
  if (modeEnd < 0) return { answer: 'unsure', message: { kind, file, mode, options: {} } };
  const { options, whole } = readOptions(packet, modeEnd + 1);
  return { answer: whole && file !== '' && mode !== '' ? 'certain' : 'unsure', message: { kind, file, mode, options } };
}

/** Pairs of name and value, each ended by a zero byte. `whole` is false where the last one has no end, or a pair no value. */
function readOptions(packet: Uint8Array, from: number): { options: TftpOptions; whole: boolean } {
  const options: TftpOptions = Object.create(null) as TftpOptions;
  let at = from;
  for (let count = 0; at < packet.length; count++) {
    const nameEnd = packet.indexOf(0, at);
    const valueEnd = nameEnd < 0 ? -1 : packet.indexOf(0, nameEnd + 1);
    if (valueEnd < 0 || count === MAX_OPTIONS) {
      // Some clients pad their requests with zero bytes.
      return { options: { ...options }, whole: nameEnd === at };
    }
    const name = textOf(packet.subarray(at, nameEnd)).toLowerCase();
    if (name !== '' && !(name in options)) options[name] = textOf(packet.subarray(nameEnd + 1, valueEnd));
    at = valueEnd + 1;
  }
  return { options: { ...options }, whole: true };
}

/** A whole number an option gives, or null. */
export function numberOption(options: TftpOptions, name: string): number | null {
  const text = Object.hasOwn(options, name) ? options[name] : '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
