/** Tells what a file is by its first bytes, never by its name. */

import { type Compression, compressionOf } from './compression.ts';
import { MAGIC_MICROSECONDS, MAGIC_MODIFIED, MAGIC_NANOSECONDS } from './pcap-header.ts';
import { SECTION_HEADER } from './pcapng-blocks.ts';

/** Bytes that suffice for every kind. */
export const DETECT_BYTES = 512;

/** What a file looks like. */
export type Detection =
  | { kind: 'pcap' }
  | { kind: 'pcapng' }
  | { kind: 'etl' }
  | { kind: 'compressed'; compression: Compression }
  | { kind: 'netmon' }
  | { kind: 'snoop' }
  | { kind: 'empty' }
  /** Known, but not read here: `looksLike` and `remedy` fit into "X is <looksLike>; <remedy>."; `{in}` in the remedy stands for the file. */
  | { kind: 'other'; id: string; looksLike: string; remedy: string }
  /** `firstBytes` in hexadecimal. */
  | { kind: 'unknown'; firstBytes: string };

interface Signature {
  id: string;
  /** Characters are bytes (Latin-1). */
  magic: string;
  /** Where the magic stands; 0 where it is left out, `anywhere` in the first bytes. */
  at?: number | 'anywhere';
  looksLike: string;
  remedy: string;
}

/** In remedies, `{in}` stands for the path of the file. */
const EDITCAP = 'convert it with "editcap -F pcapng {in} out.pcapng" (part of Wireshark)';
const NO_CAPTURE = 'name the capture itself';
const ARCHIVE = 'unpack it and name the captures in it';

/** Magic numbers: the open functions of Wireshark's wiretap, where no document has them. */
const SIGNATURES: readonly Signature[] = [
  { id: 'sniffer', magic: 'TRSNIFF data    \x1a', looksLike: 'a Sniffer capture', remedy: EDITCAP },
  { id: 'netxray', magic: 'XCP\0', looksLike: 'a Windows Sniffer or NetXray capture', remedy: EDITCAP },
  { id: 'netxray', magic: 'VL\0\0', looksLike: 'a NetXray capture', remedy: EDITCAP },
  { id: 'omnipeek', magic: '\x7fver', looksLike: 'an OmniPeek capture', remedy: EDITCAP },
  { id: 'capsa', magic: 'cpse', looksLike: 'a Colasoft Capsa capture', remedy: EDITCAP },
  { id: 'observer', magic: 'ObserverPktBufferVersion=', looksLike: 'an Observer capture', remedy: EDITCAP },
  { id: '5views', magic: '\xaa\xaa\xaa\xaa', looksLike: 'a 5View capture', remedy: EDITCAP },
  {
    id: 'lanalyzer',
    // Behind the type of the first record, its length, and a version.
    magic: 'Trace Display',
    at: 6,
    looksLike: 'a LANalyzer capture',
    remedy: EDITCAP,
  },
  { id: 'visual', magic: '\x05VNF', looksLike: 'a Visual Networks capture', remedy: EDITCAP },
  { id: 'radcom', magic: '\x42\xd2\x00\x34\x12\x66\x22\x88', looksLike: 'a RADCOM capture', remedy: EDITCAP },
  { id: 'netscaler', magic: 'NetScaler ', at: 'anywhere', looksLike: 'a NetScaler trace', remedy: EDITCAP },
  { id: 'iptrace', magic: 'iptrace ', looksLike: 'an AIX iptrace capture', remedy: EDITCAP },
  { id: 'nettl', magic: 'TR\0d\0', looksLike: 'an HP-UX nettl trace', remedy: EDITCAP },
  { id: 'k12', magic: '\0\0\x02\0\x12\x05\0\x10', looksLike: 'a Tektronix K12 capture', remedy: EDITCAP },
  { id: 'k12', magic: '+---------+-----', looksLike: 'a Tektronix K12 capture as text', remedy: EDITCAP },
  { id: 'dct2000', magic: 'Session Transcript', looksLike: 'a Catapult DCT2000 trace', remedy: EDITCAP },
  { id: 'ixia', magic: '\x1c\0\x01\xac', looksLike: 'an IxVeriWave capture', remedy: EDITCAP },
  { id: 'ixia', magic: '\x1c\0\x01\xab', looksLike: 'an IxVeriWave capture', remedy: EDITCAP },
  {
    id: 'btsnoop',
    magic: 'btsnoop\0',
    looksLike: 'a Bluetooth snoop capture',
    remedy:
      'capture the IP network itself; where it is IP over Bluetooth, "editcap -F pcapng {in} out.pcapng" converts it',
  },
  {
    id: 'eyesdn',
    magic: 'EyeSDN',
    looksLike: 'an EyeSDN capture of an ISDN line',
    remedy: 'capture the IP network itself; where it is IP over ISDN, "editcap -F pcapng {in} out.pcapng" converts it',
  },
  {
    id: 'lz4',
    magic: '\x04\x22\x4d\x18',
    looksLike: 'compressed with lz4',
    remedy: 'unpack it with "lz4 -d {in} out"',
  },
  { id: 'xz', magic: '\xfd7zXZ\0', looksLike: 'compressed with xz', remedy: 'unpack it with "xz -dk {in}"' },
  { id: 'bzip2', magic: 'BZh', looksLike: 'compressed with bzip2', remedy: 'unpack it with "bzip2 -dk {in}"' },
  {
    id: 'compress',
    magic: '\x1f\x9d',
    looksLike: 'compressed with compress',
    remedy: 'unpack it with "gzip -dk {in}"',
  },
  { id: 'lzip', magic: 'LZIP', looksLike: 'compressed with lzip', remedy: 'unpack it with "lzip -dk {in}"' },
  { id: 'zip', magic: 'PK\x03\x04', looksLike: 'a zip archive', remedy: ARCHIVE },
  { id: '7z', magic: '7z\xbc\xaf\x27\x1c', looksLike: 'a 7-Zip archive', remedy: ARCHIVE },
  { id: 'tar', magic: 'ustar', at: 257, looksLike: 'a tar archive', remedy: ARCHIVE },
  {
    id: 'cab',
    magic: 'MSCF',
    looksLike: 'a cabinet archive, as "netsh trace" makes',
    remedy: 'name the .etl beside it',
  },
  { id: 'evtx', magic: 'ElfFile\0', looksLike: 'a Windows event log', remedy: NO_CAPTURE },
  { id: 'pdf', magic: '%PDF', looksLike: 'a PDF document', remedy: NO_CAPTURE },
  { id: 'program', magic: '\x7fELF', looksLike: 'a program', remedy: NO_CAPTURE },
  { id: 'program', magic: 'MZ', looksLike: 'a Windows program', remedy: NO_CAPTURE },
];

