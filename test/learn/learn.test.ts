/** What learn makes of captures of our own, whose truth is known. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expandRoles } from '../../src/catalog/roles.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { learn, readPartial } from '../../src/learn/learn.ts';
import { loadSite, parseSite, type Site } from '../../src/site/index.ts';
import { DEMO_CAPTURE, DEMO_SITE } from '../assess/demo.ts';
import { ensureBuilt, folder, run } from '../cli/program.ts';
import { pcapOf } from '../engine/pcap-file.ts';
import { inProcess } from '../support/in-process.ts';
import { type TestFrame, tcp, udp } from '../track/frames.ts';

async function learned(paths: readonly string[], partial: string | null = null): Promise<string> {
  const file = partial === null ? null : await readPartial(partial);
  return learn(await analyze(paths, { workers: 0 }), file).text;
}

/** Every address that the file lists or that lies in a network and is in the capture, with the roles it has there. */
function rolesOf(site: Site, address: string): ReadonlySet<string> {
  const endpoint = site.endpoints[site.lookup(address)!]!;
  return new Set([...expandRoles(endpoint.roles)].filter((role) => role !== 'any'));
}

describe('the demo', () => {
  test('the proposal, as a reader gets it', async () => {
    await expect(await learned([DEMO_CAPTURE])).toMatchFileSnapshot('../golden/demo/learned.yaml');
  });

  test('no role is wrong; of those of addresses in the capture 16 of 19 are found, and why not the others', async () => {
    const truth = await loadSite(DEMO_SITE);
    const analysis = await analyze([DEMO_CAPTURE], { workers: 0 });
    const proposal = parseSite(learn(analysis, null).text);
    const addresses = new Set([...flowRows(analysis)].flatMap(({ src_ip, dest_ip }) => [src_ip, dest_ip]));
    const wrong: string[] = [];
    const found: string[] = [];
    const missing: string[] = [];
    for (const address of [...addresses].sort()) {
      const is = rolesOf(truth, address);
      const said = rolesOf(proposal, address);
      for (const role of said) if (!is.has(role)) wrong.push(`${address} ${role}`);
      for (const role of truth.endpoints[truth.lookup(address)!]!.roles)
        (said.has(role) ? found : missing).push(`${address} ${role}`);
    }
    expect(wrong).toEqual([]);
    // SMB is what any Windows computer serves; of the others the capture shows one connection each.
    expect(missing).toMatchInlineSnapshot(`
      [
        "10.20.0.20 file-share-server",
        "fd00:10::11 client",
        "fd00:10::13 client",
      ]
    `);
    expect(found.length).toMatchInlineSnapshot(`16`);
  });

  test('the check with it finds the faults of the demo and blames nobody else', async () => {
    const path = `${folder()}/site.yaml`;
    writeFileSync(path, await learned([DEMO_CAPTURE]));
    const blocked = async (site: string): Promise<Set<string>> => {
      const { out } = await inProcess(['check', DEMO_CAPTURE, '-t', site, '-q', '-f', 'ndjson', '-j', '0']);
      const rows = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      return new Set(
        rows
          .filter(({ severity }) => severity === 'high')
          .map(({ src_ip, dest_ip, proto, dest_port }) => `${src_ip} ${dest_ip} ${proto} ${dest_port}`),
      );
    };
    const [mine, truth] = [await blocked(path), await blocked(DEMO_SITE)];
    expect([...mine].filter((one) => !truth.has(one))).toEqual([]);
    expect([...truth].filter((one) => !mine.has(one))).toMatchInlineSnapshot(`
      [
        "fd00:10::13 fd00:20::10 tcp 10123",
        "10.10.0.13 10.20.0.20 tcp 23",
      ]
    `);
  });

  test('the same, byte for byte, for any number of workers and cuts', async () => {
    const whole = await learned([DEMO_CAPTURE]);
    for (const segmentBytes of [4096, 20_000])
      for (const workers of [1, 2])
        expect(learn(await analyze([DEMO_CAPTURE], { workers, segmentBytes }), null).text).toBe(whole);
  });
});

function text(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  return Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':');
}

