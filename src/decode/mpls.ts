import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { judgeEthernet, judgeIp, LIKELY, UNLIKELY, UNSURE } from './plausible.ts';
import { decodeRawIp } from './raw-ip.ts';
import { MALFORMED, NOT_FOR_US, NOT_IP, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';
import { enterTunnel, MAX_NESTING, TUNNEL_MPLS } from './tunnel.ts';

// RFC 3032 section 2.1: label (20 bits), traffic class (3), bottom of stack (1), TTL (8)
const LABEL_LENGTH = 4;
const BOTTOM_BYTE = 2;
const BOTTOM = 0x01;
/** RFC 4385 section 3: the first four bits of a control word are 0, those of an associated channel 1. */
const CONTROL_WORD_LENGTH = 4;
const ASSOCIATED_CHANNEL = 1;
/** Four or five are real. */
const MAX_LABELS = 16;

/**
 * Reads a stack of labels and what lies below. Labels do not say what they carry: a version and lengths that fit are IP, a known
 * EtherType behind two addresses is an Ethernet pseudowire, with or without a control word. Explicit null labels are labels like others.
 */
export function decodeMpls(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  let at = offset;
  let left = captured;
  let rest = length;
  for (let labels = 0; ; labels++) {
    if (labels === MAX_LABELS) return TOO_MANY_HEADERS;
    if (left < LABEL_LENGTH) return rest < LABEL_LENGTH ? MALFORMED : TRUNCATED;
    at += LABEL_LENGTH;
    left -= LABEL_LENGTH;
    rest -= LABEL_LENGTH;
    if ((bytes[at - LABEL_LENGTH + BOTTOM_BYTE] & BOTTOM) !== 0) break;
  }
  if (left < 1) return rest < 1 ? MALFORMED : TRUNCATED;
  enterTunnel(packet, TUNNEL_MPLS, view.getUint32(at - LABEL_LENGTH) >>> 12);

  const nibble = bytes[at] >> 4;
  const isIp = nibble === 4 || nibble === 6;
  if (isIp && judgeIp(packet, bytes, at, left, rest) !== UNLIKELY)
    return decodeRawIp(packet, bytes, view, at, left, rest);
  if (nibble === ASSOCIATED_CHANNEL) return NOT_IP;
  const word = CONTROL_WORD_LENGTH;
  const behindWord = nibble === 0 ? judgeEthernet(packet, bytes, at + word, left - word, rest - word) : UNLIKELY;
  if (behindWord === LIKELY) return decodeEthernet(packet, bytes, view, at + word, left - word, rest - word);
  const here = judgeEthernet(packet, bytes, at, left, rest);
  if (here === LIKELY) return decodeEthernet(packet, bytes, view, at, left, rest);
  if (isIp) return decodeRawIp(packet, bytes, view, at, left, rest);
  return left < rest && (here === UNSURE || behindWord === UNSURE) ? TRUNCATED : NOT_IP;
}

/** MPLS over UDP (RFC 7510), where labels and contents look like it. */
export function decodeMplsOverUdp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  let size = 0;
  for (let labels = 0; ; labels++) {
    if (labels === MAX_LABELS || captured - size < LABEL_LENGTH) return NOT_FOR_US;
    size += LABEL_LENGTH;
    if ((bytes[offset + size - LABEL_LENGTH + BOTTOM_BYTE] & BOTTOM) !== 0) break;
  }
  const at = offset + size;
  const left = captured - size;
  const rest = length - size;
  const word = CONTROL_WORD_LENGTH;
  const isPlausible =
    judgeIp(packet, bytes, at, left, rest) === LIKELY ||
    judgeEthernet(packet, bytes, at, left, rest) === LIKELY ||
    (left > 0 && bytes[at] >> 4 === 0 && judgeEthernet(packet, bytes, at + word, left - word, rest - word) === LIKELY);
  if (!isPlausible) return NOT_FOR_US;
  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  return decodeMpls(packet, bytes, view, offset, captured, length);
}
