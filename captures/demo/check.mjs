// Holds a capture of make.sh against truth.json, by tshark alone:
// node check.mjs [demo.pcap]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const file = process.argv[2] ?? new URL('demo.pcap', here).pathname;
const truth = JSON.parse(readFileSync(new URL('truth.json', here), 'utf8'));

const FIELDS = [
  'frame.time_epoch',
  ...['ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'],
  ...['tcp.srcport', 'tcp.dstport', 'tcp.flags', 'tcp.len', 'tcp.seq', 'tcp.ack'],
  ...['udp.srcport', 'udp.dstport', 'icmp.type', 'icmp.code', 'icmpv6.type', 'icmpv6.code'],
];
const out = execFileSync('tshark', ['-r', file, '-T', 'fields', ...FIELDS.flatMap((f) => ['-e', f])], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
  stdio: ['ignore', 'pipe', 'ignore'],
});

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const conversations = new Map();
let last = 0;

// The conversation of two sockets, the first of them its client when it is new.
function between(proto, a, aPort, b, bPort) {
  const found =
    conversations.get(`${proto} ${a} ${aPort} ${b} ${bPort}`) ??
    conversations.get(`${proto} ${b} ${bPort} ${a} ${aPort}`);
  if (found) return found;
  const made = { proto, client: a, clientPort: aPort, server: b, port: bPort, first: last, syns: 0, icmp: [], sent: 0 };
  conversations.set(`${proto} ${a} ${aPort} ${b} ${bPort}`, made);
  return made;
}

for (const line of out.trimEnd().split('\n')) {
  const value = Object.fromEntries(line.split('\t').map((v, i) => [FIELDS[i], v.split(',')]));
  const of = (name, at = 0) => value[name]?.[at] ?? '';
  const number = (name, at = 0) => Number(of(name, at));
  last = number('frame.time_epoch');
  const error = of('icmp.type') === '3' || of('icmpv6.type') === '1';
  if (!error && (of('icmp.type') || of('icmpv6.type'))) continue;
  const at = error ? 1 : 0; // of an ICMP error, the addresses of the packet that it quotes
  const src = of('ip.src', at) || of('ipv6.src', at);
  const dst = of('ip.dst', at) || of('ipv6.dst', at);
  const proto = of('tcp.srcport') ? 'tcp' : of('udp.srcport') ? 'udp' : '';
  if (!src || !proto) continue;
  const c = between(proto, src, number(`${proto}.srcport`), dst, number(`${proto}.dstport`));
  if (error) {
    c.icmp.push(of('icmp.type') ? `3/${of('icmp.code')}` : `v6 1/${of('icmpv6.code')}`);
    continue;
  }
  const fromClient = src === c.client && number(`${proto}.srcport`) === c.clientPort;
  if (proto === 'udp') {
    if (!fromClient) c.answered = true;
    continue;
  }
  const flags = number('tcp.flags');
  if (flags & SYN && !(flags & ACK)) c.syns++;
  if (flags & SYN && flags & ACK) c.synAck = true;
  if (flags & RST) c.reset ??= fromClient ? 'reset-by-client' : 'reset-by-server';
  if (flags & FIN) c[fromClient ? 'finClient' : 'finServer'] = true;
  if (fromClient && number('tcp.len') > 0) c.sent++;
  if (!fromClient && number('tcp.ack') > 1) c.acknowledged = true;
}

function outcome(c) {
  if (c.proto === 'tcp' ? c.synAck : c.answered) return c.proto === 'tcp' ? 'established' : 'answered';
  if (c.icmp.some((i) => ['3/9', '3/10', '3/13', 'v6 1/1'].includes(i))) return 'prohibited';
  if (c.icmp.length > 0) return 'unreachable';
  if (c.reset) return 'refused';
  return last - c.first < 0.5 ? 'undecided' : 'no-answer';
}

function ended(c) {
  if (c.reset) return c.reset;
  if (c.finClient && c.finServer) return 'fin';
  return c.sent > 3 && !c.acknowledged ? 'stalled' : 'open';
}

// TFTP: the server goes on from a port of its own, towards the port that asked at 69.
const all = [...conversations.values()];
for (const c of all.filter((c) => c.proto === 'udp' && c.port === 69)) {
  const data = all.find((d) => d.server === c.client && d.port === c.clientPort && d.client === c.server);
  if (!data) continue;
  c.answered = data.answered;
  all.splice(all.indexOf(data), 1);
}

const problems = [];
for (const row of truth) {
  const mine = all.filter(
    (c) => c.proto === row.proto && c.client === row.client_ip && c.server === row.server_ip && c.port === row.port,
  );
  const name = `${row.client} ${row.client_ip} -> ${row.server} ${row.server_ip} ${row.proto}/${row.port}`;
  if (mine.length !== row.connections) problems.push(`${name}: ${mine.length} connections, not ${row.connections}`);
  for (const c of mine) {
    if (outcome(c) !== row.outcome) problems.push(`${name}: ${outcome(c)}, not ${row.outcome}`);
    else if (row.ended && ended(c) !== row.ended) problems.push(`${name}: ended ${ended(c)}, not ${row.ended}`);
    all.splice(all.indexOf(c), 1);
  }
}
for (const c of all) problems.push(`not in truth.json: ${c.client} -> ${c.server} ${c.proto}/${c.port}: ${outcome(c)}`);

for (const p of problems) console.error(p);
console.log(`${truth.length} rows, ${conversations.size} conversations, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
