/** Hellos, requests and DNS messages made by hand. */

const text = new TextEncoder();

function uint16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export interface HelloOptions {
  version?: number;
  protocol?: string;
  /** TLS 1.3: offered in the extension. */
  versions?: readonly number[];
  /** Bytes of an extension before the name: makes it long, as key shares of post-quantum cryptography do. */
  padding?: number;
  /** As `padding`, behind all others. */
  after?: number;
  sessionId?: number;
}

function extension(type: number, body: readonly number[]): number[] {
  return [...uint16(type), ...uint16(body.length), ...body];
}

/** A ClientHello in one record. */
export function clientHello(name: string | null, options: HelloOptions = {}): Uint8Array {
  const extensions: number[] = [];
  if (options.padding !== undefined) extensions.push(...extension(21, new Array(options.padding).fill(0)));
  if (name !== null) {
    const host = [...text.encode(name)];
    extensions.push(...extension(0, [...uint16(host.length + 3), 0, ...uint16(host.length), ...host]));
  }
  if (options.protocol !== undefined) {
    const protocol = [...text.encode(options.protocol)];
    extensions.push(...extension(16, [...uint16(protocol.length + 1), protocol.length, ...protocol]));
  }
  if (options.versions !== undefined) {
    const versions = options.versions.flatMap(uint16);
    extensions.push(...extension(43, [versions.length, ...versions]));
  }
  if (options.after !== undefined) extensions.push(...extension(21, new Array(options.after).fill(0)));
  const version = uint16(options.version ?? 0x0303);
  const session = options.sessionId ?? 0;
  const body = [
    ...version,
    ...new Array(32).fill(7),
    session,
    ...new Array(session).fill(9),
    ...uint16(2),
    0xc0,
    0x2f,
    1,
    0,
  ];
  if (extensions.length > 0) body.push(...uint16(extensions.length), ...extensions);
  const length = body.length;
  return Uint8Array.from([
    22,
    3,
    1,
    ...uint16(length + 4),
    1,
    (length >>> 16) & 0xff,
    ...uint16(length & 0xffff),
    ...body,
  ]);
}

export function request(line: string, headers: readonly string[] = []): Uint8Array {
  return text.encode(`${[line, ...headers].join('\r\n')}\r\n\r\n`);
}

export interface DnsOptions {
  id?: number;
  type?: number;
  rcode?: number;
  truncated?: boolean;
  answers?: readonly DnsRecord[];
  additional?: readonly DnsRecord[];
}

export interface DnsRecord {
  name: string;
  type: number;
  /** Address bytes, or what `dnsName` and `srv` make. */
  data: readonly number[];
}

export function dnsName(name: string): number[] {
  if (name === '') return [0];
  return [...name.split('.').flatMap((label) => [label.length, ...text.encode(label)]), 0];
}

export function srv(port: number, target: string): number[] {
  return [0, 0, 0, 100, ...uint16(port), ...dnsName(target)];
}

/** A query, or with `answers` or `rcode` a response. */
export function dnsMessage(name: string, options: DnsOptions = {}): Uint8Array {
  const isResponse = options.answers !== undefined || options.rcode !== undefined;
  const answers = options.answers ?? [];
  const additional = options.additional ?? [];
  const flags = (isResponse ? 0x8180 : 0x0100) | (options.rcode ?? 0) | (options.truncated === true ? 0x200 : 0);
  const record = ({ name: owner, type, data }: DnsRecord): number[] => [
    ...(owner === name ? [0xc0, 12] : dnsName(owner)),
    ...uint16(type),
    0,
    1,
    0,
    0,
    0,
    60,
    ...uint16(data.length),
    ...data,
  ];
  return Uint8Array.from([
    ...uint16(options.id ?? 1),
    ...uint16(flags),
    ...uint16(1),
    ...uint16(answers.length),
    0,
    0,
    ...uint16(additional.length),
    ...dnsName(name),
    ...uint16(options.type ?? 1),
    0,
    1,
    ...answers.flatMap(record),
    ...additional.flatMap(record),
  ]);
}
