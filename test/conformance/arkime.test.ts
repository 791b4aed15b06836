import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Ended, Outcome } from '../../src/assess/types.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { EXPLAINED } from './arkime-differences.ts';
import { countsOf, exactly, match, type RecordedRow } from './match.ts';
import { CAPTURES, hasOracles } from './oracles.ts';
import { type ArkimeSession, recordedBy } from './recorded.ts';

/** Connections held against the sessions that Arkime expects of the same captures. */
describe.skipIf(!hasOracles)('flows agree with Arkime', () => {
  const figures = { files: 0, rows: 0, equal: 0, explained: 0 };
  const captures = recordedBy('arkime');
  afterAll(() => {
    const { files, rows, equal, explained } = figures;
    console.log(`arkime: ${files} captures, ${rows} rows compared, ${equal} equal, ${explained} explained`);
  });

  for (const [file, { sessions }] of captures) {
    test(file, async () => {
      const ours = [...flowRows(await analyze([join(CAPTURES, file)], { workers: 0 }))];
      const result = match(ours, sessions.flatMap(rowOfArkime), true);
      const { counts, texts } = countsOf(result.differences);
      expect(counts, texts).toEqual(EXPLAINED[file]?.counts ?? {});
      figures.files++;
      figures.rows += result.rows;
      figures.equal += result.equal;
      figures.explained += result.rows - result.equal;
    });
  }

  test('every file that is named as different exists', () => {
    const known = captures.map(([file]) => file);
    for (const file of Object.keys(EXPLAINED)) expect(known).toContain(file);
  });
});

const TCP = 6;
const UDP = 17;

/** Sessions of other protocols than TCP and UDP are no connections to us. */
function rowOfArkime(session: ArkimeSession): RecordedRow[] {
  const { ip_proto, src, src_port, dst, dst_port, src_packets, dst_packets, src_bytes, dst_bytes, tcpflags } = session;
  if (ip_proto !== TCP && ip_proto !== UDP) return [];
  const { syn: syns = 0, 'syn-ack': synAcks = 0 } = tcpflags ?? {};
  return [
    {
      proto: ip_proto === TCP ? 'tcp' : 'udp',
      a: src ?? null,
      aPort: src_port ?? null,
      b: dst ?? null,
      bPort: dst_port ?? null,
      packets: [src_packets, dst_packets],
      bytes: [exactly(src_bytes), exactly(dst_bytes)],
      // Where no handshake was captured, the source is no more than who sent first.
      aIsClient: ip_proto === UDP || syns + synAcks > 0,
      outcomes: ip_proto === TCP ? outcomesOf(session) : null,
      ended: ip_proto === TCP ? endingsOf(session) : null,
      syns: syns > 0 ? syns : null,
      text: `${ip_proto} ${src}:${src_port} ${dst}:${dst_port} ${src_packets}/${dst_packets} ${JSON.stringify(tcpflags ?? {})}`,
    },
  ];
}

/** What the counts of flags allow; they are of both sides, and an ICMP error is another session. */
function outcomesOf({ tcpflags, src_packets, dst_packets }: ArkimeSession): readonly Outcome[] {
  const { syn = 0, 'syn-ack': synAck = 0, ack = 0, psh = 0, fin = 0, rst = 0 } = tcpflags ?? {};
  const plain = ack + psh + fin;
  if (syn > 0 && plain > 0) return synAck > 0 || dst_packets > 0 ? ['established'] : ['one-sided'];
  if (syn > 0 && synAck > 0) return ['half-open', 'undecided'];
  if (syn > 0 && dst_packets > 0 && rst > 0) return ['refused'];
  if (syn > 0) return ['no-answer', 'undecided', 'prohibited', 'unreachable'];
  if (plain === 0) return ['undecided'];
  return src_packets > 0 && dst_packets > 0 ? ['midstream'] : ['one-sided'];
}

function endingsOf({ tcpflags }: ArkimeSession): readonly Ended[] {
  const { fin = 0, rst = 0 } = tcpflags ?? {};
  const byReset: Ended[] = rst > 0 ? ['reset-by-client', 'reset-by-server'] : [];
  return fin === 0 && rst === 0 ? ['open', 'stalled'] : fin > 0 ? ['fin', ...byReset] : byReset;
}
