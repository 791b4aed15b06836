import { pxeClients, tftpTransfers } from '../assess/stories-report.ts';
import type { Analysis } from '../engine/analyze.ts';
import { captureOfFrame } from '../engine/flow-row.ts';
import { printable, printableJson } from '../report/printable.ts';
import { isMachine, renderPxeClients, renderPxeLadders } from '../report/pxe-ladder.ts';
import { counted } from '../report/quantity.ts';
import { useColor } from '../report/style.ts';
import { malformedText, notKeptText } from '../report/terminal/limits.ts';
import { playStories } from '../stories/stories.ts';
import { timeText } from '../track/time-text.ts';
import { EXIT_CLEAN, EXIT_FAILED } from './exit-codes.ts';
import { readCaptures } from './reading.ts';
import { printPieces, type Terminal } from './terminal.ts';

export interface PxeOptions {
  client?: string;
  format: 'table' | 'json';
  workers?: number;
  quiet?: boolean;
}

/** `pcapcheck pxe`: the network boots of captures, without a topology. */
export async function pxeCommand(
  captures: readonly string[],
  options: PxeOptions,
  terminal: Terminal,
): Promise<number> {
  const analysis = await readCaptures(captures, { ...options, setAside: true }, terminal);
  const stories = playStories(analysis.observation);
  const places = placesOf(analysis);
  const all = pxeClients(stories, places);
  const { client } = options;
  const clients = client === undefined ? all : all.filter((one) => isMachine(one, client));
  if (clients.length === 0 && client !== undefined) {
    terminal.err(
      `pcapcheck: no machine ${printable(client)} asked for network boot; 'pcapcheck pxe' without --client lists those that did\n`,
    );
    return EXIT_FAILED;
  }
  if (options.format === 'json') {
    const addresses = new Set(clients.flatMap((one) => one.addresses));
    const transfers = tftpTransfers(stories, places).filter(
      (one) => client === undefined || addresses.has(one.client_ip),
    );
    const document = {
      pxe_clients: clients,
      tftp_transfers: transfers,
      malformed_messages: stories.malformed,
      messages_not_kept: stories.dropped,
    };
    terminal.out(`${printableJson(JSON.stringify(document, null, 2))}\n`);
    return EXIT_CLEAN;
  }
  const look = { width: terminal.stdout.columns, color: useColor(terminal.stdout, terminal.env) };
  const pieces = client === undefined ? renderPxeClients(clients, look) : renderPxeLadders(clients, look);
  printPieces(pieces, terminal);
  const transfers = all.length === 0 && options.quiet !== true ? tftpTransfers(stories, places).length : 0;
  if (transfers > 0)
    terminal.err(
      `pcapcheck: ${counted(transfers, 'TFTP transfer')} without the DHCP messages of a boot; --format json lists ${transfers === 1 ? 'it' : 'them'}\n`,
    );
  if (stories.malformed > 0) terminal.err(`pcapcheck: ${malformedText(stories.malformed)}\n`);
  if (stories.dropped > 0) terminal.err(`pcapcheck: ${notKeptText(stories.dropped)}\n`);
  return EXIT_CLEAN;
}

function placesOf({ captures }: Analysis): Parameters<typeof pxeClients>[1] {
  const fine = captures.some(({ summary }) => summary.nanosecondTimes);
  return {
    place(frame) {
      const capture = captureOfFrame(captures, frame);
      return { capture: capture.path, frame: frame - capture.framesBefore };
    },
    time: (seconds, nanoseconds) => timeText(seconds, nanoseconds, fine),
  };
}
