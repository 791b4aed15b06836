import { DIRECTION_IN, DIRECTION_OUT, DIRECTION_UNKNOWN, type FrameNotes, NO_DROP_REASON } from './frame-notes.ts';
import { EPB_FLAGS, EPB_PACKET_ID, EPB_VERDICT } from './pcapng-blocks.ts';
import type { OptionCursor } from './pcapng-options.ts';

/** Kinds of epb_verdict (draft-ietf-opsawg-pcapng section 4.3). */
export const VERDICT_NONE = -1;
export const VERDICT_HARDWARE = 0;
export const VERDICT_TC = 1;
export const VERDICT_XDP = 2;

/** Linux linux/pkt_cls.h TC_ACT_SHOT, linux/bpf.h XDP_DROP; etl2pcapng marks what Windows dropped with the latter. */
const TC_SHOT = 2;
const XDP_DROP = 1;

/** epb_flags, bits 0-1. */
const EPB_INBOUND = 1;
const EPB_OUTBOUND = 2;

/** What the options of a packet say of it. One object for all packets; it belongs to the frame of number `frame`, and says nothing of others. */
export class PacketNotes implements FrameNotes {
  /** Number of the frame in this reader, from 1; 0 before the first. */
  frame = 0;
  /** epb_flags: bits 0-1 are the direction (1 inbound, 2 outbound), 0 unknown. */
  flags = 0;
  /** epb_packetid: the same packet at several places has the same number. Both halves 0 where absent. */
  packetIdHigh = 0;
  packetIdLow = 0;
  verdictKind = VERDICT_NONE;
  /** Low 32 bits of the verdict; 0 for a verdict of hardware, whose form is not known. */
  verdict = 0;
  /** No option has them. */
  readonly dropReason = NO_DROP_REASON;
  readonly dropLocation = 0;
  readonly component = 0;

  /** True where the system that captured says that it dropped this packet. */
  get dropped(): boolean {
    return (
      (this.verdictKind === VERDICT_XDP && this.verdict === XDP_DROP) ||
      (this.verdictKind === VERDICT_TC && this.verdict === TC_SHOT)
    );
  }

  get direction(): number {
    const direction = this.flags & 3;
    return direction === EPB_INBOUND ? DIRECTION_IN : direction === EPB_OUTBOUND ? DIRECTION_OUT : DIRECTION_UNKNOWN;
  }

  /** True where it says something that tracking wants to know. */
  get matters(): boolean {
    return this.packetIdHigh !== 0 || this.packetIdLow !== 0 || this.dropped;
  }

  clear(frame: number): void {
    this.frame = frame;
    this.flags = 0;
    this.packetIdHigh = 0;
    this.packetIdLow = 0;
    this.verdictKind = VERDICT_NONE;
    this.verdict = 0;
  }

  /** Takes the option under the cursor if it is one of these. */
  take(view: DataView, little: boolean, option: OptionCursor): void {
    const { offset, length } = option;
    if (option.code === EPB_FLAGS && length === 4) {
      this.flags = view.getUint32(offset, little);
    } else if (option.code === EPB_PACKET_ID && length === 8) {
      this.packetIdHigh = view.getUint32(offset + (little ? 4 : 0), little);
      this.packetIdLow = view.getUint32(offset + (little ? 0 : 4), little);
    } else if (option.code === EPB_VERDICT && length >= 1) {
      this.verdictKind = view.getUint8(offset);
      // One octet of kind, then 64 bits in the byte order of the section.
      if (length >= 9) this.verdict = view.getUint32(offset + 1 + (little ? 0 : 4), little);
    }
  }
}
