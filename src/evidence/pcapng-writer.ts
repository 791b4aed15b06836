/** Writes pcapng (draft-ietf-opsawg-pcapng): one section, an interface for each kind of frame, enhanced packet blocks with comments. Little endian. */

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const OPTION_END = 0;
const OPTION_COMMENT = 1;
const SECTION_APPLICATION = 4;
const INTERFACE_NAME = 2;
const INTERFACE_RESOLUTION = 9;
/** Nanoseconds, as if_tsresol has them: a negative power of ten. */
const NANOSECONDS = 9;
/** Block type and total length, and the total length again at the end. */
const BLOCK_FRAME = 12;
/** Of an option: its length has 16 bits. */
const LONGEST_OPTION = 0xffff;

const encoder = new TextEncoder();

export interface Option {
  code: number;
  value: Uint8Array;
}

const text = (code: number, value: string): Option => ({
  code,
  value: encoder.encode(value).subarray(0, LONGEST_OPTION),
});

/** Collects blocks and hands their bytes on, each block once. */
export class PcapngWriter {
  readonly #write: (bytes: Uint8Array) => void;
  #interfaces = 0;

  /** Writes the section header. @param application name and version of the program @param comment what the file is */
  constructor(write: (bytes: Uint8Array) => void, application: string, comment: string) {
    this.#write = write;
    const body = new Uint8Array(16);
    const view = new DataView(body.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    view.setUint16(6, 0, true);
    // The length of the section is not known yet.
    view.setBigInt64(8, -1n, true);
    this.#block(SECTION_HEADER, [body], [text(OPTION_COMMENT, comment), text(SECTION_APPLICATION, application)]);
  }

  /** Describes an interface. @returns its number, for `packet` */
  addInterface(linkType: number, name: string, snapLength: number): number {
    const body = new Uint8Array(8);
    const view = new DataView(body.buffer);
    view.setUint16(0, linkType, true);
    view.setUint32(4, snapLength, true);
    const resolution = { code: INTERFACE_RESOLUTION, value: Uint8Array.of(NANOSECONDS) };
    this.#block(INTERFACE_DESCRIPTION, [body], [text(INTERFACE_NAME, name), resolution]);
    return this.#interfaces++;
  }

  /** Writes a frame; `bytes` may be used again afterwards. */
  packet(
    interfaceId: number,
    seconds: number,
    nanoseconds: number,
    bytes: Uint8Array,
    originalLength: number,
    comments: readonly string[],
  ): void {
    const body = new Uint8Array(20);
    const view = new DataView(body.buffer);
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    view.setUint32(0, interfaceId, true);
    view.setUint32(4, Number(time >> 32n), true);
    view.setUint32(8, Number(time & 0xffffffffn), true);
    view.setUint32(12, bytes.length, true);
    view.setUint32(16, originalLength, true);
    const padding = new Uint8Array(-bytes.length & 3);
    this.#block(
      ENHANCED_PACKET,
      [body, bytes, padding],
      comments.map((comment) => text(OPTION_COMMENT, comment)),
    );
  }

  #block(type: number, parts: readonly Uint8Array[], options: readonly Option[]): void {
    const used = options.length === 0 ? [] : [...options, { code: OPTION_END, value: new Uint8Array(0) }];
    const length =
      BLOCK_FRAME +
      parts.reduce((sum, part) => sum + part.length, 0) +
      used.reduce((sum, { value }) => sum + 4 + ((value.length + 3) & ~3), 0);
    const block = new Uint8Array(length);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, length, true);
    let at = 8;
    for (const part of parts) {
      block.set(part, at);
      at += part.length;
    }
    for (const { code, value } of used) {
      view.setUint16(at, code, true);
      view.setUint16(at + 2, value.length, true);
      block.set(value, at + 4);
      at += 4 + ((value.length + 3) & ~3);
    }
    view.setUint32(at, length, true);
    this.#write(block);
  }
}
