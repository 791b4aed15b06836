import { rpcOfConnections } from '../assess/rpc-view.ts';
import { flowRows } from '../engine/flow-row.ts';
import { type FlowFormat, flowWriter } from '../report/flows.ts';
import { printable } from '../report/printable.ts';
import { useColor } from '../report/style.ts';
import { EXIT_CLEAN } from './exit-codes.ts';
import { type FirewallLogOptions, heedFirewallLogs, readFirewallLogs } from './firewall-logs.ts';
import { readCaptures } from './reading.ts';
import type { Terminal } from './terminal.ts';

export interface FlowsOptions extends FirewallLogOptions {
  format: FlowFormat;
  workers?: number;
  maxMemory?: number;
  bom?: boolean;
  quiet?: boolean;
}

/** `pcapcheck flows`: the connections of captures, without a topology. */
export async function flowsCommand(
  captures: readonly string[],
  options: FlowsOptions,
  terminal: Terminal,
): Promise<number> {
  const logs = await readFirewallLogs(options);
  const analysis = await readCaptures(captures, options, terminal);
  heedFirewallLogs(analysis, logs);
  let isRead = true;
  const writer = flowWriter(
    options.format,
    (text) => {
      isRead = terminal.out(text);
    },
    { width: terminal.stdout.columns, color: useColor(terminal.stdout, terminal.env), bom: options.bom ?? false },
  );
  writer.begin();
  for (const row of flowRows(analysis, rpcOfConnections(analysis.observation))) {
    writer.row(row);
    if (!isRead) break;
  }
  writer.end();
  if (!options.quiet) for (const sentence of problemSentences(analysis)) terminal.err(`pcapcheck: ${sentence}\n`);
  return EXIT_CLEAN;
}

/** What was broken in the captures, a sentence each. */
function problemSentences({ captures }: Awaited<ReturnType<typeof readCaptures>>): string[] {
  return captures.flatMap(({ path, summary }) => {
    const told = summary.problems.map(({ message }) => `${printable(path)}: ${message}`);
    const more = summary.problemCount - summary.problems.length;
    return more > 0 ? [...told, `${printable(path)}: ${more} more problems.`] : told;
  });
}
