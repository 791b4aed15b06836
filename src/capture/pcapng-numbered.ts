import { SMALLEST_BLOCK } from './pcapng-blocks.ts';

/** What systemd (draft-ietf-opsawg-pcapng section 4.7) and sysdig logged, and blocks of whoever has a number of the IANA (section 4.8). */
const SYSTEMD_JOURNAL = 9;
const SYSDIG_EVENT = 0x204;
const SYSDIG_EVENT_2 = 0x216;
const SYSDIG_EVENT_2_LARGE = 0x221;
const CUSTOM = 0x0000_0bad;
const CUSTOM_NOT_TO_COPY = 0x4000_0bad;
/** Bytes that such blocks must have: a time stamp, an IANA number, the head of an event. */
const SMALLEST_JOURNAL = 35;
const SMALLEST_CUSTOM = SMALLEST_BLOCK + 4;
const SMALLEST_SYSDIG = 36;

/** True of a block that is no packet, and that Wireshark (4.0, wiretap/pcapng.c) numbers as a frame. @param length of the block, in bytes */
export function isNumbered(type: number, length: number): boolean {
  switch (type) {
    case SYSTEMD_JOURNAL:
      return length >= SMALLEST_JOURNAL;
    case CUSTOM:
    case CUSTOM_NOT_TO_COPY:
      return length >= SMALLEST_CUSTOM;
    case SYSDIG_EVENT:
    case SYSDIG_EVENT_2:
    case SYSDIG_EVENT_2_LARGE:
      return length >= SMALLEST_SYSDIG;
    default:
      return false;
  }
}
