/** A Samba domain controller and real clients: each vantage allows its findings, and no others (captures/rpc/README.md). */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { loadSite } from '../../src/site/index.ts';
import { rpcStories } from '../../src/stories/rpc-stories.ts';
import { Observation } from '../../src/track/observation.ts';
import { readBytes } from '../capture/support/read.ts';
import { merge, observe, partOf } from '../track/analyze.ts';
import type { TestFrame } from '../track/frames.ts';

const LAB = 'captures/rpc';
type Vantage = 'client' | 'server';
const truth = JSON.parse(readFileSync(`${LAB}/truth.json`, 'utf8')) as Record<string, Record<Vantage, string[]>>;
const fileOf = (scenario: string, vantage: Vantage): string => `${LAB}/${scenario}-${vantage}.pcap.gz`;

async function reportOf(scenario: string, vantage: Vantage): Promise<Report> {
  const analysis = await analyze([fileOf(scenario, vantage)], { workers: 0 });
  return assess(evidenceOf(analysis), await loadSite(`${LAB}/site.yaml`), loadCatalog());
}

function framesOf(scenario: string, vantage: Vantage): TestFrame[] {
  const { frames } = readBytes(gunzipSync(readFileSync(fileOf(scenario, vantage))));
  return frames.map(({ captured, original, ...rest }) => ({
    ...rest,
    bytes: Uint8Array.from(Buffer.from(captured, 'latin1')),
    length: original,
  }));
}

describe.each(Object.entries(truth))('%s', (scenario, vantages) => {
  test.each(Object.entries(vantages) as [Vantage, string[]][])('at the %s', async (vantage, wanted) => {
    const { findings } = await reportOf(scenario, vantage);
    const told = findings
      .filter(({ kind }) => kind !== 'required-not-seen')
      .map(({ kind, certainty, proto, dest_port }) => `${kind} ${certainty} ${proto}/${dest_port}`);
    expect(told.sort()).toEqual([...wanted].sort());
  });
});

describe('what the controller told', () => {
  test('the interface, the frame, and the rule of a port that works', async () => {
    for (const vantage of ['client', 'server'] as const) {
      const { rpc_connections, undecided } = await reportOf('success', vantage);
      expect(rpc_connections).toMatchObject([
        {
          src_name: 'WS01',
          dest_name: 'DC01',
          interfaces: [{ name: 'samr', told_by: 'endpoint-mapper', told_to_client: true }],
          rules: ['ws.dc.rpc-dynamic'],
          outcomes: { established: 1 },
        },
      ]);
      const [{ interfaces, first_frame }] = rpc_connections;
      expect(interfaces[0].frame).toBeLessThan(first_frame);
      expect(undecided).toEqual([]);
    }
  });

  test('a capture that began after the mapping cannot tell', async () => {
    for (const vantage of ['client', 'server'] as const) {
      const { undecided, rpc_connections } = await reportOf('began-late', vantage);
      expect(undecided).toMatchObject([{ count: 1, examples: ['WS01 (10.78.1.11) -> DC01 (10.78.2.10) tcp/50123'] }]);
      expect(rpc_connections).toEqual([]);
    }
  });

  test('too big for UDP is no failure, and where TCP is blocked the reason is told', async () => {
    const { rules } = await reportOf('kerberos-too-big', 'client');
    expect(rules.find(({ id }) => id === 'ws.dc.kerberos')?.state).toBe('works');
    expect(rules.find(({ id }) => id === 'ws.dc.kerberos-udp')?.state).toBe('works');
    const { findings } = await reportOf('kerberos-tcp-dropped', 'client');
    expect(findings.find(({ dest_port }) => dest_port === 88)?.message).toContain('its answer is too big');
  });
});

describe('any cut', () => {
  const stories = (observation: Observation) => rpcStories(observation);
  const frames = framesOf('success', 'client');
  const whole = stories(observe(frames));

  test('in two at every frame gives what one pass gives', () => {
    expect(whole.mappings).toHaveLength(1);
    for (let at = 0; at <= frames.length; at++) {
      const parts = [partOf(frames.slice(0, at), 3), partOf(frames.slice(at), 5)];
      expect(stories(new Observation(merge(parts)))).toEqual(whole);
    }
  });

  test('in any pieces, joined in any grouping', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(frames.length), { maxLength: 8 }), fc.nat(7), (cuts, middle) => {
        const places = [0, ...cuts.sort((a, b) => a - b), frames.length];
        const parts = places.slice(1).map((end, i) => partOf(frames.slice(places[i], end), i + 1));
        const split = Math.min(middle, parts.length);
        const left = new Observation(merge(parts));
        const grouped = merge([merge(parts.slice(0, split), 2), merge(parts.slice(split), 4)]);
        expect(stories(left)).toEqual(whole);
        expect(stories(new Observation(grouped))).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });
});

test('the captures are those of the list', () => {
  for (const scenario of Object.keys(truth))
    for (const vantage of ['client', 'server'] as const) expect(existsSync(fileOf(scenario, vantage))).toBe(true);
});
