/** Network boots: a line a machine, how far it came and when. Left out where none was seen. */
import type { PxeClientReport, Report } from '../../assess/types.ts';
import { count } from '../quantity.ts';
import type { Paint } from '../style.ts';
import { type Column, hasRoom, type Row, renderTable } from '../table.ts';
import { type Page, paragraph, section } from './block.ts';

const MOST_ROWS = 20;

/** Steps in the words of a table, and whether the boot may be called done there. */
const STEPS: Readonly<Record<string, { label: string; done?: true }>> = {
  discover: { label: 'asked for an address' },
  offer: { label: 'was offered an address' },
  request: { label: 'asked for the offer' },
  address: { label: 'has an address' },
  'boot-server-request': { label: 'asked the boot server' },
  'boot-file': { label: 'knows its boot file' },
  'tftp-request': { label: 'asked for the file' },
  'tftp-data': { label: 'loads' },
  loaded: { label: 'loaded', done: true },
  'windows-pe': { label: 'runs Windows PE', done: true },
};

export const stepLabel = (step: string): string => STEPS[step]?.label ?? step;

export const BOOT_COLUMNS: Column[] = [
  { title: 'Hardware address' },
  { title: 'Firmware', least: 8 },
  { title: 'Address', least: 15 },
  { title: 'Came as far as', least: 14 },
  { title: 'After', align: 'right' },
  { title: 'UUID' },
];
/** A line a machine; where there is no room for whole UUIDs, each has a line of its own. Expects printable strings. */
export function bootTable(clients: PxeClientReport[], width: number, paint: Paint): string[] {
  const rows = clients.map(bootRow);
  if (hasRoom(BOOT_COLUMNS, rows, width)) return renderTable(BOOT_COLUMNS, rows, width, paint);
  const narrow = rows.map(({ tone, cells }, index): Row => {
    const { uuid } = clients[index]!;
    return { tone, cells: cells.slice(0, -1), ...(uuid === null ? {} : { below: `UUID ${uuid}` }) };
  });
  return renderTable(BOOT_COLUMNS.slice(0, -1), narrow, width, paint);
}

/** Those that did not get through come first. */
export const sortedBoots = ({ pxe_clients }: Report): PxeClientReport[] =>
  [...pxe_clients].sort((one, other) => Number(isDone(one)) - Number(isDone(other)));

/** `3, 1 loaded a program` */
export function bootAmount({ pxe_clients }: Report): string {
  return `${count(pxe_clients.length)}, ${count(pxe_clients.filter(isDone).length)} loaded a program`;
}

export function pxeSection(report: Report, page: Page): string[] {
  const sorted = sortedBoots(report);
  const shown = page.verbose ? sorted : sorted.slice(0, MOST_ROWS);
  const left = sorted.length - shown.length;
  const heading = `NETWORK BOOTS (${bootAmount(report)})`;
  return sorted.length === 0
    ? []
    : section(page, heading, [
        ...bootTable(shown, page.width, page.paint),
        ...(left === 0 ? [] : paragraph(page, `... and ${count(left)} more: --verbose shows them all`, 2, 'dim')),
      ]);
}

const isDone = ({ reached }: PxeClientReport): boolean => STEPS[reached]?.done === true;

export function bootRow(client: PxeClientReport): Row {
  const seconds = client.times[client.reached];
  const http = client.way === 'http' ? ' (HTTP boot)' : '';
  return {
    tone: isDone(client) || client.way === 'http' ? null : 'warn',
    cells: [
      client.hardware_address ?? 'DHCPv6 only',
      client.architecture_name ?? (client.architecture === null ? '' : `type ${client.architecture}`),
      client.addresses.at(-1) ?? '',
      `${stepLabel(client.reached)}${http}${client.boots > 1 ? `, boot ${client.boots}` : ''}`,
      seconds === undefined ? '' : `${seconds.toFixed(1)} s`,
      client.uuid ?? '',
    ],
  };
}
