/** Protocol towers: C706 appendix L, identifiers from appendix I. Little-endian whatever the message around them; ports and addresses in network order. */
import { ipv4Of, uint16 } from './bytes-text.ts';
import { uuidText } from './ndr-reader.ts';
import { NOT_FOR_US, type Reading } from './reading.ts';

const UUID_FLOOR = 0x0d;
const IP_FLOOR = 0x09;

/** Floors read of one tower; real ones have five. */
const MAX_FLOORS = 16;

/** By the floor that names the port. */
export type RpcTransport = 'tcp' | 'udp' | 'pipe' | 'http' | 'local' | 'other';

const TRANSPORTS: ReadonlyMap<number, RpcTransport> = new Map([
  [0x07, 'tcp'],
  [0x08, 'udp'],
  [0x0f, 'pipe'],
  [0x10, 'local'],
  [0x1f, 'http'],
]);

export interface Tower {
  interface: string;
  /** Major version of the interface. */
  version: number;
  transport: RpcTransport;
  /** 0 where the tower has none. */
  port: number;
  /** Dotted decimal; 0.0.0.0 where the tower leaves it open, as over IPv6. */
  address: string;
}

/** Reads a tower. `unsure` where a floor is longer than the tower, or there are more floors than anything has. */
export function readTower(bytes: Uint8Array): Reading<Tower> {
  if (bytes.length < 2) return NOT_FOR_US;
  const count = bytes[0] | (bytes[1] << 8);
  const tower: Tower = { interface: '', version: 0, transport: 'other', port: 0, address: '0.0.0.0' };
  let at = 2;
  let whole = count > 0 && count <= MAX_FLOORS;
  for (let i = 0; i < Math.min(count, MAX_FLOORS); i++) {
    const left = side(bytes, at);
    const right = left === null ? null : side(bytes, left.end);
    if (left === null || right === null) {
      whole = false;
      break;
    }
    readFloor(tower, bytes, left, right, i);
    at = right.end;
  }
  if (tower.interface === '') return NOT_FOR_US;
  return { answer: whole ? 'certain' : 'unsure', message: tower };
}

interface Side {
  from: number;
  length: number;
  end: number;
}

function side(bytes: Uint8Array, at: number): Side | null {
  if (at + 2 > bytes.length) return null;
  const length = bytes[at] | (bytes[at + 1] << 8);
  const from = at + 2;
  return from + length > bytes.length ? null : { from, length, end: from + length };
}

function readFloor(tower: Tower, bytes: Uint8Array, left: Side, right: Side, floor: number): void {
  if (left.length === 0) return;
  const id = bytes[left.from];
  const transport = TRANSPORTS.get(id);
  if (id === UUID_FLOOR) {
    // The first names the interface, the second the transfer syntax.
    if (floor !== 0 || left.length < 19) return;
    tower.interface = uuidText(bytes, left.from + 1, true);
    tower.version = bytes[left.from + 17] | (bytes[left.from + 18] << 8);
  } else if (id === IP_FLOOR) {
    if (right.length === 4) tower.address = ipv4Of(bytes, right.from);
  } else if (transport !== undefined) {
    tower.transport = transport;
    if (transport !== 'pipe' && transport !== 'local' && right.length === 2) tower.port = uint16(bytes, right.from);
  }
}
