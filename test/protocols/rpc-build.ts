/** Bytes of DCE/RPC as Windows and Samba write them: fragments, calls of the endpoint mapper, towers. */
import { ENDPOINT_MAPPER } from '../../src/protocols/endpoint-mapper.ts';

export const NDR = '8a885d04-1ceb-11c9-9fe8-08002b104860';
export const NDR64 = '71710533-beba-4937-8319-b5dbef9ccc36';

export const DRSUAPI = 'e3514235-4b06-11d1-ab04-00c04fc2dcd2';
export const NETLOGON = '12345678-1234-abcd-ef00-01234567cffb';
export const SAMR = '12345778-1234-abcd-ef00-0123456789ac';
export const SVCCTL = '367abb81-9844-35f1-ad32-98f038001003';

export interface Style {
  little: boolean;
  /** NDR64. */
  wide: boolean;
}
export const PLAIN: Style = { little: true, wide: false };

/** Writes numbers in one byte order, aligned by itself. */
export class Writer {
  readonly bytes: number[] = [];
  readonly style: Style;

  constructor(style: Style) {
    this.style = style;
  }
  number(value: number, width: number): this {
    const order = Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
    this.bytes.push(...(this.style.little ? order : order.reverse()));
    return this;
  }
  u8(value: number): this {
    return this.number(value, 1);
  }
  u16(value: number): this {
    return this.number(value, 2);
  }
  u32(value: number): this {
    return this.number(value, 4);
  }
  align(to: number): this {
    while (this.bytes.length % to !== 0) this.bytes.push(0);
    return this;
  }
  /** A count or a pointer. */
  count(value: number): this {
    return this.style.wide ? this.align(8).number(value, 8) : this.align(4).u32(value);
  }
  uuid(text: string): this {
    return this.raw(uuidBytes(text, this.style.little));
  }
  raw(bytes: Iterable<number>): this {
    this.bytes.push(...bytes);
    return this;
  }
}

export function uuidBytes(text: string, little: boolean): number[] {
  const bytes = text
    .replaceAll('-', '')
    .match(/../g)!
    .map((pair) => Number.parseInt(pair, 16));
  const order = little ? [3, 2, 1, 0, 5, 4, 7, 6] : [0, 1, 2, 3, 4, 5, 6, 7];
  return [...order.map((i) => bytes[i]), ...bytes.slice(8)];
}

/** @param flags 1 first, 2 last fragment */
export function fragment(type: number, call: number, body: readonly number[], style = PLAIN, flags = 3): Uint8Array {
  const writer = new Writer(style).u8(5).u8(0).u8(type).u8(flags);
  writer.raw([style.little ? 0x10 : 0, 0, 0, 0]).u16(16 + body.length);
  writer.u16(0).u32(call).raw(body);
  return Uint8Array.from(writer.bytes);
}

/** One context for each transfer syntax, numbered from 0. @param version of the interfaces, those of DCOM have 0 */
export function bind(
  call: number,
  interfaces: string[],
  syntaxes = [NDR],
  style = PLAIN,
  type = 11,
  version = 1,
): Uint8Array {
  const contexts = interfaces.flatMap((id) => syntaxes.map((syntax) => ({ id, syntax })));
  const body = new Writer(style).u16(5840).u16(5840).u32(0).u8(contexts.length).raw([0, 0, 0]);
  contexts.forEach(({ id, syntax }, number) => {
    body.u16(number).u8(1).u8(0).uuid(id).u32(version).uuid(syntax).u32(2);
  });
  return fragment(type, call, body.bytes, style);
}

/** @param accepted the transfer syntax of each context, null where it is refused */
export function bindAck(call: number, accepted: (string | null)[], style = PLAIN, type = 12): Uint8Array {
  const body = new Writer(style).u16(5840).u16(5840).u32(1).u16(4).raw([0x31, 0x33, 0x35, 0]);
  body.align(4).u8(accepted.length).raw([0, 0, 0]);
  for (const syntax of accepted) {
    body.u16(syntax === null ? 2 : 0).u16(syntax === null ? 2 : 0);
    body.uuid(syntax ?? '00000000-0000-0000-0000-000000000000').u32(syntax === null ? 0 : 2);
  }
  return fragment(type, call, body.bytes, style);
}

export function request(call: number, context: number, operation: number, stub: readonly number[], style = PLAIN) {
  return fragment(0, call, new Writer(style).u32(stub.length).u16(context).u16(operation).raw(stub).bytes, style);
}

export function response(call: number, context: number, stub: readonly number[], style = PLAIN, flags = 3) {
  return fragment(2, call, new Writer(style).u32(stub.length).u16(context).u16(0).raw(stub).bytes, style, flags);
}

export function fault(call: number, context: number, status: number, style = PLAIN): Uint8Array {
  return fragment(3, call, new Writer(style).u32(0).u16(context).u16(0).u32(status).u32(0).bytes, style);
}

