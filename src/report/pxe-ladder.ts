/** `pcapcheck pxe`: a line a machine, and one machine message by message. */
import type { PxeClientReport, PxeStepReport } from '../assess/types.ts';
import { printableData } from './printable.ts';
import { painter } from './style.ts';
import { type Column, renderTable } from './table.ts';
import { bootTable, stepLabel } from './terminal/pxe.ts';
import { wrap } from './text-width.ts';

export interface PxeTextOptions {
  width: number;
  color: boolean;
}

const LEAST_WIDTH = 40;

/** What a message says is told in full, at any width that people have; a hostile name still ends. */
const LADDER_LINES = 12;

const LADDER: Column[] = [
  { title: 'After', align: 'right' },
  { title: 'Frame', align: 'right' },
  { title: 'From', least: 12 },
  { title: 'To', least: 12 },
  { title: 'Message', least: 12, lines: LADDER_LINES },
  { title: 'Result', least: 16, lines: LADDER_LINES },
];

/** All machines, a line each. */
export function* renderPxeClients(clients: PxeClientReport[], options: PxeTextOptions): Generator<string> {
  const width = Math.max(LEAST_WIDTH, options.width);
  if (clients.length === 0) yield 'No machine asked for network boot.\n';
  else yield `${bootTable(printableData(clients), width, painter(options.color)).join('\n')}\n`;
}

/** Machines one after the other; an address may have been given to several. */
export function* renderPxeLadders(clients: PxeClientReport[], options: PxeTextOptions): Generator<string> {
  for (const [i, client] of clients.entries()) {
    if (i > 0) yield '\n';
    yield* renderPxeLadder(client, options);
  }
}

/** One machine: who it is, how far it came, and its ladder. */
function* renderPxeLadder(client: PxeClientReport, options: PxeTextOptions): Generator<string> {
  const width = Math.max(LEAST_WIDTH, options.width);
  const paint = painter(options.color);
  const safe = printableData(client);
  const facts = [
    safe.hardware_address ?? 'DHCPv6 only',
    safe.architecture_name,
    safe.uuid === null ? null : `UUID ${safe.uuid}`,
    safe.addresses.length === 0 ? null : safe.addresses.join(', '),
    `first seen ${safe.first_ts}`,
    `${safe.boots} ${safe.boots === 1 ? 'boot' : 'boots'}, the last one ${stepLabel(safe.reached)}`,
  ].filter((fact) => fact !== null);
  yield `${wrap(facts.join('; '), width)
    .map((line) => paint('strong', line))
    .join('\n')}\n\n`;
  yield `${renderTable(LADDER, safe.steps.map(ladderRow), width, paint).join('\n')}\n`;
}

function ladderRow(step: PxeStepReport): { cells: string[]; tone: null } {
  return {
    tone: null,
    cells: [
      `${step.since.toFixed(3)} s`,
      String(step.frame),
      socket(step.src_ip, step.src_port),
      socket(step.dest_ip, step.dest_port),
      step.message,
      step.result,
    ],
  };
}

const socket = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

/** True where `wanted` names the machine: its hardware address (`00-15-5D-01-02-03` and `00155d010203` too), its UUID, or an address that it had. */
export function isMachine({ hardware_address, uuid, addresses }: PxeClientReport, wanted: string): boolean {
  if (addresses.includes(wanted.toLowerCase())) return true;
  const digits = (text: string): string => text.toLowerCase().replace(/[-:.{}]/g, '');
  return [hardware_address, uuid].some((name) => name !== null && digits(name) === digits(wanted));
}
