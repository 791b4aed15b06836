/** One machine: who it is, its ladder, its messages in a table, and the findings about it. */
import type { PxeClientReport } from '../../assess/types.ts';
import { kindLabel } from '../labels.ts';
import { gather } from '../terminal/gather.ts';
import { hasFailed, isDone, machineName, reachedText } from './boot-steps.ts';
import { type Child, h } from './dom.ts';
import { entry, findingId } from './finding-card.ts';
import { toldOf, wordsOf } from './generic.ts';
import { ladderPlot } from './ladder.ts';
import { ladderOf } from './ladder-model.ts';
import { heads, numbers, type Page, tableBox } from './section.ts';
import { framesText } from './words.ts';

const PLACED = new Set([
  'hardware_address',
  'uuid',
  'architecture',
  'architecture_name',
  'addresses',
  'boots',
  'way',
  'reached',
  'times',
  'boot_files',
  'first_ts',
  'last_ts',
  'steps',
]);

export function bootDetails(client: PxeClientReport, page: Page): Child {
  const name = machineName(client);
  const ladder = ladderOf(client, page.names);
  const about = findingsAbout(client, page);
  return [
    h('h3', {}, h('span', { class: 'mono' }, name)),
    h(
      'p',
      { class: 'tags' },
      h(
        'span',
        { class: `badge ${hasFailed(client) ? 'high' : isDone(client) ? 'ok' : 'plain'}` },
        reachedText(client),
      ),
      about.length === 0
        ? null
        : about.map(({ number, kind }) =>
            h('a', { href: `#${findingId(number)}` }, `finding ${number}: ${kindLabel(kind).word}`),
          ),
    ),
    h(
      'dl',
      { class: 'evidence' },
      entry(
        'Firmware',
        client.architecture_name ?? (client.architecture === null ? null : `type ${client.architecture}`),
      ),
      entry('UUID', client.uuid),
      entry('Addresses', client.addresses.join(', ')),
      entry('Boot files', client.boot_files.join(', ')),
      Object.entries(client)
        .filter(([field]) => !PLACED.has(field))
        .map(([field, value]) => entry(wordsOf(field), toldOf(value))),
    ),
    ladder.rungs.length === 0 ? null : ladderPlot(ladder, name),
    ladder.left > 0
      ? h('p', { class: 'muted' }, `The first ${ladder.rungs.length} of ${client.steps.length} messages are drawn.`)
      : null,
    client.steps.length === 0 ? null : messages(client, page),
  ];
}

/** Findings whose client is this machine, by address, or by hardware address where the finding has none. */
function findingsAbout(client: PxeClientReport, { report }: Page): { number: number; kind: string }[] {
  const own = new Set(client.addresses);
  const { hardware_address: hardware } = client;
  const found: { number: number; kind: string }[] = [];
  for (const { kind, troubles } of gather(report.findings)) {
    if (!/^(pxe|tftp)-/.test(kind)) continue;
    for (const { number, finding, others } of troubles) {
      const all = [finding, ...others];
      if (
        all.some(
          ({ src_ip, message }) =>
            (src_ip !== null && own.has(src_ip)) || (hardware !== null && message.includes(hardware)),
        )
      )
        found.push({ number, kind });
    }
  }
  return found;
}

function messages(client: PxeClientReport, { report }: Page): HTMLElement {
  const table = h(
    'table',
    {},
    heads(numbers('After'), 'From', 'To', 'Message', 'Result', 'Frame'),
    h(
      'tbody',
      {},
      ...client.steps.map((step) =>
        h(
          'tr',
          {},
          h('td', { class: 'num' }, `${step.since.toFixed(3)} s`),
          h('td', {}, socket(step.src_ip, step.src_port)),
          h('td', {}, socket(step.dest_ip, step.dest_port)),
          h('th', { scope: 'row' }, step.message),
          h('td', {}, step.result),
          h('td', {}, framesText([step.frame], step.capture, report.captures.length)),
        ),
      ),
    ),
  );
  return h(
    'details',
    {},
    h('summary', {}, 'The messages as a table'),
    tableBox(`Messages of ${machineName(client)}`, table),
  );
}

const socket = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);
