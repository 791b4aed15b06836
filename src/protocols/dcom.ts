/**
 * How DCOM hands out ports over 135 (MS-DCOM): answers of the object exporter (ResolveOxid, section 3.1.2.5.1.1; ResolveOxid2, 3.1.2.5.1.4), of
 * the activator (RemoteGetClassObject and RemoteCreateInstance, 3.1.2.5.2.3) and of the older one (RemoteActivation, 3.1.2.5.2.3.1). All of it in
 * NDR: DCOM knows no NDR64 for these.
 */
import { NdrReader } from './ndr-reader.ts';
import { NOT_FOR_US, type Reading } from './reading.ts';

export const OBJECT_EXPORTER = '99fcfec4-5260-101b-bbcb-00aa0021347a';
export const ACTIVATOR = '000001a0-0000-0000-c000-000000000046';
/** The activator of version 5.1 and before (IActivation). */
export const OLD_ACTIVATOR = '4d9f4ab8-7d1c-11cf-861e-0020af6e7c57';

// Operations of the object exporter.
const RESOLVE_OXID = 0;
const RESOLVE_OXID2 = 4;
// Operations of the activator.
const GET_CLASS_OBJECT = 3;
const CREATE_INSTANCE = 4;
// Operation of the older activator.
const REMOTE_ACTIVATION = 0;

/** The property of an activation that tells where its object lives (MS-DCOM section 2.2.22.2.8). */
const SCM_REPLY = '000001b6-0000-0000-c000-000000000046';
/** `MEOW` (MS-DCOM section 2.2.18). */
const OBJREF = 0x574f454d;
const OBJREF_CUSTOM = 4;
/** The headers of type serialization in front of each structure of a blob (MS-RPCE sections 2.2.6.1 and 2.2.6.2). */
const SERIALIZATION_HEADERS = 16;

/** Properties of an activation; there are seven kinds. */
const MAX_PROPERTIES = 32;
/** Bindings of one answer: a server has one for each name and address. */
const MAX_BINDINGS = 64;
const MAX_NETWORK_ADDRESS = 300;

/** The tower identifier of TCP (MS-DCOM section 2.2.19.3). */
const TCP_TOWER = 0x07;

/** Where an object exporter listens: over TCP, on a port of its own. */
export interface StringBinding {
  /** Name or address, as the server calls itself. */
  host: string;
  port: number;
}

/** True for an operation whose answer hands out ports. */
export function handsOutPorts(interfaceId: string, operation: number): boolean {
  if (interfaceId === OBJECT_EXPORTER) return operation === RESOLVE_OXID || operation === RESOLVE_OXID2;
  if (interfaceId === OLD_ACTIVATOR) return operation === REMOTE_ACTIVATION;
  return interfaceId === ACTIVATOR && (operation === GET_CLASS_OBJECT || operation === CREATE_INSTANCE);
}

/** The TCP bindings with a port that an answer of such an operation names. An answer without any, as to a failed call, is `certain` and empty. */
export function readPortHandOut(body: Uint8Array, little: boolean, interfaceId: string): Reading<StringBinding[]> {
  const reader = new NdrReader(body, little);
  if (interfaceId === OLD_ACTIVATOR) return readOldActivation(reader);
  return interfaceId === ACTIVATOR ? readActivation(reader, little) : readResolved(reader);
}

/** True for an interface of DCOM that hands out ports. */
export function isPortGiver(interfaceId: string | null): interfaceId is string {
  return interfaceId === OBJECT_EXPORTER || interfaceId === ACTIVATOR || interfaceId === OLD_ACTIVATOR;
}

/** A pointer, and what it points to. */
function readResolved(reader: NdrReader): Reading<StringBinding[]> {
  if (reader.u32() === 0) return reader.failed ? NOT_FOR_US : { answer: 'certain', message: [] };
  return readBindings(reader);
}

/** ORPCTHAT, the exporter, then a pointer to its bindings. */
function readOldActivation(reader: NdrReader): Reading<StringBinding[]> {
  reader.skip(4); // flags
  if (reader.u32() !== 0) return NOT_FOR_US; // extensions: nothing that Windows sends here
  reader.skip(8); // exporter
  return readResolved(reader);
}