const HTML = {
  id: 'html',
  looksLike: 'a web page',
  remedy: 'download the capture itself; a sign-in page may have been saved in its place',
};
const XML = {
  id: 'xml',
  looksLike: 'XML, such as an export of packet details',
  remedy: 'save the capture itself as pcapng',
};
const FIREWALL_LOG = { id: 'firewall-log', looksLike: 'a log of the Windows firewall', remedy: NO_CAPTURE };
const HEX_DUMP = {
  id: 'hex-dump',
  looksLike: 'a hex dump of packets',
  remedy: 'convert it with "text2pcap {in} out.pcapng" (part of Wireshark), or better save the packets themselves',
};
const JSON_TEXT = {
  id: 'json',
  looksLike: 'JSON, such as an export of packet details',
  remedy: 'save the capture itself as pcapng',
};
const TEXT = {
  id: 'text',
  looksLike: 'text',
  remedy:
    'save the packets themselves, as with "tcpdump -w out.pcap", "tshark -w out.pcapng" or "pktmon etl2pcap in.etl --out out.pcapng"',
};

/** Event trace: a buffer header of 72 bytes, then the trace header event, whose fourth byte is 0xc0 and third 1 (32 bit) or 2 (64 bit). */
const ETL_EVENT = 72;
const ETL_HEADER_TYPE = ETL_EVENT + 2;
const ETL_HEADER_FLAGS = ETL_EVENT + 3;

/** @param bytes the first bytes of the file, {@link DETECT_BYTES} of them where there are as many */
export function detectKind(bytes: Uint8Array): Detection {
  if (bytes.length === 0) return { kind: 'empty' };
  if (bytes.length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const magic = view.getUint32(0, false);
    if (magic === SECTION_HEADER) return { kind: 'pcapng' };
    if (isPcap(magic) || isPcap(view.getUint32(0, true))) return { kind: 'pcap' };
  }
  const compression = compressionOf(bytes);
  if (compression !== null) return { kind: 'compressed', compression };
  const start = latin1(bytes.subarray(0, DETECT_BYTES));
  if (start.startsWith('GMBU') || start.startsWith('RTSS')) return { kind: 'netmon' };
  if (start.startsWith('snoop\0\0\0')) return { kind: 'snoop' };
  const known = SIGNATURES.find((signature) => bears(start, signature));
  if (known !== undefined) return { kind: 'other', id: known.id, looksLike: known.looksLike, remedy: known.remedy };
  if ((bytes[ETL_HEADER_TYPE] === 1 || bytes[ETL_HEADER_TYPE] === 2) && bytes[ETL_HEADER_FLAGS] === 0xc0)
    return { kind: 'etl' };
  return detectText(start) ?? { kind: 'unknown', firstBytes: hexadecimal(bytes.subarray(0, 4)) };
}

function isPcap(magic: number): boolean {
  return magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS || magic === MAGIC_MODIFIED;
}

function bears(start: string, { magic, at = 0 }: Signature): boolean {
  return at === 'anywhere' ? start.includes(magic) : start.startsWith(magic, at);
}

function detectText(start: string): Detection | null {
  // UTF-16 with a byte order mark, as PowerShell writes it, or 8-bit text without control characters.
  const wide = start.startsWith('\xff\xfe') || start.startsWith('\xfe\xff');
  const plain = wide ? start.slice(2).replaceAll('\0', '') : start.replace(/^\xef\xbb\xbf/, '');
  // Control characters tell bytes from text, but for those that lay text out.
  if (/(?![\t\n\v\f\r\u007f-\u009f])\p{Cc}/u.test(plain)) return null;
  if (/^\s*<(!doctype html|html)/i.test(plain)) return { kind: 'other', ...HTML };
  if (/^\s*<\?xml/i.test(plain)) return { kind: 'other', ...XML };
  if (/^#Version: .*\r?\n#Software: Microsoft Windows Firewall/i.test(plain)) return { kind: 'other', ...FIREWALL_LOG };
  // Offset and bytes, as text2pcap reads them.
  if (/^0{4,8}[ :]\s*(?:[\da-f]{2}[ \t]){8}/im.test(plain)) return { kind: 'other', ...HEX_DUMP };
  if (/^\s*[[{]\s*(?:["{[]|$)/.test(plain)) return { kind: 'other', ...JSON_TEXT };
  return { kind: 'other', ...TEXT };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
