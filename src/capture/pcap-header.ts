/**
 * The 24 bytes at the start of a classic pcap file.
 * Layout: draft-ietf-opsawg-pcap section 4; all fields in the byte order of the writer, told by the magic number.
 */

/** Byte offsets within the file header. */
const MAGIC = 0;
const VERSION_MAJOR = 4;
const VERSION_MINOR = 6;
const SNAP_LENGTH = 16;
const LINK_TYPE = 20;
export const PCAP_HEADER_LENGTH = 24;

/** Time stamps in microseconds (draft section 4). */
export const MAGIC_MICROSECONDS = 0xa1b2c3d4;
/** Time stamps in nanoseconds (draft section 4). */
export const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Alexey Kuznetzov's patched libpcap: microseconds, record headers longer by interface index, protocol and packet type. */
export const MAGIC_MODIFIED = 0xa1b2cd34;

/** Record header of the standard format (draft section 5). */
export const RECORD_HEADER = 16;
/** Record header of the format of 1999-04-17 behind {@link MAGIC_MODIFIED}. */
const RECORD_HEADER_MODIFIED = 24;

/** Link type field: the low 16 bits are the LINKTYPE_ value; bit 26 says that the top 4 bits hold the FCS length in units of 16 bits. */
const LINK_TYPE_MASK = 0xffff;
const FCS_PRESENT = 0x0400_0000;
const FCS_SHIFT = 28;

/** Version 2.0 to 2.2 wrote the original length before the captured one, 2.3 did either, 2.4 is fixed (libpcap sf-pcap.c). */
export type LengthOrder = 'captured-first' | 'original-first' | 'smaller-is-captured';

/** A pcap file header, plain data so that it can be sent to a worker. */
export interface PcapHeader {
  littleEndian: boolean;
  nanoseconds: boolean;
  lengthOrder: LengthOrder;
  /** Bytes of a record header: 16, or 20, 24 or 28 in old patched variants. */
  recordHeaderLength: number;
  /** 0 where the writer set none. */
  snapLength: number;
  linkType: number;
  /** Bytes of frame check sequence at the end of each frame; 0 where the header does not say. */
  fcsLength: number;
}

/** Why 24 bytes are no pcap header. */
export interface PcapHeaderError {
  error: 'cut-short' | 'other-magic' | 'version';
  /** Bytes at hand for `cut-short`, the magic number read big-endian for `other-magic`, the major version for `version`. */
  found: number;
}

/** Reads the file header from the first bytes of a file. */
export function parsePcapHeader(bytes: Uint8Array): PcapHeader | PcapHeaderError {
  if (bytes.length < PCAP_HEADER_LENGTH) return { error: 'cut-short', found: bytes.length };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = isPcapMagic(view.getUint32(MAGIC, true));
  const magic = view.getUint32(MAGIC, littleEndian);
  if (!isPcapMagic(magic)) return { error: 'other-magic', found: magic };
  const major = view.getUint16(VERSION_MAJOR, littleEndian);
  const minor = view.getUint16(VERSION_MINOR, littleEndian);
  // 543.0 is what tcpdump of DG/UX wrote; its lengths are in the old order (libpcap sf-pcap.c).
  if (major !== 2 && !(major === 543 && minor === 0)) return { error: 'version', found: major };
  const link = view.getUint32(LINK_TYPE, littleEndian);
  return {
    littleEndian,
    nanoseconds: magic === MAGIC_NANOSECONDS,
    lengthOrder: minor < 3 ? 'original-first' : minor === 3 ? 'smaller-is-captured' : 'captured-first',
    recordHeaderLength: magic === MAGIC_MODIFIED ? RECORD_HEADER_MODIFIED : RECORD_HEADER,
    snapLength: view.getUint32(SNAP_LENGTH, littleEndian),
    linkType: link & LINK_TYPE_MASK,
    fcsLength: (link & FCS_PRESENT) === 0 ? 0 : (link >>> FCS_SHIFT) * 2,
  };
}

function isPcapMagic(value: number): boolean {
  return value === MAGIC_MICROSECONDS || value === MAGIC_NANOSECONDS || value === MAGIC_MODIFIED;
}
