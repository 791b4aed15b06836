/** Kerberos on port 88 agrees with tshark: types of messages and codes of errors, by direction. */
import { afterAll, describe, expect, test } from 'vitest';
import { type KerberosMessage, readKerberos, readKerberosOverTcp } from '../../src/protocols/kerberos.ts';
import { type Reading, type Span, spanOf } from '../../src/protocols/reading.ts';
import { hasOracles, oracles } from './oracles.ts';
import { directionsOf } from './segments.ts';

const PORT = 88;

interface Row {
  l4: 'tcp' | 'udp';
  sport: number;
  dport: number;
  msg_type: string;
  error_code: string;
  count: number;
}

const MALFORMED = 'tshark calls the frame with this request malformed and goes no further';

/** Messages that the oracle lacks, and why; the counts are exact. */
const EXTRA: Record<string, { reason: string; messages: number }> = {
  'msprotod/MS-ADOD_Example1_4_Win2016_X64_Win2016_X64_Domain_UnjoiningADomainMember.cap': {
    reason: 'tshark does not reassemble TCP in this file; in the same frames as Ethernet it finds them',
    messages: 3,
  },
  'msprotod/MS-RMSOD_Example2_Win2016_X64_Win10_X64_Domain_v-yvrich.cap': {
    reason: MALFORMED,
    messages: 1,
  },
  'msprotod/MS-RMSOD_Example2_Win2016_X64_Win10_X64_Domain_v-yvrich.eth.pcapng': {
    reason: MALFORMED,
    messages: 1,
  },
  'zeek/krb__kinit.pcap': { reason: 'the oracle stops after 80 rows', messages: 108 },
};

const figures = { rows: 0, extra: 0 };

describe.skipIf(!hasOracles)('Kerberos agrees with tshark', () => {
  afterAll(() =>
    console.log(`kerberos: ${figures.rows} rows on port 88, all equal; ${figures.extra} messages besides, explained`),
  );
  for (const [file, oracle] of Object.entries(oracles())) {
    const rows = ((oracle.tshark as { kerberos?: Row[] } | undefined)?.kerberos ?? []).filter(
      ({ sport, dport }) => sport === PORT || dport === PORT,
    );
    if (rows.length === 0) continue;
    test(file, () => {
      const seen = new Map<string, number>();
      for (const { transport, sourcePort, destinationPort, payloads } of directionsOf(file, PORT)) {
        for (const payload of payloads) {
          const reading = read(transport, spanOf(payload));
          if (reading.answer === 'not-for-us') continue;
          const { type, error } = reading.message;
          const key = `${transport} ${sourcePort} ${destinationPort} ${type} ${error ?? ''}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
      }
      const expected = new Map<string, number>();
      for (const { l4, sport, dport, msg_type, error_code, count } of rows) {
        // A ticket request holds an AP-REQ, which the oracle lists behind it.
        const key = `${l4} ${sport} ${dport} ${msg_type.split('|')[0]} ${error_code}`;
        expected.set(key, (expected.get(key) ?? 0) + count);
        figures.rows++;
      }
      let extra = 0;
      for (const [key, count] of seen) extra += count - (expected.get(key) ?? 0);
      for (const [key, count] of expected) expect(seen.get(key) ?? 0, key).toBeGreaterThanOrEqual(count);
      expect(extra).toBe(EXTRA[file]?.messages ?? 0);
      figures.extra += extra;
    });
  }
});

function read(transport: 'tcp' | 'udp', span: Span): Reading<KerberosMessage> {
  return transport === 'tcp' ? readKerberosOverTcp(span) : readKerberos(span);
}
