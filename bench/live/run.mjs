// Live capture under load, side by side: the same flood through a veth pair between two network namespaces.
//
//   sudo node bench/live/run.mjs [--packets 1200000] [--rates 100000,300000,0] [--cap FOLDER] [--length 448] [--flows 1000]
//
// Rate 0 is as fast as the sender goes. The packets are for another station, as on a mirror port: the receiving host itself only captures.
// --cap names a folder whose node_modules hold the package cap (npm install cap there; needs
// libpcap0.8-dev and a compiler). Prints what each received and lost, processor seconds and the most memory, as a Markdown table.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '1200000' },
    rates: { type: 'string', default: '100000,300000,0' },
    length: { type: 'string', default: '448' },
    flows: { type: 'string', default: '1000' },
    cap: { type: 'string' },
    only: { type: 'string' },
  },
});
const packets = Number(values.packets);
/** Without Ethernet, IPv4 and UDP. */
const payload = String(Number(values.length) - 42);
const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-bench-live-'));
const tag = `pcb${process.pid}`;
const [from, to] = [`${tag}-c`, `${tag}-s`];
const sh = (command) => execFileSync('sh', ['-ec', command], { encoding: 'utf8' });
const inServer = (command, options) => spawn('ip', ['netns', 'exec', to, ...command], options);

/** Peak memory in MB and processor seconds of a process and its threads, looked at while it lives. */
function watch(pid) {
  const seen = { memory: 0, processor: 0, samples: [] };
  const look = () => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const resident = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
      seen.memory = Math.max(seen.memory, resident);
      seen.samples.push(Math.round(resident));
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      seen.processor = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 250);
  return () => {
    look();
    clearInterval(timer);
    return seen;
  };
}

const text = (stream) => {
  const read = { all: '' };
  stream.on('data', (data) => {
    read.all += data;
  });
  return read;
};
const untilSaid = async (read, what) => {
  for (let i = 0; i < 600 && !read.all.includes(what); i++) await setTimeout(50);
};
const ended = (child) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', resolve));

const contestants = {
  'pcapcheck live': async () => {
    const site = join(folder, 'site.yaml');
    writeFileSync(site, 'version: 1\nhosts:\n  - { name: A, addresses: [10.99.0.1], roles: [client] }\n');
    const program = [process.execPath, join(here, '../../dist/pcapcheck.js')];
    const args = ['live', '-i', 'eth0', '-t', site, '-f', 'udp port 7777', '--fail-on', 'never'];
    const child = inServer([...program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const out = text(child.stdout);
    await untilSaid(out, '"status"');
    return {
      child,
      async finish() {
        child.kill('SIGINT');
        await ended(child);
        const lines = out.all
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
        const { report } = lines.at(-1);
        const sum = (field) => report.captures[0].losses.reduce((all, loss) => all + loss[field], 0);
        const [kernel, ours] = [sum('kernel') + sum('interface'), sum('analysis')];
        return { received: report.coverage.frames, lost: `kernel ${kernel}, ours ${ours}` };
      },
    };
  },
  'tcpdump -w /dev/null': async () => {
    const args = ['-i', 'eth0', '-B', '65536', '-n', '-w', '/dev/null', 'udp port 7777'];
    const child = inServer(['tcpdump', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const err = text(child.stderr);
    await untilSaid(err, 'listening');
    return {
      child,
      async finish() {
        child.kill('SIGINT');
        await ended(child);
        const [, received] = /(\d+) packets captured/.exec(err.all);
        const [, lost] = /(\d+) packets dropped by kernel/.exec(err.all);
        return { received: Number(received), lost: `kernel ${lost}` };
      },
    };
  },
  ...(values.cap && {
    'cap 0.2.1': async () => {
      const child = inServer([process.execPath, join(here, 'cap-receiver.cjs'), values.cap, 'eth0'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const out = text(child.stdout);
      await untilSaid(out, 'ready');
      return {
        child,
        async finish() {
          child.stdin.on('error', () => {});
          child.stdin.end();
          await ended(child);
          const received = Number(out.all.trim().split('\n').at(-1));
          return Number.isNaN(received) ? { received: 0, lost: 'crashed' } : { received, lost: 'does not say' };
        },
      };
    },
  }),
};

try {
  execFileSync('gcc', ['-O2', '-Wall', '-o', join(folder, 'flood'), join(here, 'flood.c')]);
  sh(`
ip netns add ${from}; ip netns add ${to}
ip link add eth0 netns ${from} type veth peer name eth0 netns ${to}
for n in ${from} ${to}; do ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1; done
ip -n ${from} addr add 10.99.0.1/24 dev eth0; ip -n ${to} addr add 10.99.0.2/24 dev eth0
ip -n ${from} link set eth0 gso_max_segs 1
ip -n ${from} link set eth0 up; ip -n ${to} link set eth0 up
ip -n ${from} neigh add 10.99.0.2 lladdr 02:00:00:00:99:77 dev eth0 nud permanent`);
  console.log(
    `| sent | who | received | lost | processor | most memory | load |\n| --- | --- | --- | --- | --- | --- | --- |`,
  );
  for (const rate of values.rates.split(',').map(Number)) {
    for (const [name, start] of Object.entries(contestants)) {
      if (values.only && !name.startsWith(values.only)) continue;
      const load = loadavg()[0].toFixed(1);
      const { child, finish } = await start();
      const stop = watch(child.pid);
      await setTimeout(500);
      const flood = [join(folder, 'flood'), '10.99.0.2', '7777', String(packets), String(rate), payload, values.flows];
      // Not waited for in one piece: memory is looked at meanwhile.
      const sender = spawn('ip', ['netns', 'exec', from, ...flood], { stdio: ['ignore', 'pipe', 'inherit'] });
      const sums = text(sender.stdout);
      await ended(sender);
      const [sent, seconds] = sums.all.trim().split(' ');
      await setTimeout(1500);
      const { memory, processor, samples } = stop();
      const { received, lost } = await finish();
      const share = (100 * (1 - received / sent)).toFixed(1);
      const sending = `${(sent / 1e6).toFixed(1)} M at ${Math.round(sent / seconds / 1000)} k/s`;
      const short = received === Number(sent) ? '' : ` (-${share} %)`;
      console.log(
        `| ${sending} | ${name} | ${received}${short} | ${lost} | ${processor.toFixed(2)} s | ${Math.round(memory)} MB | ${load} |`,
      );
      if (values.only) console.log(`memory, MB every 5 s: ${samples.filter((_, i) => i % 20 === 0).join(' ')}`);
    }
  }
} finally {
  for (const namespace of [from, to]) sh(`ip netns del ${namespace} 2> /dev/null || true`);
  rmSync(folder, { recursive: true, force: true });
}
