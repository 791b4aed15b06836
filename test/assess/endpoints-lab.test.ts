/** A site server, DNS, a proxy and a web server: each scenario has its findings, and no others (captures/endpoints/README.md). */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import { InternetTraffic } from '../../src/assess/internet-traffic.ts';
import { Losses } from '../../src/assess/losses.ts';
import { Peers } from '../../src/assess/peers.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { nameBookOf } from '../../src/names/name-book.ts';
import { loadSite } from '../../src/site/index.ts';
import { Observation } from '../../src/track/observation.ts';
import { readBytes } from '../capture/support/read.ts';
import { merge, observe, partOf } from '../track/analyze.ts';

const LAB = 'captures/endpoints';
const truth = JSON.parse(readFileSync(`${LAB}/truth.json`, 'utf8')) as Record<string, Record<string, string[]>>;
const fileOf = (scenario: string, vantage: string): string => `${LAB}/${scenario}-${vantage}.pcap.gz`;
const NAME = 'download.microsoft.com';
const RULE = 'ie.scp-win10.download-microsoft';

async function reportOf(scenario: string, vantage = 'client'): Promise<Report> {
  const analysis = await analyze([fileOf(scenario, vantage)], { workers: 0 });
  return assess(evidenceOf(analysis), await loadSite(`${LAB}/site.yaml`), loadCatalog());
}
const ruleOf = ({ rules }: Report) => rules.find(({ id }) => id === RULE);

describe.each(Object.entries(truth))('%s', (scenario, vantages) => {
  test.each(Object.entries(vantages))('at the %s', async (vantage, wanted) => {
    const { findings } = await reportOf(scenario, vantage);
    const told = findings
      .filter(({ kind }) => kind !== 'required-not-seen')
      .map(({ kind, certainty, proto, dest_port }) => `${kind} ${certainty} ${proto}/${dest_port}`);
    expect(told.sort()).toEqual([...wanted].sort());
  });
});

test('what is told is told of the name', async () => {
  for (const [scenario, vantages] of Object.entries(truth)) {
    const [kind] = vantages.client![0]?.split(' ') ?? [];
    if (kind === undefined) continue;
    const { findings } = await reportOf(scenario);
    const told = findings.find((one) => one.kind === kind)!;
    const named =
      { 'by-address': '203.0.113.9' }[scenario] ?? (kind === 'endpoint-unlisted' ? 'tool.contoso.example' : NAME);
    expect(told.message).toContain(named);
    expect(told.frames.length).toBeGreaterThan(0);
  }
});

test.each([
  ['silent', 'Allow tcp/443 from CM01 (10.79.1.11) to download.microsoft.com on every firewall on the way out.'],
  ['refused', 'allow tcp/443 from CM01 (10.79.1.11) to download.microsoft.com.'],
])(
  'what to do about a server of others (%s) is done on the way to its name, not on that server',
  async (scenario, remedy) => {
    const { findings } = await reportOf(scenario);
    const told = findings.find(({ kind }) => kind === 'endpoint-blocked')!;
    expect(told.remedy).toContain(remedy);
    expect(told.remedy).toContain('Allow the name, not the address: it changes.');
    expect(told.remedy).not.toContain('203.0.113');
  },
);

describe('a proxy', () => {
  test.each([
    ['proxy-forbidden', '403 Forbidden', 'in the rules of PROXY01'],
    ['proxy-logon', '407 Proxy Authentication Required', 'without a logon'],
    ['proxy-redirects', '302 Found', 'sends CM01 (10.79.1.11) to another address instead'],
    ['proxy-none', '400 Bad Request', 'See whether tcp/8080 of PROXY01 (10.79.3.20) is a proxy that takes CONNECT'],
    ['proxy-unreachable', '500 Internal Server Error', 'could not get there itself'],
    ['proxy-bad-gateway', '502 Bad Gateway', 'could not get there itself'],
    ['proxy-silent', 'took its CONNECT and gave no answer', 'may go out to tcp/443'],
  ])('%s: its answer is told, and what to do', async (scenario, answer, remedy) => {
    const report = await reportOf(scenario);
    const told = report.findings.find(({ kind }) => kind === 'endpoint-blocked')!;
    expect(told.message).toContain(`through PROXY01 (10.79.3.20), listed for`);
    expect(told.message).toContain(answer);
    expect(told.remedy).toContain(remedy);
    expect(ruleOf(report)).toMatchObject({ state: 'blocked', works: 0 });
  });

  test('that passes it on in the end has blocked nothing', async () => {
    for (const scenario of ['proxied', 'proxy-logon-works', 'proxy-ntlm-works'])
      expect(ruleOf(await reportOf(scenario))?.state).toBe('works');
  });
});

test('one of two names of an address is not told as blocked for a connection that could have been for the other', async () => {
  const { findings, rules } = await reportOf('two-names');
  expect(findings.filter(({ kind }) => kind.startsWith('endpoint-'))).toEqual([]);
  expect(rules.find(({ id }) => id === 'ie.global.go-microsoft')?.state).toBe('works');
});

test('the state of a rule that names a host is that of the host', async () => {
  const states = await Promise.all(
    ['success', 'refused', 'inspected', 'nxdomain'].map(async (scenario) => ruleOf(await reportOf(scenario))?.state),
  );
  expect(states).toEqual(['works', 'blocked', 'blocked', 'not-seen']);
});

test('only what is on no list counts as unexpected', async () => {
  const { connections } = await reportOf('unlisted');
  expect(connections).toMatchObject({ total: 10, expected: 9, unexpected: 1 });
});

describe('cut in two at every frame, one pass and two give the same', () => {
  test.each(['split-hello', 'proxy-logon-works', 'proxy-ntlm-works', 'proxy-forbidden'])('%s', async (scenario) => {
    const { frames } = readBytes(gunzipSync(readFileSync(fileOf(scenario, 'client'))));
    const all = frames.map(({ captured, original, ...rest }) => ({
      ...rest,
      bytes: Uint8Array.from(Buffer.from(captured, 'latin1')),
      length: original,
    }));
    const site = await loadSite(`${LAB}/site.yaml`);
    const namesOf = (observation: Observation) => {
      const traffic = new InternetTraffic(site, observation, nameBookOf(observation), Losses.anytime(0));
      observation.fates((view) => {
        traffic.see(view);
        return false;
      });
      return traffic
        .gather(new Peers(site, observation))
        .map(({ names, targetPort, refusal, connections, by }) => ({ names, targetPort, refusal, connections, by }));
    };
    const whole = namesOf(observe(all));
    expect(whole.length).toBeGreaterThan(2);
    for (let at = 0; at <= all.length; at++) {
      const parts = [partOf(all.slice(0, at), 3), partOf(all.slice(at), 5)];
      expect(namesOf(new Observation(merge(parts)))).toEqual(whole);
    }
  });
});
