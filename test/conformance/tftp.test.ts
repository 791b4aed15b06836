import { afterAll, describe, expect, test } from 'vitest';
import type { Span } from '../../src/protocols/reading.ts';
import { readTftp, type TftpMessage } from '../../src/protocols/tftp.ts';
import { tftpStories } from '../../src/stories/tftp-stories.ts';
import { CONTROL_TFTP } from '../../src/track/control-ports.ts';
import type { Observation } from '../../src/track/observation.ts';
import { METER_ACK, METER_DATA, METER_INTS } from '../../src/track/tftp-meter.ts';
import { RUN_COUNT } from '../../src/track/tftp-run.ts';
import { NOT_READ } from './differences.ts';
import { byFrame, observationOf } from './messages.ts';
import { hasOracles, oracles } from './oracles.ts';

type Row = Record<string, string | number>;
interface SpicyRow {
  'id.orig_h': string;
  'id.orig_p': string;
  'id.resp_h': string;
  fname: string;
  mode: string;
  size: string;
  block_sent: string;
  block_acked: string;
}

/** Rows that differ, and why; the counts are exact. */
const EXPLAINED: Record<string, { reason: string; rows: number }> = {
  'ndpi/tftp.pcap': {
    reason:
      'a request of an empty name and mode and four empty options: tshark names them, we take zero bytes after the mode for padding',
    rows: 1,
  },
};

const OPCODES: Record<TftpMessage['kind'], string> = {
  read: '1',
  write: '2',
  data: '3',
  ack: '4',
  error: '5',
  oack: '6',
};

function differencesOf(row: Row, payload: Span): string[] {
  const reading = readTftp(payload);
  if (reading.answer === 'not-for-us') return ['not read'];
  const { message } = reading;
  const pairs: [string, unknown, unknown][] = [['opcode', OPCODES[message.kind], row['tftp.opcode']]];
  if (message.kind === 'read' || message.kind === 'write') {
    pairs.push(['file', message.file, row['tftp.source_file'] ?? row['tftp.destination_file'] ?? '']);
    pairs.push(['mode', message.mode, String(row['tftp.type'] ?? '').toLowerCase()]);
  }
  if ('options' in message) {
    pairs.push([
      'options',
      Object.keys(message.options).join('|'),
      String(row['tftp.option.name'] ?? '').toLowerCase(),
    ]);
    pairs.push(['values', Object.values(message.options).join('|'), row['tftp.option.value'] ?? '']);
  }
  return pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([what, ours, theirs]) => `${what}: ours ${ours}, oracle ${theirs}`);
}

/** DATA and ACK packets as the meter counted them. */
function metered({ tftpMeters: { values, count } }: Observation): number {
  let packets = 0;
  for (let i = 0; i < count; i++)
    packets += values[i * METER_INTS + METER_DATA + RUN_COUNT] + values[i * METER_INTS + METER_ACK + RUN_COUNT];
  return packets;
}

describe.skipIf(!hasOracles)('TFTP agrees with tshark', () => {
  const figures = { rows: 0, equal: 0, explained: 0, notRead: 0 };
  afterAll(() => {
    console.log(
      `tftp: ${figures.rows} rows compared, ${figures.equal} equal, ${figures.explained} explained; ${figures.notRead} captures not read`,
    );
  });
  for (const [file, oracle] of Object.entries(oracles())) {
    const rows = (oracle.tshark as unknown as { tftp?: Row[] } | undefined)?.tftp;
    if (rows === undefined) continue;
    if (file in NOT_READ) {
      figures.notRead++;
      continue;
    }
    test(file, async () => {
      const observation = await observationOf(file);
      const messages = byFrame(observation, [CONTROL_TFTP]);
      const found: string[] = [];
      for (const row of rows) {
        figures.rows++;
        let differences: string[];
        if ('count' in row)
          differences =
            metered(observation) === row.count ? [] : [`blocks: ours ${metered(observation)}, oracle ${row.count}`];
        else {
          const message = messages.get(Number(row.frame));
          differences = message === undefined ? ['not kept'] : differencesOf(row, message.payload);
        }
        if (differences.length === 0) figures.equal++;
        else found.push(`frame ${row.frame}: ${differences.join('; ')}`);
      }
      figures.explained += found.length;
      expect(found.length, found.join('\n')).toBe(EXPLAINED[file]?.rows ?? 0);
    });
  }
});

describe.skipIf(!hasOracles)('transfers agree with zeek/spicy-tftp', () => {
  for (const [file, oracle] of Object.entries(oracles())) {
    const rows = (oracle as { zeek_spicy_tftp?: SpicyRow[] }).zeek_spicy_tftp;
    if (rows === undefined) continue;
    test(file, async () => {
      const { stories } = tftpStories(await observationOf(file));
      expect(
        stories.map((story) => ({
          'id.orig_h': story.clientText,
          'id.orig_p': String(story.client.port),
          'id.resp_h': story.serverText,
          fname: story.file,
          mode: story.mode,
          size: String(story.bytes),
          block_sent: String(story.blocks),
          block_acked: String(story.acknowledged),
        })),
      ).toEqual(
        rows.map(({ fname, mode, size, block_sent, block_acked, ...row }) => ({
          'id.orig_h': row['id.orig_h'],
          'id.orig_p': row['id.orig_p'],
          'id.resp_h': row['id.resp_h'],
          fname,
          mode,
          size,
          block_sent,
          block_acked,
        })),
      );
      expect(stories.every(({ outcome }) => outcome === 'complete')).toBe(true);
    });
  }
});
