/**
 * DNS messages: RFC 1035, AAAA RFC 3596, SRV RFC 2782; LLMNR (RFC 4795) and mDNS (RFC 6762) have the same form, NetBIOS names (RFC 1002
 * section 4.2) too but for what a name and an address look like. Read in place and into buffers that are used again: the packet loop
 * reads them as they come.
 */

export const DNS_TYPE_A = 1;
export const DNS_TYPE_CNAME = 5;
export const DNS_TYPE_PTR = 12;
export const DNS_TYPE_AAAA = 28;
export const DNS_TYPE_NB = 32;
export const DNS_TYPE_SRV = 33;
export const DNS_TYPE_HTTPS = 65;

export const RCODE_OK = 0;
export const RCODE_SERVFAIL = 2;
export const RCODE_NXDOMAIN = 3;
export const RCODE_REFUSED = 5;

const HEADER_LENGTH = 12;
const CLASS_INTERNET = 1;
/** mDNS uses the highest bit of the class for other things (RFC 6762 sections 5.4 and 10.2). */
const CLASS_MASK = 0x7fff;
/** RFC 1035 section 2.3.4: octets of a name as sent; the text is shorter. */
export const MAX_NAME = 255;
/** Without the length of the first label and the root. */
const MAX_TEXT = MAX_NAME - 2;
const MAX_LABEL = 63;
/** Each jump goes back, so that there is no loop; no name needs more of them than it has labels. */
const MAX_JUMPS = 127;
/** Records read of one message: more than a resolver sends to a client. */
const MAX_RECORDS = 64;
/** Stands for a dot inside of a label, which would make one name look like another. */
const DOT_IN_LABEL = 1;

/** A name as text in lower case, without the last dot. */
export class DnsName {
  readonly bytes = new Uint8Array(MAX_NAME + 1);
  length = 0;
  /** NetBIOS: the sixteenth character, which tells the kind of name (RFC 1001 section 14.1); -1 for other names. */
  suffix = -1;
}

/** One message at a time. The fields hold until the next `read`. */
export class DnsReader {
  id = 0;
  isResponse = false;
  /** The server had more to say over TCP (RFC 1035 section 4.1.1, TC). */
  isTruncated = false;
  opcode = 0;
  rcode = 0;
  /** The first question: 0 questions leave `questionType` 0. */
  questionType = 0;
  readonly question = new DnsName();

  /** Of the record that `next` found: its owner, type, and where its data lie. */
  readonly owner = new DnsName();
  type = 0;
  dataOffset = 0;
  dataLength = 0;
  /** True for a record of the answer section. */
  isAnswer = false;
  /** False once a record was broken or cut: what came before it counts. */
  isWhole = true;

  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #at = 0;
  #records = 0;
  #answers = 0;
  #isNetbios = false;

  /**
   * Reads header and question of the message in `bytes[offset, offset + length)`.
   * @param isNetbios true for the NetBIOS name service
   * @returns false where this is no such message
   */
  read(bytes: Uint8Array, offset: number, length: number, isNetbios = false): boolean {
    if (length < HEADER_LENGTH) return false;
    this.#bytes = bytes;
    this.#start = offset;
    this.#end = offset + length;
    this.#isNetbios = isNetbios;
    const flags = uint16(bytes, offset + 2);
    this.id = uint16(bytes, offset);
    this.isResponse = flags >>> 15 === 1;
    this.opcode = (flags >>> 11) & 0xf;
    this.isTruncated = (flags & 0x200) !== 0;
    this.rcode = flags & 0xf;
    const questions = uint16(bytes, offset + 4);
    this.#answers = uint16(bytes, offset + 6);
    this.#records = this.#answers + uint16(bytes, offset + 8) + uint16(bytes, offset + 10);
    this.#at = offset + HEADER_LENGTH;
    this.questionType = 0;
    this.question.length = 0;
    this.isWhole = true;
    for (let i = 0; i < questions; i++) {
      const name = i === 0 ? this.question : this.owner;
      if (i === MAX_RECORDS || !this.#readName(name) || this.#at + 4 > this.#end) return false;
      if ((uint16(bytes, this.#at + 2) & CLASS_MASK) !== CLASS_INTERNET) return false;
      if (i === 0) this.questionType = uint16(bytes, this.#at);
      this.#at += 4;
    }
    this.#records = Math.min(this.#records, MAX_RECORDS);
    return true;
  }

  /** Goes to the next record of any section. @returns false where there is none, or it is broken (then `isWhole` is false) */
  next(): boolean {
    if (this.#records === 0 || !this.isWhole) return false;
    this.#records--;
    this.isAnswer = this.#answers-- > 0;
    const bytes = this.#bytes;
    if (!this.#readName(this.owner) || this.#at + 10 > this.#end) return this.#broken();
    this.type = uint16(bytes, this.#at);
    this.dataLength = uint16(bytes, this.#at + 8);
    this.dataOffset = this.#at + 10;
    this.#at = this.dataOffset + this.dataLength;
    if (this.#at > this.#end) return this.#broken();
    return true;
  }

  /** Reads a name within the data of the current record, at `offset` of the buffer: the target of a CNAME, SRV or PTR. */
  readTarget(offset: number, name: DnsName): boolean {
    const after = this.#at;
    this.#at = offset;
    const found = this.#readName(name) && this.#at <= this.dataOffset + this.dataLength;
    this.#at = after;
    return found;
  }

  #broken(): boolean {
    this.isWhole = false;
    return false;
  }

  /** Reads the name at #at and moves behind it. */
  #readName(name: DnsName): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    let after = -1;
    let lowest = at;
    let length = 0;
    name.length = 0;
    name.suffix = -1;
    for (let jumps = 0; ; ) {
      if (at >= end) return false;
      const size = bytes[at];
      if (size >= 0xc0) {
        if (at + 2 > end || ++jumps > MAX_JUMPS) return false;
        const target = this.#start + (((size & 0x3f) << 8) | bytes[at + 1]);
        if (after < 0) after = at + 2;
        // RFC 1035 section 4.1.4: a prior occurrence, so always before what was read so far.
        if (target >= lowest || target < this.#start + HEADER_LENGTH) return false;
        at = lowest = target;
        continue;
      }
      if (size === 0) break;
      if (size > MAX_LABEL || at + 1 + size > end || length + size + 1 > MAX_TEXT) return false;
      if (length > 0) name.bytes[length++] = 0x2e;
      if (this.#isNetbios && size === 32 && length === 0) {
        length = readNetbiosLabel(bytes, at + 1, name.bytes);
        name.suffix = netbiosByte(bytes, at + 31);
      } else for (let i = 1; i <= size; i++) name.bytes[length++] = lowerCase(bytes[at + i]);
      at += 1 + size;
    }
    this.#at = after < 0 ? at + 1 : after;
    name.length = length;
    return true;
  }
}

function lowerCase(byte: number): number {
  if (byte === 0x2e) return DOT_IN_LABEL;
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** RFC 1001 section 14.1: each byte as two letters; 15 characters padded with blanks, and a suffix that tells the service. */
function readNetbiosLabel(bytes: Uint8Array, offset: number, name: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 15; i++) {
    const byte = netbiosByte(bytes, offset + i * 2);
    name[i] = lowerCase(byte);
    if (byte !== 0x20 && byte !== 0) length = i + 1;
  }
  return length;
}

function netbiosByte(bytes: Uint8Array, at: number): number {
  return (((bytes[at] - 0x41) & 0xf) << 4) | ((bytes[at + 1] - 0x41) & 0xf);
}

function uint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] << 8) | bytes[offset + 1];
}
