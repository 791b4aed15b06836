import { setImmediate } from 'node:timers/promises';
import { rpcOfConnections } from '../assess/rpc-view.ts';
import type { Analysis } from '../engine/analyze.ts';
import { flowRows } from '../engine/flow-row.ts';
import {
  FLOW_FORMAT_NAMES,
  type FlowFormat,
  type FlowOptions,
  type FlowWriter,
  flowWriter,
  isBinary,
} from '../report/flows.ts';
import { writeWholeBytes } from '../report/output-file.ts';
import { type OutputSpec, OutputSpecError, placesOf, STANDARD_OUTPUT } from '../report/output-spec.ts';
import { printable } from '../report/printable.ts';
import { useColor } from '../report/style.ts';
import { refuseToOverwrite } from './check.ts';
import { EXIT_CLEAN } from './exit-codes.ts';
import { type FirewallLogOptions, heedFirewallLogs, readFirewallLogs } from './firewall-logs.ts';
import { readCaptures } from './reading.ts';
import type { Terminal } from './terminal.ts';

export interface FlowsOptions extends FirewallLogOptions {
  format?: FlowFormat;
  output?: string[];
  workers?: number;
  maxMemory?: number;
  bom?: boolean;
  quiet?: boolean;
}

/** Columns of a table that goes into a file. */
const FILE_WIDTH = 100;

/** `pcapcheck flows`: the connections of captures, without a topology. */
export async function flowsCommand(
  captures: readonly string[],
  options: FlowsOptions,
  terminal: Terminal,
): Promise<number> {
  const outputs = placesOf(options, FLOW_FORMAT_NAMES, 'table');
  refuseToOverwrite(outputs, [...captures, ...(options.firewallLog ?? [])]);
  refuseToGarble(outputs, terminal);
  const logs = await readFirewallLogs(options);
  const analysis = await readCaptures(captures, options, terminal);
  heedFirewallLogs(analysis, logs);
  for (const output of outputs) await write(analysis, output, { bom: options.bom ?? false }, terminal);
  if (!options.quiet) for (const sentence of problemSentences(analysis)) terminal.err(`pcapcheck: ${sentence}\n`);
  return EXIT_CLEAN;
}

function refuseToGarble(outputs: readonly OutputSpec<FlowFormat>[], terminal: Terminal): void {
  const printed = outputs.find(({ path }) => path === STANDARD_OUTPUT)?.format;
  if (printed === undefined || !isBinary(printed) || !terminal.stdout.isTTY) return;
  throw new OutputSpecError(
    'binary-on-terminal',
    `${printed} is no text, and this is a terminal: write it to a file with --output ${printed}=flows.${printed}, or into a pipe.`,
  );
}

async function write(
  analysis: Analysis,
  { format, path }: OutputSpec<FlowFormat>,
  { bom }: { bom: boolean },
  terminal: Terminal,
): Promise<void> {
  if (path === STANDARD_OUTPUT) {
    const look: FlowOptions = {
      width: terminal.stdout.columns,
      color: useColor(terminal.stdout, terminal.env),
      bom,
    };
    let isRead = true;
    const writer = await flowWriter(
      format,
      (data) => {
        isRead = terminal.out(data);
      },
      look,
    );
    writeRows(analysis, writer, () => isRead);
    return;
  }
  const stopListening = terminal.onInterrupt(() =>
    terminal.err(`pcapcheck: Interrupted; ${printable(path)} was not written.\n`),
  );
  try {
    const look: FlowOptions = { width: FILE_WIDTH, color: false, bom };
    await writeWholeBytes(path, async (bytes) => {
      const sink = (data: string | Uint8Array): void => bytes(typeof data === 'string' ? Buffer.from(data) : data);
      writeRows(analysis, await flowWriter(format, sink, look), () => true);
    });
    // Writing keeps the thread busy: a signal is heard between two files.
    await setImmediate();
  } finally {
    stopListening();
  }
}

function writeRows(analysis: Analysis, writer: FlowWriter, isRead: () => boolean): void {
  writer.begin();
  for (const row of flowRows(analysis, rpcOfConnections(analysis.observation))) {
    writer.row(row);
    if (!isRead()) return;
  }
  writer.end();
}

/** What was broken in the captures, a sentence each. */
function problemSentences({ captures }: Analysis): string[] {
  return captures.flatMap(({ path, summary }) => {
    const told = summary.problems.map(({ message }) => `${printable(path)}: ${message}`);
    const more = summary.problemCount - summary.problems.length;
    return more > 0 ? [...told, `${printable(path)}: ${more} more problems.`] : told;
  });
}
