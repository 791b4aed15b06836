import { afterAll, describe, expect, test } from 'vitest';
import { readDhcp } from '../../src/protocols/dhcp.ts';
import { readDhcpv6 } from '../../src/protocols/dhcpv6.ts';
import { CONTROL_DHCP, CONTROL_DHCPV6 } from '../../src/track/control-ports.ts';
import { NOT_READ } from './differences.ts';
import { byFrame, observationOf } from './messages.ts';
import { hasOracles, oracles } from './oracles.ts';

type Row = Record<string, string | number> & { frame: number };

const CUT = 'the capture holds less of each message than its fixed part (snap length)';
const COPY = 'the same message captured twice within 0.1 s is one';

/** Rows that differ, and why; the counts are exact. */
const EXPLAINED: Record<string, { reason: string; rows: number }> = {
  'gopacket/tests__be__test008.pcapng': { reason: CUT, rows: 4 },
  'gopacket/tests__le__test005.pcapng': { reason: CUT, rows: 4 },
  'gopacket/tests__le__test007.pcapng': { reason: CUT, rows: 1 },
  'gopacket/tests__le__test101.pcapng': { reason: CUT, rows: 3 },
  'gopacket/tests__le__test201.pcapng': { reason: CUT, rows: 3 },
  'pcapplusplus/raw_ip.pcap': { reason: COPY, rows: 1 },
  'suricata/dhcp-option-52-overload.pcap': { reason: COPY, rows: 2 },
};

const first = (text: unknown): string => String(text).split('|')[0];
/** Codes as tshark lists them: pads and the end are 0 there. */
const codes = (text: unknown): string =>
  String(text)
    .split('|')
    .filter((code) => code !== '0')
    .join('|');

/** What tshark says of a message and we say otherwise. */
function differencesOf4(row: Row, bytes: Parameters<typeof readDhcp>[0]): string[] {
  const reading = readDhcp(bytes);
  if (reading.answer === 'not-for-us') return ['not read'];
  const { message } = reading;
  const pairs: [string, unknown, unknown][] = [
    ['type', String(message.op), row.type],
    ['id', `0x${message.xid.toString(16).padStart(8, '0')}`, row.id],
    ['hw', message.hardwareAddress, first(row['hw.mac_addr'])],
    ['yiaddr', message.yiaddr, row['ip.your']],
    ['siaddr', message.siaddr, row['ip.server']],
  ];
  if ('option.dhcp' in row) pairs.push(['option 53', String(message.type), first(row['option.dhcp'])]);
  if ('option.vendor_class_id' in row) pairs.push(['option 60', message.vendorClass, row['option.vendor_class_id']]);
  if ('option.dhcp_server_id' in row) pairs.push(['option 54', message.serverId, row['option.dhcp_server_id']]);
  if ('option.client_system_architecture' in row)
    pairs.push(['option 93', String(message.architecture), first(row['option.client_system_architecture'])]);
  if ('client_id.uuid' in row) pairs.push(['option 97', message.uuid, String(row['client_id.uuid']).toUpperCase()]);
  if ('option.type' in row) pairs.push(['codes', message.codes.join('|'), codes(row['option.type'])]);
  const file = row['option.bootfile_name'] ?? row.file;
  if (file !== undefined) pairs.push(['boot file', message.bootFile, file]);
  return pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([what, ours, theirs]) => `${what}: ours ${ours}, oracle ${theirs}`);
}

function differencesOf6(row: Row, bytes: Parameters<typeof readDhcpv6>[0]): string[] {
  const reading = readDhcpv6(bytes);
  if (reading.answer === 'not-for-us') return ['not read'];
  const { message } = reading;
  const pairs: [string, unknown, unknown][] = [
    ['type', String(message.type), String(row.msgtype).split('|').pop()],
    ['xid', `0x${message.xid.toString(16).padStart(6, '0')}`, first(row.xid)],
    ['options', message.codes.join('|'), row.options],
  ];
  return pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([what, ours, theirs]) => `${what}: ours ${ours}, oracle ${theirs}`);
}

test.skipIf(!hasOracles)('every file that is named as different exists', () => {
  for (const file of Object.keys(EXPLAINED)) expect(Object.keys(oracles())).toContain(file);
});

describe.skipIf(!hasOracles)('DHCP agrees with tshark', () => {
  const figures = { rows: 0, equal: 0, explained: 0, notRead: 0 };
  afterAll(() => {
    console.log(
      `dhcp: ${figures.rows} rows compared, ${figures.equal} equal, ${figures.explained} explained; ${figures.notRead} captures not read`,
    );
  });
  for (const [file, oracle] of Object.entries(oracles())) {
    const tshark = oracle.tshark as unknown as { dhcp?: Row[]; dhcpv6?: Row[] } | undefined;
    const rows4 = tshark?.dhcp ?? [];
    const rows6 = tshark?.dhcpv6 ?? [];
    if (rows4.length + rows6.length === 0) continue;
    if (file in NOT_READ) {
      figures.notRead++;
      continue;
    }
    test(file, async () => {
      const messages = byFrame(await observationOf(file), [CONTROL_DHCP, CONTROL_DHCPV6]);
      const found: string[] = [];
      let different = 0;
      for (const [rows, differencesOf] of [
        [rows4, differencesOf4],
        [rows6, differencesOf6],
      ] as const) {
        for (const row of rows) {
          figures.rows++;
          const message = messages.get(row.frame);
          const differences = message === undefined ? ['not kept'] : differencesOf(row, message.payload);
          if (differences.length === 0) figures.equal++;
          else {
            different++;
            found.push(`frame ${row.frame}: ${differences.join('; ')}`);
          }
        }
      }
      figures.explained += different;
      expect(different, found.join('\n')).toBe(EXPLAINED[file]?.rows ?? 0);
    });
  }
});
