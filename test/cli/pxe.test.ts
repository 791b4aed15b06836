import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pcap } from '../capture/support/build.ts';
import { machine, option, text } from '../stories/boot-frames.ts';
import { type TestFrame, tftp } from '../track/frames.ts';
import { ensureBuilt, folder, run } from './program.ts';

beforeAll(ensureBuilt);

const BIOS = 'captures/pxe/bios-success-client.pcap.gz';
const UEFI = 'captures/pxe/uefi-success-client.pcap.gz';

/** The fields that users write scripts for. */
const TRANSFER_FIELDS = [
  'client_ip',
  'client_port',
  'server_ip',
  'server_port',
  'request_frames',
  'file',
  'mode',
  'options',
  'accepted_options',
  'bytes',
  'blocks',
  'retransmissions',
  'outcome',
  'error',
  'first_ts',
  'last_ts',
];

function captureOf(frames: readonly TestFrame[]): string {
  const path = join(folder(), 'made.pcap');
  const LINKTYPE_RAW = 101;
  writeFileSync(
    path,
    pcap(
      frames.map(({ bytes, seconds, nanoseconds }) => ({
        data: bytes,
        seconds,
        fraction: Math.round(nanoseconds / 1000),
      })),
      { linkType: LINKTYPE_RAW },
    ),
  );
  return path;
}

describe('pcapcheck pxe', () => {
  test('a line a machine, and one for its UUID where the width has no room', async () => {
    const { code, out, err } = await run(['pxe', BIOS, UEFI]);
    expect(code, err).toBe(0);
    const lines = out.trim().split('\n').slice(1);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^00:15:5d:77:01:01 +x86 BIOS +10\.77\.1\.\d+ +loaded +[\d.]+ s$/);
    expect(lines[1]).toMatch(/^ {2}UUID 4C4C4544-0042-3010-8051-B7C04F4D3401$/i);
    expect(lines[2]).toMatch(/^00:15:5d:77:01:02 +x64 UEFI +\S+ +loaded/);
  });

  test.each(['00:15:5d:77:01:01', '00-15-5D-77-01-01', '{4c4c4544-0042-3010-8051-b7c04f4d3401}', '10.77.1.113'])(
    '--client %s: the ladder, with time, ends, ports, message and result',
    async (client) => {
      const { code, out, err } = await run(['pxe', BIOS, UEFI, '--client', client]);
      expect(code, err).toBe(0);
      const [, ...ladder] = out.slice(out.indexOf('After')).trim().split('\n');
      expect(ladder[0]).toMatch(/^ *0\.000 s +\d+ +0\.0\.0\.0:68 +255\.255\.255\.255:67 +DISCOVER +PXEClient/);
      expect(out).toMatch(/10\.77\.1\.113:68 +10\.77\.2\.20:4011 +REQUEST/);
      expect(out).toMatch(/10\.77\.1\.113:\d+ +10\.77\.2\.20:69 +TFTP read +complete, 62 bytes,/);
      expect(out).toMatch(/first seen\s+20/);
      expect(out).not.toContain('00:15:5d:77:01:02');
    },
  );

  test('a machine that is not there is one sentence', async () => {
    const { code, out, err } = await run(['pxe', BIOS, '--client', '00:00:00:00:00:01']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^pcapcheck: no machine 00:00:00:00:00:01 asked for network boot[^\n]*\n$/);
  });

  test('JSON has the documented fields, in the report too', async () => {
    const { out } = await run(['pxe', UEFI, '--format', 'json']);
    const { pxe_clients, tftp_transfers } = JSON.parse(out);
    expect(pxe_clients[0].steps[0]).toMatchObject({ src_port: 68, dest_port: 67, message: 'DISCOVER' });
    for (const transfer of tftp_transfers)
      expect(Object.keys(transfer)).toEqual(expect.arrayContaining(TRANSFER_FIELDS));
    const whole = await run([UEFI, '-t', 'captures/pxe/site.yaml', '-f', 'json']);
    const report = JSON.parse(whole.out);
    expect(report.tftp_transfers.map((one: object) => Object.keys(one))).toEqual(
      tftp_transfers.map(() => expect.arrayContaining(TRANSFER_FIELDS)),
    );
    expect(report.pxe_clients[0].steps).toEqual(pxe_clients[0].steps);
  });

  test('what breaks the rules is survived, counted and said', async () => {
    const { discover, offer, ask, lease } = machine();
    const way = { source: lease, destination: '10.0.0.30', sourcePort: 2071, destinationPort: 69 };
    const path = captureOf([
      discover(0),
      // An option longer than its field, options of no length without an end mark, overload that points at itself.
      offer(0.1, { rawOptions: [...option(53, [2]), 60, 200, 65] }),
      offer(0.2, { rawOptions: [53, 0, 54, 0, 60, 0, 67, 0] }),
      offer(0.3, { rawOptions: [...option(53, [2]), ...option(52, [9]), 255] }),
      ask(1, 'whole.efi'),
      // A request whose option has no value, and one whose name never ends.
      tftp({ ...way, time: 2 }, 1, 0x6100, Uint8Array.from(text('octet\0blksize\x001'))),
      tftp({ ...way, sourcePort: 2072, time: 3 }, 1, 0x4141, new Uint8Array(65_000).fill(0x41)),
    ]);
    const json = await run(['pxe', path, '--format', 'json']);
    const told = JSON.parse(json.out);
    // Of the endless name 2048 bytes are kept: cut by us, which is not the sender's fault.
    expect(told).toMatchObject({ malformed_messages: 4, messages_not_kept: 0, pxe_clients: [{ boots: 1 }] });
    expect(told.tftp_transfers).toHaveLength(3);
    expect(told.tftp_transfers[2].file.length).toBeLessThan(2048);
    const table = await run(['pxe', path]);
    expect(table.code).toBe(0);
    expect(table.err).toContain(
      '4 messages of DHCP, TFTP or RPC break their own rules; what is whole in them was read',
    );
  });
});

test('transfers of which no boot is in the capture are counted, so that nobody thinks there were none', async () => {
  const { code, out, err } = await run(['pxe', 'captures/demo/demo.pcap']);
  expect([code, out]).toEqual([0, 'No machine asked for network boot.\n']);
  expect(err).toContain('pcapcheck: 1 TFTP transfer without the DHCP messages of a boot; --format json lists it\n');
});
