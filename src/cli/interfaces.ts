import { type CaptureDevice, listDevices } from '../live/devices.ts';
import { printableData, printableJson } from '../report/printable.ts';
import { painter, useColor } from '../report/style.ts';
import { type Column, renderTable } from '../report/table.ts';
import { EXIT_CLEAN } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

const COLUMNS: Column[] = [
  { title: '', align: 'right' },
  { title: 'Interface', least: 12 },
  { title: 'State' },
  { title: 'Addresses', least: 14 },
  { title: 'Description', least: 10 },
];

/** `pcapcheck interfaces`: what `live -i` can be given. */
export function interfacesCommand(options: { format: 'table' | 'json' }, terminal: Terminal): number {
  const devices = listDevices();
  if (options.format === 'json') {
    const plain = devices.map(({ name, friendlyName, description, addresses, state, isLoopback }) => ({
      name,
      connection: friendlyName,
      description,
      addresses,
      state,
      loopback: isLoopback,
    }));
    terminal.out(`${printableJson(JSON.stringify(plain, null, 2))}\n`);
    return EXIT_CLEAN;
  }
  if (devices.length === 0) {
    terminal.err('pcapcheck: No interface is shown to this user; run as one who may capture (docs/live.md).\n');
    return EXIT_CLEAN;
  }
  const paint = painter(useColor(terminal.stdout, terminal.env));
  const rows = printableData(devices).map((device, i) => ({
    tone: device.state === 'up' ? null : ('dim' as const),
    cells: cellsOf(device, i),
  }));
  terminal.out(`${renderTable(COLUMNS, rows, terminal.stdout.columns, paint).join('\n')}\n`);
  return EXIT_CLEAN;
}

function cellsOf({ name, friendlyName, state, addresses, description }: CaptureDevice, i: number): string[] {
  return [
    String(i + 1),
    friendlyName ?? name,
    state,
    addresses.join(', '),
    [description, friendlyName === null ? null : name].filter((text) => text !== null).join('; '),
  ];
}