describe('a topology that is there', () => {
  const PARTIAL = `# ours
version: 1
name: Office   # of the demo
settings: { sql_port: 1433 }
hosts:
  - { name: THE-DC, addresses: [10.20.0.53], roles: [dns-server] } # by hand
  - name: MP01 # no address yet
    roles: [mp]
  - { name: DISTRIBUTION, addresses: [10.20.0.20] }
  - { name: QUIET, addresses: [10.30.0.40], roles: [] }
networks:
  - { name: office, cidr: 10.10.0.0/16, roles: [client] }
forbid:
  - { id: no-telnet, from: any, to: THE-DC, transport: tcp, ports: [23] }
`;
  const made = async (partial: string): Promise<string> => {
    const path = `${folder()}/partial.yaml`;
    writeFileSync(path, partial);
    return learned([DEMO_CAPTURE], path);
  };

  test('stays and wins; what it lacks comes in', async () => {
    const text = await made(PARTIAL);
    await expect(text).toMatchFileSnapshot('../golden/demo/completed.yaml');
    const { model } = parseSite(text);
    const roles = Object.fromEntries(model.hosts.map((host) => [host.name, host.roles]));
    expect(roles['THE-DC']).toEqual(['dns-server']);
    expect(roles.QUIET).toEqual([]);
    expect(roles.DISTRIBUTION).toContain('dp-pxe');
    expect(model.hosts.find(({ name }) => name === 'MP01')!.addresses).toHaveLength(1);
    expect(model.networks.map(({ name }) => name)).toEqual(['office']);
    expect(model.forbid).toHaveLength(1);
    for (const word of ['# ours', '# of the demo', '# by hand', '# no address yet']) expect(text).toContain(word);
  });

  test('its own proposal is completed by nothing', async () => {
    const first = await learned([DEMO_CAPTURE]);
    const { model } = parseSite(await made(first));
    const again = parseSite(first).model;
    const plain = (site: typeof model) =>
      [site.hosts, site.networks].map((rows) => rows.map(({ name, roles }) => [name, roles]));
    expect(plain(model)).toEqual(plain(again));
  });

  test.each([
    'version: 1\nnetworks: [{ name: n, cidr: 10.10.0.0/24, roles: [client] }]\n',
    'version: 1\nnetworks: [{ name: n, range: 10.10.0.12-10.10.1.3, roles: [client] }]\n',
    'version: 1\nhosts: [{ name: a, addresses: [10.20.0.10, 10.20.0.20] }]\n',
    'version: 1\nhosts: &h [{ name: dc01 }, { name: clients-10.10.0.0 }]\nnetworks: []\n',
    'version: 1\nhosts:\n- name: mp01\n  addresses: []\n- {name: MP01.contoso.test}\n',
  ])('%j: what comes out is whole', async (partial) => {
    expect(parseSite(await made(partial)).model.hosts.length).toBeGreaterThan(1);
  });
});

describe('network boots', () => {
  test.each(['uefi-success', 'two-responders', 'only-69'])('%s: nobody is what it is not', async (name) => {
    const truth = await loadSite('captures/pxe/site.yaml');
    const proposal = await learned([`captures/pxe/${name}-firewall.pcap.gz`]);
    const { model } = parseSite(proposal);
    for (const host of model.hosts)
      for (const { family, first } of host.addresses)
        for (const role of rolesOf(parseSite(proposal), text(family, first)))
          expect(rolesOf(truth, text(family, first)), `${host.name} ${role}`).toContain(role);
  });
});

describe('the command', () => {
  test('says on standard error what it did; nothing learned is exit code 2', async () => {
    const good = await inProcess(['learn', DEMO_CAPTURE]);
    expect(good.code).toBe(0);
    expect(good.err).toMatch(
      /^pcapcheck: \d+ roles of hosts and 4 clients in networks proposed; 3 addresses without a role\./,
    );
    const empty = `${folder()}/empty.pcap`;
    writeFileSync(empty, readFileSync(DEMO_CAPTURE).subarray(0, 24));
    const none = await inProcess(['learn', empty]);
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.err).toBe('pcapcheck: The captures show no host of a site, so there is no topology to propose.\n');
    expect((await inProcess(['learn', DEMO_CAPTURE, '-t', DEMO_CAPTURE])).code).toBe(2);
    expect((await inProcess(['learn', 'no-such.pcap'])).code).toBe(2);
  });

  test('as a process, from a pipe', async () => {
    await ensureBuilt();
    const { code, out } = await run(['learn', '-', '-q'], { input: [readFileSync(DEMO_CAPTURE)] });
    expect(code).toBe(0);
    expect(out).toContain('from standard input');
    parseSite(out);
  });
});