export interface TowerTold {
  interface: string;
  port: number;
  address?: string;
  /** Identifier of the floor with the port: TCP unless told. */
  floor?: number;
}

export function tower({ interface: id, port, address = '0.0.0.0', floor = 7 }: TowerTold): number[] {
  const side = (bytes: number[]): number[] => [bytes.length & 0xff, bytes.length >> 8, ...bytes];
  return [
    5,
    0,
    ...side([0x0d, ...uuidBytes(id, true), 1, 0]),
    ...side([0, 0]),
    ...side([0x0d, ...uuidBytes(NDR, true), 2, 0]),
    ...side([0, 0]),
    ...side([0x0b]),
    ...side([0, 0]),
    ...side([floor]),
    ...side([port >> 8, port & 0xff]),
    ...side([0x09]),
    ...side(address.split('.').map(Number)),
  ];
}

function twr(writer: Writer, bytes: readonly number[]): void {
  writer.count(bytes.length).u32(bytes.length).raw(bytes);
}

const NO_HANDLE = new Array<number>(20).fill(0);

/** The body of an ept_map. */
export function mapRequest(id: string, style = PLAIN, handle = NO_HANDLE): number[] {
  const writer = new Writer(style).count(1).raw(new Array<number>(16).fill(0)).count(2);
  twr(writer, tower({ interface: id, port: 135 }));
  return writer.align(4).raw(handle).u32(4).bytes;
}

/** The body of an answer to it. */
export function mapResponse(towers: readonly TowerTold[], status = 0, style = PLAIN): number[] {
  const writer = new Writer(style).raw(NO_HANDLE).u32(towers.length);
  writer.count(4).count(0).count(towers.length);
  towers.forEach((_, i) => {
    writer.count(3 + i);
  });
  for (const told of towers) twr(writer, tower(told));
  return writer.align(4).u32(status).bytes;
}

/** The body of an answer to ept_lookup. */
export function lookupResponse(towers: readonly TowerTold[], status = 0, style = PLAIN): number[] {
  const writer = new Writer(style).raw(NO_HANDLE).u32(towers.length);
  writer.count(500).count(0).count(towers.length);
  towers.forEach((_, i) => {
    writer.align(style.wide ? 8 : 4).raw(new Array<number>(16).fill(0));
    writer
      .count(3 + i)
      .count(0)
      .count(4)
      .raw([0x41, 0x42, 0x43, 0]);
  });
  for (const told of towers) twr(writer, tower(told));
  return writer.align(4).u32(status).bytes;
}

/** What both sides send, from the bind to the answer. */
export function mapped(
  id: string,
  towers: readonly TowerTold[],
  status = 0,
  style = PLAIN,
): [Uint8Array[], Uint8Array[]] {
  const syntax = style.wide ? NDR64 : NDR;
  return [
    [bind(1, [ENDPOINT_MAPPER], [syntax], style), request(2, 0, 3, mapRequest(id, style), style)],
    [bindAck(1, [syntax], style), response(2, 0, mapResponse(towers, status, style), style)],
  ];
}

/** A DUALSTRINGARRAY with its size ([MS-DCOM] section 2.2.19.1). @param named towers and what they name */
export function dualStringArray(style: Style, ...named: [tower: number, text: string][]): number[] {
  const units = (text: string): number[] => [...text, '\0'].map((letter) => letter.charCodeAt(0));
  const strings = [...named.flatMap(([id, text]) => [id, ...units(text)]), 0];
  const all = [...strings, 10, 0xffff, ...units('host/SERVER'), 0];
  const writer = new Writer(style).u32(all.length).u16(all.length).u16(strings.length);
  for (const unit of all) writer.u16(unit);
  return writer.align(4).bytes;
}

/** Body of an answer to ResolveOxid or ResolveOxid2 ([MS-DCOM] sections 3.1.2.5.1.1 and 3.1.2.5.1.4). */
export function resolvedOxid(style: Style, bindings: readonly number[], isSecond = false): number[] {
  const body = new Writer(style).u32(0x20000).raw(bindings).uuid('00000132-0000-0000-c000-000000000046').u32(2);
  if (isSecond) body.u16(5).u16(7);
  return body.u32(0).bytes;
}

/** Body of an answer to RemoteActivation of one interface that failed to marshal, so that nothing follows ([MS-DCOM] section 3.1.2.5.2.3.1). */
export function activated(style: Style, bindings: readonly number[]): number[] {
  const body = new Writer(style).u32(1).u32(0).raw([1, 2, 3, 4, 5, 6, 7, 8]).u32(0x20000).raw(bindings);
  body.uuid('00000131-0000-0000-c000-000000000046').u32(2).u16(5).u16(7).u32(0);
  // The interfaces: a size and a null pointer; their results.
  return body.u32(1).u32(0).u32(1).u32(0x80004002).u32(0).bytes;
}
