/** Live capture on real interfaces. Needs root on Linux, iproute2 and tcpdump; .ci/run has them. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RingWriter } from '../../src/live/ring.ts';
import { ensureBuilt, PROGRAM, ROOT } from '../cli/program.ts';
import { udp } from '../track/frames.ts';
import { batchOf } from './batches.ts';
import { CLIENT, ended, Lab, type Line, Live, SERVER, SILENT, whyNoLab } from './lab.ts';

const reason = whyNoLab();
if (reason !== null) console.warn(`SKIPPED: live capture in namespaces (${reason})`);

const NOBODY = 65_534;
/** An interface on which nobody opens a connection by himself, as hosts do discover their neighbours. */
const SILENCE = ['-i', 'eth0', '-f', 'tcp'];

/** Packets in a capture, as tcpdump reads it. */
const packetsIn = (path: string): number =>
  execFileSync('tcpdump', ['-n', '-r', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')
    .length - 1;

describe.skipIf(reason !== null)('live capture', { timeout: 90_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    await ensureBuilt();
    lab = new Lab();
  });
  afterAll(() => lab?.close());

  test('captures under a filter what tcpdump captures, to the packet', async () => {
    const theirs = join(lab.folder, 'theirs.pcap');
    const ours = join(lab.folder, 'ours.pcap');
    const filter = 'udp dst port 7777';
    const tcpdump = lab.start(lab.server, ['tcpdump', '-i', 'eth0', '-U', '-w', theirs, filter]);
    const live = await lab.live('-i', 'eth0', '-f', filter, '-w', ours).ready();
    await Promise.all([lab.datagrams(3000, 2), lab.datagrams(500, 2, SERVER, 8888)]);
    await setTimeout(1000);
    const { code, report } = await live.stop();
    tcpdump.kill('SIGINT');
    await ended(tcpdump);
    expect(packetsIn(theirs)).toBe(3000);
    expect(packetsIn(ours)).toBe(3000);
    expect(report.coverage.frames).toBe(3000);
    expect(report.captures).toMatchObject([{ path: 'eth0', format: 'live', frames: 3000, problems: [], losses: [] }]);
    expect(code).toBe(1);
  });

  test('tells a refusal within seconds, a silence when it is certain, with the frames of the saved file', async () => {
    const saved = join(lab.folder, 'saved.pcap');
    const live = await lab.live('-i', 'eth0', '-w', saved).ready();
    // Something that works both ways, so that silence means something.
    const began = Date.now();
    await Promise.all([lab.connects(SERVER, 443), lab.connects(SILENT, 80, 2, 8)]);
    const refused = await live.line(({ type, outcome }) => type === 'finding' && outcome === 'refused');
    expect(refused).toMatchObject({ state: 'new', kind: 'blocked-required', dest_port: 443, capture: saved });
    expect(Date.parse(refused.ts) - began).toBeLessThan(15_000);
    const { code, report } = await live.stop();
    expect(code).toBe(1);
    const silent = report.rules.filter(({ undecided }: { undecided: number }) => undecided > 0);
    expect(silent.length + report.findings.length).toBeGreaterThan(1);
    const frame = execFileSync('tcpdump', ['-n', '-r', saved], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).split('\n')[refused.frames[0] - 1];
    expect(frame).toMatch(new RegExp(`${CLIENT}\\.\\d+ > ${SERVER}\\.443: Flags \\[S\\]`));
  });

  test('an interface that goes down, and one that is deleted and made anew, are waited for and told', async () => {
    const live = await lab.live('-i', 'eth0').ready();
    await lab.datagrams(10, 0.2);
    lab.ip('-n', lab.server, 'link', 'set', 'eth0', 'down');
    await live.line(({ type, state }) => type === 'interface' && state === 'down');
    lab.ip('-n', lab.server, 'link', 'set', 'eth0', 'up');
    await live.line(({ type, state }) => type === 'interface' && state === 'back');
    await lab.datagrams(10, 0.2);
    lab.ip('-n', lab.server, 'link', 'del', 'eth0');
    await live.line(({ type, state }) => type === 'interface' && state === 'gone');
    await setTimeout(1500);
    lab.connect('eth0', '10.99.0');
    lab.ip('-n', lab.client, 'neigh', 'add', SILENT, 'lladdr', '02:00:00:00:99:02', 'dev', 'eth0', 'nud', 'permanent');
    await live.line(
      () => live.lines.filter(({ type, state }) => type === 'interface' && state === 'back').length === 2,
    );
    await setTimeout(500);
    await lab.datagrams(10, 0.2);
    await setTimeout(500);
    const { report } = await live.stop();
    const [{ losses, problems }] = report.captures;
    expect(losses.map(({ blind }: { blind: string }) => blind)).toEqual(['down', 'gone']);
    expect(problems[0]).toMatch(/^The interface was down from .* to .*: silence of that time proves nothing\.$/);
    expect(report.matrix.length + report.findings.length).toBeGreaterThan(0);
  });

  test('while the kernel loses packets silence is undecided, and the report names the seconds', async () => {
    const live = await lab.live('-i', 'eth0', '--buffer', '1m').ready();
    await lab.connects(SERVER, 443);
    // Held, it reads nothing, and its small buffer runs over; what is asked meanwhile may have been answered.
    process.kill(live.pid, 'SIGSTOP');
    await lab.datagrams(20_000, 1);
    await lab.connects(SILENT, 80, 1, 8);
    await lab.datagrams(20_000, 1);
    process.kill(live.pid, 'SIGCONT');
    const loss = await live.line(({ type }) => type === 'loss');
    expect(loss).toMatchObject({ interface: 'eth0', analysis: 0, blind: null });
    expect(loss.kernel).toBeGreaterThan(1000);
    await setTimeout(6000);
    const { report } = await live.stop();
    expect(report.captures[0].losses[0].kernel).toBeGreaterThan(1000);
    expect(report.captures[0].problems[0]).toMatch(
      /^Packets were lost from .* by the kernel\): silence of that time proves nothing\.$/,
    );
    const silent = report.findings.filter(({ outcome }: { outcome: string }) => outcome === 'no-answer');
    expect(silent).toEqual([]);
  });

  test.skipIf(spawnSync('gcc', ['--version']).status !== 0)(
    'of a flood, each packet is analyzed or counted as lost',
    async () => {
      const flood = join(lab.folder, 'flood');
      execFileSync('gcc', ['-O2', '-o', flood, 'bench/live/flood.c']);
      lab.ip('-n', lab.client, 'link', 'set', 'eth0', 'gso_max_segs', '1');
      const live = await lab.live('-i', 'eth0', '-f', 'udp dst port 7777').ready();
      const sending = lab.start(lab.client, [flood, SERVER, '7777', '600000', '0', '100', '500']);
      expect(await ended(sending)).toBe(0);
      await setTimeout(2000);
      const { report } = await live.stop();
      const [{ losses }] = report.captures;
      const lost = losses.reduce((sum: number, { kernel, analysis }: Line) => sum + kernel + analysis, 0);
      expect(report.coverage.frames + lost).toBe(600_000);
      expect(report.coverage.frames).toBeGreaterThan(100_000);
    },
  );

  test('a full disk ends the file with a whole packet and a clear error; the analysis goes on', async () => {
    const small = join(lab.folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', small]);
    try {
      const saved = join(small, 'a.pcap');
      const live = await lab.live('-i', 'eth0', '-w', saved).ready();
      await lab.datagrams(3000, 2);
      const error = await live.line(({ type }) => type === 'error');
      expect(error).toMatchObject({ code: 'write-failed', message: `Cannot write ${saved}: the disk is full.` });
      const { code, report } = await live.stop();
      expect(code).toBe(2);
      expect(live.err).toContain('the disk is full. The analysis went on');
      expect(report.coverage.frames).toBeGreaterThanOrEqual(3000);
      const { size } = statSync(saved);
      expect(size).toBeLessThanOrEqual(128 * 1024);
      const { stderr } = spawnSync('tcpdump', ['-n', '-r', saved], { encoding: 'utf8' });
      expect(stderr).not.toContain('truncated');
      expect(packetsIn(saved)).toBeGreaterThan(500);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  test('of a batch that is larger than the room on the disk, the packets that fit are kept', () => {
    const small = join(lab.folder, 'smaller');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', small]);
    try {
      const saved = join(small, 'a.pcap');
      const writer = new RingWriter(saved, null, { linkType: 101, snapshotLength: 65_535, nanoseconds: true });
      writer.open();
      const ends = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 1, destinationPort: 2 };
      const batch = batchOf(Array.from({ length: 200 }, (_, i) => udp({ ...ends, payload: 1000, time: i })));
      expect(() => writer.write(new Uint8Array(batch.buffer), 200)).toThrow('the disk is full');
      const { stderr } = spawnSync('tcpdump', ['-n', '-r', saved], { encoding: 'utf8' });
      expect(stderr).not.toContain('truncated');
      expect(packetsIn(saved)).toBe(Math.floor((64 * 1024 - 24) / (batch.bytes / 200)));
      expect(writer.frames).toBe(packetsIn(saved));
    } finally {
      execFileSync('umount', [small]);
    }
  });

  test('killed in the middle, its ring of files can be read', async () => {
    const ring = join(lab.folder, 'ring');
    mkdirSync(ring);
    const live = await lab.live('-i', 'eth0', '-w', join(ring, 'r.pcap'), '-b', 'duration:1', '-b', 'files:3').ready();
    const sending = lab.datagrams(5000, 5);
    await setTimeout(4200);
    process.kill(live.pid, 'SIGKILL');
    await live.end();
    await sending;
    const files = readdirSync(ring).sort();
    expect(files).toHaveLength(3);
    expect(files[0]).toMatch(/^r_0000[2-9]_\d{14}\.pcap$/);
    const packets = files.map((file) => packetsIn(join(ring, file)));
    // The last one may have just begun.
    for (const count of packets.slice(0, -1)) expect(count).toBeGreaterThan(0);
  });

  test('--user gives up the rights of root on every thread, and still captures and saves', async () => {
    const theirs = join(lab.folder, 'theirs');
    mkdirSync(theirs);
    chownSync(theirs, NOBODY, NOBODY);
    const saved = join(theirs, 'a.pcap');
    const live = await lab.live('-i', 'eth0', '--user', 'nobody', '-w', saved).ready();
    for (const task of readdirSync(`/proc/${live.pid}/task`)) {
      const status = readFileSync(`/proc/${live.pid}/task/${task}/status`, 'utf8');
      expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
      expect(status).toMatch(/^CapEff:\t0000000000000000$/m);
      expect(status).toMatch(/^Groups:\t65534 $/m);
    }
    await lab.datagrams(100, 0.5);
    await setTimeout(700);
    await live.stop('SIGTERM');
    expect(statSync(saved).uid).toBe(NOBODY);
    expect(packetsIn(saved)).toBeGreaterThanOrEqual(100);
    const refused = await lab.live('-i', 'eth0', '--user', 'nobody', '-w', '/root/a.pcap').end();
    expect(refused.code).toBe(2);
  });

  test('several interfaces at once, each with a file of its own', async () => {
    lab.connect('eth1', '10.99.1');
    const saved = join(lab.folder, 'both.pcap');
    const live = await lab.live('-i', 'eth0', '-i', 'eth1', '-f', 'udp port 7777', '-w', saved).ready();
    await Promise.all([lab.datagrams(200, 1), lab.datagrams(300, 1, '10.99.1.2')]);
    await setTimeout(3000);
    const { report } = await live.stop();
    expect(report.coverage.frames).toBe(500);
    expect(report.captures.map(({ path, frames }: { path: string; frames: number }) => [path, frames])).toEqual([
      ['eth0', 200],
      ['eth1', 300],
    ]);
    expect(packetsIn(join(lab.folder, 'both-eth0.pcap'))).toBe(200);
    expect(packetsIn(join(lab.folder, 'both-eth1.pcap'))).toBe(300);
    lab.ip('-n', lab.server, 'link', 'del', 'eth1');
  });

  test('reads what tcpdump writes into a pipe, and ends with it', async () => {
    const tcpdump = lab.start(lab.server, ['tcpdump', '-i', 'eth0', '-U', '-w', '-', 'udp port 7777'], 'pipe');
    const child = spawn(process.execPath, [PROGRAM, 'live', '-', '-t', lab.site]);
    tcpdump.stdout!.pipe(child.stdin);
    const live = await new Live(child).ready();
    await setTimeout(500);
    await lab.datagrams(100, 0.5);
    await live.line(({ type, kind }) => type === 'finding' && kind === 'unexpected-port');
    tcpdump.kill('SIGINT');
    const { code, report } = await live.end();
    expect(code).toBe(1);
    expect(report.captures).toMatchObject([{ path: '-', format: 'pcap', frames: 100 }]);
  });

  test('stopped while its pipe is silent', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'live', '-', '-t', lab.site]);
    const live = new Live(child);
    child.stdin.write(readFileSync('captures/demo/demo.pcap'));
    await live.ready();
    await setTimeout(1500);
    const { report } = await live.stop('SIGTERM');
    expect(report.coverage.frames).toBe(472);
  });

  test('ends by itself: --duration and --until-idle', async () => {
    const [timed, idle] = [lab.live(...SILENCE, '--duration', '2s'), lab.live(...SILENCE, '--until-idle', '3s')];
    const [one, other] = await Promise.all([timed.end(), idle.end()]);
    // Nothing is heard, so that nothing could be judged.
    expect([one.code, other.code]).toEqual([2, 2]);
    expect(one.report.coverage.frames).toBe(0);
    expect(one.report.schema).toBe('pcapcheck-report/1');
  });

  describe('what keeps it from capturing is one sentence and exit code 2', () => {
    const failing = async (...args: string[]): Promise<string> => {
      const live = lab.live(...args);
      const { code } = await live.end();
      expect(code).toBe(2);
      expect(live.err.trim().split('\n')).toHaveLength(1);
      return live.err;
    };
    test('no such interface: the list', async () => {
      expect(await failing('-i', 'eth9')).toMatch(/No interface is called eth9; there is .*eth0.*pcapcheck interfaces/);
    });
    test("a filter: libpcap's own words", async () => {
      expect(await failing('-i', 'eth0', '-f', 'port foo bar')).toMatch(/The filter "port foo bar" is refused: .*foo/);
    });
    test('an interface that is down', async () => {
      lab.ip('-n', lab.server, 'link', 'add', 'dead0', 'type', 'veth', 'peer', 'name', 'dead1');
      expect(await failing('-i', 'dead0')).toMatch(/dead0 is down: set it up: ip link set dead0 up/);
      lab.ip('-n', lab.server, 'link', 'del', 'dead0');
    });
    test('-w names what exists: evidence is not overwritten', async () => {
      const saved = join(lab.folder, 'evidence.pcap');
      cpSync('captures/demo/demo.pcap', saved);
      expect(await failing('-i', 'eth0', '-w', saved)).toMatch(/exists already, and captures are evidence/);
      expect(readFileSync(saved).equals(readFileSync('captures/demo/demo.pcap'))).toBe(true);
    });
    test('no user of that name', async () => {
      expect(await failing('-i', 'eth0', '--user', 'no-such-user')).toMatch(/There is no user no-such-user/);
    });

    /** The program where everybody may read it. */
    const copied = (): string => {
      const place = join(lab.folder, 'program');
      for (const part of ['dist', 'native-bindings/prebuilds', 'package.json'])
        cpSync(join(ROOT, part), join(place, part), { recursive: true });
      execFileSync('chmod', ['-R', 'a+rX', place]);
      return join(place, 'dist/pcapcheck.js');
    };
    const command = (program: string): string[] => [
      process.execPath,
      program,
      'live',
      ...SILENCE,
      '-t',
      lab.site,
      '--duration',
      '2s',
    ];

    test('no rights: which one is needed; with it alone, it works', async () => {
      const program = copied();
      const step = (caps: string): string[] => [
        'setpriv',
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        ...caps.split(' '),
      ];
      const without = new Live(
        lab.start(lab.server, [...step('--inh-caps=-all --bounding-set=-all'), ...command(program)], 'pipe'),
      );
      expect((await without.end()).code).toBe(2);
      expect(without.err).toMatch(/may not capture on eth0 .*CAP_NET_RAW/);
      const raw = new Live(
        lab.start(lab.server, [...step('--inh-caps=+net_raw --ambient-caps=+net_raw'), ...command(program)], 'pipe'),
      );
      expect(await raw.end()).toMatchObject({ report: { coverage: { frames: 0 } } });
      expect(raw.err).not.toContain('may not capture');
    });

    test('no libpcap: what to install', async () => {
      const library = spawnSync('sh', ['-c', 'readlink -f /usr/lib/*/libpcap.so.0.8'], {
        encoding: 'utf8',
      }).stdout.trim();
      const hide = `mount --bind /dev/null ${library} && exec ${command(PROGRAM).join(' ')}`;
      const live = new Live(lab.start(lab.server, ['unshare', '-m', 'sh', '-c', hide], 'pipe'));
      expect((await live.end()).code).toBe(2);
      expect(live.err).toMatch(/Live capture needs libpcap, and it was not found .*apt install libpcap0\.8/);
    });
  });
});
