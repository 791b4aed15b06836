import { END_OF_OPTIONS, OPTION_COMMENT, OPTION_HEADER, padded } from './pcapng-blocks.ts';

/** Goes through the options of a block; one object for all blocks. The block bounds the loop: each step moves on by 4 bytes or more. */
export class OptionCursor {
  code = 0;
  /** Offset and length of the value in the window, in bytes, without padding. */
  offset = 0;
  length = 0;
  /** True where an option ran past its block. */
  broken = false;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #little = true;
  #end = 0;
  #next = 0;

  start(view: DataView, little: boolean, from: number, end: number): void {
    this.#view = view;
    this.#little = little;
    this.#next = from;
    this.#end = end;
    this.broken = false;
  }

  /** Moves to the next option. @returns false at the end of the options */
  advance(): boolean {
    const at = this.#next;
    if (at + OPTION_HEADER > this.#end) {
      this.broken = at < this.#end;
      return false;
    }
    this.code = this.#view.getUint16(at, this.#little);
    this.length = this.#view.getUint16(at + 2, this.#little);
    this.offset = at + OPTION_HEADER;
    if (this.code === END_OF_OPTIONS) return false;
    this.#next = this.offset + padded(this.length);
    if (this.offset + this.length > this.#end) {
      this.broken = true;
      return false;
    }
    return true;
  }
}

/** Comments kept of one file, and characters kept of each: what somebody wrote into a capture may not fill the memory. */
export const COMMENTS_KEPT = 100;
const CHARACTERS_KEPT = 1000;
/** UTF-8 needs at most 4 bytes for a character. */
const COMMENT_BYTES = CHARACTERS_KEPT * 4;

/** Keeps the comments (opt_comment, of any block) of one file. */
export class CommentLog {
  readonly kept: string[] = [];
  readonly #decoder = new TextDecoder('utf-8');

  /** Keeps the option under the cursor if it is a comment. */
  take(bytes: Uint8Array, option: OptionCursor): void {
    if (option.code !== OPTION_COMMENT || this.kept.length >= COMMENTS_KEPT) return;
    this.kept.push(text(this.#decoder, bytes, option, COMMENT_BYTES).slice(0, CHARACTERS_KEPT));
  }
}

/** The UTF-8 value of the option, at most `limit` bytes of it, without the zero bytes that some writers add. */
export function text(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array,
  option: OptionCursor,
  limit: number,
): string {
  const value = bytes.subarray(option.offset, option.offset + Math.min(option.length, limit));
  return decoder.decode(value).replace(/\0+$/, '');
}
