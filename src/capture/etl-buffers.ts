/**
 * Numbers of event trace files (.etl). The format is that of the kernel's structures as the headers of the Windows SDK name them:
 * WMI_BUFFER_HEADER, SYSTEM_TRACE_HEADER with TRACE_LOGFILE_HEADER, EVENT_HEADER. All little-endian.
 */
import { MAX_RECORD } from './types.ts';

/** A file is buffers one after the other; each begins with a header of this size, and says how many bytes of the file it takes. */
export const BUFFER_HEADER = 72;
export const BUFFER_STORED = 0;
/** Bytes in use, with the header, once unpacked: two fields that say the same. */
export const BUFFER_SAVED = 4;
export const BUFFER_USED = 48;
/** ETW_BUFFER_STATE; at most 7 (and the compression format, in the first buffer). */
export const BUFFER_FLAGS = 52;
export const BUFFER_TYPE = 54;

export const FLAG_EVENTS_LOST = 0x02;
export const FLAG_BUFFER_LOST = 0x04;
export const FLAG_COMPRESSED = 0x40;
/** All bits that are in use. */
const KNOWN_FLAGS = 0x01ff;
const LAST_BUFFER_TYPE = 7;

/** Events begin at multiples of this. */
export const EVENT_ALIGNMENT = 8;
/** The first four bytes of any event: a marker with its kind in the third byte, and these bits in the fourth. */
export const EVENT_KIND = 2;
export const EVENT_BITS = 3;
export const BIT_EVENT = 0x80;
export const BIT_MESSAGE = 0x10;
/** The kinds whose size stands at 4; that of all others stands at 0. System 32/64 bit, compact, and performance information. */
export const SIZE_AT_FOUR: ReadonlySet<number> = new Set([1, 2, 3, 4, 16, 17]);
/** EVENT_HEADER of a manifest event, of a 32 and a 64 bit program. */
export const KIND_EVENT_32 = 18;
export const KIND_EVENT_64 = 19;

/** EVENT_HEADER (evntcons.h). */
export const EVENT_FLAGS = 4;
export const EVENT_THREAD = 8;
export const EVENT_TIME = 16;
export const EVENT_PROVIDER = 24;
export const EVENT_ID = 40;
export const EVENT_KEYWORD = 48;
export const EVENT_PAYLOAD = 80;
/** EVENT_FLAGS: items with further facts stand before the payload; each says its size and whether another follows. */
export const EVENT_IS_EXTENDED = 1;
export const ITEM_LINKAGE = 4;
export const ITEM_SIZE = 6;
export const ITEM_HEADER = 8;

/** The trace header event (SYSTEM_TRACE_HEADER, then TRACE_LOGFILE_HEADER), behind the header of the first buffer. */
export const SYSTEM_KIND_32 = 1;
export const SYSTEM_KIND_64 = 2;
export const SYSTEM_TIME = 16;
export const LOG_FILE_HEADER = 32;
export const LOG_POINTER_SIZE = 44;
export const LOG_EVENTS_LOST = 48;
export const LOG_CPU_MEGAHERTZ = 52;
/** Behind two pointers and a TIME_ZONE_INFORMATION of 172 bytes, aligned to 8. */
export const LOG_TIMES_64 = 248;
export const LOG_TIMES_32 = 240;
/** From there on. */
export const TIMES_FREQUENCY = 8;
export const TIMES_START = 16;
export const TIMES_CLOCK = 24;
export const TIMES_BUFFERS_LOST = 28;
export const TIMES_LENGTH = 32;

/** True where a buffer may begin at `at`; its header is at hand. */
export function looksLikeBuffer(view: DataView, at: number): boolean {
  const stored = view.getUint32(at + BUFFER_STORED, true);
  const used = view.getUint32(at + BUFFER_USED, true);
  const flags = view.getUint16(at + BUFFER_FLAGS, true);
  if (stored <= BUFFER_HEADER || stored > MAX_RECORD || used > MAX_RECORD) return false;
  if ((flags & ~KNOWN_FLAGS) !== 0 || view.getUint16(at + BUFFER_TYPE, true) > LAST_BUFFER_TYPE) return false;
  return (flags & FLAG_COMPRESSED) !== 0 || used <= stored;
}

/** True where what begins at `at` also looks so inside: for a search, where chance has many tries. The first event is at hand. */
export function isSurelyBuffer(view: DataView, at: number): boolean {
  if (!looksLikeBuffer(view, at)) return false;
  const used = view.getUint32(at + BUFFER_USED, true);
  if (used < BUFFER_HEADER + EVENT_ALIGNMENT || view.getUint32(at + BUFFER_SAVED, true) !== used) return false;
  if ((view.getUint16(at + BUFFER_FLAGS, true) & FLAG_COMPRESSED) !== 0) return true;
  return (view.getUint8(at + BUFFER_HEADER + EVENT_BITS) & BIT_EVENT) !== 0;
}

/** Bytes that `isSurelyBuffer` looks at. */
export const SURE_LENGTH = BUFFER_HEADER + EVENT_BITS + 1;
