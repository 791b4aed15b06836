/** What was said on port 135 agrees with tshark: towers of the endpoint mapper, and interfaces of binds. */
import { afterAll, describe, expect, test } from 'vitest';
import { keptStreams } from '../../src/stories/byte-stream.ts';
import { rpcConversation } from '../../src/stories/rpc-calls.ts';
import { MAPPER_PORT, rpcStories } from '../../src/stories/rpc-stories.ts';
import { CONTROL_RPC } from '../../src/track/control-ports.ts';
import { observationOf } from './messages.ts';
import { hasOracles, oracles } from './oracles.ts';

interface EpmRow {
  opnum: string;
  uuid: string;
  'proto.tcp_port': string;
  frame: number;
  src: string;
  dst: string;
  pkt_type: string;
}
interface BindRow {
  src: string;
  dst: string;
  dport: number;
  uuid: string;
  count: number;
}
type Rows = { epm?: EpmRow[]; dcerpc_binds?: BindRow[] };

/** Bytes that are no fragment by their own rules, and fragments without an end: counted, and why. */
const MALFORMED: Record<string, { count: number; reason: string }> = {};

const figures = { answers: 0, towers: 0, binds: 0 };

describe.skipIf(!hasOracles)('port 135 agrees with tshark', () => {
  afterAll(() =>
    console.log(`rpc: ${figures.answers} answers with ${figures.towers} towers, ${figures.binds} binds, all equal`),
  );
  for (const [file, oracle] of Object.entries(oracles())) {
    const rows = (oracle.tshark ?? {}) as Rows;
    const answers = (rows.epm ?? []).filter(({ pkt_type }) => pkt_type === '2');
    const binds = (rows.dcerpc_binds ?? []).filter(({ dport }) => dport === MAPPER_PORT);
    if (answers.length + binds.length === 0) continue;

    test(file, async () => {
      const observation = await observationOf(file);
      const { mappings, malformed, dropped } = rpcStories(observation);
      const expected = new Map<string, { count: number; frame: number }>();
      for (const { src, dst, uuid, 'proto.tcp_port': ports, frame } of answers) {
        figures.answers++;
        // The transfer syntax of each tower has a UUID as well.
        const interfaces = uuid.split('|').filter((_, i) => i % 2 === 0);
        ports.split('|').forEach((port, i) => {
          figures.towers++;
          const key = `${dst} ${src} ${interfaces[i]} ${port}`;
          const known = expected.get(key) ?? { count: 0, frame };
          expected.set(key, { ...known, count: known.count + 1 });
        });
      }
      const told = mappings
        .filter(({ way }) => way === 'endpoint-mapper')
        .map((one): [string, object] => [
          `${one.client} ${one.server} ${one.interface} ${one.port}`,
          { count: one.count, frame: one.first.frame },
        ]);
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
      expect(dropped).toBe(0);
      expect(malformed).toBe(MALFORMED[file]?.count ?? 0);
    });

    test.runIf(binds.length > 0)(`${file}: binds`, async () => {
      const observation = await observationOf(file);
      const seen = new Set<string>();
      for (const streams of keptStreams(observation, CONTROL_RPC)) {
        const server = streams.ends[1].port === MAPPER_PORT ? 1 : 0;
        const [client, asked] = [1 - server, server].map((side) =>
          observation.addressText(streams.ends[side].family, streams.ends[side].address),
        );
        for (const bind of rpcConversation(streams, server).binds) seen.add(`${client} ${asked} ${bind.interface}`);
      }
      figures.binds += binds.length;
      expect([...seen].sort()).toEqual(binds.map(({ src, dst, uuid }) => `${src} ${dst} ${uuid}`).sort());
    });
  }
});
