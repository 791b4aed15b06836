import { PROTOCOL_TCP, PROTOCOL_UDP } from '../decode/packet.ts';
import { forgetAddresses } from './address-holders.ts';
import type { AddressTable } from './address-table.ts';
import { Beginnings } from './beginnings.ts';
import { newConnectionView } from './connection-view.ts';
import { FateTable } from './fate-table.ts';
import type { MergedPart } from './merge.ts';
import type { MessageLog } from './message-log.ts';
import type { NameFacts } from './name-facts.ts';
import { Observation } from './observation.ts';
import type { Folded } from './part.ts';
import { PAYLOAD_CONNECTION, PAYLOAD_WIDTH } from './payload-fields.ts';
import { END_MASK, KIND, KIND_BESIDE, LAST_SECONDS, PREVIOUS, RECORD_INTS, RESET_A, RESET_B, STATE } from './record.ts';
import { METER_CHAIN, METER_INTS } from './tftp-meter.ts';

/** The tables of an analyzer or a merger in the middle of a capture. */
export interface Tables extends MergedPart {
  icmpErrors: MessageLog;
  drops: MessageLog;
  nameFacts: NameFacts;
  addressTable: AddressTable;
}

/** A connection that has ended is set aside before an open one that has been silent for this many times as long, a UDP exchange before a TCP connection. */
const ENDED_WEIGHT = 16;
const UDP_WEIGHT = 4;
/** Classes of silence: four for each doubling of the seconds, beginning at none. */
const CLASSES = 4 * 34;

/**
 * Makes room in a full table: connections that are over, or silent for longest, are summed up as fates (fate-table.ts) and forgotten. What
 * they do later, if anything, is another connection. Connections of conversations that are read as stories stay.
 */
export class Folder {
  readonly #fates: FateTable;
  readonly #beginnings = new Beginnings();
  #icmpErrors = 0;
  #connections = 0;
  #open = 0;

  /** @param seed mixed into the hashes @param limit most rows of fates that are kept */
  constructor(seed: number, limit: number) {
    this.#fates = new FateTable(seed, limit);
  }

  /** What was set aside, for a part; null where nothing was. */
  get folded(): Folded | null {
    if (this.#connections === 0) return null;
    return {
      fates: this.#fates.state(),
      beginnings: this.#beginnings.state(),
      icmpErrors: this.#icmpErrors,
      connections: this.#connections,
      open: this.#open,
    };
  }

  /** Takes over what a part that follows had set aside. @param addresses its IPv6 addresses by their number here @param frames before it */
  append(folded: Folded, addresses: Int32Array, frames: number): void {
    this.#fates.append(folded.fates, addresses, frames);
    this.#beginnings.append(folded.beginnings);
    this.#icmpErrors += folded.icmpErrors;
    this.#connections += folded.connections;
    this.#open += folded.open;
  }

  /** Sets aside about half of the connections, the most finished first. @returns how many; 0 where all must stay */
  makeRoom(tables: Tables): number {
    const { table } = tables;
    const observation = new Observation(tables, 'in the middle');
    const classes = classesOfSilence(tables, observation);
    const least = leastClass(classes, table.count);
    const out = new Uint8Array(table.count);
    const view = newConnectionView();
    let taken = 0;
    for (let number = 0; number < table.count; number++) {
      if (!observation.has(number)) {
        // Joined to another record, or taken out before.
        out[number] = 1;
        continue;
      }
      if (least < 0 || classes[number] < least) continue;
      observation.read(number, view);
      // Connections that come may show that networks are one: sums of what is gone could not be joined then.
      view.network = 0;
      this.#fates.add(view, false);
      this.#beginnings.add(view.firstSeconds, view.outcome, 1, view.attempts);
      if (view.outcome === 'undecided' || view.ended === 'open') this.#open++;
      out[number] = 1;
      taken++;
    }
    this.#connections += taken;
    this.#icmpErrors += forget(tables.icmpErrors, (i) => observation.connectionOfIcmpError(i), out);
    forget(tables.drops, (i) => observation.connectionOfDrop(i), out);
    tables.nameFacts.forget(out);
    const { addressTable } = tables;
    if (addressTable.room < addressTable.count) forgetAddresses(addressTable, tables, this.#fates, out);
    table.takeOut(out);
    return taken;
  }
}

/** A class for each connection, higher the sooner it may go; 0 where it must stay. */
function classesOfSilence(tables: Tables, observation: Observation): Uint8Array {
  const { table, lastSeconds, payloads, tftp } = tables;
  const { records } = table;
  const classes = new Uint8Array(table.count);
  for (let number = 0; number < table.count; number++) {
    if (!observation.has(number)) continue;
    const at = number * RECORD_INTS;
    const silence = Math.max(0, lastSeconds - (records[at + LAST_SECONDS] >>> 0));
    const weight = isEnded(records, at) ? ENDED_WEIGHT : (records[at + KIND] & 0xff) === PROTOCOL_UDP ? UDP_WEIGHT : 1;
    // Of silence below a second, all that can be told is who has ended.
    const weighed = silence * weight + (weight - 1) / ENDED_WEIGHT;
    classes[number] = 1 + Math.min(CLASSES - 1, Math.floor(4 * Math.log2(1 + weighed)));
  }
  for (let i = 0; i < payloads.count; i++) classes[payloads.values[i * PAYLOAD_WIDTH + PAYLOAD_CONNECTION]] = 0;
  for (let i = 0; i < tftp.count; i++) classes[tftp.values[i * METER_INTS + METER_CHAIN] >>> 1] = 0;
  // What is beside a record stays or goes with it.
  if (table.hasBeside) {
    const isBeside = (number: number): boolean =>
      observation.has(number) && (records[number * RECORD_INTS + KIND] & KIND_BESIDE) !== 0;
    const mainOf = (number: number): number => records[number * RECORD_INTS + PREVIOUS] - 1;
    for (let number = 0; number < table.count; number++)
      if (isBeside(number)) classes[mainOf(number)] = Math.min(classes[mainOf(number)], classes[number]);
    for (let number = 0; number < table.count; number++)
      if (isBeside(number)) classes[number] = classes[mainOf(number)];
  }
  return classes;
}

function isEnded(records: Int32Array, at: number): boolean {
  return (records[at + KIND] & 0xff) === PROTOCOL_TCP && (records[at + STATE] & (END_MASK | RESET_A | RESET_B)) !== 0;
}

/** The highest class from which on at least half of the connections go, or all that may; -1 where none may. */
function leastClass(classes: Uint8Array, count: number): number {
  const sizes = new Int32Array(CLASSES + 1);
  for (let number = 0; number < count; number++) sizes[classes[number]]++;
  let sum = 0;
  let least = -1;
  for (let i = CLASSES; i > 0 && sum * 2 < count; i--) {
    sum += sizes[i];
    if (sizes[i] > 0) least = i;
  }
  return least;
}

/** Messages that speak of a connection that goes have said all they can. @returns how many */
function forget(log: MessageLog, connectionOf: (message: number) => number, out: Uint8Array): number {
  const gone = new Uint8Array(log.count);
  let count = 0;
  for (let i = 0; i < log.count; i++) {
    const number = connectionOf(i);
    if (number < 0 || out[number] === 0) continue;
    gone[i] = 1;
    count++;
  }
  log.remove(gone);
  return count;
}
