import type { ConnectionTable } from './connection-table.ts';
import { ADDRESS_A, ADDRESS_B, FIRST_FRAME, KIND, KIND_IPV6, PORTS, RECORD_INTS } from './record.ts';

/** RFC 1350 section 4: requests go to this port, the transfer runs between two others. */
const TFTP_PORT = 69;

/** What joins a TFTP transfer to its request. */
export interface TftpTransfers {
  /** Requests (record numbers) that some other port of the server answered, with the record of the first transfer. */
  transferOf: Map<number, number>;
  /** Transfers (record numbers) with the side of the TFTP client: 0 A, 1 B. */
  clientSide: Map<number, number>;
}

/**
 * Finds the transfers of TFTP requests: exchanges between the same two hosts, on the client's port of the request and any other
 * port of the server, that begin after the request. By addresses and ports alone every good transfer would look unanswered.
 */
export function findTftpTransfers(table: ConnectionTable): TftpTransfers {
  const records = table.records;
  const requests = new Map<string, number>();
  const transfers: TftpTransfers = { transferOf: new Map(), clientSide: new Map() };
  for (const number of table.udpInOrder()) {
    const at = number * RECORD_INTS;
    const ports = records[at + PORTS];
    const family = records[at + KIND] & KIND_IPV6;
    if ((ports & 0xffff) === TFTP_PORT) {
      requests.set(`${family} ${records[at + ADDRESS_A]} ${records[at + ADDRESS_B]} ${ports >>> 16}`, number);
      continue;
    }
    if (requests.size === 0) continue;
    for (const side of [0, 1]) {
      const port = side === 0 ? ports >>> 16 : ports & 0xffff;
      const request = requests.get(
        `${family} ${records[at + ADDRESS_A + side]} ${records[at + ADDRESS_A + 1 - side]} ${port}`,
      );
      if (request === undefined || records[request * RECORD_INTS + FIRST_FRAME] >>> 0 > records[at + FIRST_FRAME] >>> 0)
        continue;
      if (!transfers.transferOf.has(request)) transfers.transferOf.set(request, number);
      transfers.clientSide.set(number, side);
      break;
    }
  }
  return transfers;
}
