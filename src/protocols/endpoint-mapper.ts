/** The endpoint mapper: C706 appendix O (the interface) and MS-RPCE section 2.2.1.2; marshalled in NDR or NDR64. */
import { NdrReader } from './ndr-reader.ts';
import { NOT_FOR_US, type Reading } from './reading.ts';
import { readTower, type Tower } from './rpc-tower.ts';

export const ENDPOINT_MAPPER = 'e1af8308-5d1f-11c9-91a4-08002b14a0fa';

// Operations of the interface.
export const EPT_LOOKUP = 2;
export const EPT_MAP = 3;

/** C706 appendix E: the mapper knows no endpoint, or no further one. */
export const NOT_REGISTERED = 0x16c9a0d6;

/** A context handle: attributes and a UUID. */
const HANDLE = 20;
/** MS-RPCE section 2.2.1.2.5: max_towers is 500 at most; ept_lookup has the same limit. */
const MAX_TOWERS = 500;
/** Longest tower that is read; C706 appendix L has five floors of a few bytes. */
const MAX_TOWER = 2048;
/** The annotation of an entry (MS-RPCE section 2.2.1.2.4). */
const MAX_ANNOTATION = 64;

/** How a message is marshalled: what the bind settled. */
export interface Marshalling {
  little: boolean;
  /** NDR64. */
  wide: boolean;
}

export interface MapAnswer {
  towers: Tower[];
  /** 0, or an error of the mapper. */
  status: number;
}

export interface MapRequest {
  /** The interface and the transport wanted. */
  tower: Tower;
  /** Asks for more after an answer that had towers: "no further one" is then no refusal. */
  continued: boolean;
}

export function readMapRequest(body: Uint8Array, { little, wide }: Marshalling): Reading<MapRequest> {
  const reader = new NdrReader(body, little, wide);
  if (reader.count() !== 0) reader.skip(16); // an object
  if (reader.count() === 0) return NOT_FOR_US;
  const tower = towerAt(reader);
  if (tower === null || tower.answer === 'not-for-us') return NOT_FOR_US;
  reader.align(4);
  const continued = !reader.areZero(HANDLE);
  reader.skip(4); // how many towers there is room for
  const whole = tower.answer === 'certain' && !reader.failed;
  return { answer: whole ? 'certain' : 'unsure', message: { tower: tower.message, continued } };
}

/** The towers of an answer to ept_map. */
export function readMapResponse(body: Uint8Array, { little, wide }: Marshalling): Reading<MapAnswer> {
  const reader = new NdrReader(body, little, wide);
  reader.skip(HANDLE);
  const told = reader.u32();
  const limit = reader.count();
  const offset = reader.count();
  const count = reader.count();
  if (reader.failed || offset !== 0 || count > limit || count > MAX_TOWERS || told !== count) return NOT_FOR_US;
  let present = 0;
  for (let i = 0; i < count; i++) if (reader.count() !== 0) present++;
  return answerOf(reader, present);
}

/** The entries of an answer to ept_lookup, which lists all that the mapper knows. */
export function readLookupResponse(body: Uint8Array, { little, wide }: Marshalling): Reading<MapAnswer> {
  const reader = new NdrReader(body, little, wide);
  reader.skip(HANDLE);
  const told = reader.u32();
  const limit = reader.count();
  const offset = reader.count();
  const count = reader.count();
  if (reader.failed || offset !== 0 || count > limit || count > MAX_TOWERS || told !== count) return NOT_FOR_US;
  let present = 0;
  for (let i = 0; i < count && !reader.failed; i++) {
    reader.align(wide ? 8 : 4);
    reader.skip(16); // the object
    if (reader.count() !== 0) present++;
    reader.count();
    const annotation = reader.count();
    if (annotation > MAX_ANNOTATION) return NOT_FOR_US;
    reader.skip(annotation);
  }
  return answerOf(reader, present);
}

/** Towers one after the other, then the status. A tower that breaks its own rules is left out; a length that runs out ends the list. */
function answerOf(reader: NdrReader, count: number): Reading<MapAnswer> {
  const towers: Tower[] = [];
  let sound = true;
  for (let i = 0; i < count; i++) {
    const reading = towerAt(reader);
    if (reading === null) {
      sound = false;
      break;
    }
    if (reading.answer !== 'not-for-us') towers.push(reading.message);
    if (reading.answer !== 'certain') sound = false;
  }
  if (!sound && towers.length === 0 && count > 0) return NOT_FOR_US;
  reader.align(4);
  const status = reader.u32();
  return { answer: sound && !reader.failed ? 'certain' : 'unsure', message: { towers, status } };
}

/** A twr_t: its size, its length, and its floors; null where they run past the message. */
function towerAt(reader: NdrReader): Reading<Tower> | null {
  const size = reader.count();
  const length = reader.u32();
  if (reader.failed || size !== length || length > MAX_TOWER) return null;
  const bytes = reader.take(length);
  return reader.failed ? null : readTower(bytes);
}
