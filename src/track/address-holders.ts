import type { AddressTable } from './address-table.ts';
import { DROP_DESTINATION, DROP_KEY, DROP_SOURCE, DROP_WIDTH } from './drops.ts';
import type { FateTable } from './fate-table.ts';
import type { Tables } from './folder.ts';
import {
  FRAGMENT_CONNECTION_DESTINATION,
  FRAGMENT_CONNECTION_KEY,
  FRAGMENT_CONNECTION_SOURCE,
  FRAGMENT_DESTINATION,
  FRAGMENT_KEY,
  FRAGMENT_SOURCE,
  FRAGMENT_WIDTH,
} from './fragments.ts';
import {
  ICMP_KIND,
  ICMP_MESSAGE_WIDTH,
  ICMP_SENDER,
  QUOTED_DESTINATION,
  QUOTED_KEY,
  QUOTED_SOURCE,
} from './icmp-errors.ts';
import {
  ANSWER_CLIENT,
  ANSWER_KIND,
  ANSWER_SERVER,
  ANSWER_WIDTH,
  CLIENT_IPV6,
  LOOKUP_CLIENT,
  LOOKUP_KIND,
  LOOKUP_SERVER,
  LOOKUP_WIDTH,
} from './name-fields.ts';
import type { Messages } from './part.ts';
import { ADDRESS_A, ADDRESS_B, KIND, KIND_IPV6, RECORD_INTS } from './record.ts';

/**
 * Forgets the IPv6 addresses that nothing speaks of any more, and gives the others their new numbers wherever they are held; the records' hash
 * table is left to be built anew.
 * @param out 1 for each connection that is about to be taken out of the table
 */
export function forgetAddresses(addresses: AddressTable, tables: Tables, fates: FateTable, out: Uint8Array): void {
  const used = new Uint8Array(addresses.count);
  mapAddresses(tables, fates, out, (number) => {
    used[number] = 1;
    return number;
  });
  const numbers = addresses.keepOnly(used);
  mapAddresses(tables, fates, out, (number) => numbers[number]);
  tables.nameFacts.lookups.rekey();
  tables.nameFacts.answers.rekey();
}

function mapAddresses(tables: Tables, fates: FateTable, out: Uint8Array, map: (number: number) => number): void {
  const { table, icmpErrors, fragments, drops, nameFacts } = tables;
  const { records } = table;
  for (let number = 0; number < table.count; number++) {
    const at = number * RECORD_INTS;
    if (out[number] !== 0 || (records[at + KIND] & KIND_IPV6) === 0) continue;
    records[at + ADDRESS_A] = map(records[at + ADDRESS_A]);
    records[at + ADDRESS_B] = map(records[at + ADDRESS_B]);
  }
  mapRows(icmpErrors, ICMP_MESSAGE_WIDTH, QUOTED_KEY, KIND_IPV6, [QUOTED_SOURCE, QUOTED_DESTINATION], map);
  mapSenders(icmpErrors, map);
  mapRows(fragments, FRAGMENT_WIDTH, FRAGMENT_KEY, KIND_IPV6, [FRAGMENT_SOURCE, FRAGMENT_DESTINATION], map);
  const inside = [FRAGMENT_CONNECTION_SOURCE, FRAGMENT_CONNECTION_DESTINATION];
  mapRows(fragments, FRAGMENT_WIDTH, FRAGMENT_CONNECTION_KEY, KIND_IPV6, inside, map);
  mapRows(drops, DROP_WIDTH, DROP_KEY, KIND_IPV6, [DROP_SOURCE, DROP_DESTINATION], map);
  mapRows(nameFacts.lookups, LOOKUP_WIDTH, LOOKUP_KIND, CLIENT_IPV6, [LOOKUP_CLIENT, LOOKUP_SERVER], map);
  mapRows(nameFacts.answers, ANSWER_WIDTH, ANSWER_KIND, CLIENT_IPV6, [ANSWER_CLIENT, ANSWER_SERVER], map);
  fates.mapAddresses(map);
}

/** Maps `fields` of the rows that have `bit` in their field `key`. */
function mapRows(
  { values, count }: Messages,
  width: number,
  key: number,
  bit: number,
  fields: readonly number[],
  map: (number: number) => number,
): void {
  for (let at = 0; at < count * width; at += width) {
    if ((values[at + key] & bit) === 0) continue;
    for (const field of fields) values[at + field] = map(values[at + field]);
  }
}

/** Who sent an ICMP error, by the version of ICMP. */
function mapSenders({ values, count }: Messages, map: (number: number) => number): void {
  for (let at = 0; at < count * ICMP_MESSAGE_WIDTH; at += ICMP_MESSAGE_WIDTH)
    if (values[at + ICMP_KIND] >>> 16 === 6) values[at + ICMP_SENDER] = map(values[at + ICMP_SENDER]);
}