describe('public addresses', () => {
  /** One connection with data both ways, or one that begins as if it had been captured from its middle. */
  function opened(source: string, destination: string, port: number, time: number): TestFrame[] {
    const up = { source, destination, sourcePort: 50_000 + time, destinationPort: port };
    const down = { source: destination, destination: source, sourcePort: port, destinationPort: 50_000 + time };
    return [
      tcp({ ...up, flags: 'S', sequence: 9, time }),
      tcp({ ...down, flags: 'SA', sequence: 99, acknowledgment: 10, time: time + 0.01 }),
      tcp({ ...up, sequence: 10, acknowledgment: 100, payload: 40, time: time + 0.02 }),
      tcp({ ...down, sequence: 100, acknowledgment: 50, payload: 40, time: time + 0.03 }),
    ];
  }
  const capture = (frames: readonly TestFrame[]): string => {
    const path = `${folder()}/public.pcap`;
    writeFileSync(path, pcapOf(frames));
    return path;
  };
  const site = opened('198.51.100.7', '198.51.100.1', 445, 1);
  const question = udp({ source: '198.51.100.7', destination: '10.0.0.9', sourcePort: 6000, destinationPort: 6001 });

  test('without a role are told with the frames that are theirs, the busiest first, and how to have them in it', async () => {
    const others = Array.from({ length: 5 }, (_, i) => opened('10.0.0.5', `203.0.113.${i}`, 443, 10 + i)).flat();
    const { code, out, err } = await inProcess(['learn', capture([...site, question, ...others])]);
    expect(code).toBe(0);
    const told =
      'Left out are 7 public addresses without a role; their connections have 25 of the 25 frames, 4 of these between two of them. The busiest: 198.51.100.7 (5 frames in 2 connections), 198.51.100.1 (4 frames in 1 connection), 203.0.113.0 (4 frames in 1 connection), 203.0.113.1 (4 frames in 1 connection), 203.0.113.2 (4 frames in 1 connection) and 2 more.';
    expect(err).toContain(`pcapcheck: ${told} The end of the file says how to include them.\n`);
    const comments = out.replace(/\n# +/g, ' ');
    expect(comments).toContain(told);
    expect(comments).toContain('If some of them are of your site, list them under hosts');
    expect((await inProcess(['learn', capture([...site, ...others]), '-q'])).err).toBe('');
  });

  test('alone: no topology, and the reason with a way out, which is one', async () => {
    const path = capture(site);
    const { code, out, err } = await inProcess(['learn', path]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      'pcapcheck: The captures show no host of a site, so there is no topology to propose.\n' +
        'pcapcheck: Left out are 2 public addresses without a role; their connections have 4 of the 4 frames, all between two of them. They are 198.51.100.1 (4 frames in 1 connection) and 198.51.100.7 (4 frames in 1 connection). If some of them are of your site, list them under hosts, or their network under networks, and give that file to learn with --topology: it then looks for their roles, too.\n',
    );
    const listed = `${folder()}/listed.yaml`;
    writeFileSync(
      listed,
      'version: 1\nhosts: [{ name: files, addresses: [198.51.100.1] }]\nnetworks: [{ name: n, cidr: 198.51.100.0/28 }]\n',
    );
    expect(await inProcess(['learn', path, '-t', listed])).toMatchObject({ code: 0 });
    expect((await inProcess(['learn', path, '-t', listed])).err).not.toContain('public');
  });

  test('of none nothing is said', async () => {
    const { err } = await inProcess(['learn', capture(opened('10.0.0.5', '10.0.0.6', 445, 1))]);
    expect(err).not.toContain('public');
  });
});