/** A DUALSTRINGARRAY (MS-DCOM section 2.2.19.1): string bindings, then security bindings, which say nothing of ports. */
function readBindings(reader: NdrReader): Reading<StringBinding[]> {
  const size = reader.u32();
  const entries = reader.u16();
  const security = reader.u16();
  if (reader.failed || size !== entries || security > entries) return NOT_FOR_US;
  const end = reader.at + security * 2;
  const found: StringBinding[] = [];
  for (let i = 0; i < MAX_BINDINGS && reader.at < end; i++) {
    const tower = reader.u16();
    if (tower === 0 || reader.failed) break;
    let text = '';
    for (let unit = reader.u16(); unit !== 0 && reader.at <= end && !reader.failed; unit = reader.u16()) {
      if (text.length < MAX_NETWORK_ADDRESS) text += String.fromCharCode(unit);
    }
    const named = /^(.*)\[(\d{1,5})\]$/.exec(text);
    const port = named === null ? 0 : Number(named[2]);
    if (tower === TCP_TOWER && named !== null && port > 0 && port < 65536) found.push({ host: named[1], port });
  }
  return { answer: reader.failed ? 'unsure' : 'certain', message: found };
}

/** ORPCTHAT, then an interface pointer to a blob of properties (MS-DCOM sections 2.2.13.4, 2.2.14 and 2.2.22). */
function readActivation(reader: NdrReader, little: boolean): Reading<StringBinding[]> {
  reader.skip(4); // flags
  if (reader.u32() !== 0) return NOT_FOR_US; // extensions: nothing that Windows sends here
  if (reader.u32() === 0) return reader.failed ? NOT_FOR_US : { answer: 'certain', message: [] };
  reader.skip(4); // size of the array
  const blob = reader.take(reader.u32());
  return reader.failed ? NOT_FOR_US : readObject(blob, little);
}

/** An OBJREF is little-endian, whatever the message around it (MS-DCOM section 2.2.18); what it holds has its own headers. */
function readObject(bytes: Uint8Array, little: boolean): Reading<StringBinding[]> {
  const reader = new NdrReader(bytes, true);
  if (reader.u32() !== OBJREF || reader.u32() !== OBJREF_CUSTOM) return NOT_FOR_US;
  reader.skip(16 + 16 + 8 + 8); // interface, class, sizes; then the length of the blob
  return reader.failed ? NOT_FOR_US : readProperties(bytes.subarray(reader.at), little);
}

/** The header lists classes and sizes of the properties that follow it (MS-DCOM section 2.2.22.1). */
function readProperties(blob: Uint8Array, little: boolean): Reading<StringBinding[]> {
  const reader = new NdrReader(blob, little);
  reader.skip(SERIALIZATION_HEADERS + 4); // total size
  const headerSize = reader.u32();
  reader.skip(8);
  const count = reader.u32();
  reader.skip(16 + 12); // class, and three pointers
  if (reader.u32() !== count || count > MAX_PROPERTIES) return NOT_FOR_US;
  const classes = Array.from({ length: count }, () => reader.uuid());
  if (reader.u32() !== count) return NOT_FOR_US;
  const sizes = Array.from({ length: count }, () => reader.u32());
  if (reader.failed) return NOT_FOR_US;
  let at = headerSize;
  for (let i = 0; i < count && at < blob.length; i++) {
    if (classes[i] === SCM_REPLY) return readReply(blob.subarray(at, at + sizes[i]), little);
    at += sizes[i];
  }
  return { answer: 'certain', message: [] };
}

/** ScmReplyInfoData (MS-DCOM section 2.2.22.2.8) down to the bindings of the exporter. */
function readReply(property: Uint8Array, little: boolean): Reading<StringBinding[]> {
  const reader = new NdrReader(property.subarray(SERIALIZATION_HEADERS), little);
  reader.skip(4);
  if (reader.u32() === 0) return reader.failed ? NOT_FOR_US : { answer: 'certain', message: [] };
  reader.skip(8); // exporter
  const bindings = reader.u32();
  reader.skip(16 + 4 + 4); // interface pointer, authentication, version
  if (reader.failed) return NOT_FOR_US;
  return bindings === 0 ? { answer: 'certain', message: [] } : readBindings(reader);
}
