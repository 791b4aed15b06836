/** The options of a DHCPv4 message: RFC 2132, overload (52) RFC 2131 section 4.1, long options in pieces RFC 3396. */

export const OPTION_PAD = 0;
export const OPTION_END = 255;
export const OPTION_OVERLOAD = 52;

/** Where options may stand: the options field, and `file` and `sname` where option 52 says so. */
export interface OptionAreas {
  options: Uint8Array;
  file: Uint8Array;
  serverName: Uint8Array;
}

export interface DhcpOptions {
  /** Values by code; pieces of one option are put together in the order of the message. */
  values: Map<number, Uint8Array>;
  /** Codes in the order of the options field, each time they occur; those of overloaded fields follow. */
  codes: number[];
  /** False where an option reaches beyond its field, or the options field has no end. */
  whole: boolean;
  /** Which fields hold options instead of names. */
  fileOverloaded: boolean;
  serverNameOverloaded: boolean;
}

const OVERLOAD_FILE = 1;
const OVERLOAD_SERVER_NAME = 2;

/**
 * Reads all options. Each field is walked once, so that overload cannot loop: an option 52 inside `file` or `sname` means nothing
 * (RFC 2131). Every step moves on by at least one byte.
 */
export function readDhcpOptions(areas: OptionAreas): DhcpOptions {
  const values = new Map<number, Uint8Array>();
  const codes: number[] = [];
  const repeated = new Map<number, Uint8Array[]>();
  let whole = walk(areas.options, values, codes, repeated);
  const overload = values.get(OPTION_OVERLOAD)?.[0] ?? 0;
  const fileOverloaded = (overload & OVERLOAD_FILE) !== 0 && overload <= 3;
  const serverNameOverloaded = (overload & OVERLOAD_SERVER_NAME) !== 0 && overload <= 3;
  if (overload > 3) whole = false;
  if (fileOverloaded) whole = walk(areas.file, values, codes, repeated) && whole;
  if (serverNameOverloaded) whole = walk(areas.serverName, values, codes, repeated) && whole;
  for (const [code, list] of repeated) values.set(code, joined(list));
  return { values, codes, whole, fileOverloaded, serverNameOverloaded };
}

/**
 * Walks one field.
 * @param values takes the first value of each code
 * @param repeated takes all values of each code that comes again
 * @returns true where the field is well-formed to its end mark
 */
function walk(
  field: Uint8Array,
  values: Map<number, Uint8Array>,
  codes: number[],
  repeated: Map<number, Uint8Array[]>,
): boolean {
  let at = 0;
  while (at < field.length) {
    const code = field[at];
    if (code === OPTION_END) return true;
    if (code === OPTION_PAD) {
      at++;
      continue;
    }
    if (at + 1 >= field.length) return false;
    const end = at + 2 + field[at + 1];
    if (end > field.length) return false;
    codes.push(code);
    const value = field.subarray(at + 2, end);
    const first = values.get(code);
    const list = first === undefined ? undefined : repeated.get(code);
    if (first === undefined) values.set(code, value);
    else if (list === undefined) repeated.set(code, [first, value]);
    else list.push(value);
    at = end;
  }
  return false;
}

function joined(list: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(list.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of list) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Sub-options as options 43 and 82 hold them: code, length, value; 255 ends (PXE 2.1 section 2.2.3, RFC 3046). */
export function readSubOptions(field: Uint8Array): Map<number, Uint8Array> {
  const values = new Map<number, Uint8Array>();
  walk(field, values, [], new Map());
  return values;
}
